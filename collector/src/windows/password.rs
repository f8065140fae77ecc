//! Asking for a password: at the console without showing it, or from standard input when that is something else.

use std::io;
use std::mem::ManuallyDrop;
use std::os::windows::io::FromRawHandle as _;
use std::ptr::null;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::Console::{
    CONSOLE_MODE, ENABLE_ECHO_INPUT, GetConsoleMode, GetStdHandle, ReadConsoleW, STD_INPUT_HANDLE, SetConsoleMode,
};
use zeroize::Zeroizing;

use crate::directory::sign_in::Password;

/// Asks. `prompt` runs before a person is waited for, and not for a program that writes to us.
///
/// # Errors
///
/// Nothing can be read, or what was read is no password.
pub fn ask(prompt: impl FnOnce()) -> io::Result<Password> {
    // SAFETY: it only looks up a number.
    let input = unsafe { GetStdHandle(STD_INPUT_HANDLE) };
    let mut mode = 0;
    // SAFETY: any handle may be asked, and one value is written.
    if unsafe { GetConsoleMode(input, &raw mut mode) } == 0 {
        // SAFETY: the handle belongs to this process, and is not closed here.
        let mut file = ManuallyDrop::new(unsafe { std::fs::File::from_raw_handle(input) });
        return Password::read(&mut *file);
    }
    prompt();
    let silenced = Silenced::new(input, mode)?;
    let typed = read_line(input);
    drop(silenced);
    Password::typed(typed?)
}

fn read_line(input: HANDLE) -> io::Result<Zeroizing<Vec<u16>>> {
    const MOST: u32 = 300;
    let mut units = Zeroizing::new(vec![0_u16; MOST as usize]);
    let mut count = 0;
    // SAFETY: the buffer holds so many units, and lives through the call.
    let read = unsafe { ReadConsoleW(input, units.as_mut_ptr().cast(), MOST, &raw mut count, null()) };
    if read == 0 {
        return Err(io::Error::last_os_error());
    }
    units.truncate(count as usize);
    Ok(units)
}

/// A console that does not show what is typed; it does again when this is dropped.
struct Silenced {
    input: HANDLE,
    mode: CONSOLE_MODE,
}

impl Silenced {
    fn new(input: HANDLE, mode: CONSOLE_MODE) -> io::Result<Self> {
        // SAFETY: the handle is one of a console.
        match unsafe { SetConsoleMode(input, mode & !ENABLE_ECHO_INPUT) } {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(Self { input, mode }),
        }
    }
}

impl Drop for Silenced {
    fn drop(&mut self) {
        // SAFETY: the handle is one of a console.
        unsafe { SetConsoleMode(self.input, self.mode) };
        // The end of the line was not shown either.
        eprintln!();
    }
}
