//! Families of clients that behave alike when a server offers Windows authentication.

use crate::evidence::place::Cited;
use crate::facts::sign_in::AuthProvider;

/// A family of clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClientFamily {
    /// Internet Explorer and everything on WinINet or WinHTTP: takes the first scheme of the list that it knows,
    /// and follows a CNAME before it asks for a ticket.
    WinInet,
    /// Edge and Chrome: prefer Negotiate whatever the order, and follow a CNAME unless a policy forbids it.
    Chromium,
    /// Firefox and .NET: prefer Negotiate, and ask for the name as it stands in the URL.
    Literal,
}

impl ClientFamily {
    /// Every family.
    pub const ALL: [Self; 3] = [Self::WinInet, Self::Chromium, Self::Literal];

    /// What a person calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::WinInet => "Internet Explorer and WinHTTP",
            Self::Chromium => "Edge and Chrome",
            Self::Literal => "Firefox and .NET",
        }
    }

    /// One word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::WinInet => "wininet",
            Self::Chromium => "chromium",
            Self::Literal => "literal",
        }
    }

    /// Whether it asks for the name that holds the addresses, instead of the name in the URL.
    pub const fn follows_aliases(self) -> bool {
        matches!(self, Self::WinInet | Self::Chromium)
    }

    /// The provider that it answers with, of those that a server offers.
    pub fn choose(self, offered: &[Cited<AuthProvider>]) -> Option<&Cited<AuthProvider>> {
        let kerberos = || offered.iter().find(|provider| provider.value.offers_kerberos());
        match self {
            Self::WinInet => offered.first(),
            Self::Chromium | Self::Literal => kerberos().or_else(|| offered.first()),
        }
    }
}
