//! The whole analyzer, from bytes to reports: laws, golden reports, hostile input, real logs, the command line.

#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on may say so")]

mod cache;
mod catalogue;
mod command_line;
mod completions;
mod corpus;
mod damaged_logs;
mod damaged_stories;
mod event_xml;
mod events;
mod evidence;
mod explained;
mod frozen;
mod fuzzed;
mod golden;
mod hostile;
mod house;
mod integrity;
mod laws;
mod pages;
mod pseudonym;
mod sample;
mod schema;
mod sealed;
mod second_reader;
mod sides;
mod try_fix;
