//! What `adsutil.vbs` prints of the metabase of IIS 5 and 6, and listings in its form.
//!
//! `GET` prints one property, and only if it is set at the key itself: that it is not set there means that the key
//! above decides. `ENUM` prints all properties of one key, then the names of the keys below in brackets; where these
//! are listed as well, each name stands before its properties.

use crate::artifacts::metabase::{Extent, Key, KeyPath, Metabase, Property, Search};
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::formats::text::Text;

/// Lines of one text at most; a host with thousands of sites stays below it.
const LINES: usize = 500_000;

/// What a text says: one run for each command line in it.
pub type AdsutilOutput = Vec<Run>;

/// One run of the script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The command line above the output, if the text has it.
    pub command: Option<String>,
    /// What it says. The first key may have no path: it is the one that was asked for.
    pub metabase: Metabase,
}

/// What a command line asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// One property of a key.
    Get(KeyPath, String),
    /// All properties of a key.
    Enum(KeyPath),
    /// Where a property is set.
    Find(String),
}

impl Asked {
    /// What a command line asked `adsutil.vbs` for; the path of a listing is a question as well.
    pub fn parse(command: &str) -> Option<Self> {
        if command.trim().to_ascii_lowercase().starts_with("iis://") {
            return Some(Self::Enum(KeyPath::new(command)));
        }
        let lower = command.to_ascii_lowercase();
        let (at, _) = lower.match_indices("adsutil").last()?;
        let rest = command.get(at..)?.split_once(char::is_whitespace)?.1.trim();
        let (verb, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let path = rest.trim().trim_matches('"');
        match verb.to_ascii_lowercase().as_str() {
            "get" => {
                let (key, property) = path.rsplit_once('/')?;
                Some(Self::Get(KeyPath::new(key), property.to_owned()))
            }
            // With `/P`, only the names of keys are printed.
            "enum" | "enum_all" if path.split_whitespace().any(|word| word.eq_ignore_ascii_case("/p")) => None,
            "enum" | "enum_all" => Some(Self::Enum(KeyPath::new(path))),
            "find" => Some(Self::Find(path.rsplit('/').next().unwrap_or(path).to_owned())),
            _ => None,
        }
    }
}

/// Whether a text is such output.
pub fn recognizes(text: &Text) -> bool {
    let mut lines = text.lines().iter().take(5_000);
    lines.any(|line| head(line).is_some() || line.contains("is not set at this node."))
}

/// Reads the text.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<AdsutilOutput> {
    let mut reading = Reading::default();
    for (number, line) in text.numbered() {
        if usize::try_from(number).unwrap_or(usize::MAX) > LINES {
            reading.lose(artifact.line(number), GapReason::OverLimit("lines of a listing".to_owned()));
            break;
        }
        reading.line(line, artifact.line(number));
    }
    reading.end_run();
    if reading.parsed.value.is_empty() {
        reading.lose(artifact.whole(), GapReason::Damaged("it holds nothing of the metabase".to_owned()));
    }
    reading.parsed
}

/// `Name   : (TYPE) value`: the name, the type, and the rest.
fn head(line: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = line.split_once(':')?;
    let (kind, value) = rest.trim_start().strip_prefix('(')?.split_once(')')?;
    let name = name.trim_end();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let is_kind = !kind.is_empty() && kind.chars().all(|c| c.is_ascii_uppercase());
    (is_name && is_kind).then_some((name, kind, value.trim()))
}

#[derive(Default)]
struct Reading {
    parsed: Parsed<AdsutilOutput>,
    /// What the run that is being read was asked for.
    asked: Option<Asked>,
    run: Run,
    /// Whether the items of a list may follow.
    in_list: bool,
    /// The last error code that was printed.
    code: Option<String>,
}

impl Reading {
    fn lose(&mut self, at: Evidence, reason: GapReason) {
        self.parsed.lose(at, reason);
    }

    fn line(&mut self, line: &str, at: Evidence) {
        let trimmed = line.trim();
        if let Some((name, kind, value)) = head(line) {
            self.property(name, kind, value, at);
        } else if let Some(path) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            self.in_list = false;
            self.run.metabase.keys.push(Key::new(Some(KeyPath::new(path)), at, Extent::Part));
        } else if let Some(asked) = Asked::parse(trimmed) {
            self.end_run();
            self.run.command = Some(trimmed.to_owned());
            self.begin(asked, at);
        } else if self.in_list && trimmed.starts_with('"') {
            let last = self.run.metabase.keys.last_mut().and_then(|key| key.properties.last_mut());
            if let Some(list) = last {
                add_item(&mut list.value, trimmed.trim_matches('"'));
            }
        } else if !trimmed.is_empty() {
            self.message(line, at);
        }
    }

    fn begin(&mut self, asked: Asked, at: Evidence) {
        if let Asked::Find(property) = &asked {
            self.run.metabase.searches.push(Search { property: property.to_lowercase(), paths: Vec::new() });
        }
        if let Asked::Get(path, _) | Asked::Enum(path) = &asked {
            let extent = if matches!(asked, Asked::Enum(_)) { Extent::Whole } else { Extent::Part };
            self.run.metabase.keys.push(Key::new(Some(path.clone()), at, extent));
        }
        self.asked = Some(asked);
    }

    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if run != Run::default() {
            self.parsed.value.push(run);
        }
        (self.asked, self.in_list, self.code) = (None, false, None);
    }

    /// The key that a line belongs to: the last one that was named, or the one that somebody asked for.
    fn key(&mut self, at: Evidence) -> Option<&mut Key> {
        if self.run.metabase.keys.is_empty() {
            self.run.metabase.keys.push(Key::new(None, at, Extent::Part));
        }
        self.run.metabase.keys.last_mut()
    }

    fn property(&mut self, name: &str, kind: &str, value: &str, at: Evidence) {
        self.in_list = kind == "LIST";
        let mut written = String::new();
        if kind == "LIST" {
            // `(2 Items)`, and the items on lines of their own; older copies of the script print them here.
            value.split('"').filter(|item| !item.trim().is_empty() && !item.contains(" Items)")).for_each(|item| {
                add_item(&mut written, item);
            });
        } else {
            let unquoted = value.strip_prefix('"').map(|rest| rest.strip_suffix('"').unwrap_or(rest));
            unquoted.unwrap_or(value).clone_into(&mut written);
        }
        let Some(key) = self.key(at) else { return };
        // Every key has a type. Where it is listed, so is all else.
        if name.eq_ignore_ascii_case("KeyType") {
            key.extent = Extent::Whole;
            if key.path.is_none() && written.eq_ignore_ascii_case("IIsWebService") {
                key.path = Some(KeyPath::new("W3SVC"));
            }
        }
        key.properties.push(Property { name: name.to_owned(), value: written, at });
    }

    /// Everything that is no property: that something is not set, is not there, or may not be read.
    fn message(&mut self, line: &str, at: Evidence) {
        let trimmed = line.trim();
        if let Some(search) = self.run.metabase.searches.last_mut()
            && line.starts_with([' ', '\t'])
            && trimmed.to_ascii_lowercase().contains("w3svc")
        {
            return search.paths.push(KeyPath::new(trimmed));
        }
        if let Some((_, code)) = trimmed.split_once("(0x") {
            self.code = Some(code.trim_end_matches(')').to_ascii_lowercase());
            if self.code.as_deref() == Some("80070005") {
                self.lose(at, GapReason::ToolFailed(trimmed.to_owned()));
            }
        } else if let Some(property) = self.unset(trimmed) {
            if let Some(key) = self.key(at) {
                key.unset.push(property);
            }
        } else if trimmed.starts_with("Error Trying To") {
            self.failed(trimmed, at);
        }
    }

    /// The property that a message says is not set. The words are translated; the name in quotes is not.
    fn unset(&self, message: &str) -> Option<String> {
        let quoted = message.split('"').nth(1).filter(|name| !name.is_empty())?;
        let is_asked = matches!(&self.asked, Some(Asked::Get(_, property)) if property.eq_ignore_ascii_case(quoted));
        (is_asked || message.contains("is not set at this node")).then(|| quoted.to_lowercase())
    }

    fn failed(&mut self, message: &str, at: Evidence) {
        let not_allowed = match &self.asked {
            Some(Asked::Get(_, property)) if message.contains("(Get Method Failed)") => Some(property.to_lowercase()),
            _ => None,
        };
        let is_absent = self.code.as_deref() == Some("80070003") && message.contains("(GetObject Failed)");
        let code = self.code.take();
        match self.run.metabase.keys.last_mut() {
            // A property that a key may not have is not set there.
            Some(key) if not_allowed.is_some() => key.unset.extend(not_allowed),
            Some(key) if is_absent => key.extent = Extent::Absent,
            _ if code.as_deref() == Some("80070005") => {}
            _ => self.lose(at, GapReason::ToolFailed(message.to_owned())),
        }
    }
}

fn add_item(list: &mut String, item: &str) {
    if !list.is_empty() {
        list.push(' ');
    }
    list.push_str(item.trim());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    fn read(text: &str) -> Parsed<AdsutilOutput> {
        parse(ArtifactId(0), &Text::from(text))
    }

    /// Keys as `path extent name=value…`, with what is said not to be set.
    fn keys(run: &Run) -> Vec<String> {
        let key = |key: &Key| {
            let path = key.path.as_ref().map_or("?", KeyPath::as_str);
            let properties = key.properties.iter().map(|property| format!(" {}={}", property.name, property.value));
            let unset = key.unset.iter().map(|name| format!(" -{name}"));
            format!("{path} {:?}{}", key.extent, properties.chain(unset).collect::<String>())
        };
        run.metabase.keys.iter().map(key).collect()
    }

    const LISTING: &str = "[/W3SVC]\r
KeyType                         : (STRING) \"IIsWebService\"\r
AuthFlags                       : (INTEGER) 5\r
\r
[/W3SVC/1]\r
KeyType                         : (STRING) \"IIsWebServer\"\r
ServerBindings                  : (LIST) (2 Items)\r
  \":80:\"\r
  \":80:www.contoso.com\"\r
\r
AnonymousUserPass                : (STRING)\"**********\"\r
[/W3SVC/1/ROOT]\r
";

    #[test]
    fn a_listing_names_each_key_before_its_properties() {
        let parsed = read(LISTING);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let expected = [
            "W3SVC Whole KeyType=IIsWebService AuthFlags=5",
            "W3SVC/1 Whole KeyType=IIsWebServer ServerBindings=:80: :80:www.contoso.com AnonymousUserPass=**********",
            "W3SVC/1/ROOT Part",
        ];
        assert_eq!(keys(&parsed.value[0]), expected);
        let flags = parsed.value[0].metabase.keys[0].property("authflags").expect("is set");
        assert_eq!(flags.at, ArtifactId(0).line(3));
    }

    #[test]
    fn each_command_above_an_output_begins_a_run() {
        let parsed = read(
            "C:\\Inetpub\\AdminScripts>cscript //nologo adsutil.vbs get w3svc/NTAuthenticationProviders\n\
             NTAuthenticationProviders       : (STRING) \"Negotiate, NTLM\"\n\
             C:\\>cscript adsutil.vbs GET \"w3svc/1/root/NTAuthenticationProviders\"\n\
             Microsoft (R) Windows Script Host Version 5.6\n\
             The parameter \"NTAuthenticationProviders\" is not set at this node.\n\
             ErrNumber: -2147463162 (0x80005006)\n\
             C:\\>adsutil.vbs enum w3svc/AppPools/P\n\
             AppPoolIdentityType             : (INTEGER) 3\n",
        );
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        assert_eq!(keys(&parsed.value[0]), ["w3svc Part NTAuthenticationProviders=Negotiate, NTLM"]);
        assert_eq!(keys(&parsed.value[1]), ["w3svc/1/root Part -ntauthenticationproviders"]);
        assert_eq!(keys(&parsed.value[2]), ["w3svc/AppPools/P Whole AppPoolIdentityType=3"]);
        assert!(parsed.value[2].command.as_deref().is_some_and(|command| command.ends_with("enum w3svc/AppPools/P")));
    }

    #[test]
    fn what_is_not_set_is_known_in_any_language() {
        let german =
            "adsutil.vbs get w3svc/1/AuthFlags\nDer Parameter \"AuthFlags\" ist auf diesem Knoten nicht festgelegt.\n";
        assert_eq!(keys(&read(german).value[0]), ["w3svc/1 Part -authflags"]);
    }

    #[test]
    fn errors_say_what_is_not_there_and_what_is_not_known() {
        let absent = "adsutil.vbs get w3svc/9/AuthFlags\nErrNumber: -2147024893 (0x80070003)\n\
            Error Trying To GET the Object (GetObject Failed): w3svc/9\n";
        let parsed = read(absent);
        assert_eq!((keys(&parsed.value[0]), parsed.is_whole()), (vec!["w3svc/9 Absent".to_owned()], true));
        let not_allowed = "adsutil.vbs get w3svc/AppPools/AuthFlags\nErrNumber: -2147463155 (0x8000500D)\n\
            Error Trying To GET the property: (Get Method Failed) AuthFlags\n  (This property is probably not allowed at this node)\n";
        let parsed = read(not_allowed);
        assert_eq!(
            (keys(&parsed.value[0]), parsed.is_whole()),
            (vec!["w3svc/AppPools Part -authflags".to_owned()], true)
        );
        let denied = "adsutil.vbs enum w3svc\nErrNumber: -2147024891 (0x80070005)\n\
            Error Trying To ENUM the Object (GetObject Failed): w3svc\n";
        let parsed = read(denied);
        assert_eq!((parsed.losses.len(), parsed.losses[0].reason.code()), (1, "tool-failed"));
    }

    #[test]
    fn a_search_lists_where_a_property_is_set() {
        let parsed = read(
            "adsutil.vbs find w3svc/NTAuthenticationProviders\nProperty NTAuthenticationProviders found at:\n  w3svc\n  W3SVC/1/ROOT\n",
        );
        let [search] = &parsed.value[0].metabase.searches[..] else { panic!("{parsed:?}") };
        assert_eq!(search.property, "ntauthenticationproviders");
        assert_eq!(search.paths, [KeyPath::new("w3svc"), KeyPath::new("W3SVC/1/ROOT")]);
    }

    #[test]
    fn the_first_key_of_a_bare_output_is_the_one_that_was_asked_for() {
        let parsed =
            read("KeyType                         : (STRING) \"IIsWebServer\"\nServerComment : (STRING) \"A\"\n");
        assert_eq!(keys(&parsed.value[0]), ["? Whole KeyType=IIsWebServer ServerComment=A"]);
        let service = read("KeyType                         : (STRING) \"IIsWebService\"\n[/w3svc/1]\n");
        assert_eq!(keys(&service.value[0]), ["W3SVC Whole KeyType=IIsWebService", "w3svc/1 Part"]);
    }

    #[test]
    fn lists_of_older_copies_stand_on_one_line() {
        let parsed = read("SecureBindings                  : (LIST) \":443:\" \":444:\"\n");
        assert_eq!(keys(&parsed.value[0]), ["? Part SecureBindings=:443: :444:"]);
    }

    #[test]
    fn questions_are_read_from_command_lines_and_from_places() {
        let check = |command: &str, expected: Option<Asked>| assert_eq!(Asked::parse(command), expected, "{command}");
        check("cscript //nologo adsutil.vbs ENUM w3svc/1", Some(Asked::Enum(KeyPath::new("w3svc/1"))));
        check("IIS://LocalHost/W3SVC", Some(Asked::Enum(KeyPath::new("W3SVC"))));
        check("adsutil.vbs enum \"w3svc/AppPools/My Pool\"", Some(Asked::Enum(KeyPath::new("w3svc/AppPools/My Pool"))));
        check("adsutil.vbs enum /P w3svc", None);
        check("adsutil.vbs set w3svc/AuthFlags 5", None);
        check("setspn -L WEB01", None);
    }

    #[test]
    fn it_is_recognized_by_its_form() {
        assert!(recognizes(&Text::from(LISTING)));
        assert!(recognizes(&Text::from("The parameter \"AuthFlags\" is not set at this node.\n")));
        assert!(
            !recognizes(&Text::from("Host Name:  (none)\nDear support: (HELP) me\n"))
                || head("Dear support: (HELP) me").is_none()
        );
        assert!(!recognizes(&Text::from("Ticket Flags 0x40e10000 -> forwardable\nClient: alice @ CONTOSO.COM\n")));
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[LISTING]) {
            let _ = read(cut);
        }
        assert!(!read("nothing").is_whole());
    }
}
