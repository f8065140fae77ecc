//! A stretch of text without its wrapping, where it stands, and what is to be put in the place of its words.

use std::ops::Range;

/// Words as a person reads them: nothing in them is escaped any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The words.
    pub text: &'a str,
    /// Where they stand.
    pub place: Place<'a>,
}

/// Where a piece stands in its artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// A line of plain text, or something that no format has a name for.
    Line,
    /// Between the tags of an XML element.
    Content {
        /// The element.
        element: &'a str,
        /// The value of its attribute `Name`; empty when it has none.
        name: &'a str,
    },
    /// The value of an XML attribute.
    Attribute {
        /// The element.
        element: &'a str,
        /// The attribute.
        name: &'a str,
    },
    /// The value of an LDIF attribute, of a JSON member or in the registry; of a comment in LDIF, with a `#` before.
    Value {
        /// Its name.
        key: &'a str,
    },
    /// The name of a value in the registry.
    ValueName,
    /// The path of a key in the registry.
    Key,
}

/// Words to put in the place of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes of the piece that go.
    pub range: Range<usize>,
    /// What comes.
    pub text: String,
}

/// Decides what becomes of each piece.
pub trait Editor {
    /// What to replace: in order, and without overlap.
    fn text(&mut self, piece: &Piece<'_>) -> Vec<Edit>;

    /// What a binary value becomes; none to leave it as it is.
    fn bytes(&mut self, key: &str, bytes: &[u8]) -> Option<Vec<u8>>;
}

/// Applies edits to the text that they were made for.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edited = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        edited.push_str(text.get(at..edit.range.start).unwrap_or_default());
        edited.push_str(&edit.text);
        at = edit.range.end;
    }
    edited.push_str(text.get(at..).unwrap_or_default());
    edited
}
