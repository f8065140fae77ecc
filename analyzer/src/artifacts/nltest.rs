//! `nltest` output: the secure channel of a computer, the domain controller that it found, the domains that are trusted.
//!
//! `The command completed successfully` stands below a broken channel too: what counts is the status in the text.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::formats::text::Text;

/// Trusts of one file at most; a large forest has some hundreds.
const TRUSTS: usize = 10_000;

/// The Windows error that says that whoever asked may not.
const ACCESS_DENIED: u32 = 5;

/// What one run or several printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NltestOutput {
    /// The state of the secure channel, as a Windows error; 0 is good. There may be two: of the connection, and of the
    /// trust behind it.
    pub channel: Vec<Cited<u32>>,
    /// Why the question as such failed, as a Windows error.
    pub failures: Vec<Cited<u32>>,
    /// The domain controller that answered, without backslashes.
    pub domain_controller: Option<Cited<String>>,
    /// What the domain controller says of itself: `PDC`, `KDC`, `TIMESERV` and the like.
    pub flags: Vec<String>,
    /// The trusted domains.
    pub trusts: Vec<Trust>,
}

/// A trusted domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// Where it stands.
    pub at: Evidence,
    /// Its NetBIOS name.
    pub netbios: String,
    /// Its name in DNS; domains of Windows NT have none.
    pub dns: Option<String>,
    /// What stands in parentheses, such as `Direct Outbound` or `Attr: foresttrans`.
    pub notes: Vec<String>,
}

/// Whether a text was printed by `nltest`.
pub fn recognizes(text: &Text) -> bool {
    let output = parse(ArtifactId(0), text).value;
    let found = output.domain_controller.is_some() && !output.flags.is_empty();
    !output.channel.is_empty() || !output.failures.is_empty() || found || !output.trusts.is_empty()
}

/// Reads the output.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<NltestOutput> {
    let mut parsed = Parsed::whole(NltestOutput::default());
    for (number, line) in text.numbered() {
        let at = artifact.line(number);
        let words = line.trim();
        if let Some((before, code)) = status(words) {
            // `I_NetLogonControl failed: Status = …` against `Trusted DC Connection Status Status = …`.
            if before.ends_with(':') {
                parsed.value.failures.push(Cited::new(code, at));
                if code == ACCESS_DENIED {
                    parsed.lose(at, GapReason::ToolFailed(words.to_owned()));
                }
            } else {
                parsed.value.channel.push(Cited::new(code, at));
            }
        } else if let Some(name) = domain_controller(words) {
            parsed.value.domain_controller.get_or_insert(Cited::new(name, at));
        } else if let Some(flags) = words.strip_prefix("Flags:") {
            parsed.value.flags.extend(flags.split_whitespace().map(str::to_owned));
        } else if let Some(trust) = trust(words, at) {
            if parsed.value.trusts.len() < TRUSTS {
                parsed.value.trusts.push(trust);
            } else if parsed.is_whole() {
                parsed.lose(at, GapReason::OverLimit("trusts".to_owned()));
            }
        }
    }
    if parsed.value == NltestOutput::default() {
        parsed.lose(artifact.whole(), GapReason::Damaged("it holds no answer that is understood".to_owned()));
    }
    parsed
}

/// `… Status = 1311 0x51f ERROR_NO_LOGON_SERVERS`: the words before, and the error. Both spellings of the number agree.
fn status(words: &str) -> Option<(&str, u32)> {
    let (before, after) = words.rsplit_once('=')?;
    let mut parts = after.split_whitespace();
    let code: u32 = parts.next()?.parse().ok()?;
    let hexadecimal = u32::from_str_radix(parts.next()?.strip_prefix("0x")?, 16).ok()?;
    let before = before.trim_end().strip_suffix("Status")?.trim_end();
    (code == hexadecimal).then_some((before, code))
}

/// `Trusted DC Name \\DC01.contoso.com`, or `DC: \\DC01.contoso.com`, in any language. The address has the same form.
fn domain_controller(words: &str) -> Option<String> {
    let (before, name) = words.split_once("\\\\")?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-._".contains(c));
    let is_address = name.parse::<std::net::IpAddr>().is_ok();
    (!before.is_empty() && is_name && !is_address).then(|| name.trim_end_matches('.').to_owned())
}

/// `    0: FABRIKAM fabrikam.com (NT 5) (Direct Outbound) ( Attr: foresttrans )`
fn trust(words: &str, at: Evidence) -> Option<Trust> {
    let (number, rest) = words.split_once(':')?;
    number.parse::<u32>().ok()?;
    let (names, notes) = rest.split_at_checked(rest.find('(')?)?;
    let mut names = names.split_whitespace();
    let netbios = names.next()?.to_owned();
    let dns = names.next().map(str::to_owned);
    let notes = notes.split('(').filter_map(|note| note.split(')').next()).map(str::trim);
    let notes: Vec<_> = notes.filter(|note| !note.is_empty()).map(str::to_owned).collect();
    (names.next().is_none() && !notes.is_empty()).then_some(Trust { at, netbios, dns, notes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const GOOD: &str = "Flags: b0 HAS_IP  HAS_TIMESERV \r\nTrusted DC Name \\\\DC01.contoso.com \r\n\
        Trusted DC Connection Status Status = 0 0x0 NERR_Success\r\nTrust Verification Status = 0 0x0 NERR_Success\r\n\
        The command completed successfully\r\n";
    const BROKEN: &str = "Flags: 0 \r\nTrusted DC Name \r\nTrusted DC Connection Status Status = 1311 0x51f \
        ERROR_NO_LOGON_SERVERS\r\nThe command completed successfully\r\n";
    const GERMAN: &str = "Flags: 0 \r\nVertrauenswürdiger DC-Name \\\\DC01.contoso.com\r\n\
        Verbindungsstatus des vertrauenswürdigen DCs Status = 1789 0x6fd ERROR_TRUSTED_RELATIONSHIP_FAILURE\r\n";
    const FOUND: &str = "           DC: \\\\DC01.contoso.com\r\n      Address: \\\\10.0.0.10\r\n     Dom Name: contoso.com\r\n\
        \x20       Flags: PDC GC DS LDAP KDC TIMESERV WRITABLE\r\nThe command completed successfully\r\n";
    const TRUSTS_LIST: &str = "List of domain trusts:\r\n    0: FABRIKAM fabrikam.com (NT 5) (Direct Outbound) (Direct Inbound) ( Attr: foresttrans )\r\n\
        \x20   1: CONTOSO contoso.com (NT 5) (Forest Tree Root) (Primary Domain) (Native)\r\n    2: OLD (NT 4) (Direct Outbound)\r\n";
    const DENIED: &str = "I_NetLogonControl failed: Status = 5 0x5 ERROR_ACCESS_DENIED\r\n";

    fn read(text: &str) -> Parsed<NltestOutput> {
        parse(ArtifactId(0), &Text::from(text))
    }

    fn codes(list: &[Cited<u32>]) -> Vec<u32> {
        list.iter().map(|code| code.value).collect()
    }

    #[test]
    fn the_status_counts_and_not_the_last_line() {
        assert_eq!(codes(&read(GOOD).value.channel), [0, 0]);
        let broken = read(BROKEN);
        assert_eq!(codes(&broken.value.channel), [1311]);
        assert_eq!(broken.value.channel[0].at, ArtifactId(0).line(3));
        assert!(broken.is_whole() && broken.value.domain_controller.is_none());
        assert_eq!(codes(&read(GERMAN).value.channel), [1789]);
    }

    #[test]
    fn a_domain_controller_is_found_by_its_backslashes() {
        for text in [GOOD, GERMAN, FOUND] {
            let found = read(text).value.domain_controller.map(|name| name.value);
            assert_eq!(found.as_deref(), Some("DC01.contoso.com"), "{text}");
        }
        assert!(read(FOUND).value.flags.contains(&"KDC".to_owned()));
    }

    #[test]
    fn trusts_have_names_and_notes() {
        let trusts = read(TRUSTS_LIST).value.trusts;
        let names: Vec<_> = trusts.iter().map(|trust| (trust.netbios.as_str(), trust.dns.as_deref())).collect();
        assert_eq!(names, [("FABRIKAM", Some("fabrikam.com")), ("CONTOSO", Some("contoso.com")), ("OLD", None)]);
        assert_eq!(trusts[0].notes.last().map(String::as_str), Some("Attr: foresttrans"));
    }

    #[test]
    fn a_question_that_failed_is_no_state_of_the_channel() {
        let denied = read(DENIED);
        assert_eq!((codes(&denied.value.failures), denied.value.channel.len()), (vec![5], 0));
        assert!(!denied.is_whole());
        let none = read("Getting DC name failed: Status = 1355 0x54b ERROR_NO_SUCH_DOMAIN\r\n");
        assert_eq!((codes(&none.value.failures), none.is_whole()), (vec![1355], true));
        assert!(!read("nothing\r\n").is_whole());
    }

    #[test]
    fn only_such_texts_are_recognized() {
        for text in [GOOD, BROKEN, GERMAN, FOUND, TRUSTS_LIST, DENIED] {
            assert!(recognizes(&Text::from(text)), "{text}");
        }
        for text in ["", "see \\\\files\\share", "Status = 5", "Flags: 0", "1: a b", "x Status = 1 0x2 y"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[GOOD, GERMAN, FOUND, TRUSTS_LIST, DENIED]) {
            let _ = read(cut);
        }
    }
}
