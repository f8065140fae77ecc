//! What the window remembers from one day to the next: the theme, what was opened, and where identity files are. Never
//! what a bundle holds, and never a key.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Cases that are remembered at most.
const RECENT: usize = 8;

/// Identity files that are remembered at most.
const IDENTITIES: usize = 8;

/// What the window remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The theme.
    pub theme: ThemeChoice,
    /// What was opened, the latest first; several paths were opened as one case.
    pub recent: Vec<Vec<PathBuf>>,
    /// Where the identity files are that were named for something that opened, the latest first.
    pub identities: Vec<PathBuf>,
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
