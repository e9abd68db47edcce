//! An nginx that serves our pages as files, with the same headers.

use std::fmt::Write;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::http::HttpResponse;
use super::process::{ChildProcess, SERVER_CORE, child_pids, find_program, pin_command};
use crate::server::wait_until;

/// Headers that nginx sends by itself.
const NGINX_HEADERS: [&str; 8] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "transfer-encoding",
];

/// Folder with the configuration and the pages.
pub struct NginxSetup {
    folder: PathBuf,
    pub address: SocketAddr,
}

/// Running nginx.
pub struct NginxServer {
    pub process: ChildProcess,
    /// Process that serves the requests.
    pub worker: i32,
    pub address: SocketAddr,
}

/// Returns a local address with an unused port.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a local address")
}

impl NginxSetup {
    /// Writes the page for `path`, plain and compressed, and a configuration with the directives in `extra`.
    pub fn new(
        folder: PathBuf,
        path: &str,
        plain: &HttpResponse,
        gzip: &HttpResponse,
        extra: &str,
    ) -> Self {
        let address = free_address();
        let path = if path == "/" { "/index.html" } else { path };
        let page = format!("{}/pages{path}", folder.display());
        let parent = Path::new(&page)
            .parent()
            .expect("the page's path has a parent folder");
        fs::create_dir_all(parent).expect("a folder");
        fs::write(&page, &plain.body).expect("the page is written");
        fs::write(format!("{page}.gz"), &gzip.body).expect("the compressed page is written");
        let settings = include_str!("nginx.conf")
            .replace("@address@", &address.to_string())
            .replace("@extra@", extra)
            .replace("@type@", gzip.header("content-type").unwrap_or_default())
            .replace("@headers@", &extra_headers(gzip));
        fs::write(folder.join("nginx.conf"), settings).expect("the nginx settings are written");
        Self { folder, address }
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(find_program("nginx").expect("nginx is installed"));
        command.arg("-p").arg(&self.folder);
        command.arg("-c").arg(self.folder.join("nginx.conf"));
        command.args(["-e", "stderr"]);
        pin_command(SERVER_CORE, &command)
    }

    pub fn start(&self) -> NginxServer {
        let process = ChildProcess::start(&mut self.command());
        wait_until("nginx answers", || {
            TcpStream::connect(self.address).is_ok() && !child_pids(process.pid()).is_empty()
        });
        NginxServer {
            worker: child_pids(process.pid())[0],
            process,
            address: self.address,
        }
    }
}

/// Returns the directives that add our headers. `Last-Modified`, which nginx would add, is removed unless we send it.
fn extra_headers(response: &HttpResponse) -> String {
    let mut added = String::new();
    let has_last_modified = response.header("last-modified").is_some();
    let nothing = (!has_last_modified).then_some(("last-modified", ""));
    let ours = response
        .headers()
        .filter(|(name, _)| !NGINX_HEADERS.contains(name));
    for (name, value) in ours.chain(nothing) {
        assert!(
            !value.contains('$'),
            "nginx would expand a variable in {name}"
        );
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        writeln!(added, "        add_header {name} \"{value}\";")
            .expect("writing to a String does not fail");
    }
    added
}
