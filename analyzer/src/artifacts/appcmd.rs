//! `appcmd list` output: sites, pools, applications and worker processes, a line each or as a tree of properties.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::formats::text::Text;

/// Objects of one file at most.
const OBJECTS: usize = 50_000;
/// Properties of one file at most.
const PROPERTIES: usize = 1_000_000;

/// The kinds of objects that tell something about signing in.
const KINDS: [&str; 6] = ["SITE", "APP", "VDIR", "APPPOOL", "WP", "CONFIG"];

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Where it stands.
    pub at: Evidence,
    /// `SITE`, `APPPOOL`, `WP` and the like.
    pub kind: String,
    /// Its name; for a worker process the number of the process.
    pub name: String,
    /// Its properties, by their paths: `state`, `processModel.userName`.
    pub properties: Vec<(String, String)>,
}

impl Object {
    /// A property; names are compared without case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Whether a text was printed by `appcmd list`.
pub fn recognizes(text: &Text) -> bool {
    parse(ArtifactId(0), text).value.iter().any(|object| !object.name.is_empty() && !object.properties.is_empty())
}

/// Reads the output.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<Vec<Object>> {
    let mut reading = Reading { artifact, parsed: Parsed::default(), groups: Vec::new(), properties: 0 };
    for (number, line) in text.numbered() {
        if !reading.line(number, line) {
            break;
        }
    }
    reading.parsed
}

struct Reading {
    artifact: ArtifactId,
    parsed: Parsed<Vec<Object>>,
    /// The groups that a line of a tree stands in, with their indentation.
    groups: Vec<(usize, String)>,
    properties: usize,
}

impl Reading {
    /// Takes a line; false where there is too much.
    fn line(&mut self, number: u32, line: &str) -> bool {
        let at = self.artifact.line(number);
        let words = line.trim();
        let indentation = line.len().saturating_sub(line.trim_start().len());
        if self.parsed.value.len() >= OBJECTS || self.properties >= PROPERTIES {
            self.parsed.lose(at, GapReason::OverLimit("objects of IIS".to_owned()));
            return false;
        }
        if let Some(object) = one_line(words, at).filter(|_| indentation == 0) {
            self.properties = self.properties.saturating_add(object.properties.len());
            self.parsed.value.push(object);
        } else if indentation == 0 && KINDS.contains(&words) {
            let object = Object { at, kind: words.to_owned(), name: String::new(), properties: Vec::new() };
            self.parsed.value.push(object);
            self.groups.clear();
        } else if indentation > 0 {
            self.tree(indentation, words);
        } else if words.starts_with("ERROR") {
            self.parsed.lose(at, GapReason::ToolFailed(words.to_owned()));
        }
        true
    }

    /// `  APPPOOL.NAME:"DefaultAppPool"`, `  [processModel]`, `    userName:""`
    fn tree(&mut self, indentation: usize, words: &str) {
        self.groups.retain(|(at, _)| *at < indentation);
        let Some(object) = self.parsed.value.last_mut() else { return };
        if let Some(group) = words.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            // What is listed twice begins with its place: `[add],1`. A group of the object itself is no part of paths.
            let group = if matches!(group, "add" | "site" | "application") { String::new() } else { group.to_owned() };
            self.groups.push((indentation, group));
            return;
        }
        let Some((key, value)) = words.split_once(':') else { return };
        let value = value.trim().trim_matches('"').to_owned();
        // `APPPOOL.NAME`, as only the name of an object is written.
        if key.strip_suffix("NAME").is_some_and(|kind| kind.ends_with('.')) {
            object.name = value;
            return;
        }
        let groups = self.groups.iter().map(|(_, group)| group.as_str()).filter(|group| !group.is_empty());
        let path: Vec<_> = groups.chain([key]).collect();
        object.properties.push((path.join("."), value));
        self.properties = self.properties.saturating_add(1);
    }
}

/// `APPPOOL "DefaultAppPool" (MgdVersion:v4.0,MgdMode:Integrated,state:Started)`
fn one_line(words: &str, at: Evidence) -> Option<Object> {
    let (kind, rest) = words.split_once(" \"")?;
    KINDS.contains(&kind).then_some(())?;
    let (name, rest) = rest.split_once('"')?;
    let inside = rest.trim().strip_prefix('(')?.strip_suffix(')')?;
    // A comma also stands between bindings; a piece without a name belongs to the property before it.
    let mut properties: Vec<(String, String)> = Vec::new();
    for piece in inside.split(',') {
        let named = piece.split_once(':').filter(|(key, _)| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '.'));
        match (named, properties.last_mut()) {
            (Some((key, value)), _) => properties.push((key.to_owned(), value.to_owned())),
            (None, Some((_, value))) => {
                value.push(',');
                value.push_str(piece);
            }
            (None, None) => {}
        }
    }
    Some(Object { at, kind: kind.to_owned(), name: name.to_owned(), properties })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const LINES: &str = "SITE \"Default Web Site\" (id:1,bindings:http/*:80:,https/*:443:www.contoso.com,state:Started)\r\n\
        APPPOOL \"HR Pool\" (MgdVersion:v4.0,MgdMode:Integrated,state:Stopped)\r\nWP \"4712\" (applicationPool:HR Pool)\r\n\
        APP \"Default Web Site/hr\" (applicationPool:HR Pool)\r\n";
    const TREE: &str = "APPPOOL\r\n  APPPOOL.NAME:\"HR Pool\"\r\n  PipelineMode:\"Integrated\"\r\n  state:\"Started\"\r\n  [add]\r\n\
        \x20   name:\"HR Pool\"\r\n    [processModel]\r\n      identityType:\"SpecificUser\"\r\n      userName:\"CONTOSO\\svc-hr\"\r\n\
        \x20   [recycling]\r\n      logEventOnRecycle:\"Time\"\r\n";

    fn read(text: &str) -> Vec<Object> {
        parse(ArtifactId(0), &Text::from(text)).value
    }

    #[test]
    fn objects_are_read_line_by_line() {
        let [site, pool, process, app] = &read(LINES)[..] else { panic!("{:?}", read(LINES)) };
        assert_eq!(
            (site.name.as_str(), site.get("id"), site.get("state")),
            ("Default Web Site", Some("1"), Some("Started"))
        );
        assert_eq!(site.get("bindings"), Some("http/*:80:,https/*:443:www.contoso.com"));
        assert_eq!(
            (pool.kind.as_str(), pool.get("STATE"), pool.at),
            ("APPPOOL", Some("Stopped"), ArtifactId(0).line(2))
        );
        assert_eq!((process.name.as_str(), process.get("applicationPool")), ("4712", Some("HR Pool")));
        assert_eq!(app.name, "Default Web Site/hr");
    }

    #[test]
    fn a_tree_is_read_by_its_indentation() {
        let [pool] = &read(TREE)[..] else { panic!("{:?}", read(TREE)) };
        assert_eq!((pool.name.as_str(), pool.get("state")), ("HR Pool", Some("Started")));
        assert_eq!(pool.get("processModel.userName"), Some("CONTOSO\\svc-hr"));
        assert_eq!(pool.get("recycling.logEventOnRecycle"), Some("Time"));
    }

    #[test]
    fn an_error_is_a_loss() {
        let parsed = parse(
            ArtifactId(0),
            &Text::from("ERROR ( message:Cannot find APPPOOL object with identifier \"x\". )\r\n"),
        );
        assert!(matches!(parsed.losses[0].reason, GapReason::ToolFailed(_)));
    }

    #[test]
    fn only_such_texts_are_recognized() {
        assert!(recognizes(&Text::from(LINES)) && recognizes(&Text::from(TREE)));
        for text in ["", "SITE", "APPPOOL \"x\"", "THING \"a\" (b:c)"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[LINES, TREE]) {
            let _ = read(cut);
        }
    }
}
