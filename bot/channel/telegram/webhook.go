package telegram

import (
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"net/http"
	"time"
)

const (
	maxUpdate   = 1 << 20          // bytes of one call of the webhook; the longest message is a small part of it
	hookTime    = 50 * time.Second // how long a call waits for its update to end; Telegram hangs up after a minute
	hookAgain   = "5"              // seconds after which Telegram may deliver again what we did not take
	secretField = "X-Telegram-Bot-Api-Secret-Token"
)

// job is an update in hand.
type job struct {
	over  chan struct{} // closed when it is
	ended bool          // its outcome was noted; to be read after over
}

// ServeHTTP takes a call of the webhook. It answers 200 only after the update's outcome was noted; 503 while there is no
// room, while the bot is not running, and when the update did not end in time, all of which make Telegram deliver again;
// and 401 to whoever is not Telegram.
func (b *Bot) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	r := b.running.Load()
	switch {
	case request.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	case r == nil:
		later(w)
		return
	case !same(request.Header.Get(secretField), r.secret):
		http.Error(w, "not for you", http.StatusUnauthorized)
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxUpdate))
	if err != nil {
		http.Error(w, "this is not an update", http.StatusBadRequest)
		return
	}
	u, ok := read(raw, r.me)
	if !ok {
		// It has Telegram's secret and no name. Refusing it would bring it back for a day.
		r.Log.Error("an update without a name is left", "channel", string(Channel))
		return
	}
	j := r.take(u)
	if j == nil {
		later(w)
		return
	}
	timer := time.NewTimer(hookTime)
	defer timer.Stop()
	select {
	case <-j.over:
		if !j.ended {
			later(w)
		}
	case <-timer.C:
		later(w)
	case <-request.Context().Done():
	}
}

func later(w http.ResponseWriter) {
	w.Header().Set("Retry-After", hookAgain)
	http.Error(w, "later", http.StatusServiceUnavailable)
}

// same compares in a time that tells nothing of either, their lengths included.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// take takes an update in hand, or joins the job that has it already; nil if there is no room. Telegram sends the updates
// of one chat one after another, so that the order of calls is the order of what was said.
func (r *run) take(u update) *job {
	r.mu.Lock()
	defer r.mu.Unlock()
	if j, ok := r.inHand[u.id]; ok {
		return j
	}
	if r.closed || len(r.inHand) >= houseRoom {
		return nil
	}
	j := &job{over: make(chan struct{})}
	// There is room: no more jobs are in the lanes than in hand.
	if r.lanes.Add(r.ctx, u.lane(), func() {
		j.ended = r.handle(r.ctx, u)
		r.mu.Lock()
		delete(r.inHand, u.id)
		r.mu.Unlock()
		close(j.over)
	}) != nil {
		return nil
	}
	r.inHand[u.id] = j
	return j
}
