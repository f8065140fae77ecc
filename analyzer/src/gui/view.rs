//! The views of the window, in the order of the rail and of their shortcuts.

/// A view of a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// What the case comes down to.
    #[default]
    Overview,
    /// What is wrong, and what could not be judged.
    Findings,
    /// What happens at each URL.
    Exchanges,
    /// Sites, applications and pools, and the settings in force.
    Sites,
    /// Accounts and the SPNs that they hold.
    Accounts,
    /// The tickets of each logon session.
    Tickets,
    /// What the event logs tell.
    Events,
    /// Every file of the bundles as it is.
    Artifacts,
    /// What differs from another case.
    Compare,
}

impl View {
    /// Every view that can be shown. One that is still being built is not among them: nobody meets an empty room.
    pub const SHOWN: &[Self] = &[
        Self::Overview,
        Self::Findings,
        Self::Exchanges,
        Self::Sites,
        Self::Accounts,
        Self::Tickets,
        Self::Events,
        Self::Artifacts,
        Self::Compare,
    ];

    /// Whether it can be shown.
    pub fn is_shown(self) -> bool {
        Self::SHOWN.contains(&self)
    }

    /// Its name in the rail.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Findings => "Findings",
            Self::Exchanges => "Exchanges",
            Self::Sites => "Sites",
            Self::Accounts => "Accounts",
            Self::Tickets => "Tickets",
            Self::Events => "Events",
            Self::Artifacts => "Artifacts",
            Self::Compare => "Compare",
        }
    }

    /// What it is good for.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Overview => "What the case comes down to, and what is missing from it",
            Self::Findings => "What is wrong, how to put it right, and what could not be judged",
            Self::Exchanges => "What happens at each URL, step by step",
            Self::Sites => "Sites, applications and pools, and where each setting comes from",
            Self::Accounts => "Who holds which SPN, and how the accounts are set up",
            Self::Tickets => "The tickets of each logon session",
            Self::Events => "What the event logs tell, along the time",
            Self::Artifacts => "Every file as it was collected",
            Self::Compare => "What is different in another case",
        }
    }

    /// Its shortcut, as people write it.
    pub const fn keys(self) -> &'static str {
        match self {
            Self::Overview => "Ctrl+1",
            Self::Findings => "Ctrl+2",
            Self::Exchanges => "Ctrl+3",
            Self::Sites => "Ctrl+4",
            Self::Accounts => "Ctrl+5",
            Self::Tickets => "Ctrl+6",
            Self::Events => "Ctrl+7",
            Self::Artifacts => "Ctrl+8",
            Self::Compare => "Ctrl+9",
        }
    }
}
