//! Code pages, as consoles print in them.

use windows_sys::Win32::Globalization::{MB_ERR_INVALID_CHARS, MultiByteToWideChar};

/// The text in the bytes of a code page; none when the page is not known, or a byte in it.
pub fn text(page: u16, bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return Some(String::new());
    }
    let length = i32::try_from(bytes.len()).ok()?;
    // No character of a code page takes more units of UTF-16 than it has bytes.
    let mut units = vec![0_u16; bytes.len()];
    // SAFETY: both buffers live until the call returns, and are as long as it is told.
    let count = unsafe {
        MultiByteToWideChar(u32::from(page), MB_ERR_INVALID_CHARS, bytes.as_ptr(), length, units.as_mut_ptr(), length)
    };
    units.truncate(usize::try_from(count).ok().filter(|count| *count > 0)?);
    String::from_utf16(&units).ok()
}
