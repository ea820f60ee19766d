//! The machine: free space, who may read and write what, and the clock.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::Places;
use crate::model::check_up::{Area, Check, Level};
use crate::model::time::{Span, Timestamp};
use crate::store::Store;

/// A run is not begun with less than this, whatever the size of the store.
const LEAST_FREE: u64 = 512 << 20;

/// Records may be so much ahead of this machine's clock before the clock is doubted.
const AHEAD: Span = Span::from_micros(5 * 60 * 1_000_000);

/// Anybody may read; anybody else may write.
const OTHERS_READ: u32 = 0o044;
const OTHERS_WRITE: u32 = 0o022;

pub(super) fn look(places: &Places<'_>, store: Option<&Store>, now: Timestamp, checks: &mut Vec<Check>) {
    if let Some(path) = &places.store {
        checks.push(disk(path));
    }
    checks.extend(permissions(places));
    checks.push(clock(store, now));
}

fn disk(store: &Path) -> Check {
    let folder = standing(store);
    let subject = folder.display().to_string();
    let size = std::fs::metadata(store).map_or(0, |about| about.len());
    let Ok(space) = rustix::fs::statvfs(&folder) else {
        return Check::new(Area::Disk, Level::Note, subject, "how much is free is not known", "check with `df` that there is space");
    };
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let says = format!("{} free, the store has {}", mebibytes(free), mebibytes(size));
    if free < LEAST_FREE.max(size) {
        let next = format!("free some space: {} at least, and as much as the store", mebibytes(LEAST_FREE));
        return Check::new(Area::Disk, Level::Warning, subject, says, next);
    }
    Check::ok(Area::Disk, subject, says)
}

/// The nearest folder above that is there: the store, and its folder, may still have to be made.
fn standing(path: &Path) -> PathBuf {
    let above = path.ancestors().skip(1).map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    above.filter(|folder| folder.is_dir()).map(Path::to_owned).next().unwrap_or_else(|| PathBuf::from("."))
}

fn mebibytes(bytes: u64) -> String {
    match bytes >> 20 {
        0 => "less than 1 MiB".to_owned(),
        mebibytes @ 1..10_240 => format!("{mebibytes} MiB"),
        mebibytes => format!("{} GiB", mebibytes >> 10),
    }
}

fn permissions(places: &Places<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Some(store) = places.store.as_deref().filter(|store| store.exists()) {
        let beside = |suffix: &str| {
            let mut name = store.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        // The journal holds what the store will hold.
        for file in [store.to_owned(), beside("-wal")] {
            let names = "it holds names, addresses and roles of everybody";
            checks.extend(private(&file, OTHERS_READ | OTHERS_WRITE, "may be read by others", names, "chmod 600"));
        }
        let folder = standing(store);
        if rustix::fs::access(&folder, rustix::fs::Access::WRITE_OK).is_err() {
            let next = "let the account that runs scimdrift write to it, or name another place with --store";
            checks.push(Check::new(
                Area::Permissions,
                Level::Broken,
                folder.display().to_string(),
                "may not be written to by this account",
                next,
            ));
        }
        checks.extend(private(&folder, OTHERS_WRITE, "may be written to by others", "who may replace the store", "chmod go-w"));
    }
    let waivers = places.setup.map(|setup| setup.base.join("waivers.toml"));
    for file in [Some(places.config.to_owned()), waivers].into_iter().flatten().filter(|file| file.exists()) {
        checks.extend(private(
            &file,
            OTHERS_WRITE,
            "may be written to by others",
            "who may change what is found and accepted",
            "chmod go-w",
        ));
    }
    if checks.is_empty() {
        checks.push(Check::ok(Area::Permissions, "files", "nobody else may read the store, or change it, the config or the waivers"));
    }
    checks
}

/// A warning where others may do to a file what these bits let them.
fn private(file: &Path, bits: u32, says: &str, why: &str, command: &str) -> Option<Check> {
    let mode = std::fs::metadata(file).ok()?.permissions().mode() & 0o7777;
    // In a folder such as /tmp nobody else may replace what is ours.
    if mode & bits == 0 || mode & 0o1000 != 0 {
        return None;
    }
    let subject = file.display().to_string();
    let next = format!("{command} {subject}");
    Some(Check::new(Area::Permissions, Level::Warning, subject, format!("{says} (mode {:o}): {why}", mode & 0o777), next))
}

fn clock(store: Option<&Store>, now: Timestamp) -> Check {
    let latest = store.and_then(|store| store.files().ok()).unwrap_or_default();
    let latest = latest.iter().filter_map(|file| file.last_at.max(file.taken_at)).max();
    let says = format!("{} UTC", now.minute());
    match latest {
        Some(latest) if latest.since(now) > AHEAD => {
            let says =
                format!("{says}, and the latest record is of {} UTC: this clock is behind, or that of a source ahead", latest.minute());
            let next = "set the clock (NTP); records later than the as-of time are left out of a run";
            Check::new(Area::Clock, Level::Warning, "this machine", says, next)
        }
        Some(latest) => Check::ok(Area::Clock, "this machine", format!("{says}; the latest record is of {} UTC", latest.minute())),
        None => Check::ok(Area::Clock, "this machine", says),
    }
}
