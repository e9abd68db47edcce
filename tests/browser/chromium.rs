//! Chromium with a temporary profile, controlled through WebDriver.

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

/// Longest wait for a page to reach the expected state.
pub const PAGE_TIMEOUT: Duration = Duration::from_secs(10);

pub struct Browser {
    client: Client,
    driver: Child,
    /// Base URL of the site under test, without a slash at the end.
    base_url: String,
}

/// Request that the browser sent, from its network log.
pub struct SentRequest {
    /// Whether the request is a form submitted with POST.
    pub is_form: bool,
    pub text: String,
}

/// Command of chromedriver that is not part of the WebDriver standard.
#[derive(Debug)]
struct ChromedriverCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for ChromedriverCommand {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

fn find_program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{name} is not installed; bin/test installs it"))
}

impl Browser {
    pub async fn open(base_url: &str) -> Self {
        Self::start(base_url, true).await
    }

    /// Starts a browser with JavaScript switched off.
    pub async fn without_javascript(base_url: &str) -> Self {
        Self::start(base_url, false).await
    }

    async fn start(base_url: &str, scripts: bool) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .expect("a free port")
            .local_addr()
            .expect("a local address")
            .port();
        let driver = Command::new(find_program("chromedriver"))
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
            "binary": find_program("chromium"),
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
                "--hide-scrollbars",
                "--force-prefers-reduced-motion", "--lang=en-US", "--window-size=1280,900",
                format!("--user-data-dir={}", profile.display()),
            ],
        });
        if !scripts {
            // The value 2 means "block" in Chromium's preferences.
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
            base_url: base_url.to_owned(),
        }
    }

    /// Closes the browser. If the value is dropped without this call, the driver is killed, which ends the browser as
    /// well.
    pub async fn close(self) {
        self.client.clone().close().await.expect("chromium closes");
    }

    pub async fn goto(&self, path: &str) -> &Self {
        let url = format!("{}{path}", self.base_url);
        self.client.goto(&url).await.expect("the page loads");
        self
    }

    /// Returns the path and the query of the current page.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("a URL");
        let query = url.query().map(|query| format!("?{query}"));
        format!("{}{}", url.path(), query.unwrap_or_default())
    }

    pub async fn find(&self, css: &str) -> Element {
        self.client
            .wait()
            .at_most(PAGE_TIMEOUT)
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|error| panic!("no {css}: {error}"))
    }

    pub async fn has(&self, css: &str) -> bool {
        let found = self.client.find_all(Locator::Css(css)).await;
        !found.expect("the browser answers").is_empty()
    }

    /// Returns the visible text of the first element that matches a CSS selector.
    pub async fn text(&self, css: &str) -> String {
        self.find(css)
            .await
            .text()
            .await
            .expect("the element's text is read")
    }

    /// Returns whether the top edge of an element is visible on the screen.
    pub async fn is_in_view(&self, css: &str) -> bool {
        let (_, top, _, height) = self
            .find(css)
            .await
            .rectangle()
            .await
            .expect("the element has a rectangle");
        let page = "return [scrollY, innerHeight]";
        let page = self.run(page).await;
        let value = |index: usize| page[index].as_f64().expect("the script returns numbers");
        top >= value(0) && top + height.min(20.0) <= value(0) + value(1)
    }

    pub async fn value(&self, css: &str) -> String {
        let value = self
            .find(css)
            .await
            .prop("value")
            .await
            .expect("the field's value is read");
        value.unwrap_or_default()
    }

    /// Replaces the text of a form field by pressing keys.
    pub async fn fill(&self, css: &str, text: &str) -> &Self {
        let field = self.find(css).await;
        field.clear().await.expect("the field is cleared");
        field
            .send_keys(text)
            .await
            .expect("text is typed into the field");
        self
    }

    pub async fn click(&self, css: &str) -> &Self {
        let element = self.find(css).await;
        element.click().await.expect("the element is clicked");
        self
    }

    /// Clicks an element that leads to another page, and waits until the current page is gone.
    pub async fn follow(&self, css: &str) -> &Self {
        let link = self.find(css).await;
        self.click_and_leave(link).await
    }

    /// Clicks the first button or link with this label, and waits until the current page is gone.
    pub async fn press(&self, label: &str) -> &Self {
        let path = format!("//*[(self::button or self::a) and normalize-space()='{label}']");
        let found = self.client.find(Locator::XPath(&path)).await;
        let button = found
            .unwrap_or_else(|error| panic!("no button or link is labelled {label:?}: {error}"));
        self.click_and_leave(button).await
    }

    async fn click_and_leave(&self, element: Element) -> &Self {
        let page = self.find("html").await;
        element.click().await.expect("the element is clicked");
        let deadline = Instant::now() + PAGE_TIMEOUT;
        while page.tag_name().await.is_ok() {
            assert!(Instant::now() < deadline, "the click opened no page");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self
    }

    /// Returns the current HTML of the page, after its scripts have run.
    pub async fn source(&self) -> String {
        self.client
            .source()
            .await
            .expect("the page's source is read")
    }

    pub async fn run(&self, script: &str) -> Value {
        let ran = self.client.execute(script, Vec::new()).await;
        ran.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Waits until a script returns true. If it does not, panics with the description `what`.
    pub async fn wait_until(&self, what: &str, script: &str) {
        let deadline = Instant::now() + PAGE_TIMEOUT;
        while self.run(script).await != true {
            assert!(Instant::now() < deadline, "timed out waiting until {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn send_devtools_command(&self, command: &'static str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.send_chromedriver_command("goog/cdp/execute", body)
            .await
    }

    async fn send_chromedriver_command(&self, path: &'static str, body: Value) -> Value {
        let done = self
            .client
            .issue_cmd(ChromedriverCommand { path, body })
            .await;
        done.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Returns the requests that the browser has sent since the last call, with their headers.
    pub async fn take_sent_requests(&self) -> Vec<SentRequest> {
        let log = json!({ "type": "performance" });
        let log = self.send_chromedriver_command("se/log", log).await;
        let events = log
            .as_array()
            .expect("the log is a list")
            .iter()
            .map(|entry| {
                let text = entry["message"].as_str().expect("the event is text");
                let event: Value = serde_json::from_str(text).expect("the event is valid JSON");
                event["message"].clone()
            });
        let sent = events.filter_map(|event| match event["method"].as_str()? {
            // Only the second event has the cookies.
            "Network.requestWillBeSent" => Some(SentRequest {
                is_form: event["params"]["request"]["method"] == "POST",
                text: event["params"]["request"].to_string(),
            }),
            "Network.requestWillBeSentExtraInfo" => Some(SentRequest {
                is_form: false,
                text: event["params"].to_string(),
            }),
            _ => None,
        });
        sent.collect()
    }

    /// Returns all cookies of this browser as one JSON text.
    pub async fn cookies(&self) -> String {
        let cookies = self
            .send_devtools_command("Network.getAllCookies", json!({}))
            .await;
        cookies["cookies"].to_string()
    }

    /// Reloads the page.
    pub async fn reload(&self) -> &Self {
        self.client.refresh().await.expect("the page reloads");
        self
    }

    /// Sets the width of the screen and the preferred colour scheme. A width below 600 pixels emulates a phone.
    pub async fn set_viewport(&self, width: u32, scheme: &str) {
        self.set_screen_size(width, if width < 600 { 812 } else { 900 })
            .await;
        self.send_devtools_command(
            "Emulation.setEmulatedMedia",
            json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
        )
        .await;
    }

    /// Emulates a system that forces its own colours, in this colour scheme.
    pub async fn force_colors(&self, scheme: &str) {
        let features = json!([
            { "name": "forced-colors", "value": "active" },
            { "name": "prefers-color-scheme", "value": scheme },
        ]);
        self.send_devtools_command(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await;
    }

    async fn set_screen_size(&self, width: u32, height: u64) {
        self.send_devtools_command(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 }),
        )
        .await;
    }

    /// Delays every later response by this many milliseconds.
    pub async fn set_latency(&self, milliseconds: u32) {
        self.send_devtools_command("Network.enable", json!({}))
            .await;
        self.send_devtools_command(
            "Network.emulateNetworkConditions",
            json!({ "offline": false, "latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1 }),
        )
        .await;
    }

    /// Presses keys without focusing a form field first.
    pub async fn press_keys(&self, keys: &str) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for value in keys.chars() {
            actions = actions
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
        }
        let pressed = self.client.perform_actions(actions).await;
        pressed.expect("the keys are pressed");
    }

    /// Saves a screenshot of the page from its top, at most `height` pixels high, as a WebP file.
    pub async fn save_screenshot(&self, file: &Path, width: u32, height: u32) {
        let page = self
            .run("return document.documentElement.scrollHeight")
            .await;
        let height = page
            .as_u64()
            .expect("the page has a height")
            .min(u64::from(height));
        self.set_screen_size(width, height).await;
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let taken = self
            .send_devtools_command(
                "Page.captureScreenshot",
                json!({ "format": "webp", "quality": 60, "captureBeyondViewport": true, "clip": clip }),
            )
            .await;
        let bytes = base64::Engine::decode(
            &base64::engine::general_purpose::STANDARD,
            taken["data"].as_str().expect("a screenshot is taken"),
        )
        .expect("the screenshot is valid base64");
        fs::write(file, bytes).expect("the picture is saved");
    }

    /// Runs axe-core on the page. Returns one line for each violation, and the number of rules that passed.
    pub async fn run_axe(&self, axe_core: &str) -> (Vec<String>, usize) {
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
            .expect("axe-core runs");
        let wrong = found["wrong"]
            .as_array()
            .expect("the violations are a list")
            .iter();
        let wrong = wrong.map(|line| line.as_str().unwrap_or_default().to_owned());
        let tried = usize::try_from(found["tried"].as_u64().unwrap_or_default());
        (
            wrong.collect(),
            tried.expect("the number of checked rules fits usize"),
        )
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver may have ended by itself.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
