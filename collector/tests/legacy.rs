//! The script for old servers keeps to the language that Windows 2000 understands.
//!
//! Its engine, JScript 5.1, is nowhere to be had for a test, and every engine that is knows more. So the text itself is
//! looked at: no word, no method and no form of a regular expression that came later.

#![expect(clippy::indexing_slicing, clippy::expect_used, reason = "a test that cannot go on may say so")]

use std::fmt::Write as _;

use kerbscope_shared::kind::ArtifactKind;

/// The script.
const SCRIPT: &str = include_str!("../legacy/kerbscope-legacy.js");

/// Properties that JScript 5.1 lacks.
const LATER_PROPERTIES: &str = " message lastIndex input Named CurrentDirectory ";

/// Methods that JScript 5.1 lacks.
const LATER_METHODS: &str = " push pop shift unshift splice call apply bind hasOwnProperty isPrototypeOf \
     propertyIsEnumerable toFixed toPrecision toExponential toLocaleLowerCase toLocaleUpperCase localeCompare \
     trim trimStart trimEnd forEach map filter reduce some every find includes startsWith endsWith repeat padStart \
     padEnd keys values entries assign create freeze defineProperty isArray now toISOString toJSON ";

/// Words that mean nothing to it, or something else.
const LATER_WORDS: &str = " undefined JSON Map Set WeakMap Promise Symbol Proxy Reflect let const class extends async \
     await yield of encodeURI encodeURIComponent decodeURI decodeURIComponent console require module import export \
     globalThis BigInt Uint8Array instanceof debugger ";

/// Words that may stand nowhere but as what they are.
const RESERVED: &str = " break case catch continue default delete do else finally for function if in new return switch \
     this throw try typeof var void while with boolean byte char double float int long short abstract final goto \
     implements interface native package private protected public static super synchronized throws transient volatile \
     enum null true false ";

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text,
    Regex(String),
    Mark(char),
}

/// Takes the script apart, each token with its line.
fn tokens(script: &str) -> Vec<(usize, Token)> {
    let characters: Vec<char> = script.chars().collect();
    let mut tokens: Vec<(usize, Token)> = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < characters.len() {
        let begin = at;
        let character = characters[at];
        let next = characters.get(at + 1).copied().unwrap_or(' ');
        if character.is_whitespace() {
            at += 1;
        } else if character == '/' && next == '/' {
            at = position(&characters, at, |end| characters[end] == '\n');
        } else if character == '"' || character == '\'' {
            at = after_quoted(&characters, at, character);
            tokens.push((line, Token::Text));
        } else if character == '/' && begins_regex(tokens.last()) {
            let end = after_quoted(&characters, at, '/');
            at = position(&characters, end, |end| !characters[end].is_alphanumeric());
            tokens.push((line, Token::Regex(characters[begin..at].iter().collect())));
        } else if character.is_alphanumeric() || character == '_' || character == '$' {
            at =
                position(&characters, at, |end| !(characters[end].is_alphanumeric() || "_$".contains(characters[end])));
            tokens.push((line, Token::Word(characters[begin..at].iter().collect())));
        } else {
            at += 1;
            tokens.push((line, Token::Mark(character)));
        }
        line += characters[begin..at].iter().filter(|character| **character == '\n').count();
    }
    tokens
}

fn position(characters: &[char], from: usize, ends: impl Fn(usize) -> bool) -> usize {
    (from..characters.len()).find(|end| ends(*end)).unwrap_or(characters.len())
}

/// The place behind a text or a regular expression; in a class of characters, a slash does not end the latter.
fn after_quoted(characters: &[char], from: usize, quote: char) -> usize {
    let (mut at, mut class) = (from + 1, false);
    while at < characters.len() && (class || characters[at] != quote) {
        match characters[at] {
            '\\' => at += 1,
            '[' if quote == '/' => class = true,
            ']' => class = false,
            _ => {}
        }
        at += 1;
    }
    at + 1
}

fn begins_regex(before: Option<&(usize, Token)>) -> bool {
    match before {
        Some((_, Token::Word(word))) => word == "return" || word == "case" || word == "typeof",
        Some((_, Token::Mark(mark))) => !")]}".contains(*mark),
        Some(_) => false,
        None => true,
    }
}

/// What is wrong with a script, a line each.
fn problems(script: &str) -> String {
    let tokens = tokens(script);
    let mut found = String::new();
    for (number, (line, token)) in tokens.iter().enumerate() {
        let mark = |offset: isize| match number.checked_add_signed(offset).and_then(|number| tokens.get(number)) {
            Some((_, Token::Mark(mark))) => *mark,
            _ => ' ',
        };
        let problem = match token {
            Token::Word(word) if mark(-1) == '.' && is_in(LATER_PROPERTIES, word) => "a property that came later",
            Token::Word(word) if mark(-1) == '.' && mark(1) == '(' && is_in(LATER_METHODS, word) => {
                "a method that came later"
            }
            Token::Word(word) if is_in(RESERVED, word) && (mark(-1) == '.' || is_key(&tokens, number)) => {
                "a reserved word"
            }
            Token::Word(word) if mark(-1) != '.' && is_in(LATER_WORDS, word) => "a word that came later",
            Token::Word(word) if word == "in" && !is_loop(&tokens, number) => "the operator in",
            Token::Word(word) if word == "replace" && mark(1) == '(' && replaces_by_function(&tokens, number) => {
                "a replacement that is a function"
            }
            Token::Word(word) if word == "substr" && mark(2) == '-' => "a negative start",
            Token::Mark(',') if matches!(mark(1), '}' | ']' | ',' | ')') => "a comma before the end",
            Token::Mark('`') => "a template",
            Token::Mark('=') if mark(1) == '>' => "an arrow",
            Token::Mark('.') if mark(1) == '.' => "a spread",
            Token::Regex(regex) => regex_problem(regex).unwrap_or_default(),
            _ => "",
        };
        if !problem.is_empty() {
            writeln!(found, "line {line}: {problem}: {token:?}").expect("is written");
        }
    }
    found
}

fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// Whether a word is the name of a member in an object: `{ word: …` or `, word: …`.
fn is_key(tokens: &[(usize, Token)], number: usize) -> bool {
    let at = |number: usize| tokens.get(number).map(|(_, token)| token);
    let before = number.checked_sub(1).and_then(at);
    at(number + 1) == Some(&Token::Mark(':')) && matches!(before, Some(Token::Mark('{' | ',')))
}

/// Whether this `in` is one of `for (var name in …)`.
fn is_loop(tokens: &[(usize, Token)], number: usize) -> bool {
    let before = number.checked_sub(4).map(|first| &tokens[first..number]);
    matches!(before, Some([(_, Token::Word(word)), (_, Token::Mark('(')), (_, Token::Word(_)), _]) if word == "for")
}

/// Whether a function stands among the arguments of the call that begins here.
fn replaces_by_function(tokens: &[(usize, Token)], number: usize) -> bool {
    let mut depth = 0;
    for (_, token) in &tokens[number + 1..] {
        match token {
            Token::Mark('(') => depth += 1,
            Token::Mark(')') => depth -= 1,
            Token::Word(word) if word == "function" => return true,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    false
}

fn regex_problem(regex: &str) -> Option<&'static str> {
    let flags = regex.rsplit('/').next().unwrap_or_default();
    let lazy = ["*?", "+?", "??", "}?"].iter().any(|lazy| regex.replace("\\?", "").replace("\\+", "").contains(lazy));
    match () {
        () if regex.contains("(?") => Some("a group that came later"),
        () if lazy => Some("a lazy quantifier"),
        () if regex.contains("\\u") => Some("a character by its number"),
        () if flags.chars().any(|flag| !"gi".contains(flag)) => Some("a flag that came later"),
        () => None,
    }
}

#[test]
fn the_script_is_written_for_windows_2000() {
    assert_eq!(problems(SCRIPT), "");
    assert!(tokens(SCRIPT).len() > 10_000, "the script was not taken apart");
}

#[test]
fn each_thing_that_came_later_is_seen() {
    for script in [
        "list.push(1);",
        "f.call(this);",
        "if (x === undefined) { }",
        "JSON.parse(x);",
        "let x = 1;",
        "var x = { a: 1, };",
        "var x = [1, 2, ];",
        "f(a, );",
        "error.message;",
        "x.default = 1;",
        "var x = { delete: 1 };",
        "if (\"a\" in x) { }",
        "x.replace(/a/, function (found) { return found; });",
        "x.replace(/(?:a)/, \"\");",
        "x.replace(/a*?b/, \"\");",
        "x.split(/a/m);",
        "/[\\u0041]/.test(x);",
        "x.substr(-1);",
        "list.forEach(f);",
        "(a) => a;",
        "`a`;",
        "f(...a);",
        "text.trim();",
    ] {
        assert_ne!(problems(script), "", "{script}");
    }
}

#[test]
fn what_is_old_is_let_pass() {
    for script in [
        "for (var name in record) { }",
        "var x = { \"default\": 1 }; x[\"delete\"];",
        "// undefined, push and `templates` in a comment",
        "var x = \"a.push(undefined)\";",
        "x.replace(/^\\s+/, \"\"); a = b / c / d; y.sort(function (one, other) { return one - other; });",
        "/^(\\/|--?)([a-z]+)$/i.exec(x);",
        "try { f(); } catch (error) { throw error; }",
    ] {
        assert_eq!(problems(script), "", "{script}");
    }
}

#[test]
fn it_is_ascii_in_short_lines_and_functions() {
    assert!(SCRIPT.is_ascii());
    let mut began = 0;
    for (number, line) in (1..).zip(SCRIPT.lines()) {
        assert!(line.len() <= 120 && !line.ends_with(' '), "line {number}");
        if line.starts_with("function ") {
            began = number;
        }
        if line == "}" {
            assert!(number - began <= 70, "the function in line {began} has {} lines", number - began);
        }
    }
}

#[test]
fn no_name_is_given_to_two_functions() {
    let mut names: Vec<_> =
        SCRIPT.lines().filter_map(|line| line.strip_prefix("function ")?.split('(').next()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert!(count > 150 && names.len() == count, "{} of {count} names", names.len());
}

#[test]
fn it_has_the_version_of_the_project_and_of_the_format() {
    assert!(SCRIPT.contains(&format!("var VERSION = \"{}\";", env!("CARGO_PKG_VERSION"))));
    let format = format!("var FORMAT_VERSION = {};", kerbscope_shared::manifest::FORMAT_VERSION);
    assert!(SCRIPT.contains(&format), "{format}");
}

#[test]
fn its_folders_are_those_of_the_format() {
    let (_, table) = SCRIPT.split_once("var FOLDERS = {").expect("there is a table of folders");
    let (table, _) = table.split_once("};").expect("it ends");
    let words: Vec<_> = table.split('"').skip(1).step_by(2).collect();
    assert!(words.len() > 30, "{words:?}");
    for pair in words.chunks_exact(2) {
        let kind = ArtifactKind::ALL.into_iter().find(|kind| kind.folder() == pair[1]).expect("is a folder");
        let mut name = String::new();
        for letter in format!("{kind:?}").chars() {
            name.extend((letter.is_uppercase() && !name.is_empty()).then_some('-'));
            name.push(letter.to_ascii_lowercase());
        }
        assert_eq!(name, pair[0]);
    }
}
