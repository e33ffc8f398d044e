package webchat

import (
	"container/list"
	"hash/maphash"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"wegwijzer/bot"
)

// The limits leave a hurried person alone, and a reception centre behind one address too; they stop a script.
const (
	turnsEach     = 3 * time.Second  // one turn every so long in the long run …
	turnsAtOnce   = 20               // … after this many at once
	peopleEach    = 10 * time.Second // one new session from an address every so long in the long run …
	peopleAtOnce  = 60               // … after this many at once
	floodRemember = 20_000           // limiters kept, the least recently used goes first
)

// flood bounds turns per session and new sessions per address. It lives in memory only, and its keys are hashes under
// a seed of this process, so that not even a memory dump lists addresses.
type flood struct {
	now      func() time.Time
	seed     maphash.Seed
	mu       sync.Mutex
	limiters map[uint64]*list.Element
	recent   *list.List // of *limit, most recently used first
}

type limit struct {
	key uint64
	*rate.Limiter
}

func newFlood(now func() time.Time) *flood {
	return &flood{now: now, seed: maphash.MakeSeed(), limiters: map[uint64]*list.Element{}, recent: list.New()}
}

// allows tells whether this turn may go on. A session that this process has not seen yet counts as a new one for its
// address, whether its cookie is ours or made up: otherwise made-up cookies would be free.
func (f *flood) allows(address string, person bot.PersonID, known bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := false
	if known {
		_, seen = f.limiters[f.key('p', string(person))]
	}
	if !seen && !f.limiter('a', address, peopleEach, peopleAtOnce).AllowN(f.now(), 1) {
		return false
	}
	return !known || f.limiter('p', string(person), turnsEach, turnsAtOnce).AllowN(f.now(), 1)
}

func (f *flood) key(kind byte, of string) uint64 {
	return maphash.String(f.seed, string(kind)+of)
}

func (f *flood) limiter(kind byte, of string, each time.Duration, atOnce int) *rate.Limiter {
	key := f.key(kind, of)
	if e, ok := f.limiters[key]; ok {
		f.recent.MoveToFront(e)
		return e.Value.(*limit).Limiter
	}
	if f.recent.Len() >= floodRemember {
		oldest := f.recent.Remove(f.recent.Back()).(*limit)
		delete(f.limiters, oldest.key)
	}
	l := &limit{key, rate.NewLimiter(rate.Every(each), atOnce)}
	f.limiters[key] = f.recent.PushFront(l)
	return l.Limiter
}

// address gives the network address that a request came from: an IPv4 address or an IPv6 /64, which is one household.
// It never leaves this package.
func (h *handler) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if h.Proxied {
		if forwarded := r.Header.Values("X-Forwarded-For"); len(forwarded) > 0 {
			all := strings.Split(forwarded[len(forwarded)-1], ",")
			host = strings.TrimSpace(all[len(all)-1])
		}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap(); ip.Is6() {
		prefix, err := ip.Prefix(64)
		if err == nil {
			return prefix.String()
		}
	}
	return ip.String()
}
