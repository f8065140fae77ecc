//! What lies over or above the rest: what is being opened, what could not be, the keys, and a field for a path.

use std::path::PathBuf;

use egui::{Layout, Margin, RichText, Ui, vec2};

use crate::gui::action::{Action, Pick};
use crate::gui::keys::{self, Group};
use crate::gui::load::{Failure, Loading};
use crate::gui::paging;
use crate::gui::theme::{self, Palette, Tone};

fn strip(ui: &Ui, tone: Tone) -> egui::Frame {
    egui::Frame::new().fill(Palette::of(ui).ground(tone)).inner_margin(Margin::symmetric(16, 8))
}

/// How wide a sheet is: as wide as it wants to be, or as the window lets it.
pub fn width(ctx: &egui::Context, wanted: f32) -> f32 {
    wanted.min(ctx.content_rect().width() - 72.0)
}

/// The sheet that a question lies on.
pub fn sheet(ctx: &egui::Context) -> egui::Frame {
    egui::Frame::window(&ctx.global_style()).inner_margin(Margin::same(20))
}

/// Shows what is being opened, for how long, how far it has come, and a button that stops it.
pub fn loading(ui: &mut Ui, loading: &Loading) -> Option<Action> {
    let palette = Palette::of(ui);
    let frame = strip(ui, Tone::Calm);
    let mut action = None;
    egui::Panel::top("loading").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.add(egui::Spinner::new().size(16.0).color(palette.ink(Tone::Calm)));
            let reached = loading.reached().map(|words| format!("  ·  {words}")).unwrap_or_default();
            let note = format!("{}  ·  {} s{reached}", loading.stage, loading.since.elapsed().as_secs());
            ui.label(RichText::new(note).color(palette.weak));
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button("Cancel").clicked() {
                    action = Some(Action::CancelLoading);
                }
                ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
                    ui.add(egui::Label::new(format!("Opening {}", loading.names)).truncate());
                });
            });
        });
    });
    action
}

/// Shows how far the writing of a file has come, and a button that stops it.
pub fn writing(ui: &mut Ui, reached: &str) -> Option<Action> {
    let palette = Palette::of(ui);
    let shown = egui::Panel::top("writing").frame(strip(ui, Tone::Calm)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.add(egui::Spinner::new().size(16.0).color(palette.ink(Tone::Calm)));
            ui.add(egui::Label::new(reached).truncate());
            ui.button("Stop writing").clicked()
        })
    });
    shown.inner.inner.then_some(Action::StopWriting)
}

/// Shows what could not be opened, and what to do.
pub fn failures(ui: &mut Ui, failures: &[Failure]) -> Option<Action> {
    let palette = Palette::of(ui);
    let frame = strip(ui, Tone::Bad);
    let mut action = None;
    egui::Panel::top("failures").frame(frame).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(egui::Align::Min), |ui| {
            if ui.button("Dismiss").clicked() {
                action = Some(Action::DismissFailure);
            }
            ui.vertical(|ui| {
                for failure in failures.iter().take(5) {
                    ui.label(RichText::new(&failure.what).color(palette.ink(Tone::Bad)));
                    ui.label(RichText::new(failure.advice).color(palette.text));
                }
                if failures.len() > 5 {
                    ui.label(format!("and {} more", failures.len().saturating_sub(5)));
                }
            });
        });
    });
    action
}

/// Shows that boxes stand for characters, and what to do.
pub fn no_font(ui: &mut Ui, words: &str) -> Option<Action> {
    let palette = Palette::of(ui);
    let frame = strip(ui, Tone::Warn);
    let shown = egui::Panel::top("fonts").frame(frame).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(egui::Align::Min), |ui| {
            let dismissed = ui.button("Dismiss").on_hover_text("Put this sentence away").clicked();
            ui.vertical(|ui| {
                ui.label(RichText::new(words).color(palette.ink(Tone::Warn)));
                let advice = "Install one that has them, such as Noto Sans CJK, and start Kerbscope again. What is copied \
                              or saved has every character.";
                ui.label(RichText::new(advice).color(palette.text));
            });
            dismissed.then_some(Action::DismissMissingFont)
        })
        .inner
    });
    shown.inner
}

/// Shows all keys.
pub fn help(ctx: &egui::Context) -> Option<Action> {
    let modal = egui::Modal::new(egui::Id::unique("keys")).frame(sheet(ctx)).show(ctx, |ui| {
        let wide = width(ctx, 880.0);
        ui.set_width(wide);
        ui.label(RichText::new("Keys").size(theme::TITLE));
        ui.add_space(6.0);
        let room = (ctx.content_rect().height() - 170.0).max(120.0);
        let area = egui::ScrollArea::vertical().max_height(room).auto_shrink([false, true]);
        area.show(ui, |ui| {
            paging::keys(ui);
            // Two columns, where they are wide enough to be read.
            if wide < 700.0 {
                for group in Group::ALL {
                    keys_of(ui, group);
                }
                return;
            }
            let [first, second] = Group::COLUMNS;
            ui.columns(2, |columns| {
                for (ui, groups) in columns.iter_mut().zip([first, second]) {
                    for group in groups {
                        keys_of(ui, *group);
                    }
                }
            });
        });
        ui.add_space(8.0);
        ui.button("Close").clicked()
    });
    (modal.inner || modal.should_close()).then_some(Action::ToggleHelp)
}

fn keys_of(ui: &mut Ui, group: Group) {
    let palette = Palette::of(ui);
    ui.spacing_mut().interact_size.y = 0.0;
    ui.add_space(4.0);
    ui.label(RichText::new(group.title()).color(palette.accent));
    egui::Grid::new(group.title()).num_columns(2).spacing(vec2(14.0, 4.0)).min_col_width(112.0).show(ui, |ui| {
        for binding in keys::rows().filter(|binding| binding.group == group && !binding.keys.is_empty()) {
            ui.label(RichText::new(binding.keys).monospace());
            ui.add(egui::Label::new(RichText::new(binding.does).color(palette.weak)).wrap());
            ui.end_row();
        }
    });
    ui.add_space(6.0);
}

/// Shows a field for a path, where the desktop has no dialog.
pub fn path_field(ctx: &egui::Context, pick: Pick, text: &mut String) -> Option<Action> {
    let (title, button, name) = match pick {
        Pick::Report(_) | Pick::Events(_) => {
            ("Save by path", "Save", "Path of the file to write; one that is there stays as it is")
        }
        Pick::Compare => ("Open by path", "Compare", "Path of the bundle to compare with"),
        _ => ("Open by path", "Open", "Path of a bundle, a zip, a folder, or a file"),
    };
    let modal = egui::Modal::new(egui::Id::unique("path")).frame(sheet(ctx)).show(ctx, |ui| {
        ui.set_width(width(ctx, 520.0));
        ui.label(RichText::new(title).size(theme::TITLE));
        let words = "This desktop has no file dialog. Type or paste a path, or drop a file on the window.";
        ui.label(RichText::new(words).color(Palette::of(ui).weak));
        ui.add_space(6.0);
        let label = ui.label(name);
        let field = egui::TextEdit::singleline(text).desired_width(f32::INFINITY).margin(vec2(8.0, 6.0));
        let field = ui.add(field).labelled_by(label.id);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if !entered && ui.memory(|memory| memory.focused().is_none()) {
            field.request_focus();
        }
        ui.add_space(8.0);
        let buttons = ui.horizontal(|ui| (ui.button(button).clicked(), ui.button("Cancel").clicked())).inner;
        (entered || buttons.0, buttons.1)
    });
    let (open, cancel) = modal.inner;
    // Explorer copies paths in quotes.
    let path = text.trim().trim_matches('"');
    if open && !path.is_empty() {
        let path = PathBuf::from(path);
        return Some(match pick {
            Pick::Report(form) => Action::WriteReport(form, path),
            Pick::Events(form) => Action::WriteEvents(form, path),
            Pick::Compare => Action::OpenToCompare(vec![path]),
            _ => Action::Open(vec![path]),
        });
    }
    (cancel || modal.should_close()).then_some(Action::CloseDialog)
}

/// Says for a moment that something was done.
pub fn toast(ctx: &egui::Context, text: &str) {
    let area = egui::Area::new(egui::Id::unique("toast")).anchor(egui::Align2::RIGHT_BOTTOM, vec2(-16.0, -16.0));
    area.order(egui::Order::Tooltip).interactable(false).show(ctx, |ui| {
        let palette = Palette::of(ui);
        let frame = egui::Frame::new().fill(palette.ground(Tone::Good)).corner_radius(theme::RADIUS);
        frame.inner_margin(Margin::symmetric(14, 8)).show(ui, |ui| {
            ui.set_max_width(520.0);
            ui.add(egui::Label::new(RichText::new(text).color(palette.ink(Tone::Good))).truncate());
        });
    });
}
