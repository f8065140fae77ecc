//! Fonts of this computer for what the built-in ones cannot write, such as Japanese, and the characters that none has.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use egui::{FallbackRequest, FontInsert, FontProvider};

use crate::gui::fault::caught;
use crate::report::headline::plural;

/// Characters that are named at most.
const NAMED: usize = 4;

/// A search for fonts that may break, on a computer whose fonts are broken, without the window breaking too.
pub struct Guarded<P> {
    search: P,
    is_broken: AtomicBool,
}

impl<P: FontProvider> Guarded<P> {
    /// Guards a search for fonts.
    pub const fn new(search: P) -> Self {
        Self { search, is_broken: AtomicBool::new(false) }
    }

    fn ask(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        if self.is_broken.load(Ordering::Relaxed) {
            return None;
        }
        let answer = caught(|| self.search.font_for(request));
        answer.unwrap_or_else(|_| {
            self.is_broken.store(true, Ordering::Relaxed);
            None
        })
    }
}

impl<P: FontProvider> FontProvider for Guarded<P> {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let by_letter = || {
            let cluster = letter_beside(request.cluster)?;
            self.ask(&FallbackRequest { cluster, family: request.family })
        };
        self.ask(request).or_else(by_letter)
    }
}

/// A letter whose font has this character too.
///
/// Systems look a font up by the script of a character, and punctuation has none: before the first letter of a name, a
/// Japanese bracket would find no font, and a box would stand for it from then on.
fn letter_beside(cluster: &str) -> Option<&'static str> {
    let of_east_asia =
        |first: char| matches!(first, '\u{3000}'..='\u{30ff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}');
    cluster.chars().next().is_some_and(of_east_asia).then_some("\u{3042}")
}

/// The characters that nobody has a font for. It is asked last, and remembers what it was asked about.
#[derive(Clone, Debug, Default)]
pub struct MissingCharacters(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    new: BTreeSet<char>,
    /// A character is asked about once for each kind of font; a person is told once.
    told: BTreeSet<char>,
}

impl FontProvider for MissingCharacters {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let mut known = self.known();
        if let Some(first) = request.cluster.chars().next().filter(|first| !known.told.contains(first)) {
            known.new.insert(first);
        }
        None
    }
}

impl MissingCharacters {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.known().new.len()
    }

    /// Forgets them: whoever was told need not be told again.
    pub fn forget(&self) {
        let mut known = self.known();
        let told = std::mem::take(&mut known.new);
        known.told.extend(told);
    }

    /// Says which there are, by their numbers: the characters themselves could not be read.
    pub fn sentence(&self) -> Option<String> {
        let characters = &self.known().new;
        let named: Vec<_> = characters.iter().take(NAMED).map(|known| format!("U+{:04X}", u32::from(*known))).collect();
        let rest = if characters.len() > NAMED { " and others" } else { "" };
        (!named.is_empty()).then(|| {
            let count = plural(characters.len(), "character");
            format!("{count} without a font on this computer: {}{rest}. A box stands for each.", named.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use egui::FontFamily;

    use super::*;

    fn ask(search: &impl FontProvider, cluster: &str) -> Option<String> {
        let request = FallbackRequest { cluster, family: &FontFamily::Proportional };
        search.font_for(&request).map(|font| font.name)
    }

    /// A search that knows Japanese letters alone, as systems do.
    fn letters(request: &FallbackRequest<'_>) -> Option<FontInsert> {
        (request.cluster == "\u{3042}").then(|| FontInsert::new("Gothic", egui::FontData::from_static(&[]), Vec::new()))
    }

    #[test]
    fn a_bracket_is_found_in_the_font_of_the_letters() {
        let search = Guarded::new(letters);
        assert_eq!(ask(&search, "\u{ff08}").as_deref(), Some("Gothic"));
        assert_eq!(ask(&search, "\u{2603}"), None);
    }

    #[test]
    fn a_search_that_breaks_is_not_asked_again() {
        static ASKED: AtomicBool = AtomicBool::new(false);
        let search = Guarded::new(|_: &FallbackRequest<'_>| -> Option<FontInsert> {
            assert!(!ASKED.swap(true, Ordering::Relaxed), "once is enough");
            std::panic::resume_unwind(Box::new("no font file can be read"))
        });
        assert_eq!([ask(&search, "\u{65e5}"), ask(&search, "\u{672c}")], [None, None]);
    }

    #[test]
    fn what_nobody_can_write_is_told_by_number() {
        let missing = MissingCharacters::default();
        assert_eq!(missing.sentence(), None);
        for cluster in ["\u{65e5}", "\u{672c}", "\u{65e5}"] {
            assert_eq!(ask(&missing, cluster), None);
        }
        let words = "2 characters without a font on this computer: U+65E5, U+672C. A box stands for each.";
        assert_eq!(missing.sentence().as_deref(), Some(words));
        missing.forget();
        assert_eq!(ask(&missing, "\u{65e5}"), None);
        assert_eq!((missing.count(), missing.sentence()), (0, None), "once is enough");
    }
}
