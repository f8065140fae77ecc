//! The SPN is registered for an alias, and browsers ask for the name behind it.
//!
//! # Symptom
//!
//! Password prompts and 401 under the alias, while clients that do not follow aliases sign in.
//!
//! # Condition
//!
//! The name in the URL is a CNAME. The account that decrypts holds `HTTP/<alias>`, and another account holds
//! `HTTP/<name behind it>` or its `HOST`.
//!
//! # Refuted by
//!
//! An address record; the machine decrypting for its own name, which works by itself.
//!
//! # Sources
//!
//! - KB 911149: Internet Explorer follows a CNAME before it asks for a ticket.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Finding, Fix, Privilege, Risk};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::wrong_key::{Kind, WrongKey, wrong_keys};

/// The rule.
#[derive(Debug)]
pub struct SpnAliasCname;

impl Rule for SpnAliasCname {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "spn-alias-cname",
            title: "Browsers follow a CNAME away from the name that holds the SPN",
            explanation: "Internet Explorer, Edge and Chrome look a name up before they ask for a ticket. When it is \
                a CNAME, they ask for the SPN of the name behind it. An SPN that is registered for the alias is then \
                never asked for, and the name behind it may belong to another account. An address record instead of \
                a CNAME avoids this.",
            layer: Layer::Identity,
            references: &["KB 911149"],
            explains: &["krb-ap-err-modified-key-mismatch"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for wrong in wrong_keys(Kind::FollowedAlias, situation, answer)? {
            answer.find(finding(&wrong));
        }
        Ok(())
    }
}

fn finding(wrong: &WrongKey<'_>) -> Finding {
    let aliases = wrong.url_hosts.join(" and ");
    let summary = format!(
        "{aliases} is a CNAME: browsers ask for {}, which is the key of {}, while {} decrypts as {}",
        wrong.spn_list(),
        wrong.holder,
        wrong.path.name(),
        wrong.identity
    );
    let explanation = format!(
        "{} holds the SPN of the alias, but browsers never ask for it: they follow the CNAME first. The ticket they \
         get is encrypted for {}, so the site cannot decrypt it.",
        wrong.identity, wrong.holder
    );
    wrong.finding(summary).because(explanation).about(wrong.url_hosts.clone()).fixed_by([address_record(wrong)])
}

fn address_record(wrong: &WrongKey<'_>) -> Fix {
    let aliases = wrong.url_hosts.join(" and ");
    let lookups = wrong.url_hosts.iter().map(|name| CommandLine::of("nslookup").name(name).build());
    Fix {
        title: format!("Replace the CNAME of {aliases} by an address record (A, AAAA) with the address of the server"),
        risk: Risk::Disruptive,
        privilege: Privilege::DomainAdmin,
        note: Some(
            "Clients see the change when the old record's lifetime is over. Do not move HTTP/<server> to the pool's \
             account instead: remote management of the server (WinRM) uses that name."
                .to_owned(),
        ),
        commands: Vec::new(),
        undo: Vec::new(),
        verify: appcmd::all(lookups),
    }
}
