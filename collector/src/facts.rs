//! What the computer says about itself before anything is collected: its names, its time zone, its language.

use crate::host::Host;
use crate::registry;

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

impl Elevation {
    /// What an integrity level means: the last number of its SID, `S-1-16-12288` for a program that runs elevated.
    pub const fn of_integrity(level: u32) -> Self {
        const HIGH: u32 = 0x3000;
        if level >= HIGH { Self::Elevated } else { Self::Limited }
    }
}

const TCPIP: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters";
const TIME_ZONE: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation";
const CODE_PAGE: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage";
const DESKTOP: &str = r"HKCU\Control Panel\Desktop";
const CONSOLE: &str = r"HKCU\Console";
const DESKTOP_CACHE: &str = r"HKCU\Control Panel\Desktop\MuiCached";

impl Facts {
    /// Asks the server.
    pub fn ask(host: &dyn Host) -> Self {
        Self {
            computer: host.variable("COMPUTERNAME").filter(|name| !name.is_empty()),
            domain: text(host, TCPIP, "Domain").or_else(|| text(host, TCPIP, "NV Domain")),
            utc_offset_minutes: number(host, TIME_ZONE, "ActiveTimeBias").and_then(offset),
            display_language: display_language(host),
            code_page: code_page(host),
            elevation: host.elevation(),
        }
    }

    /// The name in DNS.
    pub fn full_name(&self) -> Option<String> {
        Some(format!("{}.{}", self.computer.as_ref()?, self.domain.as_ref()?))
    }
}

fn text(host: &dyn Host, key: &str, value: &str) -> Option<String> {
    registry::one(host, key, value)?.text().filter(|text| !text.is_empty())
}

fn number(host: &dyn Host, key: &str, value: &str) -> Option<u32> {
    registry::one(host, key, value)?.number()
}

/// Windows counts from local time to UTC, the manifest from UTC to local time.
fn offset(bias: u32) -> Option<i32> {
    let minutes = bias.cast_signed().checked_neg()?;
    (-24 * 60..=24 * 60).contains(&minutes).then_some(minutes)
}

/// The language that the user chose, else the one of the machine; of several, the first.
fn display_language(host: &dyn Host) -> Option<String> {
    let first = text(host, DESKTOP, "PreferredUILanguages")
        .or_else(|| text(host, DESKTOP_CACHE, "MachinePreferredUILanguages"))?;
    let tag = |character: char| character.is_ascii_alphanumeric() || character == '-';
    (first.len() <= 20 && first.chars().all(tag)).then_some(first)
}

/// Our programs print to a console of their own, and that has the code page the user set for new consoles, else the
/// one of the system.
fn code_page(host: &dyn Host) -> Option<u16> {
    let chosen = number(host, CONSOLE, "CodePage").and_then(|page| page.try_into().ok()).filter(|page| *page > 0);
    let of_system = || text(host, CODE_PAGE, "OEMCP").and_then(|page| page.parse().ok());
    chosen.or_else(|| host.code_page()).or_else(of_system)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::folder::FolderHost;

    fn ask(environment: &str, registry: &str) -> Facts {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("environment.txt"), environment).expect("written");
        fs::write(folder.path().join("registry.txt"), registry).expect("written");
        Facts::ask(&FolderHost::new(folder.path()))
    }

    const GERMAN: &str = r"
HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters
    Domain    REG_SZ    contoso.com
    NV Domain    REG_SZ    old.contoso.com

HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\TimeZoneInformation
    ActiveTimeBias    REG_DWORD    0xffffff88

HKEY_CURRENT_USER\Control Panel\Desktop
    PreferredUILanguages    REG_MULTI_SZ    de-DE\0en-US

HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Nls\CodePage
    OEMCP    REG_SZ    850
";

    #[test]
    fn a_german_server_tells_everything() {
        let facts = ask("COMPUTERNAME=WEB01\r\n", GERMAN);
        let expected = Facts {
            computer: Some("WEB01".to_owned()),
            domain: Some("contoso.com".to_owned()),
            utc_offset_minutes: Some(120),
            display_language: Some("de-DE".to_owned()),
            code_page: Some(850),
            elevation: Elevation::Unknown,
        };
        assert_eq!(facts, expected);
        assert_eq!(facts.full_name().as_deref(), Some("WEB01.contoso.com"));
    }

    #[test]
    fn a_silent_server_tells_nothing() {
        assert_eq!(ask("", ""), Facts::default());
    }

    #[test]
    fn the_code_page_that_the_user_chose_comes_first() {
        let chosen = format!("{GERMAN}\nHKEY_CURRENT_USER\\Console\n    CodePage    REG_DWORD    0xfde9\n");
        assert_eq!(ask("", &chosen).code_page, Some(65001));
        assert_eq!(ask("", &chosen.replace("0xfde9", "0x0")).code_page, Some(850), "0 is no code page");
    }

    #[test]
    fn the_bias_is_turned_around() {
        assert_eq!(offset(0xffff_ffc4), Some(60));
        assert_eq!(offset(0x1e0), Some(-480));
        assert_eq!(offset(0), Some(0));
        for odd in [0x8000_0000, 0x7fff_ffff] {
            assert_eq!(offset(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_language_is_a_tag_and_an_empty_value_is_none() {
        assert_eq!(ask("", &GERMAN.replace("de-DE", "de DE")).display_language, None);
        let unset = GERMAN.replace("    Domain    REG_SZ    contoso.com", "    Domain    REG_SZ    ");
        assert_eq!(ask("", &unset).domain.as_deref(), Some("old.contoso.com"));
    }

    #[test]
    fn an_elevated_program_has_a_high_level() {
        for (level, elevation) in [(0x3000, Elevation::Elevated), (0x4000, Elevation::Elevated)] {
            assert_eq!(Elevation::of_integrity(level), elevation);
        }
        for level in [0x1000, 0x2000, 0x2100] {
            assert_eq!(Elevation::of_integrity(level), Elevation::Limited);
        }
    }
}
