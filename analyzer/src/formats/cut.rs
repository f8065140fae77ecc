//! Texts with an accident, for the tests of parsers: what ends too early, and what has a wrong byte.

/// Every beginning of these texts: a tool that is ended stops behind any character.
pub fn beginnings<'a>(texts: &[&'a str]) -> impl Iterator<Item = &'a str> {
    texts.iter().flat_map(|text| text.char_indices().filter_map(|(end, _)| text.get(..end)))
}

/// A text with each of its bytes changed in turn.
pub fn changed(text: &str) -> impl Iterator<Item = String> {
    (0..text.len()).map(|place| {
        let bytes = text.bytes().enumerate().map(|(at, byte)| if at == place { byte ^ 0x15 } else { byte });
        String::from_utf8_lossy(&bytes.collect::<Vec<_>>()).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_before_each_of_its_characters_and_never_inside_of_one() {
        assert_eq!(beginnings(&["aéb", "c"]).collect::<Vec<_>>(), ["", "a", "aé", ""]);
    }

    #[test]
    fn one_byte_is_another_at_a_time() {
        assert_eq!(changed("AB").collect::<Vec<_>>(), ["TB", "AW"]);
    }
}
