//! The sites: a tree of sites and applications, and what is in force for the selected one.

use egui::{FontId, Margin, RichText, Ui, vec2};

use crate::gui::action::Action;
use crate::gui::badge::{badge, caption};
use crate::gui::content::Content;
use crate::gui::divided;
use crate::gui::elide;
use crate::gui::link::link;
use crate::gui::list_state::ListState;
use crate::gui::paging;
use crate::gui::row::Row;
use crate::gui::site_content::{SiteContent, Stated};
use crate::gui::theme::{self, Palette, Tone};
use crate::gui::view::View;

/// What the view of sites remembers of one case.
#[derive(Clone, Debug, Default)]
pub struct SitesState {
    /// The paths of the sites.
    list: ListState,
}

impl SitesState {
    /// Shows the path at this index.
    pub fn show(&mut self, content: &Content, index: usize) {
        self.list.show(words(content), index);
    }

    /// The path that is selected.
    pub const fn at(&self) -> usize {
        self.list.selected
    }

    /// Empties the field; whether anything stood in it.
    pub fn escape(&mut self) -> bool {
        self.list.escape()
    }

    /// Selects what follows in the list, or what precedes.
    pub fn walk(&mut self, content: &Content, by: isize) {
        self.list.walk(words(content), by);
    }
}

fn words(content: &Content) -> impl ExactSizeIterator<Item = &str> + Clone {
    content.sites.iter().map(|site| site.words.as_str())
}

/// Shows the sites.
pub fn ui(ui: &mut Ui, content: &Content, state: &mut SitesState) -> Option<Action> {
    if content.sites.is_empty() {
        empty(ui);
        return None;
    }
    let frame = egui::Frame::new().fill(Palette::of(ui).page);
    let list = divided::list(ui, "sites", 300.0);
    let list = list.frame(frame.inner_margin(Margin { left: 10, right: 6, top: 0, bottom: 0 }));
    list.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        tree(ui, content, &mut state.list);
    });
    let page =
        egui::CentralPanel::default().frame(frame.inner_margin(Margin { left: 20, right: 20, top: 16, bottom: 0 }));
    let details = page.show(ui, |ui| {
        let site = content.sites.get(state.list.selected)?;
        let area = egui::ScrollArea::vertical().auto_shrink(false).id_salt(("site", state.list.selected));
        area.show(ui, |ui| {
            paging::keys(ui);
            details(ui, content, site)
        })
        .inner
    });
    details.inner
}

fn empty(ui: &mut Ui) {
    ui.add_space(20.0);
    ui.vertical_centered(|ui| {
        ui.label(RichText::new("No site is known").size(theme::TITLE));
        let words = "Sites stand in applicationHost.config of the web server (in the metabase, on Windows Server 2003 \
                     and before). Collect there, and open the bundle together with these.";
        ui.label(RichText::new(words).color(Palette::of(ui).weak));
    });
}

fn tree(ui: &mut Ui, content: &Content, list: &mut ListState) {
    list.ui(ui, "Find a site, a pool, an account", words(content), |ui, index, selected, unseen| {
        let Some(site) = content.sites.get(index) else { return ui.label("") };
        let tone = site.exchanges.iter().filter_map(|at| content.exchanges.get(*at)).map(|exchange| exchange.tone);
        let badge = worst(tone);
        let pool = site.pool.first().map_or("", |pool| &pool.value);
        let note = if site.is_root { format!("{}  ·  {pool}", site.host) } else { pool.to_owned() };
        let indent = if site.is_root { 0.0 } else { 18.0 };
        Row { badge, text: &site.title, note: &note, indent, selected }.show_in(ui, unseen)
    });
}

/// The worst that happens at a path, in a word.
fn worst(tones: impl Iterator<Item = Tone>) -> (&'static str, Tone) {
    let order = |tone: &Tone| match tone {
        Tone::Bad => 0,
        Tone::Warn => 1,
        Tone::Unknown => 2,
        _ => 3,
    };
    match tones.min_by_key(order) {
        Some(Tone::Bad) => ("fails", Tone::Bad),
        Some(Tone::Warn) => ("NTLM", Tone::Warn),
        Some(Tone::Good) => ("Kerberos", Tone::Good),
        Some(_) => ("not known", Tone::Unknown),
        None => ("no sign-in", Tone::Unknown),
    }
}

fn details(ui: &mut Ui, content: &Content, site: &SiteContent) -> Option<Action> {
    let palette = Palette::of(ui);
    let title = if site.is_root { site.site.clone() } else { format!("{}{}", site.site, site.path) };
    ui.label(RichText::new(title).size(theme::TITLE));
    ui.label(RichText::new(format!("on {}", site.host)).color(palette.weak));
    let mut asked = None;
    if let Some(refused) = &site.refused {
        ui.add_space(6.0);
        ui.horizontal_wrapped(|ui| {
            badge(ui, "refused", Tone::Bad);
            ui.label(&refused.value);
        });
        asked = table(ui, "refused", std::slice::from_ref(refused));
    }
    for (name, rows) in [
        ("How users may sign in", &site.settings),
        ("Who works for it", &site.pool),
        ("Bindings of the site", &site.bindings),
    ] {
        caption(ui, name);
        asked = table(ui, name, rows).or(asked);
    }
    if let Some(doubt) = &site.doubt {
        ui.add_space(6.0);
        ui.horizontal_wrapped(|ui| {
            badge(ui, "open", Tone::Unknown);
            ui.label(doubt);
        });
    }
    if !site.exchanges.is_empty() {
        caption(ui, "What happens there");
    }
    for (index, exchange) in site.exchanges.iter().filter_map(|at| Some((*at, content.exchanges.get(*at)?))) {
        ui.horizontal(|ui| {
            badge(ui, exchange.outcome, exchange.tone);
            let link = link(ui, RichText::new(&exchange.url).monospace()).on_hover_text("Show it step by step");
            if link.clicked() {
                asked = Some(Action::ShowExchange(index));
            }
            ui.add(egui::Label::new(RichText::new(&exchange.clients).color(palette.weak)).truncate());
        });
    }
    ui.add_space(20.0);
    asked
}

/// What is in force, and who decided it. Where that can be shown in its place, it is a link.
fn table(ui: &mut Ui, name: &str, rows: &[Stated]) -> Option<Action> {
    let mut asked = None;
    let room = ui.available_width() - 24.0;
    for (index, row) in rows.iter().enumerate() {
        let line = ui.push_id((name, index), |ui| ui.horizontal(|ui| line(ui, row, room)).inner);
        asked = line.inner.or(asked);
    }
    asked
}

fn line(ui: &mut Ui, row: &Stated, room: f32) -> Option<Action> {
    let palette = Palette::of(ui);
    let (body, small) = (FontId::proportional(theme::BODY), FontId::proportional(theme::SMALL));
    cell(ui, room * 0.425, |ui, width| elide::label(ui, &row.name, &body, palette.weak, width));
    let ink = if row.value == "on" { palette.ink(Tone::Good) } else { palette.text };
    cell(ui, room * 0.20, |ui, width| elide::label(ui, &row.value, &body, ink, width));
    let Some(at) = row.at.filter(|_| View::Artifacts.is_shown()) else {
        cell(ui, room * 0.375, |ui, width| elide::label(ui, &row.from, &small, palette.weak, width));
        return None;
    };
    let shown = elide::middle(ui, &row.from, &small, palette.accent, room * 0.375);
    let place = ui.link(RichText::new(shown.text()).size(theme::SMALL)).on_hover_text(&row.from);
    place.clicked().then_some(Action::ShowArtifact(at))
}

/// A cell of this width in every table, so that the columns of all stand below each other.
fn cell(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui, f32) -> egui::Response) {
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(vec2(width, 20.0), layout, |ui| {
        ui.set_min_width(width);
        add(ui, width);
    });
}
