//! `kerbscope-collect`: the program an administrator runs on the server.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(kerbscope_collector::visit::run(std::env::args_os().skip(1)).code())
}
