//! A visit whose bundle has tokens in the place of names: the names to begin with, and the map that stays here.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use kerbscope_shared::manifest::Source;
use kerbscope_shared::pseudonym::map::{MAP_BYTES, TokenMap};
use kerbscope_shared::pseudonym::token::MapId;
use kerbscope_shared::write::WriteError;

use crate::bundle_file::{BundleFile, Existing};
use crate::console::{Console, Harvest};
use crate::facts::Facts;
use crate::plan::role::Role;
use crate::pseudonym::bundle;
use crate::pseudonym::names::Names;
use crate::pseudonym::row;
use crate::random;
use crate::runner;
use crate::seal::Seal;
use crate::spool::Spool;
use crate::visit::{self, Ended, Visit};

/// Collects, and nothing of it reaches the bundle before tokens stand in the place of names.
pub fn visit(visit: &Visit<'_>) -> Ended {
    let map = visit.options.map.as_deref();
    let names = match names(map) {
        Ok(names) => names,
        Err(error) => {
            let map = map.map_or_else(String::new, |path| format!("{}: ", path.display()));
            return visit::fail(&format!("{map}{error}"));
        }
    };
    // Not after the host: its name is one that is replaced.
    let target = visit.target(&format!("tokens-{}", names.id().tail()));
    visit.ended(&target, collect(visit, &target, names))
}

fn collect(visit: &Visit<'_>, target: &Path, mut names: Names) -> Result<Harvest, WriteError> {
    let Visit { host, facts, options, .. } = *visit;
    let seal = Seal::new(&options.recipients)?;
    let (file, writer) = BundleFile::create(target, options.existing)?;
    let map = MapFile::create(target, options.existing)?;
    let map_path = map.path().to_owned();
    let mut spool = Spool::create()?;
    let mut console = Console::new(io::stdout(), options.talk, &options.recipients).with_map(&map_path);
    console.introduce(facts, &options.scope, target);
    runner::collect(host, facts, &options.scope, &mut spool, &mut console)?;
    console.rewrite();
    learn(&mut names, facts, &options.scope.role);
    let written = bundle::write(&visit.head(), &spool, &mut names, seal.wrap(writer)?, &mut |collected, entry| {
        console.rewritten(collected, entry);
    })?;
    let bytes = map.keep(&mut names, || file.finish(written.finish()?))?;
    Ok(console.conclude(facts, target, bytes))
}

/// The names to begin with: none, or those of a map.
///
/// # Errors
///
/// The map cannot be read, or is none; or there are no random numbers for a new one.
pub fn names(map: Option<&Path>) -> io::Result<Names> {
    let Some(path) = map else {
        let mut id = [0; 8];
        random::fill(&mut id)?;
        return Ok(Names::new(MapId(u64::from_le_bytes(id))));
    };
    let mut bytes = Vec::new();
    File::open(path)?.take(MAP_BYTES).read_to_end(&mut bytes)?;
    let map = TokenMap::read(&bytes).map_err(io::Error::other)?;
    Ok(Names::of_map(&map))
}

/// Learns what is known before anything is collected: it may stand in filters and names of files, and nowhere else.
pub fn learn(names: &mut Names, facts: &Facts, role: &Role) {
    let host = |name: &String| Source::Command(format!("nslookup {name}"));
    let account = |name: &String| Source::Command(format!("setspn -L {name}"));
    let client = if let Role::Client { host } = role { Some(host) } else { None };
    let hosts = facts.full_name().into_iter().chain(facts.computer.clone()).chain(client.cloned());
    let sources = hosts.map(|name| host(&name)).chain(role.accounts().iter().map(account));
    sources.for_each(|source| row::learn_source(&source, names));
}

/// The map of a bundle in the making. Dropped before [`MapFile::keep`], it leaves nothing behind.
#[derive(Debug)]
pub struct MapFile {
    path: PathBuf,
    file: BundleFile,
    writer: BufWriter<File>,
}

impl MapFile {
    /// Opens it beside the bundle, under a name that nobody sends by accident.
    ///
    /// # Errors
    ///
    /// It exists and is to be kept, or its folder cannot be written to.
    pub fn create(bundle: &Path, existing: Existing) -> io::Result<Self> {
        let name = bundle.file_name().unwrap_or_default().to_string_lossy();
        let path = bundle.with_file_name(format!("DO-NOT-SEND-{name}.names.txt"));
        let (file, writer) = BundleFile::create(&path, existing)?;
        Ok(Self { path, file, writer })
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the map under its name, then lets the bundle have its own: no bundle is without its map. Returns what
    /// the second says.
    ///
    /// # Errors
    ///
    /// One of them cannot be written; then there is neither.
    pub fn keep<T>(self, names: &mut Names, bundle: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let Self { path, file, mut writer } = self;
        writer.write_all(names.map().write().as_bytes())?;
        file.finish(writer)?;
        bundle().inspect_err(|_| {
            // Without its bundle it tells nothing to anybody.
            let _ = fs::remove_file(path);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_stands_beside_its_bundle_and_begins_the_next_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let bundle = folder.path().join("a.zip");
        let mut names = names(None).expect("random numbers");
        let accounts = vec!["svc-web".to_owned()];
        learn(&mut names, &Facts::default(), &Role::DomainController { accounts });
        let id = names.find("svc-web").expect("is known");
        let token = names.token(id, "svc-web").expect("has a token");
        let map = MapFile::create(&bundle, Existing::Keep).expect("created");
        let path = map.path().to_owned();
        assert_eq!(path.file_name().and_then(|name| name.to_str()), Some("DO-NOT-SEND-a.zip.names.txt"));
        map.keep(&mut names, || Ok(())).expect("kept");
        let mut again = super::names(Some(&path)).expect("a map");
        let id = again.find("svc-web").expect("is known");
        assert_eq!(again.token(id, "svc-web"), Some(token));
        assert!(MapFile::create(&bundle, Existing::Keep).is_err());
    }

    #[test]
    fn without_its_bundle_no_map_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let map = MapFile::create(&folder.path().join("a.zip"), Existing::Keep).expect("created");
        let mut names = names(None).expect("random numbers");
        let failed = map.keep(&mut names, || Err::<(), _>(io::Error::other("full")));
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn no_two_maps_are_the_same_and_other_files_are_none() {
        assert_ne!(names(None).expect("numbers").id(), names(None).expect("numbers").id());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        assert!(names(Some(&path)).is_err());
        fs::write(&path, "{}").expect("written");
        assert!(names(Some(&path)).expect_err("refused").to_string().starts_with("this is no map of tokens"));
    }
}
