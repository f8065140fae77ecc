//! The place inside this program where a copy of it keeps its recipients: such a copy always encrypts.
//!
//! The place is part of the program, not something behind its end: a copy that was cut short, or whose end some
//! gateway took away, does not run and write a bundle that everybody can read. Whatever stands in the place and is not
//! understood stops the program.

use std::fmt;
use std::fs;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::path::Path;

use kerbscope_shared::digest::Digest;

use crate::bundle_file::{BundleFile, Existing};
use crate::recipient::Recipient;

/// Begins and ends the place.
const MARK: &[u8; 32] = b"<kerbscope-collect recipients 1>";

/// Fills the place where no recipient is. Not zeros: those are what a damaged disk gives.
const NOBODY: u8 = b'-';

/// Fills the place behind the last recipient.
const BEHIND: u8 = b'\n';

const DIGEST_END: usize = MARK.len() + 64;
const TEXT_END: usize = SIZE - MARK.len();
const SIZE: usize = 1024;

/// The place: mark, digest of the text, text, mark. The text is one recipient in each line.
type Place = [u8; SIZE];

/// In a copy, other bytes stand here; so it is only looked at through [`black_box`], which hides from the compiler what
/// they are.
static PLACE: Place = vacant();

const fn vacant() -> Place {
    let mut place = [NOBODY; SIZE];
    let (head, rest) = place.split_at_mut(MARK.len());
    let (_, tail) = rest.split_at_mut(TEXT_END - MARK.len());
    head.copy_from_slice(MARK);
    tail.copy_from_slice(MARK);
    place
}

/// The place of this program holds neither recipients nor their absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this copy of the program is damaged: it does not know for whom it must encrypt. Get it again")
    }
}

/// For whom this program always encrypts.
///
/// # Errors
///
/// Something else stands there.
pub fn recipients() -> Result<Vec<Recipient>, Damaged> {
    read(black_box(&PLACE))
}

fn read(place: &Place) -> Result<Vec<Recipient>, Damaged> {
    let (head, rest) = place.split_at(MARK.len());
    let (digest, rest) = rest.split_at(DIGEST_END - MARK.len());
    let (text, tail) = rest.split_at(TEXT_END - DIGEST_END);
    if head != MARK || tail != MARK {
        return Err(Damaged);
    }
    if digest.iter().chain(text).all(|byte| *byte == NOBODY) {
        return Ok(Vec::new());
    }
    if Digest::of(text).to_string().as_bytes() != digest {
        return Err(Damaged);
    }
    let text = str::from_utf8(text).map_err(|_| Damaged)?;
    let lines = text.lines().filter(|line| !line.is_empty());
    let recipients = lines.map(|line| Recipient::parse(line).map_err(|_| Damaged)).collect::<Result<Vec<_>, _>>()?;
    if recipients.is_empty() { Err(Damaged) } else { Ok(recipients) }
}

/// The place with these recipients in it; nothing when there is no room for so many.
fn filled(recipients: &[Recipient]) -> Option<Place> {
    let lines = recipients.iter().flat_map(|recipient| [recipient.to_string(), "\n".to_owned()]);
    let mut text: String = lines.collect();
    let room = (TEXT_END - DIGEST_END).checked_sub(text.len())?;
    text.extend(std::iter::repeat_n(char::from(BEHIND), room));
    let digest = Digest::of(text.as_bytes()).to_string();
    [MARK.as_slice(), digest.as_bytes(), text.as_bytes(), MARK].concat().try_into().ok()
}

/// Writes a copy of this program that always encrypts for these.
///
/// # Errors
///
/// This program cannot be read, the copy cannot be written, or there are more recipients than there is room for.
pub fn bake(recipients: &[Recipient], target: &Path, existing: Existing) -> io::Result<()> {
    let own = std::env::current_exe()?;
    let mut program = fs::read(&own)?;
    let filled = filled(recipients).ok_or_else(|| io::Error::other("there is no room for so many recipients"))?;
    put(&mut program, black_box(&PLACE), &filled)?;
    let (file, mut writer) = BundleFile::create(target, existing)?;
    writer.write_all(&program)?;
    file.finish(writer)?;
    // It is to be run, like the one it was copied from.
    fs::set_permissions(target, own.metadata()?.permissions())
}

/// Puts other bytes in the place, which must be there exactly once.
fn put(program: &mut [u8], place: &Place, filled: &Place) -> io::Result<()> {
    let mut places = (0..program.len()).filter(|at| program.get(*at..).is_some_and(|rest| rest.starts_with(place)));
    let (Some(at), None) = (places.next(), places.next()) else {
        return Err(io::Error::other("this program does not find its own place for recipients"));
    };
    program.iter_mut().skip(at).zip(filled).for_each(|(byte, new)| *byte = *new);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipients(count: usize) -> Vec<Recipient> {
        let texts = std::iter::repeat_with(|| age::x25519::Identity::generate().to_public().to_string());
        texts.take(count).map(|text| Recipient::parse(&text).expect("a recipient")).collect()
    }

    #[test]
    fn this_program_encrypts_for_nobody_by_itself() {
        assert_eq!(super::recipients(), Ok(Vec::new()));
    }

    #[test]
    fn what_was_put_there_is_read_back() {
        for count in [1, 2, 14] {
            let recipients = recipients(count);
            assert_eq!(read(&filled(&recipients).expect("room")), Ok(recipients));
        }
        assert_eq!(filled(&recipients(15)), None);
    }

    #[test]
    fn no_change_makes_it_forget_whom_it_encrypts_for() {
        let recipients = recipients(2);
        for place in [vacant(), filled(&recipients).expect("room")] {
            for at in 0..SIZE {
                for bit in 0..8 {
                    let mut changed = place;
                    changed[at] ^= 1 << bit;
                    assert_eq!(read(&changed), Err(Damaged), "bit {bit} of byte {at}");
                }
            }
            for (from, to) in [(0, SIZE), (0, 512), (512, SIZE), (MARK.len(), TEXT_END)] {
                for fill in [0, 0xff, NOBODY, BEHIND] {
                    let mut changed = place;
                    changed[from..to].fill(fill);
                    assert!(changed == vacant() || read(&changed) == Err(Damaged), "{from}..{to} are {fill}");
                }
            }
        }
        let empty = filled(&[]).expect("room");
        assert_eq!(read(&empty), Err(Damaged), "a list of nobody is no list");
    }

    #[test]
    fn the_place_must_be_there_once() {
        let filled = filled(&recipients(1)).expect("room");
        let once = [b"MZ".as_slice(), &vacant(), b"..."].concat();
        let mut program = once.clone();
        put(&mut program, &vacant(), &filled).expect("it is there");
        assert_eq!(program, [b"MZ".as_slice(), &filled, b"..."].concat());
        for wrong in [once.repeat(2), b"MZ...".to_vec(), program] {
            let mut changed = wrong.clone();
            assert!(put(&mut changed, &vacant(), &filled).is_err());
            assert_eq!(changed, wrong);
        }
    }
}
