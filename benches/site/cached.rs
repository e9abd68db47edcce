//! A page that is asked for again and again, beside an nginx that has it as a file: all of it, and to who has it already.

use std::net::SocketAddr;

use super::http::Connection;
use super::nginx::{Nginx, Prepared};
use super::reading::{Beside, Reading};
use super::report::{Asked, Report, in_turn};
use super::world::{Site, World, get};

const ROUNDS: usize = 7;
/// Of one run.
const SECONDS: u32 = 6;
/// What Debian's own settings add to those that are asked for: head and page leave in one packet, which on a loopback saves
/// who asks half of the waking up.
const AS_DEBIAN: &str = "tcp_nopush on;";

pub fn measure(world: &mut World, report: &mut Report) {
    let site = world.start();
    // Once many have asked for it, it is as it stays.
    world.readers(site.address, 2).run();
    let mut ours = site.connect();
    let [plain, gzip] = ["identity", "gzip"].map(|coding| get(&mut ours, &world.article, coding));
    let nginx = |name: &str, more| {
        let folder = world.folder.join(name);
        Prepared::new(folder, &world.article, &plain, &gzip, more).start()
    };
    let as_debian = nginx("nginx-as-debian", AS_DEBIAN);
    let nginx = nginx("nginx", "");
    let mut theirs = Connection::open(nginx.address).expect("nginx takes connections");
    for (coding, named, wanted) in [("identity", None, &plain), ("gzip", Some("gzip"), &gzip)] {
        let answer = get(&mut theirs, &world.article, coding);
        for answer in [&answer, wanted] {
            assert_eq!(
                answer.header("content-encoding"),
                named,
                "it is in its coding"
            );
        }
        assert!(answer.body == wanted.body, "nginx sends the same page");
    }
    whole(world, &site, [&nginx, &as_debian], report);
    let tags = [site.address, nginx.address].map(|address| known_tag(address, &world.article));
    if let [Some(ours), Some(theirs)] = tags {
        unchanged(world, &site, &nginx, [&ours, &theirs], report);
    } else {
        report.check(
            "cached, unchanged: an ETag sent back is not answered 304".to_owned(),
            false,
        );
    }
}

fn whole(world: &World, site: &Site, [nginx, as_debian]: [&Nginx; 2], report: &mut Report) {
    let beside = |nginx: &Nginx| {
        in_turn(
            ROUNDS,
            || Reading::of(&world.readers(site.address, SECONDS), site.pid()),
            || Reading::of(&world.readers(nginx.address, SECONDS), nginx.worker),
        )
    };
    let runs = beside(as_debian);
    Beside::new("cached", "nginx with tcp_nopush", runs, report).tell();
    let beside = Beside::new("cached", "nginx", beside(nginx), report);
    beside.rate(Asked::AtLeast(1.25), report);
    beside.cpu(Asked::AtMost(0.8), report);
    beside.p99(Asked::AtMost(1.0), report);
}

/// The name of the page as it is, if whoever names it is answered that it is still the same.
fn known_tag(address: SocketAddr, path: &str) -> Option<String> {
    let mut reader = Connection::open(address).expect("a connection");
    let tag = get(&mut reader, path, "gzip").header("etag")?.to_owned();
    let headers = [("accept-encoding", "gzip"), ("if-none-match", &tag)];
    let again = reader.get(path, &headers).expect("an answer");
    (again.status == 304).then_some(tag)
}

fn unchanged(
    world: &World,
    site: &Site,
    nginx: &Nginx,
    [ours, theirs]: [&str; 2],
    report: &mut Report,
) {
    let readers = |address, tag| {
        let readers = world.readers(address, SECONDS);
        readers.with_header("If-None-Match", tag)
    };
    let runs = in_turn(
        ROUNDS,
        || Reading::of(&readers(site.address, ours), site.pid()),
        || Reading::of(&readers(nginx.address, theirs), nginx.worker),
    );
    let beside = Beside::new("cached, unchanged", "nginx", runs, report);
    beside.rate(Asked::AtLeast(1.0), report);
}
