//! Reads a stream on a thread of its own, some blocks ahead of whoever works on them.

use std::io::{self, ErrorKind, Read};
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// Bytes of the first block: the header of an event log, so that every later block begins with a chunk.
const FIRST: usize = 4096;
/// Bytes of every later block.
const BLOCK: usize = 1 << 20;
/// Bytes of a block that is read and worked on by one thread: it stays near the processor.
const HERE: usize = 256 << 10;
/// Blocks that are filled and not yet taken, at most.
const AHEAD: usize = 2;

/// Hands a stream to `take` in blocks; each but the last is full.
///
/// # Errors
///
/// The stream breaks off; what came before was handed over.
pub fn read_ahead(stream: impl Read + Send, mut take: impl FnMut(&[u8]) -> ControlFlow<()>) -> io::Result<()> {
    std::thread::scope(|scope| {
        let (filled_in, filled) = sync_channel(AHEAD);
        let (empty_in, empty) = channel();
        let reader = std::thread::Builder::new().name("read ahead".to_owned());
        reader.spawn_scoped(scope, move || fill(stream, &filled_in, &empty))?;
        work(&filled, &empty_in, &mut take)
    })
}

/// The same on this thread alone: where reading is nothing but copying, another thread costs more than it saves.
///
/// # Errors
///
/// As [`read_ahead`].
pub fn read_here(mut stream: impl Read, mut take: impl FnMut(&[u8]) -> ControlFlow<()>) -> io::Result<()> {
    let mut block = vec![0; HERE];
    let mut length = FIRST;
    loop {
        let Some(part) = block.get_mut(..length) else { return Ok(()) };
        let (read, error) = read_full(&mut stream, part);
        let is_done = take(part.get(..read).unwrap_or_default()).is_break();
        if let Some(error) = error {
            return Err(error);
        }
        if is_done || read < length {
            return Ok(());
        }
        length = HERE;
    }
}

/// What the reading thread hands over.
type Filled = io::Result<Vec<u8>>;

fn fill(mut stream: impl Read, filled: &SyncSender<Filled>, empty: &Receiver<Vec<u8>>) {
    let mut length = FIRST;
    loop {
        let mut block = empty.try_recv().unwrap_or_default();
        block.resize(length, 0);
        let (read, error) = read_full(&mut stream, &mut block);
        block.truncate(read);
        let is_last = read < length;
        // Nobody listens any more when the work was ended early.
        if filled.send(Ok(block)).is_err() {
            return;
        }
        if let Some(error) = error {
            let _ = filled.send(Err(error));
            return;
        }
        if is_last {
            return;
        }
        length = BLOCK;
    }
}

fn work(
    filled: &Receiver<Filled>,
    empty: &Sender<Vec<u8>>,
    take: &mut impl FnMut(&[u8]) -> ControlFlow<()>,
) -> io::Result<()> {
    while let Ok(block) = filled.recv() {
        let block = block?;
        if take(&block).is_break() {
            return Ok(());
        }
        let _ = empty.send(block);
    }
    Ok(())
}

/// Reads until the block is full or the stream ends.
fn read_full(stream: &mut impl Read, block: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut read = 0;
    while let Some(rest) = block.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match stream.read(rest) {
            Ok(0) => break,
            Ok(more) => read = read.saturating_add(more),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (read, Some(error)),
        }
    }
    (read, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, and then ends, or breaks.
    struct Drops {
        left: usize,
        breaks: bool,
    }

    impl Read for Drops {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.left == 0 && self.breaks {
                return Err(io::Error::other("it broke"));
            }
            let given = buffer.len().min(7001).min(self.left);
            self.left -= given;
            buffer[..given].fill(1);
            Ok(given)
        }
    }

    fn blocks(left: usize, breaks: bool, most: usize) -> (Vec<usize>, Option<String>) {
        let mut blocks = Vec::new();
        let outcome = read_ahead(Drops { left, breaks }, |block| {
            assert!(block.iter().all(|byte| *byte == 1), "nothing but what was read is handed over");
            blocks.push(block.len());
            if blocks.len() == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        (blocks, outcome.err().map(|error| error.to_string()))
    }

    #[test]
    fn every_block_but_the_last_is_full() {
        assert_eq!(blocks(0, false, 99).0, [0]);
        assert_eq!(blocks(FIRST, false, 99).0, [FIRST, 0]);
        assert_eq!(blocks(FIRST + 3 * BLOCK + 5, false, 99).0, [FIRST, BLOCK, BLOCK, BLOCK, 5]);
    }

    #[test]
    fn what_came_before_a_break_is_handed_over() {
        assert_eq!(blocks(FIRST + BLOCK + 5, true, 99), (vec![FIRST, BLOCK, 5], Some("it broke".to_owned())));
        assert_eq!(blocks(FIRST, true, 99), (vec![FIRST, 0], Some("it broke".to_owned())));
    }

    #[test]
    fn work_that_ends_early_ends_the_reading_too() {
        assert_eq!(blocks(FIRST + 100 * BLOCK, true, 2), (vec![FIRST, BLOCK], None));
    }
}
