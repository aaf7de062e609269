package state

// offersSchema has what was offered and is not in the archive: files that are not finished,
// that could not be fetched, or that somebody took away before. Of the tasks, an older
// feedparity left those of its last run, of which its report tells.
const offersSchema = `
CREATE TABLE offers (
	feed       TEXT NOT NULL,
	path       BLOB NOT NULL,
	size       INTEGER NOT NULL,
	mtime      INTEGER,
	precision  INTEGER NOT NULL,
	etag       TEXT NOT NULL,
	status     TEXT NOT NULL,
	attempts   INTEGER NOT NULL,
	last_error TEXT NOT NULL,
	first_seen INTEGER NOT NULL,
	last_seen  INTEGER NOT NULL,
	PRIMARY KEY (feed, path)
) WITHOUT ROWID;
DELETE FROM tasks WHERE run IN (SELECT run FROM reports);
`
