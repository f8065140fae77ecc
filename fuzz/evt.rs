//! Event logs of Windows NT to 2003.

#![no_main]

#[expect(dead_code, reason = "each target has one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::evt(bytes));
