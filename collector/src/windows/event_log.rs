//! The event log service, through `wevtapi`.

use std::io::{Error, Result};
use std::path::Path;

use windows_sys::Win32::System::EventLog::{EvtCancel, EvtExportLog, EvtExportLogChannelPath};

use crate::windows::wide::Wide;

/// Has the service write the events of a channel that a query selects into a new log file; returns when it has.
///
/// # Errors
///
/// What the service says.
pub fn export(channel: &str, query: &str, target: &Path) -> Result<()> {
    let (channel, query, target) = (wide(channel)?, wide(query)?, wide(&target.to_string_lossy())?);
    // SAFETY: the three texts end with a zero and live until the call returns; no session means this computer.
    let done = unsafe { EvtExportLog(0, channel.as_ptr(), query.as_ptr(), target.as_ptr(), EvtExportLogChannelPath) };
    if done == 0 { Err(Error::last_os_error()) } else { Ok(()) }
}

/// Asks the service to give up what it is exporting for us. It does so when it gets to it.
pub fn cancel() {
    // SAFETY: no handle means the session with this computer, which always is.
    unsafe { EvtCancel(0) };
}

fn wide(text: &str) -> Result<Wide> {
    Wide::new(text).ok_or_else(|| Error::other("a zero stands in a name"))
}
