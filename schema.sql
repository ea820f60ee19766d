-- The store of scimdrift: one file that holds what was read, and what was concluded from it.
--
-- Times are microseconds since 1970-01-01T00:00:00Z. The views at the end show them as RFC 3339 and are meant for
-- people who open this file with sqlite3; the tables may change with a version, the views only with a major one.
-- The content of the tables is a function of the set of records read: reading anything again, or in another order,
-- changes nothing.

PRAGMA application_id = 0x53434d44; -- 'SCMD'
PRAGMA user_version = 4;

-- What has to be the same whenever the store is used: the application whose logins are kept. And what readers were told:
-- the as-of time of the latest run whose news reached them.
CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row for every file, or generation of a file, that was read to its end. A file is read in one transaction:
-- it is here with everything it brought, or not at all.
CREATE TABLE file (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,                                -- as the report shows it: relative to the config
    sha256     TEXT NOT NULL CHECK (length(sha256) = 64),    -- of the bytes on disk, compressed as they are
    bytes      INTEGER NOT NULL CHECK (bytes >= 0),
    source     TEXT NOT NULL,
    taken_at   INTEGER,                                      -- listings only
    complete   INTEGER CHECK (complete IN (0, 1)),           -- listings only: what it does not name was absent
    records    INTEGER NOT NULL CHECK (records >= 0),        -- read, whatever became of them
    relevant   INTEGER NOT NULL CHECK (relevant >= 0),       -- used, or a duplicate of one that is used
    rejected   INTEGER NOT NULL CHECK (rejected >= 0),
    first_at   INTEGER,
    last_at    INTEGER,
    CHECK (relevant + rejected <= records),
    CHECK ((taken_at IS NULL) = (complete IS NULL)),
    UNIQUE (name, sha256)
) STRICT;

-- What the file of a name looked like when it was last known to hold what was read, so that it need not be read again to know
-- that it still does, and is read on behind its end when it has grown. May be emptied at any time.
CREATE TABLE likeness (
    name       TEXT PRIMARY KEY,
    file       INTEGER NOT NULL UNIQUE REFERENCES file (id) ON DELETE CASCADE,
    seen       TEXT,                                         -- place, length, times, digests of both ends; none where they prove nothing
    beginning  TEXT NOT NULL,                                -- digests of its first 16, 64, 256 … bytes
    ends_at    INTEGER,                                      -- bytes before the end of its whole lines, where it is made of lines
    lines      INTEGER,                                      -- lines before it
    records    INTEGER,                                      -- records before it
    CHECK ((ends_at IS NULL) = (lines IS NULL) AND (lines IS NULL) = (records IS NULL))
) STRICT, WITHOUT ROWID;

-- Files that could not be read at all, and why. Withdrawn as soon as the file can be read.
CREATE TABLE refused (
    name   TEXT PRIMARY KEY,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Everything that touches access: log lines and rows of listings alike.
-- The key begins with time, so that reading grows the tree at its right edge and duplicates are found beside it.
-- Two rows that differ in `digest` alone are two versions of one record.
CREATE TABLE event (
    at         INTEGER NOT NULL,
    source     TEXT NOT NULL,
    native_id  TEXT NOT NULL,
    digest     BLOB NOT NULL CHECK (length(digest) = 16),    -- SHA-256 of `body`, its first half
    activity   TEXT NOT NULL,
    outcome    TEXT NOT NULL CHECK (outcome IN ('success', 'failure', 'skipped', 'deferred', 'unknown')),
    body       TEXT NOT NULL CHECK (json_valid(body)),       -- the event without time, source and native id
    file       INTEGER NOT NULL REFERENCES file (id),        -- of all the places it stands in, the first by file name
    record     INTEGER NOT NULL,
    line       INTEGER NOT NULL,
    offset     INTEGER NOT NULL,
    length     INTEGER NOT NULL,
    original   INTEGER NOT NULL REFERENCES original (id),
    PRIMARY KEY (at, source, native_id, digest)
) STRICT, WITHOUT ROWID;

-- The record as it was read, without its secrets; kept for every event, since any may have to stand as evidence.
CREATE TABLE original (
    id     INTEGER PRIMARY KEY,
    body   TEXT NOT NULL
) STRICT;

-- The parts that listings came in. Parts of one source, scope and moment are one listing.
CREATE TABLE listing_part (
    file      INTEGER PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
    source    TEXT NOT NULL,
    scope     TEXT NOT NULL,                                 -- what the request named; '' where nothing
    taken_at  INTEGER NOT NULL,
    complete  INTEGER NOT NULL CHECK (complete IN (0, 1)),
    rows      INTEGER NOT NULL,                              -- that could be read
    declared  INTEGER                                        -- how many rows the listing says it has
) STRICT;

-- For which hours a source has records: of every hour and file the first, the last and how many.
CREATE TABLE coverage (
    source    TEXT NOT NULL,
    hour      INTEGER NOT NULL,                              -- hours since 1970
    file      INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
    first_at  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL CHECK (last_at >= first_at),
    records   INTEGER NOT NULL CHECK (records > 0),
    PRIMARY KEY (source, hour, file)
) STRICT, WITHOUT ROWID;

-- Records that could not be read. Never dropped, never guessed.
CREATE TABLE reject (
    file     INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
    record   INTEGER NOT NULL,
    line     INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    excerpt  TEXT NOT NULL,                                  -- without its secrets
    PRIMARY KEY (file, record)
) STRICT, WITHOUT ROWID;

-- One row for every as-of time that was analyzed. Analyzing it again replaces the row.
-- Each manifest names the hash of the manifest of the run before, so that the runs are a chain, and of the report that is kept here.
CREATE TABLE run (
    as_of    INTEGER PRIMARY KEY,
    run_id   TEXT NOT NULL,
    tool     TEXT NOT NULL,
    manifest TEXT,                                             -- manifest.json of the whole report; none for runs of schema 1
    report   TEXT CHECK (report IS NULL OR json_valid(report)), -- of the latest analysis only
    archive  BLOB,                                             -- the report of every other, as zstd; none for runs of schema 1
    CHECK (report IS NULL OR archive IS NULL)
) STRICT;

-- What each run found, waived or not.
CREATE TABLE finding (
    as_of        INTEGER NOT NULL REFERENCES run (as_of) ON DELETE CASCADE,
    finding_id   TEXT NOT NULL,
    rule         TEXT NOT NULL,
    severity     TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    status       TEXT NOT NULL CHECK (status IN ('open', 'waived')),
    body         TEXT NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (as_of, finding_id)
) STRICT, WITHOUT ROWID;

-- What the latest analysis knew of every person, so that a question about one need not replay everything. All of it can be
-- made again from the tables above; it answers only while those, the config and the as-of time are the same.
CREATE TABLE dossier_run (
    as_of  INTEGER PRIMARY KEY REFERENCES run (as_of) ON DELETE CASCADE,
    basis  TEXT NOT NULL                                     -- the digest of the files that were read, of the config and the program
) STRICT;

-- Some hundred dossiers together, in the order of people.
CREATE TABLE dossier (
    part   INTEGER PRIMARY KEY,
    names  BLOB NOT NULL,                                    -- what each may be called by, a line each; as zstd
    body   BLOB NOT NULL                                     -- a list of them, as JSON and zstd
) STRICT;

-- Where events name somebody, by what they are named with.
CREATE TABLE mention (
    part   INTEGER PRIMARY KEY,                              -- of the digest of the name
    body   BLOB NOT NULL                                     -- digest, ordinal, moment, source and native id, a line of JSON each; as zstd
) STRICT;

-- Files that were withdrawn: a wrong input went with all that it alone brought, and this stays. What has this content
-- is not read again, unless it is asked for.
CREATE TABLE withdrawn (
    at       INTEGER NOT NULL,                               -- when it was withdrawn
    name     TEXT NOT NULL,
    sha256   TEXT NOT NULL CHECK (length(sha256) = 64),
    bytes    INTEGER NOT NULL,
    source   TEXT NOT NULL,
    records  INTEGER NOT NULL,                               -- that had been read
    events   INTEGER NOT NULL,                               -- that it alone had brought, and that went with it
    digest   TEXT NOT NULL CHECK (length(digest) = 64),      -- of those
    reason   TEXT NOT NULL CHECK (length(reason) > 0),
    again    INTEGER NOT NULL CHECK (again IN (0, 1)),       -- whether it was asked for again since
    PRIMARY KEY (name, sha256, at)
) STRICT, WITHOUT ROWID;

-- What was removed because it was old, and when. A record goes only where a later one says the same and nothing rests on it.
CREATE TABLE pruning (
    id           INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,                           -- when it was done
    cut          INTEGER NOT NULL,                           -- only what is older went
    digest       TEXT NOT NULL CHECK (length(digest) = 64),  -- of the records that went
    read_before  TEXT NOT NULL CHECK (length(read_before) = 64), -- the digest of everything read, before
    read_after   TEXT NOT NULL CHECK (length(read_after) = 64)   -- and after
) STRICT;

-- How much of what went.
CREATE TABLE pruned_count (
    pruning   INTEGER NOT NULL REFERENCES pruning (id),
    source    TEXT NOT NULL,
    activity  TEXT NOT NULL,
    records   INTEGER NOT NULL CHECK (records > 0),
    PRIMARY KEY (pruning, source, activity)
) STRICT, WITHOUT ROWID;

-- Which records went, so that none comes back when its file is read again: nothing but a digest is left of it.
CREATE TABLE pruned (
    key   BLOB PRIMARY KEY CHECK (length(key) = 16),         -- SHA-256 of moment, source and native id, its first half
    file  INTEGER NOT NULL REFERENCES file (id)              -- that had brought it
) STRICT, WITHOUT ROWID;

-- Listings that went whole.
CREATE TABLE pruned_listing (
    pruning   INTEGER NOT NULL REFERENCES pruning (id),
    source    TEXT NOT NULL,
    scope     TEXT NOT NULL,
    taken_at  INTEGER NOT NULL,
    rows      INTEGER NOT NULL,
    PRIMARY KEY (source, scope, taken_at)
) STRICT, WITHOUT ROWID;

-- Runs that went with their reports; the next one names this manifest.
CREATE TABLE pruned_run (
    as_of            INTEGER PRIMARY KEY,
    pruning          INTEGER NOT NULL REFERENCES pruning (id),
    run_id           TEXT NOT NULL,
    manifest_sha256  TEXT                                    -- none for runs that were kept without
) STRICT;

-- When the runs that went had first and last found something.
CREATE TABLE pruned_finding (
    finding_id  TEXT PRIMARY KEY,
    first_seen  INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL CHECK (last_seen >= first_seen)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_events AS
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000000.0, 'unixepoch') AS at,
       event.source, native_id, activity, outcome, event.body, file.name AS file, record, line
FROM event JOIN file ON file.id = event.file;

CREATE VIEW v_inputs AS
SELECT file.name, file.sha256, file.bytes, file.source, file.records AS read, coalesce(kept.records, 0) + coalesce(gone.records, 0) AS used,
       file.records - file.relevant - file.rejected AS irrelevant,
       file.relevant - coalesce(kept.records, 0) - coalesce(gone.records, 0) AS duplicate, file.rejected
FROM file LEFT JOIN (SELECT file, count(*) AS records FROM event GROUP BY file) AS kept ON kept.file = file.id
          LEFT JOIN (SELECT file, count(*) AS records FROM pruned GROUP BY file) AS gone ON gone.file = file.id
ORDER BY file.name;

CREATE VIEW v_findings AS
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', as_of / 1000000, 'unixepoch') AS as_of,
       finding_id, rule, body ->> 'reason' AS reason, severity, status, body ->> 'system' AS system, body ->> 'account' AS account,
       body ->> 'person' AS person, body ->> 'credential' AS credential, body ->> 'explanation' AS explanation
FROM finding ORDER BY as_of, rule, finding_id;

CREATE VIEW v_accounts AS
SELECT row.value ->> 'system' AS system, row.value ->> 'account' AS account, row.value ->> 'state' AS state,
       row.value ->> 'class' AS class, row.value ->> 'situation' AS situation, row.value ->> 'person' AS person,
       row.value ->> 'person_login' AS person_login, row.value ->> 'entitled' AS entitled,
       row.value ->> 'role_expected' AS role_expected, row.value ->> 'role_observed' AS role_observed
FROM run, json_each(run.report, '$.accounts') AS row
WHERE run.report IS NOT NULL;
