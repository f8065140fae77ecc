//! What a piece holds, by the kind of its artifact and its place in it.

use std::collections::HashMap;

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::rewrite::piece::Place;

use crate::pseudonym::class::{self, Class};

/// Who writes events whose fields have no names, and many of them are names.
const NAMELESS: &str = "|netlogon|lsasrv|kdc|kdcsvc|microsoft-windows-kerberos-key-distribution-center|\
    microsoft-windows-security-netlogon|kerberos|";

/// What was read of an artifact before this piece.
#[derive(Debug, Default)]
pub struct State {
    /// Who wrote the event, in small letters.
    provider: String,
    /// The key of the registry.
    key: String,
    /// What fields of events hold, by their names: the same few hundred names come again and again.
    fields: HashMap<Box<str>, Class>,
}

/// What a piece holds.
pub fn class(kind: ArtifactKind, place: &Place<'_>, text: &str, state: &mut State) -> Class {
    match *place {
        Place::Content { element, name } if kind == ArtifactKind::EventLogXml => content(element, name, text, state),
        Place::Attribute { name, .. } if name.starts_with("xmlns") => Class::Kept,
        Place::Attribute { element, name } if kind == ArtifactKind::EventLogXml => {
            if element == "Provider" && name == "Name" {
                state.provider = text.to_lowercase();
            }
            if matches!(
                (element, name),
                ("Data", "Name") | ("Provider" | "TimeCreated" | "Correlation" | "Execution", _)
            ) {
                return Class::Kept;
            }
            Class::Text
        }
        Place::Attribute { element, name } => class::of_setting(element, name),
        Place::Value { key } => match kind {
            ArtifactKind::Directory => class::of_attribute(key),
            ArtifactKind::LsaTickets => class::of_member(key),
            _ if state.key.ends_with("\\zonemapkey") => Class::Kept,
            _ => class::of_value(key),
        },
        Place::ValueName if state.key.ends_with("\\zonemapkey") => Class::Host,
        Place::Line | Place::Content { .. } | Place::ValueName => Class::Text,
        Place::Key => {
            state.key = text.trim_end_matches([']', '\r', '\n']).to_lowercase();
            Class::Text
        }
    }
}

/// What stands between the tags of an event.
fn content(element: &str, name: &str, text: &str, state: &mut State) -> Class {
    match element {
        "Computer" => Class::Host,
        "EventID" | "Version" | "Level" | "Task" | "Opcode" | "Keywords" | "EventRecordID" | "Channel" => Class::Kept,
        "Binary" => binary(text),
        "Data" if name.is_empty() => nameless(text, state),
        "Data" => field(name, state),
        // Events with data of their own kind name the field by the element.
        _ => field(element, state),
    }
}

fn field(name: &str, state: &mut State) -> Class {
    const MOST: usize = 500;
    if let Some(class) = state.fields.get(name) {
        return *class;
    }
    let class = class::of_field(name);
    if state.fields.len() < MOST {
        state.fields.insert(name.into(), class);
    }
    class
}

/// A code of a few bytes stays; anything longer may hold names in any form.
fn binary(text: &str) -> Class {
    const CODE_DIGITS: usize = 16;
    if text.trim().len() <= CODE_DIGITS { Class::Kept } else { Class::Secret }
}

/// A single word in an event about domains, unless it is a number, a code or a constant of Windows.
fn nameless(text: &str, state: &State) -> Class {
    let word = text.trim();
    let is_word = !word.is_empty() && !word.contains(char::is_whitespace) && word.contains(char::is_alphabetic);
    let is_code = word.starts_with(['%', '0', '{']) || word.starts_with("DS_") || word.starts_with("KDC_");
    let knows_names = NAMELESS.contains(&format!("|{}|", state.provider));
    if knows_names && is_word && !is_code { Class::Spn } else { Class::Text }
}
