//! `netlogon.log`: sign-ins by NTLM that a computer passed on, and failures of its channel to the domain.
//!
//! A line begins with a day and a time without a year, in the local time of the computer. Only lines that end in an NT
//! status are kept; the rest is talk.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::formats::text::Text;

/// Lines with a failure that are kept at most.
const FAILURES: usize = 100_000;

/// What a log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetlogonLog {
    /// The failures, in the order of the log.
    pub failures: Vec<Failure>,
}

/// A line that tells of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The line.
    pub at: Evidence,
    /// When, as it is written: `03/14 10:22:11`.
    pub time: String,
    /// What part of Netlogon says so: `LOGON`, `SESSION`, `CRITICAL` and the like.
    pub category: String,
    /// The NT status.
    pub status: u32,
    /// The sign-in that failed, where it is one.
    pub logon: Option<Logon>,
}

/// A sign-in by NTLM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logon {
    /// The account.
    pub user: String,
    /// The computer that the user sat at.
    pub workstation: String,
}

/// Whether a text is such a log.
pub fn recognizes(text: &Text) -> bool {
    let lines = text.lines().iter().filter(|line| !line.trim().is_empty()).take(50);
    let known = lines.filter(|line| head(line).is_some()).count();
    known >= 2
}

/// Reads a log.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<NetlogonLog> {
    let mut parsed = Parsed::whole(NetlogonLog::default());
    let mut understood = false;
    for (number, line) in text.numbered() {
        let Some((time, category, rest)) = head(line) else { continue };
        understood = true;
        let Some(status) = failed(rest) else { continue };
        let at = artifact.line(number);
        if parsed.value.failures.len() >= FAILURES {
            parsed.lose(at, GapReason::OverLimit("failures".to_owned()));
            break;
        }
        let (time, category) = (time.to_owned(), category.to_owned());
        parsed.value.failures.push(Failure { at, time, category, status, logon: logon(rest) });
    }
    if !understood && !text.lines().is_empty() {
        parsed.lose(artifact.whole(), GapReason::Damaged("it holds no line that is understood".to_owned()));
    }
    parsed
}

/// `03/14 10:22:11 [LOGON] [1234] …`: the time, the category, the rest.
fn head(line: &str) -> Option<(&str, &str, &str)> {
    let (time, rest) = line.split_at_checked(14)?;
    let is_time = time.chars().zip("00/00 00:00:00".chars()).all(|(found, form)| match form {
        '0' => found.is_ascii_digit(),
        other => found == other,
    });
    let (category, rest) = rest.trim_start().strip_prefix('[')?.split_once(']')?;
    is_time.then_some((time, category, rest))
}

/// The NT status of a failure: the last number of the line that is one. Success is no failure.
fn failed(rest: &str) -> Option<u32> {
    let words = rest.split(|c: char| c.is_whitespace() || "=:,.()".contains(c));
    let mut codes = words.filter_map(|word| {
        let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"))?;
        u32::from_str_radix(digits, 16).ok()
    });
    codes.rfind(|code| code >> 28 == 0xc)
}

/// `SamLogon: Network logon of CONTOSO\bob from CLIENT1 Returns 0xC000006A`; with `(via WEB01)` where it was passed on.
fn logon(rest: &str) -> Option<Logon> {
    let (_, after) = rest.split_once(" logon of ")?;
    let (user, after) = after.split_once(" from ")?;
    let workstation = after.split_whitespace().next().unwrap_or_default();
    Some(Logon { user: user.trim().to_owned(), workstation: workstation.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const LOG: &str = "03/14 10:22:10 [INIT] [1234] Group Policy is not defined for Netlogon\r\n\
        03/14 10:22:11 [LOGON] [1234] CONTOSO: SamLogon: Network logon of CONTOSO\\bob from CLIENT1 Entered\r\n\
        03/14 10:22:11 [LOGON] [1234] CONTOSO: SamLogon: Network logon of CONTOSO\\bob from CLIENT1 Returns 0xC000006A\r\n\
        03/14 10:22:12 [LOGON] CONTOSO: SamLogon: Transitive Network logon of CONTOSO\\amy from CLIENT2 (via WEB01) Returns 0x0\r\n\
        03/14 10:22:13 [SESSION] [99] CONTOSO: NlSessionSetup: Session setup: cannot authenticate: 0xc000018b\r\n\
        a line of another kind\r\n";

    fn read(text: &str) -> Parsed<NetlogonLog> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn failures_are_kept_and_success_is_not() {
        let parsed = read(LOG);
        assert!(parsed.is_whole());
        let [logon, session] = parsed.value.failures.as_slice() else { panic!("{parsed:?}") };
        assert_eq!((logon.at, logon.status, logon.category.as_str()), (ArtifactId(0).line(3), 0xc000_006a, "LOGON"));
        let bob = Logon { user: "CONTOSO\\bob".to_owned(), workstation: "CLIENT1".to_owned() };
        assert_eq!((logon.logon.as_ref(), logon.time.as_str()), (Some(&bob), "03/14 10:22:11"));
        assert_eq!((session.status, session.logon.as_ref()), (0xc000_018b, None));
    }

    #[test]
    fn only_such_logs_are_recognized_and_others_are_damage() {
        assert!(recognizes(&Text::from(LOG)));
        for text in
            ["", "hello", "03/14 10:22:10 [INIT] once is not enough", "2026-03-14 10:22:10 [X] y\n2026-03-14 [X]"]
        {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
        assert!(!read("nothing of the kind\r\n").is_whole() && read("").is_whole());
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[LOG]) {
            let _ = read(cut);
        }
    }
}
