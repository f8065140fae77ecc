//! Text in which a mark and two hexadecimal digits stand for a byte: `%20` in URLs, `\2a` in LDAP filters.

/// The text that is meant; none when a mark has no digits behind it, or the bytes are no UTF-8.
pub fn decoded(text: &str, mark: char) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(mark) {
        bytes.extend_from_slice(before.as_bytes());
        let (code, behind) = after.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        rest = behind;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}
