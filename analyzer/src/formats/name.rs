//! Names that are no longer than names are. A crafted one of megabytes would stand in everything that is said of ten
//! thousand sites.

use std::borrow::Cow;

/// Bytes of a name at most. Windows has none that is longer: a domain has 255 characters, an account 256, a user
/// principal name 1,024.
const LONGEST: usize = 1024;

/// The name, or its beginning and its end where it is too long for one. Then it names nothing, and nobody looks for it.
pub fn bounded(name: &str) -> Cow<'_, str> {
    bounded_to(LONGEST, name)
}

/// The same with another length, in bytes.
pub fn bounded_to(longest: usize, name: &str) -> Cow<'_, str> {
    if name.len() <= longest {
        return Cow::Borrowed(name);
    }
    let end = longest.saturating_sub("…".len()) / 2;
    let head = name.get(..name.floor_char_boundary(end)).unwrap_or_default();
    let tail = name.get(name.ceil_char_boundary(name.len().saturating_sub(end))..).unwrap_or_default();
    Cow::Owned(format!("{head}…{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_as_it_was_written_unless_it_is_no_name() {
        let longest = "ä".repeat(512);
        assert_eq!(bounded(&longest), longest);
        let longer = format!("a{}DC=com", "ä".repeat(600_000));
        let cut = bounded(&longer);
        assert!(cut.len() <= LONGEST && cut.starts_with("aää") && cut.ends_with("ääDC=com"), "{cut}");
    }
}
