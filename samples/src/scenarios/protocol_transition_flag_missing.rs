//! A site that delegates was set to NTLM, and since then its database sees nobody.

use super::Scenario;
use super::hosts::{healthy, text};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().authentication("Intranet", |intranet| intranet.providers = Some(vec!["NTLM"])).attribute(
        "svc-web",
        "msDS-AllowedToDelegateTo",
        &[text("MSSQLSvc/sql01.contoso.com:1433")],
    );
    Scenario {
        expected: Some("providers-negotiate-missing"),
        ..Scenario::of_rule(
            "protocol-transition-flag-missing",
            "The site offers NTLM alone, and may delegate only who came by Kerberos",
            &[server],
        )
    }
}
