//! What the server says about itself before anything is collected: its names, its time zone, its language.
//!
//! The registry is read with `reg query`, whose output is not translated; so no unsafe code and no package is needed.

use std::time::Duration;

use crate::host::{Command, Ending, Host, RunLimits};

/// What is known; none where the server did not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The NetBIOS name.
    pub computer: Option<String>,
    /// The primary DNS suffix.
    pub domain: Option<String>,
    /// Minutes that local time is ahead of UTC.
    pub utc_offset_minutes: Option<i32>,
    /// The language that tools print in, such as `de-DE`.
    pub display_language: Option<String>,
    /// The code page that tools print in.
    pub code_page: Option<u16>,
    /// Whether we run with the rights of an administrator.
    pub elevation: Elevation,
}

/// Whether the collector runs with the rights of an administrator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Elevation {
    /// It does.
    Elevated,
    /// It does not.
    Limited,
    /// The server did not tell.
    #[default]
    Unknown,
}

const LIMITS: RunLimits = RunLimits { time: Duration::from_secs(15), bytes: 1 << 20 };

const TCPIP: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters";
const TIME_ZONE: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation";
const CODE_PAGE: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage";
const DESKTOP: &str = r"HKCU\Control Panel\Desktop";
const DESKTOP_CACHE: &str = r"HKCU\Control Panel\Desktop\MuiCached";

impl Facts {
    /// Asks the server.
    pub fn ask(host: &dyn Host) -> Self {
        Self {
            computer: host.variable("COMPUTERNAME").filter(|name| !name.is_empty()),
            domain: registry(host, TCPIP, "Domain").or_else(|| registry(host, TCPIP, "NV Domain")),
            utc_offset_minutes: registry(host, TIME_ZONE, "ActiveTimeBias").and_then(|bias| offset(&bias)),
            display_language: display_language(host),
            code_page: code_page(host),
            elevation: elevation(host),
        }
    }

    /// The name in DNS.
    pub fn full_name(&self) -> Option<String> {
        Some(format!("{}.{}", self.computer.as_ref()?, self.domain.as_ref()?))
    }
}

fn printed(host: &dyn Host, command: &Command) -> Option<String> {
    let answer = host.run(command, LIMITS);
    // All that is looked for is ASCII, so the code page of the rest does not matter.
    (answer.ending == Ending::Exited(0)).then(|| String::from_utf8_lossy(&answer.bytes).into_owned())
}

/// One value, as `reg query` prints it: `    Domain    REG_SZ    contoso.com`.
fn registry(host: &dyn Host, key: &str, value: &str) -> Option<String> {
    let printed = printed(host, &Command::printing("reg", ["query", key, "/v", value]))?;
    let data = printed.lines().find_map(|line| {
        let (name, rest) = line.split_once(" REG_")?;
        let data = rest.split_once(char::is_whitespace)?.1.trim();
        (name.trim() == value && !data.is_empty()).then(|| data.to_owned())
    })?;
    Some(data)
}

/// Windows counts from local time to UTC, the manifest from UTC to local time.
fn offset(bias: &str) -> Option<i32> {
    let bias = u32::from_str_radix(bias.strip_prefix("0x")?, 16).ok()?;
    let minutes = bias.cast_signed().checked_neg()?;
    (-24 * 60..=24 * 60).contains(&minutes).then_some(minutes)
}

/// The language that the user chose, else the one of the machine; lists are separated by `\0` in print.
fn display_language(host: &dyn Host) -> Option<String> {
    let list = registry(host, DESKTOP, "PreferredUILanguages")
        .or_else(|| registry(host, DESKTOP_CACHE, "MachinePreferredUILanguages"))?;
    let first = list.split("\\0").next()?.trim();
    let tag = |character: char| character.is_ascii_alphanumeric() || character == '-';
    (!first.is_empty() && first.len() <= 20 && first.chars().all(tag)).then(|| first.to_owned())
}

/// `chcp` tells for exactly the kind of console that our programs print to; the words around the number differ
/// with the language (`Aktive Codepage: 850.`).
fn code_page(host: &dyn Host) -> Option<u16> {
    let told = printed(host, &Command::printing("chcp.com", [""; 0]));
    let number = |text: String| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|page| *page > 0)
    };
    told.and_then(number).or_else(|| registry(host, CODE_PAGE, "OEMCP").and_then(|page| page.parse().ok()))
}

/// The integrity level is a group with a well-known number, whatever its name in the language of the server.
fn elevation(host: &dyn Host) -> Elevation {
    let Some(groups) = printed(host, &Command::printing("whoami", ["/groups", "/fo", "csv", "/nh"])) else {
        return Elevation::Unknown;
    };
    let has = |level: &str| groups.contains(&format!("\"S-1-16-{level}\""));
    match () {
        () if has("12288") || has("16384") => Elevation::Elevated,
        () if has("8192") || has("4096") => Elevation::Limited,
        () => Elevation::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::folder::{FolderHost, answer_name};

    fn host(environment: &str, answers: &[(Command, &str)]) -> (tempfile::TempDir, FolderHost) {
        let folder = tempfile::tempdir().expect("a folder");
        let commands = folder.path().join("commands");
        fs::create_dir(&commands).expect("a folder");
        fs::write(folder.path().join("environment.txt"), environment).expect("written");
        for (command, answer) in answers {
            fs::write(commands.join(format!("{}.txt", answer_name(command))), answer).expect("written");
        }
        let host = FolderHost::new(folder.path());
        (folder, host)
    }

    fn value(key: &str, name: &str) -> Command {
        Command::printing("reg", ["query", key, "/v", name])
    }

    #[test]
    fn a_german_server_tells_everything() {
        let print = |name: &str, kind: &str, data: &str| format!("\r\nHKEY\r\n    {name}    {kind}    {data}\r\n\r\n");
        let (_folder, host) = host(
            "COMPUTERNAME=WEB01\r\n",
            &[
                (value(TCPIP, "Domain"), &print("Domain", "REG_SZ", "contoso.com")),
                (value(TIME_ZONE, "ActiveTimeBias"), &print("ActiveTimeBias", "REG_DWORD", "0xffffff88")),
                (
                    value(DESKTOP, "PreferredUILanguages"),
                    &print("PreferredUILanguages", "REG_MULTI_SZ", r"de-DE\0en-US"),
                ),
                (Command::printing("chcp.com", [""; 0]), "Aktive Codepage: 850.\r\n"),
                (
                    Command::printing("whoami", ["/groups", "/fo", "csv", "/nh"]),
                    "\"x\",\"Bezeichnung\",\"S-1-16-12288\",\"\"\r\n",
                ),
            ],
        );
        let facts = Facts::ask(&host);
        let expected = Facts {
            computer: Some("WEB01".to_owned()),
            domain: Some("contoso.com".to_owned()),
            utc_offset_minutes: Some(120),
            display_language: Some("de-DE".to_owned()),
            code_page: Some(850),
            elevation: Elevation::Elevated,
        };
        assert_eq!(facts, expected);
        assert_eq!(facts.full_name().as_deref(), Some("WEB01.contoso.com"));
    }

    #[test]
    fn a_silent_server_tells_nothing() {
        let (_folder, host) = host("", &[]);
        assert_eq!(Facts::ask(&host), Facts::default());
    }

    #[test]
    fn the_bias_is_turned_around() {
        assert_eq!(offset("0xffffffc4"), Some(60));
        assert_eq!(offset("0x1e0"), Some(-480));
        assert_eq!(offset("0x0"), Some(0));
        for odd in ["60", "0x80000000", "0x7fffffff", "0x", "0xzz"] {
            assert_eq!(offset(odd), None, "{odd}");
        }
    }

    #[test]
    fn an_empty_value_is_no_value() {
        let (_folder, host) = host("", &[(value(TCPIP, "Domain"), "\r\n    Domain    REG_SZ    \r\n")]);
        assert_eq!(Facts::ask(&host).domain, None);
    }
}
