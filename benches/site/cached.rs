//! One page again and again, beside an nginx that has it as a file: the whole page, and 304 responses.

use std::net::SocketAddr;

use super::http::HttpConnection;
use super::load::{LoadSample, SideBySide};
use super::nginx::{NginxServer, NginxSetup};
use super::report::{BenchReport, RatioLimit, run_alternately};
use super::setup::{BenchSetup, SiteServer, get_page};

const ROUNDS: usize = 5;
/// Length of one run.
const RUN_SECONDS: u32 = 6;
/// Directives that Debian adds: head and page leave in one packet, which on the loopback device halves the wake-ups of the
/// client.
const DEBIAN_SETTINGS: &str = "tcp_nopush on;";

pub fn measure(setup: &mut BenchSetup, report: &mut BenchReport) {
    let site = setup.start_server();
    // Warms up the cache and the allocator.
    setup.article_readers(site.address, 2).run();
    let mut ours = site.connect();
    let [plain, gzip] =
        ["identity", "gzip"].map(|coding| get_page(&mut ours, &setup.article, coding));
    let nginx = |name: &str, more| {
        let folder = setup.folder.join(name);
        NginxSetup::new(folder, &setup.article, &plain, &gzip, more).start()
    };
    let debian_nginx = nginx("nginx-debian", DEBIAN_SETTINGS);
    let nginx = nginx("nginx", "");
    let mut theirs = HttpConnection::open(nginx.address).expect("nginx takes connections");
    for (coding, encoding, expected) in [("identity", None, &plain), ("gzip", Some("gzip"), &gzip)]
    {
        let response = get_page(&mut theirs, &setup.article, coding);
        for response in [&response, expected] {
            assert_eq!(
                response.header("content-encoding"),
                encoding,
                "the page has its encoding"
            );
        }
        assert!(response.body == expected.body, "nginx sends the same page");
    }
    check_page(setup, &site, [&nginx, &debian_nginx], report);
    let tags =
        [site.address, nginx.address].map(|address| find_working_etag(address, &setup.article));
    if let [Some(ours), Some(theirs)] = tags {
        check_not_modified(setup, &site, &nginx, [&ours, &theirs], report);
    } else {
        report.check(
            "cached, unchanged: an ETag sent back is not answered 304".to_owned(),
            false,
        );
    }
}

fn check_page(
    setup: &BenchSetup,
    site: &SiteServer,
    [nginx, debian_nginx]: [&NginxServer; 2],
    report: &mut BenchReport,
) {
    let run = |nginx: &NginxServer| {
        run_alternately(
            ROUNDS,
            || {
                LoadSample::measure(
                    &setup.article_readers(site.address, RUN_SECONDS),
                    site.pid(),
                )
            },
            || {
                LoadSample::measure(
                    &setup.article_readers(nginx.address, RUN_SECONDS),
                    nginx.worker,
                )
            },
        )
    };
    let runs = run(debian_nginx);
    SideBySide::new("cached", "nginx with tcp_nopush", runs, report).print_rates();
    let comparison = SideBySide::new("cached", "nginx", run(nginx), report);
    comparison.check_rate(RatioLimit::AtLeast(1.0), report);
    comparison.check_cpu(RatioLimit::AtMost(0.9), report);
    comparison.check_p99(RatioLimit::AtMost(1.2), report);
}

/// Returns the entity tag of a page if the server answers it with 304.
fn find_working_etag(address: SocketAddr, path: &str) -> Option<String> {
    let mut reader = HttpConnection::open(address).expect("a connection");
    let tag = get_page(&mut reader, path, "gzip")
        .header("etag")?
        .to_owned();
    let headers = [("accept-encoding", "gzip"), ("if-none-match", &tag)];
    let again = reader.get(path, &headers).expect("a response");
    (again.status == 304).then_some(tag)
}

fn check_not_modified(
    setup: &BenchSetup,
    site: &SiteServer,
    nginx: &NginxServer,
    [ours, theirs]: [&str; 2],
    report: &mut BenchReport,
) {
    let readers = |address, tag| {
        let readers = setup.article_readers(address, RUN_SECONDS);
        readers.with_header("If-None-Match", tag)
    };
    let runs = run_alternately(
        ROUNDS,
        || LoadSample::measure(&readers(site.address, ours), site.pid()),
        || LoadSample::measure(&readers(nginx.address, theirs), nginx.worker),
    );
    let comparison = SideBySide::new("cached, unchanged", "nginx", runs, report);
    comparison.check_rate(RatioLimit::AtLeast(1.0), report);
}
