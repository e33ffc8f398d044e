// Package store keeps the program's rows in a database: SQLite in one file, or PostgreSQL. It knows no person and opens
// no seal; what a row means is its owner's affair (bot/session for sessions). SQL is written out for each dialect in
// sqlite.go and postgres.go, the schema and its numbered migrations in schema/; storetest is the suite both must pass.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"regexp"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// ErrNewer says that a newer version of the program has changed the database's schema. Nothing was changed.
var ErrNewer = errors.New("the database was made by a newer version of the program: run that version, or restore a backup made before the upgrade")

//go:embed schema
var schemas embed.FS

// schema gives the migrations of a dialect, numbered from 1.
func schema(dialect string) fs.FS {
	sub, err := fs.Sub(schemas, "schema/"+dialect)
	if err != nil { // only for a name that is no path
		panic(fmt.Sprintf("store: schema of %s: %v", dialect, err))
	}
	return sub
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	write, read *sql.DB // the same pool with PostgreSQL
	sessions    *Sessions
	updates     *Updates
	doors       *Doors
}

// Open opens the database that dsn names, creates it if it is a file that does not exist, and brings its schema up to
// date. dsn is
//
//	wegwijzer.db            a path: an SQLite file
//	file:wegwijzer.db       the same, with %-escapes
//	postgres://user@host:5432/name?sslmode=verify-full        PostgreSQL; the password comes from PGPASSWORD or PGPASSFILE
//
// A dsn with a password in it is refused: a command line is seen by every user of the machine. No error repeats a dsn
// that may hold one. Open returns ErrNewer for a schema newer than the program's. The caller closes the Store.
func Open(ctx context.Context, dsn string) (*Store, error) {
	path, address, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	if address != "" {
		return openPostgres(ctx, address, schema("postgres"))
	}
	return openSQLite(ctx, path, schema("sqlite"))
}

// Sessions gives the rows of the sessions.
func (s *Store) Sessions() *Sessions { return s.sessions }

// Updates gives what networks delivered in the last day.
func (s *Store) Updates() *Updates { return s.updates }

// Doors gives the channels that an operator closed.
func (s *Store) Doors() *Doors { return s.doors }

// Close closes the database. No other method may be called any more.
func (s *Store) Close() error {
	var err error
	if s.read != s.write {
		err = s.read.Close()
	}
	if err := errors.Join(err, s.write.Close()); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

var (
	scheme   = regexp.MustCompile(`(?i)^([a-z][a-z0-9+.-]+://|postgres(ql)?:)`)
	settings = regexp.MustCompile(`(?i)(^|\s)(host|hostaddr|port|dbname|user|password|sslmode|service)\s*=`)
	secret   = regexp.MustCompile(`(?i)(^|[?&;\s])(ssl)?(password|passwd|pwd|pass)\s*=`)
)

// parse gives the path of an SQLite file or the address of a PostgreSQL database, the other one empty. Its errors are made here, from
// nothing of the dsn but a scheme: those of net/url and pgx repeat what they could not read.
func parse(dsn string) (path, address string, err error) {
	password := errors.New("the database's name holds a password, which every user of this machine could see: leave it out and give it in PGPASSWORD or in a file named by PGPASSFILE")
	if secret.MatchString(dsn) {
		return "", "", password
	}
	if prefix := scheme.FindString(dsn); prefix != "" && !strings.HasPrefix(strings.ToLower(dsn), "file:") {
		u, err := url.Parse(dsn)
		if err != nil || u.Opaque != "" || !strings.HasPrefix(dsn, u.Scheme+"://") {
			return "", "", errors.New("the database's name is not a valid address: write it like postgres://user@host:5432/name")
		}
		if _, has := u.User.Password(); has {
			return "", "", password
		}
		for key := range u.Query() {
			if secret.MatchString(key + "=") {
				return "", "", password
			}
		}
		if u.Scheme != "postgres" && u.Scheme != "postgresql" {
			return "", "", fmt.Errorf("no database is known by %s://: give the path of a file, or postgres://user@host:5432/name", u.Scheme)
		}
		return "", dsn, nil
	}
	if settings.MatchString(dsn) {
		return "", "", errors.New("the database's name is a list of settings: write it like postgres://user@host:5432/name")
	}
	path = dsn
	if strings.HasPrefix(dsn, "file:") {
		u, err := url.Parse(dsn)
		if err != nil || u.RawQuery != "" || u.Fragment != "" || u.Host != "" && u.Host != "localhost" {
			return "", "", errors.New("the database's name is a file: address with more than a path: give only the path, the settings are the program's")
		}
		path = u.Path
		if u.Opaque != "" { // file:name, without a slash
			if path, err = url.PathUnescape(u.Opaque); err != nil {
				return "", "", errors.New("the database's name is a file: address with a broken %-escape: give the path as it is")
			}
		}
	}
	switch {
	case path == "" || strings.ContainsRune(path, 0):
		return "", "", errors.New("the database has no name: give the path of a file, or postgres://user@host:5432/name")
	case path == ":memory:":
		return "", "", errors.New("a database in memory would forget every session at the end: give the path of a file")
	}
	return path, "", nil
}

// migrate brings the schema of the database name up to date and returns ErrNewer if it is newer already. locker keeps
// a second program that starts at the same time waiting until the first has done it.
func migrate(ctx context.Context, name string, dialect goose.Dialect, db *sql.DB, fsys fs.FS, locker lock.SessionLocker) error {
	provider, err := goose.NewProvider(dialect, db, fsys,
		goose.WithLogger(goose.NopLogger()),
		goose.WithDisableGlobalRegistry(true),
		goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read the migrations of the database: %w", err)
	}
	// With a newer schema there is nothing to apply, so asking afterwards is early enough, and is asked of a version
	// table that exists.
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring database %s up to date: %w", name, err)
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version of database %s: %w", name, err)
	}
	if current > known {
		return fmt.Errorf("open database %s with schema %d, this program knows up to %d: %w", name, current, known, ErrNewer)
	}
	return nil
}
