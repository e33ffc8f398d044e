package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"wegwijzer/bot/delivery"
)

const (
	pollTime = 50 * time.Second       // how long Telegram waits for something new
	pollMost = 100                    // updates in one answer, the most that Telegram gives
	pollRest = 50 * time.Millisecond  // between two polls that find old updates, so that a backlog is not fetched for each that ends
	pollIdle = 500 * time.Millisecond // between two polls that find nothing, for a server that does not wait
	pollPeek = time.Second            // between two polls while an update is stuck: the others must not wait for it
)

// poll fetches updates and hands them out until ctx ends. Asking from an update on confirms all before it, so we always
// ask from the lowest that has not ended; Telegram then gives those again that we have in hand, and the window tells
// which are new. At most pollMost can be in hand: what lies behind them Telegram does not show.
func (r *run) poll(ctx context.Context) error {
	w := newWindow()
	for {
		began := time.Now()
		offset := w.offset()
		updates, err := r.fetch(ctx, offset)
		if err != nil {
			return err
		}
		fresh := false
		for _, raw := range updates {
			u, ok := read(raw, r.me)
			if !ok {
				r.Log.Error("an update without a name is left", "channel", string(Channel))
				continue
			}
			if !w.take(u.id, offset) {
				continue
			}
			fresh = true
			if err := r.lanes.Add(ctx, u.lane(), func() {
				if r.handle(ctx, u) {
					w.done(u.id)
				}
			}); err != nil {
				return err
			}
		}
		inHand := w.inHand()
		switch {
		case fresh:
		case inHand > 0:
			if inHand >= pollMost && w.unended() <= pollMost/10 {
				r.arrived.Add(1) // a few updates keep everybody's out: what has ended behind them shows that the network lives
			}
			peek := time.NewTimer(pollPeek)
			err = w.wait(ctx, offset, peek.C)
			peek.Stop()
		case len(updates) == 0:
			w.confirm(offset)
			err = delivery.Sleep(ctx, pollIdle-time.Since(began))
		}
		if err == nil && len(updates) > 0 {
			err = delivery.Sleep(ctx, pollRest-time.Since(began))
		}
		if err != nil {
			return err
		}
	}
}

// fetch asks for updates until Telegram answers.
func (r *run) fetch(ctx context.Context, offset int64) (updates []json.RawMessage, err error) {
	params := tgbotapi.Params{"limit": decimal(pollMost), "timeout": decimal(int64(pollTime / time.Second)), "allowed_updates": allowed}
	params.AddNonZero64("offset", offset)
	out := r.outage()
	err = delivery.Retry(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, pollTime+attemptTime)
		defer cancel()
		updates = nil
		err := r.api.call(ctx, "getUpdates", params, &updates)
		if errors.Is(err, delivery.ErrRefused) || errors.Is(err, delivery.ErrGone) {
			return errors.New(err.Error()) // a poll has nothing in it to refuse: whatever this was, it may pass
		}
		return err
	}, func(err error) {
		out(err)
		if refused, ok := errors.AsType[*refusal](err); ok && refused.reason == reasonWebhook {
			_ = r.try(ctx, attemptTime, "deleteWebhook", tgbotapi.Params{"drop_pending_updates": "false"}, nil)
		}
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil:
		r.Figures.Up(true)
	}
	return updates, err
}

// window knows the updates in hand, and how far they may be confirmed.
type window struct {
	mu        sync.Mutex
	open      map[int64]bool // update → has it ended; those below the lowest that has not are dropped
	next      int64          // behind the newest that was given; 0: none yet
	confirmed bool           // Telegram has heard of all before next
	moved     chan struct{}  // closed when the offset moves
}

func newWindow() *window {
	return &window{open: map[int64]bool{}, moved: make(chan struct{})}
}

// offset gives the update from which to ask: 0 for whatever there is.
func (w *window) offset() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lowest()
}

func (w *window) lowest() int64 {
	low := w.next
	for id, ended := range w.open {
		if !ended {
			low = min(low, id)
		}
	}
	if w.confirmed && len(w.open) == 0 {
		return 0
	}
	return low
}

// take tells whether an update that came when asked from offset is new, and if so takes it in hand.
func (w *window) take(id, offset int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, known := w.open[id]; known {
		return false
	}
	w.open[id] = false
	w.confirmed = false
	if offset == 0 {
		w.next = id + 1 // after a week without updates, Telegram's numbers may begin anywhere, also below
	}
	w.next = max(w.next, id+1)
	return true
}

// done says that an update has ended.
func (w *window) done(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.lowest()
	w.open[id] = true
	now := w.lowest()
	for id, ended := range w.open {
		if ended && id < now {
			delete(w.open, id)
		}
	}
	if now != before {
		close(w.moved)
		w.moved = make(chan struct{})
	}
}

// confirm says that Telegram was asked from offset and had nothing.
func (w *window) confirm(offset int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.confirmed = len(w.open) == 0 && (offset == w.next || offset == 0)
}

// inHand gives how many updates Telegram gives again.
func (w *window) inHand() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.open)
}

// unended gives how many updates in hand have not ended.
func (w *window) unended() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ended := range w.open {
		if !ended {
			n++
		}
	}
	return n
}

// wait waits until the offset is another than given, or peek. The error is ctx's.
func (w *window) wait(ctx context.Context, offset int64, peek <-chan time.Time) error {
	w.mu.Lock()
	now, moved := w.lowest(), w.moved
	w.mu.Unlock()
	if now != offset {
		return nil
	}
	select {
	case <-moved:
	case <-peek:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}
