package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"wegwijzer/bot/store/storetest"
)

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Sessions(t, func(t *testing.T) storetest.Rows {
		return open(t, filepath.Join(t.TempDir(), "wegwijzer.db")).Sessions()
	})
}

func TestSQLiteAnyPath(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"weg wijzer.db", "a?b.db", "c#d.db", "50%.db", "%41.db", "دليل.db", "q&_pragma=x.db", "semi;colon'quote\".db"} {
		path := filepath.Join(t.TempDir(), name, name)
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Errorf("Open(%q): %v", path, err)
			continue
		}
		if err := s.Sessions().Save(t.Context(), [32]byte{1}, []byte("x"), 202601); err != nil {
			t.Errorf("%q: %v", path, err)
		}
		s.Close()
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%q: the database is not where it was asked for: %v", path, err)
		}
	}
}

func TestSQLiteModes(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "made", "by us")
	path := filepath.Join(folder, "wegwijzer.db")
	s := open(t, path)
	if err := s.Sessions().Save(t.Context(), [32]byte{1}, []byte("x"), 202601); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path string
		want os.FileMode
	}{{folder, 0o700}, {filepath.Dir(folder), 0o700}, {path, 0o600}, {path + "-wal", 0o600}, {path + "-shm", 0o600}} {
		info, err := os.Stat(test.path)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := info.Mode().Perm(); got != test.want {
			t.Errorf("mode of %s = %04o, want %04o", filepath.Base(test.path), got, test.want)
		}
	}
}

func TestSQLiteClosesAnOpenFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "wegwijzer.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %04o, %v, want 0600", info.Mode().Perm(), err)
	}
}

func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "wegwijzer.db"))
	for pool, want := range map[*sql.DB]map[string]string{
		s.write: {"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "busy_timeout": "5000", "page_size": "8192",
			"foreign_keys": "1", "trusted_schema": "0", "temp_store": "2", "locking_mode": "normal", "query_only": "0"},
		s.read: {"journal_mode": "wal", "busy_timeout": "5000", "query_only": "1", "trusted_schema": "0"},
	} {
		for name, want := range want {
			var got string
			if err := pool.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != want {
				t.Errorf("%s = %q, %v, want %q", name, got, err, want)
			}
		}
	}
}

// A row is a hash, a week and sealed bytes: a later column about a person must first change this test.
func TestSQLiteRowHoldsNothingElse(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "wegwijzer.db"))
	var columns string
	err := s.read.QueryRowContext(t.Context(), `SELECT group_concat(name || ' ' || type, ', ') FROM pragma_table_info('sessions')`).Scan(&columns)
	if want := "id BLOB, end_week INTEGER, sealed BLOB"; columns != want || err != nil {
		t.Errorf("columns = %s, %v, want %s", columns, err, want)
	}
	if _, err := s.read.ExecContext(t.Context(), `SELECT rowid FROM sessions`); err == nil {
		t.Error("sessions has a rowid, which tells in which order people came")
	}
}

func TestSQLiteRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	text := filepath.Join(folder, "letter.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database at all, but a letter\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(folder, "browser.sqlite")
	exec(t, foreign, `CREATE TABLE cookies (host TEXT); INSERT INTO cookies VALUES ('example.org')`)
	for _, test := range []struct{ path, says string }{
		{text, "not an SQLite database"}, {foreign, "another program"}, {folder, "is a directory"},
	} {
		before, _ := os.ReadFile(test.path)
		_, err := Open(t.Context(), test.path)
		if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), test.path) {
			t.Errorf("Open(%s): %v, want something about %q and the path", filepath.Base(test.path), err, test.says)
		}
		if after, _ := os.ReadFile(test.path); !bytes.Equal(before, after) {
			t.Errorf("Open(%s) changed it", filepath.Base(test.path))
		}
	}
}

// exec runs statements on the file at path, as another program would.
func exec(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", fileURI(path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
}

func TestSQLiteUpgradeFromEverySchema(t *testing.T) {
	t.Parallel()
	frozen, err := filepath.Glob("testdata/schema-*.sqlite.sql")
	if err != nil || len(frozen) == 0 {
		t.Fatalf("no frozen schemas: %v", err)
	}
	for _, file := range frozen {
		statements, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "wegwijzer.db")
		exec(t, path, string(statements))
		wantFrozenRow(t, open(t, path))
	}
}

// The way to a later version is walked with a migration that this version does not have.
func TestSQLiteLaterSchema(t *testing.T) {
	t.Parallel()
	statements, err := os.ReadFile("testdata/schema-1.sqlite.sql")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "wegwijzer.db")
	exec(t, path, string(statements))
	later, err := openSQLite(t.Context(), path, withMore(t, "sqlite", laterSchema))
	if err != nil {
		t.Fatal(err)
	}
	var sealed string
	if err := later.read.QueryRow(`SELECT sealed_bytes FROM sessions`).Scan(&sealed); sealed != "sealed once" {
		t.Errorf("after the upgrade the row holds %q, %v", sealed, err)
	}
	later.Close()
	_, err = Open(t.Context(), path)
	wantNewer(t, err)
}

func TestSQLiteManyStartAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "wegwijzer.db")
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Errorf("Open: %v", err)
				return
			}
			defer s.Close()
			if err := s.Sessions().Save(t.Context(), [32]byte{byte(i)}, []byte("x"), 202601); err != nil {
				t.Errorf("Save: %v", err)
			}
		})
	}
	wait.Wait()
	var rows, migrations int
	err := open(t, path).read.QueryRow(`SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM goose_db_version)`).Scan(&rows, &migrations)
	if rows != 8 || migrations != 3 || err != nil { // goose writes a row 0 of its own
		t.Errorf("after eight starts: %d rows, %d versions, %v, want 8, 3", rows, migrations, err)
	}
}

// The first start died after goose had made its table and before our first migration.
func TestSQLiteFirstStartDied(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "wegwijzer.db")
	exec(t, path, `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
		INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1)`)
	if err := open(t, path).Sessions().Save(t.Context(), [32]byte{1}, []byte("x"), 202601); err != nil {
		t.Error(err)
	}
}

// /forget promises that nothing is left: neither the last version of the row nor an earlier one, in any file.
func TestSQLiteDeleteLeavesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "wegwijzer.db")
	s := open(t, path)
	mark := func(n int) []byte { sum := sha256.Sum256(fmt.Append(nil, n)); return bytes.Repeat(sum[:], 40) }
	gone := [32]byte(bytes.Repeat([]byte{0xA7, 0x3C}, 16))
	for n := range 5 {
		if err := s.Sessions().Save(t.Context(), gone, mark(n), 202601); err != nil {
			t.Fatal(err)
		}
		if err := s.Sessions().Save(t.Context(), [32]byte{1, byte(n)}, mark(100+n), 202601); err != nil {
			t.Fatal(err)
		}
	}
	found := func() (places []string) {
		for _, name := range []string{path, path + "-wal"} {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(content, gone[:]) {
				places = append(places, "the id in "+filepath.Base(name))
			}
			for n := range 5 {
				if bytes.Contains(content, mark(n)[:32]) {
					places = append(places, fmt.Sprint("version ", n, " in ", filepath.Base(name)))
				}
			}
		}
		return places
	}
	if before := found(); len(before) < 2 {
		t.Fatalf("the search finds nothing even before the deletion: %v", before)
	}
	if err := s.Sessions().Delete(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	if after := found(); len(after) > 0 {
		t.Errorf("after the deletion: %v", after)
	}
	if sealed, _, _, err := s.Sessions().Load(t.Context(), [32]byte{1, 3}); !bytes.Equal(sealed, mark(103)) || err != nil {
		t.Errorf("another person's row is damaged: %v", err)
	}
}

// TestMain is also the program that TestSQLiteKilled kills.
func TestMain(m *testing.M) {
	if path := os.Getenv("STORE_TEST_SAVE_UNTIL_KILLED"); path != "" {
		saveUntilKilled(path)
	}
	os.Exit(m.Run())
}

func killedRow(n int) (id [32]byte, sealed []byte) {
	id = sha256.Sum256(fmt.Append(nil, n%50))
	return id, bytes.Repeat(fmt.Appendf(nil, "%08d", n), 133)
}

// saveUntilKilled saves rows and says the number of each once Save has returned.
func saveUntilKilled(path string) {
	s, err := Open(context.Background(), path)
	for n := 0; err == nil; n++ {
		id, sealed := killedRow(n)
		if err = s.Sessions().Save(context.Background(), id, sealed, 202601); err == nil {
			_, err = fmt.Println(n)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func TestSQLiteKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "wegwijzer.db")
	last := -1
	for round := range 3 {
		program := osexec.CommandContext(t.Context(), os.Args[0])
		program.Env = append(os.Environ(), "STORE_TEST_SAVE_UNTIL_KILLED="+path)
		program.Stderr = os.Stderr
		output, err := program.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := program.Start(); err != nil {
			t.Fatal(err)
		}
		saved := 0
		for lines := bufio.NewScanner(output); lines.Scan(); saved++ {
			if last, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatal(err)
			}
			if saved == 100+37*round {
				program.Process.Kill() // SIGKILL; what it said before is still read
			}
		}
		program.Wait()
		if saved <= 100 {
			t.Fatalf("the program ended by itself after %d rows", saved)
		}
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatalf("open after a kill: %v", err)
		}
		for n := max(0, last-49); n <= last; n++ {
			id, want := killedRow(n)
			// The row that was being saved when the program died may be there or not; it is the one after last.
			_, next := killedRow(n + 50)
			got, _, ok, err := s.Sessions().Load(t.Context(), id)
			if err != nil || !ok || !bytes.Equal(got, want) && !(n == last-49 && bytes.Equal(got, next)) {
				t.Errorf("row %d of %d, saved before the kill, is lost: %v %v", n, last, ok, err)
			}
		}
		var check string
		if err := s.write.QueryRow(`PRAGMA integrity_check`).Scan(&check); err != nil || check != "ok" {
			t.Errorf("integrity check after a kill: %s, %v", check, err)
		}
		s.Close()
	}
}
