//! What the registry of a host says: which values are set, which are not, and which nobody looked at.

use std::collections::BTreeMap;

use crate::artifacts::registry::{Data, Form, Key, KeyState, Registry};
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::fact::Fact;

/// The registry of a host, as far as it was collected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// By path in lower case.
    keys: BTreeMap<String, KeyFacts>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct KeyFacts {
    /// Where the key stands, or the remark that it is not there.
    at: Evidence,
    /// Whether a value that is not among these is not in the registry.
    is_whole: bool,
    /// Whether the file that it stands in is whole, so that keys below it stand there too if it was read as a branch.
    is_branch: bool,
    /// By name in lower case; none where it is said that the key has no such value.
    values: BTreeMap<String, (Option<Data>, Evidence)>,
}

/// What a value is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// What it holds; none where it is not set, so that Windows uses its default.
    pub data: Option<Data>,
    /// The line of the value; of its key, where it is not set.
    pub at: Evidence,
}

impl Set {
    /// The number, where it is one.
    pub fn number(&self) -> Option<u64> {
        match self.data {
            Some(Data::Dword(number)) => Some(u64::from(number)),
            Some(Data::Qword(number)) => Some(number),
            _ => None,
        }
    }

    /// The texts of a list, or a text alone.
    pub fn texts(&self) -> Vec<&str> {
        match &self.data {
            Some(Data::Multi(texts)) => texts.iter().map(String::as_str).collect(),
            Some(Data::Text(text) | Data::Expand(text)) => vec![text],
            _ => Vec::new(),
        }
    }
}

/// A value of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branched<'a> {
    /// The path of its key below the branch, in lower case.
    pub key: &'a str,
    /// Its name, in lower case.
    pub name: &'a str,
    /// What it holds.
    pub data: &'a Data,
    /// Its line.
    pub at: Evidence,
}

/// How much of its keys a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All values of each key.
    Whole,
    /// Perhaps not all of them.
    Part,
}

impl Extent {
    /// What an artifact is worth. An export of Windows holds all of a key. The collector, which names the key that it
    /// read, brings the values that are wanted and says which of them are not there. A query may have asked for one
    /// value; only its command line says that it did not.
    pub fn of(registry: &Registry, source: Option<&str>, is_undamaged: bool) -> Self {
        let has_all = match (registry.form, source) {
            (Form::Export, None) => registry.keys.iter().all(|key| key.absent.is_empty()),
            (Form::Export, Some(source)) => source.to_ascii_lowercase().starts_with("reg"),
            (Form::Query, source) => source.is_some_and(|command| {
                !command
                    .split_whitespace()
                    .any(|word| matches!(word.to_ascii_lowercase().as_str(), "/v" | "/ve" | "/f"))
            }),
        };
        if is_undamaged && has_all { Self::Whole } else { Self::Part }
    }
}

impl Settings {
    /// Nobody looked into the registry.
    pub const fn empty() -> Self {
        Self { keys: BTreeMap::new() }
    }

    /// Adds what a file says.
    pub fn take(&mut self, registry: &Registry, extent: Extent) {
        for key in &registry.keys {
            self.key(key, extent);
        }
    }

    fn key(&mut self, key: &Key, extent: Extent) {
        if key.state == KeyState::AccessDenied {
            return;
        }
        // That a key is not there is a statement of its own, whatever else is missing from the file.
        let is_whole = extent == Extent::Whole || key.state == KeyState::NotPresent;
        let new = KeyFacts { at: key.path.at, is_whole, is_branch: false, values: BTreeMap::new() };
        let known = self.keys.entry(canonical(&key.path.value)).or_insert(new);
        known.is_whole |= is_whole;
        for value in &key.values {
            known.values.entry(value.name.to_lowercase()).or_insert((Some(value.data.clone()), value.at));
        }
        for absent in &key.absent {
            known.values.entry(absent.value.to_lowercase()).or_insert((None, absent.at));
        }
    }

    /// Takes note that a file of keys is whole: those of its keys that were read as a branch are so with all below them.
    pub fn take_branches(&mut self, registry: &Registry) {
        for key in registry.keys.iter().filter(|key| key.state != KeyState::AccessDenied) {
            if let Some(known) = self.keys.get_mut(&canonical(&key.path.value)) {
                known.is_branch = true;
            }
        }
    }

    /// Every value of a key that is read as a branch, and of the keys below it: each with the path of its key below the
    /// branch, in lower case, and its own name.
    pub fn branch(&self, key: &str) -> Fact<Vec<Branched<'_>>> {
        let root = canonical(key);
        let need = || NotKnown::until(format!("reg query \"{key}\" /s"));
        let Some(known) = self.keys.get(&root) else { return Fact::Unknown(need()) };
        let below = self.keys.iter().filter_map(|(path, key)| {
            let rest = path.strip_prefix(root.as_str())?;
            (rest.is_empty() || rest.starts_with('\\')).then(|| (rest.trim_start_matches('\\'), key))
        });
        let values = below.flat_map(|(key, facts)| {
            let set = facts.values.iter().filter_map(|(name, (data, at))| Some((name.as_str(), data.as_ref()?, *at)));
            set.map(move |(name, data, at)| Branched { key, name, data, at })
        });
        let values = values.collect();
        if known.is_branch { Fact::Known(values) } else { Fact::Partial(values, need()) }
    }

    /// Where a key stands, or the remark that it is not there.
    pub fn key_at(&self, key: &str) -> Option<Evidence> {
        self.keys.get(&canonical(key)).map(|known| known.at)
    }

    /// What a value is set to; it is not set where its key was read as a whole and does not hold it.
    pub fn value(&self, key: &str, name: &str) -> Fact<Set> {
        let need = || NotKnown::until(format!("reg query \"{key}\" /v {name}"));
        let Some(known) = self.keys.get(&canonical(key)) else { return Fact::Unknown(need()) };
        match known.values.get(&name.to_lowercase()) {
            Some((data, at)) => Fact::Known(Set { data: data.clone(), at: *at }),
            None if known.is_whole => Fact::Known(Set { data: None, at: known.at }),
            None => Fact::Unknown(need()),
        }
    }
}

/// The path of a key in one spelling: roots are written out, case does not count.
fn canonical(path: &str) -> String {
    let lower = path.trim_end_matches('\\').to_lowercase();
    let (root, rest) = lower.split_once('\\').unwrap_or((&lower, ""));
    let root = match root {
        "hklm" => "hkey_local_machine",
        "hkcu" => "hkey_current_user",
        "hku" => "hkey_users",
        other => other,
    };
    format!("{root}\\{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry;
    use crate::evidence::place::ArtifactId;
    use crate::formats::text::Text;

    const LSA: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa";
    const EXPORT: &str = "Windows Registry Editor Version 5.00\n\
        [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Lsa]\n\"DisableLoopbackCheck\"=dword:00000001\n\
        ; [HKEY_LOCAL_MACHINE\\SYSTEM\\X] is not present\n; [HKEY_LOCAL_MACHINE\\SYSTEM\\Y] access denied\n";

    fn settings(text: &str, extent: Extent) -> Settings {
        let mut settings = Settings::default();
        settings.take(&registry::parse(ArtifactId(0), &Text::from(text)).value, extent);
        settings
    }

    #[test]
    fn a_value_that_is_not_in_a_whole_key_is_not_set() {
        let settings = settings(EXPORT, Extent::Whole);
        let set = settings.value(LSA, "disableloopbackcheck");
        let set = set.complete().expect("is known");
        assert_eq!((set.number(), set.at), (Some(1), ArtifactId(0).line(3)));
        let absent = settings.value(LSA, "LmCompatibilityLevel");
        assert_eq!(absent, Fact::Known(Set { data: None, at: ArtifactId(0).line(2) }));
        assert_eq!(settings.value(r"HKLM\SYSTEM\X", "A"), Fact::Known(Set { data: None, at: ArtifactId(0).line(4) }));
    }

    #[test]
    fn what_nobody_looked_at_is_not_known() {
        let whole = settings(EXPORT, Extent::Whole);
        let need = NotKnown::until(r#"reg query "HKLM\SYSTEM\Z" /v A"#);
        assert_eq!(whole.value(r"HKLM\SYSTEM\Z", "A"), Fact::Unknown(need));
        assert!(matches!(whole.value(r"HKLM\SYSTEM\Y", "A"), Fact::Unknown(_)));
        let part = settings(EXPORT, Extent::Part);
        assert!(matches!(part.value(LSA, "LmCompatibilityLevel"), Fact::Unknown(_)));
        assert!(matches!(part.value(LSA, "DisableLoopbackCheck"), Fact::Known(_)));
        assert!(matches!(part.value(r"HKLM\SYSTEM\X", "A"), Fact::Known(_)), "that it is not there is said");
    }

    #[test]
    fn a_query_is_whole_only_when_its_command_says_so() {
        let query = registry::parse(ArtifactId(0), &Text::from("HKEY_USERS\\X\n    A    REG_DWORD    0x1\n")).value;
        let export = registry::parse(ArtifactId(0), &Text::from(EXPORT)).value;
        assert_eq!(Extent::of(&query, Some("reg query HKU\\X"), true), Extent::Whole);
        for command in [None, Some("reg query HKU\\X /V A"), Some("reg query HKU\\X /ve")] {
            assert_eq!(Extent::of(&query, command, true), Extent::Part, "{command:?}");
        }
        assert_eq!(Extent::of(&export, None, true), Extent::Whole);
        assert_eq!(Extent::of(&export, None, false), Extent::Part);
    }

    #[test]
    fn what_the_collector_did_not_name_is_not_known() {
        let text = "Windows Registry Editor Version 5.00\n[HKEY_LOCAL_MACHINE\\SYSTEM\\X]\n; \"A\" is not present\n\"B\"=dword:1\n";
        let parsed = registry::parse(ArtifactId(0), &Text::from(text)).value;
        for source in [Some(r"HKLM\SYSTEM\X"), None] {
            assert_eq!(Extent::of(&parsed, source, true), Extent::Part, "{source:?}");
        }
        let collected = settings(text, Extent::Part);
        assert_eq!(collected.value(r"HKLM\SYSTEM\X", "A"), Fact::Known(Set { data: None, at: ArtifactId(0).line(3) }));
        assert!(matches!(collected.value(r"HKLM\SYSTEM\X", "C"), Fact::Unknown(_)));
        let export = registry::parse(ArtifactId(0), &Text::from(EXPORT)).value;
        assert_eq!(Extent::of(&export, Some(r"HKLM\SYSTEM\X"), true), Extent::Part);
        assert_eq!(Extent::of(&export, Some("reg export HKLM\\SYSTEM\\X x.reg"), true), Extent::Whole);
    }
}
