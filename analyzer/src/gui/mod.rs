//! The window: opens bundles and shows the diagnosis.

pub mod action;
pub mod app;
pub mod badge;
pub mod check_view;
pub mod command_view;
pub mod content;
pub mod doors;
pub mod evidence_view;
pub mod exchange_content;
pub mod exchange_view;
pub mod file_dialog;
pub mod finding_content;
pub mod finding_list;
pub mod finding_view;
pub mod gaps_view;
pub mod header;
pub mod keys;
pub mod load;
pub mod overlay;
pub mod piece;
pub mod row;
pub mod settings;
pub mod start;
pub mod start_page;
pub mod theme;
pub mod unlock_view;
