//! Puts real names in the place of tokens, right after a bundle is opened: evidence then reads as on the server.
//!
//! The digests were compared before, on the bytes that travelled.

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::{Entry, Manifest, Source};
use kerbscope_shared::pseudonym::map::TokenMap;
use kerbscope_shared::pseudonym::real_names::RealNames;
use kerbscope_shared::rewrite::format::Format;
use kerbscope_shared::rewrite::rewriter::rewrite_all;

use crate::artifacts::opened::OpenedBundle;
use crate::formats::text;

/// The maps that were given do not belong to a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{bundle}: tokens stand for its names, and none of the maps that were given belongs to it; it needs map {id}")]
pub struct WrongMap {
    /// The name of the bundle.
    pub bundle: String,
    /// The map that it needs.
    pub id: String,
}

/// Tells the real names in a bundle. One without tokens stays as it is, and so does every bundle when there is no map.
///
/// # Errors
///
/// There are maps, and none of them belongs to the bundle.
pub fn tell(mut opened: OpenedBundle, maps: &[TokenMap]) -> Result<OpenedBundle, WrongMap> {
    let manifest = opened.archive.manifest.as_ref();
    let Some(id) = manifest.and_then(|manifest| manifest.pseudonyms.clone()).filter(|_| !maps.is_empty()) else {
        return Ok(opened);
    };
    let Some(map) = maps.iter().find(|map| map.id.to_string() == id) else {
        return Err(WrongMap { bundle: opened.name, id });
    };
    let names = RealNames::new(map);
    let archive = &mut opened.archive;
    let code_page = archive.manifest.as_ref().and_then(|manifest| manifest.code_page);
    for member in &mut archive.members {
        let entries = archive.manifest.iter().flat_map(|manifest| &manifest.entries);
        let kind = entries.clone().find(|entry| entry.path.as_ref() == Some(&member.path)).map(|entry| entry.kind);
        if let Some(bytes) = real_bytes(&member.bytes, kind, code_page, map) {
            member.bytes = bytes;
        }
        member.path = names.in_text(&member.path);
    }
    for problem in &mut archive.problems {
        problem.path = names.in_text(&problem.path);
    }
    if let Some(manifest) = &mut archive.manifest {
        real_manifest(manifest, &names);
    }
    Ok(opened)
}

fn real_bytes(bytes: &[u8], kind: Option<ArtifactKind>, code_page: Option<u16>, map: &TokenMap) -> Option<Vec<u8>> {
    let format = kind.map_or(Some(Format::Plain), Format::of)?;
    let (text, doubt) = text::decode(bytes, code_page);
    // What is not wholly understood is better left than made worse.
    doubt.is_none().then(|| rewrite_all(format, &text, &mut RealNames::new(map)).into_bytes())
}

fn real_manifest(manifest: &mut Manifest, names: &RealNames<'_>) {
    manifest.pseudonyms = None;
    manifest.host = names.in_text(&manifest.host);
    for entry in &mut manifest.entries {
        real_entry(entry, names);
    }
}

fn real_entry(entry: &mut Entry, names: &RealNames<'_>) {
    entry.path = entry.path.as_deref().map(|path| names.in_text(path));
    entry.detail = entry.detail.as_deref().map(|detail| names.in_text(detail));
    let (Source::Command(text) | Source::File(text) | Source::Key(text) | Source::Query(text)) = &mut entry.source;
    *text = names.in_text(text);
}

#[cfg(test)]
mod tests {
    use kerbscope_shared::pseudonym::token::{MapId, Role};
    use kerbscope_shared::read::{Archive, Integrity, Member};

    use super::*;

    const ID: MapId = MapId(7);

    fn bundle(pseudonyms: Option<String>) -> OpenedBundle {
        let token = ID.word(Role::Host, 1);
        let json = format!(
            r#"{{"format_version":2,"collector":"x","host":"{token}","collected_at":"2026-03-02T08:15:00Z","code_page":850,
            "entries":[{{"kind":"iis-config","path":"iis/{token}.config","status":"collected","source":{{"command":"nslookup {token}"}},
            "bytes":1,"duration_ms":1,"redactions":0}}]}}"#
        );
        let mut manifest = kerbscope_shared::manifest::read(json.as_bytes()).expect("is a manifest").manifest;
        manifest.pseudonyms = pseudonyms;
        let members = vec![Member {
            path: format!("iis/{token}.config"),
            bytes: format!("<a b='{token}'/>").into_bytes(),
            streamed: None,
            integrity: Integrity::Intact,
        }];
        let archive = Archive { manifest: Some(manifest), members, problems: Vec::new() };
        OpenedBundle::held("a.zip".to_owned(), archive)
    }

    fn map(id: MapId) -> TokenMap {
        TokenMap { id, names: [(ID.word(Role::Host, 1), "b\u{fc}ro&co".to_owned())].into() }
    }

    #[test]
    fn names_stand_everywhere_again() {
        let told = tell(bundle(Some(ID.to_string())), &[map(MapId(8)), map(ID)]).expect("has its map").archive;
        let manifest = told.manifest.expect("a manifest");
        assert_eq!((manifest.host.as_str(), manifest.pseudonyms), ("b\u{fc}ro&co", None));
        assert_eq!(manifest.entries[0].source.text(), "nslookup b\u{fc}ro&co");
        assert_eq!(told.members[0].bytes, "<a b='b\u{fc}ro&amp;co'/>".as_bytes());
        assert_eq!(told.members[0].path, "iis/b\u{fc}ro&co.config");
        assert_eq!(told.members[0].integrity, Integrity::Intact);
    }

    #[test]
    fn another_bundles_map_is_refused_in_a_sentence() {
        let error = tell(bundle(Some(ID.to_string())), &[map(MapId(8))]).expect_err("refused").to_string();
        assert!(error.starts_with("a.zip: tokens stand for its names") && error.ends_with(&ID.to_string()), "{error}");
    }

    #[test]
    fn what_has_no_tokens_or_no_map_stays_as_it_is() {
        let plain = bundle(None).archive;
        assert_eq!(tell(bundle(None), &[map(ID)]).expect("stays").archive.members[0].bytes, plain.members[0].bytes);
        let tokens = tell(bundle(Some(ID.to_string())), &[]).expect("stays").archive;
        assert_eq!(tokens.manifest.and_then(|manifest| manifest.pseudonyms), Some(ID.to_string()));
    }
}
