//! Encrypted files, identity files and maps of tokens.

#![no_main]

#[expect(dead_code, reason = "each target has one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::keys(bytes));
