//! What the event logs of a case tell together, a line for each thing: what fails since when, attempts that several
//! logs saw, who signs in with NTLM, and which logon was made with which ticket.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::case::Case;
use crate::facts::attempts::{Attempt, Code};
use crate::facts::beginnings::Beginning;
use crate::facts::event_picture::{EventPicture, Failing, Rows, Share, event_picture};
use crate::facts::sign_ins::SignIn;
use crate::report::escape::escape;
use crate::report::event_list::place;
use crate::report::headline::plural;

/// Lines of each kind in a report.
pub const EVENTS: usize = 10;

/// The lines, escaped; of each kind so many at most. None where no log tells anything about signing in.
pub fn event_summary(case: &Case, most: usize) -> Vec<String> {
    let picture = event_picture(&case.artifacts, &case.facts, Rows::Kept);
    let mut lines = Vec::new();
    for told in [
        picture.failing.iter().map(failing).collect(),
        together(case, &picture),
        shares(&picture.shares, most),
        tickets(case, &picture),
    ] {
        let more = told.len().saturating_sub(most);
        lines.extend(told.into_iter().take(most).map(|line: String| escape(&line)));
        if more > 0 {
            lines.push(format!("and {more} more, which kerbscope events --summary lists"));
        }
    }
    lines
}

/// `service-ticket (4769) on DC1: 143 failed with 0x7 KDC_ERR_S_PRINCIPAL_UNKNOWN, 12 accounts, 2026-03-01 07:00 to …`
fn failing(failing: &Failing) -> String {
    let Failing { computer, kind, id, code, count, users, first, last, began, .. } = failing;
    let code = code.map(|code| format!(" with {}", named(code))).unwrap_or_default();
    let accounts = if *users > 0 { format!(", {}", plural(*users, "account")) } else { String::new() };
    let computer = if computer.is_empty() { "a computer" } else { computer };
    let span = match (first, last) {
        (Some(first), Some(last)) if first == last => format!(", {}", minute(*first)),
        (Some(first), Some(last)) => format!(", {} to {}", minute(*first), minute(*last)),
        _ => String::new(),
    };
    let began = began.map(|began| format!("; {}", beginning(&began))).unwrap_or_default();
    format!("{} ({id}) on {computer}: {count} failed{code}{accounts}{span}{began}", kind.word())
}

/// `began 2026-03-03 09:00: 268 since in 2.8 days, none in the 4.2 days before`
fn beginning(began: &Beginning) -> String {
    let hour = Timestamp::from_second(began.hour.saturating_mul(3600)).map(minute).unwrap_or_default();
    let before = if began.before == 0 { "none".to_owned() } else { began.before.to_string() };
    let (since_days, before_days) = (days(began.hours_since), days(began.hours_before));
    format!(
        "began {hour}: {} since in {since_days}, {before} in the {before_days} before that the log covers",
        began.since
    )
}

/// `2.8 days`
fn days(hours: i64) -> String {
    let tenths = hours.saturating_mul(10).saturating_add(12) / 24;
    let (whole, tenth) = (tenths / 10, tenths % 10);
    if tenth == 0 { format!("{whole} days") } else { format!("{whole}.{tenth} days") }
}

/// Attempts that several records tell of, one line for those that look the same.
fn together(case: &Case, picture: &EventPicture<'_>) -> Vec<String> {
    let mut alike: BTreeMap<String, Vec<&SignIn>> = BTreeMap::new();
    for sign_in in &picture.sign_ins {
        let events = sign_in.events.iter().filter_map(|index| picture.attempts.get(*index));
        let mut words: Vec<String> = events.map(step).collect();
        if sign_in.request.is_some() {
            words.push("401 by IIS".to_owned());
        }
        alike.entry(words.join(", ")).or_default().push(sign_in);
    }
    let mut alike: Vec<(String, Vec<&SignIn>)> = alike.into_iter().collect();
    alike.sort_by(|one, other| other.1.len().cmp(&one.1.len()).then_with(|| one.0.cmp(&other.0)));
    let line = |(words, sign_ins): (String, Vec<&SignIn>)| {
        let users: BTreeSet<&str> = sign_ins.iter().map(|sign_in| sign_in.user.as_str()).collect();
        let who = match users.first() {
            Some(user) if users.len() == 1 => (*user).to_owned(),
            _ => plural(users.len(), "account"),
        };
        let first = sign_ins.first()?;
        let event = first.events.first().and_then(|index| picture.attempts.get(*index))?;
        let places = [Some(event.at), first.request].into_iter().flatten().filter_map(|at| place(case, at));
        let places = places.collect::<Vec<_>>().join("; ");
        let count = plural(sign_ins.len(), "attempt");
        Some(format!(
            "{count} of {who}, each told by several records: {words}; first {} ({places})",
            when(first.time, event)
        ))
    };
    alike.into_iter().filter_map(line).collect()
}

/// `service-ticket 0x12 KDC_ERR_CLIENT_REVOKED on DC1`
fn step(attempt: &Attempt<'_>) -> String {
    let code = attempt.sub_code.or(attempt.code).map(|code| format!(" {}", named(code))).unwrap_or_default();
    // Lists out of the Event Viewer do not tell it.
    let computer = if attempt.computer.is_empty() { "a computer" } else { attempt.computer };
    format!("{} ({}){code} on {computer}", attempt.kind.word(), attempt.id)
}

/// Network logons of each computer, with the clients that use NTLM.
fn shares(shares: &[Share], most: usize) -> Vec<String> {
    let mut computers: BTreeMap<&str, Vec<&Share>> = BTreeMap::new();
    for share in shares {
        computers.entry(&share.computer).or_default().push(share);
    }
    let line = |(computer, shares): (&str, Vec<&Share>)| {
        let all = |count: fn(&Share) -> u64| shares.iter().map(|share| count(share)).fold(0, u64::saturating_add);
        let (kerberos, ntlm) = (all(|share| share.kerberos), all(|share| share.ntlm));
        let total = kerberos.saturating_add(ntlm);
        if ntlm == 0 {
            return format!("network logons on {computer}: {total}, all with Kerberos");
        }
        let using: Vec<&&Share> = shares.iter().filter(|share| share.ntlm > 0).collect();
        let shown = using.iter().take(most.min(CLIENTS)).map(|share| client(share)).collect::<Vec<_>>().join("; ");
        let (using, clients) = (using.len(), plural(shares.len(), "client"));
        format!("network logons on {computer}: {ntlm} of {total} with NTLM, by {using} of {clients}: {shown}")
    };
    computers.into_iter().map(line).collect()
}

/// Clients that are named in one line.
const CLIENTS: usize = 10;

/// `10.0.0.57 (7 of 9, site 2)`
fn client(share: &Share) -> String {
    let total = share.kerberos.saturating_add(share.ntlm);
    let numbers: Vec<String> = share.sites.iter().map(ToString::to_string).collect();
    let sites = match numbers.as_slice() {
        [] => String::new(),
        [one] => format!(", site {one}"),
        many => format!(", sites {}", many.join(" and ")),
    };
    format!("{} ({} of {total}{sites})", share.client, share.ntlm)
}

fn tickets(case: &Case, picture: &EventPicture<'_>) -> Vec<String> {
    let Some(first) = picture.tickets.first() else { return Vec::new() };
    let [logon, ticket] = [first.logon.at(), first.ticket.at()].map(|at| place(case, at).unwrap_or_default());
    let count = plural(picture.tickets.len(), "logon");
    vec![format!("{count} with the request for the ticket beside it, by LogonGuid: first {logon}, made with {ticket}")]
}

fn when(time: Option<Timestamp>, event: &Attempt<'_>) -> String {
    time.map(minute).or_else(|| event.local_time.map(str::to_owned)).unwrap_or_default()
}

fn named(code: Code) -> String {
    code.name.map_or_else(|| format!("{:#x}", code.value), |name| format!("{:#x} {name}", code.value))
}

/// `2026-03-02 08:15`
fn minute(time: Timestamp) -> String {
    time.to_string().get(..16).unwrap_or_default().replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_told_with_what_was_before() {
        let began = Beginning { hour: 492_232, before: 0, since: 268, hours_before: 100, hours_since: 68 };
        let words = "began 2026-02-25 16:00: 268 since in 2.8 days, none in the 4.2 days before that the log covers";
        assert_eq!(beginning(&began), words);
        assert!(beginning(&Beginning { before: 3, ..began }).contains(", 3 in the 4.2 days before"));
    }

    #[test]
    fn a_client_is_told_with_the_sites_it_asked() {
        let share = |sites: &[u32]| Share {
            computer: "WEB01".to_owned(),
            client: "10.0.0.57".to_owned(),
            sites: sites.iter().copied().collect(),
            kerberos: 2,
            ntlm: 7,
        };
        assert_eq!(client(&share(&[])), "10.0.0.57 (7 of 9)");
        assert_eq!(client(&share(&[2])), "10.0.0.57 (7 of 9, site 2)");
        assert_eq!(client(&share(&[1, 2])), "10.0.0.57 (7 of 9, sites 1 and 2)");
    }
}
