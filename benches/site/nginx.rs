//! An nginx that serves pages of ours as ready files, with the headers we send.

use std::fmt::Write;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::http::Answer;
use super::process::{Process, SERVERS, children, on, program};
use crate::server::wait_until;

/// What it says of itself and the file, as we do.
const ITS_OWN: [&str; 8] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "transfer-encoding",
];

/// A folder with all that it needs.
pub struct Prepared {
    folder: PathBuf,
    pub address: SocketAddr,
}

/// A running one.
pub struct Nginx {
    pub process: Process,
    /// The process that answers.
    pub worker: i32,
    pub address: SocketAddr,
}

/// A port that nobody uses.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address")
}

impl Prepared {
    /// The page at `path`, as it is and with gzip; and what is set besides.
    pub fn new(folder: PathBuf, path: &str, plain: &Answer, gzip: &Answer, more: &str) -> Self {
        let address = free_address();
        let path = if path == "/" { "/index.html" } else { path };
        let page = format!("{}/pages{path}", folder.display());
        let parent = Path::new(&page).parent().expect("it is in a folder");
        fs::create_dir_all(parent).expect("a folder");
        fs::write(&page, &plain.body).expect("a page");
        fs::write(format!("{page}.gz"), &gzip.body).expect("a page");
        let settings = include_str!("nginx.conf")
            .replace("@address@", &address.to_string())
            .replace("@more@", more)
            .replace("@type@", gzip.header("content-type").unwrap_or_default())
            .replace("@headers@", &our_headers(gzip));
        fs::write(folder.join("nginx.conf"), settings).expect("its settings");
        Self { folder, address }
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(program("nginx").expect("it was looked for at the start"));
        command.arg("-p").arg(&self.folder);
        command.arg("-c").arg(self.folder.join("nginx.conf"));
        command.args(["-e", "stderr"]);
        on(SERVERS, &command)
    }

    pub fn start(&self) -> Nginx {
        let process = Process::start(&mut self.command());
        wait_until("nginx answers", || {
            TcpStream::connect(self.address).is_ok() && !children(process.pid()).is_empty()
        });
        Nginx {
            worker: children(process.pid())[0],
            process,
            address: self.address,
        }
    }
}

/// What nginx adds to an answer so that it is ours. A file's age, which nginx would tell, it tells only if we do.
fn our_headers(answer: &Answer) -> String {
    let mut added = String::new();
    let has_age = answer.header("last-modified").is_some();
    let nothing = (!has_age).then_some(("last-modified", ""));
    let ours = answer.headers().filter(|(name, _)| !ITS_OWN.contains(name));
    for (name, value) in ours.chain(nothing) {
        assert!(
            !value.contains('$'),
            "nginx would read a variable in {name}"
        );
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        writeln!(added, "        add_header {name} \"{value}\";").expect("a string takes text");
    }
    added
}
