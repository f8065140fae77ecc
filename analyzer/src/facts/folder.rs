//! Compares folders as Windows writes them: in any case, with either slash, with a variable at the beginning or not.

/// The variable that stands for the drive of Windows, and so for any drive when nobody says which.
const DRIVE: &str = "%systemdrive%";

/// A folder in one spelling.
pub fn plain(path: &str) -> String {
    path.trim().replace('/', "\\").trim_end_matches('\\').to_lowercase()
}

/// The folder that a file lies in, in one spelling.
pub fn parent(file: &str) -> Option<String> {
    Some(plain(file).rsplit_once('\\')?.0.to_owned())
}

/// A folder without its drive, when it is on one or on that of Windows.
pub fn without_drive(folder: &str) -> Option<&str> {
    let letter = |folder: &str| folder.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let rest = folder.strip_prefix(DRIVE).or_else(|| {
        let (drive, rest) = folder.split_at_checked(2)?;
        (letter(drive) && drive.ends_with(':')).then_some(rest)
    })?;
    rest.starts_with('\\').then_some(rest)
}

/// Whether a folder in a configuration is the one of a file. A variable before it stands for a path of its own.
pub fn is_same(configured: &str, found: &str) -> bool {
    let (configured, found) = (plain(configured), plain(found));
    match configured.strip_prefix('%').and_then(|rest| rest.split_once('%')) {
        Some((_, rest)) => !rest.is_empty() && found.ends_with(rest),
        None => configured == found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_folder_has_one_spelling() {
        assert_eq!(plain(r" \\FILES/iis$\ "), r"\\files\iis$");
        assert_eq!(parent(r"C:\Inetpub\web.config").as_deref(), Some(r"c:\inetpub"));
        assert_eq!(parent("web.config"), None);
    }

    #[test]
    fn the_drive_of_windows_may_be_any() {
        for folder in [r"%systemdrive%\inetpub", r"c:\inetpub", r"d:\inetpub"] {
            assert_eq!(without_drive(folder), Some(r"\inetpub"), "{folder}");
        }
        for folder in [r"\\files\web", "inetpub", "", "é", "c:x"] {
            assert_eq!(without_drive(folder), None, "{folder}");
        }
        assert!(is_same(r"%SystemRoot%\web", r"C:\Windows\web") && is_same(r"C:\Web\", r"c:\web"));
        assert!(!is_same("%SystemDrive%", r"C:\web") && !is_same(r"C:\a", r"C:\b"));
    }
}
