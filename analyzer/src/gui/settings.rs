//! What the window remembers from one day to the next: the theme, what was opened, and where identity files are. Never
//! what a bundle holds, and never a key.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Cases that are remembered at most.
const RECENT: usize = 8;

/// Identity files that are remembered at most.
const IDENTITIES: usize = 8;

/// What the window remembers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The theme.
    pub theme: ThemeChoice,
    /// What was opened, the latest first; several paths were opened as one case.
    pub recent: Vec<Vec<PathBuf>>,
    /// Where the identity files are that were named for something that opened, the latest first.
    pub identities: Vec<PathBuf>,
    /// How large everything is, in percent.
    pub zoom_percent: u16,
}

/// The sizes that a person can choose by key, in percent; a file that says another was written by nobody.
const ZOOMS: std::ops::RangeInclusive<u16> = 20..=500;

impl Default for Settings {
    fn default() -> Self {
        Self { theme: ThemeChoice::default(), recent: Vec::new(), identities: Vec::new(), zoom_percent: 100 }
    }
}

/// The theme that a person wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// That of the desktop.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

impl Settings {
    /// How large everything is, as a factor.
    pub fn zoom(&self) -> f32 {
        f32::from(self.zoom_percent.clamp(*ZOOMS.start(), *ZOOMS.end())) / 100.0
    }

    /// Remembers how large everything is.
    pub fn remember_zoom(&mut self, factor: f32) {
        let is_it = |percent: &u16| (f32::from(*percent) / 100.0 - factor).abs() <= 0.005;
        self.zoom_percent = ZOOMS.into_iter().find(is_it).unwrap_or(self.zoom_percent);
    }

    /// Remembers what was opened.
    pub fn remember(&mut self, paths: &[PathBuf]) {
        self.recent.retain(|known| known != paths);
        self.recent.insert(0, paths.to_vec());
        self.recent.truncate(RECENT);
    }

    /// Remembers where identity files are.
    pub fn remember_identities(&mut self, paths: &[PathBuf]) {
        self.identities.retain(|known| !paths.contains(known));
        self.identities.splice(0..0, paths.iter().cloned());
        self.identities.truncate(IDENTITIES);
    }
}

impl From<ThemeChoice> for egui::ThemePreference {
    fn from(choice: ThemeChoice) -> Self {
        match choice {
            ThemeChoice::System => Self::System,
            ThemeChoice::Dark => Self::Dark,
            ThemeChoice::Light => Self::Light,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_large_everything_is_comes_back_and_nonsense_does_not() {
        let mut settings = Settings::default();
        for (factor, percent) in [(1.0, 100), (1.5, 150), (0.8, 80), (7.0, 80), (f32::NAN, 80)] {
            settings.remember_zoom(factor);
            assert_eq!(settings.zoom_percent, percent, "{factor}");
        }
        assert!((Settings { zoom_percent: 0, ..Settings::default() }.zoom() - 0.2).abs() < 1e-6);
    }

    #[test]
    fn the_latest_comes_first_and_nothing_twice() {
        let mut settings = Settings::default();
        for name in ["a", "b", "a"] {
            settings.remember(&[PathBuf::from(name)]);
        }
        assert_eq!(settings.recent, [[PathBuf::from("a")], [PathBuf::from("b")]]);
        for number in 0..20 {
            settings.remember(&[PathBuf::from(number.to_string())]);
        }
        assert_eq!(settings.recent.len(), RECENT);
        for name in ["a", "b", "a"] {
            settings.remember_identities(&[PathBuf::from(name)]);
        }
        assert_eq!(settings.identities, [PathBuf::from("a"), PathBuf::from("b")]);
    }
}
