//! Inflates every entry of a zip and throws it away: what reading a log in a zip costs at least.

use std::io::{self, Read};

fn main() -> io::Result<()> {
    let path = std::env::args_os().nth(1).ok_or_else(|| io::Error::other("which zip?"))?;
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path)?)?;
    let mut block = vec![0; 1 << 20];
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index)?;
        while entry.read(&mut block)? > 0 {}
    }
    Ok(())
}
