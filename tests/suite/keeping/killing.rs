//! Killing: `run` is ended with SIGKILL at random moments and started again; store and reports have to be those of a run
//! that nobody disturbed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::types::Value;

/// Columns that only number rows: what they refer to stands in their place.
const REFERENCES: [(&str, &str); 2] = [
    ("file", "(SELECT name || ' ' || sha256 FROM file WHERE id = t.file)"),
    ("original", "(SELECT body FROM original WHERE id = t.original)"),
];

/// Tables that tell about this machine alone, or that are rows of others.
const LEFT_OUT: [&str; 2] = ["likeness", "original"];

/// Splitmix64: the same seed, the same moments.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this.
    #[allow(dead_code, reason = "the suite throws more often than kill9")]
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A moment between 5 ms and this.
    fn moment(&mut self, longest: Duration) -> Duration {
        let (least, most) = (5_000, u64::try_from(longest.as_micros()).unwrap_or(u64::MAX).max(5_001));
        Duration::from_micros(least + self.next() % (most - least))
    }
}

/// A company and the two nights on which its files come.
pub(crate) struct Company<'a> {
    /// The program.
    pub(crate) program: &'a Path,
    /// Its folder, with `scimdrift.toml` and everything that the second night finds.
    pub(crate) folder: &'a Path,
    /// The as-of times.
    pub(crate) nights: [&'a str; 2],
}

/// What killing came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Runs that were killed.
    pub(crate) killed: usize,
    /// Runs that were done before their moment came.
    pub done_before: usize,
    /// What differed from the undisturbed runs, a line each.
    pub(crate) problems: Vec<String>,
}

/// What is left of both nights: the store's content and the reports.
struct Left {
    store: BTreeMap<String, Vec<String>>,
    reports: [BTreeMap<String, Vec<u8>>; 2],
}

impl Company<'_> {
    /// Kills so many runs of both nights by turns, those not counted that were done before their moment, and compares what is left after each pair.
    ///
    /// # Errors
    /// When files cannot be written, or the program does not start.
    pub(crate) fn kill(&self, times: usize, seed: u64, told: &mut dyn FnMut(&Tally)) -> Result<Tally, String> {
        let mut dice = Dice(seed);
        let mut tally = Tally::default();
        let undisturbed = Place::new(self)?;
        let mut lengths = [Duration::ZERO; 2];
        for (night, length) in lengths.iter_mut().enumerate() {
            undisturbed.deliver(night)?;
            let began = Instant::now();
            undisturbed.complete(night)?;
            *length = began.elapsed();
        }
        let wanted = undisturbed.left()?;
        while tally.killed < times {
            let place = Place::new(self)?;
            for (night, length) in lengths.into_iter().enumerate() {
                place.deliver(night)?;
                if tally.killed < times {
                    let moment = dice.moment(length);
                    if place.kill(night, moment)? { tally.killed += 1 } else { tally.done_before += 1 }
                }
                place.whole_or_absent(night, &mut tally.problems);
                place.complete(night)?;
            }
            place.compare(&wanted, &mut tally.problems)?;
            told(&tally);
        }
        Ok(tally)
    }
}

/// One copy of the company.
struct Place<'a> {
    company: &'a Company<'a>,
    folder: tempfile::TempDir,
}

impl<'a> Place<'a> {
    fn new(company: &'a Company<'a>) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        for entry in fs::read_dir(company.folder).map_err(|error| error.to_string())?.flatten() {
            if entry.path().extension().is_some_and(|extension| extension == "toml") {
                fs::copy(entry.path(), folder.path().join(entry.file_name())).map_err(|error| error.to_string())?;
            }
        }
        Ok(Self { company, folder })
    }

    /// Puts the night's files in place. Of plain logs the first night finds one half: they grow. Of the others it finds
    /// every second one.
    fn deliver(&self, night: usize) -> Result<(), String> {
        let from = self.company.folder.join("inputs");
        for (index, path) in below(&from).into_iter().enumerate() {
            let to = self.folder.path().join("inputs").join(path.strip_prefix(&from).unwrap_or(&path));
            let mut content = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let grows = path.extension().is_some_and(|extension| extension == "ndjson");
            if night == 0 && grows {
                let half = content.len() / 2;
                let end = content.iter().skip(half).position(|byte| *byte == b'\n').map_or(content.len(), |place| half + place + 1);
                content.truncate(end);
            }
            if night == 1 || grows || index % 2 == 0 {
                fs::create_dir_all(to.parent().unwrap_or(&to)).map_err(|error| error.to_string())?;
                fs::write(&to, content).map_err(|error| format!("{}: {error}", to.display()))?;
            }
        }
        Ok(())
    }

    fn command(&self, night: usize) -> Command {
        let mut command = Command::new(self.company.program);
        command.env_clear().current_dir(self.folder.path()).args(["run", "-q", "--jobs", "2", "--as-of", self.company.nights[night]]);
        command.args(["--store", "store.db", "--out", &format!("reports/{night}")]).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// Whether the run was still going on at that moment, and was killed.
    fn kill(&self, night: usize, moment: Duration) -> Result<bool, String> {
        let mut child = self.command(night).spawn().map_err(|error| error.to_string())?;
        std::thread::sleep(moment);
        let killed = child.try_wait().map_err(|error| error.to_string())?.is_none();
        if killed {
            child.kill().map_err(|error| error.to_string())?; // SIGKILL
        }
        child.wait().map_err(|error| error.to_string())?;
        Ok(killed)
    }

    fn complete(&self, night: usize) -> Result<(), String> {
        let output: Output = self.command(night).output().map_err(|error| error.to_string())?;
        match output.status.code() {
            Some(0 | 3) => Ok(()),
            code => Err(format!("a run ended with {code:?}: {}", String::from_utf8_lossy(&output.stderr))),
        }
    }

    /// After the kill the report's folder holds everything that its manifest names, or is not there.
    fn whole_or_absent(&self, night: usize, problems: &mut Vec<String>) {
        let folder = self.folder.path().join(format!("reports/{night}"));
        let Ok(sums) = fs::read_to_string(folder.join("SHA256SUMS")) else {
            if folder.exists() {
                problems.push(format!("night {night}: a report without SHA256SUMS under its final name"));
            }
            return;
        };
        let missing = sums.lines().filter_map(|line| line.split_once("  ")).filter(|(_, name)| !folder.join(name).exists());
        problems.extend(missing.map(|(_, name)| format!("night {night}: a report without {name} under its final name")));
    }

    fn left(&self) -> Result<Left, String> {
        let reports = [0, 1].map(|night| {
            let folder = self.folder.path().join(format!("reports/{night}"));
            let content = |path: &PathBuf| {
                (path.display().to_string().replace(&folder.display().to_string(), ""), fs::read(path).unwrap_or_default())
            };
            below(&folder).iter().map(content).collect()
        });
        Ok(Left { store: content(&self.folder.path().join("store.db")).map_err(|error| error.to_string())?, reports })
    }

    fn compare(&self, wanted: &Left, problems: &mut Vec<String>) -> Result<(), String> {
        let found = self.left()?;
        for (table, rows) in &wanted.store {
            if found.store.get(table) != Some(rows) {
                problems.push(format!("table {table} is not that of the undisturbed runs"));
            }
        }
        for (night, (wanted, found)) in wanted.reports.iter().zip(&found.reports).enumerate() {
            let differ = wanted.iter().filter(|(name, bytes)| found.get(*name) != Some(bytes)).map(|(name, _)| name);
            problems.extend(differ.map(|name| format!("night {night}: {name} is not that of the undisturbed runs")));
            problems
                .extend(found.keys().filter(|name| !wanted.contains_key(*name)).map(|name| format!("night {night}: {name} is left over")));
        }
        let temporary = |path: &PathBuf| path.to_string_lossy().contains("/.scimdrift");
        let left_over = below(self.folder.path()).into_iter().filter(temporary).map(|path| format!("{} is left over", path.display()));
        problems.extend(left_over);
        Ok(())
    }
}

/// Everything in the store, table by table, in an order that does not depend on how it was filled.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn content(store: &Path) -> rusqlite::Result<BTreeMap<String, Vec<String>>> {
    let connection = Connection::open(store)?;
    let names = |query: &str| connection.prepare(query)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>();
    let mut tables = BTreeMap::new();
    for table in names("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")? {
        if LEFT_OUT.contains(&table.as_str()) {
            continue;
        }
        let columns = names(&format!("SELECT name FROM pragma_table_info('{table}') WHERE name <> 'id'"))?;
        let shown = |column: &String| {
            let reference = REFERENCES.iter().find(|(name, _)| name == column);
            reference.map_or_else(|| format!("t.\"{column}\""), |(_, query)| (*query).to_owned())
        };
        let query = format!("SELECT {} FROM {table} AS t", columns.iter().map(shown).collect::<Vec<_>>().join(", "));
        let mut statement = connection.prepare(&query)?;
        let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<String> {
            let values: Vec<Value> = (0..columns.len()).map(|index| row.get(index)).collect::<rusqlite::Result<_>>()?;
            Ok(format!("{values:?}"))
        };
        let mut rows: Vec<String> = statement.query_map([], row)?.collect::<rusqlite::Result<_>>()?;
        rows.sort_unstable();
        tables.insert(table, rows);
    }
    // An original that no event rests on would be a leak.
    let orphans = "SELECT count(*) FROM original WHERE id NOT IN (SELECT original FROM event)";
    let count: i64 = connection.query_row(orphans, [], |row| row.get(0))?;
    tables.insert("originals of no event".to_owned(), vec![count.to_string()]);
    Ok(tables)
}

/// Every file at or below a folder, in order.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(below(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
