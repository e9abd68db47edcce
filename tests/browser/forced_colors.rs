//! Buttons where the system forces its own colours, as people with low vision set it.

use crate::chromium::Browser;
use crate::support::server::Server;
use crate::{add_account, base_url, open_welcome_article, sign_in};

/// Returns the number of visible buttons, and one line for each whose colours are not the pair that the system has for
/// buttons, or whose text or border cannot be told from what is behind it. The ratios are those of WCAG 2.2 (1.4.3
/// Contrast, 1.4.11 Non-text Contrast).
const FIND_FAINT_BUTTONS: &str = r#"
    const parse = (color) => color.match(/[\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => {
        const [R, G, B] = [r, g, b].map((c) => c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
        return 0.2126 * R + 0.7152 * G + 0.0722 * B;
    };
    const contrast = (a, b) => {
        const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
        return (light + 0.05) / (dark + 0.05);
    };
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const color = parse(getComputedStyle(at).backgroundColor);
            if (color.length === 3 || color[3] > 0) return color;
        }
        return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
    };
    // Only the two colours of a pair are sure to differ: a theme may draw buttons dark on a light page.
    const probe = document.body.appendChild(document.createElement("p"));
    probe.style.cssText = "color: ButtonText; background: ButtonFace";
    const system = { color: getComputedStyle(probe).color, fill: getComputedStyle(probe).backgroundColor };
    probe.remove();
    const wrong = [];
    const buttons = [...document.querySelectorAll("button, .button")].filter((button) => button.offsetParent);
    for (const button of buttons) {
        const style = getComputedStyle(button);
        const text = contrast(parse(style.color), behind(button));
        const edge = contrast(parse(style.borderTopColor), behind(button.parentElement));
        const isPlain = button.classList.contains("link-button");
        const isPair = style.color === system.color && style.backgroundColor === system.fill;
        if (text < 4.5 || (!isPlain && !isPair) || (!isPlain && (edge < 3 || parseFloat(style.borderTopWidth) < 1)) || style.filter !== "none") {
            wrong.push(`${button.textContent.trim()}: text ${text}, border ${edge}, ${style.backgroundColor}`);
        }
    }
    return matchMedia("(forced-colors: active)").matches ? [buttons.length, ...wrong] : ["colours are not forced"];
"#;

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn buttons_keep_their_contrast_where_colours_are_forced() {
    let server = Server::new();
    add_account(&server, "ada", "admin");
    let browser = Browser::open(&base_url(&server)).await;
    sign_in(&browser, "ada").await;
    let article = open_welcome_article(&browser).await;
    for scheme in ["light", "dark"] {
        browser.force_colors(scheme).await;
        for path in [
            article.as_str(),
            "/search",
            "/admin/comments",
            "/admin/articles",
            "/admin/articles/new",
            "/admin/discussion",
            "/admin/account",
        ] {
            browser.goto(path).await;
            let found = browser.run(FIND_FAINT_BUTTONS).await;
            let lines = found.as_array().expect("a list");
            assert!(lines[0].as_u64() > Some(0), "{path} in {scheme}: {found}");
            assert_eq!(lines.len(), 1, "{path} in {scheme}: {found}");
        }
    }
}
