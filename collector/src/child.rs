//! One program at a time, with an end to its time and to its output.

use std::io::{self, Read};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::handover::{self, Missing, Taker};
use crate::host::{Answer, Ending, RunLimits};
use crate::system::process::{self, Running};

/// How often a silent program is looked after.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// How long a program may take to die, and how long its children may hold its output after its own end.
const GRACE: Duration = Duration::from_secs(2);

/// How much of the output is read at once.
const CHUNK_BYTES: usize = 16 << 10;

/// Runs a program; what it prints to standard output and standard error comes as one stream, in order.
pub fn run(program: &Path, arguments: &[String], limits: RunLimits) -> Answer {
    match process::start(program, arguments).and_then(|(running, output)| Ok((running, listen(output)?))) {
        Ok((running, output)) => Watch { running, output, limits, bytes: Vec::new() }.watch(),
        Err(error) => Answer::of_error(&error),
    }
}

/// Reads on a thread of its own, because reading a pipe has no time limit. The thread ends with the pipe or
/// with whoever takes from it; one that hangs in a read is left behind and ends with this program.
fn listen(mut reader: impl Read + Send + 'static) -> io::Result<Taker<Vec<u8>>> {
    let (giver, taker) = handover::place();
    let read = move || {
        let mut buffer = vec![0; CHUNK_BYTES];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            let chunk = buffer.get(..count).unwrap_or_default().to_vec();
            if !giver.give(chunk) {
                break;
            }
        }
    };
    handover::start("output", Box::new(read))?;
    Ok(taker)
}

/// A program that runs, and what it has printed so far.
struct Watch {
    /// With all that it has started.
    running: Running,
    output: Taker<Vec<u8>>,
    limits: RunLimits,
    bytes: Vec<u8>,
}

impl Watch {
    fn watch(mut self) -> Answer {
        let deadline = Instant::now() + self.limits.time;
        let mut exited: Option<(i32, Instant)> = None;
        let ending = loop {
            if self.over_size() {
                break Ending::Cut;
            }
            let now = Instant::now();
            if exited.is_none() && now >= deadline {
                break Ending::OutOfTime;
            }
            if let Some((code, at)) = exited
                && now.duration_since(at) >= GRACE
            {
                break Ending::Exited(code);
            }
            match self.output.take(LOOK_EVERY) {
                Ok(chunk) => self.bytes.extend_from_slice(&chunk),
                Err(silence) => {
                    if exited.is_none() {
                        exited = self.running.ended().map(|code| (code, Instant::now()));
                    }
                    if silence == Missing::Never {
                        match exited {
                            Some((code, _)) => break Ending::Exited(code),
                            None => thread::sleep(LOOK_EVERY),
                        }
                    }
                }
            }
        };
        self.end();
        self.bytes.truncate(usize::try_from(self.limits.bytes).unwrap_or(usize::MAX));
        Answer { ending, bytes: self.bytes, detail: None }
    }

    fn over_size(&self) -> bool {
        self.bytes.len() as u64 > self.limits.bytes
    }

    /// Ends the program if it still runs, and waits for its end, but not forever.
    fn end(&self) {
        self.running.end();
        let until = Instant::now() + GRACE;
        while self.running.ended().is_none() && Instant::now() < until {
            thread::sleep(LOOK_EVERY);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, limits: RunLimits) -> Answer {
        run(Path::new("/bin/sh"), &["-c".to_owned(), script.to_owned()], limits)
    }

    const AMPLE: RunLimits = RunLimits { time: Duration::from_secs(20), bytes: 1 << 20 };

    #[test]
    fn both_streams_come_in_the_order_of_printing() {
        let began = Instant::now();
        let answer = shell("echo one; echo two >&2; echo three; exit 7", AMPLE);
        assert!(began.elapsed() < GRACE, "the end of the output was noticed, not waited for");
        assert_eq!(answer.ending, Ending::Exited(7));
        assert_eq!(answer.bytes, b"one\ntwo\nthree\n");
    }

    #[test]
    fn a_program_that_does_not_end_is_ended_and_what_it_said_is_kept() {
        let began = Instant::now();
        let answer = shell("echo early; exec sleep 60", RunLimits { time: Duration::from_millis(300), ..AMPLE });
        assert_eq!((answer.ending, answer.bytes.as_slice()), (Ending::OutOfTime, b"early\n".as_slice()));
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_program_that_closes_its_output_and_does_not_end_is_ended_too() {
        let answer = shell("exec >&- 2>&-; exec sleep 60", RunLimits { time: Duration::from_millis(300), ..AMPLE });
        assert_eq!(answer.ending, Ending::OutOfTime);
    }

    #[test]
    fn a_program_that_somebody_kills_has_not_succeeded() {
        let answer = shell("echo early; kill -9 $$", AMPLE);
        assert_eq!((answer.ending, answer.bytes.as_slice()), (Ending::Exited(-1), b"early\n".as_slice()));
    }

    #[test]
    fn output_without_end_is_cut_at_the_limit() {
        let answer = shell("while :; do echo 0123456789; done", RunLimits { bytes: 1000, ..AMPLE });
        assert_eq!((answer.ending, answer.bytes.len()), (Ending::Cut, 1000));
    }

    #[test]
    fn output_of_exactly_the_limit_is_whole() {
        let answer = shell("printf 0123456789", RunLimits { bytes: 10, ..AMPLE });
        assert_eq!((answer.ending, answer.bytes.len()), (Ending::Exited(0), 10));
    }

    #[test]
    fn a_grandchild_that_holds_the_output_does_not_hold_us() {
        let began = Instant::now();
        let answer = shell("sleep 30 & echo done", AMPLE);
        assert_eq!((answer.ending, answer.bytes.as_slice()), (Ending::Exited(0), b"done\n".as_slice()));
        assert!(began.elapsed() < Duration::from_secs(15));
    }

    #[test]
    fn standard_input_is_empty() {
        assert_eq!(shell("cat", AMPLE).ending, Ending::Exited(0));
    }

    #[test]
    fn a_program_that_is_not_there_is_absent() {
        assert_eq!(run(Path::new("/no/such/program"), &[], AMPLE).ending, Ending::Absent);
    }
}
