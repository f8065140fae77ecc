//! Consoles.

use windows_sys::Win32::Globalization::GetOEMCP;

/// The code page that a new console has, unless the user has chosen another one.
pub fn code_page() -> Option<u16> {
    // SAFETY: it takes nothing and cannot fail.
    u16::try_from(unsafe { GetOEMCP() }).ok()
}
