package flood

import (
	"fmt"
	"testing"
	"time"

	"wegwijzer/bot"
)

func TestNewPeopleOfOneAddressAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	g := New(func() time.Time { return now })
	allowed := 0
	for i := range 3 * peopleAtOnce {
		if g.Visitor("192.0.2.1", bot.PersonID(fmt.Sprint(i))) {
			allowed++
		}
	}
	if allowed != peopleAtOnce {
		t.Errorf("%d new people were let in, want %d", allowed, peopleAtOnce)
	}
	if !g.Visitor("192.0.2.2", "another") {
		t.Error("another address is held back too")
	}
	if !g.Visitor("192.0.2.1", "0") {
		t.Error("somebody who was let in is held back by those who were not")
	}
	for i := range 2 * remembered {
		g.Visitor(fmt.Sprint("address", i), bot.PersonID(fmt.Sprint("person", i)))
	}
	if got := len(g.limiters); got > remembered {
		t.Errorf("%d limits are kept, want at most %d", got, remembered)
	}
}

// Who sends too much is told once, and again only after having been let through.
func TestPersonIsToldOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	g := New(func() time.Time { return now })
	type answer struct{ ok, tell bool }
	ask := func() answer { ok, tell := g.Person("p"); return answer{ok, tell} }
	for i := range TurnsAtOnce {
		if got := ask(); got != (answer{true, false}) {
			t.Fatalf("turn %d: %v", i, got)
		}
	}
	for i, want := range []answer{{false, true}, {false, false}, {false, false}} {
		if got := ask(); got != want {
			t.Errorf("turn %d too many: %v, want %v", i+1, got, want)
		}
	}
	now = now.Add(TurnsEach)
	for i, want := range []answer{{true, false}, {false, true}, {false, false}} {
		if got := ask(); got != want {
			t.Errorf("turn %d after a pause: %v, want %v", i+1, got, want)
		}
	}
	if ok, _ := g.Person("other"); !ok {
		t.Error("another person is held back too")
	}
}

func BenchmarkPerson(b *testing.B) {
	g := New(time.Now)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		g.Person(bot.PersonID(fmt.Sprint(i % 1000)))
	}
}
