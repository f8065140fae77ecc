//! Keys of the registry and their values. They are opened for reading only.

use std::io::{Error, ErrorKind, Result};
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS, ERROR_SUCCESS};
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, KEY_READ, RegCloseKey, RegEnumKeyExW, RegEnumValueW, RegOpenKeyExW,
};

use crate::registry::Value;
use crate::windows::wide::Wide;

/// What Windows allows: 16,383 units for the name of a value, 255 for that of a key; and a zero.
const VALUE_NAME_UNITS: usize = 16_384;
const KEY_NAME_UNITS: usize = 256;

/// How long a value may be; one that is longer is passed over.
const VALUE_BYTES: usize = 1 << 20;

/// How many values or keys one key may hold; what comes after them is not looked at.
const ITEMS: u32 = 10_000;

/// The values of a key.
///
/// # Errors
///
/// What Windows says: above all that there is no such key, or that it may not be read.
pub fn values(path: &str) -> Result<Vec<Value>> {
    let key = Key::open(path)?;
    let mut values = Vec::new();
    let mut data = vec![0; 4096];
    let mut index = 0;
    while index < ITEMS {
        match key.value(index, &mut data) {
            Ok(value) => values.push(value),
            Err(ERROR_NO_MORE_ITEMS) => break,
            Err(ERROR_MORE_DATA) if data.len() < VALUE_BYTES => {
                data.resize(data.len() * 4, 0);
                continue;
            }
            Err(ERROR_MORE_DATA) => {}
            Err(code) => return Err(system_error(code)),
        }
        index += 1;
    }
    Ok(values)
}

/// The names of the keys in a key.
///
/// # Errors
///
/// As [`values`].
pub fn keys(path: &str) -> Result<Vec<String>> {
    let key = Key::open(path)?;
    let mut names = Vec::new();
    for index in 0..ITEMS {
        match key.key(index) {
            Ok(name) => names.push(name),
            Err(ERROR_NO_MORE_ITEMS) => break,
            Err(code) => return Err(system_error(code)),
        }
    }
    Ok(names)
}

/// A key that is open.
struct Key(HKEY);

impl Key {
    fn open(path: &str) -> Result<Self> {
        let unknown = || Error::new(ErrorKind::InvalidInput, "a path begins with HKLM or HKCU");
        let (hive, path) = path.split_once('\\').ok_or_else(unknown)?;
        let hive = match hive {
            "HKLM" => HKEY_LOCAL_MACHINE,
            "HKCU" => HKEY_CURRENT_USER,
            _ => return Err(unknown()),
        };
        let path = Wide::new(path).ok_or_else(unknown)?;
        let mut key = null_mut();
        // SAFETY: the path ends with a zero, and both it and the place for the handle live until the call returns.
        match unsafe { RegOpenKeyExW(hive, path.as_ptr(), 0, KEY_READ, &raw mut key) } {
            ERROR_SUCCESS => Ok(Self(key)),
            code => Err(system_error(code)),
        }
    }

    fn value(&self, index: u32, data: &mut [u8]) -> std::result::Result<Value, u32> {
        let mut name = vec![0; VALUE_NAME_UNITS];
        let mut name_units = u32::try_from(name.len()).unwrap_or_default();
        let mut bytes = u32::try_from(data.len()).unwrap_or_default();
        let mut kind = 0;
        // SAFETY: the handle is open; both buffers are as long as is said, and all places live until the call returns.
        let code = unsafe {
            RegEnumValueW(
                self.0,
                index,
                name.as_mut_ptr(),
                &raw mut name_units,
                null(),
                &raw mut kind,
                data.as_mut_ptr(),
                &raw mut bytes,
            )
        };
        if code != ERROR_SUCCESS {
            return Err(code);
        }
        let data = data.get(..bytes as usize).unwrap_or_default().to_vec();
        Ok(Value { name: text(&name, name_units), kind, data })
    }

    fn key(&self, index: u32) -> std::result::Result<String, u32> {
        let mut name = vec![0; KEY_NAME_UNITS];
        let mut units = u32::try_from(name.len()).unwrap_or_default();
        // SAFETY: the handle is open; the buffer is as long as is said; what is null is not wanted.
        let code = unsafe {
            RegEnumKeyExW(self.0, index, name.as_mut_ptr(), &raw mut units, null(), null_mut(), null_mut(), null_mut())
        };
        if code == ERROR_SUCCESS { Ok(text(&name, units)) } else { Err(code) }
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and nobody uses it after this.
        unsafe { RegCloseKey(self.0) };
    }
}

fn text(units: &[u16], count: u32) -> String {
    String::from_utf16_lossy(units.get(..count as usize).unwrap_or_default())
}

fn system_error(code: u32) -> Error {
    Error::from_raw_os_error(code.cast_signed())
}
