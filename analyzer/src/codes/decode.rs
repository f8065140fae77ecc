//! Everything that a code can stand for: the same number means different things in different places.

use super::number::{Number, Spelling, number};
use super::reading::{Reading, spell};
use super::row::{Row, bits, find};
use super::security_event::SecurityEvent;
use super::system_event::SystemEvent;
use super::{
    account_control, cache_flags, encryption_mask, encryption_type, event_fields, http_status, kerberos, logon_process,
    logon_type, message_id, nt_status, pre_authentication, security_event, system_event, ticket_flags, win32,
};

/// Words of a question that are looked at; a pasted line has some dozens.
const WORDS: usize = 100;

/// A table of numbers, and how logs write them.
struct Table {
    kind: &'static str,
    rows: &'static [Row],
    /// Other names of the rows.
    aliases: &'static [(&'static str, u32)],
    written: Written,
}

/// The spellings in which a number of a table is met.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Anyhow,
    InDecimal,
}

const fn table(kind: &'static str, rows: &'static [Row], written: Written) -> Table {
    Table { kind, rows, aliases: &[], written }
}

/// The tables of numbers that stand for one thing each, the likeliest first.
const TABLES: [Table; 8] = [
    Table { aliases: &kerberos::ALIASES, ..table("Kerberos error", kerberos::ROWS, Written::Anyhow) },
    table("NT status", nt_status::ROWS, Written::Anyhow),
    table("Windows error", win32::ROWS, Written::Anyhow),
    table("logon type", logon_type::ROWS, Written::InDecimal),
    table("logon method of Basic authentication", logon_type::METHODS, Written::InDecimal),
    Table { aliases: &encryption_type::ALIASES, ..table("encryption type", encryption_type::ROWS, Written::Anyhow) },
    table("pre-authentication type", pre_authentication::ROWS, Written::InDecimal),
    table("text of a security event", message_id::ROWS, Written::InDecimal),
];

/// A table of flags, and when a number is taken for a set of them.
struct Flags {
    kind: &'static str,
    rows: &'static [Row],
    /// Whole values that have a name.
    named: &'static [Row],
    fits: fn(Number) -> bool,
}

/// The tables of flags.
const FLAGS: [Flags; 5] = [
    Flags {
        kind: "encryption types as bits",
        rows: encryption_mask::ROWS,
        named: encryption_mask::SPECIAL,
        fits: |_| true,
    },
    Flags {
        kind: "userAccountControl",
        rows: account_control::ROWS,
        named: &[],
        // An account is of one kind; one bit alone is asked about as such.
        fits: |number| (number.value & account_control::KINDS).is_power_of_two() || number.value.is_power_of_two(),
    },
    Flags {
        kind: "ticket flags",
        rows: ticket_flags::TICKET,
        named: ticket_flags::COMMON_TICKETS,
        // The first bit is reserved.
        fits: |number| (0x1_0000..=0x8000_0000).contains(&number.value),
    },
    Flags {
        kind: "KDC options",
        rows: ticket_flags::OPTIONS,
        named: ticket_flags::COMMON_OPTIONS,
        fits: |number| number.value <= 0x8000_0000 && in_hexadecimal(number) && is_request(number.value),
    },
    Flags { kind: "cache flags of klist", rows: cache_flags::ROWS, named: &[], fits: in_hexadecimal },
];

/// A number with a bit that only tickets have is no request; one bit alone is asked about as such.
const fn is_request(value: u32) -> bool {
    value & ticket_flags::IN_TICKETS_ALONE == 0 || value.is_power_of_two()
}

/// Tools print these in hexadecimal; a small decimal number is something else.
const fn in_hexadecimal(number: Number) -> bool {
    matches!(number.spelling, Spelling::Hexadecimal) || number.value >= 0x1_0000
}

/// Every reading of a code in any spelling, of a name, or of a line that was pasted from a log.
pub fn decode(text: &str) -> Vec<Reading> {
    let text = text.trim().trim_end_matches([',', ';']);
    let mut readings = single(text);
    if readings.is_empty() {
        readings = log_columns(text);
    }
    if readings.is_empty() {
        readings = pasted(text);
    }
    let mut unique: Vec<Reading> = Vec::new();
    for reading in readings {
        if !unique.contains(&reading) {
            unique.push(reading);
        }
    }
    unique
}

/// The readings of one number or one name.
fn single(text: &str) -> Vec<Reading> {
    if let Some(status) = http_status::key(text).and_then(|key| find(http_status::ROWS, key)) {
        return vec![http(status)];
    }
    if let Some(id) = text.strip_prefix("%%").and_then(number) {
        return find(message_id::ROWS, id.value)
            .map(|row| plain("text of a security event", row))
            .into_iter()
            .collect();
    }
    match number(text) {
        Some(number) => by_number(number),
        None => by_name(text),
    }
}

fn by_number(number: Number) -> Vec<Reading> {
    let mut readings = Vec::new();
    let is_decimal = number.spelling == Spelling::Decimal;
    for table in TABLES.iter().filter(|table| table.written == Written::Anyhow || is_decimal) {
        readings.extend(find(table.rows, number.value).map(|row| plain(table.kind, row)));
    }
    let wrapped = win32::unwrapped(number.value).and_then(|inner| find(win32::ROWS, inner));
    readings.extend(wrapped.map(|row| Reading {
        spelled: format!("{}, inside {}", spell(row.value), spell(number.value)),
        ..plain("Windows error", row)
    }));
    if is_decimal {
        readings.extend(http_status::ROWS.iter().filter(|row| row.value / 1000 == number.value).map(http));
        readings.extend(security_event::with_id(number.value).map(security));
        readings.extend(system_event::with_id(number.value).map(system));
    }
    readings.extend(FLAGS.iter().filter_map(|flags| set_of_flags(flags, number)));
    if readings.is_empty() {
        // The binary logs of Windows 2003 keep the severity of an event in the upper half of its id.
        let is_event = matches!(number.value >> 16, 0x4000 | 0x8000 | 0xc000);
        readings.extend(system_event::with_id(number.value & 0xffff).filter(|_| is_event).map(system));
    }
    readings
}

/// A number as a set of flags; a number with a bit that no row knows is none.
fn set_of_flags(flags: &Flags, number: Number) -> Option<Reading> {
    let named = find(flags.named, number.value);
    let (known, rest) = bits(flags.rows, number.value);
    let fits = !known.is_empty() && rest == 0 && (flags.fits)(number);
    if named.is_none() && !fits {
        return None;
    }
    let lines = known.iter().map(|row| format!("0x{:x} {}: {}", row.value, row.name, row.meaning));
    let name = named.map(|row| row.name.to_owned());
    Some(Reading {
        kind: flags.kind,
        name: name.unwrap_or_else(|| known.iter().map(|row| row.name).collect::<Vec<_>>().join(", ")),
        spelled: spell(number.value),
        meaning: named.map_or_else(String::new, |row| row.meaning.to_owned()),
        lines: if rest == 0 { lines.collect() } else { Vec::new() },
    })
}

fn by_name(name: &str) -> Vec<Reading> {
    let mut readings = Vec::new();
    let is_it = |row: &&Row| row.name.split(" or ").any(|known| known.eq_ignore_ascii_case(name));
    for table in &TABLES {
        readings.extend(table.rows.iter().filter(is_it).map(|row| plain(table.kind, row)));
        let other = table.aliases.iter().filter(|(alias, _)| alias.eq_ignore_ascii_case(name));
        readings.extend(other.filter_map(|(_, value)| find(table.rows, *value)).map(|row| plain(table.kind, row)));
    }
    if readings.is_empty() {
        readings.extend(misspelled_kerberos(name));
    }
    for flags in &FLAGS {
        readings.extend(flags.rows.iter().filter(is_it).map(|row| plain(flags.kind, row)));
    }
    readings.extend(http_status::ROWS.iter().filter(is_it).map(http));
    let words = [("logon process", logon_process::PROCESSES), ("authentication package", logon_process::PACKAGES)];
    readings.extend(words.iter().filter_map(|(kind, words)| {
        let word = logon_process::find(words, name)?;
        let (name, meaning) = (word.name.to_owned(), word.meaning.to_owned());
        Some(Reading { kind, name, spelled: String::new(), meaning, lines: Vec::new() })
    }));
    readings
}

/// `KERB_AP_ERR_MODIFIED`, `ERB_AP_ERR_SKEW`: documents write the first part of a name in many ways, the rest alike.
fn misspelled_kerberos(name: &str) -> Option<Reading> {
    let upper = name.to_ascii_uppercase();
    let tail = Some(kerberos::tail(&upper)).filter(|tail| tail.len() < upper.len())?;
    let by_alias = || kerberos::ALIASES.iter().find(|(alias, _)| kerberos::tail(alias) == tail).map(|(_, value)| value);
    let row = kerberos::ROWS.iter().find(|row| kerberos::tail(row.name) == tail);
    row.or_else(|| find(kerberos::ROWS, *by_alias()?)).map(|row| plain("Kerberos error", row))
}

/// `401 1 2148074252`, or `401.1.2148074252`: the last columns of a line in the log of IIS.
fn log_columns(text: &str) -> Vec<Reading> {
    let columns: Vec<_> = text.split([' ', '\t', '.']).filter(|column| !column.is_empty()).collect();
    let Some(([status, sub], rest)) = columns.split_first_chunk::<2>() else { return Vec::new() };
    let Some(status) = http_status::key(&format!("{status}.{sub}")) else { return Vec::new() };
    if !(400_000..600_000).contains(&status) || rest.len() > 1 {
        return Vec::new();
    }
    let error = rest.first().and_then(|error| number(error));
    let status = find(http_status::ROWS, status).map(http);
    let error = error.and_then(|error| find(win32::ROWS, error.value)).map(|row| plain("Windows error", row));
    status.into_iter().chain(error).collect()
}

/// A line with codes in it, such as `klist failed: 0xc000018b/-1073741429`, or a code behind its kind: `event 4`.
fn pasted(text: &str) -> Vec<Reading> {
    let words: Vec<_> = text
        .split(|c: char| c.is_whitespace() || ",;()[]/=\"'".contains(c))
        .map(|word| word.trim_matches(':'))
        .filter(|word| !word.is_empty())
        .take(WORDS)
        .collect();
    let is_code = |word: &str| {
        number(word).is_some() || word.starts_with("%%") || word.contains('_') || http_status::key(word).is_some()
    };
    let codes = words.iter().filter(|word| is_code(word));
    let readings: Vec<_> = codes.flat_map(|word| single(word)).collect();
    let about = |reading: &Reading| {
        let kind = reading.kind.to_lowercase();
        let names = |word: &str| kind.split([' ', '-']).any(|part| part == word);
        words.iter().filter(|word| names(&word.to_lowercase())).count()
    };
    let best = readings.iter().map(about).max().unwrap_or_default();
    readings.into_iter().filter(|reading| about(reading) == best).collect()
}

fn plain(kind: &'static str, row: &Row) -> Reading {
    Reading {
        kind,
        name: row.name.to_owned(),
        spelled: spell(row.value),
        meaning: row.meaning.to_owned(),
        lines: Vec::new(),
    }
}

fn http(row: &Row) -> Reading {
    Reading { spelled: http_status::spell(row.value), ..plain("HTTP status of IIS", row) }
}

fn security(event: &SecurityEvent) -> Reading {
    let status = event.status.map(|status| format!(" with status 0x{status:08x}")).unwrap_or_default();
    let only = if event.only.is_empty() { "Windows 2000 and 2003" } else { event.only };
    let old = event.old.map(|old| format!("; {old} on {only}")).unwrap_or_default();
    let described = |id| {
        let event = event_fields::of(id)?;
        let fields = event.fields.iter().chain(event_fields::added_in_2025(id)).copied().collect::<Vec<_>>();
        Some(format!("fields of {id}: {}. {}", fields.join(", "), event.note))
    };
    let lines = [event.old.and_then(described), described(event.new)];
    Reading {
        kind: "security event",
        name: event.name.to_owned(),
        spelled: format!("{}{status}{old}", event.new),
        meaning: event.meaning.to_owned(),
        lines: lines.into_iter().flatten().collect(),
    }
}

fn system(event: &SystemEvent) -> Reading {
    let is_kerberos = event.source == system_event::KERBEROS;
    let fields = event_fields::of(event.id).filter(|_| is_kerberos);
    Reading {
        kind: "event",
        name: event.source.to_owned(),
        spelled: event.id.to_string(),
        meaning: event.meaning.to_owned(),
        lines: fields.map(|event| format!("fields: {}. {}", event.fields.join(", "), event.note)).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        decode(text).into_iter().map(|reading| reading.name).collect()
    }

    fn kinds(text: &str) -> Vec<&'static str> {
        decode(text).into_iter().map(|reading| reading.kind).collect()
    }

    #[track_caller]
    fn has(text: &str, kind: &str, name: &str) {
        let readings = decode(text);
        assert!(readings.iter().any(|reading| reading.kind == kind && reading.name == name), "{text}: {readings:#?}");
    }

    #[test]
    fn every_row_of_every_table_is_found_by_its_number_and_by_its_name() {
        for table in &TABLES {
            for row in table.rows {
                has(&row.value.to_string(), table.kind, row.name);
                if table.written == Written::Anyhow {
                    has(&format!("0x{:X}", row.value), table.kind, row.name);
                    has(&row.value.cast_signed().to_string(), table.kind, row.name);
                }
                for name in row.name.split(" or ") {
                    has(&name.to_lowercase(), table.kind, row.name);
                }
            }
            for (alias, value) in table.aliases {
                has(alias, table.kind, find(table.rows, *value).expect("a row").name);
            }
        }
        for row in http_status::ROWS {
            has(&http_status::spell(row.value), "HTTP status of IIS", row.name);
            has(&(row.value / 1000).to_string(), "HTTP status of IIS", row.name);
            has(row.name, "HTTP status of IIS", row.name);
        }
        for row in message_id::ROWS {
            has(&format!("%%{}", row.value), "text of a security event", row.name);
        }
    }

    #[test]
    fn every_flag_is_found_alone_and_among_others() {
        for flags in &FLAGS {
            for row in flags.rows {
                let reading = decode(&format!("0x{:x}", row.value));
                assert!(reading.iter().any(|one| one.kind == flags.kind), "{row:?}: {reading:#?}");
                has(row.name, flags.kind, row.name);
            }
            for row in flags.named {
                has(&format!("0x{:x}", row.value), flags.kind, row.name);
            }
            let all = flags.rows.iter().fold(0, |all, row| all | row.value);
            let reading = decode(&format!("0x{all:x}")).into_iter().find(|one| one.kind == flags.kind);
            if (flags.fits)(Number { value: all, spelling: Spelling::Hexadecimal }) {
                assert_eq!(reading.map(|reading| reading.lines.len()), Some(flags.rows.len()));
            }
        }
    }

    #[test]
    fn every_event_is_found_by_both_of_its_ids() {
        for event in security_event::EVENTS {
            for id in event.old.into_iter().chain([event.new]) {
                has(&id.to_string(), "security event", event.name);
            }
        }
        for event in system_event::EVENTS {
            has(&event.id.to_string(), "event", event.source);
        }
        for word in logon_process::PROCESSES {
            has(word.name, "logon process", word.name);
        }
        for word in logon_process::PACKAGES {
            has(word.name, "authentication package", word.name);
        }
    }

    #[test]
    fn one_status_is_the_same_in_every_spelling() {
        for text in ["0xc000018b", "3221225867", "-1073741429", "C000018B", "0XC000018b", "status_no_trust_sam_account"]
        {
            assert_eq!(names(text), ["STATUS_NO_TRUST_SAM_ACCOUNT"], "{text}");
        }
        let klist = "klist failed: 0xc000018b/-1073741429 (no account for this workstation)";
        assert_eq!(names(klist), ["STATUS_NO_TRUST_SAM_ACCOUNT"]);
    }

    #[test]
    fn bare_numbers_are_decimal() {
        assert_eq!(names("23")[0], "KDC_ERR_KEY_EXPIRED");
        assert_eq!(names("0x23")[0], "KRB_AP_ERR_NOT_US");
    }

    #[test]
    fn an_ambiguous_number_has_every_reading() {
        let of_25 = ["Kerberos error", "event", "encryption types as bits"];
        assert_eq!(kinds("25"), of_25);
        assert_eq!(
            kinds("0x19"),
            ["Kerberos error", "encryption types as bits", "KDC options", "cache flags of klist"]
        );
        assert_eq!(names("18")[..2], ["KDC_ERR_CLIENT_REVOKED", "AES256-CTS-HMAC-SHA1-96"]);
        has("3", "logon type", "Network");
        has("3", "encryption type", "DES-CBC-MD5");
        has("3", "event", system_event::KERBEROS);
        assert!(!kinds("0x3").contains(&"logon type"), "types of logon are decimal");
    }

    #[test]
    fn names_are_known_in_the_spellings_of_documents() {
        for name in ["KRB_AP_ERR_MODIFIED", "KERB_AP_ERR_MODIFIED", "krb_ap_err_modified", "ERB_AP_ERR_MODIFIED"] {
            assert_eq!(names(name), ["KRB_AP_ERR_MODIFIED"], "{name}");
        }
        assert_eq!(names("KRB_ERR_C_PRINCIPAL_UNKNOWN"), ["KDC_ERR_C_PRINCIPAL_UNKNOWN"]);
        assert_eq!(names("ERB_AP_ERR_SKEW"), ["KRB_AP_ERR_SKEW"]);
        assert_eq!(names("KDC_ERR_S_BADOPTION"), ["KDC_ERR_BADOPTION"]);
        assert_eq!(names("KRB_AP_ERR_USER_TO_USER_REQUIRED").len(), 2);
        assert_eq!(names("AES-256-CTS-HMAC-SHA1-96"), ["AES256-CTS-HMAC-SHA1-96"]);
        assert_eq!(kinds("NtLmSsp "), ["logon process"]);
    }

    #[test]
    fn columns_of_a_log_are_read_together() {
        for text in ["401 1 2148074252", "401.1.2148074252", "401  1\t2148074252"] {
            assert_eq!(names(text), ["logon failed", "SEC_E_LOGON_DENIED"], "{text}");
        }
        assert_eq!(names("401 2 5"), ["refused by the server's configuration", "ERROR_ACCESS_DENIED"]);
        assert_eq!(names("401.1"), ["logon failed"]);
        assert_eq!(kinds("401"), vec!["HTTP status of IIS"; 11]);
    }

    #[test]
    fn a_kind_before_a_code_chooses() {
        assert_eq!(kinds("logon type 3"), ["logon type"]);
        assert_eq!(kinds("Logon Type:\t8"), ["logon type"]);
        assert_eq!(kinds("userAccountControl: 66048"), ["userAccountControl"]);
        assert!(kinds("event 4").iter().all(|kind| kind.contains("event")));
        assert_eq!(kinds("Failure Code: 0x18")[0], "Kerberos error");
    }

    #[test]
    fn masks_are_taken_apart() {
        let account = &decode("userAccountControl 66048")[0];
        assert_eq!(account.name, "NORMAL_ACCOUNT, DONT_EXPIRE_PASSWORD");
        let ticket = decode("0x40a50000");
        assert_eq!((ticket[0].kind, ticket[0].name.as_str()), ("ticket flags", "service ticket for a delegate"));
        assert!(ticket[0].lines.iter().any(|line| line.contains("ok_as_delegate")), "{ticket:#?}");
        has("28", "encryption types as bits", "RC4 and AES");
        has("0x7fffffff", "encryption types as bits", "everything");
        assert!(decode("0x7ffffff8").iter().all(|reading| reading.kind == "encryption types as bits"));
    }

    #[test]
    fn wrapped_errors_and_ids_with_a_severity_are_unwrapped() {
        assert_eq!(names("-2147024891"), ["ERROR_ACCESS_DENIED"]);
        assert_eq!(names("-2147463162"), ["E_ADS_PROPERTY_NOT_SUPPORTED"]);
        assert_eq!(names("0xC000000B"), [system_event::KDC]);
    }

    #[test]
    fn nonsense_has_no_reading() {
        for text in ["", "0xdeadbeef", "401.x", "hello", "%%", "%%9", "a b c", "4294967296", "_", "-"] {
            assert_eq!(names(text), [""; 0], "{text}");
        }
        assert!(decode(&"0x29 ".repeat(100_000)).len() == decode("0x29").len());
    }
}
