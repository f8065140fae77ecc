//! The list of events as a file with all its rows, or on the clipboard with as many as it holds.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::case::Case;
use crate::codes::number::thousands;
use crate::gui::background::{Background, Progress};
use crate::gui::report_file::Existing;
use crate::report::escape::escape;
use crate::report::event_list::{ListForm, write_at};

/// Rows that go to the clipboard at most; a file has no such limit.
const COPIED: usize = 50_000;

/// What a list is called in a menu.
pub const fn title(form: ListForm) -> &'static str {
    match form {
        ListForm::Csv => "Save the list as CSV…",
        ListForm::Ndjson => "Save the list as NDJSON…",
    }
}

/// The name that is proposed for the file.
pub const fn file_name(form: ListForm) -> &'static str {
    match form {
        ListForm::Csv => "kerbscope-events.csv",
        ListForm::Ndjson => "kerbscope-events.ndjson",
    }
}

/// A table for the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedTable {
    /// The table. Its last row says so where it is not all.
    pub table: String,
    /// How much of the list that is.
    pub said: String,
}

/// The rows as a table for the clipboard, as many as it takes.
pub fn table(case: &Case, rows: &[u32]) -> CopiedTable {
    table_of(case, rows, COPIED)
}

fn table_of(case: &Case, rows: &[u32], most: usize) -> CopiedTable {
    let mut table = Vec::new();
    // What is written into memory arrives.
    let _ = write_at(case, rows.get(..most).unwrap_or(rows), ListForm::Csv, &mut table, &|_| true);
    let mut table = String::from_utf8_lossy(&table).into_owned();
    let all = counted(rows.len());
    let said = if rows.len() > most {
        let said = format!("{} of {all} rows copied; save the list as a file to have all", counted(most));
        table = format!("{table}\"{said}\"\r\n");
        said
    } else {
        format!("{all} {} copied", if rows.len() == 1 { "row" } else { "rows" })
    };
    CopiedTable { table, said }
}

fn counted(rows: usize) -> String {
    thousands(u64::try_from(rows).unwrap_or(u64::MAX))
}

/// How the writing of a file ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// All of it is there.
    All(PathBuf),
    /// Somebody stopped it, and nothing is there.
    Stopped,
    /// It could not be written; the sentence says why.
    Not(String),
}

/// A file that is being written, if one is.
#[derive(Debug, Default)]
pub struct EventFile {
    name: String,
    rows: usize,
    written: Arc<AtomicUsize>,
    stopped: Arc<AtomicBool>,
    work: Background<Written>,
}

impl Drop for EventFile {
    fn drop(&mut self) {
        self.stop();
    }
}

impl EventFile {
    /// Begins to write the rows of a case.
    pub fn start(
        &mut self,
        ctx: &egui::Context,
        case: Arc<Case>,
        rows: Arc<[u32]>,
        form: ListForm,
        (path, existing): (PathBuf, Existing),
    ) {
        self.stop();
        self.name = escape(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy());
        self.rows = rows.len();
        self.written = Arc::default();
        self.stopped = Arc::default();
        let (written, stopped) = (Arc::clone(&self.written), Arc::clone(&self.stopped));
        let goes_on = move |rows| {
            written.store(rows, Ordering::Relaxed);
            !stopped.load(Ordering::Relaxed)
        };
        self.work.start(ctx, "events file", move || write(&case, &rows, form, &path, existing, &goes_on));
    }

    /// Stops the writing; what was written is taken away again.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether a file is being written.
    pub const fn is_busy(&self) -> bool {
        self.work.is_busy()
    }

    /// How far it has come, in words; nothing where no file is being written.
    pub fn reached(&self) -> Option<String> {
        let written = counted(self.written.load(Ordering::Relaxed));
        self.is_busy().then(|| format!("Writing {}  ·  {written} of {} rows", self.name, counted(self.rows)))
    }

    /// How it ended, once it has.
    pub fn poll(&mut self) -> Option<Written> {
        match self.work.poll() {
            Progress::Done(written) => Some(written),
            Progress::Broke => Some(Written::Not("the list could not be written".to_owned())),
            Progress::Nothing => None,
        }
    }
}

/// Writes a file whole or not at all: what was there stays until the new one is complete.
fn write(
    case: &Case,
    rows: &[u32],
    form: ListForm,
    path: &Path,
    existing: Existing,
    goes_on: &dyn Fn(usize) -> bool,
) -> Written {
    let said = |error: &dyn std::fmt::Display| Written::Not(format!("{}: cannot be written: {error}", path.display()));
    // An empty file holds the place, so that nobody else's is replaced in the end.
    if existing == Existing::Keep
        && let Err(error) = OpenOptions::new().write(true).create_new(true).open(path)
    {
        return said(&error);
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = create(&beside).and_then(|file| {
        let mut file = BufWriter::new(file);
        let is_all = write_at(case, rows, form, &mut file, goes_on)?;
        file.flush()?;
        Ok(is_all)
    });
    let ended = match written {
        Ok(true) => fs::rename(&beside, path).map_or_else(|error| said(&error), |()| Written::All(path.to_owned())),
        Ok(false) => Written::Stopped,
        Err(error) => said(&error),
    };
    if !matches!(ended, Written::All(_)) {
        let _ = fs::remove_file(&beside);
        if existing == Existing::Keep {
            let _ = fs::remove_file(path);
        }
    }
    ended
}

/// A new file. One of this name that is there is nobody's but that of a writing that was ended with the program.
fn create(path: &Path) -> std::io::Result<File> {
    let _ = fs::remove_file(path);
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::formats::identity::Keyring;
    use crate::gui::event_content::EventContent;
    use crate::report::event_list::{csv, rows};
    use crate::timeline::filter::Filter;

    fn case() -> (Case, Vec<u32>) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/bundles/user-account-problem.zip");
        let case = Case::open(vec![crate::open::open(&path, &Keyring::default()).expect("opens")]);
        let count = u32::try_from(EventContent::of(&case).events.len()).expect("few");
        (case, (0..count).collect())
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_table_that_was_cut_says_so_in_its_last_row() {
        let (case, rows) = case();
        let cut = table_of(&case, &rows, 3);
        let said = "3 of 7 rows copied; save the list as a file to have all";
        assert_eq!(cut.said, said);
        assert_eq!((cut.table.lines().count(), cut.table.lines().last()), (5, Some(&*format!("\"{said}\""))));
        let whole = table_of(&case, &rows, 7);
        assert_eq!((whole.said.as_str(), whole.table.lines().count()), ("7 rows copied", 8));
        assert_eq!(table_of(&case, &rows[..1], 7).said, "1 row copied");
    }

    #[test]
    fn a_file_holds_what_the_command_line_prints_in_the_order_that_is_shown() {
        let (case, mut places) = case();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events.csv");
        let go = |form| write(&case, &places, form, &path, Existing::Replace, &|_| true);
        assert_eq!(go(ListForm::Csv), Written::All(path.clone()));
        assert_eq!(fs::read_to_string(&path).expect("reads"), csv(&rows(&case, &Filter::default())));
        places.reverse();
        let go = |form| write(&case, &places, form, &path, Existing::Replace, &|_| true);
        assert_eq!(go(ListForm::Ndjson), Written::All(path.clone()));
        let mut turned = rows(&case, &Filter::default());
        turned.reverse();
        let expected = crate::report::event_list::ndjson(&turned).expect("serializes");
        assert_eq!(fs::read_to_string(&path).expect("reads"), expected);
        assert_eq!(names(folder.path()), ["events.csv"]);
    }

    #[test]
    fn what_is_stopped_leaves_nothing_and_what_was_there_stays() {
        let (case, rows) = case();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events.csv");
        let asked = Cell::new(0);
        let stop = |_| {
            asked.set(asked.get() + 1);
            false
        };
        assert_eq!(write(&case, &rows, ListForm::Csv, &path, Existing::Keep, &stop), Written::Stopped);
        assert_eq!((names(folder.path()), asked.get()), (Vec::new(), 1));
        fs::write(&path, "before").expect("written");
        assert_eq!(write(&case, &rows, ListForm::Csv, &path, Existing::Replace, &stop), Written::Stopped);
        assert!(matches!(write(&case, &rows, ListForm::Csv, &path, Existing::Keep, &|_| true), Written::Not(_)));
        assert_eq!(fs::read_to_string(&path).expect("reads"), "before");
        assert_eq!(names(folder.path()), ["events.csv"]);
    }
}
