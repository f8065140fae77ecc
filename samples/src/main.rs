//! Writes the bundle of every sample host into a folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kerbscope_samples::scenarios;

const USAGE: &str = "\
Writes the bundle of every sample host into a folder.

usage: kerbscope-samples [DIR]

DIR is samples/bundles unless given.";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let folder = match arguments.as_slice() {
        [] => PathBuf::from("samples/bundles"),
        [only] if only == "--help" || only == "-h" => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        [only] if !only.to_string_lossy().starts_with('-') => PathBuf::from(only),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match write_all(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{}: {problem}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn write_all(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for scenario in scenarios::all() {
        for (stem, bytes) in &scenario.bundles {
            let file = folder.join(format!("{stem}.zip"));
            std::fs::write(&file, bytes)?;
            println!("{} ({} bytes): {}", file.display(), bytes.len(), scenario.title);
        }
    }
    Ok(())
}
