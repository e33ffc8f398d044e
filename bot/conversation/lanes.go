package conversation

import (
	"context"
	"errors"
	"sync"

	"wegwijzer/bot"
)

// errBusy says that so many turns of one person wait already that one more would only pile up.
var errBusy = errors.New("too many turns of one person are waiting")

// errClosed says that the engine is stopping and takes no more turns.
var errClosed = errors.New("the conversation is stopping")

// laneDepth is how many turns of one person may be running or waiting. A person types one message at a time; more
// than this at once is a stuck network sending again, or a script.
const laneDepth = 8

// lanes keeps the turns of one person in order of arrival, one at a time; turns of different persons run at once. A
// lane exists only while somebody is in it, so nothing is remembered of a person here.
type lanes struct {
	mu     sync.Mutex
	open   map[laneKey]*lane
	inside sync.WaitGroup
	closed bool
}

type laneKey struct {
	channel bot.ChannelID
	person  bot.PersonID
}

// lane lets the holder of its one token through. Go wakes the goroutines that wait on a channel first come, first
// served, which is the order of arrival we promise.
type lane struct {
	token chan struct{}
	turns int // running and waiting
}

func newLanes() *lanes { return &lanes{open: map[laneKey]*lane{}} }

// enter waits for this person's turn and returns the function that ends it. It fails with errBusy when the lane is
// full, errClosed when the engine stops, or the context's error when waiting was given up.
func (l *lanes) enter(ctx context.Context, key laneKey) (leave func(), err error) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil, errClosed
	}
	in := l.open[key]
	if in == nil {
		in = &lane{token: make(chan struct{}, 1)}
		in.token <- struct{}{}
		l.open[key] = in
	}
	if in.turns >= laneDepth {
		l.mu.Unlock()
		return nil, errBusy
	}
	in.turns++
	l.inside.Add(1)
	l.mu.Unlock()

	select {
	case <-in.token:
		return func() { in.token <- struct{}{}; l.exit(key, in) }, nil
	case <-ctx.Done():
		l.exit(key, in)
		return nil, ctx.Err()
	}
}

func (l *lanes) exit(key laneKey, in *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	in.turns--
	if in.turns == 0 {
		delete(l.open, key)
	}
	l.inside.Done()
}

// drain takes no new turns and waits until those inside have ended.
func (l *lanes) drain() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.inside.Wait()
}
