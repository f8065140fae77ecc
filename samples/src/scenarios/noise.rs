//! What every healthy host logs, and what must not be taken for a fault.

use jiff::Timestamp;

use crate::events::kerberos::ErrorReceived;
use crate::events::security;
use crate::events::security::Visitor;
use crate::evtx::event::Event;

/// A user who opens the sites of the samples.
pub const ALICE: Visitor =
    Visitor { user: "alice", rid: 1604, workstation: "CLIENT07", address: "10.0.0.57", port: "50112" };
/// Another one.
pub const BOB: Visitor =
    Visitor { user: "bob", rid: 1605, workstation: "CLIENT11", address: "10.0.0.61", port: "49877" };

/// A moment on the morning of collecting, in UTC: `"07:31:04.218"`.
///
/// # Panics
///
/// The text is no time of day.
pub fn at(time: &str) -> Timestamp {
    format!("2026-03-02T{time}Z").parse().expect("a time of day")
}

/// Kerberos errors that come with every working day: the first request of a sign-in goes without proof of the
/// password, a service asks on behalf of a user whom it may not act for, somebody opens a share by its address.
fn kerberos_errors() -> Vec<Event> {
    let preauth =
        ErrorReceived { code: ("0x19", "KDC_ERR_PREAUTH_REQUIRED"), extended: "", server: "krbtgt/CONTOSO.COM" };
    let option = ErrorReceived { code: ("0xd", "KDC_ERR_BADOPTION"), extended: "0xc00000bb KLIN(0)", server: "WEB01$" };
    let share = ErrorReceived { code: ("0x7", "KDC_ERR_S_PRINCIPAL_UNKNOWN"), extended: "", server: "cifs/10.0.0.5" };
    vec![preauth.at(at("06:41:03.006")), option.at(at("06:58:22.431")), share.at(at("07:12:49.118"))]
}

/// The noise of a web server.
pub fn of_a_server() -> Vec<Event> {
    let mut events = kerberos_errors();
    events.push(security::kerberos_logon(at("07:02:15.377"), &ALICE));
    events.push(security::kerberos_logon(at("07:09:50.026"), &BOB));
    events.push(security::kerberos_logon(at("07:24:31.902"), &ALICE));
    events
}

/// The noise of a workstation.
pub fn of_a_client() -> Vec<Event> {
    kerberos_errors()
}

/// The noise of a domain controller: tickets given out, and a mistyped password.
pub fn of_a_domain_controller() -> Vec<Event> {
    vec![
        security::granting_ticket(at("06:58:40.101"), &ALICE),
        security::service_ticket(at("06:58:40.988"), &ALICE, ("DC01$", 1000)),
        security::refused_password(at("07:05:17.440"), &BOB),
        security::granting_ticket(at("07:05:26.913"), &BOB),
        security::service_ticket(at("07:09:49.871"), &BOB, ("WEB01$", 1118)),
    ]
}
