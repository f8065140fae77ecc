//! A case put into words: findings, the lines that show them, fixes, and the checks that stay open.

pub mod comparison;
pub mod document;
pub mod escape;
pub mod event_list;
pub mod event_summary;
pub mod excerpt;
pub mod headline;
pub mod html;
pub mod json;
pub mod json_events;
pub mod left_open;
pub mod markdown;
pub mod text;
