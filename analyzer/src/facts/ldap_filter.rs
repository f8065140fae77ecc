//! A search filter of LDAP (RFC 4515), as far as it tells which entries a search is sure to have found.

use crate::formats::escaped::decoded;

/// Characters of a filter that are read; what is longer is not understood.
const LENGTH: usize = 64 * 1024;
/// How deep filters may lie inside each other.
const DEPTH: usize = 16;

/// A filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of these.
    And(Vec<Self>),
    /// Any of these.
    Or(Vec<Self>),
    /// A value of an attribute is like this.
    Like {
        /// The attribute in lower case.
        attribute: String,
        /// What its value must be like.
        pattern: Pattern,
    },
    /// Anything else: what it finds is found, and what it does not find may be there.
    Other,
}

/// A value with gaps: `HTTP/*`. Case does not matter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    /// The pieces around the gaps, in lower case; one piece is a whole value.
    pieces: Vec<String>,
    /// The first piece as it is written.
    written: String,
}

impl Pattern {
    /// The one value that it fits, as it is written; none when it has gaps.
    pub fn exact(&self) -> Option<&str> {
        (self.pieces.len() == 1).then_some(&self.written)
    }

    /// Whether a value in lower case fits.
    pub fn fits(&self, value: &str) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else { return false };
        let Some((last, middle)) = rest.split_last() else { return first == value };
        let Some(mut left) = value.strip_prefix(first.as_str()).and_then(|left| left.strip_suffix(last.as_str()))
        else {
            return false;
        };
        middle.iter().all(|piece| match left.split_once(piece.as_str()) {
            Some((_, behind)) => {
                left = behind;
                true
            }
            None => false,
        })
    }
}

impl Filter {
    /// Reads a filter; what is not understood is [`Filter::Other`].
    pub fn parse(text: &str) -> Self {
        if text.len() > LENGTH {
            return Self::Other;
        }
        match one(text.trim(), 0) {
            Some((filter, "")) => filter,
            _ => Self::Other,
        }
    }

    /// Values such that every entry which has one of them in this attribute (in lower case) is found.
    pub fn finds(&self, attribute: &str) -> Vec<&Pattern> {
        match self {
            Self::Like { attribute: own, pattern } if own == attribute => vec![pattern],
            Self::Or(filters) => filters.iter().flat_map(|filter| filter.finds(attribute)).collect(),
            // Whatever else is asked for takes entries away, unless every entry has it.
            Self::And(filters) => {
                let asks: Vec<_> = filters.iter().filter(|filter| !filter.holds_for_all()).collect();
                match asks.as_slice() {
                    [only] => only.finds(attribute),
                    _ => Vec::new(),
                }
            }
            Self::Like { .. } | Self::Other => Vec::new(),
        }
    }

    /// The one value that is asked for in this attribute (in lower case), as it is written there.
    pub fn only(&self, attribute: &str) -> Option<&str> {
        match self {
            Self::Like { attribute: own, pattern } if own == attribute => pattern.exact(),
            _ => None,
        }
    }

    fn holds_for_all(&self) -> bool {
        matches!(self, Self::Like { attribute, pattern } if attribute == "objectclass" && pattern.fits(""))
    }
}

/// The filter at the beginning of a text, and what follows it.
fn one(text: &str, depth: usize) -> Option<(Filter, &str)> {
    let inner = text.strip_prefix('(')?;
    if depth >= DEPTH {
        return None;
    }
    let (filter, rest) = match inner.chars().next()? {
        '&' => several(inner.strip_prefix('&')?, depth).map(|(filters, rest)| (Filter::And(filters), rest))?,
        '|' => several(inner.strip_prefix('|')?, depth).map(|(filters, rest)| (Filter::Or(filters), rest))?,
        '!' => one(inner.strip_prefix('!')?, depth.saturating_add(1)).map(|(_, rest)| (Filter::Other, rest))?,
        _ => {
            let end = inner.find(['(', ')'])?;
            let (item, rest) = inner.split_at_checked(end)?;
            (item_of(item), rest)
        }
    };
    Some((filter, rest.strip_prefix(')')?))
}

fn several(mut text: &str, depth: usize) -> Option<(Vec<Filter>, &str)> {
    let mut filters = Vec::new();
    while text.starts_with('(') {
        let (filter, rest) = one(text, depth.saturating_add(1))?;
        filters.push(filter);
        text = rest;
    }
    Some((filters, text))
}

/// `name=value`; comparisons and matching rules are something else.
fn item_of(item: &str) -> Filter {
    let Some((name, value)) = item.split_once('=') else { return Filter::Other };
    let attribute = name.trim().to_ascii_lowercase();
    if attribute.is_empty() || !attribute.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Filter::Other;
    }
    let Some(pieces) = value.split('*').map(|piece| decoded(piece, '\\')).collect::<Option<Vec<_>>>() else {
        return Filter::Other;
    };
    let written = pieces.first().cloned().unwrap_or_default();
    let pieces = pieces.into_iter().map(|piece| piece.to_lowercase()).collect();
    Filter::Like { attribute, pattern: Pattern { pieces, written } }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether every entry with this value of servicePrincipalName is found.
    fn finds(filter: &str, value: &str) -> bool {
        Filter::parse(filter).finds("serviceprincipalname").iter().any(|pattern| pattern.fits(value))
    }

    #[test]
    fn a_search_for_a_value_finds_it_in_any_case() {
        assert!(finds("(servicePrincipalName=HTTP/Web01)", "http/web01"));
        assert!(finds(r"(SERVICEPRINCIPALNAME=HTTP\2fweb01)", "http/web01"));
        assert!(!finds("(servicePrincipalName=HTTP/web01)", "http/web0"));
        assert!(!finds("(cn=HTTP/web01)", "http/web01"));
    }

    #[test]
    fn gaps_match_anything_in_their_place() {
        let cases = [
            ("(servicePrincipalName=*)", "http/web01", true),
            ("(servicePrincipalName=HTTP/*)", "http/web01", true),
            ("(servicePrincipalName=HTTP/*)", "host/web01", false),
            ("(servicePrincipalName=*/web01)", "http/web01", true),
            ("(servicePrincipalName=H*/we*1)", "http/web01", true),
            ("(servicePrincipalName=a*a)", "a", false),
            ("(servicePrincipalName=*p*p*)", "http/p", true),
            ("(servicePrincipalName=*p*p*)", "http/w", false),
        ];
        for (filter, value, expected) in cases {
            assert_eq!(finds(filter, value), expected, "{filter} {value}");
        }
    }

    #[test]
    fn each_alternative_is_found_and_a_condition_leaves_nothing_sure() {
        let either = "(|(servicePrincipalName=HTTP/a)(servicePrincipalName=HOST/a)(cn=b))";
        assert!(finds(either, "http/a") && finds(either, "host/a") && !finds(either, "b"));
        assert!(finds("(&(objectClass=*)(servicePrincipalName=HTTP/a))", "http/a"));
        for filter in [
            "(&(objectCategory=person)(servicePrincipalName=HTTP/a))",
            "(&(objectClass=user)(servicePrincipalName=HTTP/a))",
            "(!(servicePrincipalName=HTTP/a))",
            "(&)",
            "(servicePrincipalName:1.2.840.113556.1.4.803:=HTTP/a)",
            "(servicePrincipalName~=HTTP/a)",
        ] {
            assert!(!finds(filter, "http/a"), "{filter}");
        }
    }

    #[test]
    fn what_is_not_understood_finds_nothing_for_sure() {
        let deep = format!("{}(servicePrincipalName=*){}", "(|".repeat(100), ")".repeat(100));
        let long = format!("(servicePrincipalName={})", "*".repeat(LENGTH));
        for filter in [
            "",
            "(",
            ")",
            "servicePrincipalName=*",
            "(servicePrincipalName=*",
            "(servicePrincipalName=*))",
            &deep,
            &long,
        ] {
            assert_eq!(Filter::parse(filter), Filter::Other, "{filter:.40}");
        }
        assert_eq!(Filter::parse(r"(servicePrincipalName=\zz)"), Filter::Other);
        let filter = "(|(servicePrincipalName=HTTP/é*)(!(cn=a)))";
        for end in (0..filter.len()).filter(|end| filter.is_char_boundary(*end)) {
            assert_eq!(Filter::parse(filter.get(..end).unwrap_or_default()), Filter::Other);
        }
    }
}
