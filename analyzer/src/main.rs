//! `kerbscope`: says why Kerberos sign-in to an IIS site fails.

use std::process::ExitCode;

fn main() -> ExitCode {
    kerbscope::cli::main()
}
