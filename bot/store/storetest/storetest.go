// Package storetest is the one suite that every store of sessions must pass, and a store in memory that passes it, for
// tests that need no file.
package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Rows is what a store of sessions can do, as bot/session declares and explains it.
type Rows interface {
	Load(ctx context.Context, id [32]byte) (sealed []byte, endWeek int, ok bool, err error)
	Save(ctx context.Context, id [32]byte, sealed []byte, endWeek int) error
	Delete(ctx context.Context, id [32]byte) error
	DeleteEnded(ctx context.Context, week int) (int, error)
}

// Sessions runs the suite. open gives an empty store, a new one at each call, that ends with the test.
func Sessions(t *testing.T, open func(t *testing.T) Rows) {
	t.Run("a missing row is not found and no error", func(t *testing.T) {
		rows := open(t)
		wantRow(t, rows, id(1), nil)
		if err := rows.Delete(t.Context(), id(1)); err != nil {
			t.Errorf("Delete of a missing row: %v", err)
		}
		if n, err := rows.DeleteEnded(t.Context(), 999953); n != 0 || err != nil {
			t.Errorf("DeleteEnded of no rows = %d, %v, want 0, nil", n, err)
		}
	})
	t.Run("the last save counts", func(t *testing.T) {
		rows := open(t)
		save(t, rows, id(1), &row{[]byte("first"), 202601})
		save(t, rows, id(2), &row{[]byte("other"), 202602})
		save(t, rows, id(1), &row{[]byte("second, longer"), 202752})
		wantRow(t, rows, id(1), &row{[]byte("second, longer"), 202752})
		wantRow(t, rows, id(2), &row{[]byte("other"), 202602})
	})
	t.Run("a deleted row is gone, the others stay", func(t *testing.T) {
		rows := open(t)
		save(t, rows, id(1), &row{[]byte("one"), 202601})
		save(t, rows, id(2), &row{[]byte("two"), 202601})
		if err := rows.Delete(t.Context(), id(1)); err != nil {
			t.Fatal(err)
		}
		wantRow(t, rows, id(1), nil)
		wantRow(t, rows, id(2), &row{[]byte("two"), 202601})
		save(t, rows, id(1), &row{[]byte("again"), 202701})
		wantRow(t, rows, id(1), &row{[]byte("again"), 202701})
	})
	t.Run("only rows that ended before the week go", func(t *testing.T) {
		rows := open(t)
		for i, week := range []int{202552, 202553, 202601, 202602} {
			save(t, rows, id(i), &row{[]byte{byte(i)}, week})
		}
		if n, err := rows.DeleteEnded(t.Context(), 202601); n != 2 || err != nil {
			t.Errorf("DeleteEnded(202601) = %d, %v, want 2, nil", n, err)
		}
		wantRow(t, rows, id(0), nil)
		wantRow(t, rows, id(1), nil)
		wantRow(t, rows, id(2), &row{[]byte{2}, 202601})
		wantRow(t, rows, id(3), &row{[]byte{3}, 202602})
	})
	t.Run("any bytes, short or long, come back", func(t *testing.T) {
		rows := open(t)
		for i, sealed := range [][]byte{{0}, bytes.Repeat([]byte{0xff, 0}, 20<<10), []byte("it's \"quoted\"; -- \\ \x00")} {
			save(t, rows, id(i), &row{sealed, 202601})
			wantRow(t, rows, id(i), &row{sealed, 202601})
		}
	})
	t.Run("bytes are the caller's", func(t *testing.T) {
		rows := open(t)
		sealed := []byte("kept")
		save(t, rows, id(1), &row{sealed, 202601})
		copy(sealed, "gone")
		got, _, _, err := rows.Load(t.Context(), id(1))
		if err != nil {
			t.Fatal(err)
		}
		copy(got, "gone")
		wantRow(t, rows, id(1), &row{[]byte("kept"), 202601})
	})
	t.Run("an ended context is the error", func(t *testing.T) {
		rows := open(t)
		save(t, rows, id(1), &row{[]byte("stays"), 202601})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, _, loadErr := rows.Load(ctx, id(1))
		_, endedErr := rows.DeleteEnded(ctx, 999953)
		for name, err := range map[string]error{
			"Load": loadErr, "Save": rows.Save(ctx, id(1), []byte("late"), 202602), "Delete": rows.Delete(ctx, id(1)), "DeleteEnded": endedErr,
		} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s with an ended context: %v, want context.Canceled", name, err)
			}
		}
		wantRow(t, rows, id(1), &row{[]byte("stays"), 202601})
	})
	t.Run("it behaves as a map", func(t *testing.T) { behavesAsMap(t, open(t)) })
	t.Run("many at once", func(t *testing.T) { manyAtOnce(t, open(t)) })
}

type row struct {
	Sealed  []byte
	EndWeek int
}

// id gives the n-th of a few ids that have nothing in common, as hashes have not.
func id(n int) [32]byte { return sha256.Sum256(fmt.Append(nil, "row ", n)) }

func save(t *testing.T, rows Rows, id [32]byte, r *row) {
	t.Helper()
	if err := rows.Save(t.Context(), id, r.Sealed, r.EndWeek); err != nil {
		t.Fatal(err)
	}
}

func wantRow(t rapid.TB, rows Rows, id [32]byte, want *row) {
	t.Helper()
	var got *row
	sealed, endWeek, ok, err := rows.Load(context.Background(), id)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	if ok {
		got = &row{sealed, endWeek}
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("row (-got +want):\n%s", diff)
	}
}

// behavesAsMap does the same random things to the store and to a map and compares every row after each.
func behavesAsMap(t *testing.T, rows Rows) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		if _, err := rows.DeleteEnded(ctx, 999953); err != nil { // empty what the last round left
			t.Fatal(err)
		}
		model := map[[32]byte]*row{}
		anyID := rapid.Map(rapid.IntRange(0, 5), id)
		anyWeek := rapid.IntRange(202648, 202652)
		t.Repeat(map[string]func(*rapid.T){
			"save": func(t *rapid.T) {
				at, r := anyID.Draw(t, "id"), &row{rapid.SliceOfN(rapid.Byte(), 1, 2000).Draw(t, "sealed"), anyWeek.Draw(t, "week")}
				if err := rows.Save(ctx, at, r.Sealed, r.EndWeek); err != nil {
					t.Fatal(err)
				}
				model[at] = r
			},
			"delete": func(t *rapid.T) {
				at := anyID.Draw(t, "id")
				if err := rows.Delete(ctx, at); err != nil {
					t.Fatal(err)
				}
				delete(model, at)
			},
			"delete ended": func(t *rapid.T) {
				week := anyWeek.Draw(t, "week")
				before := len(model)
				maps.DeleteFunc(model, func(_ [32]byte, r *row) bool { return r.EndWeek < week })
				n, err := rows.DeleteEnded(ctx, week)
				if err != nil {
					t.Fatal(err)
				}
				if want := before - len(model); n != want {
					t.Errorf("DeleteEnded(%d) = %d, want %d", week, n, want)
				}
			},
			"": func(t *rapid.T) {
				for n := range 6 {
					wantRow(t, rows, id(n), model[id(n)])
				}
			},
		})
	})
}

// manyAtOnce has people of their own and one that all fight over; no save may be lost, mixed or refused.
func manyAtOnce(t *testing.T, rows Rows) {
	const people, saves = 8, 20
	shared := id(1000)
	var wait sync.WaitGroup
	for p := range people {
		wait.Go(func() {
			for i := range saves {
				own := bytes.Repeat([]byte{byte(p), byte(i)}, 600)
				if err := rows.Save(t.Context(), id(p), own, 202600+i); err != nil {
					t.Errorf("Save: %v", err)
				}
				if err := rows.Save(t.Context(), shared, own, 202600+i); err != nil {
					t.Errorf("Save of the shared row: %v", err)
				}
				sealed, endWeek, ok, err := rows.Load(t.Context(), shared)
				if err != nil || !ok || endWeek < 202600 || endWeek >= 202600+saves {
					t.Errorf("Load of the shared row = %v, %d, %v", ok, endWeek, err)
					continue
				}
				if want := bytes.Repeat(sealed[:2], 600); !bytes.Equal(sealed, want) || int(sealed[1]) != endWeek-202600 {
					t.Error("the shared row is mixed from two saves")
				}
				wantRow(t, rows, id(p), &row{own, 202600 + i})
			}
		})
	}
	wait.Wait()
}

// Memory keeps rows in memory. The zero value is empty and ready; it is safe for concurrent use.
type Memory struct {
	mu   sync.Mutex
	rows map[[32]byte]row
}

// Load gives the row id; ok is false if there is none.
func (m *Memory) Load(ctx context.Context, id [32]byte) (sealed []byte, endWeek int, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return nil, 0, false, ctx.Err()
	}
	r, ok := m.rows[id]
	return slices.Clone(r.Sealed), r.EndWeek, ok, nil
}

// Save puts the row id.
func (m *Memory) Save(ctx context.Context, id [32]byte, sealed []byte, endWeek int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if m.rows == nil {
		m.rows = make(map[[32]byte]row)
	}
	m.rows[id] = row{slices.Clone(sealed), endWeek}
	return nil
}

// Delete removes the row id.
func (m *Memory) Delete(ctx context.Context, id [32]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	delete(m.rows, id)
	return nil
}

// DeleteEnded removes the rows that ended before week and gives their number.
func (m *Memory) DeleteEnded(ctx context.Context, week int) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	before := len(m.rows)
	maps.DeleteFunc(m.rows, func(_ [32]byte, r row) bool { return r.EndWeek < week })
	return before - len(m.rows), nil
}

// Each calls f with every row, in no order, for tests that look at what was stored.
func (m *Memory) Each(f func(id [32]byte, sealed []byte, endWeek int)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, r := range m.rows {
		f(id, slices.Clone(r.Sealed), r.EndWeek)
	}
}
