package delivery

import (
	"context"
	"sync"
)

// Lanes run jobs: those of one key one after another in the order in which they came, those of different keys at once.
// At most a set number is in the house; whoever brings one more waits at the door, which is how a network is told to
// slow down.
type Lanes[K comparable] struct {
	room chan struct{} // a token for each job inside
	mu   sync.Mutex
	open map[K][]func() // a lane is here while somebody runs it; its list is what waits behind
	done sync.WaitGroup
}

// NewLanes gives lanes with room for so many jobs, running and waiting together.
func NewLanes[K comparable](room int) *Lanes[K] {
	return &Lanes[K]{room: make(chan struct{}, room), open: map[K][]func(){}}
}

// Add brings a job, waiting for room. The error is ctx's: then the job is not taken. Jobs must be added by one goroutine
// for their order to mean anything.
func (l *Lanes[K]) Add(ctx context.Context, key K, job func()) error {
	select {
	case l.room <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	l.done.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if waiting, running := l.open[key]; running {
		l.open[key] = append(waiting, job)
		return nil
	}
	l.open[key] = nil
	go l.run(key, job)
	return nil
}

func (l *Lanes[K]) run(key K, job func()) {
	for job != nil {
		job()
		l.mu.Lock()
		waiting := l.open[key]
		if len(waiting) == 0 {
			delete(l.open, key)
			job = nil
		} else {
			job, l.open[key] = waiting[0], waiting[1:]
		}
		l.mu.Unlock()
		<-l.room
		l.done.Done()
	}
}

// Wait returns when every job that was added has ended. Nothing may be added meanwhile.
func (l *Lanes[K]) Wait() { l.done.Wait() }
