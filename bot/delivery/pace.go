package delivery

import (
	"container/list"
	"context"
	"hash/maphash"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pace keeps what is sent within a network's limits: so many messages a second in all, and so many to one chat. It lives
// in memory only, and knows chats by a hash under a seed of this process.
type Pace struct {
	all    *rate.Limiter
	each   rate.Limit
	burst  int
	seed   maphash.Seed
	mu     sync.Mutex
	chats  map[uint64]*list.Element
	recent *list.List // of *chat, most recently used first
}

type chat struct {
	key     uint64
	limiter *rate.Limiter
}

// pacedChats is how many chats are remembered, the least recently used forgotten first. At 30 messages a second that is
// over five minutes of different chats, long after a forgotten one has its whole allowance again.
const pacedChats = 10_000

// NewPace gives a pace of perSecond messages in all, and of one every so long to one chat after burst at once.
func NewPace(perSecond float64, every time.Duration, burst int) *Pace {
	return &Pace{
		all: rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond))), each: rate.Every(every), burst: burst,
		seed: maphash.MakeSeed(), chats: map[uint64]*list.Element{}, recent: list.New(),
	}
}

// Wait waits until one message may go to the chat. The error is ctx's.
func (p *Pace) Wait(ctx context.Context, chatID string) error {
	if err := p.chat(chatID).Wait(ctx); err != nil {
		return err
	}
	return p.all.Wait(ctx)
}

func (p *Pace) chat(id string) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := maphash.String(p.seed, id)
	if e, ok := p.chats[key]; ok {
		p.recent.MoveToFront(e)
		return e.Value.(*chat).limiter
	}
	if p.recent.Len() >= pacedChats {
		delete(p.chats, p.recent.Remove(p.recent.Back()).(*chat).key)
	}
	c := &chat{key, rate.NewLimiter(p.each, p.burst)}
	p.chats[key] = p.recent.PushFront(c)
	return c.limiter
}
