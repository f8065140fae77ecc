//! Commands that change how an account stands: cmdlets of the module ActiveDirectory.

use crate::facts::account::{AccountName, Dn};
use crate::rules::command::CommandLine;
use crate::rules::finding::{Fix, Privilege, Risk};
use crate::rules::setspn::is_machine;

/// A cmdlet that takes an account, such as `Enable-ADAccount`, with arguments that this code writes itself.
pub fn cmdlet(start: &str, account: &AccountName, dn: &Dn, arguments: &str) -> Option<CommandLine> {
    // The name alone is looked for in the domain of whoever runs the cmdlet.
    let building = CommandLine::of(&format!("{start} -Identity")).name(account.name());
    let building = if dn.domain().is_empty() { building } else { building.text("-Server").name(&dn.domain()) };
    if arguments.is_empty() { building.build() } else { building.text(arguments).build() }
}

/// Shows how an account stands.
pub fn show(account: &AccountName, dn: &Dn) -> Option<CommandLine> {
    show_all(account, dn, "Enabled,AccountExpirationDate,LockedOut,PasswordExpired")
}

/// Shows these properties of an account.
pub fn show_all(account: &AccountName, dn: &Dn, properties: &str) -> Option<CommandLine> {
    cmdlet(&format!("Get-{}", noun(account)), account, dn, &format!("-Properties {properties}"))
}

/// Changes an account; arguments are written by this code.
pub fn set(account: &AccountName, dn: &Dn, arguments: &str) -> Option<CommandLine> {
    cmdlet(&format!("Set-{}", noun(account)), account, dn, arguments)
}

/// What cmdlets call this kind of account.
fn noun(account: &AccountName) -> &'static str {
    match account.name().ends_with('$') {
        true if is_machine(account) => "ADComputer",
        true => "ADServiceAccount",
        false => "ADUser",
    }
}

/// Gives an account a new password, and with it new keys.
pub fn new_password(account: &AccountName) -> Fix {
    if account.name().ends_with('$') && is_machine(account) {
        return Fix::new(format!("Let {account} change its password now"), Risk::Disruptive, Privilege::ServerAdmin)
            .noting("Run it on that computer. Users need new tickets then: klist purge, or a new sign-in.")
            .by([CommandLine::of("powershell Reset-ComputerMachinePassword").build()])
            .seen_by([CommandLine::of("powershell Test-ComputerSecureChannel -Verbose").build()]);
    }
    let title = format!("Set a new password for {account}, and enter it wherever the account is used");
    Fix::new(title, Risk::Disruptive, Privilege::DomainAdmin).noting(
        "Enter it in IIS Manager under the identity of each pool that runs as the account, on every server, in the same \
         hour. A managed service account would never need this again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(account: &str) -> Option<String> {
        let dn = Dn::new("CN=x,DC=contoso,DC=com");
        cmdlet("Enable-ADAccount", &AccountName::parse(account), &dn, "").map(|line| line.to_string())
    }

    #[test]
    fn an_account_is_looked_for_in_its_own_domain() {
        let expected = "Enable-ADAccount -Identity svc-web -Server contoso.com";
        assert_eq!(line(r"CONTOSO\svc-web").as_deref(), Some(expected));
        assert_eq!(line(r"CONTOSO\WEB01$").as_deref(), Some("Enable-ADAccount -Identity WEB01$ -Server contoso.com"));
    }

    #[test]
    fn each_kind_of_account_is_shown_by_its_own_cmdlet() {
        for (account, cmdlet) in
            [("svc-web", "Get-ADUser"), ("WEB01$", "Get-ADComputer"), ("gmsa-web$", "Get-ADServiceAccount")]
        {
            let shown = show(&AccountName::parse(account), &Dn::new("CN=x,DC=b")).map(|line| line.to_string());
            assert!(shown.is_some_and(|line| line.starts_with(&format!("{cmdlet} -Identity {account} "))), "{account}");
        }
    }

    #[test]
    fn a_hostile_name_makes_no_command() {
        for name in [r"CONTOSO\a;calc", r"CONTOSO\$(calc)", r"CONTOSO\-x", "CONTOSO\\a`b", "CONTOSO\\"] {
            assert_eq!(line(name), None, "{name}");
        }
        let hostile = Dn::new("CN=x,DC=a;calc,DC=com");
        assert_eq!(cmdlet("Enable-ADAccount", &AccountName::parse("x"), &hostile, ""), None);
    }
}
