package conversation

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"wegwijzer/bot"
)

func TestLaneKeepsOrderOfArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLanes()
		key := laneKey{"test", "one"}
		leave, err := l.enter(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var order []int
		for i := range laneDepth - 1 {
			go func() {
				leave, err := l.enter(t.Context(), key)
				if err != nil {
					t.Errorf("turn %d: %v", i, err)
					return
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				leave()
			}()
			synctest.Wait() // turn i waits in its lane before the next arrives
		}
		if _, err := l.enter(t.Context(), key); !errors.Is(err, errBusy) {
			t.Errorf("one turn too many gives %v, want errBusy", err)
		}
		leave()
		l.drain()
		for i, got := range order {
			if got != i {
				t.Fatalf("order is %v, want that of arrival", order)
			}
		}
		if len(order) != laneDepth-1 || len(l.open) != 0 {
			t.Errorf("%d turns ran and %d lanes are left, want %d and none", len(order), len(l.open), laneDepth-1)
		}
		if _, err := l.enter(t.Context(), key); !errors.Is(err, errClosed) {
			t.Errorf("a drained engine gives %v, want errClosed", err)
		}
	})
}

func TestWaitingCanBeGivenUp(t *testing.T) {
	t.Parallel()
	l := newLanes()
	key := laneKey{"test", "one"}
	leave, err := l.enter(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.enter(ctx, key); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled wait gives %v", err)
	}
	leave()
	leave, err = l.enter(t.Context(), key)
	if err != nil {
		t.Fatalf("the lane is stuck after a cancelled wait: %v", err)
	}
	leave()
}

// TestLanesRunOneTurnEach: whatever comes in, at most one turn of a person runs at a time, and nothing is left over.
func TestLanesRunOneTurnEach(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		people := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 24).Draw(rt, "people")
		l := newLanes()
		var mu sync.Mutex
		running := map[laneKey]int{}
		var wait sync.WaitGroup
		for _, who := range people {
			key := laneKey{"test", []bot.PersonID{"a", "b", "c", "d"}[who]}
			wait.Go(func() {
				leave, err := l.enter(t.Context(), key)
				if err != nil {
					return // its lane was full
				}
				mu.Lock()
				if running[key]++; running[key] > 1 {
					t.Errorf("two turns of one person run at once")
				}
				mu.Unlock()
				mu.Lock()
				running[key]--
				mu.Unlock()
				leave()
			})
		}
		wait.Wait()
		l.drain()
		if len(l.open) != 0 {
			t.Errorf("%d lanes are left over", len(l.open))
		}
	})
}
