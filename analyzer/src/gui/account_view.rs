//! The accounts: who holds which SPN and how each stands, as a list and as a graph.

use egui::epaint::CubicBezierShape;
use egui::{Color32, FontId, Margin, Rect, RichText, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::gui::account_content::AccountContent;
use crate::gui::action::Action;
use crate::gui::badge::{badge, caption};
use crate::gui::content::Content;
use crate::gui::divided;
use crate::gui::elide;
use crate::gui::exchange_view::length;
use crate::gui::graph_content::{COLUMNS, GraphContent};
use crate::gui::link::link;
use crate::gui::list_state::ListState;
use crate::gui::paging;
use crate::gui::row::Row;
use crate::gui::theme::{self, Palette, Tone};
use crate::gui::view::View;
use crate::report::headline::plural;

/// What the view of accounts remembers of one case.
#[derive(Clone, Debug, Default)]
pub struct AccountsState {
    list: ListState,
    form: Form,
}

/// How the accounts are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Form {
    #[default]
    List,
    Graph,
}

impl AccountsState {
    /// Shows the account at this index.
    pub fn show(&mut self, content: &Content, index: usize) {
        self.form = Form::List;
        self.restore(content, index);
    }

    /// Selects the account at this index; the graph stays, where it is shown.
    pub fn restore(&mut self, content: &Content, index: usize) {
        self.list.show(words(content), index);
    }

    /// The account that is selected.
    pub const fn at(&self) -> usize {
        self.list.selected
    }

    /// Empties the field; whether anything stood in it.
    pub fn escape(&mut self) -> bool {
        self.list.escape()
    }

    /// Shows the graph.
    pub const fn show_graph(&mut self) {
        self.form = Form::Graph;
    }

    /// Selects what follows in the list, or what precedes.
    pub fn walk(&mut self, content: &Content, by: isize) {
        self.list.walk(words(content), by);
    }
}

fn words(content: &Content) -> impl ExactSizeIterator<Item = &str> + Clone {
    content.accounts.iter().map(|account| account.words.as_str())
}

/// Shows the accounts.
pub fn ui(ui: &mut Ui, content: &Content, state: &mut AccountsState) -> Option<Action> {
    let frame = egui::Frame::new().fill(Palette::of(ui).page);
    let bar = egui::Panel::top("form").frame(frame.inner_margin(Margin::symmetric(16, 6)));
    bar.show(ui, |ui| {
        ui.horizontal(|ui| {
            for (form, name) in [(Form::List, "List"), (Form::Graph, "Graph")] {
                if ui.selectable_label(state.form == form, name).clicked() {
                    state.form = form;
                }
            }
        });
    });
    if state.form == Form::Graph {
        let page = egui::CentralPanel::default().frame(frame.inner_margin(Margin::symmetric(16, 8)));
        page.show(ui, |ui| graph(ui, &content.graph));
        return None;
    }
    if content.accounts.is_empty() {
        empty(ui);
        return None;
    }
    let list = divided::list(ui, "accounts", 330.0);
    let list = list.frame(frame.inner_margin(Margin { left: 10, right: 6, top: 0, bottom: 0 }));
    list.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        accounts(ui, content, &mut state.list);
    });
    let page =
        egui::CentralPanel::default().frame(frame.inner_margin(Margin { left: 20, right: 20, top: 10, bottom: 0 }));
    let details = page.show(ui, |ui| {
        let account = content.accounts.get(state.list.selected)?;
        let area = egui::ScrollArea::vertical().auto_shrink(false).id_salt(("account", state.list.selected));
        area.show(ui, |ui| {
            paging::keys(ui);
            details(ui, account)
        })
        .inner
    });
    details.inner
}

fn empty(ui: &mut Ui) {
    ui.add_space(20.0);
    ui.vertical_centered(|ui| {
        ui.label(RichText::new("No account is known").size(theme::TITLE));
        let words = "The collector asks the directory over LDAP, and setspn on the server. Either says who holds which SPN: \
                     setspn -L ACCOUNT, setspn -Q HTTP/NAME.";
        ui.label(RichText::new(words).color(Palette::of(ui).weak));
    });
}

fn accounts(ui: &mut Ui, content: &Content, list: &mut ListState) {
    list.ui(ui, "Find an account, an SPN, a pool", words(content), |ui, index, selected, unseen| {
        let Some(account) = content.accounts.get(index) else { return ui.label("") };
        let badge = match () {
            () if account.has_duplicate() => ("duplicate", Tone::Bad),
            () if !account.pools.is_empty() => ("pool", Tone::Calm),
            () if account.spns.is_empty() => ("no SPN", Tone::Unknown),
            () => ("holds SPNs", Tone::Unknown),
        };
        let count = account.spns.len().saturating_add(account.left_out);
        let note = format!("{}  ·  {}", plural(count, "SPN"), account.kind);
        Row { badge, text: &account.name, note: &note, indent: 0.0, selected }.show_in(ui, unseen)
    });
}

fn details(ui: &mut Ui, account: &AccountContent) -> Option<Action> {
    let palette = Palette::of(ui);
    ui.label(RichText::new(&account.name).size(theme::TITLE));
    let dn = if account.dn.is_empty() { "no entry of the directory in the case is about it" } else { &account.dn };
    ui.label(RichText::new(format!("{}  ·  {dn}", account.kind)).color(palette.weak));
    let mut asked = None;
    if !account.pools.is_empty() {
        caption(ui, "Pools that run as it");
        for pool in &account.pools {
            ui.label(pool);
        }
    }
    caption(ui, "SPNs that it is known to hold");
    if account.spns.is_empty() {
        ui.label(RichText::new("None in what was collected.").color(palette.weak));
    }
    for spn in &account.spns {
        ui.horizontal_wrapped(|ui| {
            let text = RichText::new(&spn.spn).monospace();
            let link = View::Artifacts.is_shown()
                && link(ui, text.clone()).on_hover_text("Show the line that says so").clicked();
            if link {
                asked = Some(Action::ShowArtifact(spn.at));
            } else if !View::Artifacts.is_shown() {
                ui.label(text);
            }
            if !spn.also_held_by.is_empty() {
                badge(ui, "duplicate", Tone::Bad);
                ui.label(format!("also held by {}", spn.also_held_by.join(", ")));
            }
        });
    }
    if account.left_out > 0 {
        ui.label(RichText::new(format!("and {} more", account.left_out)).color(palette.weak));
    }
    caption(ui, "How it stands");
    if account.state.is_empty() {
        let words = "Nothing is known: only the directory says it, and its answer was not collected.";
        ui.label(RichText::new(words).color(palette.weak));
    }
    asked = state(ui, account).or(asked);
    ui.add_space(20.0);
    asked
}

fn state(ui: &mut Ui, account: &AccountContent) -> Option<Action> {
    let palette = Palette::of(ui);
    let mut asked = None;
    let (room, body) = (ui.available_width(), FontId::proportional(theme::BODY));
    let first = (room * 0.45).min(290.0);
    egui::Grid::new("state").num_columns(3).spacing(vec2(18.0, 6.0)).show(ui, |ui| {
        for line in &account.state {
            elide::label(ui, line.name, &body, palette.weak, first);
            let ink = if line.tone == Tone::Unknown { palette.text } else { palette.ink(line.tone) };
            elide::label(ui, &line.value, &body, ink, (room - first - 90.0).max(40.0));
            let at = line.at.filter(|_| View::Artifacts.is_shown());
            let name = format!("Show where the directory says: {}", line.name);
            if at.is_some() && ui.small_button("⏵").accessible_name(&name).on_hover_text(name).clicked() {
                asked = at.map(Action::ShowArtifact);
            }
            ui.end_row();
        }
    });
    asked
}

/// The height of a node and the room to the next one.
const NODE: f32 = 26.0;
const PITCH: f32 = 36.0;
/// The room between two columns, where the lines run.
const BETWEEN: f32 = 56.0;

/// Draws the graph; a node under the pointer shows its lines and its whole name.
fn graph(ui: &mut Ui, graph: &GraphContent) {
    let [sites, ..] = &graph.columns;
    if sites.is_empty() {
        ui.label("No site is known, so there is nothing to draw.");
        return;
    }
    if graph.is_cut {
        let words = "Only a part is drawn: a picture of all of it could not be read.";
        ui.label(RichText::new(words).color(Palette::of(ui).weak));
    }
    egui::ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        let tallest = graph.columns.iter().map(Vec::len).max().unwrap_or_default();
        let width = ((ui.available_width() - 3.0 * BETWEEN) / 4.0).clamp(150.0, 280.0);
        let size = vec2(4.0 * width + 3.0 * BETWEEN, 34.0 + PITCH * length(tallest));
        let (area, _) = ui.allocate_exact_size(size, Sense::hover());
        let rect_of = |column: usize, node: usize| {
            let x = area.left() + (width + BETWEEN) * length(column);
            Rect::from_min_size(pos2(x, area.top() + 30.0 + PITCH * length(node)), vec2(width, NODE))
        };
        let pointer = ui.ctx().pointer_hover_pos();
        let is_hot = |column, node| pointer.is_some_and(|at| rect_of(column, node).contains(at));
        lines(ui, graph, &rect_of, &is_hot);
        for (column, (title, nodes)) in COLUMNS.iter().zip(&graph.columns).enumerate() {
            let head = rect_of(column, 0).left_top() - vec2(0.0, 24.0);
            let weak = Palette::of(ui).weak;
            ui.painter().text(head, egui::Align2::LEFT_TOP, title, FontId::proportional(theme::SMALL), weak);
            for (index, name) in nodes.iter().enumerate() {
                node(ui, rect_of(column, index), title, name);
            }
        }
    });
}

fn node(ui: &mut Ui, rect: Rect, title: &str, name: &str) {
    let palette = Palette::of(ui);
    let response = ui.interact(rect, ui.scope_id().with((title, name)), Sense::hover());
    let label = format!("{title} {name}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &label));
    let fill = if response.hovered() { palette.selected } else { palette.surface };
    ui.painter().rect(rect, theme::RADIUS, fill, Stroke::new(1.0, palette.border), StrokeKind::Inside);
    let shown = elide::middle(ui, name, &FontId::proportional(theme::SMALL), palette.text, rect.width() - 16.0);
    let at = pos2(rect.left() + 8.0, rect.center().y - shown.size().y / 2.0);
    ui.painter().galley(at, shown, palette.text);
    response.on_hover_text(name);
}

fn lines(ui: &Ui, graph: &GraphContent, rect_of: &dyn Fn(usize, usize) -> Rect, is_hot: &dyn Fn(usize, usize) -> bool) {
    let palette = Palette::of(ui);
    for &(column, from, to) in &graph.lines {
        let next = column.saturating_add(1);
        let (start, end) = (rect_of(column, from).right_center(), rect_of(next, to).left_center());
        let bend = vec2(BETWEEN / 2.0, 0.0);
        let stroke = if is_hot(column, from) || is_hot(next, to) {
            Stroke::new(2.0, palette.accent)
        } else {
            Stroke::new(1.2, palette.weak)
        };
        let points = [start, start + bend, end - bend, end];
        ui.painter().add(CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke));
    }
}
