//! Whether an account may pass users on to other servers, and how: the second hop.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::account::AccountName;
use crate::facts::account_control::AccountControl;
use crate::facts::account_state::{AccountState, not_known};

/// How an account may delegate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delegation {
    /// To any service: clients give it their own ticket-granting ticket.
    Unconstrained(Evidence),
    /// To the services of a list.
    Listed(Evidence),
    /// Not at all, as far as the account itself says.
    None,
}

impl Delegation {
    /// The line that says so; none where it may not delegate.
    pub const fn at(self) -> Option<Evidence> {
        match self {
            Self::Unconstrained(at) | Self::Listed(at) => Some(at),
            Self::None => None,
        }
    }
}

/// How an account may delegate.
///
/// # Errors
///
/// Its flags or its list are not known, and what is known does not settle it.
pub fn delegation(state: &AccountState, name: &AccountName) -> Result<Delegation, NotKnown> {
    if let Some(at) = state.flag(AccountControl::TRUSTED_FOR_DELEGATION, name)? {
        return Ok(Delegation::Unconstrained(at));
    }
    let list = state.delegates_to.as_ref().ok_or_else(|| not_known(name))?;
    let is_empty = list.value.as_ref().is_none_or(Vec::is_empty);
    Ok(if is_empty { Delegation::None } else { Delegation::Listed(list.at) })
}
