//! What the parts of reading an event log cost, on a log of 20,000 events that the samples write.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use kerbscope::artifacts::event_log::{self, LogReader};
use kerbscope::artifacts::event_log_stored::{self, to_bytes};
use kerbscope::evidence::place::ArtifactId;
use kerbscope::facts::attempts::attempts;
use kerbscope::facts::sign_ins::sign_ins;
use kerbscope::formats::evtx::log::Reader;
use kerbscope_samples::events::security::{self, Visitor};
use kerbscope_samples::evtx::log;

/// Logons and tickets of many accounts; one of ten is refused.
fn security_log() -> Vec<u8> {
    let start: Timestamp = "2026-03-02T07:00:00Z".parse().expect("is a time");
    let users: Vec<&'static str> = (0..500).map(|number| &*String::leak(format!("user{number}"))).collect();
    let event = |number: usize| {
        let time = start + SignedDuration::from_secs(i64::try_from(number).expect("is small"));
        let user = users[number % users.len()];
        let visitor = Visitor { user, rid: 1604, workstation: "CLIENT07", address: "10.0.0.57", port: "50112" };
        let mut event = match number % 10 {
            0 => security::refused_logon(time, ("CONTOSO", user), (0xc000_006d, 0xc000_006a), "10.0.0.57"),
            1..=4 => security::kerberos_logon(time, &visitor),
            _ => security::service_ticket(time, &visitor, ("svc-web", 1118)),
        };
        event.computer.push_str("WEB01.contoso.com");
        event
    };
    log::write(1, &(0..20_000).map(event).collect::<Vec<_>>())
}

fn parts(criterion: &mut Criterion) {
    let log = security_log();
    let read = || {
        let mut reader = LogReader::new();
        reader.take(&log);
        reader.finish()
    };
    let stored = to_bytes(&read()).expect("is stored");
    let parsed = event_log::parse(ArtifactId(0), &log).value;
    let rows = attempts(&parsed);

    let mut group = criterion.benchmark_group("event log");
    group.throughput(Throughput::Bytes(log.len() as u64));
    group.bench_function("walk: number, provider and time of each record", |bencher| {
        bencher.iter(|| {
            let mut count = 0_u64;
            Reader::default().take(&log, &mut |record| count += u64::from(record.id));
            black_box(count)
        });
    });
    group.bench_function("walk: all fields of each record", |bencher| {
        bencher.iter(|| {
            let mut count = 0;
            Reader::default().take(&log, &mut |mut record| count += record.fields().map_or(0, |fields| fields.len()));
            black_box(count)
        });
    });
    group.bench_function("read: count, tally and keep", |bencher| bencher.iter(|| black_box(read())));
    group.bench_function("from the cache", |bencher| bencher.iter(|| black_box(event_log_stored::read(&stored[..]))));
    group.finish();
    criterion.bench_function("rows of a log", |bencher| bencher.iter(|| black_box(attempts(&parsed))));
    criterion.bench_function("what belongs together", |bencher| bencher.iter(|| black_box(sign_ins(&rows, &[]))));
}

criterion_group!(benches, parts);
criterion_main!(benches);
