//! The answer of one rule: what it found, what it could not know, and so its verdict.

use crate::evidence::gap::NotKnown;
use crate::rules::finding::Finding;

/// What a rule says about a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// What it found.
    pub findings: Vec<Finding>,
    /// What it would have to know to say more.
    pub not_known: Option<NotKnown>,
    /// Whether there was anything that the rule speaks of.
    applies: bool,
}

/// A rule's verdict. Only `Clear` is good news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The rule found its cause.
    Found,
    /// All that the rule needed was there, and its cause was not.
    Clear,
    /// Evidence is missing.
    Open,
    /// There is nothing in the case that the rule speaks of.
    NotApplicable,
    /// The rule itself broke. That is a fault of this program.
    Failed,
}

impl Verdict {
    /// One word for machines and people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Clear => "clear",
            Self::Open => "open",
            Self::NotApplicable => "not_applicable",
            Self::Failed => "failed",
        }
    }
}

impl Answer {
    /// There is something that the rule speaks of.
    pub const fn applies(&mut self) {
        self.applies = true;
    }

    /// Adds a finding.
    pub fn find(&mut self, finding: Finding) {
        self.applies = true;
        self.findings.push(finding);
    }

    /// Notes what is not known about one of the things that the rule looks at, and goes on with the others.
    pub fn open(&mut self, not_known: NotKnown) {
        self.applies = true;
        self.not_known = Some(match self.not_known.take() {
            Some(known) => known.and(not_known),
            None => not_known,
        });
    }

    /// The verdict.
    pub const fn verdict(&self) -> Verdict {
        if !self.findings.is_empty() {
            Verdict::Found
        } else if self.not_known.is_some() {
            Verdict::Open
        } else if self.applies {
            Verdict::Clear
        } else {
            Verdict::NotApplicable
        }
    }
}
