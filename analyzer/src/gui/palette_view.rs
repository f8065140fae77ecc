//! The command palette: every command and every thing of the case, found as one types.

use egui::{Key, RichText, ScrollArea, Ui, vec2};

use crate::gui::action::Action;
use crate::gui::content::Content;
use crate::gui::filter_field::fits;
use crate::gui::finding_list::Reveal;
use crate::gui::keys;
use crate::gui::overlay;
use crate::gui::row::Row;
use crate::gui::theme::{self, Palette, Tone};

/// Entries that are shown at most.
const ENTRIES: usize = 60;

/// What was typed, and which entry Enter would take.
#[derive(Clone, Debug, Default)]
pub struct PaletteState {
    text: String,
    selected: usize,
}

/// Something that can be done.
struct Entry {
    word: &'static str,
    tone: Tone,
    text: String,
    note: String,
    action: Action,
}

/// Shows the palette; what was chosen, or that it is to be closed.
pub fn ui(ctx: &egui::Context, content: Option<&Content>, state: &mut PaletteState) -> Option<Action> {
    let modal = egui::Modal::new(egui::Id::unique("palette")).frame(overlay::sheet(ctx)).show(ctx, |ui| {
        ui.set_width(overlay::width(ctx, 620.0));
        let entered = field(ui, state);
        let entries = entries(content, &state.text);
        let moved = walk(ui, state, entries.len());
        let clicked = list(ui, &entries, state.selected, moved);
        clicked.or_else(|| entered.then(|| entries.get(state.selected).map(|entry| entry.action.clone())).flatten())
    });
    let closed = modal.should_close().then_some(Action::ClosePalette);
    modal.inner.or(closed)
}

/// The field; whether Enter was pressed in it.
fn field(ui: &mut Ui, state: &mut PaletteState) -> bool {
    let hint = "Type a command, a finding, a URL, a site or an account";
    let edit = egui::TextEdit::singleline(&mut state.text).hint_text(hint).desired_width(f32::INFINITY);
    let response = ui.add(edit.margin(vec2(10.0, 8.0)));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, "Command"));
    if response.changed() {
        state.selected = 0;
    }
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if !entered && ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    ui.add_space(6.0);
    entered
}

/// Moves along the list; whether it did.
fn walk(ui: &Ui, state: &mut PaletteState, count: usize) -> Reveal {
    let (down, up) = ui.input(|input| (input.key_pressed(Key::ArrowDown), input.key_pressed(Key::ArrowUp)));
    let by = isize::from(down) - isize::from(up);
    state.selected = state.selected.saturating_add_signed(by).min(count.saturating_sub(1));
    if by == 0 { Reveal::Nothing } else { Reveal::Selected }
}

fn list(ui: &mut Ui, entries: &[Entry], selected: usize, reveal: Reveal) -> Option<Action> {
    let mut asked = None;
    if entries.is_empty() {
        ui.label(RichText::new("Nothing is called like that.").color(Palette::of(ui).weak));
    }
    let room = (ui.ctx().content_rect().height() - 200.0).clamp(80.0, 360.0);
    ScrollArea::vertical().max_height(room).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for (index, entry) in entries.iter().enumerate() {
            let is_selected = index == selected;
            let badge = (entry.word, entry.tone);
            let row = Row { badge, text: &entry.text, note: &entry.note, indent: 0.0, selected: is_selected };
            let response = ui.push_id(index, |ui| row.show(ui)).inner;
            if is_selected && reveal == Reveal::Selected {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                asked = Some(entry.action.clone());
            }
        }
    });
    ui.label(
        RichText::new("Up and Down to choose, Enter to do it, Esc to leave")
            .size(theme::SMALL)
            .color(Palette::of(ui).weak),
    );
    asked
}

/// Commands first, then what the case holds once something is typed.
fn entries(content: Option<&Content>, typed: &str) -> Vec<Entry> {
    let commands = keys::rows().filter(|binding| content.is_some() || !binding.needs_case());
    let mut all: Vec<_> = commands
        .filter(|binding| fits(typed, &binding.does.to_lowercase()))
        .filter_map(|binding| {
            let action = keys::action(binding.command)?;
            Some(Entry {
                word: "command",
                tone: Tone::Unknown,
                text: capital(binding.does),
                note: spelled(binding.keys),
                action,
            })
        })
        .collect();
    if let Some(content) = content.filter(|_| !typed.trim().is_empty()) {
        all.extend(things(content).filter(|entry| fits(typed, &entry.text.to_lowercase())).take(ENTRIES));
    }
    all.truncate(ENTRIES);
    all
}

fn things(content: &Content) -> impl Iterator<Item = Entry> {
    let findings = content.findings.iter().enumerate().map(|(index, finding)| Entry {
        word: "finding",
        tone: finding.tone,
        text: finding.summary.clone(),
        note: finding.rule.to_owned(),
        action: Action::ShowFinding(index),
    });
    let exchanges = content.exchanges.iter().enumerate().map(|(index, exchange)| Entry {
        word: "exchange",
        tone: exchange.tone,
        text: exchange.url.clone(),
        note: format!("{}  ·  {}", exchange.outcome, exchange.clients),
        action: Action::ShowExchange(index),
    });
    let sites = content.sites.iter().enumerate().map(|(index, site)| Entry {
        word: "site",
        tone: Tone::Calm,
        text: if site.is_root { site.site.clone() } else { format!("{}{}", site.site, site.path) },
        note: site.host.clone(),
        action: Action::ShowSite(index),
    });
    let accounts = content.accounts.iter().enumerate().map(|(index, account)| Entry {
        word: "account",
        tone: Tone::Calm,
        text: account.name.clone(),
        note: account.kind.to_owned(),
        action: Action::ShowAccount(index),
    });
    findings.chain(exchanges).chain(sites).chain(accounts)
}

/// Arrows in words: the font of ordinary text has none.
fn spelled(keys: &str) -> String {
    let named = [('↑', "Up"), ('↓', "Down"), ('←', "Left"), ('→', "Right")];
    named.iter().fold(keys.to_owned(), |keys, (arrow, name)| keys.replace(*arrow, name))
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}", characters.as_str())
}
