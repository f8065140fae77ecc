//! The dialog of the desktop that asks what to open, on a thread of its own; where there is none, it is said.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::gui::action::Pick;
use crate::gui::event_file;

/// A dialog that a person closed took longer than this. A desktop without a dialog answers at once, with nothing.
const NOBODY_IS_THAT_QUICK: Duration = Duration::from_millis(300);

/// Asks a person what to open; nothing when the person closed the dialog, or there is none.
pub type Ask = fn(Pick) -> Option<Vec<PathBuf>>;

/// How a dialog ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// These paths were chosen.
    Paths(Pick, Vec<PathBuf>),
    /// The person closed it.
    Nothing,
    /// This desktop has no dialog.
    NoDialog(Pick),
}

/// The dialog, if it is open.
#[derive(Debug)]
pub struct FileDialog {
    ask: Ask,
    open: Option<(Pick, Receiver<Chosen>)>,
}

impl FileDialog {
    /// A dialog that asks in this way.
    pub const fn new(ask: Ask) -> Self {
        Self { ask, open: None }
    }

    /// Whether it is open.
    pub const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Opens it, unless it is open.
    pub fn show(&mut self, ctx: &egui::Context, pick: Pick) {
        if self.is_open() {
            return;
        }
        let (sender, receiver) = channel();
        self.open = Some((pick, receiver));
        let (ask, ctx) = (self.ask, ctx.clone());
        let work = move || {
            // Nobody listens any more when the window is closed.
            drop(sender.send(chosen(ask, pick)));
            ctx.request_repaint();
        };
        if cfg!(target_os = "macos") {
            // macOS shows dialogs on its main thread only.
            work();
        } else {
            drop(std::thread::Builder::new().name("dialog".to_owned()).spawn(work));
        }
    }

    /// How it ended, once it has.
    pub fn poll(&mut self) -> Option<Chosen> {
        let (pick, receiver) = self.open.as_ref()?;
        let chosen = match receiver.try_recv() {
            Ok(chosen) => chosen,
            Err(std::sync::mpsc::TryRecvError::Empty) => return None,
            Err(std::sync::mpsc::TryRecvError::Disconnected) => Chosen::NoDialog(*pick),
        };
        self.open = None;
        Some(chosen)
    }
}

fn chosen(ask: Ask, pick: Pick) -> Chosen {
    let asked = Instant::now();
    match ask(pick) {
        Some(paths) if !paths.is_empty() => Chosen::Paths(pick, paths),
        _ if asked.elapsed() < NOBODY_IS_THAT_QUICK => Chosen::NoDialog(pick),
        _ => Chosen::Nothing,
    }
}

/// The dialog of the desktop.
pub fn desktop(pick: Pick) -> Option<Vec<PathBuf>> {
    let dialog = rfd::FileDialog::new().set_title("Open a case");
    match pick {
        Pick::Files => dialog
            .add_filter("Bundles and evidence", &["zip", "age", "config", "evtx", "txt", "log", "xml"])
            .add_filter("All files", &["*"])
            .pick_files(),
        // They have no extension of their own.
        Pick::Identity => dialog.set_title("Choose an identity file").pick_files(),
        Pick::Compare => dialog.set_title("Open a case to compare").pick_files(),
        Pick::Report(form) => {
            dialog.set_title("Save the report").set_file_name(form.file_name()).save_file().map(|path| vec![path])
        }
        Pick::Events(form) => {
            let dialog = dialog.set_title("Save the list of events").set_file_name(event_file::file_name(form));
            dialog.save_file().map(|path| vec![path])
        }
        Pick::Folder => dialog.pick_folder().map(|folder| vec![folder]),
    }
}
