//! The page in a real browser: nothing is fetched, nothing complains, and what is promised to readers holds for each of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use browser::{Browser, base64, missing};
use serde_json::{Value, json};

use crate::support::{config, folder, input, root, rows, run};

mod browser;

/// The sample report.
fn sample(file: &str) -> PathBuf {
    root().join("reports/sample").join(file)
}

/// The address of the sample page, with a fragment.
fn page(fragment: &str) -> String {
    format!("file://{}{fragment}", sample("report.html").display())
}

/// The ids of all findings of the sample.
fn findings() -> Vec<BTreeMap<String, String>> {
    rows(&sample("findings.csv"))
}

/// The findings that can be seen, by id.
const SEEN: &str = "[...document.querySelectorAll('article.finding')].filter((item) => item.checkVisibility()).map((item) => item.id)";

/// The first line of each account, as the table has them.
const ACCOUNTS: &str =
    "[...document.querySelectorAll('#accounts [data-list] tbody tr')].map((row) => row.cells[0].firstChild.textContent.toLowerCase())";

/// What sorts the accounts by name.
const BY_NAME: &str = "document.querySelector('#accounts [data-list] thead button')";

/// The colour of the page.
const GROUND: &str = "getComputedStyle(document.body).backgroundColor";

fn seen(browser: &mut Browser) -> Vec<String> {
    let seen = browser.eval(SEEN);
    seen.as_array().into_iter().flatten().filter_map(Value::as_str).map(|id| id.trim_start_matches("f-").to_owned()).collect()
}

fn showing(browser: &mut Browser, list: &str) -> String {
    browser.text(&format!("document.querySelector('#{list} output').value"))
}

#[test]
fn nothing_is_fetched_and_nothing_complains() {
    let Some(mut browser) = Browser::start() else { return };
    browser.open(&page(""));
    browser.eval("new Promise((done) => setTimeout(done, 300))");
    let told = |method: &str| -> Vec<&Value> { browser.events.iter().filter(|event| event["method"] == method).collect() };
    let fetched: Vec<_> = told("Network.requestWillBeSent").iter().map(|event| event["params"]["request"]["url"].clone()).collect();
    assert_eq!(fetched, [json!(page(""))], "the page alone");
    for complaint in ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"] {
        assert_eq!(told(complaint), Vec::<&Value>::new(), "{complaint}");
    }
    // The policy holds: what it does not know neither runs nor loads.
    browser.eval("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))");
    browser.eval("document.body.append(Object.assign(document.createElement('img'), { src: 'https://example.com/x.png' }))");
    browser.eval("new Promise((done) => setTimeout(done, 300))");
    assert_eq!(browser.text("typeof window.ran"), "undefined");
    let refused = browser.events.iter().filter(|event| event["method"] == "Log.entryAdded").count();
    assert!(refused >= 2, "the test could see a complaint");
}

#[test]
fn it_filters_and_keeps_the_filters_in_its_address() {
    let Some(mut browser) = Browser::start() else { return };
    let all = findings();
    browser.open(&page(""));
    assert_eq!(showing(&mut browser, "findings"), format!("showing 1–25 of {}", all.len()));

    browser.eval("document.querySelector('#findings-q').focus()");
    browser.ask("Input.insertText", &json!({"text": "Silas.Quenby"}));
    let found = seen(&mut browser);
    assert!(!found.is_empty() && found.len() < 25, "{found:?}");
    assert_eq!(showing(&mut browser, "findings"), format!("showing {} of {}", found.len(), all.len()));
    assert_eq!(browser.text("location.hash"), "#findings?q=Silas.Quenby");

    browser.eval("const s = document.querySelector('#findings-severity'); s.value = 'critical'; s.dispatchEvent(new Event('input', { bubbles: true }))");
    let critical = all.iter().filter(|row| row["severity"] == "critical").count();
    assert!(seen(&mut browser).len() <= critical);
    assert_eq!(browser.text("location.hash"), "#findings?q=Silas.Quenby&severity=critical");
    // The same address, opened anew, shows the same.
    let (address, before) = (browser.text("location.href"), seen(&mut browser));
    browser.open(&address);
    assert_eq!(seen(&mut browser), before);
    assert_eq!(browser.text("document.querySelector('#findings-severity').value"), "critical");

    browser.eval("[...document.querySelectorAll('#findings form button')].find((button) => button.textContent === 'Show all').click()");
    assert_eq!(seen(&mut browser).len(), 25);
    browser.open(&page("#findings?severity=none%20such"));
    assert_eq!(seen(&mut browser), Vec::<String>::new());
    assert_eq!(showing(&mut browser, "findings"), format!("showing 0 of {}", all.len()));
}

#[test]
fn it_sorts() {
    let Some(mut browser) = Browser::start() else { return };
    browser.open(&page(""));
    let names = |browser: &mut Browser| -> Vec<String> {
        browser.eval(ACCOUNTS).as_array().into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    };
    let mut sorted = names(&mut browser);
    sorted.sort();
    browser.eval(&format!("{BY_NAME}.click()"));
    assert_eq!(browser.text(&format!("{BY_NAME}.parentElement.ariaSort")), "ascending");
    assert_eq!(browser.text("location.hash"), "#accounts?sort=0");
    assert_eq!(names(&mut browser), sorted);
    browser.eval(&format!("{BY_NAME}.click()"));
    sorted.reverse();
    assert_eq!(names(&mut browser), sorted);

    browser.open(&page("#findings?sort=-age"));
    let ages = browser.eval("[...document.querySelectorAll('article.finding')].map((item) => Number(item.dataset.age || -1))");
    let ages: Vec<f64> = ages.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    assert!(ages.is_sorted_by(|one, other| one >= other), "{ages:?}");
}

#[test]
fn it_turns_pages_and_finds_what_a_link_names() {
    let Some(mut browser) = Browser::start() else { return };
    let all = findings();
    browser.open(&page(""));
    let first = seen(&mut browser);
    browser.eval("[...document.querySelectorAll('#findings .pager button')].at(-1).click()");
    let second = seen(&mut browser);
    assert_eq!(first.len() + second.len(), all.len());
    assert!(first.iter().all(|id| !second.contains(id)));
    assert_eq!(browser.text("location.hash"), "#findings?page=2");
    assert_eq!(showing(&mut browser, "findings"), format!("showing 26–{} of {}", all.len(), all.len()));

    // A link to a finding of the second page, with a filter set that hides it.
    let id = &second[second.len() - 1];
    browser.open(&page("#findings?severity=critical"));
    browser.eval(&format!("location.hash = '#f-{id}'"));
    browser.eval("new Promise((done) => setTimeout(done, 200))");
    let top = browser.eval(&format!("document.getElementById('f-{id}').getBoundingClientRect().top"));
    assert!(seen(&mut browser).contains(id) && top.as_f64().is_some_and(|top| (0.0..900.0).contains(&top)), "{top}");
    browser.open(&page(&format!("#f-{id}")));
    assert!(seen(&mut browser).contains(id));
    let link = browser.text(&format!("document.querySelector('#f-{id} .permalink').href"));
    assert_eq!(link, page(&format!("#f-{id}")), "the link to copy");
    assert_eq!(browser.count(&format!("document.querySelectorAll('#f-{id} .share button').length")), 1);
}

#[test]
fn every_number_leads_to_so_many_rows() {
    let Some(mut browser) = Browser::start() else { return };
    browser.open(&page(""));
    // Numbers of records and populations count other things than the rows they lead to.
    let followed = browser.eval(
        "(async () => {
          const links = [...document.querySelectorAll('a[data-filter]')]
            .filter((link) => /^[\\d,]+/.test(link.textContent.trim()) && !link.closest('article, details, .said, [data-l=Records], [data-l=Of]'));
          const wrong = [];
          for (const link of links) {
            if (location.hash !== link.hash) {
              location.hash = link.hash;
              await new Promise((done) => addEventListener('hashchange', done, { once: true }));
            }
            const list = link.hash.slice(1).split('?')[0];
            const told = link.textContent.trim().match(/^[\\d,]+/)[0];
            // `showing 12 of 37`, `showing 1–25 of 34`, `showing 1–25 of 30, 37 in all`
            const [, some, of] = document.querySelector(`#${list} output`).value.match(/showing ([\\d,–]+) of ([\\d,]*\\d)/);
            const shown = some.includes('–') ? of : some;
            if (told !== shown) wrong.push(`${link.closest('section').id}: ${link.hash} tells ${told}, shows ${shown}`);
          }
          return { followed: links.length, wrong };
        })()",
    );
    assert_eq!(followed["wrong"], json!([]));
    assert!(followed["followed"].as_u64().is_some_and(|followed| followed > 60), "{followed}");
    // And no link leads nowhere.
    let dead = "[...document.querySelectorAll('a[href^=\"#\"]')].map((link) => decodeURIComponent(link.hash.slice(1).split('?')[0])).filter((id) => !document.getElementById(id))";
    assert_eq!(browser.eval(dead), json!([]));
}

#[test]
fn it_is_whole_without_script() {
    let Some(mut browser) = Browser::start() else { return };
    browser.ask("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    browser.open(&page(""));
    assert_eq!(browser.count("document.querySelectorAll('form, .pager, [hidden]:not(#theme)').length"), 0, "no control without script");
    let ids: Vec<String> = findings().iter().map(|row| row["finding_id"].clone()).collect();
    assert_eq!(seen(&mut browser).len(), ids.len());
    for (list, file) in [("accounts", "accounts.csv"), ("leavers", "leavers.csv"), ("tokens", "tokens.csv"), ("failures", "failures.csv")] {
        let shown = browser.count(&format!("document.querySelectorAll('#{list} [data-list] tbody tr').length"));
        assert_eq!(shown, rows(&sample(file)).len(), "{list}");
    }
    let dead = "[...document.querySelectorAll('a[href^=\"#\"]')].filter((link) => !document.getElementById(decodeURIComponent(link.hash.slice(1)))).length";
    assert_eq!(browser.count(dead), 0);
}

#[test]
fn it_prints_with_every_finding_and_its_evidence() {
    let Some(mut browser) = Browser::start() else { return };
    for script in [true, false] {
        browser.ask("Emulation.setScriptExecutionDisabled", &json!({"value": !script}));
        browser.open(&page("#findings?severity=low"));
        let printed = browser.ask("Page.printToPDF", &json!({"preferCSSPageSize": true}));
        let folder = folder();
        let pdf = folder.path().join("report.pdf");
        fs::write(&pdf, base64(printed["data"].as_str().unwrap_or_default())).expect("a file");
        let Ok(text) = Command::new("pdftotext").args(["-layout"]).arg(&pdf).arg("-").output() else {
            return missing("no pdftotext on this machine: the printed page is not read (Debian: apt-get install poppler-utils)");
        };
        let text = String::from_utf8_lossy(&text.stdout).into_owned();
        let close: String = text.chars().filter(|character| !character.is_whitespace()).collect();
        for row in findings() {
            assert!(close.contains(&row["finding_id"]), "{} is not printed (script: {script})", row["finding_id"]);
        }
        let manifest = fs::read_to_string(sample("manifest.json")).expect("the manifest");
        let run = serde_json::from_str::<Value>(&manifest).expect("JSON")["run_id"].as_str().map(ToOwned::to_owned).expect("a run id");
        let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
        assert!(pages.len() > 10, "{} pages", pages.len());
        for (number, page) in pages.iter().enumerate() {
            assert!(page.contains(&run) && page.contains("Acme Corp"), "page {} does not name organization and run", number + 1);
        }
        assert!(!close.contains("Showall") && !close.contains("Copylink"), "controls are not printed");
    }
}

#[test]
fn axe_finds_nothing_in_either_theme() {
    let axe = root().join("target/axe-core/axe.min.js");
    let Some(mut browser) = Browser::start() else { return };
    let Ok(axe) = fs::read_to_string(&axe) else {
        return missing("no target/axe-core/axe.min.js: accessibility is not checked (.ci/run fetches it with npm)");
    };
    for (theme, width) in [("light", 1280), ("dark", 1280), ("light", 360)] {
        browser.size(width, 900);
        browser.theme(theme);
        browser.open(&page(""));
        browser.eval("for (const box of document.querySelectorAll('details')) box.open = true");
        browser.eval(&axe);
        let found = browser.eval(
            "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map((violation) =>
              ({ id: violation.id, help: violation.help, nodes: violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)), more: violation.nodes.length })))",
        );
        assert_eq!(found, json!([]), "{theme}, {width} px: {found:#}");
        assert!(browser.count("axe.getRules().length") > 50, "axe has rules");
    }
}

#[test]
fn it_follows_the_theme_and_the_button() {
    let Some(mut browser) = Browser::start() else { return };
    browser.theme("light");
    browser.open(&page(""));
    let light = browser.text(GROUND);
    browser.theme("dark");
    let dark = browser.text(GROUND);
    assert_ne!(light, dark);
    // The button hears of it with the next frame.
    browser.eval("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))");
    assert_eq!(browser.text("document.querySelector('#theme').textContent"), "Light theme");
    browser.eval("document.querySelector('#theme').click()");
    assert_eq!(browser.text(GROUND), light);
}

#[test]
fn the_keyboard_is_enough() {
    let Some(mut browser) = Browser::start() else { return };
    browser.open(&page(""));
    browser.press("Tab", 9, "");
    assert_eq!(browser.text("document.activeElement.className"), "skip", "the first stop leads past the contents");
    let shown = "getComputedStyle(document.activeElement).outlineStyle !== 'none'";
    assert_eq!(browser.eval(shown), json!(true), "focus can be seen");
    browser.eval("document.querySelector('#findings details summary').focus()");
    assert_eq!(browser.eval("document.querySelector('#findings details').open"), json!(false));
    browser.press("Enter", 13, "\r");
    let open = browser.eval("document.querySelector('#findings details').open");
    assert_eq!(open, json!(true), "evidence opens");
    let levels = browser.eval("[...document.querySelectorAll('h1, h2, h3, h4')].map((head) => Number(head.tagName[1]))");
    let levels: Vec<u64> = levels.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    assert!(levels.starts_with(&[1, 2]) && levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "no level is skipped");
}

#[test]
fn nothing_scrolls_sideways_but_records() {
    let Some(mut browser) = Browser::start() else { return };
    for width in [360, 768, 1010, 1250, 1440] {
        browser.size(width, 800);
        browser.open(&page(""));
        browser.eval("for (const box of document.querySelectorAll('details')) box.open = true");
        let wide = browser.count("document.documentElement.scrollWidth");
        assert!(wide <= width as usize, "{wide} px wide in a window of {width} px");
        let torn = "[...document.querySelectorAll('caption:not(.sr), h2:not(.sr), h3, th[scope=row]')].filter((text) => text.checkVisibility() && text.offsetWidth < 24).length";
        assert_eq!(browser.count(torn), 0, "a text is torn to letters at {width} px");
        let over =
            "[...document.querySelectorAll('section')].filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.id)";
        assert_eq!(browser.eval(over), json!([]), "wider than their column at {width} px");
    }
}

#[test]
fn a_large_page_opens_in_time() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = folder();
    let people = 3_000;
    let member = |index: usize| {
        format!(
            r#"{{"user":"member-{index}","type":"user","_id":"{index:024x}","role":"read","verifiedEmail":"member-{index}@acme.example"}}"#
        )
    };
    let members: Vec<String> = (0..people).map(member).collect();
    let config = config(folder.path(), "");
    input(folder.path(), "members-2026-06-29T060000Z.json", format!("[{}]", members.join(",")).as_bytes());
    run(&config, folder.path(), &["-q"]);
    let report = folder.path().join("report/report.html");
    let length = fs::metadata(&report).expect("a report").len();
    assert!(length < 10_000_000, "{length} bytes");
    // In the time of the browser's own thread, which other tests do not lengthen.
    browser.ask("Performance.enable", &json!({"timeDomain": "threadTicks"}));
    browser.open(&format!("file://{}", report.display()));
    let shown = browser.count("document.querySelectorAll('#accounts [data-list] tbody tr').length");
    let metrics = browser.ask("Performance.getMetrics", &json!({}));
    let took = metrics["metrics"].as_array().and_then(|all| all.iter().find(|metric| metric["name"] == "TaskDuration"));
    let took = took.and_then(|metric| metric["value"].as_f64()).expect("a duration");
    assert_eq!(shown, 1_000);
    assert!(browser.text("document.querySelector('#accounts').textContent").contains("first 1,000 of 3,000 accounts"));
    assert!(took < 3.0, "opened in {took} s");
}
