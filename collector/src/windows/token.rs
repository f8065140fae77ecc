//! The token of our own process: with whose rights we run, and in which logon session.

use std::ffi::c_void;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE};
use windows_sys::Win32::Security::{
    GetSidSubAuthority, GetSidSubAuthorityCount, GetTokenInformation, TOKEN_INFORMATION_CLASS, TOKEN_MANDATORY_LABEL,
    TOKEN_QUERY, TOKEN_STATISTICS, TokenIntegrityLevel, TokenStatistics,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use crate::facts::Elevation;

/// Whether we run with the rights of an administrator.
pub fn elevation() -> Elevation {
    integrity().map_or(Elevation::Unknown, Elevation::of_integrity)
}

/// The number of the logon session that we run in.
pub fn logon_id() -> Option<u64> {
    let answer = Token::own()?.ask(TokenStatistics)?;
    // SAFETY: the answer to this question is this structure; the buffer is larger than it, and aligned for it.
    let statistics = unsafe { answer.as_ptr().cast::<TOKEN_STATISTICS>().read() };
    let id = statistics.AuthenticationId;
    Some(u64::from(id.HighPart.cast_unsigned()) << 32 | u64::from(id.LowPart))
}

/// The integrity level: the last number of the SID that says it, whatever its name in the language of the system.
fn integrity() -> Option<u32> {
    let answer = Token::own()?.ask(TokenIntegrityLevel)?;
    // SAFETY: the answer to this question is this structure; the buffer is larger than it, and aligned for it.
    let sid = unsafe { answer.as_ptr().cast::<TOKEN_MANDATORY_LABEL>().read() }.Label.Sid;
    // SAFETY: the SID lies in the buffer, which still lives.
    let count = unsafe { GetSidSubAuthorityCount(sid) };
    // SAFETY: as above; the count is a byte of the SID.
    let last = u32::from(unsafe { count.read() }).checked_sub(1)?;
    // SAFETY: there are as many numbers as the count says, so this is the last one.
    let level = unsafe { GetSidSubAuthority(sid, last) };
    // SAFETY: it points into the SID, which still lives.
    Some(unsafe { level.read() })
}

/// Room for an answer, in words so that any structure stands well in it. The longest that is asked for is a SID.
type Room = [u64; 32];

/// A token that is open.
struct Token(HANDLE);

impl Token {
    fn own() -> Option<Self> {
        let mut token = null_mut();
        // SAFETY: the handle of our own process needs no closing, and the place for the token lives.
        let done = unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) };
        (done != 0).then_some(Self(token))
    }

    /// Pointers in the answer lead into the box, which does not move.
    fn ask(&self, question: TOKEN_INFORMATION_CLASS) -> Option<Box<Room>> {
        let mut room = Box::new([0; 32]);
        let bytes = u32::try_from(size_of::<Room>()).ok()?;
        let mut written = 0;
        let place = room.as_mut_ptr().cast::<c_void>();
        // SAFETY: the token is open, and the room is as long as is said and lives until the call returns.
        let done = unsafe { GetTokenInformation(self.0, question, place, bytes, &raw mut written) };
        (done != 0).then_some(room)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        // SAFETY: the token is open, and nobody uses it after this.
        unsafe { CloseHandle(self.0) };
    }
}
