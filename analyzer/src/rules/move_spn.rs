//! Moves an SPN to the account that decrypts, or registers it there where `HOST` alone leads elsewhere.

use crate::exchange::owner::FoundBy;
use crate::rules::appcmd;
use crate::rules::finding::{Fix, Privilege, Risk};
use crate::rules::rule::Situation;
use crate::rules::setspn;
use crate::rules::wrong_key::WrongKey;

/// Moves the SPN, or registers it where only the computer's `HOST` leads to the wrong account.
pub fn to_who_decrypts(situation: &Situation<'_>, wrong: &WrongKey<'_>) -> Fix {
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
    let commands = appcmd::all(delete.chain(add));
    let unsure = setspn::common_name_only(&situation.facts.directory, &wrong.dn)
        .filter(|_| held_by_name && !commands.is_empty());
    let note: Vec<_> = [if own_name { danger } else { other }.to_owned()].into_iter().chain(unsure).collect();
    Fix {
        title: format!("{verb} {} to {}", wrong.spn_list(), wrong.identity),
        risk: Risk::Dangerous,
        privilege: Privilege::DomainAdmin,
        note: Some(note.join(" ")),
        commands,
        undo: appcmd::all(undo_delete.chain(undo_add)),
        verify: appcmd::all(wrong.spns.iter().map(setspn::query).chain(ask)),
    }
}
