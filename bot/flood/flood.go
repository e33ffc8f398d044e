// Package flood bounds how much one person, or one network address, may ask in a while. It stops scripts and leaves a
// hurried person alone. What it remembers lives in memory only, under hashes with a seed of this process: not even a
// memory dump lists who was here.
package flood

import (
	"container/list"
	"hash/maphash"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"wegwijzer/bot"
)

// The limits leave a hurried person alone, and a reception centre behind one address too.
const (
	TurnsEach    = 3 * time.Second  // one turn every so long in the long run …
	TurnsAtOnce  = 20               // … after this many at once
	peopleEach   = 10 * time.Second // one new session from an address every so long in the long run …
	peopleAtOnce = 60               // … after this many at once
	remembered   = 20_000           // limiters kept, the least recently used goes first
)

// Gate lets turns through, or not. It is safe for concurrent use.
type Gate struct {
	now      func() time.Time
	seed     maphash.Seed
	mu       sync.Mutex
	limiters map[uint64]*list.Element
	recent   *list.List // of *limit, most recently used first
}

type limit struct {
	key  uint64
	told bool // has been told to wait since it was last let through
	*rate.Limiter
}

// New gives a Gate that goes by the clock now.
func New(now func() time.Time) *Gate {
	return &Gate{now: now, seed: maphash.MakeSeed(), limiters: map[uint64]*list.Element{}, recent: list.New()}
}

// Person tells whether a turn of this person may go on, for a channel whose network vouches for who is who. If not, tell
// is true the first time: to be told once is kind, to be told each time is a flood of our own.
func (f *Gate) Person(person bot.PersonID) (ok, tell bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.limiter('p', string(person), TurnsEach, TurnsAtOnce)
	ok = l.AllowN(f.now(), 1)
	tell = !ok && !l.told
	l.told = !ok
	return ok, tell
}

// Visitor tells whether a turn of somebody at a network address may go on, for a channel whose people carry a mark that
// they could make up. A person that this process has not seen yet counts as a new one for the address, whether the mark
// is ours or made up: otherwise made-up marks would be free.
func (f *Gate) Visitor(address string, person bot.PersonID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, seen := f.limiters[f.key('p', string(person))]
	if !seen && !f.limiter('a', address, peopleEach, peopleAtOnce).AllowN(f.now(), 1) {
		return false
	}
	return f.limiter('p', string(person), TurnsEach, TurnsAtOnce).AllowN(f.now(), 1)
}

func (f *Gate) key(kind byte, of string) uint64 {
	return maphash.String(f.seed, string(kind)+of)
}

func (f *Gate) limiter(kind byte, of string, each time.Duration, atOnce int) *limit {
	key := f.key(kind, of)
	if e, ok := f.limiters[key]; ok {
		f.recent.MoveToFront(e)
		return e.Value.(*limit)
	}
	if f.recent.Len() >= remembered {
		oldest := f.recent.Remove(f.recent.Back()).(*limit)
		delete(f.limiters, oldest.key)
	}
	l := &limit{key: key, Limiter: rate.NewLimiter(rate.Every(each), atOnce)}
	f.limiters[key] = f.recent.PushFront(l)
	return l
}
