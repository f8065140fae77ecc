//! Random numbers of the system, for keys.

use std::io;

/// Fills a place with them.
///
/// # Errors
///
/// The system has none.
pub fn fill(place: &mut [u8]) -> io::Result<()> {
    getrandom::fill(place).map_err(|_| io::Error::other("there are no random numbers"))
}
