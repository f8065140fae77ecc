//! Binary event logs (`.evtx`): chunks from a stream, records from chunks, and the fields of those that are asked for.

pub mod ahead;
pub mod bytes;
pub mod chunk;
pub mod element;
pub mod instance;
pub mod log;
pub mod loss;
pub mod record;
pub mod shape;
pub mod shapes;
pub mod value;
pub mod whole;
