//! The house stands: floors import only downwards, every file has a caption, and only the doors touch the world.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors, from the ground up. Rooms of one floor do not see each other, but for the door of the terminal, which
/// opens the window.
const FLOORS: [&[&str]; 13] = [
    &["evidence"],
    &["formats"],
    &["codes"],
    &["artifacts"],
    &["facts"],
    &["exchange", "timeline"],
    &["rules"],
    &["diagnosis"],
    &["case"],
    &["report"],
    &["cache"],
    &["explain", "open", "real_names"],
    &["cli", "gui"],
];

/// What only doors may use, and `open` and `cache` for them.
const THE_WORLD: [&str; 6] =
    ["std::fs", "std::env", "std::net::Tcp", "std::io::stdout", "SystemTime::now", "Instant::now"];

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("reads the folder") {
            let path = entry.expect("reads the entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("reads the file");
                files.push((path.strip_prefix(&root).expect("is below").to_owned(), text));
            }
        }
    }
    assert!(files.len() > 50, "only {} files were found", files.len());
    files.sort();
    files
}

fn room(path: &Path) -> String {
    let first = path.iter().next().expect("has a first part").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The rooms that a text names by `crate::room`, with the line.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut imports = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for after in line.split("crate::").skip(1) {
            let room: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            imports.push((number, room));
        }
    }
    imports
}

#[test]
fn a_floor_imports_only_from_floors_below() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let own = floor(&room).unwrap_or_else(|| panic!("{room} is on no floor"));
        for (line, imported) in imports(&text) {
            let Some(other) = floor(&imported) else { continue };
            let between_doors = room == "cli" && imported == "gui";
            if !between_doors && (other > own || (other == own && imported != room)) {
                wrong.push(format!("{}:{line} imports {imported}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_first_line_is_the_caption() {
    let without: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| !text.lines().next().is_some_and(|line| line.starts_with("//! ") && line.len() > 20))
        .map(|(path, _)| path)
        .collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn a_mod_file_holds_no_code() {
    for (path, text) in sources() {
        if path.ends_with("mod.rs") {
            let code = text.lines().find(|line| {
                !(line.is_empty()
                    || line.starts_with("//!")
                    || line.starts_with("pub mod ")
                    || line.starts_with("#[cfg("))
            });
            assert_eq!(code, None, "{}", path.display());
        }
    }
}

#[test]
fn only_the_doors_touch_the_world() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        if matches!(room.as_str(), "cli" | "gui" | "open" | "cache" | "main") {
            continue;
        }
        for word in THE_WORLD {
            if text.contains(word) {
                wrong.push(format!("{} uses {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The floors of the window, from the top, as the table of `ARCHITECTURE.md` has them.
fn floors_of_the_window() -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
    let text = fs::read_to_string(path).expect("reads the document");
    let (_, section) = text.split_once("## The floors of the window").expect("a section about the window");
    let (section, _) = section.split_once("\n## ").expect("another section behind it");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|row| row.split(" | ").next());
    rows.map(|files| files.split(", ").map(|file| file.trim_matches('`').to_owned()).collect()).collect()
}

#[test]
fn the_floors_of_the_window_are_those_of_the_document() {
    let floors = floors_of_the_window();
    let floor = |file: &str| floors.iter().position(|files| files.iter().any(|known| known == file));
    let all = floors.iter().flatten().count();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, text) in sources() {
        let Ok(name) = path.strip_prefix("gui") else { continue };
        let name = name.with_extension("").to_string_lossy().into_owned();
        if name == "mod" {
            continue;
        }
        seen += 1;
        let Some(own) = floor(&name) else {
            wrong.push(format!("{name} is on no floor"));
            continue;
        };
        let imported = text.split("crate::gui::").skip(1).flat_map(|after| {
            let list = after.strip_prefix('{').and_then(|list| list.split_once('}')).map(|(list, _)| list);
            let names = list.unwrap_or(after).split(|c: char| !c.is_alphanumeric() && c != '_');
            let names: Vec<_> = if list.is_some() { names.collect() } else { names.take(1).collect() };
            names.into_iter().map(str::to_owned).collect::<Vec<_>>()
        });
        let above = imported.filter(|other| floor(other).is_some_and(|other| other < own));
        wrong.extend(above.map(|other| format!("{name} imports {other} from a floor above")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(seen, all, "the document names a file that is not there, or one twice");
}
