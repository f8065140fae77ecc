//! The local security authority: logon sessions and their Kerberos tickets. It is asked to list; never to hand out a
//! key, to fetch a ticket, or to forget one.

use std::ffi::c_void;
use std::ptr::{self, null_mut};
use std::slice;

use windows_sys::Win32::Foundation::{HANDLE, LUID, LocalFree, NTSTATUS};
use windows_sys::Win32::Security::Authentication::Identity::{
    KERB_QUERY_TKT_CACHE_REQUEST, KERB_QUERY_TKT_CACHE_RESPONSE, KERB_TICKET_CACHE_INFO, KERB_TICKET_CACHE_INFO_EX,
    KERB_TICKET_CACHE_INFO_EX2, KERB_TICKET_CACHE_INFO_EX3, KerbQueryTicketCacheEx2Message,
    KerbQueryTicketCacheEx3Message, KerbQueryTicketCacheExMessage, KerbQueryTicketCacheMessage, LSA_STRING,
    LSA_UNICODE_STRING, LsaCallAuthenticationPackage, LsaConnectUntrusted, LsaDeregisterLogonProcess,
    LsaEnumerateLogonSessions, LsaFreeReturnBuffer, LsaGetLogonSessionData, LsaLookupAuthenticationPackage,
    SECURITY_LOGON_SESSION_DATA,
};
use windows_sys::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows_sys::Win32::Security::PSID;

use crate::logon_sessions::{Lsa, Message, Session, Ticket, time};
use crate::windows::token;
use crate::windows::wide::text_at;

/// LSA of this computer.
#[derive(Debug)]
pub struct Connection {
    handle: HANDLE,
    kerberos: u32,
}

const KERBEROS: &[u8] = b"Kerberos\0";

/// A SID has at most 15 numbers of at most 10 digits.
const SID_UNITS: usize = 200;

impl Connection {
    /// Connects as whoever we are, which anybody may.
    ///
    /// # Errors
    ///
    /// The status that LSA ended with.
    pub fn open() -> Result<Self, u32> {
        let mut handle = null_mut();
        // SAFETY: the place for the handle lives.
        succeeded(unsafe { LsaConnectUntrusted(&raw mut handle) })?;
        let mut connection = Self { handle, kerberos: 0 };
        let name = LSA_STRING { Length: 8, MaximumLength: 9, Buffer: KERBEROS.as_ptr().cast_mut() };
        // SAFETY: the connection is open, the name is as long as is said and is only read, and the place lives.
        succeeded(unsafe {
            LsaLookupAuthenticationPackage(connection.handle, &raw const name, &raw mut connection.kerberos)
        })?;
        Ok(connection)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: the connection is open, and nobody uses it after this.
        unsafe { LsaDeregisterLogonProcess(self.handle) };
    }
}

impl Lsa for Connection {
    fn logon_ids(&self) -> Result<Vec<u64>, u32> {
        let mut count = 0;
        let mut first = null_mut();
        // SAFETY: the places for the number and for the list live.
        succeeded(unsafe { LsaEnumerateLogonSessions(&raw mut count, &raw mut first) })?;
        let list = Owned(first.cast());
        if first.is_null() {
            return Ok(Vec::new());
        }
        // SAFETY: LSA says that there are so many, and they live until the list is given back.
        let ids = unsafe { slice::from_raw_parts(first, count as usize) };
        let numbers = ids.iter().copied().map(number).collect();
        drop(list);
        Ok(numbers)
    }

    fn own_logon_id(&self) -> Option<u64> {
        token::logon_id()
    }

    fn session(&self, logon_id: u64) -> Result<Session, u32> {
        let id = luid(logon_id);
        let mut data: *mut SECURITY_LOGON_SESSION_DATA = null_mut();
        // SAFETY: the number and the place for the answer live.
        succeeded(unsafe { LsaGetLogonSessionData(&raw const id, &raw mut data) })?;
        let owned = Owned(data.cast());
        // Windows 2008 R2 and later fill in all of it; anything shorter is none that we know.
        // SAFETY: LSA has given the structure, which begins with its size.
        if data.is_null() || (unsafe { (*data).Size } as usize) < size_of::<SECURITY_LOGON_SESSION_DATA>() {
            return Ok(Session::default());
        }
        // SAFETY: it is as long as the structure, and lives until it is given back.
        let data = unsafe { data.read() };
        let session = Session {
            user: text(&data.UserName),
            domain: text(&data.LogonDomain),
            sid: sid_text(data.Sid),
            logon_type: Some(data.LogonType),
            authentication_package: text(&data.AuthenticationPackage),
            logon_time: time(data.LogonTime),
            upn: text(&data.Upn),
            dns_domain: text(&data.DnsDomainName),
            ..Session::default()
        };
        drop(owned);
        Ok(session)
    }

    fn tickets(&self, logon_id: u64, message: Message) -> Result<Vec<Ticket>, u32> {
        let kind = match message {
            Message::Ex3 => KerbQueryTicketCacheEx3Message,
            Message::Ex2 => KerbQueryTicketCacheEx2Message,
            Message::Ex => KerbQueryTicketCacheExMessage,
            Message::Plain => KerbQueryTicketCacheMessage,
        };
        let (answer, bytes) = self.ask(&KERB_QUERY_TKT_CACHE_REQUEST { MessageType: kind, LogonId: luid(logon_id) })?;
        match message {
            Message::Ex3 => answer.list(bytes, with_kdc),
            Message::Ex2 => answer.list(bytes, with_session_key_type),
            Message::Ex => answer.list(bytes, with_client),
            Message::Plain => answer.list(bytes, plain),
        }
    }
}

impl Connection {
    fn ask(&self, question: &KERB_QUERY_TKT_CACHE_REQUEST) -> Result<(Owned, usize), u32> {
        let mut answer = null_mut();
        let (mut bytes, mut status) = (0, 0);
        let length = u32::try_from(size_of_val(question)).unwrap_or_default();
        // SAFETY: the connection is open, the question is as long as is said, and the three places live.
        let called = unsafe {
            LsaCallAuthenticationPackage(
                self.handle,
                self.kerberos,
                ptr::from_ref(question).cast(),
                length,
                &raw mut answer,
                &raw mut bytes,
                &raw mut status,
            )
        };
        let answer = Owned(answer);
        succeeded(called)?;
        succeeded(status)?;
        Ok((answer, bytes as usize))
    }
}

/// What LSA has allocated for us; given back when this is dropped.
struct Owned(*mut c_void);

impl Owned {
    /// The tickets of an answer that has so many bytes, each of type `T`. The texts in them lie in the same answer.
    fn list<T: Copy>(&self, bytes: usize, ticket: fn(&T) -> Ticket) -> Result<Vec<Ticket>, u32> {
        const STATUS_INVALID_BUFFER_SIZE: u32 = 0xc000_0206;
        // The plain answer begins as all of them do: with the number of the message and the count.
        let head = std::mem::offset_of!(KERB_QUERY_TKT_CACHE_RESPONSE, Tickets);
        if self.0.is_null() || bytes < head {
            return Err(STATUS_INVALID_BUFFER_SIZE);
        }
        // SAFETY: the answer is at least as long as its head.
        let count = unsafe { (*self.0.cast::<KERB_QUERY_TKT_CACHE_RESPONSE>()).CountOfTickets } as usize;
        if count.saturating_mul(size_of::<T>()) > bytes - head {
            return Err(STATUS_INVALID_BUFFER_SIZE);
        }
        // SAFETY: the head lies within the answer.
        let first = unsafe { self.0.byte_add(head) }.cast::<T>();
        // SAFETY: so many tickets fit into the rest of the answer; LSA aligns them as the structure wants.
        Ok((0..count).map(|index| ticket(&unsafe { first.add(index).read_unaligned() })).collect())
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: LSA has allocated it, and nobody uses it after this.
            unsafe { LsaFreeReturnBuffer(self.0) };
        }
    }
}

fn plain(info: &KERB_TICKET_CACHE_INFO) -> Ticket {
    Ticket {
        server: text(&info.ServerName).unwrap_or_default(),
        server_realm: text(&info.RealmName),
        start_time: time(info.StartTime),
        end_time: time(info.EndTime),
        renew_time: time(info.RenewTime),
        encryption_type: info.EncryptionType,
        ticket_flags: format!("{:#010x}", info.TicketFlags),
        ..Ticket::default()
    }
}

fn with_client(info: &KERB_TICKET_CACHE_INFO_EX) -> Ticket {
    let plain_part = KERB_TICKET_CACHE_INFO {
        ServerName: info.ServerName,
        RealmName: info.ServerRealm,
        StartTime: info.StartTime,
        EndTime: info.EndTime,
        RenewTime: info.RenewTime,
        EncryptionType: info.EncryptionType,
        TicketFlags: info.TicketFlags,
    };
    Ticket { client: text(&info.ClientName), client_realm: text(&info.ClientRealm), ..plain(&plain_part) }
}

fn with_session_key_type(info: &KERB_TICKET_CACHE_INFO_EX2) -> Ticket {
    let ex = KERB_TICKET_CACHE_INFO_EX {
        ClientName: info.ClientName,
        ClientRealm: info.ClientRealm,
        ServerName: info.ServerName,
        ServerRealm: info.ServerRealm,
        StartTime: info.StartTime,
        EndTime: info.EndTime,
        RenewTime: info.RenewTime,
        EncryptionType: info.EncryptionType,
        TicketFlags: info.TicketFlags,
    };
    Ticket { session_key_type: Some(info.SessionKeyType), branch_id: Some(info.BranchId), ..with_client(&ex) }
}

fn with_kdc(info: &KERB_TICKET_CACHE_INFO_EX3) -> Ticket {
    let ex2 = KERB_TICKET_CACHE_INFO_EX2 {
        ClientName: info.ClientName,
        ClientRealm: info.ClientRealm,
        ServerName: info.ServerName,
        ServerRealm: info.ServerRealm,
        StartTime: info.StartTime,
        EndTime: info.EndTime,
        RenewTime: info.RenewTime,
        EncryptionType: info.EncryptionType,
        TicketFlags: info.TicketFlags,
        SessionKeyType: info.SessionKeyType,
        BranchId: info.BranchId,
    };
    let cache_flags = Some(format!("{:#x}", info.CacheFlags));
    Ticket { cache_flags, kdc_called: text(&info.KdcCalled), ..with_session_key_type(&ex2) }
}

/// None when it is empty.
fn text(string: &LSA_UNICODE_STRING) -> Option<String> {
    let units = usize::from(string.Length) / 2;
    // SAFETY: LSA says that so many units stand there; they live as long as the answer, which our callers hold.
    unsafe { text_at(string.Buffer, units) }.filter(|text| !text.is_empty())
}

fn sid_text(sid: PSID) -> Option<String> {
    if sid.is_null() {
        return None;
    }
    let mut words = null_mut();
    // SAFETY: LSA has given the SID, and the place for the text lives.
    if unsafe { ConvertSidToStringSidW(sid, &raw mut words) } == 0 {
        return None;
    }
    // SAFETY: the text ends with a zero, and lives until it is freed below.
    let text = unsafe { text_at(words, SID_UNITS) };
    // SAFETY: Windows has allocated the text for us, and nobody uses it after this.
    unsafe { LocalFree(words.cast()) };
    text
}

const fn number(id: LUID) -> u64 {
    ((id.HighPart.cast_unsigned() as u64) << 32) | id.LowPart as u64
}

const fn luid(number: u64) -> LUID {
    // The lower half, and the upper one: both fit, because the other half is gone.
    LUID { LowPart: (number & 0xffff_ffff) as u32, HighPart: (number >> 32) as i32 }
}

fn succeeded(status: NTSTATUS) -> Result<(), u32> {
    if status < 0 { Err(status.cast_unsigned()) } else { Ok(()) }
}
