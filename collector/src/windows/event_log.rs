//! The event log service, through `wevtapi`.

use std::io::{Error, Result};
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_NO_MORE_ITEMS};
use windows_sys::Win32::System::EventLog::{
    EVT_HANDLE, EvtCancel, EvtClose, EvtExportLog, EvtExportLogChannelPath, EvtNext, EvtQuery, EvtQueryChannelPath,
    EvtQueryForwardDirection, EvtQueryReverseDirection, EvtRender, EvtRenderEventXml,
};

use crate::event_log::Order;
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

/// Reads the events of a channel that a query selects, one after the other, as XML.
///
/// # Errors
///
/// What the service says.
pub fn events(channel: &str, query: &str, order: Order) -> Result<Events> {
    let (channel, query) = (wide(channel)?, wide(query)?);
    let direction = match order {
        Order::OldestFirst => EvtQueryForwardDirection,
        Order::NewestFirst => EvtQueryReverseDirection,
    };
    // SAFETY: both texts end with a zero and live until the call returns; no session means this computer.
    let result = unsafe { EvtQuery(0, channel.as_ptr(), query.as_ptr(), EvtQueryChannelPath | direction) };
    if result == 0 { Err(Error::last_os_error()) } else { Ok(Events { result: Handle(result), has_ended: false }) }
}

/// Events that are read as they are asked for.
#[derive(Debug)]
pub struct Events {
    result: Handle,
    has_ended: bool,
}

/// How long the service may look for the next event. With a filter on a large log that is a while.
const PATIENCE_MS: u32 = 120_000;

/// No event is longer: the service writes none of more than 64 KiB.
const LONGEST_XML_BYTES: u32 = 4 << 20;

impl Iterator for Events {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let event = self.result.next().transpose()?.and_then(|event| event.xml());
        self.has_ended = event.is_err();
        Some(event)
    }
}

/// What the service has opened for us; closed when this is dropped.
#[derive(Debug)]
struct Handle(EVT_HANDLE);

impl Handle {
    fn next(&self) -> Result<Option<Self>> {
        let mut event = 0;
        let mut count = 0;
        // SAFETY: the result is open; there is room for one event, and both places live.
        let done = unsafe { EvtNext(self.0, 1, &raw mut event, PATIENCE_MS, 0, &raw mut count) };
        if done != 0 && count == 1 {
            return Ok(Some(Self(event)));
        }
        let error = Error::last_os_error();
        if error.raw_os_error() == Some(ERROR_NO_MORE_ITEMS.cast_signed()) { Ok(None) } else { Err(error) }
    }

    fn xml(&self) -> Result<String> {
        // First with no room at all, to learn how much it takes.
        let needed = match self.render(&mut []) {
            Err(needed) if (1..=LONGEST_XML_BYTES).contains(&needed) => needed,
            _ => return Err(Error::last_os_error()),
        };
        let mut units = vec![0; needed as usize / 2 + 1];
        let written = self.render(&mut units).map_err(|_| Error::last_os_error())?;
        let text = units.get(..written as usize / 2).unwrap_or_default();
        Ok(String::from_utf16_lossy(text).trim_end_matches('\0').to_owned())
    }

    /// How many bytes were written, or how many there must be room for: 0 when something else is wrong.
    fn render(&self, units: &mut [u16]) -> std::result::Result<u32, u32> {
        let room = u32::try_from(size_of_val(units)).unwrap_or_default();
        let place = if units.is_empty() { null_mut() } else { units.as_mut_ptr() };
        let (mut used, mut properties) = (0, 0);
        // SAFETY: the event is open, the buffer is as long as is said, and all places live until the call returns.
        let done =
            unsafe { EvtRender(0, self.0, EvtRenderEventXml, room, place.cast(), &raw mut used, &raw mut properties) };
        let short = || Error::last_os_error().raw_os_error() == Some(ERROR_INSUFFICIENT_BUFFER.cast_signed());
        match done {
            0 => Err(if short() { used } else { 0 }),
            _ => Ok(used),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it is open, and nobody uses it after this.
        unsafe { EvtClose(self.0) };
    }
}

fn wide(text: &str) -> Result<Wide> {
    Wide::new(text).ok_or_else(|| Error::other("a zero stands in a name"))
}
