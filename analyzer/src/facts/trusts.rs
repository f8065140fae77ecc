//! Trusts of a domain: who trusts whom, and what may pass.

use crate::artifacts::ldif::Entry;
use crate::evidence::place::{Cited, Evidence};
use crate::facts::account_control::EncryptionTypes;

/// A trust of this domain with another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// The DNS name of the other domain in lower case, or what stands for it.
    pub partner: String,
    /// Its NetBIOS name, where it is stated.
    pub flat_name: Option<String>,
    /// The line that names it.
    pub at: Evidence,
    /// `trustDirection`: 1 when the other domain trusts this one, 2 when this one trusts the other, 3 for both.
    pub direction: Option<Cited<u32>>,
    /// `trustAttributes`.
    pub attributes: Option<Cited<u32>>,
    /// The encryption types that referrals may use.
    pub encryption: Option<Cited<EncryptionTypes>>,
}

impl Trust {
    /// Users of the other domain need a permission of their own for each computer: selective authentication.
    pub const SELECTIVE: u32 = 0x10;
    /// The other domain is another forest.
    pub const FOREST: u32 = 0x8;
    /// The other domain is of this forest.
    pub const WITHIN_FOREST: u32 = 0x20;
    /// Tickets for delegation do not pass.
    pub const NO_TGT_DELEGATION: u32 = 0x200;

    /// The trust that an entry tells of, if it does.
    pub fn of(entry: &Entry) -> Option<Self> {
        let partner = entry.text("trustPartner")?;
        let number = |name| {
            let text = entry.text(name)?;
            let number = text.value.trim().parse::<i64>().ok()?;
            let bits = u32::try_from(number).ok().or_else(|| i32::try_from(number).ok().map(i32::cast_unsigned))?;
            Some(Cited::new(bits, text.at))
        };
        let types = number("msDS-SupportedEncryptionTypes");
        Some(Self {
            partner: partner.value.to_lowercase(),
            flat_name: entry.text("flatName").map(|name| name.value.to_owned()),
            at: partner.at,
            direction: number("trustDirection"),
            attributes: number("trustAttributes"),
            encryption: types.map(|types| Cited::new(EncryptionTypes(types.value), types.at)),
        })
    }

    /// Whether the domain of a user is the other one, by either of its names.
    pub fn is_called(&self, domain: &str) -> bool {
        let flat = self.flat_name.as_deref().or_else(|| self.partner.split('.').next());
        self.partner.eq_ignore_ascii_case(domain) || flat.is_some_and(|flat| flat.eq_ignore_ascii_case(domain))
    }

    /// Whether one of its attributes is set, with the line that says so.
    pub fn has(&self, attribute: u32) -> Option<Evidence> {
        self.attributes.as_ref().filter(|attributes| attributes.value & attribute != 0).map(|attributes| attributes.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::ldif;
    use crate::evidence::place::ArtifactId;
    use crate::formats::text::Text;

    fn trust(lines: &str) -> Option<Trust> {
        let text = format!("dn: CN=fabrikam.com,CN=System,DC=contoso,DC=com\n{lines}\n\n");
        Trust::of(&ldif::parse(ArtifactId(0), &Text::from(text.as_str())).value.remove(0).entries[0])
    }

    #[test]
    fn a_trust_names_its_partner_and_what_passes() {
        let trust = trust("trustPartner: Fabrikam.com\ntrustDirection: 3\ntrustAttributes: 24").expect("a trust");
        assert_eq!((trust.partner.as_str(), trust.direction.as_ref().map(|way| way.value)), ("fabrikam.com", Some(3)));
        assert_eq!(trust.has(Trust::SELECTIVE), Some(ArtifactId(0).line(4)));
        assert_eq!((trust.has(Trust::NO_TGT_DELEGATION), trust.encryption), (None, None));
    }

    #[test]
    fn what_names_no_partner_is_no_trust() {
        assert_eq!(trust("trustAttributes: 24"), None);
        assert_eq!(
            trust("trustPartner: a\ntrustAttributes: -2147483648").and_then(|trust| trust.has(1 << 31)),
            Some(ArtifactId(0).line(3))
        );
        assert_eq!(trust("trustPartner: a\ntrustAttributes: many").map(|trust| trust.attributes), Some(None));
    }
}
