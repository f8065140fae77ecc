//! One of the things that a code can be: which kind of code, its name, and what it means.

/// What a code stands for in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The kind of code, such as `Kerberos error`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The number in the spellings that are met; empty where a word stands for itself.
    pub spelled: String,
    /// What it means for sign-in to IIS.
    pub meaning: String,
    /// More of it, a line each: the bits of a mask, the fields of an event.
    pub lines: Vec<String>,
}

/// A number in hexadecimal and in decimal; also with its sign, where tools print that.
pub fn spell(value: u32) -> String {
    let signed = value.cast_signed();
    if signed < 0 { format!("0x{value:08x}, {value}, {signed}") } else { format!("0x{value:x}, {value}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_spelled_with_their_sign_too() {
        assert_eq!(spell(41), "0x29, 41");
        assert_eq!(spell(0xc000_018b), "0xc000018b, 3221225867, -1073741429");
    }
}
