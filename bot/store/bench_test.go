package store

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// How long the daily sweep takes that finds nothing, and what a session takes on the disk.
func BenchmarkSweepOf100000(b *testing.B) {
	path := filepath.Join(b.TempDir(), "wegwijzer.db")
	s, err := Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	tx, err := s.write.BeginTx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for n := range 100_000 {
		id := sha256.Sum256(fmt.Append(nil, n))
		if _, err := tx.ExecContext(b.Context(), sqliteSessions.save, id[:], 202648, bytes.Repeat(id[:], 1064/32)); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	if err := s.emptyLog(b.Context()); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if n, err := s.Sessions().DeleteEnded(b.Context(), 202648); n != 0 || err != nil {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(info.Size())/100_000, "bytes/session")
}
