//! Texts in scripts that are written from right to left, alone and mixed with English.

use std::fs;

use serde_json::json;

use crate::accessibility::create_pictures_folder;
use crate::chromium::Browser;
use crate::discussion::{post_reply, publish_comments_at_once};
use crate::support::server::Server;
use crate::{add_account, base_url, sign_in};

const BODY: &str = "\
مرحبا بالعالم، هذه فقرة عربية!

This English paragraph stands on the left.

> اقتباس من الصحيفة.

> An English quotation.

- واحد
- two (English)
- ثلاثة

1. سنة جيدة.
2. سنة أخرى.

| اسم | Count |
|---|---|
| شاي | 7 |

النص `code()` هنا.";

const COMMENT: &str = "\
שלום!

> اقتباس من الصحيفة.

I agree.";

/// Defines functions for scripts: the direction of an element, the side of its border, and the side at which its text is.
const FUNCTIONS: &str = "
    const find = (css, index = 0) => document.querySelectorAll(css)[index];
    const direction = (...which) => getComputedStyle(find(...which)).direction;
    const border = (...which) => {
        const style = getComputedStyle(find(...which));
        return [style.borderLeftWidth, style.borderRightWidth].join(' ');
    };
    const side = (...which) => {
        const box = find(...which).getBoundingClientRect();
        const range = document.createRange();
        range.selectNodeContents(find(...which));
        const text = range.getBoundingClientRect();
        return Math.abs(text.left - box.left) < Math.abs(text.right - box.right) ? 'left' : 'right';
    };";

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn each_block_is_set_in_the_direction_of_its_script() {
    let server = Server::new();
    add_account(&server, "ada", "admin");
    publish_comments_at_once(&server).await;
    let browser = Browser::open(&base_url(&server)).await;
    sign_in(&browser, "ada").await;
    browser.goto("/admin/articles/new").await;
    browser.fill("#title", "مرحبا (بالعالم)!").await;
    browser.fill("#standfirst", "تجربة أولى!").await;
    browser.fill("#body", BODY).await;
    browser.press("Publish").await;
    let id = browser.path().await;
    let id = id.trim_start_matches("/admin/articles/");
    let id = id.split('?').next().expect("a path").to_owned();
    post_reply(&server, &id, "", ("نور", "noor@example.org", COMMENT));

    browser.follow(".state-line a").await;
    for width in [1280, 375] {
        browser.set_viewport(width, "light").await;
        let found = browser
            .run(&format!(
                "{FUNCTIONS} return {{
                    title: [direction('h1'), side('h1')],
                    standfirst: [direction('.standfirst'), side('.standfirst')],
                    arabic: side('.prose > p'),
                    english: side('.prose > p', 1),
                    quotation: border('.prose blockquote'),
                    english_quotation: border('.prose blockquote', 1),
                    list: direction('.prose ul'),
                    item: [direction('.prose ul > li', 1), side('.prose ul > li', 1)],
                    item_room: find('.prose ul > li', 1).getBoundingClientRect().left > find('.prose ul').getBoundingClientRect().left + 10,
                    numbers: direction('.prose ol'),
                    cells: [direction('.prose th'), direction('.prose th', 1)],
                    code: direction('.prose p code'),
                    comment: side('.reply-body > p'),
                    comment_quotation: border('.reply-body blockquote'),
                    comment_english: side('.reply-body > p', 1),
                    is_too_wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
                }}"
            ))
            .await;
        let expected = json!({
            "title": ["rtl", "right"],
            "standfirst": ["rtl", "right"],
            "arabic": "right",
            "english": "left",
            "quotation": "0px 3px",
            "english_quotation": "3px 0px",
            "list": "rtl",
            "item": ["ltr", "left"],
            "item_room": true,
            "numbers": "rtl",
            "cells": ["rtl", "ltr"],
            "code": "ltr",
            "comment": "right",
            "comment_quotation": "0px 3px",
            "comment_english": "left",
            "is_too_wide": false,
        });
        assert_eq!(found, expected, "at {width} pixels");
        let file = create_pictures_folder().join(format!("direction-{width}.webp"));
        browser.save_screenshot(&file, width, 4000).await;
        assert!(fs::metadata(&file).is_ok());
    }

    browser.goto("/").await;
    let found = browser
        .run(&format!(
            "{FUNCTIONS} return [side('.headline h2'), side('.teaser')]"
        ))
        .await;
    assert_eq!(found, json!(["right", "right"]));
    browser.close().await;
}
