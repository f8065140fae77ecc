//! Security identifiers: in a filter as bytes, in an answer as text.

use std::fmt::Write as _;

/// The number of the group whose members sign in with nothing but strong Kerberos, in every domain.
pub const PROTECTED_USERS: u32 = 525;

/// The SID as people write it: `S-1-5-21-…`.
pub fn text(sid: &[u8]) -> Option<String> {
    let (head, parts) = sid.split_at_checked(8)?;
    let [revision, count, authority @ ..] = head else { return None };
    let (parts, rest) = parts.as_chunks::<4>();
    if parts.len() != usize::from(*count) || !rest.is_empty() {
        return None;
    }
    let authority = authority.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut text = format!("S-{revision}-{authority}");
    for part in parts {
        let _ = write!(text, "-{}", u32::from_le_bytes(*part));
    }
    Some(text)
}

/// The SID of something in a domain: the SID of the domain, and a number.
pub fn in_domain(domain: &[u8], number: u32) -> Option<Vec<u8>> {
    let mut sid = domain.to_vec();
    let count = sid.get_mut(1)?;
    *count = count.checked_add(1)?;
    sid.extend(number.to_le_bytes());
    text(&sid).is_some().then_some(sid)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAIN: [u8; 24] = [1, 4, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff];

    #[test]
    fn a_sid_reads_as_people_write_it() {
        assert_eq!(text(&DOMAIN).as_deref(), Some("S-1-5-21-1-2-4294967295"));
        let group = in_domain(&DOMAIN, PROTECTED_USERS).expect("a SID");
        assert_eq!(text(&group).as_deref(), Some("S-1-5-21-1-2-4294967295-525"));
    }

    #[test]
    fn what_is_no_sid_is_none() {
        for length in 0..DOMAIN.len() {
            assert_eq!(text(DOMAIN.get(..length).expect("a part")), None, "{length}");
        }
        let mut full = DOMAIN;
        full[1] = 255;
        assert_eq!(in_domain(&full, 1), None);
        assert_eq!(in_domain(&[], 1), None);
    }
}
