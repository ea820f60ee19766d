//! The schema: made in an empty file, brought up to date in an older one, and compared in every other.

use rusqlite::{Connection, ErrorCode};

use super::{Store, StoreError};
use crate::model::digest::Digest;

const SCHEMA: &str = include_str!("../../schema.sql");
const APPLICATION_ID: i64 = 0x5343_4d44;
const VERSION: i64 = 4;
/// The digest of every object of an older schema, as SQLite lists them: what is brought up to date has to be what was made.
const OLDER: [(i64, &str); 3] = [
    (1, "b647449c93e32b23e091d70d799f2ddacea13e4873d647c79ca204a9a68b75f4"),
    (2, "3ae3bfbab34c16b93c6969900085f2be8dcba797205136b88aa00fa238e38687"),
    (3, "62b0978b310e82bb2c6dd888d13e50e762bf0cba920452f2225987dec559dadc"),
];

/// What stands in a file that is opened.
enum Content {
    Nothing,
    /// A store of this schema.
    Store(i64),
}

impl Store {
    /// Makes the schema in an empty file, and brings an older one up to date; refuses one that is not ours.
    pub(super) fn claim(&self) -> Result<(), StoreError> {
        match self.content()? {
            Content::Nothing => {
                self.use_wal()?;
                self.sql("make the schema", |connection| connection.execute_batch(&format!("BEGIN IMMEDIATE;\n{SCHEMA}\nCOMMIT;")))
            }
            Content::Store(VERSION) => {
                self.compare_schema()?;
                self.use_wal()
            }
            Content::Store(older) => {
                self.compare_older(older)?;
                self.use_wal()?;
                self.sql("bring the schema up to date", migrate)?;
                self.compare_schema()
            }
        }
    }

    /// The version of the schema, which every store that is open has.
    #[must_use]
    pub const fn schema(&self) -> i64 {
        VERSION
    }

    /// Refuses what is no store of this schema.
    pub(super) fn recognise(&self) -> Result<(), StoreError> {
        match self.content()? {
            Content::Nothing => Err(self.foreign("it is empty".to_owned())),
            Content::Store(VERSION) => self.compare_schema(),
            Content::Store(older) => {
                self.compare_older(older)?;
                Err(StoreError::Older { path: self.path.clone(), found: older, wanted: VERSION })
            }
        }
    }

    fn content(&self) -> Result<Content, StoreError> {
        let number = |pragma: &str| self.connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
        let failed = |source: rusqlite::Error| match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => self.foreign("it is no SQLite database".to_owned()),
            _ => StoreError::Sql { path: self.path.clone(), doing: "open", source },
        };
        let application: i64 = number("PRAGMA application_id").map_err(failed)?;
        let version: i64 = number("PRAGMA user_version").map_err(failed)?;
        let objects: i64 = number("SELECT count(*) FROM sqlite_schema").map_err(failed)?;
        match (application, version, objects) {
            (0, 0, 0) => Ok(Content::Nothing),
            (APPLICATION_ID, 1..=VERSION, _) => Ok(Content::Store(version)),
            (APPLICATION_ID, newer, _) if newer > VERSION => {
                Err(StoreError::Newer { path: self.path.clone(), found: newer, known: VERSION })
            }
            _ => Err(self.foreign("it is a database, but not one of scimdrift".to_owned())),
        }
    }

    /// `PRAGMA journal_mode` answers the old mode instead of failing, so the answer is read.
    fn use_wal(&self) -> Result<(), StoreError> {
        let mode: String =
            self.sql("switch to WAL", |connection| connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)))?;
        if mode != "wal" {
            return Err(self.foreign(format!("its journal stays in mode {mode}, WAL is needed")));
        }
        Ok(())
    }

    /// Every table and view has to be the one that `schema.sql` makes: a view in a table's place could lie.
    fn compare_schema(&self) -> Result<(), StoreError> {
        let found = self.sql("read the schema", objects)?;
        let wanted = self.sql("read the schema", |_| objects(&made_in_memory()?))?;
        match found.iter().zip(&wanted).find(|(found, wanted)| found != wanted) {
            None if found.len() == wanted.len() => Ok(()),
            Some(((name, _), _)) => Err(self.foreign(format!("its {name} is not as scimdrift makes it"))),
            None => Err(self.foreign("it has more, or fewer, tables than scimdrift makes".to_owned())),
        }
    }

    /// An older schema can be brought up to date only where it is as it was made.
    fn compare_older(&self, older: i64) -> Result<(), StoreError> {
        let found = digest_of(&self.sql("read the schema", objects)?);
        if OLDER.contains(&(older, found.as_str())) {
            return Ok(());
        }
        Err(self.foreign(format!("its schema says {older}, and is not as scimdrift made it")))
    }

    fn foreign(&self, reason: String) -> StoreError {
        StoreError::Foreign { path: self.path.clone(), reason }
    }
}

/// Every table, view and index that has a name of its own, with the statement that makes it.
fn objects(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let query = "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1";
    connection.prepare(query)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn digest_of(objects: &[(String, String)]) -> String {
    Digest::of_parts(objects.iter().flat_map(|(name, sql)| [name.as_str(), sql.as_str()])).to_string()
}

fn made_in_memory() -> rusqlite::Result<Connection> {
    let memory = Connection::open_in_memory()?;
    memory.execute_batch(SCHEMA)?;
    Ok(memory)
}

/// Brings an older schema up to date. Nothing of what was read or found is lost.
///
/// Tables are made anew, not altered: the text of a table that was altered is not that of `schema.sql`.
fn migrate(connection: &Connection) -> rusqlite::Result<()> {
    let memory = made_in_memory()?;
    // Findings refer to their run, and would go with the old table.
    connection.execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE;")?;
    let step = || -> rusqlite::Result<()> {
        // Another process may have been first.
        if connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? == 1 {
            add_manifests(connection, &memory)?;
        }
        if connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? == 2 {
            add_dossiers(connection, &memory)?;
        }
        if connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? == 3 {
            add_keeping(connection, &memory)?;
        }
        Ok(())
    };
    let ended = step();
    connection.execute_batch(if ended.is_ok() { "COMMIT;" } else { "ROLLBACK;" })?;
    ended
}

/// The statement that makes a table or a view.
fn statement(memory: &Connection, name: &str) -> rusqlite::Result<String> {
    memory.query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [name], |row| row.get(0))
}

/// Schema 1 kept the report of the latest analysis alone, and no manifests. Its runs stay, without what was not kept.
fn add_manifests(connection: &Connection, memory: &Connection) -> rusqlite::Result<()> {
    let (table, view) = (statement(memory, "run")?, statement(memory, "v_accounts")?);
    connection.execute_batch(&format!(
        "CREATE TEMP TABLE former AS SELECT as_of, run_id, tool, report FROM main.run;
         DROP VIEW v_accounts;
         DROP TABLE main.run;
         {table};
         INSERT INTO main.run (as_of, run_id, tool, report) SELECT as_of, run_id, tool, report FROM former;
         DROP TABLE former;
         {view};
         PRAGMA user_version = 2;"
    ))
}

/// Schema 2 had no dossiers; the next analysis makes them.
fn add_dossiers(connection: &Connection, memory: &Connection) -> rusqlite::Result<()> {
    for table in ["dossier_run", "dossier", "mention"] {
        connection.execute_batch(&statement(memory, table)?)?;
    }
    connection.execute_batch("PRAGMA user_version = 3;")
}

/// In schema 3 nothing could be withdrawn or removed, and nothing was known of what files looked like, which the next reading tells.
fn add_keeping(connection: &Connection, memory: &Connection) -> rusqlite::Result<()> {
    for table in ["likeness", "withdrawn", "pruning", "pruned_count", "pruned", "pruned_listing", "pruned_run", "pruned_finding"] {
        connection.execute_batch(&statement(memory, table)?)?;
    }
    let view = statement(memory, "v_inputs")?;
    connection.execute_batch(&format!("DROP VIEW v_inputs; {view}; PRAGMA user_version = 4;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_schemas_are_known_as_they_were_made() {
        let made = [
            include_str!("../../fixtures/store/schema-1.sql"),
            include_str!("../../fixtures/store/schema-2.sql"),
            include_str!("../../fixtures/store/schema-3.sql"),
        ];
        for (sql, (version, digest)) in made.iter().zip(OLDER) {
            let memory = Connection::open_in_memory().expect("memory");
            memory.execute_batch(sql).expect("a schema");
            let number: i64 = memory.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a number");
            assert_eq!(number, version);
            assert_eq!(digest_of(&objects(&memory).expect("objects")), digest, "schema {version}");
        }
    }
}
