//! `systeminfo` output: host name, Windows version, domain.
//!
//! Labels are translated, their order is not: the host name is the first value, the system's name the second, its
//! version the third. The domain is the value that stands just before the logon server, `\\…`.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited};
use crate::formats::text::Text;

/// What `systeminfo` printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemInfo {
    /// The NetBIOS name of the host.
    pub host_name: Option<Cited<String>>,
    /// The product name, such as `Microsoft Windows Server 2022 Standard`.
    pub os_name: Option<Cited<String>>,
    /// The version and build, such as `10.0.20348`.
    pub os_version: Option<Cited<String>>,
    /// The DNS name of the domain, or the name of a workgroup.
    pub domain: Option<Cited<String>>,
}

/// Whether a text was printed by `systeminfo`.
pub fn recognizes(text: &Text) -> bool {
    let info = parse(ArtifactId(0), text).value;
    info.host_name.is_some() && info.os_name.is_some() && info.os_version.is_some()
}

/// Reads the output.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<SystemInfo> {
    let rows: Vec<_> = text
        .numbered()
        .filter(|(_, line)| !line.starts_with(' '))
        .filter_map(|(number, line)| {
            let (label, value) = line.split_once(':')?;
            (!label.is_empty()).then(|| Cited::new(value.trim().to_owned(), artifact.line(number)))
        })
        .collect();
    let logon_server = rows.iter().position(|row| row.value.starts_with("\\\\"));
    let mut parsed = Parsed::whole(SystemInfo {
        host_name: rows.first().filter(|row| is_name(&row.value)).cloned(),
        os_name: rows.get(1).filter(|row| row.value.contains("Windows")).cloned(),
        os_version: rows.get(2).and_then(version),
        domain: logon_server.and_then(|at| rows.get(at.checked_sub(1)?)).filter(|row| is_name(&row.value)).cloned(),
    });
    if parsed.value.host_name.is_none() {
        parsed.lose(artifact.whole(), GapReason::Damaged("it names no host".to_owned()));
    }
    parsed
}

/// `10.0.20348 N/A Build 20348` gives `10.0.20348`.
fn version(row: &Cited<String>) -> Option<Cited<String>> {
    let number = row.value.split_whitespace().next()?;
    let digits = number.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()));
    (digits && number.contains('.')).then(|| Cited::new(number.to_owned(), row.at))
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const ENGLISH: &str = "\r\nHost Name:                 WEB01\r\n\
        OS Name:                   Microsoft Windows Server 2022 Standard\r\n\
        OS Version:                10.0.20348 N/A Build 20348\r\n\
        Processor(s):              1 Processor(s) Installed.\r\n\
        \x20                          [01]: Intel64 Family 6\r\n\
        Domain:                    contoso.com\r\nLogon Server:              \\\\DC01\r\n";

    fn read(text: &str) -> SystemInfo {
        parse(ArtifactId(0), &Text::from(text)).value
    }

    #[test]
    fn the_host_is_identified() {
        let info = read(ENGLISH);
        let value = |cited: Option<Cited<String>>| cited.map(|cited| cited.value).unwrap_or_default();
        assert_eq!(value(info.host_name), "WEB01");
        assert_eq!(value(info.os_name), "Microsoft Windows Server 2022 Standard");
        assert_eq!(value(info.os_version), "10.0.20348");
        assert_eq!(value(info.domain), "contoso.com");
    }

    #[test]
    fn german_is_read_by_its_structure() {
        let german = ENGLISH.replace("Host Name", "Hostname").replace("OS Name", "Betriebssystemname");
        let german = german.replace("OS Version", "Betriebssystemversion").replace("Logon Server", "Anmeldeserver");
        assert_eq!(read(&german), read(ENGLISH));
    }

    #[test]
    fn its_own_output_is_recognized_and_other_text_is_not() {
        assert!(recognizes(&Text::from(ENGLISH)));
        assert!(!recognizes(&Text::from("a: b\nc: d\ne: 1.2\n")));
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[ENGLISH]) {
            let _ = read(cut);
        }
    }
}
