//! Binary event logs (`.evtx`), written as Windows writes them.

pub mod chunk;
pub mod event;
pub mod log;
pub mod template;
pub mod value;
pub mod writer;
