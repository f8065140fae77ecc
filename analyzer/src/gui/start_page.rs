//! The page before anything is open: where to drop a bundle, what can be opened, and what was opened before.

use std::path::PathBuf;

use egui::{Align, Layout, RichText, Stroke, StrokeKind, Ui, vec2};

use crate::gui::action::{Action, Pick};
use crate::gui::badge::caption;
use crate::gui::keys;
use crate::gui::settings::Settings;
use crate::gui::theme::{self, Palette};
use crate::report::escape::escape;

/// The width of the page.
const WIDTH: f32 = 720.0;

/// What can be opened, and what it is good for.
const KINDS: [(&str, &str); 5] = [
    ("A bundle", "the zip that kerbscope-collect wrote on the IIS server, a client, or a domain controller"),
    ("An encrypted one", "ends in .age, and opens with the identity file of whoever it was encrypted for"),
    ("Any other zip", "its files are recognized by what they hold, not by their names"),
    ("A folder", "a bundle that nobody zipped, or files that someone saved by hand"),
    (
        "Loose files",
        "applicationHost.config, .evtx logs, and the output of setspn, klist, nslookup, ipconfig, systeminfo",
    ),
];

/// Shows the page.
pub fn ui(ui: &mut Ui, settings: &Settings, can_go_back: bool) -> Option<Action> {
    let mut action = None;
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let side = ((ui.available_width() - WIDTH) / 2.0).max(0.0);
        ui.horizontal_top(|ui| {
            ui.add_space(side);
            ui.vertical(|ui| {
                ui.set_max_width(WIDTH.min(ui.available_width()));
                action = page(ui, settings, can_go_back);
            });
        });
    });
    action
}

fn page(ui: &mut Ui, settings: &Settings, can_go_back: bool) -> Option<Action> {
    let palette = Palette::of(ui);
    ui.add_space(28.0);
    ui.label(RichText::new("Why does Kerberos sign-in fail?").size(theme::HEADLINE + 6.0));
    let words = "Open what was collected on the IIS server. Everything stays on this computer.";
    ui.label(RichText::new(words).color(palette.weak));
    ui.add_space(14.0);
    let mut action = drop_zone(ui, can_go_back);
    if !settings.recent.is_empty() {
        action = recently(ui, &settings.recent).or(action);
    }
    if !settings.identities.is_empty() {
        action = identities(ui, &settings.identities).or(action);
    }
    caption(ui, "What can be opened");
    egui::Grid::new("kinds").num_columns(2).spacing(vec2(16.0, 5.0)).show(ui, |ui| {
        for (kind, words) in KINDS {
            ui.label(kind);
            ui.add(egui::Label::new(RichText::new(words).color(palette.weak)).wrap());
            ui.end_row();
        }
    });
    let words = "Several at once make one case: all web servers of a farm, a client that fails, a domain controller.";
    ui.label(RichText::new(words).color(palette.weak));
    caption(ui, "Keys");
    ui.horizontal_wrapped(|ui| {
        for binding in keys::HINTS.iter().filter_map(|command| keys::binding(*command)) {
            ui.label(RichText::new(binding.keys).monospace());
            ui.label(RichText::new(binding.does).color(palette.weak));
            ui.add_space(12.0);
        }
    });
    ui.add_space(20.0);
    action
}

fn drop_zone(ui: &mut Ui, can_go_back: bool) -> Option<Action> {
    let palette = Palette::of(ui);
    let mut action = None;
    let frame = egui::Frame::new().fill(palette.surface).corner_radius(theme::RADIUS);
    let zone = frame.inner_margin(egui::Margin::same(20)).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.label(RichText::new("Drop a bundle here").size(theme::TITLE));
            ui.label(RichText::new("or").color(palette.weak));
            ui.add_space(2.0);
            let size = vec2(132.0, 32.0);
            let gap = ui.spacing().item_spacing.x;
            let width = if can_go_back { 4.0 * size.x + 3.0 * gap } else { 3.0 * size.x + 2.0 * gap };
            let row = Layout::left_to_right(Align::Center).with_main_wrap(true);
            ui.allocate_ui_with_layout(vec2(width.min(ui.available_width()), size.y), row, |ui| {
                let first = egui::Button::new(RichText::new("Open…").color(palette.accent)).min_size(size);
                if ui.add(first).on_hover_text("Files (Ctrl+O)").clicked() {
                    action = Some(Action::Browse(Pick::Files));
                }
                if ui.add(egui::Button::new("Open folder…").min_size(size)).clicked() {
                    action = Some(Action::Browse(Pick::Folder));
                }
                let words = "A made-up server with one fault, to look around";
                if ui.add(egui::Button::new("Open a sample").min_size(size)).on_hover_text(words).clicked() {
                    action = Some(Action::OpenSample);
                }
                if can_go_back && ui.add(egui::Button::new("Back to the case").min_size(size)).clicked() {
                    action = Some(Action::BackToCase);
                }
            });
        });
    });
    dashes(ui, zone.response.rect.shrink(1.0));
    action
}

/// A dashed frame says that something can be put there.
fn dashes(ui: &Ui, rect: egui::Rect) {
    let palette = Palette::of(ui);
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    let stroke = Stroke::new(1.5, palette.weak);
    ui.painter().extend(egui::Shape::dashed_line(&corners, stroke, 7.0, 5.0));
}

fn recently(ui: &mut Ui, recent: &[Vec<PathBuf>]) -> Option<Action> {
    let palette = Palette::of(ui);
    let mut action = None;
    caption(ui, "Opened before");
    for paths in recent {
        let name = |path: &PathBuf| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let names = escape(&paths.iter().map(name).collect::<Vec<_>>().join(", "));
        let folder = paths.first().and_then(|path| path.parent()).map(|folder| escape(&folder.to_string_lossy()));
        ui.horizontal(|ui| {
            if ui.link(&names).clicked() {
                action = Some(Action::Open(paths.clone()));
            }
            let folder = RichText::new(folder.unwrap_or_default()).size(theme::SMALL).color(palette.weak);
            ui.add(egui::Label::new(folder).truncate());
        });
    }
    if ui.button(RichText::new("Forget these").size(theme::SMALL)).clicked() {
        action = Some(Action::ForgetRecent);
    }
    action
}

/// The identity files that are tried on what is encrypted.
fn identities(ui: &mut Ui, identities: &[PathBuf]) -> Option<Action> {
    caption(ui, "Identity files that are tried");
    for path in identities {
        ui.add(egui::Label::new(RichText::new(escape(&path.to_string_lossy())).color(Palette::of(ui).weak)).truncate());
    }
    let forget = ui.button(RichText::new("Forget these identity files").size(theme::SMALL));
    forget.clicked().then_some(Action::ForgetIdentities)
}

/// Shows that what is held over the window can be dropped.
pub fn drop_overlay(ctx: &egui::Context, count: usize) {
    let rect = ctx.content_rect();
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop overlay"));
    let painter = ctx.layer_painter(layer);
    let palette = if ctx.global_style().visuals.dark_mode { &Palette::DARK } else { &Palette::LIGHT };
    painter.rect_filled(rect, 0, palette.page.gamma_multiply(0.9));
    painter.rect_stroke(rect.shrink(12.0), theme::RADIUS, Stroke::new(2.0, palette.accent), StrokeKind::Inside);
    let words =
        if count > 1 { format!("Drop {count} files to open them as one case") } else { "Drop to open".to_owned() };
    let font = egui::FontId::proportional(theme::HEADLINE);
    painter.text(rect.center(), egui::Align2::CENTER_CENTER, words, font, palette.text);
}
