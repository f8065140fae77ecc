//! Times as the directory writes them: counts of 100 nanoseconds since 1601, and digits such as `20260302081504.0Z`.

use jiff::{SignedDuration, Timestamp};

/// Seconds from 1601 to 1970.
const EPOCH_SECS: i64 = 11_644_473_600;
/// Parts of a second.
const PER_SEC: i64 = 10_000_000;

/// A moment in an attribute that may say that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Zero: it never was, or it is overdue.
    Zero,
    /// It will never be.
    Never,
    /// Then.
    At(Timestamp),
}

/// Reads a count such as `134160408000000000`.
pub fn count(text: &str) -> Option<Moment> {
    match text.parse::<i64>().ok()? {
        0 => Some(Moment::Zero),
        i64::MAX => Some(Moment::Never),
        count => {
            let secs = count.div_euclid(PER_SEC).checked_sub(EPOCH_SECS)?;
            let nanos = i32::try_from(count.rem_euclid(PER_SEC).checked_mul(100)?).ok()?;
            Timestamp::new(secs, nanos).ok().map(Moment::At)
        }
    }
}

/// Reads GeneralizedTime in UTC; fractions of a second are left out.
pub fn digits(text: &str) -> Option<Timestamp> {
    let (digits, rest) = text.split_at_checked(14)?;
    let is_utc = rest == "Z" || rest.strip_prefix('.').is_some_and(|rest| rest.ends_with('Z'));
    if !is_utc || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (date, time) = digits.split_at_checked(8)?;
    format!("{date}T{time}Z").parse().ok()
}

/// A time that the collector wrote down, in either form.
pub fn local(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| digits(text))
}

/// Milliseconds from one moment to another.
pub fn millis_between(from: Timestamp, to: Timestamp) -> i64 {
    let duration: SignedDuration = from.duration_until(to);
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn counts_begin_in_1601() {
        assert_eq!(count("134160408000000000"), Some(Moment::At(at("2026-02-20T06:00:00Z"))));
        assert_eq!(count("116444736005000000"), Some(Moment::At(at("1970-01-01T00:00:00.5Z"))));
        assert_eq!(count("1"), Some(Moment::At(at("1601-01-01T00:00:00.0000001Z"))));
    }

    #[test]
    fn some_counts_are_no_moment() {
        assert_eq!((count("0"), count("9223372036854775807")), (Some(Moment::Zero), Some(Moment::Never)));
        for text in ["", "x", "9223372036854775806", "-9223372036854775808", "1e9", "9223372036854775808"] {
            assert_eq!(count(text), None, "{text}");
        }
    }

    #[test]
    fn digits_are_a_time_in_utc() {
        assert_eq!(digits("20260302081504.0Z"), Some(at("2026-03-02T08:15:04Z")));
        assert_eq!(digits("20260302081504Z"), Some(at("2026-03-02T08:15:04Z")));
        for text in ["", "2026", "20260302081504", "20261302081504.0Z", "20260302081504.0+0100", "2026030208150éZ"] {
            assert_eq!(digits(text), None, "{text}");
        }
        assert_eq!(local("2026-03-02T08:15:04.112Z"), Some(at("2026-03-02T08:15:04.112Z")));
    }

    #[test]
    fn the_distance_has_a_sign() {
        let (early, late) = (at("2026-03-02T08:15:04Z"), at("2026-03-02T08:15:05.5Z"));
        assert_eq!((millis_between(early, late), millis_between(late, early)), (1_500, -1_500));
        assert!(millis_between(Timestamp::MIN, Timestamp::MAX) > 0);
    }
}
