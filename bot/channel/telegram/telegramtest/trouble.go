package telegramtest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
)

// Kind is a kind of trouble that a request can meet.
type Kind int

// The kinds of trouble.
const (
	None       Kind = iota
	Throttled       // 429 with a time to wait
	Broken          // 500, as JSON
	BrokenPage      // 502, as a page of somebody in between
	DropBefore      // the connection breaks off before anything is done
	DropAfter       // the connection breaks off after all is done and before the answer
	Hang            // no answer, until the bot gives up
	Refused         // 400 with a description of choice
	Forbidden       // 403 with a description of choice
	Conflict        // 409, as if another process polled
)

// Fault is trouble for one request.
type Fault struct {
	Kind        Kind
	RetryAfter  int    // seconds, of Throttled; 0 is answered as 0, which Telegram itself never does
	Description string // of Refused and Forbidden, without the words that begin it
}

// Chances are how often requests meet trouble by chance. What a request meets depends on the seed, its method, its chat and
// how many such requests came before, and not on what else happens at the same time.
type Chances struct {
	Seed       uint64
	Throttled  float64
	Broken     float64 // half of them as a page
	Dropped    float64 // half of them after all was done
	RetryAfter int     // seconds, of Throttled; drawn between 0 and this
}

// Trouble sets the chances from now on.
func (s *Server) Trouble(c Chances) { s.update(func() { s.chances = c }) }

// Plan sets what the next requests for a method meet, before chance is asked.
func (s *Server) Plan(method string, faults ...Fault) {
	s.update(func() { s.planned[method] = append(s.planned[method], faults...) })
}

type drawKey struct{ method, chat string }

// fault gives what a request meets.
func (s *Server) fault(call request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if plan := s.planned[call.method]; len(plan) > 0 {
		s.planned[call.method] = plan[1:]
		return plan[0]
	}
	c := s.chances
	if c.Throttled+c.Broken+c.Dropped == 0 {
		return Fault{}
	}
	key := drawKey{call.method, call.params["chat_id"]}
	s.draws[key]++
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s %s %d", key.method, key.chat, s.draws[key])
	random := rand.New(rand.NewPCG(c.Seed, h.Sum64()))
	switch drawn := random.Float64(); {
	case drawn < c.Throttled:
		return Fault{Kind: Throttled, RetryAfter: random.IntN(c.RetryAfter + 1)}
	case drawn < c.Throttled+c.Broken/2:
		return Fault{Kind: Broken}
	case drawn < c.Throttled+c.Broken:
		return Fault{Kind: BrokenPage}
	case drawn < c.Throttled+c.Broken+c.Dropped/2:
		return Fault{Kind: DropBefore}
	case drawn < c.Throttled+c.Broken+c.Dropped:
		return Fault{Kind: DropAfter}
	}
	return Fault{}
}

// suffer answers a request in trouble and tells whether that was all.
func (s *Server) suffer(w http.ResponseWriter, r *http.Request, fault Fault) bool {
	switch fault.Kind {
	case None, DropAfter:
		return false
	case Throttled:
		answer(w, nil, &failure{http.StatusTooManyRequests, fmt.Sprintf("Too Many Requests: retry after %d", fault.RetryAfter), fault.RetryAfter})
	case Broken:
		answer(w, nil, &failure{http.StatusInternalServerError, "Internal Server Error", -1})
	case BrokenPage:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("<html><head><title>502 Bad Gateway</title></head></html>"))
	case DropBefore:
		panic(http.ErrAbortHandler)
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Refused:
		answer(w, nil, bad(fault.Description))
	case Forbidden:
		answer(w, nil, forbidden(fault.Description))
	case Conflict:
		answer(w, nil, conflict())
	}
	return true
}
