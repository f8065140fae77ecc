//! Events of Windows 2000 and 2003 as the Event Viewer copies them.

use super::page::Page;

/// An event that is shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// What kind of event it is.
    pub kind: Kind,
    /// Who wrote it.
    pub source: &'a str,
    /// The event id.
    pub id: u32,
    /// The time of day.
    pub clock: &'a str,
    /// The computer that wrote it.
    pub computer: &'a str,
    /// The first line of the description.
    pub description: &'a str,
    /// Its other lines.
    pub fields: &'a [(&'a str, &'a str)],
}

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something failed that is audited.
    FailureAudit,
    /// A service reports an error.
    Error,
}

/// Events, one below the other.
pub fn copied(events: &[Shown<'_>]) -> String {
    let mut page = Page::default();
    for event in events {
        let (kind, category, user) = match event.kind {
            Kind::FailureAudit => ("Failure Audit", "Account Logon ", "NT AUTHORITY\\SYSTEM"),
            Kind::Error => ("Error", "None", "N/A"),
        };
        page.line(format_args!("Event Type:\t{kind}"));
        page.line(format_args!("Event Source:\t{}", event.source));
        page.line(format_args!("Event Category:\t{category}"));
        page.line(format_args!("Event ID:\t{}", event.id));
        page.line("Date:\t\t3/2/2026");
        page.line(format_args!("Time:\t\t{}", event.clock));
        page.line(format_args!("User:\t\t{user}"));
        page.line(format_args!("Computer:\t{}", event.computer));
        page.line("Description:");
        page.line(event.description);
        for (label, value) in event.fields {
            page.line(format_args!(" \t{label}\t{value}"));
        }
        page.gap();
    }
    page.text()
}
