//! The overview: what the case comes down to, the way of each sign-in, the hosts, and what is missing.

use egui::{FontId, Response, RichText, Sense, Stroke, StrokeKind, Ui, vec2};

use crate::codes::number::counted;
use crate::gui::action::{Action, Selection};
use crate::gui::badge::{badge, caption};
use crate::gui::command_view::{commands, copy_button, risk};
use crate::gui::content::Content;
use crate::gui::elide;
use crate::gui::exchange_content::ExchangeContent;
use crate::gui::exchange_view::{arrow_in, fit, step_details};
use crate::gui::link::link;
use crate::gui::overview_content::HostContent;
use crate::gui::paging;
use crate::gui::path_content::{Behind, Station};
use crate::gui::row::{focus_ring, wrapped};
use crate::gui::theme::{self, Palette, Tone};
use crate::gui::view::View;
use crate::report::headline::plural;
use crate::rules::answer::Verdict;

/// The widest that the page grows.
const WIDTH: f32 = 1180.0;
/// The room between two stations, with the arrow.
const ARROW: f32 = 16.0;
/// The height of a station.
const STATION: f32 = 66.0;
/// The room that the table of hosts takes.
const HOSTS: f32 = 760.0;
/// Ways that are drawn at first; the rest stands in the view of exchanges.
const WAYS: usize = 8;

/// What the overview remembers of one case.
#[derive(Clone, Copy, Debug, Default)]
pub struct OverviewState {
    /// The station that is open: of which exchange, and which step.
    open: Option<(usize, usize)>,
}

/// Shows the overview.
pub fn ui(ui: &mut Ui, content: &Content, state: &mut OverviewState) -> Option<Action> {
    let mut asked = None;
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        paging::keys(ui);
        ui.set_max_width(ui.available_width().min(WIDTH));
        head(ui, content);
        for part in [cause, ways, judged, missing] {
            asked = part(ui, content, state).or(asked.take());
        }
        ui.add_space(16.0);
    });
    asked
}

fn head(ui: &mut Ui, content: &Content) {
    let palette = Palette::of(ui);
    let (word, tone) = content.mood;
    badge(ui, word, tone);
    ui.add_space(2.0);
    // A hostile name may be long: the headline never takes the window for itself.
    let font = FontId::proportional(theme::HEADLINE);
    let headline = wrapped(&content.headline, font, palette.text, ui.available_width(), 4);
    ui.add(egui::Label::new(headline).wrap());
    ui.label(RichText::new(&content.tally).color(palette.weak));
    ui.add_space(4.0);
}

/// The first cause, and the first thing to do about it.
fn cause(ui: &mut Ui, content: &Content, _: &mut OverviewState) -> Option<Action> {
    let finding = content.findings.first()?;
    let palette = Palette::of(ui);
    let mut asked = None;
    palette.card().show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        let title = if finding.tone == Tone::Bad { "Deal with this first" } else { "Look at this first" };
        ui.label(RichText::new(title).size(theme::TITLE));
        ui.label(RichText::new(finding.confidence_words).color(palette.weak));
        if let Some(fix) = finding.fixes.first() {
            ui.add_space(4.0);
            ui.label(&fix.title);
            ui.horizontal_wrapped(|ui| {
                risk(ui, fix.risk, fix.risk_words, fix.tone);
                ui.label(RichText::new(format!("·  needs {}", fix.who)).size(theme::SMALL).color(palette.weak));
            });
            asked = commands(ui, &fix.commands, "the command of the first fix");
        }
        ui.add_space(2.0);
        if ui.link("Why, the evidence, and other ways to fix it").clicked() {
            asked = Some(Action::ShowFinding(0));
        }
    });
    asked
}

fn ways(ui: &mut Ui, content: &Content, state: &mut OverviewState) -> Option<Action> {
    caption(ui, "The way of each sign-in");
    if content.exchanges.is_empty() {
        ui.label("No site with Windows authentication is known. It takes applicationHost.config of the web server.");
        return None;
    }
    let mut asked = None;
    // Those that go wrong come first; the others are worth a line while there is something to deal with.
    let wrong = content.exchanges.iter().take_while(|exchange| exchange.tone != Tone::Good).count();
    let shown = if wrong == 0 { WAYS } else { wrong.min(WAYS) };
    for (index, exchange) in content.exchanges.iter().enumerate().take(shown) {
        let card = ui.push_id(("way", index), |ui| {
            Palette::of(ui).card().show(ui, |ui| way(ui, content, index, exchange, state)).inner
        });
        asked = card.inner.or(asked);
        ui.add_space(2.0);
    }
    let more = content.totals.exchanges.saturating_sub(shown);
    let which = match (shown == wrong, more) {
        (true, 1) => " that ends in Kerberos",
        (true, _) => " that end in Kerberos",
        _ => "",
    };
    if more > 0 && ui.link(format!("Show {}{which}", plural(more, "more way"))).clicked() {
        asked = Some(Action::ShowExchange(shown));
    }
    asked
}

fn way(
    ui: &mut Ui,
    content: &Content,
    index: usize,
    exchange: &ExchangeContent,
    state: &mut OverviewState,
) -> Option<Action> {
    let palette = Palette::of(ui);
    ui.set_min_width(ui.available_width());
    ui.horizontal(|ui| {
        badge(ui, exchange.outcome, exchange.tone);
        let mono = FontId::monospace(theme::MONO);
        let room = ui.available_width() * 0.6;
        elide::label(ui, &exchange.url, &mono, palette.text, room);
        ui.add(egui::Label::new(RichText::new(&exchange.site).color(palette.weak)).truncate());
    });
    ui.add_space(4.0);
    let mut asked = None;
    let open = state.open.filter(|(at, _)| *at == index).map(|(_, step)| step);
    let (many, width) = fit(ui.available_width(), ARROW, 96.0, exchange.stations.len());
    for row in exchange.stations.chunks(many) {
        asked = stations(ui, index, row, width, open, state).or(asked);
    }
    if let Some(step) = open.and_then(|step| exchange.steps.get(step)) {
        asked = step_details(ui, content, exchange, step).or(asked);
    }
    asked
}

/// Draws stations beside each other.
fn stations(
    ui: &mut Ui,
    index: usize,
    row: &[Station],
    width: f32,
    open: Option<usize>,
    state: &mut OverviewState,
) -> Option<Action> {
    let mut asked = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for (number, station) in row.iter().enumerate() {
            if number > 0 {
                arrow_in(ui, vec2(ARROW, STATION));
            }
            let is_open = matches!(station.leads_to, Behind::Step(step) if Some(step) == open);
            if station_box(ui, station, width, is_open).clicked() {
                match station.leads_to {
                    Behind::Step(step) => state.open = (!is_open).then_some((index, step)),
                    Behind::Finding(finding) => asked = Some(Action::ShowFinding(finding)),
                    Behind::Nothing => {}
                }
            }
        }
    });
    asked
}

fn station_box(ui: &mut Ui, station: &Station, width: f32, open: bool) -> Response {
    let palette = Palette::of(ui);
    let sense = if station.leads_to == Behind::Nothing { Sense::hover() } else { Sense::click() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, STATION), sense);
    let name = format!("{} {}: {}", station.title, station.state, station.value);
    let role = if sense.senses_click() { egui::Role::Button } else { egui::Role::Label };
    response.widget_info(|| egui::WidgetInfo::selected(role, true, open, &name));
    let ink = palette.ink(station.tone);
    let hot = open || (response.hovered() && sense.senses_click());
    let fill = if hot { palette.selected } else { palette.raised };
    let line = if open { Stroke::new(1.5, palette.accent) } else { Stroke::new(1.0, palette.border) };
    ui.painter().rect(rect, theme::RADIUS, fill, line, StrokeKind::Inside);
    ui.painter().rect_filled(rect.with_max_y(rect.top() + 3.0), theme::RADIUS, ink);
    let small = FontId::proportional(theme::SMALL);
    let inner = width - 14.0;
    let title = elide::middle(ui, &format!("{} {}", station.glyph, station.title), &small, ink, inner);
    ui.painter().galley(rect.min + vec2(7.0, 8.0), title, ink);
    let value = ui.painter().layout_job(wrapped(&station.value, small, palette.text, inner, 2));
    ui.painter().galley(rect.min + vec2(7.0, 28.0), value, palette.text);
    focus_ring(ui, rect, &response);
    response.on_hover_text(name)
}

/// How much was judged, and of which hosts.
fn judged(ui: &mut Ui, content: &Content, _: &mut OverviewState) -> Option<Action> {
    let mut asked = None;
    caption(ui, "How much was judged");
    let count = |verdict| content.checks_that_are(verdict).count();
    let mut tiles = vec![
        (content.totals.findings, "found", Tone::Bad, content.findings.first().map(|_| Selection::Finding(0))),
        (count(Verdict::Clear), "clear", Tone::Good, None),
        (count(Verdict::Open), "open", Tone::Unknown, (!content.needs.is_empty()).then_some(Selection::Collect)),
        (content.totals.gaps, "gaps", Tone::Warn, content.gaps.first().map(|_| Selection::Gap(0))),
    ];
    if count(Verdict::Failed) > 0 {
        tiles.push((count(Verdict::Failed), "failed: please report", Tone::Bad, None));
    }
    ui.horizontal_wrapped(|ui| {
        for (number, word, tone, selection) in tiles {
            if tile(ui, number, word, if number == 0 { Tone::Unknown } else { tone }).clicked() {
                asked = Some(selection.map_or(Action::Show(View::Findings), Action::ShowSelection));
            }
        }
    });
    caption(ui, "Hosts");
    let weak = Palette::of(ui).weak;
    let host = |ui: &mut Ui, host: &HostContent| {
        elide::label(ui, &host.name, &FontId::monospace(theme::MONO), Palette::of(ui).text, 220.0);
        ui.label(host.role);
        ui.label(RichText::new(&host.system).color(weak));
        ui.label(RichText::new(format!("collected {}", host.collected)).color(weak));
    };
    if ui.available_width() < HOSTS {
        for known in &content.overview.hosts {
            ui.horizontal_wrapped(|ui| host(ui, known));
        }
        return asked;
    }
    egui::Grid::new("hosts").num_columns(4).spacing(vec2(24.0, 5.0)).show(ui, |ui| {
        for known in &content.overview.hosts {
            host(ui, known);
            ui.end_row();
        }
    });
    asked
}

fn tile(ui: &mut Ui, number: usize, word: &str, tone: Tone) -> Response {
    let palette = Palette::of(ui);
    let number = counted(number);
    let large = FontId::proportional(theme::HEADLINE);
    let small = FontId::proportional(theme::SMALL);
    let figure = ui.painter().layout_no_wrap(number.clone(), large, palette.ink(tone));
    let text = ui.painter().layout_no_wrap(word.to_owned(), small, palette.ink(tone));
    let size = vec2((figure.size().x.max(text.size().x) + 28.0).max(96.0), 54.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let name = format!("{number} {word}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let line = if response.hovered() { palette.ink(tone) } else { palette.border };
    ui.painter().rect(rect, theme::RADIUS, palette.ground(tone), Stroke::new(1.0, line), StrokeKind::Inside);
    ui.painter().galley(rect.min + vec2(14.0, 6.0), figure, palette.ink(tone));
    ui.painter().galley(rect.min + vec2(14.0, 32.0), text, palette.ink(tone));
    focus_ring(ui, rect, &response);
    response
}

fn missing(ui: &mut Ui, content: &Content, _: &mut OverviewState) -> Option<Action> {
    if content.needs.is_empty() {
        return None;
    }
    let palette = Palette::of(ui);
    let mut asked = None;
    let open = content.checks_that_are(Verdict::Open).count();
    caption(ui, "What is missing, and how to get it");
    ui.label(format!("{} could not be judged for want of evidence. That is no good news.", plural(open, "check")));
    for (number, run) in content.overview.collectors.iter().enumerate() {
        ui.add_space(2.0);
        ui.label(RichText::new(format!("Run the collector {}:", run.where_to)).color(palette.weak));
        let name = format!("collector command {}", number.saturating_add(1));
        asked = commands(ui, std::slice::from_ref(&run.command), &name).or(asked);
    }
    ui.add_space(4.0);
    ui.horizontal_wrapped(|ui| {
        if copy_button(ui, "Copy as a text for the customer", "Copy what is missing as a text for the customer") {
            asked = Some(Action::Copy(content.overview.for_customer.clone()));
        }
        if link(ui, format!("Show {} of evidence that would close them", plural(content.needs.len(), "piece")))
            .clicked()
        {
            asked = Some(Action::ShowSelection(Selection::Collect));
        }
    });
    asked
}
