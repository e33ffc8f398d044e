package session

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wegwijzer/bot"
	"wegwijzer/bot/store/storetest"
	"wegwijzer/kb/route"
)

// clock is a time that a test moves.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// cheap gives Sessions whose stretch costs nothing, for tests with many people.
func cheap(key Key, rows Rows, now func() time.Time) *Sessions {
	s := New(key, rows, now)
	s.ids.stretch = func(secret, salt []byte) []byte {
		sum := sha256.Sum256(append(append([]byte(nil), salt...), secret...))
		return sum[:]
	}
	return s
}

func mustOpen(t rapid.TB, s *Sessions, person bot.PersonID) *Session {
	t.Helper()
	one, err := s.Open(context.Background(), "web", person)
	if err != nil {
		t.Fatal(err)
	}
	return one
}

func mustSave(t rapid.TB, s *Sessions, person bot.PersonID, one *Session) {
	t.Helper()
	if err := s.Save(context.Background(), "web", person, one); err != nil {
		t.Fatal(err)
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		keep       bool
		used, then string
		there      bool
	}{
		{"the same day", false, "2026-11-24", "2026-11-24", true},
		{"after 180 days", false, "2026-11-24", "2027-05-23", true},
		{"to the end of that week", false, "2026-11-24", "2027-05-23", true},
		{"the week after", false, "2026-11-24", "2027-05-24", false},
		{"kept, after two years", true, "2026-11-24", "2028-11-24", true},
		{"kept, the week after", true, "2026-11-24", "2028-11-27", false},
		{"over a new year with 53 weeks", false, "2026-07-04", "2026-12-31", true},
		{"in the last days of a year that belong to week 1", false, "2024-07-04", "2025-01-05", true},
		{"after those", false, "2024-07-04", "2025-01-06", false},
	} {
		c := &clock{day(test.used)}
		s := cheap(testKey(1), new(storetest.Memory), c.Now)
		mustSave(t, s, "ada", &Session{Turns: 7, Keep: test.keep})
		c.now = day(test.then)
		if one := mustOpen(t, s, "ada"); (one.Turns == 7) != test.there {
			t.Errorf("%s: %d turns on %s, want the session to be there: %v", test.name, one.Turns, test.then, test.there)
		}
		n, err := s.Sweep(t.Context())
		if want := map[bool]int{true: 0, false: 1}[test.there]; n != want || err != nil {
			t.Errorf("%s: Sweep on %s = %d, %v, want %d", test.name, test.then, n, err, want)
		}
	}
}

func TestWeek(t *testing.T) {
	t.Parallel()
	for date, want := range map[string]int{"2026-11-24": 202648, "2027-01-03": 202653, "2027-01-04": 202701, "2024-12-30": 202501, "2021-01-01": 202053} {
		if got := Week(day(date)); got != want {
			t.Errorf("Week(%s) = %d, want %d", date, got, want)
		}
	}
	// One moment is one week wherever the server stands.
	moment := time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC)
	if got, want := Week(moment.In(time.FixedZone("", 3*3600))), Week(moment); got != want {
		t.Errorf("Week east of Greenwich = %d, want %d", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := day("2020-01-01").AddDate(0, 0, rapid.IntRange(0, 20000).Draw(t, "days"))
		if later := at.AddDate(0, 0, 7); Week(at) >= Week(later) {
			t.Errorf("Week(%s) = %d is not below Week a week later, %d", at.Format(time.DateOnly), Week(at), Week(later))
		}
	})
}

// Whatever people do, each finds what they left, until it ends; nobody finds another's.
func TestSessionsBehaveAsAMap(t *testing.T) {
	t.Parallel()
	people := []bot.PersonID{"ada", "bo", "ada\x00", "a", "\x00ada", "١٢"}
	rapid.Check(t, func(t *rapid.T) {
		c := &clock{day("2026-11-24")}
		rows := new(storetest.Memory)
		s := cheap(testKey(1), rows, c.Now)
		type stored struct {
			session *Session
			end     int
		}
		model := map[bot.PersonID]stored{}
		anybody := rapid.SampledFrom(people)
		t.Repeat(map[string]func(*rapid.T){
			"save": func(t *rapid.T) {
				who, one := anybody.Draw(t, "who"), anySession(false).Draw(t, "session")
				mustSave(t, s, who, one)
				end := c.now.AddDate(0, 0, 180)
				if one.Keep {
					end = c.now.AddDate(0, 24, 0)
				}
				model[who] = stored{one.bounded(), Week(end)}
			},
			"answer": func(t *rapid.T) {
				who := anybody.Draw(t, "who")
				one := mustOpen(t, s, who)
				one.Answers = append(one.Answers, route.Answer{Slot: "dutch", Value: "B1"})
				mustSave(t, s, who, one)
				end := c.now.AddDate(0, 0, 180)
				if one.Keep {
					end = c.now.AddDate(0, 24, 0)
				}
				model[who] = stored{one.bounded(), Week(end)}
			},
			"forget": func(t *rapid.T) {
				who := anybody.Draw(t, "who")
				if err := s.Forget(context.Background(), "web", who); err != nil {
					t.Fatal(err)
				}
				delete(model, who)
			},
			"time passes": func(t *rapid.T) {
				c.now = c.now.AddDate(0, 0, rapid.SampledFrom([]int{1, 6, 30, 180, 400}).Draw(t, "days"))
			},
			"restart": func(*rapid.T) { s = cheap(testKey(1), rows, c.Now) },
			"sweep": func(t *rapid.T) {
				before := len(model)
				maps.DeleteFunc(model, func(_ bot.PersonID, m stored) bool { return m.end < Week(c.now) })
				if n, err := s.Sweep(context.Background()); n != before-len(model) || err != nil {
					t.Errorf("Sweep = %d, %v, want %d", n, err, before-len(model))
				}
			},
			"": func(t *rapid.T) {
				for _, who := range people {
					want := new(Session)
					if m, ok := model[who]; ok && m.end >= Week(c.now) {
						want = m.session
					}
					if diff := cmp.Diff(mustOpen(t, s, who), want, same); diff != "" {
						t.Errorf("%q (-got +want):\n%s", who, diff)
					}
				}
				n := 0
				rows.Each(func([32]byte, []byte, int) { n++ })
				if n != len(model) {
					t.Errorf("%d rows for %d people", n, len(model))
				}
			},
		})
	})
}

// Rows tell nothing of each other: not across channels, not across servers, not across saves.
func TestRowsAreUnlinkable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := func() time.Time { return day("2026-11-24") }
		seen := map[[32]byte]string{}
		one := anySession(false).Draw(t, "session")
		number := rapid.StringMatching(`[1-9][0-9]{6,9}`).Draw(t, "person")
		for _, key := range []byte{1, 2} {
			rows := new(storetest.Memory)
			s := cheap(testKey(key), rows, now)
			for _, channel := range []bot.ChannelID{"telegram", "discord", "web"} {
				for _, person := range []string{number, number + "0"} {
					if err := s.Save(context.Background(), channel, bot.PersonID(person), one); err != nil {
						t.Fatal(err)
					}
				}
			}
			var bodies [][]byte
			rows.Each(func(id [32]byte, sealed []byte, endWeek int) {
				if before, ok := seen[id]; ok {
					t.Errorf("the id of %s comes again", before)
				}
				seen[id] = fmt.Sprint("a row of key ", key)
				if bytes.Contains(sealed, []byte(number)) || bytes.Contains(id[:], []byte(number)) {
					t.Error("a row holds the person's number")
				}
				if len(one.Update) > 8 && bytes.Contains(sealed, []byte(one.Update)) {
					t.Error("a row holds some of the session as it is")
				}
				for _, body := range bodies {
					if bytes.Equal(body[:24], sealed[:24]) || bytes.Equal(body[24:], sealed[24:]) {
						t.Error("the same session is sealed alike for two people")
					}
				}
				bodies = append(bodies, sealed)
			})
			if len(bodies) != 6 {
				t.Errorf("%d rows for six people", len(bodies))
			}
		}
	})
}

func TestOpenRefusesWhatWasNotSealedForThePerson(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := &clock{day("2026-11-24")}
	rows := new(storetest.Memory)
	s := cheap(testKey(1), rows, c.Now)
	mustSave(t, s, "ada", &Session{Turns: 1})
	mustSave(t, s, "bo", &Session{Turns: 2})
	idOf := func(person bot.PersonID) [32]byte {
		id, err := s.ids.id(ctx, "web", person)
		if err != nil {
			t.Fatal(err)
		}
		return s.sealer.row(id)
	}
	ada, bo := idOf("ada"), idOf("bo")
	adaSealed, adaWeek, _, _ := rows.Load(ctx, ada)
	boSealed, boWeek, _, _ := rows.Load(ctx, bo)
	elsewhere := new(storetest.Memory)
	mustSave(t, cheap(testKey(2), elsewhere, c.Now), "ada", &Session{Turns: 3})
	var foreign []byte
	elsewhere.Each(func(_ [32]byte, sealed []byte, _ int) { foreign = sealed })

	changed := bytes.Clone(adaSealed)
	changed[len(changed)/2] ^= 1
	for _, test := range []struct {
		name   string
		sealed []byte
		week   int
	}{
		{"changed", changed, adaWeek},
		{"empty", nil, adaWeek},
		{"of somebody else", boSealed, boWeek},
		{"with a longer life", adaSealed, adaWeek + 1},
		{"of another server", foreign, adaWeek},
		{"of the right length, all zero", make([]byte, len(adaSealed)), adaWeek},
	} {
		if err := rows.Save(ctx, ada, test.sealed, test.week); err != nil {
			t.Fatal(err)
		}
		one, err := s.Open(ctx, "web", "ada")
		if !errors.Is(err, ErrSealed) || one != nil {
			t.Errorf("%s: %v, %v, want ErrSealed", test.name, one, err)
		}
	}
	// One that has ended is not even looked at.
	if err := rows.Save(ctx, ada, changed, Week(c.now)-1); err != nil {
		t.Fatal(err)
	}
	if one := mustOpen(t, s, "ada"); one.Turns != 0 {
		t.Error("an ended session came back")
	}
}

// What a row says of itself, and the server key, do not open it: that takes the person's own id.
func TestRowDoesNotOpenItself(t *testing.T) {
	t.Parallel()
	rows := new(storetest.Memory)
	s := cheap(testKey(1), rows, func() time.Time { return day("2026-11-24") })
	mustSave(t, s, "ada", &Session{Turns: 1})
	found := 0
	rows.Each(func(row [32]byte, sealed []byte, endWeek int) {
		found++
		if _, err := s.sealer.open(row, endWeek, sealed); !errors.Is(err, ErrSealed) {
			t.Errorf("a row opens by its own name: %v", err)
		}
		id, err := s.ids.id(t.Context(), "web", "ada")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.sealer.open(id, endWeek, sealed); err != nil {
			t.Errorf("the person's id does not open the row: %v", err)
		}
	})
	if found != 1 {
		t.Errorf("%d rows, want 1", found)
	}
}

// A newer version's session is neither shown nor lost.
func TestOpenRefusesANewerVersion(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	rows := new(storetest.Memory)
	s := cheap(testKey(1), rows, func() time.Time { return day("2026-11-24") })
	id, err := s.ids.id(ctx, "web", "ada")
	if err != nil {
		t.Fatal(err)
	}
	newer := s.sealer.seal(id, 202701, []byte{version + 1, 1, 2, 3})
	if err := rows.Save(ctx, s.sealer.row(id), newer, 202701); err != nil {
		t.Fatal(err)
	}
	if one, err := s.Open(ctx, "web", "ada"); !errors.Is(err, ErrNewer) || one != nil {
		t.Errorf("Open = %v, %v, want ErrNewer", one, err)
	}
	if kept, _, ok, _ := rows.Load(ctx, s.sealer.row(id)); !ok || !bytes.Equal(kept, newer) {
		t.Error("the row was changed")
	}
}

func TestAPersonIsNeeded(t *testing.T) {
	t.Parallel()
	s := New(testKey(1), new(storetest.Memory), time.Now)
	for _, who := range []struct {
		channel bot.ChannelID
		person  bot.PersonID
	}{{"", "ada"}, {"web", ""}, {"we\x00b", "ada"}} {
		if _, err := s.Open(t.Context(), who.channel, who.person); err == nil {
			t.Errorf("Open(%q, %q) opened something", who.channel, who.person)
		}
	}
}

func TestZeroKeyIsRefused(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("New takes a zero Key")
		}
	}()
	New(Key{}, new(storetest.Memory), time.Now)
}

// failing is a store whose every call fails.
type failing struct{ storetest.Memory }

var errDisk = errors.New("disk full")

func (*failing) Load(context.Context, [32]byte) ([]byte, int, bool, error) {
	return nil, 0, false, errDisk
}
func (*failing) Save(context.Context, [32]byte, []byte, int) error { return errDisk }
func (*failing) Delete(context.Context, [32]byte) error            { return errDisk }
func (*failing) DeleteEnded(context.Context, int) (int, error)     { return 0, errDisk }

func TestErrorsOfTheStorePass(t *testing.T) {
	t.Parallel()
	s := cheap(testKey(1), new(failing), time.Now)
	one, openErr := s.Open(t.Context(), "web", "canary-person")
	_, sweepErr := s.Sweep(t.Context())
	for name, err := range map[string]error{
		"Open": openErr, "Save": s.Save(t.Context(), "web", "canary-person", &Session{}), "Forget": s.Forget(t.Context(), "web", "canary-person"), "Sweep": sweepErr,
	} {
		if !errors.Is(err, errDisk) {
			t.Errorf("%s: %v, want the store's error", name, err)
		}
		if bytes.Contains([]byte(err.Error()), []byte("canary-person")) {
			t.Errorf("%s names the person: %v", name, err)
		}
	}
	if one != nil {
		t.Error("a session in spite of an error: saving it would lose the stored one")
	}
}

// A storm of new people is stretched a few at a time; whoever is known does not wait behind it, and who gives up does
// not cost a stretch.
func TestStormOfNewPeople(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := cheap(testKey(1), new(storetest.Memory), time.Now)
		mustOpen(t, s, "known")
		var mu sync.Mutex
		under, most, stretched := 0, 0, 0
		gate := make(chan struct{})
		s.ids.stretch = func(secret, _ []byte) []byte {
			mu.Lock()
			under, stretched = under+1, stretched+1
			most = max(most, under)
			mu.Unlock()
			<-gate
			mu.Lock()
			under--
			mu.Unlock()
			sum := sha256.Sum256(secret)
			return sum[:]
		}
		ctx, giveUp := context.WithCancel(t.Context())
		const waiting, gone = 20, 10
		errs := make(chan error, waiting+gone)
		for i := range waiting {
			go func() {
				_, err := s.Open(t.Context(), "web", bot.PersonID(fmt.Sprint("new ", i)))
				errs <- err
			}()
		}
		synctest.Wait()
		for i := range gone {
			go func() {
				_, err := s.Open(ctx, "web", bot.PersonID(fmt.Sprint("gone ", i)))
				errs <- err
			}()
		}
		synctest.Wait()
		if under != stretchesAtOnce {
			t.Errorf("%d stretches under way, want %d", under, stretchesAtOnce)
		}
		mustOpen(t, s, "known") // would block for ever behind the storm
		giveUp()
		synctest.Wait()
		for range gone {
			if err := <-errs; !errors.Is(err, context.Canceled) {
				t.Errorf("who gave up: %v, want context.Canceled", err)
			}
		}
		close(gate)
		for range waiting {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if most != stretchesAtOnce || stretched != waiting {
			t.Errorf("%d stretches for %d people, up to %d at once, want %d", stretched, waiting, most, stretchesAtOnce)
		}
	})
}

// Two messages of one new person at once: the second finds what the first has stretched.
func TestOnePersonWaitsForOneStretch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := cheap(testKey(1), new(storetest.Memory), time.Now)
		stretched := 0
		gate := make(chan struct{})
		s.ids.stretch = func([]byte, []byte) []byte { stretched++; <-gate; return make([]byte, 32) }
		s.ids.slots = make(chan struct{}, 1)
		var wait sync.WaitGroup
		for range 5 {
			wait.Go(func() { mustOpen(t, s, "ada") })
		}
		synctest.Wait()
		close(gate)
		wait.Wait()
		if stretched != 1 {
			t.Errorf("%d stretches for one person", stretched)
		}
	})
}

func TestRememberedIsBounded(t *testing.T) {
	t.Parallel()
	ids := newIdentities(testKey(1))
	stretched := map[string]int{}
	ids.stretch = func(secret, _ []byte) []byte {
		stretched[string(secret)]++
		sum := sha256.Sum256(secret)
		return sum[:]
	}
	ids.remembered.max = 3
	for _, person := range []bot.PersonID{"a", "b", "c", "a", "d", "a", "b"} { // d pushes out b, the one not used for longest; then b pushes out c
		if _, err := ids.id(t.Context(), "web", person); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]int{"web\x00a": 1, "web\x00b": 2, "web\x00c": 1, "web\x00d": 1}
	if diff := cmp.Diff(stretched, want); diff != "" {
		t.Errorf("stretches (-got +want):\n%s", diff)
	}
	if got := len(ids.remembered.at); got != 3 || ids.remembered.order.Len() != 3 {
		t.Errorf("%d people remembered, want 3", got)
	}
	for at := range ids.remembered.at {
		if bytes.Contains(at[:], []byte("web")) {
			t.Error("a raw id is the key of the memory")
		}
	}
}

func TestForgetForgetsInMemoryToo(t *testing.T) {
	t.Parallel()
	s := cheap(testKey(1), new(storetest.Memory), time.Now)
	mustSave(t, s, "ada", &Session{})
	if err := s.Forget(t.Context(), "web", "ada"); err != nil {
		t.Fatal(err)
	}
	if n := len(s.ids.remembered.at); n != 0 {
		t.Errorf("%d people remembered after Forget", n)
	}
}

func TestManyPeopleAtOnce(t *testing.T) {
	t.Parallel()
	key, err := NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := cheap(key, new(storetest.Memory), time.Now)
	s.ids.remembered.max = 5 // fewer than people: everybody is pushed out all the time
	var wait sync.WaitGroup
	for p := range 16 {
		wait.Go(func() {
			person := bot.PersonID(fmt.Sprint("person ", p))
			for turn := range 30 {
				one := mustOpen(t, s, person)
				if one.Turns != turn {
					t.Errorf("person %d has %d turns after %d", p, one.Turns, turn)
				}
				one.Turns++
				mustSave(t, s, person, one)
				if turn%10 == 5 {
					if _, err := s.Sweep(t.Context()); err != nil {
						t.Error(err)
					}
				}
			}
			if err := s.Forget(t.Context(), "web", person); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}
