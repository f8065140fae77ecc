//! What a rule found: a sentence that names things, where it can be seen, how sure it is, and what to do.

use std::collections::BTreeSet;

use crate::evidence::place::Evidence;
use crate::facts::host::HostName;
use crate::rules::command::CommandLine;

/// How bad it is for the users of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nobody that it concerns can sign in.
    Blocker,
    /// It works with NTLM, with prompts, or slowly.
    Degraded,
    /// Only the second hop, to another server, is concerned.
    Delegation,
    /// Nothing fails yet.
    Risk,
    /// Good to know.
    Info,
}

impl Severity {
    /// One word for machines and people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocker => "blocker",
            Self::Degraded => "degraded",
            Self::Delegation => "delegation",
            Self::Risk => "risk",
            Self::Info => "info",
        }
    }

    /// Whether users notice it, so that a report about it is no good news.
    pub const fn is_problem(self) -> bool {
        matches!(self, Self::Blocker | Self::Degraded | Self::Delegation)
    }
}

/// The way in which a rule came to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// The evidence states it.
    Certain,
    /// It takes several lines to see it, or one line that a rival cause would produce too.
    Likely,
    /// One hint.
    Possible,
}

impl Confidence {
    /// One word for machines and people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// The right that a command needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Privilege {
    /// Any domain user.
    DomainUser,
    /// An administrator of the web server.
    ServerAdmin,
    /// Someone who may write to accounts of the domain.
    DomainAdmin,
}

impl Privilege {
    /// One word for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DomainUser => "domain-user",
            Self::ServerAdmin => "server-admin",
            Self::DomainAdmin => "domain-admin",
        }
    }

    /// What a person calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::DomainUser => "any domain user",
            Self::ServerAdmin => "an administrator of the web server",
            Self::DomainAdmin => "a domain administrator",
        }
    }
}

/// What a fix may do besides fixing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Nothing that works stops working.
    Safe,
    /// Something restarts, or users sign in again.
    Disruptive,
    /// Other services may break.
    Dangerous,
}

impl Risk {
    /// One word for machines and people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Disruptive => "disruptive",
            Self::Dangerous => "dangerous",
        }
    }
}

/// A way to remove the cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a sentence.
    pub title: String,
    /// What it may do besides.
    pub risk: Risk,
    /// Who can do it.
    pub privilege: Privilege,
    /// What to know before doing it.
    pub note: Option<String>,
    /// The commands, in order. None where a name in the bundle is not safe to paste: the title then says what to do.
    pub commands: Vec<CommandLine>,
    /// The commands that take it back.
    pub undo: Vec<CommandLine>,
    /// How to see that it worked.
    pub verify: Vec<CommandLine>,
}

impl Fix {
    /// A way that has no command yet.
    pub fn new(title: impl Into<String>, risk: Risk, privilege: Privilege) -> Self {
        let (commands, undo, verify) = (Vec::new(), Vec::new(), Vec::new());
        Self { title: title.into(), risk, privilege, note: None, commands, undo, verify }
    }

    /// Says what to know before doing it.
    #[must_use]
    pub fn noting(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Gives it commands, all or none: half of a change is worse than no change.
    #[must_use]
    pub fn by(mut self, commands: impl IntoIterator<Item = Option<CommandLine>>) -> Self {
        self.commands = all(commands);
        self
    }

    /// Says what takes it back.
    #[must_use]
    pub fn undone_by(mut self, commands: impl IntoIterator<Item = Option<CommandLine>>) -> Self {
        self.undo = all(commands);
        self
    }

    /// Says how to see that it worked.
    #[must_use]
    pub fn seen_by(mut self, commands: impl IntoIterator<Item = Option<CommandLine>>) -> Self {
        self.verify = all(commands);
        self
    }
}

/// All commands, or none.
pub fn all(commands: impl IntoIterator<Item = Option<CommandLine>>) -> Vec<CommandLine> {
    commands.into_iter().collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// A path of a site of a host: what a finding is about, so that causes and consequences find each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The web server.
    pub host: HostName,
    /// The site.
    pub site: String,
    /// The path.
    pub path: String,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// One sentence that names what is wrong. Holds text from the bundle: escape it.
    pub summary: String,
    /// Why that stops users from signing in. Holds text from the bundle: escape it.
    pub explanation: String,
    /// How bad it is.
    pub severity: Severity,
    /// How the rule came to know.
    pub confidence: Confidence,
    /// The SPNs, sites, pools or hosts that it is about. Text from the bundle: escape it.
    pub subjects: Vec<String>,
    /// Where that can be seen; never empty.
    pub evidence: Vec<Evidence>,
    /// The paths that it concerns.
    pub scopes: Vec<Scope>,
    /// What to do, the best first.
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// A finding that can be seen at this place.
    pub fn new(severity: Severity, confidence: Confidence, summary: impl Into<String>, at: Evidence) -> Self {
        Self::seen(severity, confidence, summary, [at])
    }

    /// A finding that can be seen at these places. A rule that has none has nothing to say.
    pub fn seen(
        severity: Severity,
        confidence: Confidence,
        summary: impl Into<String>,
        places: impl IntoIterator<Item = Evidence>,
    ) -> Self {
        let empty = Self {
            summary: summary.into(),
            explanation: String::new(),
            severity,
            confidence,
            subjects: Vec::new(),
            evidence: Vec::new(),
            scopes: Vec::new(),
            fixes: Vec::new(),
        };
        empty.and(places)
    }

    /// Says why that stops users from signing in.
    #[must_use]
    pub fn because(mut self, explanation: impl Into<String>) -> Self {
        self.explanation = explanation.into();
        self
    }

    /// Adds places where it can be seen; each counts once.
    #[must_use]
    pub fn and(mut self, places: impl IntoIterator<Item = Evidence>) -> Self {
        let mut known: BTreeSet<Evidence> = self.evidence.iter().copied().collect();
        self.evidence.extend(places.into_iter().filter(|place| known.insert(*place)));
        self
    }

    /// Adds what it is about; each counts once.
    #[must_use]
    pub fn about(mut self, subjects: impl IntoIterator<Item = String>) -> Self {
        for subject in subjects {
            if !self.subjects.contains(&subject) {
                self.subjects.push(subject);
            }
        }
        self
    }

    /// Adds paths that it concerns; each counts once.
    #[must_use]
    pub fn at_paths(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        // A finding about thousands of sites must stay cheap.
        let mut known: BTreeSet<Scope> = self.scopes.iter().cloned().collect();
        self.scopes.extend(scopes.into_iter().filter(|scope| known.insert(scope.clone())));
        self
    }

    /// Adds ways to remove the cause.
    #[must_use]
    pub fn fixed_by(mut self, fixes: impl IntoIterator<Item = Fix>) -> Self {
        self.fixes.extend(fixes);
        self
    }
}
