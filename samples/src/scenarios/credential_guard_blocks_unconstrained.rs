//! Reports work from the old computers, and from the new ones the database sees nobody.

use super::Scenario;
use super::hosts::{client, healthy, text};
use crate::layout::klist::Ticket;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().attribute("svc-web", "userAccountControl", &[text("590336")]);
    let visitor = client()
        .in_domain_of(&server)
        .ticket(Ticket::delegable("alice", "HTTP/intranet.contoso.com", "8:31:04"))
        .registry(
            r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\DeviceGuard",
            "LsaCfgFlags",
            "dword:00000001",
        )
        .registry(
            r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Edge",
            "AuthNegotiateDelegateAllowlist",
            "\"*.contoso.com\"",
        )
        .registry(
            r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Google\Chrome",
            "AuthNegotiateDelegateAllowlist",
            "\"*.contoso.com\"",
        );
    Scenario::of_rule(
        "credential-guard-blocks-unconstrained",
        "Credential Guard keeps the ticket that unconstrained delegation needs",
        &[server, visitor],
    )
}
