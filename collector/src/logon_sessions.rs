//! Logon sessions and their Kerberos tickets, as LSA reports them; never the keys in them.

use jiff::Timestamp;
use serde::Serialize;

use crate::facts::Elevation;
use crate::host::{Answer, Ending};

/// The sessions of which tickets are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions {
    /// The one that we run in.
    Own,
    /// All of this computer.
    All,
}

impl Sessions {
    /// Its name in short, of files and in sources.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::All => "all",
        }
    }

    /// What is asked, as the manifest says it.
    pub const fn question(self) -> &'static str {
        match self {
            Self::Own => "LSA: tickets of this session",
            Self::All => "LSA: tickets of all sessions",
        }
    }
}

/// What is asked of LSA. A status is one of Windows NT: 0 when all is well.
pub trait Lsa {
    /// The numbers of all logon sessions.
    ///
    /// # Errors
    ///
    /// The status that LSA ended with.
    fn logon_ids(&self) -> Result<Vec<u64>, u32>;

    /// The number of the session that we run in.
    fn own_logon_id(&self) -> Option<u64>;

    /// Who has signed in to a session, and how.
    ///
    /// # Errors
    ///
    /// The status that LSA ended with.
    fn session(&self, logon_id: u64) -> Result<Session, u32>;

    /// The tickets of a session; of our own for number 0.
    ///
    /// # Errors
    ///
    /// The status that Kerberos or LSA ended with.
    fn tickets(&self, logon_id: u64, message: Message) -> Result<Vec<Ticket>, u32>;
}

/// The messages that list tickets. The newer ones tell more, and are not known everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// Also which KDC issued a ticket: Windows 8 and later.
    Ex3,
    /// Also the type of the session key: Windows Vista and later.
    Ex2,
    /// Also the client.
    Ex,
    /// The service, times, encryption type and flags.
    Plain,
}

impl Message {
    const ALL: [Self; 4] = [Self::Ex3, Self::Ex2, Self::Ex, Self::Plain];

    /// What Windows calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ex3 => "KerbQueryTicketCacheEx3Message",
            Self::Ex2 => "KerbQueryTicketCacheEx2Message",
            Self::Ex => "KerbQueryTicketCacheExMessage",
            Self::Plain => "KerbQueryTicketCacheMessage",
        }
    }
}

/// A logon session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Session {
    /// Its number, as `0x3e7`.
    pub logon_id: String,
    /// Who has signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The NetBIOS name of the domain, or of the computer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The SID of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// How: 2 at the console, 3 over the network, 5 as a service, 0 the system itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logon_type: Option<u32>,
    /// By which package: `Kerberos`, `NTLM`, `Negotiate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_package: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logon_time: Option<Timestamp>,
    /// The user principal name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upn: Option<String>,
    /// The name of the domain in DNS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_domain: Option<String>,
    /// Whether we run in it.
    pub is_current: bool,
    /// How the question about its tickets ended: `0x00000000` when all is well.
    pub status: String,
    /// The message that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'static str>,
    /// The tickets.
    pub tickets: Vec<Ticket>,
}

/// A ticket, without its session key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ticket {
    /// Who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The realm of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_realm: Option<String>,
    /// What it is for.
    pub server: String,
    /// The realm of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_realm: Option<String>,
    /// From when it is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
    /// Until when it can be renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renew_time: Option<Timestamp>,
    /// The encryption of the ticket itself.
    pub encryption_type: i32,
    /// The encryption of its session key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_key_type: Option<u32>,
    /// Its flags, as `0x40a10000`.
    pub ticket_flags: String,
    /// The domain controller that issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kdc_called: Option<String>,
    /// How it is kept, as `0x0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_flags: Option<String>,
    /// Which branch of read-only domain controllers issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch_id: Option<u32>,
}

/// The file.
#[derive(Serialize)]
struct File {
    sessions: Vec<Session>,
}

/// A busy web server has thousands of sessions. The first ones are those of the system and its services.
const SESSIONS: usize = 2000;

const NO_SUCH_LOGON_SESSION: u32 = 0xc000_005f;
const ACCESS_DENIED: u32 = 0xc000_0022;
const PRIVILEGE_NOT_HELD: u32 = 0xc000_0061;

/// Asks for the tickets of these sessions.
pub fn collect(lsa: &dyn Lsa, sessions: Sessions, elevation: Elevation) -> Answer {
    let own = lsa.own_logon_id();
    match sessions {
        Sessions::Own => {
            let (session, status) = ask(lsa, own, true);
            // What LSA says of the session is worth having even without its tickets.
            Answer { detail: (status != 0).then(|| code(status)), ..written(vec![session], ending(status)) }
        }
        Sessions::All if elevation == Elevation::Limited => {
            let detail = Some("tickets of other sessions are for administrators".to_owned());
            Answer { detail, ..Answer::bare(Ending::Denied) }
        }
        Sessions::All => match lsa.logon_ids() {
            Ok(ids) if ids.is_empty() => {
                let detail = Some("LSA names no session, not even this one".to_owned());
                Answer { detail, ..Answer::bare(Ending::Broken(-1)) }
            }
            Ok(ids) => {
                let ending = if ids.len() > SESSIONS { Ending::Cut } else { Ending::Complete };
                let asked = ids.iter().take(SESSIONS).map(|id| ask(lsa, Some(*id), own == Some(*id)).0);
                written(asked.collect(), ending)
            }
            Err(status) => failed(status),
        },
    }
}

/// The answer of an LSA that ends with this status.
pub fn failed(status: u32) -> Answer {
    Answer { detail: Some(code(status)), ..Answer::bare(ending(status)) }
}

/// One session, and how the question about its tickets ended.
fn ask(lsa: &dyn Lsa, logon_id: Option<u64>, is_current: bool) -> (Session, u32) {
    let known = logon_id.and_then(|id| lsa.session(id).ok()).unwrap_or_default();
    let session = Session { logon_id: format!("{:#x}", logon_id.unwrap_or_default()), is_current, ..known };
    // Whoever is no administrator may give no number, not even that of his own session.
    let number = if is_current { 0 } else { logon_id.unwrap_or_default() };
    let mut last = 0;
    for message in Message::ALL {
        match lsa.tickets(number, message) {
            Ok(tickets) => {
                return (Session { tickets, status: code(0), source: Some(message.name()), ..session }, 0);
            }
            Err(status) => last = status,
        }
        // No other message would change that. "Access denied" is not among them: it is also what a system says that
        // does not know a message.
        if matches!(last, NO_SUCH_LOGON_SESSION | PRIVILEGE_NOT_HELD) {
            break;
        }
    }
    (Session { status: code(last), ..session }, last)
}

fn code(status: u32) -> String {
    format!("{status:#010x}")
}

fn ending(status: u32) -> Ending {
    match status {
        0 => Ending::Complete,
        ACCESS_DENIED | PRIVILEGE_NOT_HELD => Ending::Denied,
        other => Ending::Broken(other.cast_signed()),
    }
}

fn written(sessions: Vec<Session>, ending: Ending) -> Answer {
    match serde_json::to_vec_pretty(&File { sessions }) {
        Ok(bytes) => Answer { ending, bytes, detail: None },
        Err(error) => Answer { detail: Some(error.to_string()), ..Answer::bare(Ending::Broken(-1)) },
    }
}

/// A time of Windows: steps of 100 ns since 1601. None for 0 and for what is beyond all calendars, which mean "never".
pub fn time(steps: i64) -> Option<Timestamp> {
    const PER_SECOND: i64 = 10_000_000;
    const FROM_1601_TO_1970: i64 = 11_644_473_600;
    if steps <= 0 {
        return None;
    }
    Timestamp::from_second(steps / PER_SECOND - FROM_1601_TO_1970).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An LSA that knows messages up to one, and a few sessions.
    struct Known {
        ids: Result<Vec<u64>, u32>,
        newest: Message,
        otherwise: u32,
    }

    const UNKNOWN_MESSAGE: u32 = 0xc000_000d;

    impl Lsa for Known {
        fn logon_ids(&self) -> Result<Vec<u64>, u32> {
            self.ids.clone()
        }

        fn own_logon_id(&self) -> Option<u64> {
            Some(0x51a)
        }

        fn session(&self, logon_id: u64) -> Result<Session, u32> {
            let user = if logon_id == 0x3e7 { "WEB01$" } else { "alice" };
            Ok(Session { user: Some(user.to_owned()), ..Session::default() })
        }

        fn tickets(&self, logon_id: u64, message: Message) -> Result<Vec<Ticket>, u32> {
            assert_ne!(logon_id, 0x51a, "our own session has number 0 here");
            if Message::ALL.iter().position(|known| *known == message)
                < Message::ALL.iter().position(|known| *known == self.newest)
            {
                return Err(self.otherwise);
            }
            Ok(vec![Ticket { server: format!("HTTP/{logon_id:x}"), ..Ticket::default() }])
        }
    }

    fn answer(lsa: &Known, sessions: Sessions, elevation: Elevation) -> (Ending, String, Option<String>) {
        let answer = collect(lsa, sessions, elevation);
        (answer.ending, String::from_utf8(answer.bytes).expect("text"), answer.detail)
    }

    fn known(newest: Message) -> Known {
        Known { ids: Ok(vec![0x3e7, 0x51a]), newest, otherwise: UNKNOWN_MESSAGE }
    }

    #[test]
    fn the_newest_message_that_is_known_is_asked() {
        let refusals = [UNKNOWN_MESSAGE, ACCESS_DENIED];
        for (message, otherwise) in Message::ALL.into_iter().flat_map(|message| refusals.map(|code| (message, code))) {
            let lsa = Known { otherwise, ..known(message) };
            let (ending, json, _) = answer(&lsa, Sessions::Own, Elevation::Limited);
            assert_eq!(ending, Ending::Complete);
            assert!(json.contains(&format!("\"source\": \"{}\"", message.name())), "{json}");
            assert!(json.contains("\n          \"server\": \"HTTP/0\",\n"), "{json}");
            assert!(json.contains("\"logon_id\": \"0x51a\"") && json.contains("\"is_current\": true"), "{json}");
        }
    }

    #[test]
    fn a_session_without_an_answer_keeps_its_status() {
        let none = Known { newest: Message::Plain, otherwise: NO_SUCH_LOGON_SESSION, ..known(Message::Plain) };
        let (ending, json, detail) = answer(&none, Sessions::Own, Elevation::Unknown);
        assert_eq!((ending, detail.as_deref()), (Ending::Broken(0xc000_005f_u32.cast_signed()), Some("0xc000005f")));
        assert!(json.contains("\"status\": \"0xc000005f\"") && json.contains("\"tickets\": []"), "{json}");
        assert!(!json.contains("source"), "{json}");
    }

    #[test]
    fn all_sessions_are_for_administrators() {
        assert_eq!(answer(&known(Message::Ex3), Sessions::All, Elevation::Limited).0, Ending::Denied);
        let (ending, json, _) = answer(&known(Message::Ex3), Sessions::All, Elevation::Elevated);
        assert_eq!(ending, Ending::Complete);
        assert!(json.contains("HTTP/3e7") && json.contains("HTTP/0"), "{json}");
        assert_eq!(json.matches("\"is_current\": true").count(), 1, "{json}");
    }

    #[test]
    fn an_lsa_that_names_no_session_has_failed() {
        let none = Known { ids: Ok(Vec::new()), ..known(Message::Ex3) };
        assert_eq!(answer(&none, Sessions::All, Elevation::Elevated).0, Ending::Broken(-1));
        let denied = Known { ids: Err(ACCESS_DENIED), ..known(Message::Ex3) };
        assert_eq!(answer(&denied, Sessions::All, Elevation::Elevated).0, Ending::Denied);
    }

    #[test]
    fn more_sessions_than_fit_are_told() {
        let many = Known { ids: Ok((1..=SESSIONS as u64 + 1).collect()), ..known(Message::Ex3) };
        let (ending, json, _) = answer(&many, Sessions::All, Elevation::Elevated);
        assert_eq!((ending, json.matches("logon_id").count()), (Ending::Cut, SESSIONS));
    }

    #[test]
    fn times_of_windows_become_instants() {
        assert_eq!(time(133_801_632_000_000_000).expect("a time").to_string(), "2025-01-01T00:00:00Z");
        for never in [0, -1, i64::MAX] {
            assert_eq!(time(never), None, "{never}");
        }
    }
}
