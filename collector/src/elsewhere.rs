//! What stands in for the interfaces of Windows where there is no Windows: nothing answers.

/// A folder in the place of the server.
pub mod stand_in {
    use std::path::Path;

    use crate::folder::FolderHost;
    use crate::host::Host;

    /// The server that this folder holds.
    pub fn host(root: &Path) -> Option<Box<dyn Host>> {
        Some(Box::new(FolderHost::new(root)))
    }
}

/// Event logs.
pub mod event_log {
    use std::io::{Error, ErrorKind, Result};
    use std::path::Path;

    use crate::event_log::Order;

    /// There is none to export.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn export(_channel: &str, _query: &str, _target: &Path) -> Result<()> {
        Err(Error::from(ErrorKind::NotFound))
    }

    /// There is nothing to cancel.
    pub fn cancel() {}

    /// The events of a log.
    pub type Events = std::iter::Empty<Result<String>>;

    /// There are none.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn events(_channel: &str, _query: &str, _order: Order) -> Result<Events> {
        Err(Error::from(ErrorKind::NotFound))
    }
}

/// The registry.
pub mod registry {
    use std::io::{ErrorKind, Result};

    use crate::registry::Value;

    /// There is none.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn values(_path: &str) -> Result<Vec<Value>> {
        Err(ErrorKind::Unsupported.into())
    }

    /// There is none.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn keys(_path: &str) -> Result<Vec<String>> {
        Err(ErrorKind::Unsupported.into())
    }
}

/// The console.
pub mod console {
    /// Code pages are numbered by Windows alone.
    pub fn code_page() -> Option<u16> {
        None
    }

    /// No console is opened for a program here.
    pub fn is_ours() -> bool {
        false
    }

    /// What is done at Ctrl+C.
    pub fn on_stop(stop: fn()) {
        // Without it we end as well, and may leave files behind.
        let _ = ctrlc::set_handler(stop);
    }
}

/// Our own process, and those that we start.
pub mod process {
    use std::cell::RefCell;
    use std::io::{self, Read};
    use std::path::Path;
    use std::process::{Child, Command, Stdio};

    /// Only servers have somebody to let go first.
    pub fn step_back() {}

    /// A program that we have started; what it starts itself is not known here.
    #[derive(Debug)]
    pub struct Running(RefCell<Child>);

    /// Starts a program with an empty standard input; what it prints comes as one stream.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start(program: &Path, arguments: &[String]) -> io::Result<(Running, impl Read + Send + use<>)> {
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        // The command holds our own ends of the pipe: the output would never end if it lived longer than this.
        Ok((Running(RefCell::new(command.spawn()?)), reader))
    }

    impl Running {
        /// The exit code, if it has ended.
        pub fn ended(&self) -> Option<i32> {
            let status = self.0.borrow_mut().try_wait().ok().flatten();
            status.map(|status| status.code().unwrap_or(-1))
        }

        /// Ends it.
        pub fn end(&self) {
            // An error means that it has ended in between, or that it may not be ended.
            let _ = self.0.borrow_mut().kill();
        }
    }
}

/// The token of our own process.
pub mod token {
    use crate::facts::Elevation;

    /// Nobody is elevated here.
    pub fn elevation() -> Elevation {
        Elevation::Unknown
    }
}

/// The directory.
pub mod ldap {
    use crate::directory::line::Address;
    use crate::directory::service::{Directory, NoDirectory};
    use crate::directory::sign_in::SignIn;

    /// There is none to ask.
    pub fn directory(_server: Option<Address>, _sign_in: Option<SignIn>) -> Box<dyn Directory> {
        Box::new(NoDirectory("this is not Windows"))
    }
}

/// Asking for a password.
pub mod password {
    use std::io::{self, stdin};

    use crate::directory::sign_in::Password;

    /// Reads it from standard input.
    ///
    /// # Errors
    ///
    /// Nothing can be read, or what was read is no password.
    pub fn ask(prompt: impl FnOnce()) -> io::Result<Password> {
        prompt();
        Password::read(&mut stdin())
    }
}

/// The local security authority.
pub mod lsa {
    use crate::logon_sessions::{Lsa, Message, Session, Ticket};

    /// A connection that cannot be made.
    #[derive(Debug)]
    pub enum Connection {}

    impl Connection {
        /// There is nothing to connect to.
        ///
        /// # Errors
        ///
        /// Always.
        pub fn open() -> Result<Self, u32> {
            const STATUS_NOT_SUPPORTED: u32 = 0xc000_00bb;
            Err(STATUS_NOT_SUPPORTED)
        }
    }

    impl Lsa for Connection {
        fn logon_ids(&self) -> Result<Vec<u64>, u32> {
            match *self {}
        }

        fn own_logon_id(&self) -> Option<u64> {
            match *self {}
        }

        fn session(&self, _: u64) -> Result<Session, u32> {
            match *self {}
        }

        fn tickets(&self, _: u64, _: Message) -> Result<Vec<Ticket>, u32> {
            match *self {}
        }
    }
}

/// Code pages.
pub mod code_page {
    use oem_cp::code_table::DECODING_TABLE_CP_MAP;

    /// The text in the bytes of a code page; none when the page is not known, or a byte in it.
    pub fn text(page: u16, bytes: &[u8]) -> Option<String> {
        DECODING_TABLE_CP_MAP.get(&page)?.decode_string_checked(bytes)
    }
}
