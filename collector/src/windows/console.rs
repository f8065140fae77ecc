//! The console that we run in.

use std::sync::OnceLock;

use windows_sys::Win32::Globalization::GetOEMCP;
use windows_sys::Win32::System::Console::{GetConsoleProcessList, SetConsoleCtrlHandler};
use windows_sys::core::BOOL;

/// The code page that a new console has, unless the user has chosen another one.
pub fn code_page() -> Option<u16> {
    // SAFETY: it takes nothing and cannot fail.
    u16::try_from(unsafe { GetOEMCP() }).ok()
}

/// Whether the console was opened for us and closes when we end, as after a double click.
pub fn is_ours() -> bool {
    let mut processes = [0; 2];
    // SAFETY: there is room for two. If there are more, only their number comes.
    unsafe { GetConsoleProcessList(processes.as_mut_ptr(), 2) == 1 }
}

static STOP: OnceLock<fn()> = OnceLock::new();

/// What is done, on a thread of its own, at Ctrl+C, when the window is closed, and when the system goes down. Windows
/// gives it five seconds where it does not ask; so it has to end this program itself.
pub fn on_stop(stop: fn()) {
    if STOP.set(stop).is_ok() {
        // SAFETY: the routine lives as long as the program, and may run on any thread.
        unsafe { SetConsoleCtrlHandler(Some(stopped), 1) };
    }
}

extern "system" fn stopped(_: u32) -> BOOL {
    if let Some(stop) = STOP.get() {
        stop();
    }
    0
}
