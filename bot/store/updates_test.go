package store

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSQLiteUpdates(t *testing.T) {
	t.Parallel()
	updatesSuite(t, open(t, filepath.Join(t.TempDir(), "wegwijzer.db")))
}

func TestSQLiteDoors(t *testing.T) {
	t.Parallel()
	doorsSuite(t, open(t, filepath.Join(t.TempDir(), "wegwijzer.db")))
}

// updatesSuite is what both databases must do.
func updatesSuite(t *testing.T, s *Store) {
	u, now := s.Updates(), time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	u.now = func() time.Time { return now }
	begin := func(channel, id, want string) {
		t.Helper()
		if got, err := u.Begin(t.Context(), channel, id); got != want || err != nil {
			t.Errorf("Begin(%s, %s) = %q, %v, want %q", channel, id, got, err, want)
		}
	}
	end := func(channel, id, outcome string) {
		t.Helper()
		if err := u.End(t.Context(), channel, id, outcome); err != nil {
			t.Error(err)
		}
	}
	abandoned := func(channel string, want int) {
		t.Helper()
		if got, err := u.Abandoned(t.Context(), channel); got != want || err != nil {
			t.Errorf("Abandoned(%s) = %d, %v, want %d", channel, got, err, want)
		}
	}
	begin("a", "1", "")
	begin("a", "1", "begun")
	end("a", "1", "sent")
	begin("a", "1", "sent")
	begin("b", "1", "") // another channel's
	end("a", "2", "gone")
	begin("a", "2", "gone")
	begin("a", "3", "")
	begin("a", "4", "")
	abandoned("a", 2)
	abandoned("a", 0)
	begin("a", "3", "lost")
	begin("b", "1", "begun")

	// Of many that begin the same update at once, one handles it.
	var first atomic.Int32
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			outcome, err := u.Begin(t.Context(), "a", "contested")
			if err != nil {
				t.Error(err)
			}
			if outcome == "" {
				first.Add(1)
			}
		})
	}
	wait.Wait()
	if first.Load() != 1 {
		t.Errorf("%d began the same update", first.Load())
	}

	// A day later all is forgotten, but not before.
	sweep := func(hours, want int) {
		t.Helper()
		now = time.Date(2026, 11, 24, 9+hours, 0, 0, 0, time.UTC)
		if got, err := u.Sweep(t.Context()); got != want || err != nil {
			t.Errorf("after %d hours Sweep = %d, %v, want %d", hours, got, err, want)
		}
	}
	sweep(24, 0)
	sweep(26, 6)
	begin("a", "1", "")
}

func doorsSuite(t *testing.T, s *Store) {
	d := s.Doors()
	want := func(want map[string]map[string]string) {
		t.Helper()
		got, err := d.Closed(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("closed (-got +want):\n%s", diff)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want(map[string]map[string]string{})
	do(d.Close(t.Context(), "telegram", map[string]string{"ar": "نعمل على الخادم", "nl": "onderhoud"}))
	do(d.Close(t.Context(), "web", map[string]string{}))
	want(map[string]map[string]string{"telegram": {"ar": "نعمل على الخادم", "nl": "onderhoud"}, "web": {}})
	do(d.Close(t.Context(), "telegram", map[string]string{"nl": "anders"}))
	do(d.Open(t.Context(), "web"))
	do(d.Open(t.Context(), "web"))
	want(map[string]map[string]string{"telegram": {"nl": "anders"}})
}

func BenchmarkUpdate(b *testing.B) {
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "wegwijzer.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		id := fmt.Sprint(i)
		if _, err := s.Updates().Begin(b.Context(), "telegram", id); err != nil {
			b.Fatal(err)
		}
		if err := s.Updates().End(b.Context(), "telegram", id, "sent"); err != nil {
			b.Fatal(err)
		}
	}
}
