//! The SPN is on an account that does not decrypt for the site.
//!
//! # Symptom
//!
//! The browser asks for a password three times, then shows 401; NTLM is not tried.
//!
//! # Condition
//!
//! One account holds the SPN that clients ask for, and the site decrypts as another one.
//!
//! # Refuted by
//!
//! A more special cause: kernel mode, a CNAME, the server's own name, each of which has a rule of its own.
//!
//! # Sources
//!
//! - KB 871179; event 4 of Microsoft-Windows-Security-Kerberos, KRB_AP_ERR_MODIFIED.

use crate::evidence::gap::NotKnown;
use crate::exchange::owner::FoundBy;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Finding, Fix, Privilege, Risk};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::setspn;
use crate::rules::wrong_key::{Kind, WrongKey, wrong_keys};

/// The rule.
#[derive(Debug)]
pub struct SpnOnWrongAccount;

impl Rule for SpnOnWrongAccount {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "spn-on-wrong-account",
            title: "The SPN is on an account that does not decrypt for the site",
            explanation: "A ticket is encrypted with the key of the account that holds the SPN. The account that \
                decrypts must be the same: the machine account in kernel mode, or the account of the application \
                pool. Otherwise the server answers KRB_AP_ERR_MODIFIED, and clients do not fall back to NTLM.",
            layer: Layer::Identity,
            references: &["KB 871179", "KB 929650"],
            explains: &["krb-ap-err-modified-key-mismatch"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for wrong in wrong_keys(Kind::OtherAccount, situation, answer)? {
            answer.find(finding(&wrong));
        }
        Ok(())
    }
}

fn finding(wrong: &WrongKey<'_>) -> Finding {
    let how = match wrong.by {
        FoundBy::Name => "is held by",
        FoundBy::HostAlias(_) => "leads, through HOST, to",
    };
    let summary = format!(
        "{} {how} {}, but {} decrypts as {}",
        wrong.spn_list(),
        wrong.holder,
        wrong.path.name(),
        wrong.identity
    );
    let explanation = format!(
        "Tickets for this name are encrypted with the key of {}, and {} cannot decrypt them.",
        wrong.holder, wrong.identity
    );
    wrong.finding(summary).because(explanation).about([wrong.holder.to_string()]).fixed_by([register(wrong)])
}

/// Moves the SPN, or registers it where only the computer's `HOST` leads to the wrong account.
fn register(wrong: &WrongKey<'_>) -> Fix {
    let held_by_name = wrong.by == FoundBy::Name;
    let own_name = wrong.spns.iter().any(|spn| wrong.path.host.identity.answers_to(spn.host()));
    let delete = wrong.spns.iter().filter(|_| held_by_name).map(|spn| setspn::delete(spn, &wrong.holder));
    let add = wrong.spns.iter().map(|spn| setspn::add(spn, &wrong.identity));
    let undo_delete = wrong.spns.iter().map(|spn| setspn::delete(spn, &wrong.identity));
    let undo_add = wrong.spns.iter().filter(|_| held_by_name).map(|spn| setspn::add(spn, &wrong.holder));
    let ask = wrong.spns.first().map(setspn::ask_anew).unwrap_or_default();
    let verb = if held_by_name { "Move" } else { "Register" };
    let danger = "This is the server's own name: WinRM and other services that use HTTP under it will then fail. \
        A host name of its own for the site is the better way.";
    let other = "Make sure that nothing else that runs as the old account is reached under this name.";
    Fix {
        title: format!("{verb} {} to {}", wrong.spn_list(), wrong.identity),
        risk: Risk::Dangerous,
        privilege: Privilege::DomainAdmin,
        note: Some(if own_name { danger } else { other }.to_owned()),
        commands: appcmd::all(delete.chain(add)),
        undo: appcmd::all(undo_delete.chain(undo_add)),
        verify: appcmd::all(wrong.spns.iter().map(setspn::query).chain(ask)),
    }
}
