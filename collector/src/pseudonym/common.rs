//! Words that formats are made of. A name that is one of them is replaced only where it stands as a name: replacing it
//! everywhere would break the evidence, and tell nothing less.

/// Words of tools, of configurations, of events, and of plain language around them.
const WORDS: &str = include_str!("common.txt");

/// The words, in order.
#[derive(Debug)]
pub struct Common(Vec<&'static str>);

impl Default for Common {
    fn default() -> Self {
        Self(WORDS.split_ascii_whitespace().collect())
    }
}

impl Common {
    /// Whether a name, in small letters, is a word of the formats, or too short or too plain to be told from other text.
    pub fn is_common(&self, name: &str) -> bool {
        let has_letters = name.contains(char::is_alphabetic);
        !has_letters || name.chars().count() < 3 || self.0.binary_search(&name).is_ok()
    }

    /// Whether a part of a domain's name stands inside a word of the formats.
    pub fn holds(&self, name: &str) -> bool {
        self.0.iter().any(|word| word.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_formats_are_common_and_names_are_not() {
        let common = Common::default();
        for word in ["server", "http", "negotiate", "ad", "x", "2019", "", "system", "no", "specificuser"] {
            assert!(common.is_common(word), "{word}");
        }
        for name in ["contoso", "web01", "svc-web", "alice", "fabrikam"] {
            assert!(!common.is_common(name), "{name}");
        }
        assert!(common.holds("authent") && !common.holds("contoso"));
    }

    #[test]
    fn the_list_is_in_small_letters_and_in_order() {
        let Common(words) = Common::default();
        assert!(words.is_sorted_by(|one, other| one < other));
        assert!(
            words.iter().all(|word| word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit()))
        );
    }
}
