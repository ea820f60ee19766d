//! Dossiers: what the latest analysis knew of everybody, packed, and where events name them. Nothing rests on these
//! tables: whoever asks with another basis gets no answer, and replays instead.

use std::io::{self, Read as _};

use rusqlite::{OptionalExtension as _, params};

use super::{Store, StoreError};
use crate::model::time::Timestamp;

/// No part is longer, unpacked.
const LONGEST: u64 = 1_000_000_000;

/// A text, packed as zstd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed(Vec<u8>);

impl Packed {
    /// Packs a text.
    ///
    /// # Errors
    /// When there is no memory to pack it in.
    pub fn of(text: &str) -> io::Result<Self> {
        zstd::encode_all(text.as_bytes(), 1).map(Self)
    }

    fn text(&self) -> io::Result<String> {
        let mut text = String::new();
        zstd::Decoder::new(self.0.as_slice())?.take(LONGEST).read_to_string(&mut text)?;
        Ok(text)
    }
}

/// Everything that questions about people are answered from.
#[derive(Debug, Default)]
pub struct Dossiers {
    /// What it holds for.
    pub basis: String,
    /// Some hundred people each: what each may be called by, a line each, and the dossiers, as JSON.
    pub parts: Vec<(Packed, Packed)>,
    /// Where events name somebody, by a part of the name's digest.
    pub mentions: Vec<(u16, Packed)>,
}

impl Store {
    /// Keeps the dossiers of the run as of this moment, in place of those of any other.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_dossiers(&mut self, as_of: Timestamp, dossiers: &Dossiers) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut keep = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            transaction.execute_batch("DELETE FROM dossier_run; DELETE FROM dossier; DELETE FROM mention;")?;
            transaction.execute("INSERT INTO dossier_run (as_of, basis) VALUES (?1, ?2)", params![as_of.micros(), dossiers.basis])?;
            for ((names, body), part) in dossiers.parts.iter().zip(0_i64..) {
                transaction
                    .prepare_cached("INSERT INTO dossier (part, names, body) VALUES (?1, ?2, ?3)")?
                    .execute(params![part, names.0, body.0])?;
            }
            for (part, body) in &dossiers.mentions {
                transaction.prepare_cached("INSERT INTO mention (part, body) VALUES (?1, ?2)")?.execute(params![part, body.0])?;
            }
            transaction.commit()
        };
        keep().map_err(|source| StoreError::Sql { path, doing: "keep the dossiers", source })
    }

    /// Whether the dossiers are those of the run as of this moment, on this basis.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn has_dossiers(&self, as_of: Timestamp, basis: &str) -> Result<bool, StoreError> {
        self.sql("look for dossiers", |connection| {
            let query = "SELECT basis FROM dossier_run WHERE as_of = ?1";
            let kept: Option<String> = connection.query_row(query, [as_of.micros()], |row| row.get(0)).optional()?;
            Ok(kept.as_deref() == Some(basis))
        })
    }

    /// Visits the names of every part in order, until the visitor has enough.
    ///
    /// # Errors
    /// When the store cannot be read, or a part cannot be unpacked.
    pub fn dossier_names(&self, mut visit: impl FnMut(i64, &str) -> bool) -> Result<(), StoreError> {
        let failed = |source| StoreError::Sql { path: self.path.clone(), doing: "read the dossiers", source };
        let mut statement = self.connection.prepare("SELECT part, names FROM dossier ORDER BY part").map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let part = row.get(0).map_err(failed)?;
            let names = Packed(row.get(1).map_err(failed)?);
            if !visit(part, &self.unpacked("dossier", &names)?) {
                break;
            }
        }
        Ok(())
    }

    /// The dossiers of a part, as JSON.
    ///
    /// # Errors
    /// When the store cannot be read, or the part cannot be unpacked.
    pub fn dossier_part(&self, part: i64) -> Result<String, StoreError> {
        let body = self.sql("read the dossiers", |connection| {
            connection.query_row("SELECT body FROM dossier WHERE part = ?1", [part], |row| row.get(0))
        })?;
        self.unpacked("dossier", &Packed(body))
    }

    /// A part of the mentions; empty where there is none.
    ///
    /// # Errors
    /// When the store cannot be read, or the part cannot be unpacked.
    pub fn mentions(&self, part: u16) -> Result<String, StoreError> {
        let body: Option<Vec<u8>> = self.sql("read the mentions", |connection| {
            connection.prepare_cached("SELECT body FROM mention WHERE part = ?1")?.query_row([part], |row| row.get(0)).optional()
        })?;
        body.map_or_else(|| Ok(String::new()), |body| self.unpacked("mention", &Packed(body)))
    }

    fn unpacked(&self, table: &'static str, packed: &Packed) -> Result<String, StoreError> {
        packed.text().map_err(|error| self.damaged(table, &error.to_string()))
    }
}
