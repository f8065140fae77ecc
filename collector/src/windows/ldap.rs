//! The directory, through the LDAP library of Windows (`wldap32`).

use std::marker::PhantomData;
use std::ptr::{self, null, null_mut};
use std::time::Duration;

use windows_sys::Win32::Networking::Ldap as api;
use windows_sys::Win32::System::Rpc::{SEC_WINNT_AUTH_IDENTITY_UNICODE, SEC_WINNT_AUTH_IDENTITY_W};

use crate::directory::entry::{Attribute, Entry};
use crate::directory::failure::{Failure, code};
use crate::directory::line::{Address, Connector, GLOBAL_CATALOG_PORT, LDAP_PORT, Line, Page};
use crate::directory::patience::{PATIENCE, PatientDirectory};
use crate::directory::search::{Scope, Search};
use crate::directory::service::{Catalog, Directory};
use crate::directory::sign_in::{SignIn, SignInAccount};
use crate::windows::locator;
use crate::windows::wide::{Wide, text_at};

/// The directory that this server has, or the one that Windows finds; asked by the one who signs in, or else by whoever
/// runs this program.
pub fn directory(server: Option<Address>, sign_in: Option<SignIn>) -> Box<dyn Directory> {
    Box::new(PatientDirectory::new([Wldap { server: server.clone() }, Wldap { server }], sign_in, PATIENCE))
}

/// Connects by `wldap32`, to this server or to the one that Windows finds.
#[derive(Clone, Debug)]
struct Wldap {
    /// The server that the person named.
    server: Option<Address>,
}

impl Connector for Wldap {
    fn locate(&mut self, catalog: Catalog) -> Result<Address, Failure> {
        match (&self.server, catalog) {
            (Some(server), Catalog::Forest) => Ok(Address { port: GLOBAL_CATALOG_PORT, ..server.clone() }),
            (Some(server), _) => Ok(server.clone()),
            (None, Catalog::Forest) => Ok(Address { name: locator::global_catalog()?, port: GLOBAL_CATALOG_PORT }),
            (None, _) => Ok(Address { name: locator::domain_controller()?, port: LDAP_PORT }),
        }
    }

    fn connect(&mut self, address: &Address, time: Duration) -> Result<Box<dyn Line>, Failure> {
        Ok(Box::new(Connection::open(address, time)?))
    }
}

/// Signing in by Kerberos, or by NTLM where that is not possible.
const NEGOTIATE: u32 = api::LDAP_AUTH_OTHERKIND.cast_unsigned() | 0x400;

/// How many entries come at once; servers give 1000 at most.
const PAGE: u32 = 500;

/// The longest text that is taken from the library at once.
const LONGEST_TEXT: usize = 1 << 16;

/// An open connection.
struct Connection {
    handle: *mut api::LDAP,
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: the handle came from `ldap_initW`, is valid as long as this value, and nothing uses it afterwards.
        unsafe { api::ldap_unbind(self.handle) };
    }
}

impl Connection {
    fn open(address: &Address, time: Duration) -> Result<Self, Failure> {
        let name = Wide::new(&address.name).ok_or_else(|| Failure::of_code(code::CONNECT_ERROR, None))?;
        // SAFETY: the name ends with a zero, and is copied by the function.
        let handle = unsafe { api::ldap_initW(name.as_ptr(), u32::from(address.port)) };
        if handle.is_null() {
            return Err(Failure::of_code(last_error(), None));
        }
        let connection = Self { handle };
        connection.set_number(api::LDAP_OPT_PROTOCOL_VERSION, 3);
        // Nobody is asked but this server: neither whom it refers to, nor another one of the same domain.
        connection.switch(api::LDAP_OPT_REFERRALS, false);
        connection.switch(api::LDAP_OPT_AREC_EXCLUSIVE, true);
        connection.switch(api::LDAP_OPT_AUTO_RECONNECT, false);
        let mut time = timeval(time);
        // SAFETY: the handle is valid, and the time lives through the call.
        match unsafe { api::ldap_connect(handle, &raw mut time) }.cast_signed() {
            code::SUCCESS => Ok(connection),
            code => Err(Failure::of_code(code, None)),
        }
    }

    /// An option that not every version of the library knows is no reason to stop.
    fn set_number(&self, option: u32, value: u32) {
        // SAFETY: the handle is valid; the library reads one number, which lives through the call.
        unsafe { api::ldap_set_optionW(self.handle, option.cast_signed(), (&raw const value).cast()) };
    }

    fn switch(&self, option: u32, on: bool) {
        // `LDAP_OPT_ON` and `LDAP_OPT_OFF` are addresses that nobody reads from.
        let value = ptr::without_provenance(usize::from(on));
        // SAFETY: the handle is valid, and for these options the library compares the address and does not follow it.
        unsafe { api::ldap_set_optionW(self.handle, option.cast_signed(), value) };
    }

    /// What the server said with its last error.
    fn server_said(&self) -> Option<String> {
        let mut said: *mut u16 = null_mut();
        let option = api::LDAP_OPT_SERVER_ERROR.cast_signed();
        // SAFETY: the handle is valid; the library writes one pointer.
        let outcome = unsafe { api::ldap_get_optionW(self.handle, option, (&raw mut said).cast()) };
        let text = Text(said);
        if outcome == 0 { text.read() } else { None }
    }

    fn search(&self, search: &Search, cookie: &[u8], time: Duration) -> Result<Message<'_>, Failure> {
        let invalid = || Failure::of_code(api::LDAP_PARAM_ERROR, None);
        let base = Wide::new(&search.base).ok_or_else(invalid)?;
        let filter = Wide::new(&search.filter).ok_or_else(invalid)?;
        let names: Option<Vec<Wide>> = search.attributes.iter().map(|name| Wide::new(name)).collect();
        let names = names.ok_or_else(invalid)?;
        let name_pointers: Vec<*const u16> = names.iter().map(Wide::as_ptr).chain([null()]).collect();
        let control = self.page_control(cookie)?;
        let controls = [control.0.cast_const(), null()];
        let mut time = timeval(time);
        let mut message = null_mut();
        // SAFETY: the handle is valid; texts end with a zero and lists with a null, and all of them live through the call.
        let outcome = unsafe {
            api::ldap_search_ext_sW(
                self.handle,
                base.as_ptr(),
                match search.scope {
                    Scope::Base => api::LDAP_SCOPE_BASE,
                    Scope::OneLevel => api::LDAP_SCOPE_ONELEVEL,
                    Scope::Subtree => api::LDAP_SCOPE_SUBTREE,
                },
                filter.as_ptr(),
                name_pointers.as_ptr(),
                0,
                controls.as_ptr(),
                null(),
                &raw mut time,
                0,
                &raw mut message,
            )
        };
        if message.is_null() {
            let said = self.server_said();
            // A server that closes the connection leaves no message, and sometimes no code.
            let code = if outcome == 0 { code::SERVER_DOWN } else { outcome.cast_signed() };
            return Err(Failure::of_code(code, said.as_deref()));
        }
        Ok(Message { message, connection: self })
    }

    fn page_control(&self, cookie: &[u8]) -> Result<Control, Failure> {
        let length = u32::try_from(cookie.len()).unwrap_or(0);
        let mut value = api::LDAP_BERVAL { bv_len: length, bv_val: cookie.as_ptr().cast_mut() };
        let value = if cookie.is_empty() { null_mut() } else { &raw mut value };
        let mut control = Control(null_mut());
        // SAFETY: the handle is valid; the cookie is read, not written, and lives through the call.
        let outcome = unsafe { api::ldap_create_page_controlW(self.handle, PAGE, value, 1, &raw mut control.0) };
        if control.0.is_null() { Err(Failure::of_code(outcome.cast_signed(), None)) } else { Ok(control) }
    }
}

impl Line for Connection {
    fn sign_in(&mut self, sign_in: Option<&SignIn>) -> Result<(), Failure> {
        // What cannot be signed and sealed is sent as it is: nothing of it is secret, and the password is never sent.
        self.switch(api::LDAP_OPT_SIGN, true);
        self.switch(api::LDAP_OPT_ENCRYPT, true);
        let mut identity = sign_in.map(Identity::new);
        let credentials = identity.as_mut().map_or(null(), |identity| (&raw const identity.structure).cast());
        // SAFETY: the handle is valid; the credentials are those of this process, or live through the call.
        match unsafe { api::ldap_bind_sW(self.handle, null(), credentials, NEGOTIATE) }.cast_signed() {
            code::SUCCESS => Ok(()),
            code => Err(Failure::of_code(code, self.server_said().as_deref())),
        }
    }

    fn page(&mut self, search: &Search, cookie: &[u8], time: Duration) -> Result<Page, Failure> {
        let message = self.search(search, cookie, time)?;
        let mut page = message.ending()?;
        page.entries = message.entries();
        Ok(page)
    }
}

/// Somebody else's credentials, as Windows takes them.
struct Identity<'a> {
    structure: SEC_WINNT_AUTH_IDENTITY_W,
    /// What the structure points to.
    _texts: [Vec<u16>; 2],
    _password: PhantomData<&'a SignIn>,
}

impl<'a> Identity<'a> {
    fn new(sign_in: &'a SignIn) -> Self {
        let SignInAccount { user, domain } = &sign_in.account;
        // Lengths are given, but the library of Wine looks for a zero too.
        let [mut user, mut domain] = [user, domain].map(|text| text.encode_utf16().chain([0]).collect::<Vec<u16>>());
        let password = sign_in.password.units();
        let length = |units: usize| u32::try_from(units).unwrap_or(0);
        let structure = SEC_WINNT_AUTH_IDENTITY_W {
            UserLength: length(user.len().saturating_sub(1)),
            User: user.as_mut_ptr(),
            DomainLength: length(domain.len().saturating_sub(1)),
            Domain: domain.as_mut_ptr(),
            PasswordLength: length(password.len()),
            // Declared as writable, and only read.
            Password: password.as_ptr().cast_mut(),
            Flags: SEC_WINNT_AUTH_IDENTITY_UNICODE,
        };
        // Moving a list does not move what it holds.
        Self { structure, _texts: [user, domain], _password: PhantomData }
    }
}

/// A result of the library.
struct Message<'a> {
    message: *mut api::LDAPMessage,
    connection: &'a Connection,
}

impl Drop for Message<'_> {
    fn drop(&mut self) {
        // SAFETY: the message came from the library, and nothing that points into it lives longer.
        unsafe { api::ldap_msgfree(self.message) };
    }
}

impl Message<'_> {
    /// The code and the cookie, without entries.
    fn ending(&self) -> Result<Page, Failure> {
        let (mut code, mut matched, mut said) = (0, Text(null_mut()), Text(null_mut()));
        let mut controls = Controls(null_mut());
        let (handle, message) = (self.connection.handle, self.message);
        // SAFETY: handle and message are valid; the library writes one value to each place, and does not free the message.
        let outcome = unsafe {
            api::ldap_parse_resultW(
                handle,
                message,
                &raw mut code,
                &raw mut matched.0,
                &raw mut said.0,
                null_mut(),
                &raw mut controls.0,
                false,
            )
        };
        if outcome != 0 {
            return Err(Failure::of_code(outcome.cast_signed(), None));
        }
        Ok(Page { entries: Vec::new(), cookie: self.cookie(&controls), code: code.cast_signed(), said: said.read() })
    }

    fn cookie(&self, controls: &Controls) -> Vec<u8> {
        if controls.0.is_null() {
            return Vec::new();
        }
        let (mut total, mut cookie) = (0, null_mut());
        // SAFETY: the controls came from the library; it writes one value to each place.
        unsafe {
            api::ldap_parse_page_controlW(self.connection.handle, controls.0, &raw mut total, &raw mut cookie);
        }
        // SAFETY: null, or a value that the library filled.
        let bytes = unsafe { bytes_of(cookie) };
        if !cookie.is_null() {
            // SAFETY: it came from the library, and its bytes were copied.
            unsafe { api::ber_bvfree(cookie) };
        }
        bytes
    }

    fn entries(&self) -> Vec<Entry> {
        let handle = self.connection.handle;
        let mut entries = Vec::new();
        // SAFETY: handle and message are valid.
        let mut next = unsafe { api::ldap_first_entry(handle, self.message) };
        while !next.is_null() {
            // SAFETY: handle and entry are valid.
            let name = Text(unsafe { api::ldap_get_dnW(handle, next) });
            entries.push(Entry { name: name.read().unwrap_or_default(), attributes: self.attributes(next) });
            // SAFETY: handle and entry are valid.
            next = unsafe { api::ldap_next_entry(handle, next) };
        }
        entries
    }

    fn attributes(&self, entry: *mut api::LDAPMessage) -> Vec<Attribute> {
        let handle = self.connection.handle;
        let mut attributes = Vec::new();
        let mut place = Place(null_mut());
        // SAFETY: handle and entry are valid; the library writes where it stands to `place`.
        let mut name = Text(unsafe { api::ldap_first_attributeW(handle, entry, &raw mut place.0) });
        while !name.0.is_null() {
            // SAFETY: handle and entry are valid; the name came from the library.
            let values = Values(unsafe { api::ldap_get_values_lenW(handle, entry, name.0) });
            attributes.push(Attribute { name: name.read().unwrap_or_default(), values: values.read() });
            if place.0.is_null() {
                break;
            }
            // SAFETY: all three came from the library and are valid.
            name = Text(unsafe { api::ldap_next_attributeW(handle, entry, place.0) });
        }
        attributes
    }
}

/// A text that the library gave.
struct Text(*mut u16);

impl Text {
    fn read(&self) -> Option<String> {
        // SAFETY: null, or a text of the library, which ends with a zero.
        unsafe { text_at(self.0, LONGEST_TEXT) }
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: it came from the library, and is freed once.
            unsafe { api::ldap_memfreeW(self.0) };
        }
    }
}

/// Values that the library gave: a list that ends with a null.
struct Values(*mut *mut api::LDAP_BERVAL);

impl Values {
    fn read(&self) -> Vec<Vec<u8>> {
        if self.0.is_null() {
            return Vec::new();
        }
        // SAFETY: the list came from the library.
        let count = unsafe { api::ldap_count_values_len(self.0) };
        let value = |index: u32| {
            // SAFETY: the index is below the number of values.
            let value = unsafe { self.0.add(index as usize).read() };
            // SAFETY: a value that the library filled.
            unsafe { bytes_of(value) }
        };
        (0..count).map(value).collect()
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: it came from the library, and is freed once.
            unsafe { api::ldap_value_free_len(self.0) };
        }
    }
}

/// A control that the library made.
struct Control(*mut api::LDAPControlW);

impl Drop for Control {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: it came from the library, and is freed once.
            unsafe { api::ldap_control_freeW(self.0) };
        }
    }
}

/// Controls that the library gave: a list that ends with a null.
struct Controls(*mut *mut api::LDAPControlW);

impl Drop for Controls {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: it came from the library, and is freed once.
            unsafe { api::ldap_controls_freeW(self.0) };
        }
    }
}

/// Where the library stands among the attributes of an entry.
struct Place(*mut api::BerElement);

impl Drop for Place {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: it came from the library, and is freed once; its buffer belongs to the message.
            unsafe { api::ber_free(self.0, 0) };
        }
    }
}

/// # Safety
///
/// `value` is null, or was filled by the library.
unsafe fn bytes_of(value: *const api::LDAP_BERVAL) -> Vec<u8> {
    // SAFETY: as the caller promises.
    let Some(value) = (unsafe { value.as_ref() }) else { return Vec::new() };
    if value.bv_val.is_null() {
        return Vec::new();
    }
    // SAFETY: so many bytes lie there, as the library says.
    unsafe { std::slice::from_raw_parts(value.bv_val, value.bv_len as usize) }.to_vec()
}

fn last_error() -> i32 {
    // SAFETY: it reads a number that belongs to this thread.
    unsafe { api::LdapGetLastError() }.cast_signed()
}

fn timeval(time: Duration) -> api::LDAP_TIMEVAL {
    // Zero would mean to wait for ever.
    let seconds = i32::try_from(time.as_secs()).unwrap_or(i32::MAX);
    let micros = i32::try_from(time.subsec_micros()).unwrap_or(0);
    api::LDAP_TIMEVAL { tv_sec: seconds, tv_usec: if seconds == 0 { micros.max(1000) } else { micros } }
}
