//! Which servers of the directory Windows knows for this computer.

use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::ERROR_NO_SUCH_DOMAIN;
use windows_sys::Win32::NetworkManagement::NetManagement::{
    NetApiBufferFree, NetGetJoinInformation, NetSetupUnknownStatus, NetSetupWorkgroupName,
};
use windows_sys::Win32::Networking::ActiveDirectory::{
    DOMAIN_CONTROLLER_INFOW, DS_DIRECTORY_SERVICE_REQUIRED, DS_GC_SERVER_REQUIRED, DS_RETURN_DNS_NAME, DsGetDcNameW,
};

use crate::directory::failure::{Failure, FailureKind};
use crate::windows::wide::text_at;

/// A domain controller of the domain of this computer.
///
/// # Errors
///
/// The computer is in a workgroup, or no domain controller answers.
pub fn domain_controller() -> Result<String, Failure> {
    server(0, "domain controller")
}

/// A global catalog of its forest.
///
/// # Errors
///
/// None answers.
pub fn global_catalog() -> Result<String, Failure> {
    server(DS_GC_SERVER_REQUIRED, "global catalog")
}

fn server(flags: u32, title: &str) -> Result<String, Failure> {
    const LONGEST_NAME: usize = 1024;
    if is_in_workgroup() {
        return Err(Failure::new(FailureKind::Absent, "this computer is in a workgroup"));
    }
    let flags = flags | DS_DIRECTORY_SERVICE_REQUIRED | DS_RETURN_DNS_NAME;
    let mut found: *mut DOMAIN_CONTROLLER_INFOW = null_mut();
    // SAFETY: null stands for this computer and its domain; the library writes one pointer.
    let error = unsafe { DsGetDcNameW(null(), null(), null(), null(), flags, &raw mut found) };
    let buffer = Buffer(found.cast());
    // SAFETY: null, or a structure that the library filled and the buffer keeps.
    let name = unsafe { found.as_ref() }.map(|found| found.DomainControllerName);
    // SAFETY: a text of the library, which ends with a zero.
    let name = name.and_then(|name| unsafe { text_at(name, LONGEST_NAME) });
    drop(buffer);
    if let Some(name) = name.filter(|_| error == 0) {
        return Ok(name.trim_start_matches('\\').to_owned());
    }
    let said = match error {
        ERROR_NO_SUCH_DOMAIN => format!("Windows found no {title} (error {error})"),
        _ => format!("Windows could not look for a {title} (error {error})"),
    };
    Err(Failure::new(FailureKind::Code(error.cast_signed()), said))
}

fn is_in_workgroup() -> bool {
    let (mut name, mut status) = (null_mut(), NetSetupUnknownStatus);
    // SAFETY: null stands for this computer; the library writes one value to each place.
    let error = unsafe { NetGetJoinInformation(null(), &raw mut name, &raw mut status) };
    drop(Buffer(name.cast()));
    error == 0 && status == NetSetupWorkgroupName
}

/// Memory that the library gave.
struct Buffer(*mut core::ffi::c_void);

impl Drop for Buffer {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: it came from the library, and is freed once.
            unsafe { NetApiBufferFree(self.0) };
        }
    }
}
