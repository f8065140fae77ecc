//! A server of Windows 2003 behind a tunnel asks for tickets over UDP, and large answers are lost.

use super::Scenario;
use super::hosts::healthy_iis6;
use crate::collect_legacy::{self, OldWindows};
use crate::layout::event_viewer::{self, Kind, Shown};

const KERBEROS: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa\Kerberos\Parameters";

/// What somebody copied out of the Event Viewer.
const COPIED: [Shown<'_>; 2] = [
    Shown {
        kind: Kind::Error,
        source: "NETLOGON",
        id: 5719,
        clock: "7:58:12 AM",
        computer: "WEB01",
        description: "No Domain Controller is available for domain CONTOSO.",
        fields: &[],
    },
    Shown {
        kind: Kind::Error,
        source: "Kerberos",
        id: 10,
        clock: "8:02:44 AM",
        computer: "WEB01",
        description: "The kerberos subsystem is having problems fetching tickets from your domain controller using UDP.",
        fields: &[],
    },
];

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy_iis6().registry(KERBEROS, "MaxPacketSize", "dword:000007d0");
    let name = "udp-fragmentation-vpn";
    let title = "WEB01 asks for tickets over UDP, and answers are lost in a tunnel";
    let told = Scenario::of_old_windows(name, title, &server, OldWindows::Server2003, None);
    let copied = collect_legacy::copied_events("System", event_viewer::copied(&COPIED));
    let bundle = collect_legacy::bundle_with(&server, OldWindows::Server2003, None, vec![copied]);
    Scenario { bundles: vec![(name.to_owned(), bundle)], expected: Some(name), ..told }
}
