//! Whole bundles, from the zip to the reports. Changes go into what a member holds, and into its name.

#![no_main]

#[expect(dead_code, reason = "each target has one of the bodies")]
mod bodies;
mod members;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::bundle(bytes));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // Sometimes the zip itself is what changes.
    let changed = if seed % 8 == 0 { None } else { members::change_one(&data[..size], max_size, seed) };
    let Some(changed) = changed else { return libfuzzer_sys::fuzzer_mutate(data, size, max_size) };
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
});
