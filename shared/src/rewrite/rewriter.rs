//! Rewrites an artifact unit by unit: a line, a logical line, a tag. No more of it than one unit needs to be in memory.

use crate::rewrite::format::Format;
use crate::rewrite::piece::Editor;
use crate::rewrite::{json, ldif, plain, registry, xml};

/// Where we are in an artifact.
#[derive(Clone, Debug)]
pub struct Rewriter {
    format: Format,
    xml: xml::State,
    json: json::State,
}

impl Rewriter {
    /// At the beginning.
    pub fn new(format: Format) -> Self {
        Self { format, xml: xml::State::default(), json: json::State::default() }
    }

    /// How many bytes the first unit of a text has; none when its end is not there yet. `is_end` says that no more
    /// comes: then the rest is a unit, whatever it is.
    pub fn unit(&self, text: &str, is_end: bool) -> Option<usize> {
        let end = match self.format {
            Format::Plain => text.find('\n').map(|at| at.saturating_add(1)),
            Format::Xml => xml::unit(text),
            Format::Json => json::unit(text),
            Format::Ldif => ldif::unit(text, is_end),
            Format::Registry => registry::unit(text),
        };
        end.or_else(|| (is_end && !text.is_empty()).then_some(text.len()))
    }

    /// Rewrites one unit.
    pub fn rewrite(&mut self, unit: &str, editor: &mut dyn Editor, out: &mut String) {
        match self.format {
            Format::Plain => plain::rewrite(unit, editor, out),
            Format::Xml => xml::rewrite(unit, &mut self.xml, editor, out),
            Format::Json => json::rewrite(unit, &mut self.json, editor, out),
            Format::Ldif => ldif::rewrite(unit, editor, out),
            Format::Registry => registry::rewrite(unit, editor, out),
        }
    }
}

/// Rewrites a whole text.
pub fn rewrite_all(format: Format, text: &str, editor: &mut dyn Editor) -> String {
    let mut rewriter = Rewriter::new(format);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(length) = rewriter.unit(rest, true) {
        let (unit, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rewriter.rewrite(unit, editor, &mut out);
        rest = behind;
    }
    out
}

#[cfg(test)]
pub(crate) mod testing {
    //! Editors for tests.

    use crate::rewrite::piece::{Edit, Editor, Piece};

    /// Puts a word in the place of another.
    pub(crate) struct Swap(pub(crate) &'static str, pub(crate) &'static str);

    impl Editor for Swap {
        fn text(&mut self, piece: &Piece<'_>) -> Vec<Edit> {
            let found = piece.text.match_indices(self.0);
            found.map(|(at, word)| Edit { range: at..at + word.len(), text: self.1.to_owned() }).collect()
        }

        fn bytes(&mut self, _: &str, _: &[u8]) -> Option<Vec<u8>> {
            None
        }
    }

    /// Changes nothing, and remembers what it was shown.
    #[derive(Default)]
    pub(crate) struct Record {
        pub(crate) pieces: Vec<(String, String)>,
    }

    impl Editor for Record {
        fn text(&mut self, piece: &Piece<'_>) -> Vec<Edit> {
            self.pieces.push((format!("{:?}", piece.place), piece.text.trim_end_matches(['\r', '\n']).to_owned()));
            Vec::new()
        }

        fn bytes(&mut self, key: &str, bytes: &[u8]) -> Option<Vec<u8>> {
            self.pieces.push((format!("Bytes {key}"), format!("{bytes:?}")));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::Record;
    use super::*;

    const ALL: [Format; 5] = [Format::Plain, Format::Xml, Format::Json, Format::Ldif, Format::Registry];

    #[test]
    fn whatever_is_not_edited_stays_as_it_is() {
        let texts = [
            "a\r\nb: c\n d\n\n# e: f\ng:: !!\n",
            "<a b='c'>d<!-- e --></a> <f g=h> &amp; &x; <",
            r#"{"a":["b\"",1,{"c":null}],} "\u12"#,
            "[HKEY_X]\n\"a\"=\"b\"\n\"c\"=hex(7):61,00,\\\n  00,00\n@=\"\\\n",
            "%41 % %C3 \u{feff}é\u{0}",
        ];
        for text in texts {
            for format in ALL {
                for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                    let part = text.get(..end).unwrap_or_default();
                    assert_eq!(rewrite_all(format, part, &mut Record::default()), part, "{format:?}");
                }
            }
        }
    }

    #[test]
    fn a_unit_is_told_before_the_rest_has_come() {
        for format in ALL {
            let rewriter = Rewriter::new(format);
            assert_eq!(rewriter.unit("", true), None);
            assert_eq!(rewriter.unit("abc", false), None, "{format:?}");
            assert_eq!(rewriter.unit("abc", true), Some(3), "{format:?}");
        }
        let unit = |format, text: &str| Rewriter::new(format).unit(text, false);
        assert_eq!(unit(Format::Plain, "a\nb\n"), Some(2));
        assert_eq!(unit(Format::Xml, "a<b>c<d>"), Some(4));
        assert_eq!(unit(Format::Xml, "a<![CDAT"), None);
        assert_eq!(unit(Format::Ldif, "a: b\n"), None);
        assert_eq!(unit(Format::Ldif, "a: b\n c\nd"), Some(8));
        assert_eq!(unit(Format::Registry, "\"a\"=hex:01,\\\n  02\n"), Some(18));
    }
}
