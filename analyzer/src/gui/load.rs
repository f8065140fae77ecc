//! Opens and diagnoses bundles on a thread of its own; only the latest request counts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use kerbscope_shared::read::ReadError;

use crate::artifacts::opened::OpenedBundle;
use crate::case::Case;
use crate::gui::content::Content;
use crate::gui::doors::Open;
use crate::open::OpenError;
use crate::report::escape::escape;

/// A sentence about what could not be opened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened, and where.
    pub what: String,
    /// What to do.
    pub advice: &'static str,
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
        /// The paths that could not be opened.
        failures: Vec<Failure>,
    },
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
    cancelled: Arc<AtomicBool>,
}

enum Message {
    Stage(String),
    Done(Loaded),
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

    /// Opens these paths as one case. What was being opened before is not waited for any more.
    pub fn start(&mut self, ctx: &egui::Context, paths: Vec<PathBuf>) {
        self.cancel();
        let generation = self.generation;
        let cancelled = Arc::new(AtomicBool::new(false));
        self.loading = Some(Loading {
            names: paths.iter().map(|path| shown(path)).collect::<Vec<_>>().join(", "),
            stage: "opening".to_owned(),
            since: Instant::now(),
            cancelled: Arc::clone(&cancelled),
        });
        let (open, sender, ctx) = (self.open, self.sender.clone(), ctx.clone());
        let send = move |message| {
            // Nobody listens any more when the window is closed; then there is nobody to tell either.
            drop(sender.send((generation, message)));
            ctx.request_repaint();
        };
        let worker = std::thread::Builder::new().name("open".to_owned());
        let started = worker.spawn(move || {
            let stage = |stage| send(Message::Stage(stage));
            let opened = catch_unwind(AssertUnwindSafe(|| load(open, &paths, &cancelled, &stage)));
            let broke = || Loaded::Nothing(vec![broken(&paths)]);
            send(Message::Done(opened.unwrap_or_else(|_| broke())));
        });
        if started.is_err() {
            let what = "This computer has no room for another thread.".to_owned();
            let failure = Failure { what, advice: "Close some programs, and open it again." };
            drop(self.sender.send((generation, Message::Done(Loaded::Nothing(vec![failure])))));
        }
    }

    /// Waits no more for what is being opened.
    pub fn cancel(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if let Some(loading) = self.loading.take() {
            loading.cancelled.store(true, Ordering::Relaxed);
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

fn load(open: Open, paths: &[PathBuf], cancelled: &AtomicBool, stage: &dyn Fn(String)) -> Loaded {
    let mut bundles = Vec::new();
    let mut failures = Vec::new();
    for path in paths {
        if cancelled.load(Ordering::Relaxed) {
            return Loaded::Nothing(Vec::new());
        }
        stage(format!("reading {}", shown(path)));
        match open(path) {
            Ok(bundle) => bundles.push(bundle),
            Err(error) => failures.push(Failure { what: sentence(&error), advice: advice(&error) }),
        }
    }
    if bundles.is_empty() {
        return Loaded::Nothing(failures);
    }
    stage("diagnosing".to_owned());
    diagnosed(bundles, paths, failures)
}

fn diagnosed(bundles: Vec<OpenedBundle>, paths: &[PathBuf], mut failures: Vec<Failure>) -> Loaded {
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
    // What is remembered must lead there from any folder.
    let paths = paths.iter().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone())).collect();
    Loaded::Case { content: Arc::new(Content::of(&case)), paths, failures }
}

fn broken(paths: &[PathBuf]) -> Failure {
    let names = paths.iter().map(|path| shown(path)).collect::<Vec<_>>().join(", ");
    Failure {
        what: format!("{names}: Kerbscope broke while it read this. That is a fault of Kerbscope."),
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
        OpenError::Zip { .. } | OpenError::NotAFile { .. } => "Open a bundle, a folder, or a file of evidence instead.",
    }
}
