//! Commands that read and change SPNs. `-S` refuses to make a duplicate; `-A` does not, and is never suggested.

use crate::facts::account::{AccountName, Dn};
use crate::facts::directory::Directory;
use crate::facts::spn::Spn;
use crate::rules::command::CommandLine;

/// Registers an SPN on an account.
pub fn add(spn: &Spn, account: &AccountName) -> Option<CommandLine> {
    change("setspn -S", spn, account)
}

/// Takes an SPN from an account.
pub fn delete(spn: &Spn, account: &AccountName) -> Option<CommandLine> {
    change("setspn -D", spn, account)
}

/// Shows who holds an SPN.
pub fn query(spn: &Spn) -> Option<CommandLine> {
    CommandLine::of("setspn -Q").name(spn.as_str()).build()
}

/// What a client does to see whether it works: forget its tickets, and ask for a new one.
pub fn ask_anew(spn: &Spn) -> Vec<Option<CommandLine>> {
    vec![CommandLine::of("klist purge").build(), CommandLine::of("klist get").name(spn.as_str()).build()]
}

fn change(tool: &str, spn: &Spn, account: &AccountName) -> Option<CommandLine> {
    if !account.is_safe() {
        return None;
    }
    // The tool finds a computer by its name; with its dollar it works too, but nobody writes it like that.
    let name = account.to_string();
    CommandLine::of(tool)
        .name(spn.as_str())
        .name(name.strip_suffix('$').filter(|_| is_machine(account)).unwrap_or(&name))
        .build()
}

/// What to know before a command names this account: `setspn` takes logon names, and a user may have another common
/// name. None for an account that a tool answered with, and for computers, whose two names never differ.
pub fn common_name_only(directory: &Directory, dn: &Dn) -> Option<String> {
    let name = directory.name_of(dn);
    let domain = dn.domain().split('.').next().map(str::to_uppercase).filter(|label| !label.is_empty());
    // Where a tool answered with the account, any other name is known not to be its own.
    let may_differ = directory.is(&AccountName::new(domain.clone(), ""), dn).is_none();
    let is_common_name = name == AccountName::new(domain, dn.common_name()) && !name.name().ends_with('$');
    (is_common_name && may_differ)
        .then(|| format!("{name} is the common name of {dn}; if the account's logon name differs, use that."))
}

/// A group managed service account has a dollar too, and `setspn` needs it there.
pub fn is_machine(account: &AccountName) -> bool {
    account.name().strip_suffix('$').is_some_and(|name| name.to_uppercase() == name)
}
