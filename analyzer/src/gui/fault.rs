//! A fault of this program: caught where it happens, so that the rest goes on, and put into words for whoever mends it.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};

use crate::gui::view::View;
use crate::report::escape::escape;

/// Characters of what a fault says that are kept; it may quote a line of the bundle.
const SAID: usize = 2_000;

thread_local! {
    /// How many [`caught`] are around what runs.
    static CATCHING: Cell<u32> = const { Cell::new(0) };
    /// Where the last fault happened, and how that place was reached where somebody wants to know.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A fault that was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What broke, in its own words.
    pub said: String,
    /// Where in the program, if that was noted.
    pub place: Option<String>,
}

impl Fault {
    fn of(payload: &(dyn Any + Send)) -> Self {
        let words = payload.downcast_ref::<&str>().copied();
        let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let said: String = words.unwrap_or("it gave no reason").chars().take(SAID).collect();
        Self { said: escape(&said), place: PLACE.take() }
    }

    /// What a person sends who reports it.
    pub fn report(&self, what: &str) -> String {
        let place = self.place.as_deref().unwrap_or("not noted");
        format!(
            "Kerbscope {} on {} broke: {what}\nIt said: {}\nPlace: {place}\n",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            self.said
        )
    }
}

/// Does this; a panic in it becomes a value. What it changes must be thrown away or be sound when it is half done.
///
/// # Errors
///
/// It panicked.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    CATCHING.set(CATCHING.get().saturating_add(1));
    let done = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(CATCHING.get().saturating_sub(1));
    done.map_err(|payload| Fault::of(&*payload))
}

/// From now on the place of every fault is noted that is caught; only others are printed on the terminal.
pub fn note_places() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |fault: &PanicHookInfo<'_>| {
        if CATCHING.get() == 0 {
            print(fault);
            return;
        }
        let mut place = fault.location().map(ToString::to_string).unwrap_or_default();
        let way = Backtrace::capture();
        if way.status() == BacktraceStatus::Captured {
            place = format!("{place}\n{way}");
        }
        PLACE.replace(Some(place));
    }));
}

/// The views that broke; none of them is drawn again before somebody asks for it.
#[derive(Debug, Default)]
pub struct Faults(Vec<(View, Fault)>);

impl Faults {
    /// What broke a view.
    pub fn of(&self, view: View) -> Option<&Fault> {
        self.0.iter().find(|(broken, _)| *broken == view).map(|(_, fault)| fault)
    }

    /// Notes what broke a view.
    pub fn note(&mut self, view: View, fault: Fault) {
        self.forget(view);
        self.0.push((view, fault));
    }

    /// The view is to be drawn again.
    pub fn forget(&mut self, view: View) {
        self.0.retain(|(broken, _)| *broken != view);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_becomes_a_value_with_its_words() {
        assert_eq!(caught(|| 7), Ok(7));
        let said = |fault: Result<(), Fault>| fault.map_err(|fault| fault.said);
        assert_eq!(said(caught(|| panic!("no row 5"))), Err("no row 5".to_owned()));
        assert_eq!(said(caught(|| panic!("no row {}", 6))), Err("no row 6".to_owned()));
        assert_eq!(said(caught(|| panic!("\u{1b}[31m"))), Err("\\u{1b}[31m".to_owned()), "it steers no terminal");
        assert_eq!(said(caught(|| std::panic::panic_any(7))), Err("it gave no reason".to_owned()));
        let long = caught(|| panic!("{}", "x".repeat(1 << 20))).map_err(|fault: Fault| fault.said.len());
        assert_eq!(long, Err::<(), _>(SAID));
    }

    #[test]
    fn a_fault_inside_a_fault_is_caught_by_the_inner_one() {
        let outer = caught(|| caught(|| panic!("inner")).map_err(|fault: Fault| fault.said));
        assert_eq!(outer, Ok(Err::<(), _>("inner".to_owned())));
        assert_eq!(CATCHING.get(), 0);
    }
}
