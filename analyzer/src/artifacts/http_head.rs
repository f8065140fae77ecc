//! Heads of HTTP responses to somebody who has not signed in: which providers a binding really offers.
//!
//! A comment tells what was asked: `# http://127.0.0.1:80/ Host: www.contoso.com`. The head follows as it came.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::formats::text::Text;

/// Responses of one file at most.
const RESPONSES: usize = 10_000;
/// Offers of one response at most.
const OFFERS: usize = 100;

/// One response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpHead {
    /// The line that tells what was asked.
    pub at: Evidence,
    /// The URL, by an address of the server.
    pub url: String,
    /// The host header, in lower case; empty where none was needed.
    pub host: String,
    /// The status.
    pub status: Cited<u16>,
    /// The names in its `WWW-Authenticate` headers, in order.
    pub offers: Vec<Cited<String>>,
    /// `Server`, where it is told.
    pub server: Option<String>,
}

/// Whether a text holds such heads.
pub fn recognizes(text: &Text) -> bool {
    !parse(ArtifactId(0), text).value.is_empty()
}

/// Reads the heads.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<Vec<HttpHead>> {
    let mut parsed: Parsed<Vec<HttpHead>> = Parsed::default();
    let mut asked: Option<(Evidence, String, String)> = None;
    let mut in_head = false;
    for (number, line) in text.numbered() {
        let at = artifact.line(number);
        if let Some((url, host)) = question(line) {
            unanswered(asked.take(), &mut parsed);
            asked = Some((at, url, host));
            in_head = false;
        } else if line.trim().is_empty() {
            in_head = false;
        } else if let Some(status) = status(line) {
            if parsed.value.len() >= RESPONSES {
                parsed.lose(at, GapReason::OverLimit("responses".to_owned()));
                return parsed;
            }
            if let Some((asked_at, url, host)) = asked.take() {
                let status = Cited::new(status, at);
                parsed.value.push(HttpHead { at: asked_at, url, host, status, offers: Vec::new(), server: None });
                in_head = true;
            }
        } else if let Some(head) = parsed.value.last_mut().filter(|_| in_head) {
            header(head, line, at);
        }
    }
    unanswered(asked, &mut parsed);
    parsed
}

/// `# http://127.0.0.1:80/ Host: www.contoso.com`
fn question(line: &str) -> Option<(String, String)> {
    let (url, host) = match line.strip_prefix("# ")?.split_once(" Host:") {
        Some((url, host)) => (url, host.trim()),
        None => (line.strip_prefix("# ")?, ""),
    };
    let is_url = (url.starts_with("http://") || url.starts_with("https://")) && !url.trim().contains(' ');
    is_url.then(|| (url.trim().to_owned(), host.to_lowercase()))
}

fn unanswered(asked: Option<(Evidence, String, String)>, parsed: &mut Parsed<Vec<HttpHead>>) {
    if let Some((at, url, host)) = asked {
        parsed.lose(at, GapReason::ToolFailed(format!("there is no answer from {url} {host}").trim_end().to_owned()));
    }
}

/// `HTTP/1.1 401 Unauthorized`
fn status(line: &str) -> Option<u16> {
    let mut words = line.split_whitespace();
    words.next().filter(|version| version.starts_with("HTTP/"))?;
    words.next()?.parse().ok()
}

fn header(head: &mut HttpHead, line: &str, at: Evidence) {
    let Some((name, value)) = line.split_once(':') else { return };
    let value = value.trim();
    if name.eq_ignore_ascii_case("Server") {
        head.server = Some(value.to_owned());
    } else if name.eq_ignore_ascii_case("WWW-Authenticate") {
        // Several may stand in one header; a parameter has an equals sign.
        let names = value.split(',').map(str::trim).filter(|part| !part.is_empty());
        let names = names.filter_map(|part| part.split_whitespace().next()).filter(|name| !name.contains('='));
        for name in names {
            if head.offers.len() < OFFERS {
                head.offers.push(Cited::new(name.to_owned(), at));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const HEADS: &str = "# http://127.0.0.1:80/ Host: WWW.contoso.com\r\nHTTP/1.1 401 Unauthorized\r\nServer: Microsoft-IIS/10.0\r\n\
        WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nDate: Mon, 02 Mar 2026 08:15:00 GMT\r\n\r\n\
        # https://127.0.0.1:443/\r\nHTTP/1.1 401 Unauthorized\r\nwww-authenticate: Negotiate, Basic realm=\"a b\", charset=\"UTF-8\"\r\n\r\n";

    fn read(text: &str) -> Parsed<Vec<HttpHead>> {
        parse(ArtifactId(0), &Text::from(text))
    }

    fn offers(head: &HttpHead) -> Vec<&str> {
        head.offers.iter().map(|offer| offer.value.as_str()).collect()
    }

    #[test]
    fn offers_are_read_in_order_with_their_lines() {
        let parsed = read(HEADS);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let [first, second] = parsed.value.as_slice() else { panic!("{parsed:?}") };
        assert_eq!((first.url.as_str(), first.host.as_str()), ("http://127.0.0.1:80/", "www.contoso.com"));
        assert_eq!((first.status.value, offers(first)), (401, vec!["Negotiate", "NTLM"]));
        assert_eq!(first.offers[1].at, ArtifactId(0).line(5));
        assert_eq!(first.server.as_deref(), Some("Microsoft-IIS/10.0"));
        assert_eq!((second.host.as_str(), offers(second)), ("", vec!["Negotiate", "Basic"]));
    }

    #[test]
    fn a_question_without_an_answer_is_a_loss() {
        let parsed = read("# http://127.0.0.1:80/ Host: a\r\n\r\n# http://127.0.0.1:81/\r\nHTTP/1.1 200 OK\r\n");
        assert_eq!((parsed.value.len(), parsed.losses.len()), (1, 1));
        assert!(!read("# http://127.0.0.1:80/\r\n").is_whole());
    }

    #[test]
    fn only_such_texts_are_recognized() {
        assert!(recognizes(&Text::from(HEADS)));
        for text in ["", "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: NTLM\n", "# see http://a\nHTTP/1.1 200 OK\n"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[HEADS]) {
            let _ = read(cut);
        }
    }
}
