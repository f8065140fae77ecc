//! What shells complete is what the program takes: neither more nor less.

use std::collections::BTreeSet;
use std::path::Path;

use crate::command_line::{kerbscope, words};

/// The words that stand behind a mark.
fn behind<'a>(text: &'a str, mark: &str) -> BTreeSet<&'a str> {
    let word = |rest: &'a str| rest.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap_or_default();
    text.split(mark).skip(1).map(word).filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase())).collect()
}

#[test]
fn shells_complete_every_command_and_option_of_the_help() {
    let help = words(&kerbscope(&["--help"]));
    let usage = help.split("A PATH is").next().expect("begins with the usage");
    let (options, commands) = (behind(&help, "--"), behind(usage, "  kerbscope "));
    assert!(options.len() > 15 && commands.len() == 6, "{options:?} {commands:?}");
    for (file, mark) in [("kerbscope.bash", "--"), ("_kerbscope", "--"), ("kerbscope.fish", "-l ")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/linux").join(file);
        let script = std::fs::read_to_string(path).expect("is there");
        // In fish, variables are made with the same letter.
        let script = script.replace("set -l ", "set ");
        assert_eq!(behind(&script, mark), options, "{file}");
        assert!(commands.iter().all(|command| script.contains(command)), "{file}");
    }
}
