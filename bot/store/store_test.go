package store

import (
	"errors"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijzer/bot/session"
	"wegwijzer/bot/store/storetest"
)

// What bot/session needs is what this package gives, though neither imports the other.
var _ session.Rows = (*Sessions)(nil)

func TestParse(t *testing.T) {
	for _, test := range []struct{ dsn, path, address string }{
		{dsn: "wegwijzer.db", path: "wegwijzer.db"},
		{dsn: "/var/lib/weg wijzer/a?b#c%20d.db", path: "/var/lib/weg wijzer/a?b#c%20d.db"},
		{dsn: `C:\data\wegwijzer.db`, path: `C:\data\wegwijzer.db`},
		{dsn: "user:name@place.db", path: "user:name@place.db"},
		{dsn: "file:wegwijzer.db", path: "wegwijzer.db"},
		{dsn: "file:a%3Fb.db", path: "a?b.db"},
		{dsn: "file:/srv/wegwijzer.db", path: "/srv/wegwijzer.db"},
		{dsn: "file:///srv/weg%20wijzer.db", path: "/srv/weg wijzer.db"},
		{dsn: "file://localhost/srv/wegwijzer.db", path: "/srv/wegwijzer.db"},
		{dsn: "postgres://", address: "postgres://"},
		{dsn: "postgresql://ada@db.example:5433/weg?sslmode=verify-full", address: "postgresql://ada@db.example:5433/weg?sslmode=verify-full"},
	} {
		path, address, err := parse(test.dsn)
		if err != nil {
			t.Errorf("parse(%q): %v", test.dsn, err)
			continue
		}
		if path != test.path || address != test.address {
			t.Errorf("parse(%q) = %q, %q, want %q, %q", test.dsn, path, address, test.path, test.address)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	const secret = "Hunter2"
	for _, test := range []struct{ dsn, says string }{
		{"postgres://ada:Hunter2@db/weg", "password"},
		{"postgres://ada:Hunter2@db/weg?sslmode=disable", "password"},
		{"postgres://ada:p%2FHunter2@db/weg", "password"},
		{"postgres://ada:x/Hunter2@db/weg", "not a valid address"},
		{"postgres://ada:%zzHunter2@db/weg", "not a valid address"},
		{"postgres://db/weg?password=Hunter2", "password"},
		{"postgres://db/weg?user=ada&p%61ssword=Hunter2", "password"},
		{"postgres://db/weg?sslpassword=Hunter2", "password"},
		{"postgres://db/weg?Password=Hunter2", "password"},
		{"postgres:Hunter2", "not a valid address"},
		{"postgres:?host=Hunter2", "not a valid address"},
		{"POSTGRES://Hunter2", "not a valid address"},
		{"host=db user=ada password=Hunter2", "password"},
		{"host=db user=ada dbname=Hunter2", "list of settings"},
		{"mysql://ada:Hunter2@db/weg", "password"},
		{"mysql://db/Hunter2", "no database is known by mysql://"},
		{"file:weg.db?password=Hunter2", "password"},
		{"file:weg.db?mode=ro&x=Hunter2", "more than a path"},
		{"file://Hunter2/weg.db", "more than a path"},
		{"file:weg%zzHunter2", "file: address"},
		{":memory:", "in memory"},
		{"file::memory:", "in memory"},
		{"file:", "no name"},
		{"", "no name"},
	} {
		path, address, err := parse(test.dsn)
		if err == nil {
			t.Errorf("parse(%q) = %q, %q, want an error", test.dsn, path, address)
			continue
		}
		if !strings.Contains(err.Error(), test.says) {
			t.Errorf("parse(%q): %q, want something about %q", test.dsn, err, test.says)
		}
		if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n") {
			t.Errorf("parse(%q) repeats what it was given: %q", test.dsn, err)
		}
		if _, err := Open(t.Context(), test.dsn); err == nil {
			t.Errorf("Open(%q) opened", test.dsn)
		}
	}
}

// withMore gives the schema of a dialect as a later version of the program would have it.
func withMore(t *testing.T, dialect string, more fstest.MapFS) fs.FS {
	t.Helper()
	later := maps.Clone(more)
	err := fs.WalkDir(schema(dialect), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(schema(dialect), path)
		later[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return later
}

// laterSchema is a migration such as a later version will bring.
var laterSchema = fstest.MapFS{"0003_later.sql": {Data: []byte("-- +goose Up\nALTER TABLE sessions RENAME COLUMN sealed TO sealed_bytes;\n")}}

// frozenRow is the row in testdata/schema-*.sql.
func wantFrozenRow(t *testing.T, s *Store) {
	t.Helper()
	var id [32]byte
	for i := range id {
		id[i] = byte(i)
	}
	sealed, endWeek, ok, err := s.Sessions().Load(t.Context(), id)
	if string(sealed) != "sealed once" || endWeek != 202720 || !ok || err != nil {
		t.Errorf("the row of the frozen schema = %q, %d, %v, %v", sealed, endWeek, ok, err)
	}
}

func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.Sessions(t, func(*testing.T) storetest.Rows { return new(storetest.Memory) })
}

func wantNewer(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrNewer) {
		t.Fatalf("open a database with a newer schema: %v, want ErrNewer", err)
	}
	if !strings.Contains(err.Error(), "schema 3, this program knows up to 2") {
		t.Errorf("the error does not name the versions: %v", err)
	}
}
