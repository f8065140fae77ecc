//! All keys in one table: it makes them work, and it is what F1 shows.

use egui::{Event, Key, KeyboardShortcut, Modifiers};

use crate::gui::action::{Action, Pick};
use crate::gui::report_file::ReportForm;
use crate::gui::view::View;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Choose what to open.
    Open,
    /// Open the sample.
    Sample,
    /// Select what follows.
    Next,
    /// Select what precedes.
    Previous,
    /// Copy the first command that fixes the selected finding.
    CopyFix,
    /// Try the first fix of the selected finding.
    TryFix,
    /// Show a view.
    Show(View),
    /// Show the graph of the accounts.
    Graph,
    /// Go back.
    Back,
    /// Go on again.
    Forward,
    /// Dark or light.
    Theme,
    /// The list of keys.
    Help,
    /// Close what lies on top.
    Escape,
    /// Close the window.
    Quit,
    /// Save a report.
    Report(ReportForm),
    /// Copy the case in a few lines.
    Summary,
    /// The command palette.
    Palette,
    /// The start page.
    Start,
    /// The window itself, or what has the keyboard, sees to it.
    BuiltIn,
}

/// What keys are good for; the sheet shows them under these titles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The views.
    Views,
    /// The case as a whole.
    Case,
    /// A list, and the text beside it.
    Lists,
    /// Events and files.
    Files,
    /// The window.
    Window,
}

impl Group {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Views, Self::Case, Self::Lists, Self::Files, Self::Window];

    /// How the sheet shares them out to two columns of about the same length.
    pub const COLUMNS: [&[Self]; 2] = [&[Self::Views, Self::Case], &[Self::Lists, Self::Files, Self::Window]];

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Views => "Views",
            Self::Case => "Case",
            Self::Lists => "Lists and text",
            Self::Files => "Files",
            Self::Window => "Window",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Where the sheet shows it.
    pub group: Group,
    /// What it asks for.
    pub command: Command,
    /// The keys, as people write them.
    pub keys: &'static str,
    /// What they do.
    pub does: &'static str,
    shortcuts: &'static [KeyboardShortcut],
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn with_ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn with_alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

const fn with_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn view(view: View, does: &'static str, shortcuts: &'static [KeyboardShortcut]) -> Binding {
    row(Group::Views, Command::Show(view), view.keys(), does, shortcuts)
}

/// A key that the window itself, or what has the keyboard, sees to.
const fn built_in(group: Group, keys: &'static str, does: &'static str) -> Binding {
    row(group, Command::BuiltIn, keys, does, &[])
}

/// A command that only the palette offers.
const fn by_name(command: Command, does: &'static str) -> Binding {
    row(Group::Case, command, "", does, &[])
}

const fn row(
    group: Group,
    command: Command,
    keys: &'static str,
    does: &'static str,
    shortcuts: &'static [KeyboardShortcut],
) -> Binding {
    Binding { group, command, keys, does, shortcuts }
}

/// Every key.
pub const TABLE: &[Binding] = &[
    row(Group::Case, Command::Open, "Ctrl+O", "open", &[with_ctrl(Key::O)]),
    by_name(Command::Sample, "open a sample: a made-up server with one fault"),
    row(Group::Lists, Command::Next, "J  or  ↓", "next in the list", &[plain(Key::J), plain(Key::ArrowDown)]),
    row(Group::Lists, Command::Previous, "K  or  ↑", "previous in the list", &[plain(Key::K), plain(Key::ArrowUp)]),
    built_in(Group::Lists, "/", "type into the field of the view"),
    built_in(Group::Lists, "PgUp  PgDn", "a page up or down"),
    built_in(Group::Lists, "Home  End", "the beginning or the end"),
    built_in(Group::Lists, "Tab", "go to the next button or row"),
    built_in(Group::Lists, "Enter", "press it"),
    row(Group::Case, Command::CopyFix, "C", "copy the first command that fixes it", &[plain(Key::C)]),
    row(Group::Case, Command::TryFix, "T", "try that fix and show what follows, or stop", &[plain(Key::T)]),
    built_in(Group::Case, "Ctrl+C", "copy the command whose button has the keyboard, or the marked text"),
    view(View::Overview, "overview", &[with_ctrl(Key::Num1)]),
    view(View::Findings, "findings", &[with_ctrl(Key::Num2)]),
    view(View::Exchanges, "exchanges", &[with_ctrl(Key::Num3)]),
    view(View::Sites, "sites", &[with_ctrl(Key::Num4)]),
    view(View::Accounts, "accounts and SPNs", &[with_ctrl(Key::Num5)]),
    view(View::Tickets, "tickets", &[with_ctrl(Key::Num6)]),
    view(View::Events, "events", &[with_ctrl(Key::Num7)]),
    view(View::Artifacts, "artifacts", &[with_ctrl(Key::Num8)]),
    view(View::Compare, "compare", &[with_ctrl(Key::Num9)]),
    row(Group::Views, Command::Back, "Alt+←", "back to where you were", &[with_alt(Key::ArrowLeft)]),
    row(Group::Views, Command::Forward, "Alt+→", "on again", &[with_alt(Key::ArrowRight)]),
    built_in(Group::Files, "N", "next match of the search"),
    built_in(Group::Files, "Shift+N", "the match before"),
    row(
        Group::Case,
        Command::Palette,
        "Ctrl+P",
        "find a command, a finding, a URL, a site or an account",
        &[with_ctrl(Key::P)],
    ),
    row(Group::Case, Command::Report(ReportForm::Html), "Ctrl+S", "save the report as HTML", &[with_ctrl(Key::S)]),
    by_name(Command::Report(ReportForm::Markdown), "save the report as Markdown"),
    by_name(Command::Report(ReportForm::Json), "save the report as JSON"),
    by_name(Command::Report(ReportForm::DomainAdministrator), "save the page for your domain administrator"),
    by_name(Command::Summary, "copy the case in a few lines, for a ticket"),
    by_name(Command::Graph, "the graph of sites, pools, accounts and SPNs"),
    by_name(Command::Start, "start page"),
    row(Group::Window, Command::Theme, "Ctrl+T", "dark or light theme", &[with_ctrl(Key::T)]),
    built_in(Group::Window, "Ctrl + / - / 0", "larger, smaller, usual size"),
    row(
        Group::Window,
        Command::Help,
        "F1  or  ?",
        "all keys",
        &[plain(Key::F1), plain(Key::Questionmark), with_shift(Key::Questionmark)],
    ),
    row(Group::Window, Command::Escape, "Esc", "close what lies on top", &[plain(Key::Escape)]),
    row(Group::Window, Command::Quit, "Ctrl+Q", "quit", &[with_ctrl(Key::Q)]),
];

/// The rows that the start page shows.
pub const HINTS: [Command; 4] = [Command::Open, Command::Next, Command::CopyFix, Command::Help];

/// The rows that do something in this window: a view that cannot be shown has no key.
pub fn rows() -> impl Iterator<Item = &'static Binding> {
    TABLE.iter().filter(|binding| !matches!(binding.command, Command::Show(view) if !view.is_shown()))
}

impl Binding {
    /// Whether it does something only while a case is open.
    pub const fn needs_case(&self) -> bool {
        !matches!(
            self.command,
            Command::Open
                | Command::Sample
                | Command::Theme
                | Command::Help
                | Command::Quit
                | Command::Escape
                | Command::BuiltIn
        )
    }
}

/// The row of a command.
pub fn binding(command: Command) -> Option<&'static Binding> {
    TABLE.iter().find(|binding| binding.command == command)
}

/// What the keys ask for that were pressed. Keys without Ctrl belong to a field while someone types in it.
pub fn pressed(ctx: &egui::Context) -> Option<Action> {
    let typing = ctx.text_edit_focused();
    let is_pressed = |shortcut: &KeyboardShortcut| {
        let free = shortcut.modifiers.command
            || shortcut.modifiers.alt
            || matches!(shortcut.logical_key, Key::F1 | Key::Escape)
            || !typing;
        free && ctx.input_mut(|input| consume(&mut input.events, *shortcut))
    };
    let binding = rows().find(|binding| binding.shortcuts.iter().any(is_pressed))?;
    action(binding.command)
}

/// Whether a key does what it says while the sheet of keys lies over the window.
pub const fn is_for_sheet(action: &Action) -> bool {
    matches!(action, Action::ToggleHelp | Action::Escape | Action::ToggleTheme | Action::Quit)
}

/// Takes the shortcut out of the events, if it is among them.
///
/// `InputState::consume_shortcut` would also take the key together with Shift or Alt. The modifiers that count are
/// those of the event: when the window was slow, Ctrl is up again by the time the event is looked at.
fn consume(events: &mut Vec<Event>, shortcut: KeyboardShortcut) -> bool {
    let before = events.len();
    events.retain(|event| match event {
        Event::Key { key, pressed: true, modifiers, .. } => {
            *key != shortcut.logical_key || !modifiers.matches_exact(shortcut.modifiers)
        }
        _ => true,
    });
    events.len() < before
}

/// What a command asks for; nothing, where the window itself sees to it.
pub const fn action(command: Command) -> Option<Action> {
    Some(match command {
        Command::Open => Action::Browse(Pick::Files),
        Command::Sample => Action::OpenSample,
        Command::Next => Action::Next,
        Command::Previous => Action::Previous,
        Command::CopyFix => Action::CopyFix,
        Command::TryFix => Action::TryFix,
        Command::Graph => Action::ShowGraph,
        Command::Show(view) => Action::Show(view),
        Command::Back => Action::Back,
        Command::Forward => Action::Forward,
        Command::Theme => Action::ToggleTheme,
        Command::Palette => Action::ShowPalette,
        Command::Report(form) => Action::SaveReport(form),
        Command::Summary => Action::CopySummary,
        Command::Start => Action::ShowStart,
        Command::Help => Action::ToggleHelp,
        Command::Escape => Action::Escape,
        Command::Quit => Action::Quit,
        Command::BuiltIn => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(modifiers: Modifiers) -> Event {
        Event::Key { key: Key::O, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    #[test]
    fn a_shortcut_is_taken_with_its_own_modifiers_and_no_others() {
        let ctrl = Modifiers { ctrl: true, command: true, ..Modifiers::NONE };
        for (modifiers, taken) in [(ctrl, true), (Modifiers::NONE, false), (ctrl | Modifiers::SHIFT, false)] {
            assert_eq!(consume(&mut vec![event(modifiers)], with_ctrl(Key::O)), taken, "{modifiers:?}");
        }
    }

    #[test]
    fn no_key_means_two_things() {
        let all: Vec<_> = TABLE.iter().flat_map(|binding| binding.shortcuts).collect();
        for (index, shortcut) in all.iter().enumerate() {
            assert!(!all[index + 1..].contains(shortcut), "{shortcut:?}");
        }
    }
}
