//! A command line to paste without fear: what a hostile bundle put into it is quoted, or refused.

use std::fmt;

/// A command line whose every part was checked or quoted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommandLine(String);

impl CommandLine {
    /// Starts a command line with a program and the options that this code writes itself.
    pub fn of(start: &str) -> Building {
        Building(Some(start.to_owned()))
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A command line that is being put together; a name that is not safe makes it none.
#[derive(Clone, Debug)]
pub struct Building(Option<String>);

impl Building {
    /// Adds text that this code writes itself.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        Self(self.0.map(|line| format!("{line} {text}")))
    }

    /// Adds a name from the bundle, in quotes where it needs them. `cmd.exe` and PowerShell give some characters a
    /// meaning even inside quotes; a name that holds one is not put on a command line at all.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        let checked = quoted(name);
        Self(self.0.zip(checked).map(|(line, name)| format!("{line} {name}")))
    }

    /// The command line, unless a name was not safe.
    pub fn build(self) -> Option<CommandLine> {
        self.0.map(CommandLine)
    }
}

fn quoted(name: &str) -> Option<String> {
    let is_word = |c: char| c.is_alphanumeric() || "-_.:/\\@$".contains(c);
    let is_quotable = |c: char| is_word(c) || " ,=+()[]#~'".contains(c);
    let option = name.starts_with(['-', '/']);
    let expands = name.contains("$(") || name.ends_with('\\');
    if name.is_empty() || name.len() > 512 || option || expands || !name.chars().all(is_quotable) {
        return None;
    }
    Some(if name.chars().all(is_word) { name.to_owned() } else { format!("\"{name}\"") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str) -> Option<String> {
        CommandLine::of("setspn -L").name(name).build().map(|line| line.to_string())
    }

    #[test]
    fn ordinary_names_are_quoted_where_they_need_it() {
        assert_eq!(line("CONTOSO\\svc-web").as_deref(), Some("setspn -L CONTOSO\\svc-web"));
        assert_eq!(line("Default Web Site").as_deref(), Some("setspn -L \"Default Web Site\""));
        assert_eq!(line("WEB01$").as_deref(), Some("setspn -L WEB01$"));
    }

    #[test]
    fn a_name_with_a_meaning_makes_no_command() {
        let hostile = [
            "x & calc",
            "a|b",
            "a\"b",
            "%COMSPEC%",
            "a^b",
            "a;b",
            "$(calc)",
            "a`b",
            "a\nb",
            "a\u{202e}b",
            "-X",
            "/all",
            "",
            "a>b",
            "a<b",
            "a!b",
            "ends\\",
        ];
        for name in hostile {
            assert_eq!(line(name), None, "{name:?}");
        }
    }
}
