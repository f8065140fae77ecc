//! Lets the machine decrypt for a path in place of the pool's account, in the way of the IIS that serves it.

use crate::exchange::identity::machine_account;
use crate::facts::iis::PoolIdentity;
use crate::facts::spn::Spn;
use crate::rules::adsutil;
use crate::rules::appcmd;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Fix, Privilege, Risk};
use crate::rules::iis_command;
use crate::rules::rule::SitePath;
use crate::rules::setspn;

/// Lets the machine decrypt in place of the pool's account.
pub fn as_machine(path: &SitePath<'_>, spns: &[&Spn]) -> Fix {
    if path.site.node.is_some() { run_as_machine(path, spns) } else { decrypt_in_kernel_mode(path, spns) }
}

/// Before IIS 7 there is no kernel mode, but an identity that is the machine on the network.
fn run_as_machine(path: &SitePath<'_>, spns: &[&Spn]) -> Fix {
    let pool = &path.path.pool;
    let set = |kind| appcmd::all([adsutil::set(&adsutil::pool_key(path), "AppPoolIdentityType", kind)]);
    let before = if pool.identity == PoolIdentity::LocalService { "1" } else { "3" };
    let machine = machine_account(&path.host.identity);
    Fix {
        title: format!("Or let the pool {} run as NetworkService, which decrypts as {machine}", pool.name),
        commands: set("2"),
        undo: set(before),
        ..decrypt_in_kernel_mode(path, spns)
    }
}

fn decrypt_in_kernel_mode(path: &SitePath<'_>, spns: &[&Spn]) -> Fix {
    let settings = &path.path.sign_in;
    let set = |kernel_mode: bool, pool_credentials: bool| {
        let change = format!("/useKernelMode:{kernel_mode} /useAppPoolCredentials:{pool_credentials}");
        appcmd::all([appcmd::set_windows_authentication(path, &change)])
    };
    let machine = machine_account(&path.host.identity);
    Fix {
        title: format!("Or let kernel mode decrypt as {machine} for {}; the pool keeps its account", path.name()),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: Some(format!(
            "Every name of the site must then lead to {machine}: through HOST, as the server's own names do, or by an \
             HTTP SPN on that account and on no other."
        )),
        commands: set(true, false),
        undo: set(settings.kernel_mode.value, settings.pool_credentials.value),
        verify: ask_anew(path, spns),
    }
}

/// What shows that a path decrypts, and that a client gets a ticket for it.
pub fn ask_anew(path: &SitePath<'_>, spns: &[&Spn]) -> Vec<CommandLine> {
    let ask = spns.first().map(|spn| setspn::ask_anew(spn)).unwrap_or_default();
    appcmd::all([iis_command::show_sign_in(path)].into_iter().chain(ask))
}
