//! Tables of the numbers and words that logs and tools print: what each stands for, and what it means for IIS.

pub mod account_control;
pub mod cache_flags;
pub mod decode;
pub mod encryption_mask;
pub mod encryption_type;
pub mod event_fields;
pub mod http_status;
pub mod kerberos;
pub mod logon_process;
pub mod logon_type;
pub mod message_id;
pub mod nt_status;
pub mod number;
pub mod pre_authentication;
pub mod reading;
pub mod row;
pub mod security_event;
pub mod system_event;
pub mod ticket_flags;
pub mod win32;
