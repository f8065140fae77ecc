//! The timeline: how many events happened when, and a span of it that is chosen by dragging.

use egui::{Align2, CursorIcon, FontId, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use crate::gui::clock::Clock;
use crate::gui::event_content::counted;
use crate::gui::theme::{self, Palette, Tone};
use crate::timeline::columns::{Micros, Span};
use crate::timeline::histogram::{Bucket, Histogram};

/// The pieces of the timeline.
pub const BUCKETS: usize = 240;
/// How high it is.
const HEIGHT: f32 = 64.0;
/// How high its scale is.
const SCALE: f32 = 18.0;
/// Pixels that a drag must cross to be more than a click.
const DRAG: f32 = 4.0;

/// What a person did with the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brushed {
    /// Chose this span.
    Span(Span),
    /// Clicked, and so wants all of it.
    All,
}

/// Shows the timeline. `start` is where a drag began.
pub fn ui(
    ui: &mut Ui,
    histogram: &Histogram,
    chosen: Option<Span>,
    clock: &Clock,
    start: &mut Option<f32>,
) -> Option<Brushed> {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT + SCALE), Sense::click_and_drag());
    let Some(span) = histogram.span else {
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Timeline: no event has a time"));
        return None;
    };
    let total = histogram.buckets.iter().map(Bucket::all).fold(0, u64::saturating_add);
    response.widget_info(|| {
        let (from, until) = (clock.second(span.from), clock.second(span.until));
        let events = counted(total, "event");
        WidgetInfo::labeled(Role::Image, true, format!("Timeline: {events} from {from} to {until}, {}", clock.name))
    });
    let bars = rect.with_max_y(rect.top() + HEIGHT);
    ui.painter().rect_filled(bars, 4, palette.surface);
    paint_bars(ui, bars, histogram);
    paint_scale(ui, rect.with_min_y(bars.bottom()), span, clock);
    let at = |x: f32| moment(span, bars, x);
    let pointer = response.interact_pointer_pos();
    if response.drag_started() {
        *start = ui.input(|input| input.pointer.press_origin()).or(pointer).map(|at| at.x);
    }
    let dragged = start.zip(pointer).map(|(from, to)| (from.min(to.x), from.max(to.x)));
    let shown = match dragged {
        Some((from, to)) => Some(Span { from: at(from), until: at(to) }),
        None => chosen,
    };
    if let Some(shown) = shown {
        paint_span(ui, bars, span, shown, clock);
    }
    if response.drag_stopped() {
        let (from, to) = dragged.unwrap_or_default();
        *start = None;
        return Some(if to - from < DRAG {
            Brushed::All
        } else {
            Brushed::Span(Span { from: at(from), until: at(to).max(at(from).saturating_add(1)) })
        });
    }
    let clicked = response.clicked();
    let hovered = response.hover_pos().filter(|_| dragged.is_none());
    let response = response.on_hover_cursor(CursorIcon::Crosshair);
    if let Some((words, bucket)) = hovered.and_then(|at| told(histogram, bars, at, clock)) {
        response.on_hover_ui_at_pointer(|ui| {
            ui.label(words);
            for line in bucket {
                ui.label(line);
            }
            ui.weak("Drag to choose a span; click for all of it.");
        });
    }
    clicked.then_some(Brushed::All)
}

fn paint_bars(ui: &Ui, rect: Rect, histogram: &Histogram) {
    let palette = Palette::of(ui);
    let most = histogram.buckets.iter().map(Bucket::all).max().unwrap_or(0).max(1);
    let count = float(histogram.buckets.len().try_into().unwrap_or(1)).max(1.0);
    let width = rect.width() / count;
    let mut left = rect.left();
    let tall = |count: u64| {
        // What is there at all is seen, however few they are beside the others.
        if count == 0 { 0.0 } else { (float(count) / float(most) * (rect.height() - 4.0)).max(2.0) }
    };
    for bucket in &histogram.buckets {
        let right = left + width;
        let mut bottom = rect.bottom();
        for (count, color) in [
            (bucket.failed, palette.ink(Tone::Bad)),
            (bucket.reported, palette.ink(Tone::Warn)),
            (bucket.succeeded, palette.weak.gamma_multiply(0.55)),
        ] {
            let top = (bottom - tall(count)).max(rect.top());
            if top < bottom {
                let bar = Rect::from_x_y_ranges(left..=(right - 0.5).max(left + 1.0), top..=bottom);
                ui.painter().rect_filled(bar, 0, color);
            }
            bottom = top;
        }
        left = right;
    }
}

fn paint_scale(ui: &Ui, rect: Rect, span: Span, clock: &Clock) {
    let palette = Palette::of(ui);
    let font = FontId::proportional(theme::SMALL - 1.0);
    let marks = [
        (0.0, Align2::LEFT_CENTER),
        (0.25, Align2::CENTER_CENTER),
        (0.5, Align2::CENTER_CENTER),
        (0.75, Align2::CENTER_CENTER),
        (1.0, Align2::RIGHT_CENTER),
    ];
    for (part, align) in marks {
        let x = rect.left() + rect.width() * part;
        let words = clock.short(moment(span, rect, x), span);
        let words = if part == 0.0 { format!("{words} {}", clock.name) } else { words };
        ui.painter().text(Pos2::new(x, rect.center().y), align, words, font.clone(), palette.weak);
    }
}

fn paint_span(ui: &Ui, rect: Rect, span: Span, chosen: Span, clock: &Clock) {
    let palette = Palette::of(ui);
    let (left, right) = (place(span, rect, chosen.from), place(span, rect, chosen.until));
    let inside = Rect::from_x_y_ranges(left..=right.max(left + 2.0), rect.y_range());
    for outside in [rect.with_max_x(inside.left()), rect.with_min_x(inside.right())] {
        ui.painter().rect_filled(outside, 0, palette.page.gamma_multiply(0.7));
    }
    ui.painter().rect_stroke(inside, 0, Stroke::new(1.0, palette.accent), egui::StrokeKind::Inside);
    let words = format!("{} – {}", clock.short(chosen.from, chosen), clock.short(chosen.until, chosen));
    let font = FontId::proportional(theme::SMALL - 1.0);
    let at = Pos2::new(inside.left() + 4.0, rect.top() + 8.0);
    ui.painter().text(at, Align2::LEFT_CENTER, words, font, palette.text);
}

/// What happened at the pointer.
fn told(histogram: &Histogram, rect: Rect, at: Pos2, clock: &Clock) -> Option<(String, Vec<String>)> {
    let count = u32::try_from(histogram.buckets.len()).ok()?;
    let part = f64::from((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
    let index = whole(part * f64::from(count)).min(i64::from(count).saturating_sub(1));
    let index = usize::try_from(index).ok()?;
    let (bucket, span) = (histogram.buckets.get(index)?, histogram.span_of(index)?);
    let words = format!("{} – {} ({})", clock.second(span.from), clock.second(span.until), clock.name);
    let kinds = [(bucket.failed, "failed"), (bucket.reported, "reported"), (bucket.succeeded, "succeeded")];
    let lines = kinds.iter().filter(|(count, _)| *count > 0);
    Some((words, lines.map(|(count, word)| format!("{} {word}", counted(*count, "event"))).collect()))
}

fn moment(span: Span, rect: Rect, x: f32) -> Micros {
    let part = f64::from((x - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
    #[expect(clippy::cast_precision_loss, reason = "a pixel is wider than what is lost")]
    let length = span.micros() as f64;
    span.from.saturating_add(whole(part * length)).min(span.until)
}

fn place(span: Span, rect: Rect, at: Micros) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a pixel is wider than what is lost")]
    let part = at.saturating_sub(span.from) as f64 / span.micros().max(1) as f64;
    #[expect(clippy::cast_possible_truncation, reason = "the last step, to the precision of the screen")]
    let part = part.clamp(0.0, 1.0) as f32;
    rect.left() + rect.width() * part
}

#[expect(clippy::cast_possible_truncation, reason = "it saturates, and is a time or a place on the screen")]
const fn whole(value: f64) -> i64 {
    value as i64
}

#[expect(clippy::cast_precision_loss, reason = "the height of a bar")]
const fn float(count: u64) -> f32 {
    count as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Span = Span { from: 1_772_000_000_000_000, until: 1_772_000_100_000_000 };

    fn rect() -> Rect {
        Rect::from_min_size(Pos2::new(50.0, 0.0), vec2(1000.0, 64.0))
    }

    #[test]
    fn a_place_on_the_timeline_is_a_moment_and_back() {
        for x in [50.0, 51.0, 550.0, 1050.0] {
            let back = place(SPAN, rect(), moment(SPAN, rect(), x));
            assert!((back - x).abs() < 0.01, "{x} {back}");
        }
        assert_eq!((moment(SPAN, rect(), 0.0), moment(SPAN, rect(), 9999.0)), (SPAN.from, SPAN.until));
    }
}
