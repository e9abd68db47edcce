//! Folder of the embedded Postgres's socket: commands outside of a service find it, and none is left behind.

use std::fs;
use std::path::{Path, PathBuf};

use super::query_strings;
use super::support::cluster::folder;
use super::support::server::Server;

/// Returns the folder of the socket, as `db url` names it.
fn socket_dir(server: &Server) -> PathBuf {
    let url = server.database_url();
    let host = url.split(['@', '/']).nth(3).expect("a host in the URL");
    let decoded = percent_encoding::percent_decode_str(host).decode_utf8();
    PathBuf::from(decoded.expect("a path").into_owned())
}

fn assert_answers(server: &Server) {
    let found = query_strings(&server.database_url(), "select 'answers'");
    assert_eq!(found, ["answers"]);
}

#[test]
fn the_socket_is_in_the_data_folder_and_gone_after_a_stop() {
    let mut server = Server::new();
    let socket = socket_dir(&server);
    assert_eq!(socket, server.data.join("socket"));
    assert_answers(&server);
    server.stop();
    assert!(!socket.exists(), "the socket folder stayed");
}

#[test]
fn the_socket_is_in_the_runtime_folder_of_the_service() {
    let (data, runtime) = (folder("data"), folder("run"));
    let setting = [("RUNTIME_DIRECTORY", runtime.to_str().expect("UTF-8"))];
    let mut server = Server::start_with(&data, &setting);
    let socket = socket_dir(&server);
    assert_eq!(socket.parent(), Some(runtime.as_path()));
    assert_answers(&server);
    // A killed server leaves its folder to the next start.
    server.kill();
    assert!(socket.exists());
    let mut server = Server::start_with(&data, &setting);
    assert_answers(&server);
    server.kill();
    fs::create_dir(data.join("socket")).expect("a folder like that of an earlier start");
    fs::write(data.join("socket/probe"), "").expect("a file of an earlier start");
    super::give_to_postgres(&data.join("socket"), &data);
    let mut server = Server::start_with(&data, &setting);
    assert!(!data.join("socket").exists(), "a stale folder stayed");
    server.stop();
    let left = fs::read_dir(&runtime).expect("the folder is read").count();
    assert_eq!(left, 0);
}

#[test]
fn a_data_folder_with_a_long_path_has_its_socket_elsewhere() {
    let long = folder("data").join("x".repeat(90));
    fs::create_dir(&long).expect("the folder is created");
    let mut server = Server::start(&long);
    let socket = socket_dir(&server);
    assert!(!socket.starts_with(&long), "{}", socket.display());
    assert_answers(&server);
    server.stop();
    assert!(!Path::new(&socket).exists());
}
