//! `tasklist /v` output: which processes run, and as whom; as a table or as CSV.
//!
//! Headings are translated; the order of the columns is not.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::formats::csv;
use crate::formats::text::Text;

/// Processes of one file at most.
const PROCESSES: usize = 50_000;
/// The column of the account, counted from 0.
const USER: usize = 6;
/// The columns of a verbose list.
const COLUMNS: usize = 9;

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Where it stands.
    pub at: Evidence,
    /// Its program.
    pub image: String,
    /// Its number.
    pub id: u32,
    /// The account that it runs as; none where it could not be seen.
    pub user: Option<Cited<String>>,
}

/// Whether a text was printed by `tasklist /v`.
pub fn recognizes(text: &Text) -> bool {
    !parse(ArtifactId(0), text).value.is_empty()
}

/// Reads the output.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<Vec<Process>> {
    let mut parsed: Parsed<Vec<Process>> = Parsed::default();
    let mut ruler: Option<Vec<(usize, usize)>> = None;
    for (number, line) in text.numbered() {
        let at = artifact.line(number);
        let cells = if line.starts_with('"') {
            csv::cells(line)
        } else if let Some(edges) = rule(line) {
            ruler = Some(edges);
            continue;
        } else if let Some(edges) = ruler.as_ref().filter(|_| !line.trim().is_empty()) {
            edges.iter().map(|(from, to)| columns(line, *from, *to)).collect()
        } else {
            continue;
        };
        if parsed.value.len() >= PROCESSES {
            parsed.lose(at, GapReason::OverLimit("processes".to_owned()));
            break;
        }
        parsed.value.extend(process(&cells, at));
    }
    parsed
}

fn process(cells: &[String], at: Evidence) -> Option<Process> {
    let [image, id, ..] = cells else { return None };
    let user = cells.get(USER).map(|user| user.trim()).filter(|user| user.contains('\\'));
    (cells.len() == COLUMNS).then_some(())?;
    Some(Process {
        at,
        image: image.trim().to_owned(),
        id: id.trim().parse().ok()?,
        user: user.map(|user| Cited::new(user.to_owned(), at)),
    })
}

/// `======== ====`: where each column begins and ends.
fn rule(line: &str) -> Option<Vec<(usize, usize)>> {
    if !line.starts_with("====") || line.chars().any(|c| c != '=' && c != ' ') {
        return None;
    }
    let mut edges = Vec::new();
    let mut at = 0_usize;
    for part in line.split(' ') {
        let end = at.saturating_add(part.len());
        edges.push((at, end));
        at = end.saturating_add(1);
    }
    (edges.len() == COLUMNS).then_some(edges)
}

fn columns(line: &str, from: usize, to: usize) -> String {
    line.chars().skip(from).take(to.saturating_sub(from)).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const CSV: &str = "\"Image Name\",\"PID\",\"Session Name\",\"Session#\",\"Mem Usage\",\"Status\",\"User Name\",\"CPU Time\",\"Window Title\"\r\n\
        \"w3wp.exe\",\"4712\",\"Services\",\"0\",\"45,320 K\",\"Unknown\",\"CONTOSO\\svc-web\",\"0:00:12\",\"N/A\"\r\n\
        \"w3wp.exe\",\"5000\",\"Services\",\"0\",\"45,320 K\",\"Unknown\",\"N/A\",\"0:00:12\",\"N/A\"\r\n";
    const TABLE: &str = "\r\nAbbildname   PID Sitzungsname Sitz. Speicher Status  Benutzername    CPU-Zeit Fenstertitel\r\n\
        ============ === ============ ===== ======== ======= =============== ======== ============\r\n\
        w3wp.exe     471 Services     0     45.320 K Unknown CONTOSO\\svc-web 0:00:12  Nicht zutreffend\r\n";

    fn read(text: &str) -> Vec<Process> {
        parse(ArtifactId(0), &Text::from(text)).value
    }

    #[test]
    fn owners_are_read_from_either_form() {
        let [first, second] = &read(CSV)[..] else { panic!("{:?}", read(CSV)) };
        let user = Cited::new("CONTOSO\\svc-web".to_owned(), ArtifactId(0).line(2));
        assert_eq!((first.image.as_str(), first.id, first.user.as_ref()), ("w3wp.exe", 4712, Some(&user)));
        assert_eq!((second.id, second.user.as_ref()), (5000, None));
        let table = read(TABLE);
        assert_eq!(
            (table[0].id, table[0].user.as_ref().map(|user| user.value.as_str())),
            (471, Some("CONTOSO\\svc-web"))
        );
    }

    #[test]
    fn a_list_without_owners_or_of_nothing_holds_no_process() {
        assert!(read("\"w3wp.exe\",\"4712\",\"Services\",\"0\",\"45,320 K\"\r\n").is_empty());
        assert!(read("INFO: No tasks are running which match the specified criteria.\r\n").is_empty());
    }

    #[test]
    fn only_such_texts_are_recognized() {
        assert!(recognizes(&Text::from(CSV)) && recognizes(&Text::from(TABLE)));
        for text in ["", "\"a\",\"b\"", "==== ====", "hello"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[CSV, TABLE]) {
            let _ = read(cut);
        }
    }
}
