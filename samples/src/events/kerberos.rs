//! Events of the Kerberos client in the System log.

use jiff::Timestamp;

use crate::evtx::event::{Event, Item, Provider};
use crate::evtx::value::Value;

const PROVIDER: Provider = Provider {
    name: "Microsoft-Windows-Security-Kerberos",
    guid: Some(0x98e6_cfcb_ee0a_41e0_a57b_622d_4e1b_30b1),
    source: Some("Kerberos"),
};

/// Event 3: an error message came from a domain controller. Most of them are part of every healthy day.
#[derive(Clone, Copy, Debug)]
pub struct ErrorReceived {
    /// The code in hexadecimal and its name, such as `("0x7", "KDC_ERR_S_PRINCIPAL_UNKNOWN")`.
    pub code: (&'static str, &'static str),
    /// The status that Windows adds, or nothing.
    pub extended: &'static str,
    /// The name that was asked for.
    pub server: &'static str,
}

impl ErrorReceived {
    /// The event at this time.
    pub fn at(self, time: Timestamp) -> Event {
        let clock = time.to_zoned(jiff::tz::TimeZone::UTC).strftime("%-H:%-M:%-S.0000 %-m/%-d/%Y Z").to_string();
        let fields = [
            ("LogonSession", ""),
            ("ClientTime", ""),
            ("ServerTime", clock.as_str()),
            ("ErrorCode", self.code.0),
            ("ErrorMessage", self.code.1),
            ("ExtendedError", self.extended),
            ("ClientRealm", ""),
            ("ClientName", ""),
            ("ServerRealm", "CONTOSO.COM"),
            ("ServerName", self.server),
            ("TargetName", &format!("{}@CONTOSO.COM", self.server)),
            ("ErrorText", ""),
            ("File", "9"),
            ("Line", "1272"),
        ];
        event(3, 0x8000, time, &fields)
    }
}

/// Event 4: the server could not decrypt the ticket that it was sent.
pub fn modified(time: Timestamp, server: &str, target: &str) -> Event {
    let fields =
        [("Server", server), ("TargetRealm", "CONTOSO.COM"), ("Targetname", target), ("ClientRealm", "CONTOSO.COM")];
    event(4, 0x4000, time, &fields)
}

/// Event 6: the ticket of somebody does not fit the buffer.
pub fn token_too_large(time: Timestamp, client: &str, needed: &str) -> Event {
    let fields = [("NeededSize", needed), ("ActualSize", "12000"), ("ClientProcessID", "4212"), ("ClientName", client)];
    event(6, 0x8000, time, &fields)
}

/// Event 14: a password in Credential Manager is wrong.
pub fn saved_password_wrong(time: Timestamp, user: &str) -> Event {
    event(14, 0x8000, time, &[("Username", user)])
}

fn event(id: u16, qualifiers: u16, time: Timestamp, fields: &[(&'static str, &str)]) -> Event {
    let mut data: Vec<Item> = fields.iter().map(|&(name, value)| Item::Field(name, Value::from(value))).collect();
    data.push(Item::Bytes(Vec::new()));
    Event::classic(PROVIDER, id, qualifiers, time, data)
}
