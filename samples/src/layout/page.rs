//! A page of console text: lines that end as Windows ends them.

use std::fmt::Display;

/// Text that grows by lines.
#[derive(Clone, Debug, Default)]
pub struct Page {
    lines: Vec<String>,
}

impl Page {
    /// Adds a line.
    pub fn line(&mut self, line: impl Display) {
        self.lines.push(format!("{line}\r\n"));
    }

    /// Adds an empty line.
    pub fn gap(&mut self) {
        self.line("");
    }

    /// The whole text.
    pub fn text(self) -> String {
        self.lines.concat()
    }
}
