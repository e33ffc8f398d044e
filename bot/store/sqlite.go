package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteMark is the application id in the header of our files, "Wgwz"; schema/sqlite/0001_sessions.sql sets it.
const sqliteMark = 0x5767777a

// readers is the number of connections that only read. A row is read in some 20 µs, so a few are plenty.
const readers = 4

var sqliteSessions = sessionsSQL{
	load: `SELECT sealed, end_week FROM sessions WHERE id = ?`,
	save: `INSERT INTO sessions (id, end_week, sealed) VALUES (?, ?, ?)
	       ON CONFLICT (id) DO UPDATE SET end_week = excluded.end_week, sealed = excluded.sealed`,
	delete:      `DELETE FROM sessions WHERE id = ?`,
	deleteEnded: `DELETE FROM sessions WHERE end_week < ?`,
}

var sqliteUpdates = updatesSQL{
	begin:   `INSERT INTO updates (channel, id, outcome, hour) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
	outcome: `SELECT outcome FROM updates WHERE channel = ? AND id = ?`,
	end: `INSERT INTO updates (channel, id, outcome, hour) VALUES (?, ?, ?, ?)
	      ON CONFLICT (channel, id) DO UPDATE SET outcome = excluded.outcome`,
	deleteOld: `DELETE FROM updates WHERE hour < ?`,
	abandon:   `UPDATE updates SET outcome = ?3 WHERE channel = ?1 AND outcome = ?2`,
}

var sqliteDoors = doorsSQL{
	close:  `INSERT INTO closed (channel, reasons) VALUES (?, ?) ON CONFLICT (channel) DO UPDATE SET reasons = excluded.reasons`,
	open:   `DELETE FROM closed WHERE channel = ?`,
	closed: `SELECT channel, reasons FROM closed`,
}

// openSQLite opens the file at path, made with mode 0600 in folders of mode 0700 if it does not exist. A file that
// others could read is closed to them; a folder that exists is left as it is.
func openSQLite(ctx context.Context, path string, fsys fs.FS) (_ *Store, err error) {
	if err := prepareFile(path); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	if err := inspect(ctx, path); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	s := new(Store)
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.write, err = sql.Open("sqlite", sqliteDSN(path, false)); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	// One writer: SQLite lets only one write at a time, and to queue here is to queue in order and with ctx, where
	// SQLite would try again and again for busy_timeout.
	s.write.SetMaxOpenConns(1)
	s.read = s.write
	if err := beginLog(ctx, path, s.write); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	if err := migrate(ctx, path, goose.DialectSQLite3, s.write, fsys, &sqliteLock{path: path}); err != nil {
		return nil, err
	}
	if s.read, err = sql.Open("sqlite", sqliteDSN(path, true)); err != nil {
		s.read = s.write
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	s.sessions = &Sessions{write: s.write, read: s.read, sql: sqliteSessions, wiped: s.emptyLog}
	s.updates = &Updates{write: s.write, sql: sqliteUpdates, now: time.Now}
	s.doors = &Doors{write: s.write, read: s.read, sql: sqliteDoors}
	return s, nil
}

// sqliteDSN names the file with the settings of one connection.
//
//   - synchronous FULL, not the usual NORMAL: in WAL mode NORMAL syncs only at a checkpoint, so a power cut would take
//     back answers that the bot had already confirmed. FULL syncs the log at each commit, before Save returns (SQLite:
//     "PRAGMA synchronous", https://www.sqlite.org/pragma.html#pragma_synchronous). It costs one fsync a turn. A killed
//     process loses nothing with either, since the system has the bytes by then. fullfsync does the same for macOS,
//     whose plain fsync stops at the drive's cache.
//   - secure_delete: what is deleted or replaced is overwritten with zeros; emptyLog does the rest.
//   - page_size 8192, which counts only while the file is new: without rowid a row of 1 KiB then lies in the tree
//     itself, where on 4096 it would take an overflow page of its own, four times the space.
//   - busy_timeout, for a second program on the same file, such as a backup; trusted_schema off and no double-quoted
//     strings, as SQLite advises for new programs.
func sqliteDSN(path string, readOnly bool) string {
	query := url.Values{
		"_busy_timeout": {"5000"}, // milliseconds
		"_pragma": {"page_size(8192)", "secure_delete(1)", "trusted_schema(0)", "temp_store(MEMORY)", "fullfsync(1)",
			"checkpoint_fullfsync(1)"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_foreign_keys": {"1"},
		"_txlock":       {"immediate"},
		"_dqs":          {"0"},
	}
	if readOnly {
		query.Set("_query_only", "1")
		query.Set("_txlock", "deferred")
	}
	return fileURI(path) + "?" + query.Encode()
}

// fileURI gives path as SQLite reads it, whatever characters it holds. https://www.sqlite.org/uri.html
func fileURI(path string) string {
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
}

// prepareFile makes the file, if need be, before SQLite does: SQLite would make it readable by everybody, and gives its
// log and index files the mode of the file itself.
func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("this is not a file")
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Chmod(name, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// inspect refuses a file that is no database, or another program's, before anything is written to it.
func inspect(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", fileURI(path)+"?_busy_timeout=5000&_query_only=1")
	if err != nil {
		return err
	}
	defer db.Close()
	// goose makes its version table before our first migration sets the mark; a program that died, or is still, in
	// between leaves a file of ours without it.
	var tables, mark int64
	err = db.QueryRowContext(ctx, `
		SELECT (SELECT count(*) FROM sqlite_schema WHERE name NOT IN ('goose_db_version', 'sqlite_sequence')), application_id
		FROM pragma_application_id`).Scan(&tables, &mark)
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code() == sqlite3.SQLITE_NOTADB {
		return errors.New("this is not an SQLite database: give another path")
	}
	if err != nil {
		return fmt.Errorf("look into the file: %w", err)
	}
	if tables > 0 && mark != sqliteMark {
		return errors.New("this is the database of another program: give another path")
	}
	return nil
}

// emptyLog moves all that was committed into the database and empties the write-ahead log, where earlier versions of a
// deleted row would otherwise stay until the log is written over. A reader that is in the way for longer than
// busy_timeout is no error: the next deletion, or Close, empties it.
func (s *Store) emptyLog(ctx context.Context) error {
	var busy, pages, moved int
	if err := s.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("empty the log of the database: %w", err)
	}
	return nil
}

// sqliteLock keeps one program at a time migrating, since goose has no lock for SQLite: two that start at once would
// both find a migration missing and both apply it. What is locked is an empty file beside the database, by SQLite's own
// locks, which end with the process. (Tried first: locking_mode EXCLUSIVE on the database itself. Two programs that
// have both read the file then wait for each other.)
type sqliteLock struct {
	path string
	held *sql.DB
}

// lockWait bounds the wait for another program's migration, in milliseconds.
const lockWait = "60000"

// beginLog opens the first connection, which makes the write-ahead log of a new file. SQLite does not wait for another
// program that does the same at that moment, whatever its busy_timeout, so they do it one after another.
func beginLog(ctx context.Context, path string, db *sql.DB) error {
	lock := &sqliteLock{path: path}
	if err := lock.SessionLock(ctx, nil); err != nil {
		return err
	}
	err := db.PingContext(ctx)
	return errors.Join(err, lock.SessionUnlock(ctx, nil))
}

// SessionLock implements goose's lock.SessionLocker.
func (l *sqliteLock) SessionLock(ctx context.Context, _ *sql.Conn) error {
	path := l.path + "-lock"
	if err := prepareFile(path); err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	held, err := sql.Open("sqlite", fileURI(path)+"?_busy_timeout="+lockWait)
	if err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	held.SetMaxOpenConns(1)
	if _, err := held.ExecContext(ctx, `BEGIN EXCLUSIVE`); err != nil {
		held.Close()
		return fmt.Errorf("lock %s: %w", path, err)
	}
	l.held = held
	return nil
}

// SessionUnlock implements goose's lock.SessionLocker.
func (l *sqliteLock) SessionUnlock(context.Context, *sql.Conn) error {
	return l.held.Close()
}
