//! Opens and diagnoses bundles on a thread of its own; only the latest request counts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use kerbscope_shared::pseudonym::map::TokenMap;
use kerbscope_shared::read::ReadError;

use crate::artifacts::opened::OpenedBundle;
use crate::artifacts::watch::Watch;
use crate::case::Case;
use crate::formats::identity::Keyring;
use crate::formats::sealed::SealedError;
use crate::gui::content::Content;
use crate::gui::doors::Open;
use crate::gui::fault::{Fault, caught};
use crate::gui::notes::Notes;
use crate::gui::record_reader::{OpenedPath, Origin};
use crate::gui::sample;
use crate::gui::stamp::Stamp;
use crate::open::{self, OpenError};
use crate::real_names;
use crate::report::escape::escape;

/// A sentence about what could not be opened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened, and where.
    pub what: String,
    /// What to do.
    pub advice: &'static str,
}

/// What a person wants to be opened, and the identity files that were named for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Evidence. An identity file or a map of tokens among it is taken for what it is.
    pub paths: Vec<PathBuf>,
    /// Identity files.
    pub identities: Vec<PathBuf>,
    /// Maps of tokens.
    pub maps: Vec<PathBuf>,
}

/// What is encrypted, and stays closed until an identity file is named that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// All that was wanted.
    pub wanted: Wanted,
    /// Which paths do not open.
    pub closed: Vec<PathBuf>,
    /// Why not, and what is wrong with identity files.
    pub sentences: Vec<String>,
}

impl Locked {
    /// Whether something else was wanted that is not encrypted.
    pub fn has_rest(&self) -> bool {
        !self.rest().paths.is_empty()
    }

    /// What was wanted without what is closed.
    pub fn rest(&self) -> Wanted {
        let paths = self.wanted.paths.iter().filter(|path| !self.closed.contains(path)).cloned().collect();
        Wanted { paths, ..self.wanted.clone() }
    }
}

/// What the worker hands back.
#[derive(Debug)]
pub enum Loaded {
    /// A case, and what could not be opened beside it.
    Case {
        /// The case in words.
        content: Arc<Content>,
        /// What was asked for.
        paths: Vec<PathBuf>,
        /// The identity files that were named.
        identities: Vec<PathBuf>,
        /// The paths that could not be opened.
        failures: Vec<Failure>,
        /// What was noted about it.
        notes: Box<Notes>,
    },
    /// Something is encrypted and does not open.
    Locked(Locked),
    /// There is no case.
    Nothing(Vec<Failure>),
}

/// What is being opened.
#[derive(Debug)]
pub struct Loading {
    /// The names of the files.
    pub names: String,
    /// What the worker is at.
    pub stage: String,
    /// Since when.
    pub since: Instant,
    watch: Arc<Watch>,
}

enum Message {
    Stage(String),
    Done(Loaded),
}

impl Loading {
    /// How far the reading of event logs has come, if there are any.
    pub fn reached(&self) -> Option<String> {
        self.watch.reached().words(self.since.elapsed())
    }
}

/// Opens bundles in the background.
pub struct Loader {
    open: Open,
    sender: Sender<(u64, Message)>,
    receiver: Receiver<(u64, Message)>,
    generation: u64,
    loading: Option<Loading>,
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl Loader {
    /// A loader that opens paths in this way.
    pub fn new(open: Open) -> Self {
        let (sender, receiver) = channel();
        Self { open, sender, receiver, generation: 0, loading: None }
    }

    /// What is being opened, if anything is.
    pub const fn loading(&self) -> Option<&Loading> {
        self.loading.as_ref()
    }

    /// Opens this as one case, also with identity files that are remembered. What was being opened before is not waited
    /// for any more.
    pub fn start(&mut self, ctx: &egui::Context, wanted: Wanted, remembered: Vec<PathBuf>) {
        let open = self.open;
        self.work(ctx, names(&wanted.paths), move |watch, stage| {
            let opened = caught(|| Keys::of(wanted.clone(), &remembered).load(open, watch, stage));
            opened.unwrap_or_else(|fault| Loaded::Nothing(vec![broken(&wanted.paths, &fault)]))
        });
    }

    /// Opens the sample that the program carries along.
    pub fn start_sample(&mut self, ctx: &egui::Context) {
        self.work(ctx, sample::NAME.to_owned(), |watch, stage| {
            let opened = caught(|| opened_sample(watch, stage));
            opened.unwrap_or_else(|fault| Loaded::Nothing(vec![broken(&[PathBuf::from(sample::NAME)], &fault)]))
        });
    }

    /// Works on a thread of its own, and waits for nothing that was begun before.
    fn work(
        &mut self,
        ctx: &egui::Context,
        names: String,
        work: impl FnOnce(&Watch, &dyn Fn(String)) -> Loaded + Send + 'static,
    ) {
        self.cancel();
        let generation = self.generation;
        let watch = Arc::new(Watch::default());
        self.loading =
            Some(Loading { names, stage: "opening".to_owned(), since: Instant::now(), watch: Arc::clone(&watch) });
        let (sender, ctx) = (self.sender.clone(), ctx.clone());
        let send = move |message| {
            // Nobody listens any more when the window is closed; then there is nobody to tell either.
            drop(sender.send((generation, message)));
            ctx.request_repaint();
        };
        let worker = std::thread::Builder::new().name("open".to_owned());
        let started = worker.spawn(move || {
            let stage = |stage| send(Message::Stage(stage));
            send(Message::Done(work(&watch, &stage)));
        });
        if started.is_err() {
            let what = "This computer has no room for another thread.".to_owned();
            let failure = Failure { what, advice: "Close some programs, and open it again." };
            drop(self.sender.send((generation, Message::Done(Loaded::Nothing(vec![failure])))));
        }
    }

    /// Waits no more for what is being opened, and ends its reading.
    pub fn cancel(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if let Some(loading) = self.loading.take() {
            loading.watch.stop();
        }
    }

    /// What the worker finished since the last call.
    pub fn poll(&mut self) -> Option<Loaded> {
        while let Ok((generation, message)) = self.receiver.try_recv() {
            if generation != self.generation {
                continue;
            }
            match message {
                Message::Stage(stage) => {
                    if let Some(loading) = &mut self.loading {
                        loading.stage = stage;
                    }
                }
                Message::Done(loaded) => {
                    self.loading = None;
                    return Some(loaded);
                }
            }
        }
        None
    }
}

fn shown(path: &Path) -> String {
    escape(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}

fn names(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| shown(path)).collect::<Vec<_>>().join(", ")
}

/// What is to be opened, once identity files are told from evidence and read.
struct Keys {
    wanted: Wanted,
    keyring: Keyring,
    maps: Vec<TokenMap>,
    /// What is wrong with identity files and maps.
    wrong: Vec<Failure>,
}

impl Keys {
    fn of(wanted: Wanted, remembered: &[PathBuf]) -> Self {
        let (dropped, paths): (Vec<_>, _) = wanted.paths.into_iter().partition(|path| open::is_identity_file(path));
        let (maps, paths): (Vec<_>, _) = paths.into_iter().partition(|path| open::is_map_file(path));
        let mut keys = Self {
            wanted: Wanted { paths, ..Wanted::default() },
            keyring: Keyring::default(),
            maps: Vec::new(),
            wrong: Vec::new(),
        };
        for path in wanted.maps.into_iter().chain(maps) {
            match open::add_map(&mut keys.maps, &path) {
                Ok(()) => keys.wanted.maps.push(path),
                Err(error) => keys.wrong.push(Failure { what: sentence(&error), advice: advice(&error) }),
            }
        }
        for path in wanted.identities.into_iter().chain(dropped) {
            match open::add_identities(&mut keys.keyring, &path) {
                Ok(()) => keys.wanted.identities.push(path),
                Err(error) => keys.wrong.push(Failure { what: sentence(&error), advice: advice(&error) }),
            }
        }
        for path in remembered {
            // It may be on a stick that is not plugged in. If nothing else opens what is encrypted, it is asked for.
            let _ = open::add_identities(&mut keys.keyring, path);
        }
        keys
    }

    fn load(self, open: Open, watch: &Watch, stage: &dyn Fn(String)) -> Loaded {
        let Self { wanted, keyring, maps, wrong: mut failures } = self;
        let mut bundles = Vec::new();
        let mut opened = Vec::new();
        let mut closed = Vec::new();
        for path in &wanted.paths {
            if watch.is_stopped() {
                return Loaded::Nothing(Vec::new());
            }
            stage(format!("reading {}", shown(path)));
            // Before it is read: what changes meanwhile is another file afterwards.
            let stamp = Stamp::of(path);
            match open(path, &keyring, watch) {
                Ok(bundle) => match real_names::tell(bundle, &maps) {
                    Ok(bundle) => {
                        bundles.push(bundle);
                        opened.push(OpenedPath { path: path.clone(), stamp });
                    }
                    Err(wrong) => {
                        failures.push(Failure { what: format!("{}.", escape(&wrong.to_string())), advice: MAP });
                    }
                },
                Err(error) => {
                    if needs_key(&error) {
                        closed.push(path.clone());
                    }
                    failures.push(Failure { what: sentence(&error), advice: advice(&error) });
                }
            }
        }
        if !closed.is_empty() {
            let sentences = failures.into_iter().map(|failure| failure.what).collect();
            return Loaded::Locked(Locked { wanted, closed, sentences });
        }
        if wanted.paths.is_empty() && failures.is_empty() {
            failures.push(no_evidence(&wanted));
        }
        if bundles.is_empty() {
            return Loaded::Nothing(failures);
        }
        stage("diagnosing".to_owned());
        let origin = Origin { paths: opened, keys: Arc::new(keyring), records: Some(open::records) };
        diagnosed(bundles, origin, &wanted.paths, &wanted.identities, failures)
    }
}

/// Where the map of a bundle is.
const MAP: &str = "The map lies beside the bundle where that was collected; drop it together with the bundle.";

/// What to say when only files were named that belong to evidence.
fn no_evidence(wanted: &Wanted) -> Failure {
    if wanted.identities.is_empty() {
        return Failure {
            what: format!("{}: this is a map of tokens, and no evidence.", names(&wanted.maps)),
            advice: "Drop it together with the bundle that it belongs to.",
        };
    }
    Failure {
        what: format!("{}: this is an identity file, and no evidence.", names(&wanted.identities)),
        advice: "Drop it together with what it opens, or open that first: Kerbscope asks for it.",
    }
}

/// Whether another identity file may open it.
const fn needs_key(error: &OpenError) -> bool {
    matches!(error, OpenError::Sealed { source: SealedError::NoKey | SealedError::OtherKey, .. })
}

/// What is remembered must lead there from any folder.
fn absolute(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths.iter().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone())).collect()
}

fn opened_sample(watch: &Watch, stage: &dyn Fn(String)) -> Loaded {
    stage("reading".to_owned());
    match sample::open(watch) {
        Ok(bundle) => {
            stage("diagnosing".to_owned());
            // It never changes.
            let paths = vec![OpenedPath { path: PathBuf::from(sample::NAME), stamp: Stamp::default() }];
            let origin = Origin { paths, keys: Arc::default(), records: Some(sample::records) };
            diagnosed(vec![bundle], origin, &[], &[], Vec::new())
        }
        Err(error) => Loaded::Nothing(vec![Failure { what: sentence(&error), advice: advice(&error) }]),
    }
}

fn diagnosed(
    bundles: Vec<OpenedBundle>,
    origin: Origin,
    paths: &[PathBuf],
    identities: &[PathBuf],
    mut failures: Vec<Failure>,
) -> Loaded {
    let names = bundles.iter().map(|bundle| escape(&bundle.name)).collect::<Vec<_>>().join(", ");
    let case = Case::open(bundles);
    if case.artifacts.is_empty() {
        let mut reasons: Vec<_> = case.gaps.iter().map(|gap| gap.reason.to_string()).collect();
        reasons.dedup();
        reasons.truncate(3);
        let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", escape(&reasons.join("; "))) };
        failures.push(Failure {
            what: format!("{names}: there is no evidence in it that Kerbscope knows{reasons}."),
            advice: "Open the zip that kerbscope-collect wrote, or applicationHost.config, .evtx logs, and the output \
                     of setspn, klist, nslookup, ipconfig or systeminfo.",
        });
        return Loaded::Nothing(failures);
    }
    let paths = absolute(paths);
    Loaded::Case {
        notes: Box::new(Notes::of(&paths)),
        content: Arc::new(Content::of(&Arc::new(case), origin)),
        paths,
        identities: absolute(identities),
        failures,
    }
}

fn broken(paths: &[PathBuf], fault: &Fault) -> Failure {
    let names = names(paths);
    Failure {
        what: format!("{names}: Kerbscope broke while it read this ({}). That is a fault of Kerbscope.", fault.said),
        advice: "Please report it, with the bundle if you may share it.",
    }
}

fn sentence(error: &OpenError) -> String {
    format!("{}.", escape(&error.to_string()))
}

const fn advice(error: &OpenError) -> &'static str {
    match error {
        OpenError::Io { .. } => "Check that it is still there and that you may read it, and open it again.",
        OpenError::Empty { .. } => "Copy it again from the server: the copy may have been cut short.",
        OpenError::Zip { source: ReadError::NotAZip(_), .. } => {
            "Copy it again from the server; if it stays like this, unpack what can be unpacked and open the folder."
        }
        OpenError::Sealed { source: SealedError::Header | SealedError::Content, .. } => {
            "Ask for it again: what was encrypted opens whole or not at all."
        }
        OpenError::Sealed { .. } => "Whoever encrypted it can say for whom, and what opens it.",
        OpenError::Map { .. } => MAP,
        OpenError::Identity { .. } => "Choose the file that age-keygen wrote.",
        OpenError::Zip { .. } | OpenError::NotAFile { .. } => "Open a bundle, a folder, or a file of evidence instead.",
    }
}
