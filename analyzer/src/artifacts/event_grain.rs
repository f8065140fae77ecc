//! How finely events that every working day brings are told apart.

use serde::{Deserialize, Serialize};

/// How finely ordinary events are told apart. Each step takes the place of the one before when there are too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grain {
    /// By the hour.
    #[default]
    Hour,
    /// By the day.
    Day,
    /// Over the whole log.
    Log,
    /// Over the whole log, whatever the client.
    AnyClient,
    /// Over the whole log, whatever the client and the account.
    AnyAccount,
}

impl Grain {
    pub(super) const fn coarser(self) -> Option<Self> {
        match self {
            Self::Hour => Some(Self::Day),
            Self::Day => Some(Self::Log),
            Self::Log => Some(Self::AnyClient),
            Self::AnyClient => Some(Self::AnyAccount),
            Self::AnyAccount => None,
        }
    }

    /// Whether events may differ in this field and still be alike.
    pub(super) fn ignores(self, field: &str) -> bool {
        if self < Self::AnyClient {
            return false;
        }
        match field {
            "IpAddress" | "WorkstationName" | "Workstation" => true,
            "TargetUserName" | "TargetDomainName" | "SubjectUserName" | "SubjectDomainName" => self >= Self::AnyAccount,
            _ => false,
        }
    }

    /// The span of time that this hour since 1601 belongs to.
    pub(super) const fn span(self, hour: u32) -> u32 {
        match self {
            Self::Hour => hour,
            Self::Day => hour - hour % 24,
            Self::Log | Self::AnyClient | Self::AnyAccount => 0,
        }
    }
}
