//! Hostile files: each is refused or rejected by name, the others are still read, and memory stays bounded.

use std::io::Write as _;
use std::path::Path;

use crate::support::{config, folder, input, rows, run, stderr};

const GOOD: &str = r#"{"uuid":"0000-good","published":"2026-06-01T12:00:00.000Z","eventType":"policy.evaluate_sign_on","outcome":{"result":"ALLOW"},"actor":{"id":"00u1","type":"User"},"target":[]}"#;

/// A company with one good log beside what `make` puts there; what inputs.csv then says of both, and what was said.
fn beside(make: impl FnOnce(&Path)) -> (Vec<(String, String, String)>, String) {
    let folder = folder();
    let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01");
    input(folder.path(), "good.ndjson", format!("{GOOD}\n").as_bytes());
    make(&folder.path().join("inputs"));
    let output = run(&config, folder.path(), &[]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let inputs = rows(&folder.path().join("report/inputs.csv"));
    let facts = inputs.iter().map(|row| (row["file"].clone(), row["read"].clone(), row["rejected"].clone())).collect();
    (facts, stderr(&output))
}

fn has(inputs: &[(String, String, String)], file: &str, read: &str, rejected: &str) -> bool {
    inputs.contains(&(format!("inputs/{file}"), read.to_owned(), rejected.to_owned()))
}

#[test]
fn what_is_no_text_is_refused_by_what_it_is() {
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, &[u8], &str); 4] = [
        ("nul.json", &[0; 4096], "nul.json"),
        ("utf16.json", &utf16, "UTF-16"),
        ("archive.zip", b"PK\x03\x04rest of it", "archive"),
        ("page.json", b"<!doctype html><html><body>Sign in</body></html>", "HTML"),
    ];
    for (name, content, word) in cases {
        let (inputs, said) = beside(|folder| std::fs::write(folder.join(name), content).expect("a file"));
        assert!(has(&inputs, "good.ndjson", "1", "0"), "{inputs:?}");
        assert!(said.contains(name) && said.to_lowercase().contains(&word.to_lowercase()), "{name}: {said}");
    }
}

#[test]
fn what_is_no_file_is_refused_by_name() {
    let (inputs, said) = beside(|folder| {
        std::os::unix::fs::symlink(folder, folder.join("loop")).expect("a link");
        std::os::unix::fs::symlink(folder.join("nowhere"), folder.join("broken.json")).expect("a link");
        let made = std::process::Command::new("mkfifo").arg(folder.join("pipe.json")).status().expect("mkfifo");
        assert!(made.success());
    });
    assert!(has(&inputs, "good.ndjson", "1", "0"), "{inputs:?}");
    for name in ["inputs/loop", "inputs/broken.json", "inputs/pipe.json"] {
        assert!(said.contains(&format!("{name} was not read")), "{name}: {said}");
    }
}

#[test]
fn depth_is_a_reject_and_no_crash() {
    let deep = format!("{{\"uuid\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let (inputs, _) = beside(|folder| std::fs::write(folder.join("deep.ndjson"), format!("{GOOD}\n{deep}\n")).expect("a file"));
    assert!(has(&inputs, "deep.ndjson", "2", "1"), "{inputs:?}");
}

#[test]
fn a_bomb_is_one_reject_in_bounded_memory() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writeln!(encoder, "{GOOD}").expect("memory");
    encoder.write_all(b"{\"uuid\":\"").expect("memory");
    for _ in 0..20 {
        encoder.write_all(&vec![b'x'; 1 << 20]).expect("memory");
    }
    encoder.write_all(b"\"}\n").expect("memory");
    writeln!(encoder, "{GOOD}").expect("memory");
    let bomb = encoder.finish().expect("memory");
    let (inputs, _) = beside(|folder| std::fs::write(folder.join("bomb.ndjson.gz"), bomb).expect("a file"));
    assert!(has(&inputs, "bomb.ndjson.gz", "3", "1"), "{inputs:?}");
}

#[test]
fn a_name_that_is_no_text_is_shown_and_two_of_them_are_two() {
    use std::os::unix::ffi::OsStrExt as _;
    let (inputs, _) = beside(|folder| {
        for bytes in [b"a\xff.ndjson", b"a\xfe.ndjson"] {
            std::fs::write(folder.join(std::ffi::OsStr::from_bytes(bytes)), format!("{GOOD}\nno json\n")).expect("a file");
        }
    });
    assert!(has(&inputs, "a\\xff.ndjson", "2", "1") && has(&inputs, "a\\xfe.ndjson", "2", "1"), "{inputs:?}");
}
