//! A user of a site of IIS 5 has no account: the domain controller refuses a ticket, and then NTLM.

use super::Scenario;
use super::hosts::{domain_controller, healthy_iis5};
use crate::collect_legacy::{self, OldWindows};
use crate::layout::event_viewer::{self, Kind, Shown};

const NAME: &str = "iis5-user-unknown";

/// What somebody copied out of the Event Viewer of the domain controller.
const COPIED: [Shown<'_>; 2] = [
    Shown {
        kind: Kind::FailureAudit,
        source: "Security",
        id: 676,
        clock: "8:47:01 AM",
        computer: "DC01",
        description: "Authentication Ticket Request Failed:",
        fields: &[
            ("User Name:", "major"),
            ("Supplied Realm Name:", "CONTOSO.COM"),
            ("Service Name:", "krbtgt/CONTOSO.COM"),
            ("Ticket Options:", "0x40810010"),
            ("Failure Code:", "6"),
            ("Client Address:", "10.0.0.57"),
        ],
    },
    Shown {
        kind: Kind::FailureAudit,
        source: "Security",
        id: 681,
        clock: "8:47:01 AM",
        computer: "DC01",
        description: "The logon to account: major",
        fields: &[
            ("by:", "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0"),
            ("from workstation:", "WEB01"),
            ("failed. The error code was:", "3221225572"),
        ],
    },
];

/// The story.
pub fn scenario() -> Scenario {
    let title = "major has no account, and a domain controller of Windows 2000 says so twice";
    let told = Scenario::of_old_windows(NAME, title, &healthy_iis5(), OldWindows::Windows2000, Some("Negotiate,NTLM"));
    let mut bundles = told.bundles;
    let copied = event_viewer::copied(&COPIED);
    bundles.push((format!("{NAME}-dc"), collect_legacy::copied_log(&domain_controller(), "Security", copied)));
    Scenario { bundles, expected: Some("user-account-problem"), ..told }
}
