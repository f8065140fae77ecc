//! Reports as files: their forms, and how one is written.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::case::Case;
use crate::report::document::Document;
use crate::report::html::html;
use crate::report::json::json;
use crate::report::markdown::markdown;

/// What a report looks like, and for whom it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportForm {
    /// One page to read, that loads nothing from elsewhere.
    Html,
    /// For tickets and wikis.
    Markdown,
    /// For programs.
    Json,
    /// Only what needs rights in Active Directory, as a page to read.
    DomainAdministrator,
}

/// Whether a file that is there already may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// The dialog of the desktop has asked.
    Replace,
    /// Nobody has asked.
    Keep,
}

impl ReportForm {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Html, Self::Markdown, Self::Json, Self::DomainAdministrator];

    /// What it is called in a menu.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Html => "Save the report as HTML…",
            Self::Markdown => "Save the report as Markdown…",
            Self::Json => "Save the report as JSON…",
            Self::DomainAdministrator => "Save the page for your domain administrator…",
        }
    }

    /// The name that is proposed for the file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Html => "kerbscope-report.html",
            Self::Markdown => "kerbscope-report.md",
            Self::Json => "kerbscope-report.json",
            Self::DomainAdministrator => "for-your-domain-administrator.html",
        }
    }

    /// The report of a case.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON.
    pub fn text(self, case: &Case) -> Result<String, String> {
        Ok(match self {
            Self::Html => html(&Document::of(case)),
            Self::Markdown => markdown(&Document::of(case)),
            Self::Json => json(case).map_err(|error| error.to_string())?,
            Self::DomainAdministrator => html(&Document::for_domain_administrator(case)),
        })
    }
}

/// Writes the report of a case into a file, and returns where that is.
///
/// # Errors
///
/// The file cannot be written.
pub fn save(case: &Case, form: ReportForm, path: PathBuf, existing: Existing) -> Result<PathBuf, String> {
    let text = form.text(case)?;
    write(&path, text.as_bytes(), existing)
        .map_err(|error| format!("{}: cannot be written: {error}", path.display()))?;
    Ok(path)
}

fn write(path: &Path, bytes: &[u8], existing: Existing) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    match existing {
        Existing::Replace => options.create(true).truncate(true),
        Existing::Keep => options.create_new(true),
    };
    options.open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_nobody_was_asked_about_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.html");
        write(&path, b"first", Existing::Keep).expect("written");
        assert!(write(&path, b"second", Existing::Keep).is_err());
        assert_eq!(std::fs::read(&path).expect("there"), b"first");
        write(&path, b"third", Existing::Replace).expect("written");
        assert_eq!(std::fs::read(&path).expect("there"), b"third");
    }
}
