//! `manifest.json`: who collected what, when, how, and with what outcome.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::kind::ArtifactKind;

/// The entry of the zip that holds the manifest.
pub const MANIFEST: &str = "manifest.json";

/// The version of the bundle format that this code writes, and the newest that it knows.
pub const FORMAT_VERSION: u32 = 2;

/// What the collector says about itself, its host, and everything that it tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the bundle format, see [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The program that wrote the bundle, such as `kerbscope-collect 0.1.0`.
    pub collector: String,
    /// The NetBIOS name of the host that the bundle comes from.
    pub host: String,
    /// When collecting began, in UTC.
    pub collected_at: Timestamp,
    /// Minutes that local time on the host was ahead of UTC. Tools print local times; event logs are in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_offset_minutes: Option<i32>,
    /// The language in which the tools of the host print, such as `de-DE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_language: Option<String>,
    /// The OEM code page in which console tools print, such as 850.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_page: Option<u16>,
    /// Which map of tokens leads back to the names, where tokens stand for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pseudonyms: Option<String>,
    /// Every attempt, also those that brought nothing home.
    pub entries: Vec<Entry>,
}

/// One attempt to collect one artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What was to be collected.
    pub kind: ArtifactKind,
    /// Where it lies in the bundle; none when nothing was collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How the attempt ended.
    pub status: CollectionStatus,
    /// Where it came from.
    pub source: Source,
    /// The digest of the bytes in the bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// How many bytes lie in the bundle.
    pub bytes: u64,
    /// How long the attempt took, in milliseconds.
    pub duration_ms: u64,
    /// How many secrets were taken out before writing.
    pub redactions: u32,
    /// What the system said when the attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// How an attempt to collect ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CollectionStatus {
    /// All of it is in the bundle.
    Collected,
    /// It was larger than its limit; the first part is in the bundle.
    Truncated,
    /// The role, tool or file is not on this host. That is a fact, not a failure.
    NotPresent,
    /// The account that ran the collector may not read it.
    AccessDenied,
    /// It failed with this exit code or system error.
    Failed(i32),
    /// It did not end within its time limit; what had come until then is in the bundle.
    TimedOut,
    /// The plan left it out, by an option or because something before it failed.
    Skipped,
}

/// Where an artifact came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// What this command line printed.
    Command(String),
    /// A copy of this file.
    File(String),
    /// The values of this registry key.
    Key(String),
    /// What this question to an interface of the system brought: an LDAP URL (RFC 4516), a message to LSA, an address.
    Query(String),
}

impl Source {
    /// The command line, the path, the key or the question.
    pub fn text(&self) -> &str {
        match self {
            Self::Command(text) | Self::File(text) | Self::Key(text) | Self::Query(text) => text,
        }
    }
}

/// A manifest as far as it could be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadManifest {
    /// The manifest with the entries that are known to this version.
    pub manifest: Manifest,
    /// One sentence for each entry that is not: a kind or a status from the future, or damage.
    pub unknown_entries: Vec<String>,
}

/// Reads a manifest leniently: an entry that is not understood costs that entry, not the manifest.
///
/// # Errors
///
/// The text is no JSON, or its head lacks what every version has.
pub fn read(json: &[u8]) -> Result<ReadManifest, serde_json::Error> {
    let mut whole: serde_json::Value = serde_json::from_slice(json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json))?;
    let entries = whole.get_mut("entries").map(serde_json::Value::take);
    if let Some(object) = whole.as_object_mut() {
        object.insert("entries".to_owned(), serde_json::Value::Array(Vec::new()));
    }
    let mut manifest: Manifest = serde_json::from_value(whole)?;
    let mut unknown_entries = Vec::new();
    let Some(serde_json::Value::Array(entries)) = entries else {
        unknown_entries.push("the entries are no list".to_owned());
        return Ok(ReadManifest { manifest, unknown_entries });
    };
    for (row, entry) in entries.into_iter().enumerate() {
        match serde_json::from_value(entry) {
            Ok(entry) => manifest.entries.push(entry),
            Err(problem) => unknown_entries.push(format!("entry {row}: {problem}")),
        }
    }
    Ok(ReadManifest { manifest, unknown_entries })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            format_version: FORMAT_VERSION,
            collector: "kerbscope-collect 0.1.0".to_owned(),
            host: "WEB01".to_owned(),
            collected_at: "2026-03-02T08:15:00Z".parse().expect("a timestamp"),
            utc_offset_minutes: Some(60),
            display_language: None,
            code_page: Some(850),
            pseudonyms: None,
            entries: vec![Entry {
                kind: ArtifactKind::Setspn,
                path: None,
                status: CollectionStatus::Failed(5),
                source: Source::Command("setspn -X".to_owned()),
                sha256: None,
                bytes: 0,
                duration_ms: 12,
                redactions: 0,
                detail: None,
            }],
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        let json = serde_json::to_vec(&manifest()).expect("serializes");
        let read = read(&json).expect("reads");
        assert_eq!((read.manifest, read.unknown_entries), (manifest(), Vec::new()));
    }

    #[test]
    fn an_entry_from_the_future_costs_that_entry_only() {
        let json = serde_json::to_string(&manifest()).expect("serializes");
        let json = json.replace(r#""entries":["#, r#""entries":[{"kind":"quantum-state"},"#);
        let read = read(json.as_bytes()).expect("reads");
        assert_eq!(read.manifest, manifest());
        assert_eq!(read.unknown_entries.len(), 1);
    }

    #[test]
    fn entries_that_are_no_list_are_a_problem() {
        let json = serde_json::to_string(&Manifest { entries: Vec::new(), ..manifest() }).expect("serializes");
        for damaged in [json.replace("[]", "{}"), json.replace("\"entries\"", "\"entry\"")] {
            assert_eq!(read(damaged.as_bytes()).expect("reads").unknown_entries.len(), 1, "{damaged}");
        }
    }

    #[test]
    fn a_head_without_a_host_is_no_manifest() {
        assert!(read(br#"{"format_version": 1}"#).is_err());
        assert!(read(b"[]").is_err());
        assert!(read(b"").is_err());
    }
}
