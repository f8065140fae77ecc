//! The two ways through an artifact: learning its names, and putting tokens in their place.

use std::fmt::Write as _;

use kerbscope_shared::pseudonym::sid;
use kerbscope_shared::rewrite::piece::{Edit, Editor, Piece};

use crate::pseudonym::dn;
use crate::pseudonym::finder::{Found, What, unescape};
use crate::pseudonym::names::{LONGEST, Names};
use crate::pseudonym::scanner::{Scanned, Scanner};
use crate::pseudonym::words;

/// What stands in the place of what no diagnosis needs.
pub const REMOVED: &str = "[REMOVED]";

/// Learns names, and changes nothing.
#[derive(Debug)]
pub struct Learning<'a> {
    names: &'a mut Names,
    scanner: Scanner,
    /// How many values will be taken out because nobody needs them.
    pub removed: u32,
}

impl<'a> Learning<'a> {
    /// Learns from an artifact that this scanner is at the beginning of.
    pub fn new(names: &'a mut Names, scanner: Scanner) -> Self {
        Self { names, scanner, removed: 0 }
    }
}

impl Editor for Learning<'_> {
    fn text(&mut self, piece: &Piece<'_>) -> Vec<Edit> {
        if let Scanned::Found(found) = self.scanner.scan(piece, self.names) {
            self.removed = self.removed.saturating_add(secrets(&found));
            for found in &found {
                learn(piece.text, found, self.names);
            }
        }
        Vec::new()
    }

    fn bytes(&mut self, key: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        self.removed = self.removed.saturating_add(u32::from(is_secret(key, bytes)));
        for (_, unique) in sid::in_bytes(bytes) {
            self.names.sid(&unique);
        }
        None
    }
}

/// Takes in what was found in a text.
pub fn learn(text: &str, found: &Found, names: &mut Names) {
    let Some(word) = text.get(found.range.clone()) else { return };
    match &found.what {
        What::Name(role) => drop(names.note(*role, &dn::unescaped(word))),
        What::Address(address) => drop(names.address(*address, word)),
        What::Sid(unique) => drop(names.sid(unique)),
        What::EscapedSid => {
            let bytes = unescape(word).unwrap_or_default();
            for (_, unique) in sid::in_bytes(&bytes) {
                names.sid(&unique);
            }
        }
        What::Secret => {}
    }
}

/// Puts tokens in the place of names.
#[derive(Debug)]
pub struct Replacing<'a> {
    names: &'a mut Names,
    scanner: Scanner,
    /// The piece in small letters; kept to spare the memory manager.
    small: String,
    /// A name has no token, so nothing more may be handed out.
    pub is_stuck: bool,
}

impl<'a> Replacing<'a> {
    /// Replaces in an artifact that this scanner is at the beginning of.
    pub fn new(names: &'a mut Names, scanner: Scanner) -> Self {
        Self { names, scanner, small: String::new(), is_stuck: false }
    }
}

impl Editor for Replacing<'_> {
    fn text(&mut self, piece: &Piece<'_>) -> Vec<Edit> {
        let Scanned::Found(found) = self.scanner.scan(piece, self.names) else { return Vec::new() };
        let edits = replace(piece.text, &found, false, self.names, &mut self.small);
        self.is_stuck |= edits.is_none();
        edits.unwrap_or_default()
    }

    fn bytes(&mut self, key: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        if is_secret(key, bytes) {
            return Some(Vec::new());
        }
        sid::replace_in_bytes(bytes, |unique| self.names.sid(unique))
    }
}

/// Whether a binary value goes: nobody knows what it holds, or there is text in it.
fn is_secret(key: &str, bytes: &[u8]) -> bool {
    !is_known_binary(key) || may_hold_text(bytes)
}

/// How many values go because nobody needs them, or because they are no names, however they look.
fn secrets(found: &[Found]) -> u32 {
    let is_secret = |found: &&Found| match found.what {
        What::Secret => true,
        What::Name(_) => found.range.len() > LONGEST,
        _ => false,
    };
    u32::try_from(found.iter().filter(is_secret).count()).unwrap_or(u32::MAX)
}

/// Binary values of the directory that hold numbers and SIDs, and nothing else.
fn is_known_binary(key: &str) -> bool {
    const KNOWN: [&str; 9] = [
        "objectsid",
        "objectguid",
        "sidhistory",
        "securityidentifier",
        "tokengroups",
        "ntsecuritydescriptor",
        "msds-allowedtoactonbehalfofotheridentity",
        "msds-groupmsamembership",
        "invocationid",
    ];
    KNOWN.contains(&key.to_lowercase().as_str())
}

/// Whether bytes have a run of letters in them, in UTF-8 or in UTF-16.
fn may_hold_text(bytes: &[u8]) -> bool {
    const RUN: usize = 5;
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(*byte, b'.' | b'-' | b'_' | b'\\' | b' ');
    let narrow = bytes.windows(RUN).any(|run| run.iter().all(is_letter));
    let wide =
        bytes.windows(RUN * 2).any(|run| run.as_chunks::<2>().0.iter().all(|[low, high]| *high == 0 && is_letter(low)));
    narrow || wide
}

/// What to put where in a text; none when a name has no token. `with_common` also replaces known names that are words
/// of the formats.
pub fn replace(
    text: &str,
    found: &[Found],
    with_common: bool,
    names: &mut Names,
    small: &mut String,
) -> Option<Vec<Edit>> {
    lower(text, small);
    let mut edits = Vec::new();
    let mut behind = 0;
    for found in found {
        known(text, small, behind..found.range.start, with_common, names, &mut edits)?;
        edits.push(Edit { range: found.range.clone(), text: token(text, found, names)? });
        behind = found.range.end;
    }
    known(text, small, behind..text.len(), with_common, names, &mut edits)?;
    Some(edits)
}

/// Known names between what was found by its form.
fn known(
    text: &str,
    small: &str,
    gap: std::ops::Range<usize>,
    with_common: bool,
    names: &mut Names,
    edits: &mut Vec<Edit>,
) -> Option<()> {
    let mut found = Vec::new();
    words::find(small.get(gap.clone()).unwrap_or_default(), names, with_common, |range, id| found.push((range, id)));
    for (range, id) in found {
        let range = gap.start.saturating_add(range.start)..gap.start.saturating_add(range.end);
        let token = names.token(id, text.get(range.clone())?)?;
        edits.push(Edit { range, text: token });
    }
    Some(())
}

fn token(text: &str, found: &Found, names: &mut Names) -> Option<String> {
    let word = text.get(found.range.clone())?;
    match &found.what {
        What::Name(_) if word.len() > LONGEST => Some(REMOVED.to_owned()),
        What::Name(role) => {
            let id = names.note(*role, &dn::unescaped(word))?;
            names.token(id, word)
        }
        What::Address(address) => names.address(*address, word),
        What::Sid(unique) => {
            let token = names.sid(unique)?.to_string();
            token.strip_prefix(unique.family.prefix()).map(str::to_owned)
        }
        What::EscapedSid => {
            let bytes = unescape(word)?;
            let replaced = sid::replace_in_bytes(&bytes, |unique| names.sid(unique)).unwrap_or(bytes);
            let mut escaped = String::new();
            for byte in replaced {
                let _ = write!(escaped, "\\{byte:02x}");
            }
            Some(escaped)
        }
        What::Secret => Some(REMOVED.to_owned()),
    }
}

/// The text in small letters, each character as long as it was, so that places stay the same.
fn lower(text: &str, small: &mut String) {
    small.clear();
    if text.is_ascii() {
        small.push_str(text);
        small.make_ascii_lowercase();
        return;
    }
    small.extend(text.chars().map(|character| {
        let mut lower = character.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(one), None) if one.len_utf8() == character.len_utf8() => one,
            _ => character,
        }
    }));
}

#[cfg(test)]
mod tests {
    use kerbscope_shared::kind::ArtifactKind;
    use kerbscope_shared::pseudonym::real_names::RealNames;
    use kerbscope_shared::pseudonym::token::MapId;
    use kerbscope_shared::rewrite::format::Format;
    use kerbscope_shared::rewrite::rewriter::rewrite_all;

    use super::*;

    const ID: MapId = MapId(0x0123_4567_89ab_cdef);

    /// The artifact with tokens, and the artifact that real names make of it again.
    fn there_and_back(kind: ArtifactKind, text: &str) -> (String, String) {
        let mut names = Names::new(ID);
        let format = Format::of(kind).expect("is text");
        for _ in 0..2 {
            rewrite_all(format, text, &mut Learning::new(&mut names, Scanner::new(kind)));
        }
        let mut replacing = Replacing::new(&mut names, Scanner::new(kind));
        let tokens = rewrite_all(format, text, &mut replacing);
        assert!(!replacing.is_stuck);
        let map = names.map();
        let back = rewrite_all(format, &tokens, &mut RealNames::new(&map));
        (tokens, back)
    }

    /// Each of these names goes out, all else stays, and it can be told back letter by letter.
    fn check(kind: ArtifactKind, text: &str, names: &[&str]) {
        let (tokens, back) = there_and_back(kind, text);
        assert_eq!(back, text, "{tokens}");
        let small = tokens.to_lowercase();
        for name in names {
            assert!(text.to_lowercase().contains(&name.to_lowercase()), "{name} is not in {text}");
            assert!(!small.contains(&name.to_lowercase()), "{name} is in {tokens}");
        }
    }

    /// The words in the order in which they stand, tokens without their numbers.
    fn shape(kind: ArtifactKind, text: &str, expected: &str) {
        let (tokens, back) = there_and_back(kind, text);
        assert_eq!(back, text, "{tokens}");
        let tail = ID.tail();
        let mut plain = tokens.replace(&tail, "").replace(&tail.to_uppercase(), "");
        plain.retain(|character| !character.is_ascii_digit());
        assert_eq!(plain, expected, "{tokens}");
    }

    #[test]
    fn what_setspn_prints() {
        let text = "Checking domain DC=contoso,DC=com\r\nCN=WEB01,OU=My Servers,DC=contoso,DC=com\r\n\tWSMAN/web01\r\n\
            \tCustom/web01.contoso.com:81\r\n\tMSSQLSvc/sql-7.contoso.com:1433\r\n\r\nExisting SPN found!\r\n";
        check(ArtifactKind::Setspn, text, &["web01", "contoso", "My Servers", "sql-7"]);
        shape(
            ArtifactKind::Setspn,
            "HTTP/web01.contoso.com is registered on these accounts:\r\n\tCN=svc-web,OU=x y,DC=contoso,DC=com\r\n",
            "HTTP/host.dom.com is registered on these accounts:\r\n\tCN=name,OU=unit,DC=dom,DC=com\r\n",
        );
    }

    #[test]
    fn what_klist_prints() {
        let text = "\r\nCurrent LogonId is 0:0x3e7a1\r\n\r\n#0>\tClient: alice smith @ CONTOSO.COM\r\n\
            \tServer: krbtgt/CONTOSO.COM @ CONTOSO.COM\r\n\tKdc Called: DC01\r\n\
            #1>\tClient: web01$ @ CONTOSO.COM\r\n\tServer: HTTP/web01.contoso.com @ CONTOSO.COM\r\n\
            \tKdc Called: DC01.contoso.com\r\n[0] Session 0 0:0x3e7 CONTOSO\\WEB01$ Negotiate:Interactive\r\n";
        check(ArtifactKind::Klist, text, &["alice", "contoso", "dc01", "web01"]);
        shape(ArtifactKind::Klist, "#0>\tClient: web01$ @ CONTOSO.COM\r\n", "#>\tClient: host$ @ DOM.COM\r\n");
    }

    #[test]
    fn what_tools_of_the_network_print() {
        let ipconfig = "\r\nWindows-IP-Konfiguration\r\n\r\n   Hostname  . . . . . . . . . . . . : WEB01\r\n\
            \x20  Primäres DNS-Suffix . . . . . . . : corp.contoso.com\r\n   Knotentyp . . . . : Hybrid\r\n\
            \x20  DNS-Suffixsuchliste . . . . . . . : corp.contoso.com\r\n                                       fabrikam.local\r\n\
            \x20  Physische Adresse . . . . . . . . : 00-15-5D-00-04-14\r\n   IPv4-Adresse  . . : 10.0.0.20(Bevorzugt)\r\n\
            \x20  Verbindungslokale IPv6-Adresse  . : fe80::aa:1%12(Bevorzugt)\r\n   Subnetzmaske  . . : 255.255.255.0\r\n";
        let names = ["web01", "corp.", "contoso", "fabrikam", "10.0.0.20", "00-15-5d", "fe80::aa"];
        check(ArtifactKind::Ipconfig, ipconfig, &names);
        let nslookup = "Server:  dc01.contoso.com\r\nAddress:  10.0.0.10\r\n\r\nName:    web01.contoso.com\r\n\
            Addresses:  fd00::20\r\n\t  10.0.0.20\r\nAliases:  intranet.contoso.com\r\n\t  portal\r\n\r\n\
            *** dc01.contoso.com can't find nope.fabrikam.com: Non-existent domain\r\n";
        check(
            ArtifactKind::Nslookup,
            nslookup,
            &["dc01", "contoso", "10.0.0", "web01", "fd00::20", "intranet", "portal", "fabrikam"],
        );
        let nltest = "List of domain trusts:\r\n    0: FABRIKAM fabrikam.com (NT 5) (Direct Outbound)\r\n\
            \x20   1: CONTOSO corp.contoso.com (NT 5) (Forest Tree Root) (Primary Domain) (Native)\r\n\
            Trusted DC Name \\\\DC01.corp.contoso.com \r\n      DC: \\\\DC07\r\n Dom Name: ADATUM\r\n\
            Forest Name: tailspin.example\r\n Dc Site Name: Paris\r\n";
        check(ArtifactKind::Nltest, nltest, &["fabrikam", "contoso", "dc01", "dc07", "adatum", "tailspin"]);
        let hosts = "# the file\r\n10.0.0.5\tfiles01 files01.contoso.com # of jane\r\n127.0.0.1 localhost\r\n";
        check(ArtifactKind::HostsFile, hosts, &["10.0.0.5", "files01", "contoso"]);
        shape(ArtifactKind::HostsFile, "127.0.0.1 localhost\r\n", "... localhost\r\n");
    }

    #[test]
    fn what_systeminfo_prints() {
        let text = "\r\nHostname:                                  WEB01\r\nBetriebssystemname: Microsoft Windows Server 2022 Standard\r\n\
            Version: 10.0.20348 Nicht zutreffend Build 20348\r\nHersteller: Microsoft Corporation\r\nKonfiguration: Mitgliedsserver\r\n\
            Buildtyp: Multiprocessor Free\r\nBesitzer: Jane Doe\r\nOrganisation: Adatum Corporation Ltd.\r\nProdukt-ID: 00454-60000\r\n\
            Domäne:   corp.contoso.com\r\nAnmeldeserver: \\\\DC01\r\n           [01]: 10.0.0.20\r\n";
        check(ArtifactKind::Systeminfo, text, &["web01", "jane doe", "adatum", "contoso", "dc01", "10.0.0.20"]);
    }

    #[test]
    fn a_configuration_of_iis() {
        let text = "<configuration><add name=\"Contoso Intranet\"><processModel userName=\"CONTOSO\\svc-web\" />\r\n\
            <virtualDirectory physicalPath=\"\\\\files01\\share\\ContosoPortal\" userName=\"R&amp;D\\jdoe\"/>\r\n\
            <virtualDirectory physicalPath=\"C:\\Users\\alice.smith\\www\" />\r\n\
            <binding protocol=\"http\" bindingInformation=\"10.0.0.20:80:intranet.contoso.com\" />\r\n\
            <binding protocol=\"http\" bindingInformation=\"*:80:\" /><binding bindingInformation=\"*:80:portal\" />\r\n\
            <add accessType=\"Allow\" users=\"CONTOSO\\bob, carol\" roles=\"CONTOSO\\Domain Users\" /><spn name=\"HTTP/extern\"/>\r\n\
            <add name=\"x\" type=\"System.Web.Mvc, Version=4.0.0.0\" image=\"%windir%\\System32\\inetsrv\\loghttp.dll\" />\r\n\
            <anonymousAuthentication userName=\"IUSR\" /><section name=\"windowsAuthentication\" /></configuration>\r\n";
        let names = [
            "contoso",
            "svc-web",
            "files01",
            "R&amp;D",
            "jdoe",
            "alice",
            "intranet.",
            "bob",
            "carol",
            ":portal",
            "extern",
        ];
        check(ArtifactKind::IisConfig, text, &names);
        let kept = "<a userName=\"NT AUTHORITY\\NETWORK SERVICE\" b=\"IIS APPPOOL\\DefaultAppPool\" users=\"?\"/>";
        shape(ArtifactKind::IisConfig, kept, kept);
    }

    #[test]
    fn events() {
        let text = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='NETLOGON'/>\
            <EventID>5805</EventID><Computer>WEB01.contoso.com</Computer><Security UserID='S-1-5-21-11-22-33-1104'/></System>\
            <EventData><Data Name='TargetUserName'>alice</Data><Data Name='TargetDomainName'>CONTOSO</Data>\
            <Data Name='SubjectUserName'>SYSTEM</Data><Data Name='WorkstationName'>CLIENT07</Data>\
            <Data Name='ServiceName'>krbtgt/CONTOSO</Data><Data Name='IpAddress'>::ffff:10.0.0.57</Data>\
            <Data Name='LogonProcessName'>Kerberos</Data><Data>CLIENT99</Data><Data>%%5</Data>\
            <Data>the name is HTTP/app.contoso.com</Data><Binary>05000000</Binary></EventData></Event>\r\n";
        let names = ["web01", "contoso", "11-22-33", "alice", "client07", "10.0.0.57", "client99", "app."];
        check(ArtifactKind::EventLogXml, text, &names);
        let (tokens, _) = there_and_back(ArtifactKind::EventLogXml, text);
        for kept in ["'NETLOGON'", ">SYSTEM<", ">Kerberos<", "-1104'", ">%%5<", "krbtgt/", "::ffff:", ">05000000<"] {
            assert!(tokens.contains(kept), "{kept} is not in {tokens}");
        }
    }

    #[test]
    fn what_no_diagnosis_needs_goes() {
        let long = "<Binary>57004500420030003100</Binary>";
        let (tokens, _) = there_and_back(ArtifactKind::EventLogXml, long);
        assert_eq!(tokens, "<Binary>[REMOVED]</Binary>");
        let ldif = "dn: CN=x,DC=contoso,DC=com\ntelephoneNumber: +49 89 1234\nphoto:: AAECAwQF\npwdLastSet: 134\n";
        let (tokens, _) = there_and_back(ArtifactKind::Directory, ldif);
        assert!(tokens.contains("telephoneNumber: [REMOVED]\nphoto:: \npwdLastSet: 134\n"), "{tokens}");
    }

    #[test]
    fn the_directory() {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD as BASE64;
        let sid = [1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0x50, 4, 0, 0];
        let encoded = BASE64.encode(sid);
        let dn = BASE64.encode("CN=Müller\\, Jürgen,OU=Büro,DC=contoso,DC=com".as_bytes());
        let text = format!(
            "version: 1\n# server: dc1.contoso.com:3268\n# base: DC=contoso,DC=com\n# filter: (servicePrincipalName=HTTP/web01)\n\
             # subject: HTTP/web01\n\ndn:: {dn}\nobjectClass: user\nsAMAccountName: jmueller\ncn:: {}\nobjectSid:: {encoded}\n\
             servicePrincipalName: HTTP/www.contoso.com\nuserPrincipalName: jm@contoso.com\nmemberOf: CN=Web Team,CN=Users,DC=contoso,DC=com\n\n# result: 0\n",
            BASE64.encode("Müller, Jürgen".as_bytes())
        );
        let (tokens, back) = there_and_back(ArtifactKind::Directory, &text);
        assert_eq!(back, text, "{tokens}");
        for name in ["contoso", "dc1", "web01", "jmueller", "jm@", "Web Team", dn.as_str(), encoded.as_str()] {
            assert!(!tokens.contains(name), "{name} is in {tokens}");
        }
        assert!(tokens.contains(",CN=Users,DC=") && tokens.contains("(servicePrincipalName=HTTP/host"), "{tokens}");
        let line = |key: &str| tokens.lines().find_map(|line| line.strip_prefix(key)).expect("a line").to_owned();
        let name =
            |line: String| String::from_utf8(BASE64.decode(&line).expect("base64")).expect("text").to_lowercase();
        let (dn, cn) = (name(line("dn:: ")), name(line("cn:: ")));
        assert!(dn.starts_with(&format!("cn={cn},ou=unit")), "{dn} {cn}");
    }

    #[test]
    fn logs_with_columns() {
        let text = "#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time s-computername s-ip cs-username c-ip cs(User-Agent)\r\n\
            2026-03-02 07:31:04 WEB01 10.0.0.20 CONTOSO\\alice 10.0.0.57 Chrome/145.0.0.0\r\n2026-03-02 07:31:05 WEB01 10.0.0.20 bob 10.0.0.57 -\r\n";
        check(ArtifactKind::W3cLog, text, &["web01", "10.0.0.20", "contoso", "alice", "bob", "10.0.0.57"]);
        let netlogon = "03/14 10:22:11 [LOGON] [1234] CONTOSO: SamLogon: Network logon of CONTOSO\\bob from CLIENT1 (via DC07) Returns 0xC000006A\r\n";
        check(ArtifactKind::NetlogonLog, netlogon, &["contoso", "bob", "client1", "dc07"]);
    }

    #[test]
    fn the_registry() {
        let text = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\ZoneMap\\Domains\\contoso.com\\intranet]\r\n\
            \"http\"=dword:00000001\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\Tcpip\\Parameters]\r\n\"NV Hostname\"=\"web01\"\r\n\"Domain\"=\"contoso.com\"\r\n\
            \"SearchList\"=\"contoso.com,fabrikam.com\"\r\n[HKEY_CURRENT_USER\\Policies\\ZoneMapKey]\r\n\"http://portal.contoso.com\"=\"1\"\r\n\"crm\"=\"1\"\r\n";
        check(ArtifactKind::Registry, text, &["contoso", "intranet", "web01", "fabrikam", "portal", "crm"]);
    }

    #[test]
    fn the_path_of_a_key_with_blanks_is_no_account() {
        let key = "[HKEY_CURRENT_USER\\SOFTWARE\\Internet Settings\\ZoneMap]\r\n\"Owner\"=\"CONTOSO\\\\alice\"\r\n";
        shape(ArtifactKind::Registry, key, &key.replace("CONTOSO\\\\alice", "DOM\\\\acct"));
    }

    #[test]
    fn a_name_that_is_a_word_of_the_format_is_replaced_where_it_stands_as_a_name() {
        let text = "<add name='http' protocol='http'/><a userName='CONTOSO\\http'/><binding bindingInformation='*:80:server'/>\
            <add name='Server' value='Negotiate'/><a userName='CONTOSO\\negotiate'/>";
        shape(
            ArtifactKind::IisConfig,
            text,
            "<add name='http' protocol='http'/><a userName='DOM\\acct'/><binding bindingInformation='*::host'/>\
             <add name='Server' value='Negotiate'/><a userName='DOM\\acct'/>",
        );
    }

    #[test]
    fn hostile_text_ends() {
        let patterns = [
            "CN=",
            "a\\",
            "\\\\",
            "a@b.",
            "a/",
            "HTTP/a",
            "<a b='",
            "S-1-5-21-",
            "1.",
            "\"",
            "x.contoso.com ",
            "(a=",
            "::",
        ];
        for pattern in patterns {
            for kind in ArtifactKind::ALL {
                if Format::of(kind).is_some() {
                    let text = format!("{}\n", pattern.repeat(300));
                    let (tokens, back) = there_and_back(kind, &text);
                    if !tokens.contains(REMOVED) {
                        assert_eq!(back, text, "{kind:?} {}", tokens.get(..200).unwrap_or(&tokens));
                    }
                }
            }
        }
    }
}
