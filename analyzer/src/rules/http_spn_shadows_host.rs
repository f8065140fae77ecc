//! Another account holds `HTTP/<server>`, and takes the server's own name away from it.
//!
//! # Symptom
//!
//! The site fails under the server's own name, though the computer has all its HOST names. Remote management over
//! WinRM fails as well.
//!
//! # Condition
//!
//! The machine decrypts, and `HTTP/` with a name of the server is held by an account that is not the machine's.
//!
//! # Refuted by
//!
//! The pool runs as that very account: then it is `kernelmode-spn-on-pool-account`.
//!
//! # Sources
//!
//! - MS-KILE and sPNMappings: an SPN that is held by itself is found before the `HOST` of a computer. The two
//!   strings differ, so a search for duplicates does not show it.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Finding, Fix, Privilege, Risk};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::setspn;
use crate::rules::wrong_key::{Kind, WrongKey, wrong_keys};

/// The rule.
#[derive(Debug)]
pub struct HttpSpnShadowsHost;

impl Rule for HttpSpnShadowsHost {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "http-spn-shadows-host",
            title: "Another account holds HTTP for the server's own name",
            explanation: "A computer is found under HTTP because it holds HOST, but only while nobody holds the HTTP \
                name itself. An account that does takes the name away from the computer, without being a duplicate \
                that setspn -X would show. Tickets are then encrypted for that account and the machine cannot \
                decrypt them.",
            layer: Layer::Identity,
            references: &["MS-ADTS: sPNMappings", "KB 929650"],
            explains: &["krb-ap-err-modified-key-mismatch"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for wrong in wrong_keys(Kind::NameShadowsHost, situation, answer)? {
            answer.find(finding(&wrong));
        }
        Ok(())
    }
}

fn finding(wrong: &WrongKey<'_>) -> Finding {
    let summary = format!(
        "{} is held by {} and hides the server's own name; {} decrypts as {}",
        wrong.spn_list(),
        wrong.holder,
        wrong.path.name(),
        wrong.identity
    );
    let explanation = format!(
        "The KDC finds {} before it looks at HOST of the computer, so tickets are encrypted with the key of {}. The \
         machine has another key.",
        wrong.spn_list(),
        wrong.holder
    );
    wrong.finding(summary).because(explanation).about([wrong.holder.to_string()]).fixed_by([take_away(wrong)])
}

fn take_away(wrong: &WrongKey<'_>) -> Fix {
    let query = wrong.spns.iter().map(setspn::query);
    let ask = wrong.spns.first().map(setspn::ask_anew).unwrap_or_default();
    Fix {
        title: format!("Take {} from {}", wrong.spn_list(), wrong.holder),
        risk: Risk::Dangerous,
        privilege: Privilege::DomainAdmin,
        note: Some(format!(
            "Make sure that nothing else that runs as {} is reached under this name; what is needs a name of its own.",
            wrong.holder
        )),
        commands: appcmd::all(wrong.spns.iter().map(|spn| setspn::delete(spn, &wrong.holder))),
        undo: appcmd::all(wrong.spns.iter().map(|spn| setspn::add(spn, &wrong.holder))),
        verify: appcmd::all(query.chain(ask)),
    }
}
