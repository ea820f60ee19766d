//! The sample report is the report of the fixtures' company, to the byte. `UPDATE_GOLDEN=1` writes it anew.

use crate::support::{acme, files, folder, root, run};

#[test]
fn the_sample_report_is_current() {
    let folder = folder();
    run(&acme().join("scimdrift.toml"), folder.path(), &["-q"]);
    let (fresh, sample) = (folder.path().join("report"), root().join("reports/sample"));
    #[expect(clippy::disallowed_methods, reason = "whether to bless is asked of the environment")]
    let bless = std::env::var_os("UPDATE_GOLDEN").is_some();
    if bless {
        let _absent = std::fs::remove_dir_all(&sample);
        std::fs::create_dir_all(&sample).expect("a folder");
        for file in files(&fresh) {
            std::fs::copy(&file, sample.join(file.file_name().expect("a name"))).expect("a copy");
        }
    }
    let names = |folder: &std::path::Path| -> Vec<String> {
        files(folder).iter().filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned())).collect()
    };
    assert_eq!(names(&fresh), names(&sample));
    for name in names(&fresh) {
        let same = std::fs::read(fresh.join(&name)).ok() == std::fs::read(sample.join(&name)).ok();
        assert!(same, "reports/sample/{name} is not what the fixtures give; UPDATE_GOLDEN=1 cargo test writes it anew");
    }
}

#[test]
fn running_twice_gives_the_same_bytes() {
    let (one, other) = (folder(), folder());
    run(&acme().join("scimdrift.toml"), one.path(), &["-q", "--jobs", "1"]);
    run(&acme().join("scimdrift.toml"), other.path(), &["-q", "--jobs", "4"]);
    run(&acme().join("scimdrift.toml"), other.path(), &["-q", "--jobs", "4"]);
    for file in files(&one.path().join("report")) {
        let twin = other.path().join("report").join(file.file_name().expect("a name"));
        assert_eq!(std::fs::read(&file).ok(), std::fs::read(&twin).ok(), "{}", twin.display());
    }
}
