//! Makes a bundle with tokens of what was collected: first every name is learned, then every name is replaced.

use std::io::{Read, Write};

use kerbscope_shared::manifest::{CollectionStatus, Entry, Manifest, Source};
use kerbscope_shared::pseudonym::token::Role;
use kerbscope_shared::write::{Attempt, BundleWriter, Content, WriteError};

use crate::pseudonym::content::{End, Replaced, learn};
use crate::pseudonym::editor::REMOVED;
use crate::pseudonym::names::Names;
use crate::pseudonym::row;
use crate::pseudonym::text::Form;

/// What was collected, and can be read as often as is needed.
pub trait Store {
    /// Every attempt, in order.
    fn entries(&self) -> Vec<&Entry>;

    /// The bytes that one of them brought, if it brought any.
    fn open(&self, index: usize) -> Option<Box<dyn Read + '_>>;
}

/// What becomes of the bytes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// There are none.
    Nothing,
    /// They are text, written in this form; so many values in it go because nobody needs them.
    Text(Form, u32),
    /// They stay here.
    Left(&'static str),
}

const BINARY: &str = "not included: it is no text, so the names in it cannot be replaced";
const UNDECODABLE: &str = "not included: its text cannot be decoded, so the names in it cannot be replaced";
const CROWDED: &str = "not included: it holds more names than can be kept";
const UNREADABLE: &str = "not included: it cannot be read again, or a line of it is too long";

/// Writes a bundle in which tokens stand for names. `head` is the manifest without entries; `told` hears of each row,
/// as it was collected and as it is in the bundle.
///
/// # Errors
///
/// The target cannot be written.
pub fn write<W: Write>(
    head: &Manifest,
    store: &dyn Store,
    names: &mut Names,
    target: W,
    told: &mut dyn FnMut(&Entry, &Entry),
) -> Result<W, WriteError> {
    let entries = store.entries();
    names.settle(Role::Host, &head.host);
    let mut fates = vec![Fate::Nothing; entries.len()];
    // Twice: under which domains hosts are named only shows at the end of the first time.
    for round in 0..2 {
        for (index, (entry, fate)) in entries.iter().zip(&mut fates).enumerate() {
            row::learn(entry, names);
            if round == 0 {
                *fate = fate_of(entry, store, index, head.code_page);
            }
            if let (Fate::Text(form, _), Some(mut reader)) = (*fate, store.open(index)) {
                names.is_over = false;
                *fate = match learn(&mut *reader, form, end_of(entry), entry.kind, names) {
                    Ok(removed) if !names.is_over => Fate::Text(form, removed),
                    Ok(_) => Fate::Left(CROWDED),
                    Err(_) => Fate::Left(UNREADABLE),
                };
            }
        }
    }
    let mut bundle = BundleWriter::new(target, manifest(head, names));
    for (index, (entry, fate)) in entries.iter().zip(fates).enumerate() {
        told(entry, add(entry, fate, store.open(index), names, &mut bundle)?);
    }
    bundle.finish()
}

fn fate_of(entry: &Entry, store: &dyn Store, index: usize, code_page: Option<u16>) -> Fate {
    let Some(mut reader) = store.open(index) else { return Fate::Nothing };
    if entry.kind.is_binary() {
        return Fate::Left(BINARY);
    }
    match Form::of(&mut *reader, code_page) {
        Ok(Some(form)) => Fate::Text(form, 0),
        Ok(None) => Fate::Left(UNDECODABLE),
        Err(_) => Fate::Left(UNREADABLE),
    }
}

/// What a program printed is whole where the program failed; of other sources, what came until then.
const fn end_of(entry: &Entry) -> End {
    match (entry.status, &entry.source) {
        (CollectionStatus::Failed(_), Source::Command(_)) => End::Whole,
        (CollectionStatus::Truncated | CollectionStatus::TimedOut | CollectionStatus::Failed(_), _) => End::Cut,
        _ => End::Whole,
    }
}

fn manifest(head: &Manifest, names: &mut Names) -> Manifest {
    let id = names.note(Role::Host, &head.host);
    let host = id.and_then(|id| names.token(id, &head.host));
    Manifest {
        host: host.unwrap_or_else(|| REMOVED.to_owned()),
        pseudonyms: Some(names.id().to_string()),
        entries: Vec::new(),
        ..head.clone()
    }
}

fn add<'b, W: Write>(
    entry: &Entry,
    fate: Fate,
    reader: Option<Box<dyn Read + '_>>,
    names: &mut Names,
    bundle: &'b mut BundleWriter<W>,
) -> Result<&'b Entry, WriteError> {
    let mut attempt = Attempt {
        kind: entry.kind,
        file_name: row::file_name(entry, names),
        source: row::source(&entry.source, names),
        status: entry.status,
        bytes: None,
        duration_ms: entry.duration_ms,
        redactions: entry.redactions,
        detail: entry.detail.as_deref().map(|detail| row::detail(detail, names)),
    };
    match (fate, reader) {
        (Fate::Text(form, removed), Some(mut reader)) => {
            attempt.redactions = attempt.redactions.saturating_add(removed);
            match Replaced::new(&mut *reader, form, end_of(entry), entry.kind, names) {
                Some(mut replaced) => {
                    bundle.add_content(attempt, Content { reader: &mut replaced, limit_bytes: u64::MAX, began: None })
                }
                None => bundle.add(attempt),
            }
        }
        (Fate::Left(why), _) => {
            attempt.status = CollectionStatus::Skipped;
            attempt.detail = Some(why.to_owned());
            bundle.add(attempt)
        }
        _ => bundle.add(attempt),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use kerbscope_shared::kind::ArtifactKind;
    use kerbscope_shared::limits::Limits;
    use kerbscope_shared::manifest::FORMAT_VERSION;
    use kerbscope_shared::pseudonym::token::MapId;
    use kerbscope_shared::read::{Archive, Integrity, read};

    use super::*;

    const ID: MapId = MapId(0x0123_4567_89ab_cdef);

    /// What was collected, in memory.
    struct Collected(Vec<(Entry, Option<Vec<u8>>)>);

    impl Store for Collected {
        fn entries(&self) -> Vec<&Entry> {
            self.0.iter().map(|(entry, _)| entry).collect()
        }

        fn open(&self, index: usize) -> Option<Box<dyn Read + '_>> {
            let bytes = self.0.get(index)?.1.as_deref()?;
            Some(Box::new(bytes))
        }
    }

    fn entry(kind: ArtifactKind, file: &str, source: Source, bytes: Option<&[u8]>) -> (Entry, Option<Vec<u8>>) {
        let entry = Entry {
            kind,
            path: Some(format!("{}/{file}", kind.folder())),
            status: CollectionStatus::Collected,
            source,
            sha256: None,
            bytes: 0,
            duration_ms: 3,
            redactions: 2,
            detail: None,
        };
        (entry, bytes.map(<[u8]>::to_vec))
    }

    fn head() -> Manifest {
        Manifest {
            format_version: FORMAT_VERSION,
            collector: "test".to_owned(),
            host: "WEB01".to_owned(),
            collected_at: jiff::Timestamp::UNIX_EPOCH,
            utc_offset_minutes: None,
            display_language: None,
            code_page: Some(850),
            pseudonyms: None,
            entries: Vec::new(),
        }
    }

    fn written(collected: Vec<(Entry, Option<Vec<u8>>)>, names: &mut Names) -> Archive {
        let target = Cursor::new(Vec::new());
        let written = write(&head(), &Collected(collected), names, target, &mut |_, _| ()).expect("written");
        let archive = read(written, &Limits::STANDARD).expect("a zip");
        assert_eq!(archive.problems, []);
        assert!(archive.members.iter().all(|member| member.integrity == Integrity::Intact));
        archive
    }

    fn command(text: &str) -> Source {
        Source::Command(text.to_owned())
    }

    #[test]
    fn rows_and_file_names_hold_tokens_too() {
        let spn = b"Checking domain DC=contoso,DC=com\r\n\r\nNo such SPN found.\r\n".as_slice();
        let url = "ldap://dc1.contoso.com:3268/CN=Web%20Team,DC=contoso,DC=com?cn?sub?(sAMAccountName=svc_web)";
        let mut denied =
            entry(ArtifactKind::Setspn, "list-CONTOSO_svc_web.txt", command(r"setspn -L CONTOSO\svc_web"), None);
        denied.0.status = CollectionStatus::AccessDenied;
        denied.0.detail = Some(r"CONTOSO\carol may not ask dc1".to_owned());
        let collected = vec![
            entry(ArtifactKind::Setspn, "query-HTTP-server.txt", command("setspn -Q HTTP/server"), Some(spn)),
            entry(ArtifactKind::Directory, "owners-web01.ldif", Source::Query(url.to_owned()), Some(b"version: 1\n")),
            entry(
                ArtifactKind::Nslookup,
                "web01.txt",
                command("nslookup web01"),
                Some(b"Name:  web01.contoso.com\r\n"),
            ),
            denied,
        ];
        let archive = written(collected, &mut Names::new(ID));
        let manifest = archive.manifest.as_ref().expect("a manifest");
        assert_eq!(manifest.pseudonyms, Some(ID.to_string()));
        let all = format!("{archive:?}").to_lowercase();
        for name in
            ["web01", "contoso", "svc_web", "svc web", "web%20team", "carol", "dc1.", "-server.txt", "http/server"]
        {
            assert!(!all.contains(name), "{name} is in {all}");
        }
        assert!(manifest.entries[1].source.text().contains(",DC=com?cn?sub?(sAMAccountName=acct"), "{manifest:#?}");
        assert!(archive.members[0].path.starts_with("setspn/query-HTTP-host"), "{:?}", archive.members);
        assert_eq!(manifest.entries[3].status, CollectionStatus::AccessDenied);
    }

    #[test]
    fn what_cannot_be_replaced_stays_and_the_row_says_so() {
        let file = || Source::File("x".to_owned());
        let long = vec![b'x'; 3 << 20];
        let collected = vec![
            entry(ArtifactKind::EventLog, "System.evtx", file(), Some(b"ElfFile\0WEB01")),
            entry(ArtifactKind::Klist, "a.txt", file(), Some(b"\0\x01\x02 WEB01")),
            entry(ArtifactKind::Klist, "b.txt", file(), Some(&long)),
            entry(ArtifactKind::Klist, "c.txt", file(), Some(b"WEB01")),
        ];
        let archive = written(collected, &mut Names::new(ID));
        let rows = &archive.manifest.as_ref().expect("a manifest").entries;
        assert!(rows[..3].iter().all(|row| row.status == CollectionStatus::Skipped && row.bytes == 0), "{rows:#?}");
        assert!(rows[..3].iter().all(|row| row.detail.as_ref().is_some_and(|why| why.starts_with("not included: "))));
        assert_eq!((rows[3].status, archive.members.len()), (CollectionStatus::Collected, 1));
    }

    #[test]
    fn an_artifact_with_more_names_than_can_be_kept_stays() {
        let crowd = (0..120_000).fold(String::new(), |crowd, number| crowd + &format!("CONTOSO\\u{number:x}er\r\n"));
        let collected = vec![
            entry(ArtifactKind::Klist, "a.txt", command("klist"), Some(b"#0> Client: alice @ CONTOSO.COM\r\n")),
            entry(ArtifactKind::Tasklist, "b.txt", command("tasklist"), Some(crowd.as_bytes())),
        ];
        let archive = written(collected, &mut Names::new(ID));
        let rows = &archive.manifest.as_ref().expect("a manifest").entries;
        assert_eq!(rows[1].status, CollectionStatus::Skipped);
        assert_eq!(rows[0].status, CollectionStatus::Collected);
        assert!(!String::from_utf8_lossy(&archive.members[0].bytes).contains("alice"));
    }

    #[test]
    fn the_same_gives_the_same_and_a_map_gives_its_tokens_to_the_next_bundle() {
        let text = |host: &str| format!("Name:  {host}.contoso.com\r\nAddress:  10.0.0.20\r\n");
        let collected = |host: &str| {
            vec![entry(ArtifactKind::Nslookup, "x.txt", command("nslookup x"), Some(text(host).as_bytes()))]
        };
        let mut names = Names::new(ID);
        let first = written(collected("web01"), &mut names);
        assert_eq!(first.members[0].bytes, written(collected("web01"), &mut Names::new(ID)).members[0].bytes);
        let map = names.map();
        let mut later = Names::of_map(&map);
        written(collected("files01"), &mut later);
        let again = written(collected("web01"), &mut later);
        assert_eq!(again.members[0].bytes, first.members[0].bytes);
        assert_ne!(written(collected("web01"), &mut Names::new(MapId(7))).members[0].bytes, first.members[0].bytes);
    }
}
