//! The head of the window: what the case comes down to, how much could be judged, and of which hosts.

use egui::{FontId, Layout, RichText, Ui};

use crate::gui::action::{Action, Pick, Tab};
use crate::gui::badge::badge;
use crate::gui::content::Content;
use crate::gui::row::wrapped;
use crate::gui::theme::{self, Palette};
use crate::report::headline::plural;

/// Shows the bar on top: the name of the case, and the buttons that are always there.
pub fn bar(ui: &mut Ui, content: Option<&Content>) -> Option<Action> {
    let palette = Palette::of(ui);
    let mut asked = None;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Kerbscope").size(theme::BODY + 1.0).color(palette.accent));
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            asked = buttons(ui, content.is_some());
            if let Some(content) = content {
                ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
                    let names = RichText::new(&content.names).color(palette.weak);
                    ui.add(egui::Label::new(names).truncate()).on_hover_text(&content.names);
                });
            }
        });
    });
    asked
}

/// The buttons, from right to left.
fn buttons(ui: &mut Ui, has_case: bool) -> Option<Action> {
    let theme = if ui.visuals().dark_mode { "Light theme" } else { "Dark theme" };
    let mut buttons = vec![("Keys", "All keys (F1)", Action::ToggleHelp), (theme, "Ctrl+T", Action::ToggleTheme)];
    if has_case {
        buttons.push(("Start page", "What was opened before", Action::ShowStart));
        buttons.push(("Open…", "Open another bundle (Ctrl+O)", Action::Browse(Pick::Files)));
    }
    let mut asked = None;
    for (text, hint, action) in buttons {
        if ui.button(text).on_hover_text(hint).clicked() {
            asked = Some(action);
        }
    }
    asked
}

/// Shows what the case comes down to, and the tabs.
pub fn ui(ui: &mut Ui, content: &Content, tab: Tab) -> Option<Action> {
    let palette = Palette::of(ui);
    let (word, tone) = content.mood;
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.add_space(4.0);
            badge(ui, word, tone);
        });
        // A hostile name may be long: the headline never takes the window for itself.
        let font = FontId::proportional(theme::HEADLINE);
        let headline = wrapped(&content.headline, font, palette.text, ui.available_width(), 3);
        ui.add(egui::Label::new(headline).wrap());
    });
    ui.label(RichText::new(&content.tally).color(palette.text));
    for host in content.hosts.iter().take(4) {
        ui.add(egui::Label::new(RichText::new(host).size(theme::SMALL).color(palette.weak)).truncate());
    }
    let more = content.hosts.len().saturating_sub(4);
    if more > 0 {
        let names = content.hosts.iter().skip(4).map(String::as_str).collect::<Vec<_>>().join("\n");
        ui.label(RichText::new(format!("and {}", plural(more, "more host"))).size(theme::SMALL)).on_hover_text(names);
    }
    ui.add_space(4.0);
    tabs(ui, content, tab)
}

fn tabs(ui: &mut Ui, content: &Content, tab: Tab) -> Option<Action> {
    let mut asked = None;
    let exchanges = content.exchanges.len();
    ui.horizontal(|ui| {
        for (which, text, hint) in [
            (Tab::Findings, "Diagnosis".to_owned(), "What is wrong, and what could not be judged (Ctrl+1)"),
            (Tab::Exchanges, format!("Exchanges ({exchanges})"), "What happens at each URL, step by step (Ctrl+2)"),
        ] {
            if ui.selectable_label(tab == which, text).on_hover_text(hint).clicked() {
                asked = Some(Action::Show(which));
            }
        }
    });
    asked
}
