//! `MetaBase.xml` of IIS 6: keys and their properties, each where the file states it. Nothing is inherited here.
//!
//! The metabase is a tree of keys such as `/LM/W3SVC/1/ROOT`. A property that is not set at a key is the one of the
//! nearest key above. The file lists keys one after the other; what is not in it is not set.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::formats::text::Text;
use crate::formats::xml::{self, Document, Element};

/// Properties of all keys at most; a host with thousands of sites stays below it.
const PROPERTIES: usize = 500_000;

/// What the metabase says, whoever listed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metabase {
    /// The keys, in the order of the text; one may come several times.
    pub keys: Vec<Key>,
    /// Properties that were searched for in the whole metabase.
    pub searches: Vec<Search>,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Where it is in the tree; none where only the command line tells.
    pub path: Option<KeyPath>,
    /// Where it stands in the text.
    pub at: Evidence,
    /// How much of it is listed.
    pub extent: Extent,
    /// The properties that are set here.
    pub properties: Vec<Property>,
    /// Properties that are said not to be set here, in lower case.
    pub unset: Vec<String>,
}

/// How much of a key is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All properties that are set here.
    Whole,
    /// Some properties, or only that the key is there.
    Part,
    /// It is said that there is no such key.
    Absent,
}

/// The place of a key, such as `W3SVC/1/ROOT`, without `/LM`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPath(String);

/// A property that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its value as written; the items of a list stand one after the other, with spaces between.
    pub value: String,
    /// Where.
    pub at: Evidence,
}

/// All places at which a property is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The property, in lower case.
    pub property: String,
    /// The keys at which it is set.
    pub paths: Vec<KeyPath>,
}

impl KeyPath {
    /// A path as any tool writes it: with or without `/LM` or `IIS://LocalHost` in front of it.
    pub fn new(written: &str) -> Self {
        let path = written.trim().trim_matches('/');
        let lower = path.to_ascii_lowercase();
        let machine = lower.strip_prefix("iis://").and_then(|rest| rest.split_once('/'));
        let skipped = machine.map_or(0, |(machine, _)| "iis://".len().saturating_add(machine.len()).saturating_add(1));
        let path = path.get(skipped..).unwrap_or(path);
        let path = path.strip_prefix("LM").or_else(|| path.strip_prefix("lm")).map_or(path, |rest| match rest {
            "" => "",
            _ => rest.strip_prefix('/').unwrap_or(path),
        });
        Self(path.to_owned())
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In lower case, to compare it: the metabase does not tell cases apart.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl Key {
    /// A key of which nothing is known yet.
    pub const fn new(path: Option<KeyPath>, at: Evidence, extent: Extent) -> Self {
        Self { path, at, extent, properties: Vec::new(), unset: Vec::new() }
    }

    /// A property by its name, in any case.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name.eq_ignore_ascii_case(name))
    }
}

/// Whether a text is such a file.
pub fn recognizes(text: &Text) -> bool {
    text.lines().iter().take(200).any(|line| line.contains("XML_Metabase_V") || line.contains("<MBProperty"))
}

/// Reads the file.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<Metabase> {
    let document = xml::read(&text.joined());
    let mut parsed = Parsed::whole(Metabase::default());
    if let Some(damage) = &document.damage {
        parsed.lose(artifact.line(damage.line), GapReason::Damaged(damage.what.clone()));
    }
    let list = document.root().and_then(|root| document.child(root, "MBProperty"));
    let Some(list) = list else {
        parsed.lose(artifact.whole(), GapReason::Damaged("it has no <MBProperty>".to_owned()));
        return parsed;
    };
    let reading = Reading { artifact, text, document: &document };
    let mut left = PROPERTIES;
    for element in document.children(list) {
        let Some(location) = element.attribute("Location") else { continue };
        // The schema of the metabase has the place `.`.
        if location == "." {
            continue;
        }
        let key = reading.key(element, location);
        left = left.saturating_sub(key.properties.len().saturating_add(1));
        if left == 0 {
            parsed.lose(key.at, GapReason::OverLimit("properties of the metabase".to_owned()));
            break;
        }
        parsed.value.keys.push(key);
    }
    parsed
}

struct Reading<'a> {
    artifact: ArtifactId,
    text: &'a Text,
    document: &'a Document,
}

impl Reading<'_> {
    fn key(&self, element: &Element, location: &str) -> Key {
        let at = self.artifact.line(element.first_line);
        let mut key = Key::new(Some(KeyPath::new(location)), at, Extent::Whole);
        let own = element.attributes().filter(|(name, _)| *name != "Location");
        key.properties.extend(own.map(|(name, value)| self.property(element, name, value)));
        // What the schema does not know stands in elements of its own.
        let custom = self.document.children(element).filter(|child| child.name == "Custom");
        key.properties.extend(custom.filter_map(|custom| {
            let value = custom.attribute("Value").unwrap_or_default();
            let at = self.artifact.line(custom.first_line);
            Some(Property { name: custom.attribute("Name")?.to_owned(), value: value.to_owned(), at })
        }));
        key
    }

    /// IIS writes each attribute on a line of its own; the line of the key would hide which one decides.
    fn property(&self, element: &Element, name: &str, value: &str) -> Property {
        let begins = |line: u32| {
            let rest = self.text.line(line).and_then(|line| line.trim_start().strip_prefix(name));
            rest.is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        let line = (element.first_line..=element.last_line).find(|line| begins(*line)).unwrap_or(element.first_line);
        Property { name: name.to_owned(), value: value.to_owned(), at: self.artifact.line(line) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const FILE: &str = r#"<?xml version ="1.0"?>
<configuration xmlns="urn:microsoft-catalog:XML_Metabase_V64_0">
<MBProperty>
<IIS_Global	Location ="."
		SessionKey="[REDACTED]"
	>
</IIS_Global>
<IIsWebService	Location ="/LM/W3SVC"
		AuthFlags="AuthAnonymous | AuthNTLM"
		NTAuthenticationProviders="Negotiate,NTLM"
	>
	<Custom
		Name="NTAuthProvidersOfSomeone"
		Value="x"
		Type="STRING"
	/>
</IIsWebService>
<IIsWebServer	Location ="/LM/W3SVC/1"
		ServerBindings=":80:
			:8080:www.contoso.com"
	>
</IIsWebServer>
</MBProperty>
</configuration>
"#;

    fn read(text: &str) -> Parsed<Metabase> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn keys_and_properties_stand_where_the_file_has_them() {
        let parsed = read(FILE);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let [service, site] = &parsed.value.keys[..] else { panic!("{:?}", parsed.value) };
        assert_eq!(service.path, Some(KeyPath::new("w3svc")).map(|_| KeyPath::new("W3SVC")));
        let flags = service.property("authflags").expect("is set");
        assert_eq!((flags.value.as_str(), flags.at), ("AuthAnonymous | AuthNTLM", ArtifactId(0).line(9)));
        assert_eq!(service.property("NTAuthProvidersOfSomeone").map(|property| property.value.as_str()), Some("x"));
        assert_eq!((site.extent, site.at), (Extent::Whole, ArtifactId(0).line(18)));
        let bindings = site.property("ServerBindings").expect("is set");
        assert_eq!(bindings.value.split_whitespace().collect::<Vec<_>>(), [":80:", ":8080:www.contoso.com"]);
        assert_eq!(bindings.at, ArtifactId(0).line(19));
        assert_eq!(site.property("AuthFlags"), None);
    }

    #[test]
    fn a_path_is_known_in_every_spelling() {
        for written in ["/LM/W3SVC/1", "lm/W3SVC/1/", "W3SVC/1", "/W3SVC/1", "IIS://LocalHost/W3SVC/1"] {
            assert_eq!(KeyPath::new(written).key(), "w3svc/1", "{written}");
        }
        assert_eq!((KeyPath::new("/LM").key().as_str(), KeyPath::new("/LMX/1").key().as_str()), ("", "lmx/1"));
    }

    #[test]
    fn it_is_recognized_and_a_configuration_of_iis_7_is_not() {
        assert!(recognizes(&Text::from(FILE)));
        assert!(!recognizes(&Text::from("<configuration><system.applicationHost></configuration>")));
    }

    #[test]
    fn what_stands_before_the_damage_is_kept() {
        let cut = FILE.split("ServerBindings").next().expect("has a beginning");
        let parsed = read(cut);
        assert_eq!((parsed.value.keys.len(), parsed.is_whole()), (1, false));
        let other = read("<configuration></configuration>");
        assert_eq!((other.value.keys.len(), other.is_whole()), (0, false));
    }

    #[test]
    fn a_file_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[FILE]) {
            assert!(!read(cut).is_whole() || cut.len() > FILE.len() - 3, "{cut}");
        }
    }
}
