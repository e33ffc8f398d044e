package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"wegwijzer/bot/store/storetest"
)

// schemaNumber makes each test's schema one of its own.
var schemaNumber atomic.Int64

// postgres gives the address of an empty schema that ends with the test, and runs statements in it.
func postgres(t *testing.T, statements string) string {
	t.Helper()
	server := os.Getenv("WEGWIJZER_TEST_POSTGRES")
	if server == "" {
		t.Skip("PostgreSQL is tested when WEGWIJZER_TEST_POSTGRES names a database: WEGWIJZER_TEST_POSTGRES=postgres:// pg_virtualenv -t go test ./bot/store")
	}
	name := fmt.Sprintf("wegwijzer_test_%d_%d", os.Getpid(), schemaNumber.Add(1))
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "CREATE SCHEMA "+name+"; SET search_path = "+name+"; "+statements); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.ExecContext(context.Background(), "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	if strings.Contains(server, "?") {
		return server + "&search_path=" + name
	}
	return server + "?search_path=" + name
}

func TestPostgres(t *testing.T) {
	storetest.Sessions(t, func(t *testing.T) storetest.Rows { return open(t, postgres(t, "")).Sessions() })
}

func TestPostgresUpgradeFromEverySchema(t *testing.T) {
	frozen, err := filepath.Glob("testdata/schema-*.postgres.sql")
	if err != nil || len(frozen) == 0 {
		t.Fatalf("no frozen schemas: %v", err)
	}
	for _, file := range frozen {
		statements, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		wantFrozenRow(t, open(t, postgres(t, string(statements))))
	}
}

func TestPostgresUpdates(t *testing.T) { updatesSuite(t, open(t, postgres(t, ""))) }

func TestPostgresDoors(t *testing.T) { doorsSuite(t, open(t, postgres(t, ""))) }

func TestPostgresLaterSchema(t *testing.T) {
	dsn := postgres(t, "")
	later, err := openPostgres(t.Context(), dsn, withMore(t, "postgres", laterSchema))
	if err != nil {
		t.Fatal(err)
	}
	later.Close()
	_, err = Open(t.Context(), dsn)
	wantNewer(t, err)
}

func TestPostgresSettings(t *testing.T) {
	s := open(t, postgres(t, ""))
	for name, want := range map[string]string{"synchronous_commit": "on", "application_name": "wegwijzer"} {
		var got string
		if err := s.write.QueryRowContext(t.Context(), "SHOW "+name).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v, want %q", name, got, err, want)
		}
	}
}

func TestPostgresManyStartAtOnce(t *testing.T) {
	dsn := postgres(t, "")
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			s, err := Open(t.Context(), dsn)
			if err != nil {
				t.Errorf("Open: %v", err)
				return
			}
			s.Close()
		})
	}
	wait.Wait()
}
