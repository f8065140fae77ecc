//! The head of the window: what the case comes down to, how much could be judged, and of which hosts.

use egui::{Layout, RichText, Ui, vec2};

use crate::gui::action::{Action, Pick};
use crate::gui::badge::badge;
use crate::gui::content::Content;
use crate::gui::history::History;
use crate::gui::report_file::ReportForm;
use crate::gui::theme::{self, Palette};

/// Shows the bar on top: the name of the case, and the buttons that are always there.
pub fn bar(ui: &mut Ui, content: Option<&Content>, history: &History) -> Option<Action> {
    let palette = Palette::of(ui);
    let mut asked = None;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Kerbscope").size(theme::BODY + 1.0).color(palette.accent));
        if content.is_some() {
            asked = ways(ui, history);
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            asked = buttons(ui, content.is_some()).or(asked.take());
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

/// The way back, and on again.
fn ways(ui: &mut Ui, history: &History) -> Option<Action> {
    let mut asked = None;
    for (text, name, hint, enabled, action) in [
        ("⏴", "Back", "Back to where you were (Alt+Left)", history.has_back(), Action::Back),
        ("⏵", "Forward", "On again (Alt+Right)", history.has_forward(), Action::Forward),
    ] {
        let button = ui.add_enabled(enabled, egui::Button::new(text).min_size(vec2(28.0, 0.0)));
        if button.accessible_name(name).on_hover_text(hint).clicked() {
            asked = Some(action);
        }
    }
    asked
}

/// Below this width, the buttons that are pressed seldom stand in a menu.
const NARROW: f32 = 720.0;

/// The buttons, from right to left.
fn buttons(ui: &mut Ui, has_case: bool) -> Option<Action> {
    let theme = if ui.visuals().dark_mode { "Light theme" } else { "Dark theme" };
    let often = [("Find", "Any command, finding, URL, site or account (Ctrl+P)", Action::ShowPalette)];
    let mut seldom = vec![("Keys", "All keys (F1)", Action::ToggleHelp), (theme, "Ctrl+T", Action::ToggleTheme)];
    if has_case {
        seldom.push(("Start page", "What was opened before", Action::ShowStart));
        seldom.push(("Open…", "Open another bundle (Ctrl+O)", Action::Browse(Pick::Files)));
    }
    let is_narrow = has_case && ui.ctx().content_rect().width() < NARROW;
    let mut asked = row(ui, often);
    let more = if is_narrow { more(ui, seldom) } else { row(ui, seldom) };
    asked = more.or(asked);
    if has_case {
        asked = report_menu(ui).or(asked);
    }
    asked
}

fn row(ui: &mut Ui, buttons: impl IntoIterator<Item = (&'static str, &'static str, Action)>) -> Option<Action> {
    let mut asked = None;
    for (text, hint, action) in buttons {
        if ui.button(text).on_hover_text(hint).clicked() {
            asked = Some(action);
        }
    }
    asked
}

fn more(ui: &mut Ui, buttons: Vec<(&'static str, &'static str, Action)>) -> Option<Action> {
    let menu = ui.menu_button("More", |ui| {
        let asked = row(ui, buttons.into_iter().rev());
        if asked.is_some() {
            ui.close();
        }
        asked
    });
    menu.inner.flatten()
}

/// The ways to take the diagnosis along.
fn report_menu(ui: &mut Ui) -> Option<Action> {
    let menu = ui.menu_button("Report", |ui| {
        let mut asked = None;
        for form in ReportForm::ALL {
            if ui.button(form.title()).clicked() {
                asked = Some(Action::SaveReport(form));
            }
        }
        ui.separator();
        if ui.button("Copy the case in a few lines").clicked() {
            asked = Some(Action::CopySummary);
        }
        if asked.is_some() {
            ui.close();
        }
        asked
    });
    menu.inner.flatten()
}

/// Shows in one line what the case comes down to.
pub fn ui(ui: &mut Ui, content: &Content) {
    let palette = Palette::of(ui);
    let (word, tone) = content.mood;
    ui.horizontal(|ui| {
        badge(ui, word, tone);
        let headline = RichText::new(&content.headline).size(theme::BODY + 1.0).color(palette.text);
        ui.add(egui::Label::new(headline).truncate()).on_hover_text(format!("{}\n{}", content.headline, content.tally));
    });
}
