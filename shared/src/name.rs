//! Which names an entry of a bundle may have: relative, printable, and safe on every system.

/// Names that Windows gives to devices, whatever their extension.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// Nothing, or a folder.
    #[error("the name is empty")]
    Empty,
    /// Longer than the limit.
    #[error("the name is too long")]
    TooLong,
    /// Starts at a root or a drive.
    #[error("the name is absolute")]
    Absolute,
    /// Climbs with `..`, or holds an empty part or a backslash.
    #[error("the name leaves its folder")]
    Climbs,
    /// Control or direction-changing characters.
    #[error("the name holds invisible characters")]
    Invisible,
    /// `CON`, `NUL`, `COM1` and the like.
    #[error("the name belongs to a device")]
    Device,
}

/// Accepts a name that is relative, uses `/`, and cannot surprise a file system or a terminal.
///
/// # Errors
///
/// The first problem that is found.
pub fn check(name: &str, limit_bytes: usize) -> Result<(), NameProblem> {
    if name.is_empty() {
        return Err(NameProblem::Empty);
    }
    if name.len() > limit_bytes {
        return Err(NameProblem::TooLong);
    }
    if name.chars().any(is_invisible) {
        return Err(NameProblem::Invisible);
    }
    if name.starts_with('/') || name.starts_with('\\') || name.as_bytes().get(1) == Some(&b':') {
        return Err(NameProblem::Absolute);
    }
    if name.contains('\\') || name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(NameProblem::Climbs);
    }
    if name.split('/').any(is_device) {
        return Err(NameProblem::Device);
    }
    Ok(())
}

/// Control characters, and those that turn the direction of text or hide in it.
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_uppercase();
    let numbered = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    DEVICES.contains(&stem.as_str()) || numbered.is_some_and(|rest| rest.chars().count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_pass() {
        for name in ["manifest.json", "iis/applicationHost.config", "setspn/-Q HTTP%2Fweb01.txt", "klist/zürich.txt"] {
            assert_eq!(check(name, 512), Ok(()), "{name}");
        }
    }

    #[test]
    fn each_danger_has_its_word() {
        let cases = [
            ("", NameProblem::Empty),
            ("iis/", NameProblem::Climbs),
            ("../x", NameProblem::Climbs),
            ("a\\..\\b", NameProblem::Climbs),
            ("/etc/passwd", NameProblem::Absolute),
            ("\\\\server\\share", NameProblem::Absolute),
            ("C:/x", NameProblem::Absolute),
            ("a\u{202e}txt.exe", NameProblem::Invisible),
            ("a\0b", NameProblem::Invisible),
            ("a\x1b[31m", NameProblem::Invisible),
            ("events/NUL.evtx", NameProblem::Device),
            ("com1", NameProblem::Device),
        ];
        for (name, problem) in cases {
            assert_eq!(check(name, 512), Err(problem), "{name:?}");
        }
        assert_eq!(check(&"x".repeat(513), 512), Err(NameProblem::TooLong));
    }
}
