//! Where a person was, so that there is a way back from every jump.

use crate::evidence::place::Evidence;
use crate::gui::action::{Selection, StepSelection};
use crate::gui::view::View;

/// Steps back that are remembered at most.
const STEPS: usize = 100;

/// A place in the window: a view, and what each view had selected there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The view.
    pub view: View,
    /// What the findings had selected.
    pub finding: Option<Selection>,
    /// Which step of which exchange was open.
    pub step: StepSelection,
    /// The path of a site that was selected.
    pub site: usize,
    /// The account that was selected.
    pub account: usize,
    /// The event that was looked at.
    pub event: Option<Evidence>,
    /// The place in an artifact that was looked at.
    pub artifact: Option<Evidence>,
}

/// The way that led here, and the way on after steps back.
#[derive(Clone, Debug, Default)]
pub struct History {
    back: Vec<Location>,
    forward: Vec<Location>,
}

impl History {
    /// Notes that a person left a place for another one.
    pub fn leave(&mut self, here: Location) {
        self.forward.clear();
        if self.back.last() != Some(&here) {
            self.back.push(here);
        }
        if self.back.len() > STEPS {
            self.back.remove(0);
        }
    }

    /// One step back, if there is one.
    pub fn back(&mut self, here: Location) -> Option<Location> {
        let to = self.back.pop()?;
        self.forward.push(here);
        Some(to)
    }

    /// One step on again, if there is one.
    pub fn forward(&mut self, here: Location) -> Option<Location> {
        let to = self.forward.pop()?;
        self.back.push(here);
        Some(to)
    }

    /// Whether there is a step back.
    pub const fn has_back(&self) -> bool {
        !self.back.is_empty()
    }

    /// Whether there is a step on.
    pub const fn has_forward(&self) -> bool {
        !self.forward.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(view: View) -> Location {
        Location {
            view,
            finding: None,
            step: StepSelection::default(),
            site: 0,
            account: 0,
            event: None,
            artifact: None,
        }
    }

    #[test]
    fn the_way_back_is_the_way_on_reversed() {
        let mut history = History::default();
        history.leave(at(View::Findings));
        history.leave(at(View::Exchanges));
        assert_eq!(history.back(at(View::Events)), Some(at(View::Exchanges)));
        assert_eq!(history.back(at(View::Exchanges)), Some(at(View::Findings)));
        assert_eq!(history.back(at(View::Findings)), None);
        assert_eq!(history.forward(at(View::Findings)), Some(at(View::Exchanges)));
        history.leave(at(View::Exchanges));
        assert!(!history.has_forward(), "another way was taken");
    }

    #[test]
    fn the_oldest_steps_are_forgotten() {
        let mut history = History::default();
        for _ in 0..STEPS {
            history.leave(at(View::Findings));
            history.leave(at(View::Exchanges));
        }
        assert_eq!(history.back.len(), STEPS);
    }
}
