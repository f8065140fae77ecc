//! What the view of events costs with a million events: a frame while the list scrolls, an answer, and the memory.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Event, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, Vec2, vec2};
use jiff::Timestamp;
use kerbscope::case::Case;
use kerbscope::evidence::place::ArtifactId;
use kerbscope::facts::attempts::{Attempt, Code, Kind, Outcome};
use kerbscope::gui::content::Content;
use kerbscope::gui::event_content::EventContent;
use kerbscope::gui::events_view::{self, EventsState};
use kerbscope::gui::record_reader::Origin;
use kerbscope::timeline::answer::{Direction, Key, Question, answer};
use kerbscope::timeline::columns::{Column, Events};
use kerbscope::timeline::filter::Filter;

/// Rows of the list.
const ROWS: u32 = 1_000_000;
/// Frames that are measured.
const FRAMES: usize = 600;

fn names(count: u32, name: impl Fn(u32) -> String) -> Vec<&'static str> {
    (0..count).map(|number| &*String::leak(name(number))).collect()
}

/// Logons and tickets of many accounts, from many computers; one of ten failed.
fn events() -> Events {
    let users = names(20_000, |number| format!("user{number:05}.surname"));
    let clients = names(5_000, |number| format!("10.{}.{}.{}", number / 2500, number / 50 % 50, number % 50));
    let services = names(500, |number| format!("HTTP/server{number:03}.contoso.com"));
    let fields: &'static _ = Box::leak(Box::default());
    let attempt = |row: u32| {
        let pick = |names: &[&'static str], step: u32| names[(row.wrapping_mul(step) >> 3) as usize % names.len()];
        let failed = row % 10 == 0;
        let time = Timestamp::from_millisecond(1_772_000_000_000 + i64::from(row) * 86).ok();
        Attempt {
            at: ArtifactId(row % 3).record(u64::from(row)),
            first: time,
            last: time,
            local_time: None,
            count: if failed { 1 } else { 1 + u64::from(row % 40) },
            computer: if row % 3 == 0 { "WEB01.contoso.com" } else { "DC01.contoso.com" },
            provider: "Microsoft-Windows-Security-Auditing",
            id: if failed { 4625 } else { 4769 },
            kind: if failed { Kind::Logon } else { Kind::ServiceTicket },
            outcome: if failed { Outcome::Failed } else { Outcome::Succeeded },
            user: Some(pick(&users, 2_654_435_761)),
            domain: Some("CONTOSO"),
            client: Some(pick(&clients, 40_503)),
            service: (!failed).then(|| pick(&services, 97)),
            package: failed.then_some("NTLM V2"),
            logon_type: failed.then_some(3),
            process: None,
            encryption_type: (!failed).then_some(18),
            code: failed.then_some(Code { value: 0xc000_006d, name: Some("STATUS_LOGON_FAILURE") }),
            sub_code: failed.then_some(Code { value: 0xc000_006a, name: Some("STATUS_WRONG_PASSWORD") }),
            fields,
        }
    };
    let attempts: Vec<_> = (0..ROWS).map(attempt).collect();
    Events::of(&attempts, |log| format!("events/Security-{}.evtx", log.0))
}

fn median(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 95 / 100])
}

fn answers(events: &Events) {
    let user = Key::Words(Column::User);
    for (what, filter, key) in [
        ("no filter", "", Key::Time),
        ("user:user01234", "user:user01234", Key::Time),
        ("words anywhere", "surname 10.1.7", Key::Time),
        ("-outcome:succeeded code:0xc000006a", "-outcome:succeeded code:0xc000006a", Key::Time),
        ("no filter, sorted by user", "", user),
        ("id:4625, sorted by user", "id:4625", user),
    ] {
        let question =
            Question { filter: Filter::parse(filter), key, direction: Direction::Up, buckets: 240, ..Question::default() };
        let mut rows = 0;
        let times = (0..15).map(|_| {
            let start = Instant::now();
            let answer = answer(events, &question, &|| true).expect("nobody stops it");
            rows = answer.rows.len();
            start.elapsed()
        });
        let (half, most) = median(times.collect());
        println!("answer, {what}: {rows} rows, p50 {half:.1?}, p95 {most:.1?}");
    }
}

fn frames(content: &Content) {
    let ctx = egui::Context::default();
    kerbscope::gui::theme::install(&ctx);
    let mut state = EventsState::default();
    let screen = Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 800.0));
    let mut time = 0.0;
    let mut shown = 0;
    let mut frame = |state: &mut EventsState, events: Vec<Event>| {
        time += 1.0 / 60.0;
        let input = RawInput { screen_rect: Some(screen), time: Some(time), events, ..RawInput::default() };
        let start = Instant::now();
        let output = ctx.run_ui(input, |ui| {
            black_box(events_view::ui(ui, content, state));
        });
        let spent = start.elapsed();
        shown = output.shapes.len();
        output.drop_without_applying_deltas();
        (spent, shown)
    };
    while frame(&mut state, Vec::new()).1 < 100 || state.is_busy() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let scroll = || {
        let wheel = Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: Vec2::new(0.0, -4_321.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        };
        vec![Event::PointerMoved(Pos2::new(600.0, 400.0)), wheel]
    };
    for (what, scrolls) in [("resting", false), ("scrolling", true)] {
        let mut least = usize::MAX;
        let times = (0..FRAMES).map(|_| {
            let (spent, shapes) = frame(&mut state, if scrolls { scroll() } else { Vec::new() });
            least = least.min(shapes);
            spent
        });
        let (half, most) = median(times.collect());
        println!("layout of a frame, {what}: p50 {half:.2?}, p95 {most:.2?}; at least {least} shapes in it");
    }
}

fn main() {
    let start = Instant::now();
    let events = Arc::new(events());
    println!("{ROWS} rows made and put into columns in {:.1?}", start.elapsed());
    answers(&events);
    println!("memory of the columns: {} MiB", events.bytes() >> 20);
    let mut content = Content::of(&Arc::new(Case::default()), Origin::default());
    let mut shown = EventContent::default();
    shown.events = events;
    content.events = Arc::new(shown);
    frames(&content);
}
