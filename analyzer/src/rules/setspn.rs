//! Commands that read and change SPNs. `-S` refuses to make a duplicate; `-A` does not, and is never suggested.

use crate::evidence::gap::NotKnown;
use crate::facts::account::AccountName;
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

/// The question who holds an SPN, when nobody asked it yet.
pub fn not_queried(spn: &Spn) -> NotKnown {
    NotKnown::naming("setspn -Q", spn.as_str())
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

/// A group managed service account has a dollar too, and `setspn` needs it there.
fn is_machine(account: &AccountName) -> bool {
    account.name().strip_suffix('$').is_some_and(|name| name.to_uppercase() == name)
}
