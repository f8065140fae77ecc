//! What is missing, why, and what one would have to collect to know.

use std::collections::BTreeSet;
use std::fmt;

use kerbscope_shared::manifest::CollectionStatus;

use super::place::Evidence;

/// Something that is missing from a case, or damaged in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// What it concerns: the path of an artifact, or what was to be collected. Text from a bundle: escape it.
    pub subject: String,
    /// Where, if there is a place.
    pub at: Option<Evidence>,
    /// Why.
    pub reason: GapReason,
    /// How to get it, if one can.
    pub how_to_collect: Option<String>,
}

/// The ways in which evidence can be missing. They send the reader to different places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapReason {
    /// The collector tried, and this is how it ended.
    NotCollected(NotCollected),
    /// It should be there, and is not.
    Missing,
    /// Only the first part is there.
    Truncated,
    /// It is damaged; the text says how.
    Damaged(String),
    /// Its characters or its language could not be understood.
    Undecodable(String),
    /// Over a limit of the reader.
    OverLimit(String),
    /// The tool reported an error instead of an answer.
    ToolFailed(String),
    /// Nobody knows what it is.
    Unrecognized,
    /// It was refused; the text says why.
    Refused(String),
    /// It is not what the collector wrote.
    Altered,
    /// The collector did not bring it: somebody put it beside what it brought.
    Added,
    /// Tokens stand for its names; the text says what that means for the reader.
    Tokens(String),
}

/// A [`CollectionStatus`] that brought nothing, or not all, home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotCollected {
    /// The account that ran the collector may not read it.
    AccessDenied,
    /// It failed with this code.
    Failed(i32),
    /// It took too long.
    TimedOut,
    /// The plan left it out.
    Skipped,
}

impl GapReason {
    /// The gap that a collection status leaves; none when all is there, or when it is a fact that the thing is not
    /// on the host.
    pub fn from_status(status: CollectionStatus) -> Option<Self> {
        let not_collected = match status {
            CollectionStatus::Collected | CollectionStatus::NotPresent => return None,
            CollectionStatus::Truncated => return Some(Self::Truncated),
            CollectionStatus::AccessDenied => NotCollected::AccessDenied,
            CollectionStatus::Failed(code) => NotCollected::Failed(code),
            CollectionStatus::TimedOut => NotCollected::TimedOut,
            CollectionStatus::Skipped => NotCollected::Skipped,
        };
        Some(Self::NotCollected(not_collected))
    }

    /// One word for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotCollected(NotCollected::AccessDenied) => "access-denied",
            Self::NotCollected(NotCollected::Failed(_)) => "failed",
            Self::NotCollected(NotCollected::TimedOut) => "timed-out",
            Self::NotCollected(NotCollected::Skipped) => "skipped",
            Self::Missing => "missing",
            Self::Truncated => "truncated",
            Self::Damaged(_) => "damaged",
            Self::Undecodable(_) => "undecodable",
            Self::OverLimit(_) => "over-limit",
            Self::ToolFailed(_) => "tool-failed",
            Self::Unrecognized => "unrecognized",
            Self::Refused(_) => "refused",
            Self::Altered => "altered",
            Self::Added => "added",
            Self::Tokens(_) => "tokens",
        }
    }
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCollected(NotCollected::AccessDenied) => {
                f.write_str("access was denied; run the collector elevated")
            }
            Self::NotCollected(NotCollected::Failed(code)) => write!(f, "collecting failed with code {code}"),
            Self::NotCollected(NotCollected::TimedOut) => f.write_str("collecting took too long"),
            Self::NotCollected(NotCollected::Skipped) => f.write_str("the collector left it out"),
            Self::Missing => f.write_str("the manifest lists it, and it is not there"),
            Self::Truncated => f.write_str("only the first part is there"),
            Self::Damaged(how) => write!(f, "damaged: {how}"),
            Self::Undecodable(how) => write!(f, "cannot be decoded: {how}"),
            Self::OverLimit(what) => write!(f, "over the limit on {what}"),
            Self::ToolFailed(words) => write!(f, "the tool reported an error: {words}"),
            Self::Unrecognized => f.write_str("not recognized as any known kind of evidence"),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::Tokens(what) => write!(f, "tokens stand for names: {what}"),
            Self::Altered => f.write_str("not the bytes that were collected: the digest differs"),
            Self::Added => f.write_str("somebody added it: the manifest does not list it; it is read all the same"),
        }
    }
}

/// Evidence that would settle a question: a command to run, or a file to send.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need(String);

impl Need {
    /// What to run or send, in words that can be pasted.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A question that the evidence leaves unanswered, and what would answer it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct NotKnown {
    /// What would answer it; each need by itself is worth collecting.
    pub needs: BTreeSet<Need>,
}

impl NotKnown {
    /// Not known until this is collected.
    pub fn until(need: impl Into<String>) -> Self {
        Self { needs: BTreeSet::from([Need::new(need)]) }
    }

    /// Not known until this is collected about something that the bundle names. People paste what is written here, so
    /// a name that a command line could misread is left out.
    pub fn naming(what: &str, name: &str) -> Self {
        let is_plain = |c: char| c.is_alphanumeric() || "-_.:/\\@$ ".contains(c);
        let plain = !name.is_empty() && name.chars().all(is_plain) && !name.starts_with(['-', '/']);
        if plain {
            Self::until(format!("{what} {name}"))
        } else {
            Self::until(format!("{what} (its name is not plain)"))
        }
    }

    /// Adds what another open question needs.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.needs.extend(other.needs);
        self
    }
}

impl fmt::Display for NotKnown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, need) in self.needs.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}", need.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_harm_a_command_line_is_left_out() {
        assert_eq!(NotKnown::naming("nslookup", "web01.contoso.com").to_string(), "nslookup web01.contoso.com");
        for name in ["x & calc", "a|b", "$(calc)", "%COMSPEC%", "a\nb", "-x", "/x", "", "a\"b", "a;b"] {
            assert_eq!(NotKnown::naming("nslookup", name).to_string(), "nslookup (its name is not plain)", "{name:?}");
        }
    }
}
