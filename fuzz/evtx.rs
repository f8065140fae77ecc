//! Binary event logs. Changes stay inside of records, whose sizes and checksums are made right again.

#![no_main]

#[expect(dead_code, reason = "each target has one of the bodies")]
mod bodies;
mod chunk;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::evtx(bytes));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // Sometimes the structure itself is what changes.
    if seed % 8 != 0 && chunk::change_a_record(&mut data[..size], seed) {
        return size;
    }
    libfuzzer_sys::fuzzer_mutate(data, size, max_size)
});
