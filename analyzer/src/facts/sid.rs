//! Security identifiers, and the lists of them in security descriptors.

use std::fmt;

/// Subordinate parts of an identifier at most, by definition.
const PARTS: usize = 15;
/// Entries of one list that are read; a list takes 64 KiB at most.
const ACES: usize = 2_000;

/// A security identifier, such as `S-1-5-21-…-1604`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sid {
    authority: u64,
    parts: Vec<u32>,
}

impl Sid {
    /// Reads the binary form; what follows it is no part of it.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<8>()?;
        let [1, count, authority @ ..] = *head else { return None };
        let count = usize::from(count);
        if count > PARTS {
            return None;
        }
        let (parts, _) = rest.split_at_checked(count.checked_mul(4)?)?;
        let parts = parts.as_chunks::<4>().0.iter().map(|part| u32::from_le_bytes(*part)).collect();
        let authority = authority.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte));
        Some(Self { authority, parts })
    }

    /// The number of an account in its domain.
    pub fn rid(&self) -> Option<u32> {
        self.parts.last().copied()
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S-1-{}", self.authority)?;
        self.parts.iter().try_for_each(|part| write!(f, "-{part}"))
    }
}

/// Whom a security descriptor allows anything at all; none when it is damaged, or allows everybody for want of a list.
pub fn allowed(descriptor: &[u8]) -> Option<Vec<Sid>> {
    let (head, _) = descriptor.split_first_chunk::<20>()?;
    let [1, _, _, _, .., d0, d1, d2, d3] = *head else { return None };
    let at = usize::try_from(u32::from_le_bytes([d0, d1, d2, d3])).ok().filter(|at| *at > 0)?;
    let list = descriptor.get(at..)?;
    let (head, mut rest) = list.split_first_chunk::<8>()?;
    let [_, _, _, _, count, count_high, ..] = *head;
    let mut sids = Vec::new();
    for _ in 0..usize::from(u16::from_le_bytes([count, count_high])).min(ACES) {
        let (head, _) = rest.split_first_chunk::<4>()?;
        let [kind, _, size, size_high] = *head;
        let (entry, behind) = rest.split_at_checked(usize::from(u16::from_le_bytes([size, size_high])).max(8))?;
        rest = behind;
        sids.extend(entry.get(8..).and_then(|body| trustee(kind, body)));
    }
    sids.sort();
    sids.dedup();
    Some(sids)
}

/// Whom an entry allows; none when it denies, or only audits.
fn trustee(kind: u8, body: &[u8]) -> Option<Sid> {
    const ALLOWED: u8 = 0;
    const ALLOWED_OBJECT: u8 = 5;
    match kind {
        ALLOWED => Sid::read(body),
        ALLOWED_OBJECT => {
            let (flags, rest) = body.split_first_chunk::<4>()?;
            let guids = (u32::from_le_bytes(*flags) & 3).count_ones();
            Sid::read(rest.get(usize::try_from(guids).ok()?.checked_mul(16)?..)?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `S-1-5-21-1-2-3-<rid>`.
    fn bytes(rid: u32) -> Vec<u8> {
        let parts = [21, 1, 2, 3, rid].into_iter().flat_map(u32::to_le_bytes);
        [1, 5, 0, 0, 0, 0, 0, 5].into_iter().chain(parts).collect()
    }

    fn ace(kind: u8, before: &[u8], rid: u32) -> Vec<u8> {
        let body = [&[0xff, 0, 0, 0], before, &bytes(rid)].concat();
        let size = u16::try_from(body.len() + 4).expect("small").to_le_bytes();
        [vec![kind, 0, size[0], size[1]], body].concat()
    }

    fn descriptor(aces: &[Vec<u8>]) -> Vec<u8> {
        let body = aces.concat();
        let size = u16::try_from(body.len() + 8).expect("small").to_le_bytes();
        let count = u16::try_from(aces.len()).expect("few").to_le_bytes();
        let head = [1, 0, 4, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0];
        let list = [2, 0, size[0], size[1], count[0], count[1], 0, 0];
        [&head[..], &list, &body].concat()
    }

    fn rids(bytes: &[u8]) -> Option<Vec<u32>> {
        allowed(bytes).map(|sids| sids.iter().filter_map(Sid::rid).collect())
    }

    #[test]
    fn an_identifier_reads_as_people_write_it() {
        let sid = Sid::read(&bytes(525)).expect("a SID");
        assert_eq!((sid.to_string().as_str(), sid.rid()), ("S-1-5-21-1-2-3-525", Some(525)));
        assert_eq!(Sid::read(&[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]).expect("a SID").to_string(), "S-1-5-18");
    }

    #[test]
    fn what_is_no_identifier_is_none() {
        for end in 0..28 {
            assert_eq!(Sid::read(bytes(1).get(..end).unwrap_or_default()), None, "{end}");
        }
        assert_eq!(Sid::read(&[2, 0, 0, 0, 0, 0, 0, 5]), None);
        assert_eq!(Sid::read(&[[1, 16, 0, 0, 0, 0, 0, 5].to_vec(), vec![0; 100]].concat()), None);
    }

    #[test]
    fn a_descriptor_names_whom_it_allows_and_nobody_else() {
        let object = ace(5, &[[1, 0, 0, 0].to_vec(), vec![7; 16]].concat(), 13);
        let aces = [ace(0, &[], 12), ace(1, &[], 99), object, ace(5, &[0; 4], 14), ace(0, &[], 12)];
        assert_eq!(rids(&descriptor(&aces)), Some(vec![12, 13, 14]));
        let both = ace(5, &[[3, 0, 0, 0].to_vec(), vec![7; 32]].concat(), 15);
        assert_eq!(rids(&descriptor(&[both])), Some(vec![15]));
        assert_eq!(rids(&descriptor(&[])), Some(Vec::new()));
    }

    #[test]
    fn a_descriptor_without_a_list_or_cut_short_tells_nothing() {
        let whole = descriptor(&[ace(0, &[], 12), ace(0, &[], 13)]);
        for end in 0..whole.len() {
            assert_eq!(rids(whole.get(..end).unwrap_or_default()), None, "{end}");
        }
        let mut without = whole.clone();
        without[16] = 0;
        assert_eq!(rids(&without), None);
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0xff;
            let _ = allowed(&changed);
        }
    }
}
