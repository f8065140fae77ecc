//! The clock of this computer.

use std::time::SystemTime;

use jiff::Timestamp;

/// Now.
///
/// Not `Timestamp::now`: that panics on an impossible clock, and brings all of jiff's messages along for it, a tenth of
/// this program.
pub fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
}
