//! Starts the window. Only this file knows the library that makes one.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use eframe::{CreationContext, Frame, NativeOptions, Storage};
use egui_system_font_provider::SystemFontProvider;

use crate::gui::app::App;
use crate::gui::doors::Doors;
use crate::gui::fault::{self, caught};
use crate::gui::load::Wanted;
use crate::gui::settings::Settings;
use crate::gui::system_fonts::Guarded;

/// Under this name the settings are kept.
const SETTINGS: &str = "settings";

/// Opens the window, on these paths as one case, with these identity files and maps of tokens; returns when it is closed.
///
/// # Errors
///
/// This computer has no window to offer; the sentence names the way that needs none.
pub fn run(paths: Vec<PathBuf>, identities: Vec<PathBuf>, maps: Vec<PathBuf>) -> Result<(), String> {
    let viewport = egui::ViewportBuilder::default()
        .with_app_id("kerbscope")
        .with_title("Kerbscope")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([512.0, 350.0])
        .with_drag_and_drop(true);
    // Ours is guarded.
    let system_font_fallback = false;
    let renderer = eframe::Renderer::Glow;
    let options = NativeOptions { viewport, renderer, system_font_fallback, ..NativeOptions::default() };
    let is_open = Rc::new(Cell::new(false));
    let opened = Rc::clone(&is_open);
    let window = move |creation: &CreationContext<'_>| {
        opened.set(true);
        let settings = creation.storage.and_then(|storage| eframe::get_value(storage, SETTINGS)).unwrap_or_default();
        creation.egui_ctx.add_font_provider(Arc::new(Guarded::new(SystemFontProvider::new())));
        let app = App::new(&creation.egui_ctx, settings, Wanted { paths, identities, maps }, Doors::DESKTOP);
        Ok(Box::new(Window(app)) as Box<dyn eframe::App>)
    };
    fault::note_places();
    // The libraries of the desktop are looked for when they are needed, and one that is missing may be a panic.
    let ended = caught(|| eframe::run_native("kerbscope", options, Box::new(window)));
    let reason = match ended {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => reason(&error),
        Err(fault) if is_open.get() => {
            let report = fault.report("the window");
            return Err(format!("the window broke, which is a fault of Kerbscope; please report it:\n{report}"));
        }
        Err(fault) => fault.said.trim_end_matches('.').to_owned(),
    };
    Err(format!("no window can be opened: {reason}; `kerbscope report PATH` says the same without one"))
}

/// Why there is no window, in words; those of the libraries name their source files.
fn reason(error: &eframe::Error) -> String {
    match error {
        eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => "there is no desktop to show it on".to_owned(),
        eframe::Error::OpenGL(_) | eframe::Error::Glutin(_) | eframe::Error::NoGlutinConfigs(..) => {
            "the graphics driver offers no OpenGL 2".to_owned()
        }
        eframe::Error::AppCreation(cause) => cause.to_string(),
    }
}

struct Window(App);

impl Drop for Window {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &egui::Context, _: &mut Frame) {
        self.0.logic(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut Frame) {
        self.0.ui(ui);
    }

    fn save(&mut self, storage: &mut dyn Storage) {
        let settings: &Settings = self.0.settings();
        eframe::set_value(storage, SETTINGS, settings);
    }

    /// Where lists were scrolled to belongs to the last case, not to the next.
    fn persist_egui_memory(&self) -> bool {
        false
    }
}
