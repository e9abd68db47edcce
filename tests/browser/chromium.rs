//! A real Chromium with a profile of its own, driven the way a person would.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::http::Method;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::support::cluster::folder;
use crate::support::server::wait_until;

/// How long a page may take to become what it should be.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct Browser {
    client: Client,
    driver: Child,
    /// Where the site under test is, without a slash at the end.
    site: String,
}

/// A part of what a browser sent.
pub struct Sent {
    /// It is what a form posted.
    pub is_form: bool,
    pub text: String,
}

/// A command of chromedriver's own, beside those of WebDriver.
#[derive(Debug)]
struct OwnCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for OwnCommand {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{name} is not installed; bin/test installs it"))
}

impl Browser {
    pub async fn open(site: &str) -> Self {
        Self::with_scripts(site, true).await
    }

    /// A browser whose owner has switched JavaScript off.
    pub async fn without_javascript(site: &str) -> Self {
        Self::with_scripts(site, false).await
    }

    async fn with_scripts(site: &str, scripts: bool) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .expect("a free port")
            .local_addr()
            .expect("its address")
            .port();
        let driver = Command::new(program("chromedriver"))
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        wait_until("chromedriver listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        let profile = folder("chromium");
        let mut options = json!({
            "binary": program("chromium"),
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
                "--hide-scrollbars",
                "--force-prefers-reduced-motion", "--lang=en-US", "--window-size=1280,900",
                format!("--user-data-dir={}", profile.display()),
            ],
        });
        if !scripts {
            // 2 is "block", as the settings page of the browser would write it.
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("browserName".to_owned(), json!("chrome"));
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        capabilities.insert(
            "goog:loggingPrefs".to_owned(),
            json!({ "performance": "ALL" }),
        );
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}/"))
            .await
            .expect("chromium starts");
        Self {
            client,
            driver,
            site: site.to_owned(),
        }
    }

    /// Ends the browser; without it, dropping ends the driver, and the browser with it.
    pub async fn close(self) {
        self.client.clone().close().await.expect("chromium ends");
    }

    pub async fn goto(&self, path: &str) -> &Self {
        let address = format!("{}{path}", self.site);
        self.client.goto(&address).await.expect("the page loads");
        self
    }

    /// Path and query of the page that is shown.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        let query = url.query().map(|query| format!("?{query}"));
        format!("{}{}", url.path(), query.unwrap_or_default())
    }

    pub async fn find(&self, css: &str) -> Element {
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|error| panic!("no {css}: {error}"))
    }

    pub async fn has(&self, css: &str) -> bool {
        let found = self.client.find_all(Locator::Css(css)).await;
        !found.expect("the page can be asked").is_empty()
    }

    /// What a reader sees of an element.
    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.expect("text")
    }

    /// Whether the top of an element is on the screen.
    pub async fn is_in_view(&self, css: &str) -> bool {
        let (_, top, _, height) = self.find(css).await.rectangle().await.expect("a place");
        let page = "return [scrollY, innerHeight]";
        let page = self.run(page).await;
        let number = |at: usize| page[at].as_f64().expect("a number");
        top >= number(0) && top + height.min(20.0) <= number(0) + number(1)
    }

    pub async fn value(&self, css: &str) -> String {
        let value = self.find(css).await.prop("value").await.expect("a field");
        value.unwrap_or_default()
    }

    /// Types over what is in a field.
    pub async fn fill(&self, css: &str, text: &str) -> &Self {
        let field = self.find(css).await;
        field.clear().await.expect("a field that can be cleared");
        field.send_keys(text).await.expect("a field to type into");
        self
    }

    pub async fn click(&self, css: &str) -> &Self {
        let element = self.find(css).await;
        element.click().await.expect("something to click");
        self
    }

    /// Clicks what leads to another page, and waits until this one is gone.
    pub async fn follow(&self, css: &str) -> &Self {
        let link = self.find(css).await;
        self.leave_by(link).await
    }

    /// Clicks the first button or link that says so, which leads to another page.
    pub async fn press(&self, label: &str) -> &Self {
        let path = format!("//*[(self::button or self::a) and normalize-space()='{label}']");
        let found = self.client.find(Locator::XPath(&path)).await;
        let button = found.unwrap_or_else(|error| panic!("nothing says {label:?}: {error}"));
        self.leave_by(button).await
    }

    async fn leave_by(&self, element: Element) -> &Self {
        let page = self.find("html").await;
        element.click().await.expect("something to click");
        let deadline = Instant::now() + PATIENCE;
        while page.tag_name().await.is_ok() {
            assert!(Instant::now() < deadline, "the click led nowhere");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self
    }

    /// The page as the server sent it and scripts left it.
    pub async fn source(&self) -> String {
        self.client.source().await.expect("the page has a source")
    }

    pub async fn run(&self, script: &str) -> Value {
        let ran = self.client.execute(script, Vec::new()).await;
        ran.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Waits for a script to return true.
    pub async fn until(&self, what: &str, script: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.run(script).await != true {
            assert!(Instant::now() < deadline, "waited in vain: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.own_command("goog/cdp/execute", body).await
    }

    async fn own_command(&self, path: &'static str, body: Value) -> Value {
        let done = self.client.issue_cmd(OwnCommand { path, body }).await;
        done.unwrap_or_else(|error| panic!("{error}"))
    }

    /// What the browser has sent since this was last asked, each with its headers: as one text, and as what was posted.
    pub async fn sent(&self) -> Vec<Sent> {
        let log = json!({ "type": "performance" });
        let log = self.own_command("se/log", log).await;
        let events = log.as_array().expect("a log").iter().map(|entry| {
            let text = entry["message"].as_str().expect("an event as text");
            let event: Value = serde_json::from_str(text).expect("an event as JSON");
            event["message"].clone()
        });
        let sent = events.filter_map(|event| match event["method"].as_str()? {
            // The cookies are in the second.
            "Network.requestWillBeSent" => Some(Sent {
                is_form: event["params"]["request"]["method"] == "POST",
                text: event["params"]["request"].to_string(),
            }),
            "Network.requestWillBeSentExtraInfo" => Some(Sent {
                is_form: false,
                text: event["params"].to_string(),
            }),
            _ => None,
        });
        sent.collect()
    }

    /// Every cookie of this browser, as one text.
    pub async fn cookies(&self) -> String {
        let cookies = self.devtools("Network.getAllCookies", json!({})).await;
        cookies["cookies"].to_string()
    }

    /// The page anew, as the button of the browser does it.
    pub async fn reload(&self) -> &Self {
        self.client.refresh().await.expect("the page loads again");
        self
    }

    /// From now on the screen is so wide, and a phone if it is narrow, and the reader prefers light or dark.
    pub async fn view(&self, width: u32, scheme: &str) {
        self.size(width, if width < 600 { 812 } else { 900 }).await;
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
        )
        .await;
    }

    async fn size(&self, width: u32, height: u64) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 }),
        )
        .await;
    }

    /// From now on every answer takes so many milliseconds longer.
    pub async fn slow_network(&self, milliseconds: u32) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools(
            "Network.emulateNetworkConditions",
            json!({ "offline": false, "latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1 }),
        )
        .await;
    }

    /// Presses keys, as someone does who looks at the page and not for a field.
    pub async fn keys(&self, keys: &str) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for value in keys.chars() {
            actions = actions
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
        }
        let pressed = self.client.perform_actions(actions).await;
        pressed.expect("keys are pressed");
    }

    /// Keeps a picture of the page from its top, at most `height` pixels of it, as WebP. The screen is made as high as the
    /// picture: what sticks to its lower edge would else stand in the midst.
    pub async fn picture(&self, file: &Path, width: u32, height: u32) {
        let page = self
            .run("return document.documentElement.scrollHeight")
            .await;
        let height = page.as_u64().expect("a height").min(u64::from(height));
        self.size(width, height).await;
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let taken = self
            .devtools(
                "Page.captureScreenshot",
                json!({ "format": "webp", "quality": 60, "captureBeyondViewport": true, "clip": clip }),
            )
            .await;
        let bytes = base64::Engine::decode(
            &base64::engine::general_purpose::STANDARD,
            taken["data"].as_str().expect("a picture"),
        )
        .expect("base64");
        fs::write(file, bytes).expect("the picture is kept");
    }

    /// What axe-core finds wrong with the page, a line each, and how many rules it tried.
    pub async fn axe(&self, axe_core: &str) -> (Vec<String>, usize) {
        self.run(axe_core).await;
        let found = self
            .client
            .execute_async(
                "const done = arguments[arguments.length - 1];
                 axe.run(document).then((r) => done({
                   tried: r.passes.length,
                   wrong: r.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.failureSummary}`)),
                 }), (e) => done({ tried: 0, wrong: [String(e)] }));",
                Vec::new(),
            )
            .await
            .expect("axe runs");
        let wrong = found["wrong"].as_array().expect("a list").iter();
        let wrong = wrong.map(|line| line.as_str().unwrap_or_default().to_owned());
        let tried = usize::try_from(found["tried"].as_u64().unwrap_or_default());
        (wrong.collect(), tried.expect("a small number"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
