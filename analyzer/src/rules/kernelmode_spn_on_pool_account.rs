//! Kernel mode decrypts as the machine, and the SPN is on the account of the application pool.
//!
//! # Symptom
//!
//! The browser asks for a password again and again, then shows 401; NTLM is not tried.
//!
//! # Condition
//!
//! `useKernelMode` is on (its default), `useAppPoolCredentials` is off (its default), the pool runs as a domain
//! account, and that account holds the SPN that clients ask for.
//!
//! # Refuted by
//!
//! No account holds the SPN itself: the KDC then takes the machine's `HOST`, and the machine decrypts.
//!
//! # Sources
//!
//! - IIS schema: the defaults of both attributes.
//! - Microsoft, "Troubleshoot Kerberos failures": with kernel mode the machine account decrypts.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Finding, Fix, Privilege, Risk};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::setspn;
use crate::rules::wrong_key::{Kind, WrongKey, wrong_keys};

/// The rule.
#[derive(Debug)]
pub struct KernelmodeSpnOnPoolAccount;

impl Rule for KernelmodeSpnOnPoolAccount {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "kernelmode-spn-on-pool-account",
            title: "Kernel mode decrypts as the machine, but the pool's account holds the SPN",
            explanation: "With kernel-mode authentication, which is the default since IIS 7, HTTP.SYS decrypts \
                tickets with the key of the machine account, whatever the application pool runs as. When the SPN is \
                registered on the pool's account, the KDC encrypts with that account's key, and decrypting fails. \
                Setting useAppPoolCredentials makes HTTP.SYS use the pool's key.",
            layer: Layer::Identity,
            references: &["IIS configuration reference: windowsAuthentication", "KB 929650"],
            explains: &["krb-ap-err-modified-key-mismatch"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for wrong in wrong_keys(Kind::KernelModeHidesPoolAccount, situation, answer)? {
            answer.find(finding(&wrong));
        }
        Ok(())
    }
}

fn finding(wrong: &WrongKey<'_>) -> Finding {
    let pool = &wrong.path.path.pool;
    let summary = format!(
        "{} is held by {}, but {} decrypts as {} because kernel mode is on and useAppPoolCredentials is off",
        wrong.spn_list(),
        wrong.holder,
        wrong.path.name(),
        wrong.identity
    );
    let explanation = format!(
        "Clients get a ticket that is encrypted with the key of {}, the account of the application pool {}. HTTP.SYS \
         tries the key of {} and cannot decrypt it. The client does not fall back to NTLM.",
        wrong.holder, pool.name, wrong.identity
    );
    wrong
        .finding(summary)
        .because(explanation)
        .about([wrong.holder.to_string()])
        .fixed_by([use_pool_credentials(wrong), leave_kernel_mode(wrong)])
}

fn use_pool_credentials(wrong: &WrongKey<'_>) -> Fix {
    let path = &wrong.path;
    let set = |value: &str| appcmd::set_windows_authentication(path, &format!("/useAppPoolCredentials:{value}"));
    Fix {
        title: format!("Let kernel mode use the credentials of the pool for {}", path.name()),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: Some(
            "Every name of this site must then be held by the pool's account; names that worked through the machine \
             account (HOST) need an HTTP SPN on the pool's account too."
                .to_owned(),
        ),
        commands: appcmd::all([set("true")]),
        undo: appcmd::all([set("false")]),
        verify: verify(wrong),
    }
}

fn leave_kernel_mode(wrong: &WrongKey<'_>) -> Fix {
    let path = &wrong.path;
    let set = |value: &str| appcmd::set_windows_authentication(path, &format!("/useKernelMode:{value}"));
    Fix {
        title: format!("Or turn kernel mode off for {}, at some cost in speed", path.name()),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: None,
        commands: appcmd::all([set("false")]),
        undo: appcmd::all([set("true")]),
        verify: verify(wrong),
    }
}

fn verify(wrong: &WrongKey<'_>) -> Vec<crate::rules::command::CommandLine> {
    let ask = wrong.spns.first().map(setspn::ask_anew).unwrap_or_default();
    appcmd::all([appcmd::show_windows_authentication(&wrong.path)].into_iter().chain(ask))
}
