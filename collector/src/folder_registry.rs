//! The registry of a host made of folders: a text file as `reg query` prints it.
//!
//! ```text
//! HKLM\SYSTEM\CurrentControlSet\Control\Lsa
//!     DisableLoopbackCheck    REG_DWORD    0x1
//!
//! HKCU\Software\Locked
//!     ERROR: access is denied
//! ```

use std::io::{Error, ErrorKind, Result};

use crate::registry::{REG_DWORD, REG_MULTI_SZ, REG_QWORD, REG_SZ, Value};

/// The values of a key.
///
/// # Errors
///
/// The text has no such key, or says that it may not be read.
pub fn values(text: &str, path: &str) -> Result<Vec<Value>> {
    let mut lines = text.lines().skip_while(|line| !is_key(line, path));
    if lines.next().is_none() {
        // A key in it says that it is there.
        return if keys(text, path).is_empty() { Err(ErrorKind::NotFound.into()) } else { Ok(Vec::new()) };
    }
    let own = lines.take_while(|line| !line.trim().is_empty() && line.starts_with(' '));
    own.map(|line| value(line.trim()).ok_or_else(|| Error::from(ErrorKind::PermissionDenied))).collect()
}

/// The names of the keys in a key, each once.
pub fn keys(text: &str, path: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("HK")) {
        let inner =
            short(line.trim()).strip_prefix(&short(path)).and_then(|rest| rest.strip_prefix('\\').map(str::to_owned));
        let name = inner.and_then(|rest| rest.split('\\').next().map(str::to_owned));
        names.extend(name);
    }
    names.dedup();
    names
}

fn is_key(line: &str, path: &str) -> bool {
    short(line.trim()).eq_ignore_ascii_case(&short(path))
}

fn short(path: &str) -> String {
    path.replacen("HKEY_LOCAL_MACHINE", "HKLM", 1).replacen("HKEY_CURRENT_USER", "HKCU", 1)
}

/// None when the line is no value: then it says why there are none.
fn value(line: &str) -> Option<Value> {
    let (name, rest) = line.split_once("    REG_")?;
    let (kind, data) = rest.split_once("    ").unwrap_or((rest, ""));
    let number = || u64::from_str_radix(data.strip_prefix("0x")?, 16).ok();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let (kind, data) = match kind {
        "DWORD" => (REG_DWORD, u32::try_from(number()?).ok()?.to_le_bytes().to_vec()),
        "QWORD" => (REG_QWORD, number()?.to_le_bytes().to_vec()),
        "MULTI_SZ" => (REG_MULTI_SZ, wide(&format!("{}\0\0", data.replace("\\0", "\0")))),
        _ => (REG_SZ, wide(&format!("{data}\0"))),
    };
    let name = if name == "(Default)" { "" } else { name };
    Some(Value { name: name.to_owned(), kind, data })
}
