//! Our own process: its rights.

use std::ffi::c_void;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE};
use windows_sys::Win32::Security::{
    GetSidSubAuthority, GetSidSubAuthorityCount, GetTokenInformation, TOKEN_MANDATORY_LABEL, TOKEN_QUERY,
    TokenIntegrityLevel,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use crate::facts::Elevation;

/// Whether we run with the rights of an administrator.
pub fn elevation() -> Elevation {
    integrity().map_or(Elevation::Unknown, Elevation::of_integrity)
}

/// The integrity level: the last number of the SID that says it, whatever its name in the language of the system.
fn integrity() -> Option<u32> {
    let token = Token::own()?;
    // In words, so that the structure in it stands where it must.
    let mut label = [0_u64; 32];
    let mut written = 0;
    let bytes = u32::try_from(size_of_val(&label)).ok()?;
    let place = (&raw mut label).cast::<c_void>();
    // SAFETY: the token is open, and the buffer is as long as is said and lives until the call returns.
    let done = unsafe { GetTokenInformation(token.0, TokenIntegrityLevel, place, bytes, &raw mut written) };
    if done == 0 {
        return None;
    }
    // SAFETY: the call has filled the buffer with this structure, and the buffer is aligned for it.
    let sid = unsafe { place.cast::<TOKEN_MANDATORY_LABEL>().read() }.Label.Sid;
    // SAFETY: the SID lies in the buffer, which still lives.
    let count = unsafe { GetSidSubAuthorityCount(sid) };
    // SAFETY: as above; the count is a byte of the SID.
    let last = u32::from(unsafe { count.read() }).checked_sub(1)?;
    // SAFETY: there are as many numbers as the count says, so this is the last one.
    let level = unsafe { GetSidSubAuthority(sid, last) };
    // SAFETY: it points into the SID, which still lives.
    Some(unsafe { level.read() })
}

/// A token that is open.
struct Token(HANDLE);

impl Token {
    fn own() -> Option<Self> {
        let mut token = null_mut();
        // SAFETY: the handle of our own process needs no closing, and the place for the token lives.
        let done = unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) };
        (done != 0).then_some(Self(token))
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        // SAFETY: the token is open, and nobody uses it after this.
        unsafe { CloseHandle(self.0) };
    }
}
