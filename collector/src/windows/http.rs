//! One request by WinHTTP, without proxy, without signing in, without following anything.

use std::io;
use std::ptr;
use std::time::Duration;

use windows_sys::Win32::Networking::WinHttp::{
    SECURITY_FLAG_IGNORE_CERT_CN_INVALID, SECURITY_FLAG_IGNORE_CERT_DATE_INVALID,
    SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE, SECURITY_FLAG_IGNORE_UNKNOWN_CA, WINHTTP_ACCESS_TYPE_NO_PROXY,
    WINHTTP_DISABLE_AUTHENTICATION, WINHTTP_DISABLE_COOKIES, WINHTTP_DISABLE_KEEP_ALIVE, WINHTTP_DISABLE_REDIRECTS,
    WINHTTP_FLAG_SECURE, WINHTTP_OPTION_DISABLE_FEATURE, WINHTTP_OPTION_SECURITY_FLAGS, WINHTTP_QUERY_RAW_HEADERS_CRLF,
    WinHttpCloseHandle, WinHttpConnect, WinHttpOpen, WinHttpOpenRequest, WinHttpQueryHeaders, WinHttpReceiveResponse,
    WinHttpSendRequest, WinHttpSetOption, WinHttpSetTimeouts,
};

use crate::http_head::HeadRequest;
use crate::windows::wide::Wide;

/// How many UTF-16 units of a head are read; HTTP.sys sends far less.
const HEAD_UNITS: usize = 32 << 10;

/// A certificate is not what is asked about.
const ANY_CERTIFICATE: u32 = SECURITY_FLAG_IGNORE_CERT_CN_INVALID
    | SECURITY_FLAG_IGNORE_CERT_DATE_INVALID
    | SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE
    | SECURITY_FLAG_IGNORE_UNKNOWN_CA;

/// The credentials of whoever runs this are not sent anywhere.
const ALONE: u32 =
    WINHTTP_DISABLE_AUTHENTICATION | WINHTTP_DISABLE_COOKIES | WINHTTP_DISABLE_KEEP_ALIVE | WINHTTP_DISABLE_REDIRECTS;

/// A handle of WinHTTP, closed when it is dropped.
struct Handle(*mut core::ffi::c_void);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle came from WinHTTP, is not null, and is closed here only.
        unsafe { WinHttpCloseHandle(self.0) };
    }
}

fn handle(raw: *mut core::ffi::c_void) -> io::Result<Handle> {
    if raw.is_null() { Err(io::Error::last_os_error()) } else { Ok(Handle(raw)) }
}

fn checked(succeeded: i32) -> io::Result<()> {
    if succeeded == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn wide(text: &str) -> io::Result<Wide> {
    Wide::new(text).ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

/// The status line and the headers that come back; the body is not read.
///
/// # Errors
///
/// Nobody answers, or not in time, or not in HTTP.
pub fn head(request: &HeadRequest, time: Duration) -> io::Result<String> {
    let agent = wide(crate::console::PROGRAM)?;
    // SAFETY: the text ends with a zero and outlives the call; null stands for "none".
    let session =
        handle(unsafe { WinHttpOpen(agent.as_ptr(), WINHTTP_ACCESS_TYPE_NO_PROXY, ptr::null(), ptr::null(), 0) })?;
    let milliseconds = i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: the handle is open.
    checked(unsafe { WinHttpSetTimeouts(session.0, milliseconds, milliseconds, milliseconds, milliseconds) })?;
    let address = wide(&request.address_in_url())?;
    // SAFETY: as above.
    let connection = handle(unsafe { WinHttpConnect(session.0, address.as_ptr(), request.port, 0) })?;
    let asked = open(&connection, request.secure)?;
    send(&asked, &request.host)?;
    // SAFETY: the request was sent; the second argument is reserved.
    checked(unsafe { WinHttpReceiveResponse(asked.0, ptr::null_mut()) })?;
    headers(&asked)
}

fn open(connection: &Handle, secure: bool) -> io::Result<Handle> {
    let (verb, path) = (wide("GET")?, wide("/")?);
    let flags = if secure { WINHTTP_FLAG_SECURE } else { 0 };
    // SAFETY: the texts end with a zero and outlive the call; null stands for the defaults.
    let asked = handle(unsafe {
        WinHttpOpenRequest(connection.0, verb.as_ptr(), path.as_ptr(), ptr::null(), ptr::null(), ptr::null(), flags)
    })?;
    option(&asked, WINHTTP_OPTION_DISABLE_FEATURE, ALONE)?;
    if secure {
        option(&asked, WINHTTP_OPTION_SECURITY_FLAGS, ANY_CERTIFICATE)?;
    }
    Ok(asked)
}

fn option(asked: &Handle, option: u32, value: u32) -> io::Result<()> {
    // SAFETY: the value is four bytes, as both options want it, and outlives the call.
    checked(unsafe { WinHttpSetOption(asked.0, option, (&raw const value).cast(), 4) })
}

fn send(asked: &Handle, host: &str) -> io::Result<()> {
    let header = if host.is_empty() { String::new() } else { format!("Host: {host}\r\n") };
    let units = u32::try_from(header.encode_utf16().count()).unwrap_or(0);
    let header = wide(&header)?;
    // SAFETY: the length is that of the text; there is no body.
    checked(unsafe { WinHttpSendRequest(asked.0, header.as_ptr(), units, ptr::null(), 0, 0, 0) })
}

fn headers(asked: &Handle) -> io::Result<String> {
    let mut units = vec![0_u16; HEAD_UNITS];
    let mut bytes = u32::try_from(units.len().saturating_mul(2)).unwrap_or(0);
    // SAFETY: the buffer has as many bytes as are said, and is written to its length at most.
    checked(unsafe {
        WinHttpQueryHeaders(
            asked.0,
            WINHTTP_QUERY_RAW_HEADERS_CRLF,
            ptr::null(),
            units.as_mut_ptr().cast(),
            &raw mut bytes,
            ptr::null_mut(),
        )
    })?;
    let count = usize::try_from(bytes / 2).unwrap_or(0);
    Ok(String::from_utf16_lossy(units.get(..count).unwrap_or_default()))
}
