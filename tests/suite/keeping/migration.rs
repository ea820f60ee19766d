//! A store that an older version filled is brought up to date and judged as if this version had read everything.

use rusqlite::Connection;

use super::{differing, report};
use crate::support::{folder, root, run, stderr, stdout};

#[test]
fn what_an_older_version_read_is_judged_as_if_this_one_had() {
    let config = root().join("fixtures/rules/orphaned-account/hit/scimdrift.toml");
    let (fresh, brought) = (folder(), folder());
    let connection = Connection::open(brought.path().join("store.db")).expect("a database");
    connection.execute_batch(include_str!("../../../fixtures/store/schema-3.sql")).expect("a schema");
    connection.execute_batch(include_str!("../../../fixtures/store/read-3.sql")).expect("what was read");
    drop(connection);
    for (folder, read) in [(&fresh, "5 files read, 0 unchanged"), (&brought, "0 files read, 5 unchanged")] {
        let output = run(&config, folder.path(), &[]);
        assert_ne!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stdout(&output).contains(read), "{}", stdout(&output));
    }
    let reports = [&fresh, &brought].map(|folder| report(&folder.path().join("report")));
    assert_eq!(differing(&reports[0], &reports[1]), Vec::<String>::new());
}
