package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRetry(t *testing.T) {
	t.Parallel()
	stumble := errors.New("connection reset")
	for _, tt := range []struct {
		name     string
		fails    []error // of the attempts in order; then success
		want     error
		attempts int
		least    time.Duration
		most     time.Duration
	}{
		{"at once", nil, nil, 1, 0, 0},
		{"as long as the network asks", []error{Throttled{7 * time.Second}, Throttled{2 * time.Second}}, nil, 3, 9 * time.Second, 9 * time.Second},
		{"with growing pauses", []error{stumble, stumble, stumble}, nil, 4, 1750 * time.Millisecond, 3500 * time.Millisecond},
		{"a person out of reach", []error{stumble, fmt.Errorf("send: %w", ErrGone)}, ErrGone, 2, 0, time.Second},
		{"a refused request", []error{ErrRefused}, ErrRefused, 1, 0, 0},
		{"a revoked token", []error{ErrRevoked}, ErrRevoked, 1, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, attempts, told := time.Now(), 0, 0
				err := Retry(t.Context(), func(context.Context) error {
					attempts++
					if attempts <= len(tt.fails) {
						return tt.fails[attempts-1]
					}
					return nil
				}, func(error) { told++ })
				took := time.Since(began)
				if !errors.Is(err, tt.want) || attempts != tt.attempts || told != attempts-1 {
					t.Errorf("%d attempts (%d told), %v; want %d, %v", attempts, told, err, tt.attempts, tt.want)
				}
				if took < tt.least || took > tt.most {
					t.Errorf("took %s, want %s to %s", took, tt.least, tt.most)
				}
			})
		})
	}
}

// The pauses of a network that stays away stop growing, and giving up is prompt.
func TestRetryGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		stumble, attempts, began := errors.New("no route"), 0, time.Now()
		err := Retry(ctx, func(context.Context) error { attempts++; return stumble }, nil)
		if !errors.Is(err, stumble) || time.Since(began) != 10*time.Minute {
			t.Errorf("gave up after %s with %v", time.Since(began), err)
		}
		if attempts < 20 || attempts > 50 {
			t.Errorf("%d attempts in ten minutes", attempts)
		}
	})
}

// Whatever comes in whatever order: the jobs of a key run in order, one at a time, none is lost, and no more are inside
// than there is room for.
func TestLanesLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		room := rapid.IntRange(1, 8).Draw(rt, "room")
		keys := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 60).Draw(rt, "keys")
		lanes := NewLanes[int](room)
		var mu sync.Mutex
		got, running, inside, most := map[int][]int{}, map[int]int{}, 0, 0
		for i, key := range keys {
			if err := lanes.Add(t.Context(), key, func() {
				mu.Lock()
				got[key] = append(got[key], i)
				running[key]++
				inside++
				most = max(most, inside)
				if running[key] > 1 {
					rt.Errorf("two jobs of key %d run at once", key)
				}
				mu.Unlock()
				for range i % 5 {
					time.Sleep(0)
				}
				mu.Lock()
				running[key]--
				inside--
				mu.Unlock()
			}); err != nil {
				rt.Fatal(err)
			}
		}
		lanes.Wait()
		n := 0
		for key, order := range got {
			n += len(order)
			if !slices.IsSorted(order) {
				rt.Errorf("key %d ran in the order %v", key, order)
			}
		}
		if n != len(keys) || most > room || len(lanes.open) != 0 {
			rt.Errorf("%d of %d jobs ran, %d at once with room for %d, %d lanes left", n, len(keys), most, room, len(lanes.open))
		}
	})
}

// A full house makes the bringer wait, and a bringer who gives up leaves nothing behind.
func TestLanesAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lanes, hold := NewLanes[string](2), make(chan struct{})
		for range 2 {
			if err := lanes.Add(t.Context(), "a", func() { <-hold }); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := lanes.Add(ctx, "b", func() { t.Error("a job that was not taken ran") }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the third job was taken: %v", err)
		}
		close(hold)
		lanes.Wait()
	})
}

func TestPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPace(10, time.Second, 2)
		began := time.Now()
		for range 5 { // two at once, then one a second
			if err := p.Wait(t.Context(), "chat"); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("five messages to one chat took %s, want 3s", took)
		}
		time.Sleep(time.Minute)
		began = time.Now()
		for i := range 30 { // ten at once, then ten a second
			if err := p.Wait(t.Context(), fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began).Round(time.Millisecond); took != 2*time.Second {
			t.Errorf("thirty messages took %s, want 2s", took)
		}
		for i := range 2 * pacedChats {
			p.chat(fmt.Sprint(i))
		}
		if len(p.chats) != pacedChats || p.recent.Len() != pacedChats {
			t.Errorf("%d chats are remembered, want %d", len(p.chats), pacedChats)
		}
	})
}

func BenchmarkLanes(b *testing.B) {
	lanes := NewLanes[int](64)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := lanes.Add(b.Context(), i%100, func() {}); err != nil {
			b.Fatal(err)
		}
	}
	lanes.Wait()
}
