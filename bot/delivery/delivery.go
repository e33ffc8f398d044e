// Package delivery is what the chat networks have in common on the way out and in: one person's updates in their order,
// no more at once than we can keep, no faster than the network allows, and again when it stumbles. It knows no network
// and no conversation, and holds no words: a job is a function.
package delivery

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Throttled is the error of an attempt that the network wants repeated after a while, and not before.
type Throttled struct{ After time.Duration }

// Error implements error.
func (t Throttled) Error() string { return fmt.Sprintf("the network asks to wait %s", t.After) }

// ErrGone is the error of an attempt that will never succeed because the person is out of reach: they blocked the bot,
// left, or the chat no longer exists.
var ErrGone = errors.New("the person is out of reach")

// ErrRefused is the error of an attempt that the network refuses as it is; the same again would be refused again.
var ErrRefused = errors.New("the network refuses the request")

// ErrRevoked is the error of an attempt whose token the network no longer accepts. Only an operator can mend that.
var ErrRevoked = errors.New("the network does not accept the token: make a new one, put it in place of the old one and start again")

// The pauses between attempts grow from first to longest, each drawn between half and the whole of its length, so that
// many that failed together do not come back together.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
)

// Retry attempts until it succeeds, ctx ends, or the error is one that no repetition mends: ErrGone, ErrRefused or
// ErrRevoked. After Throttled it waits as long as the network asks; after any other error, which is a network's stumble,
// with growing pauses. retried, if not nil, is told of each failure that is tried again. The error is the last attempt's.
func Retry(ctx context.Context, attempt func(context.Context) error, retried func(error)) error {
	pause := firstPause
	for {
		err := attempt(ctx)
		if err == nil || errors.Is(err, ErrGone) || errors.Is(err, ErrRefused) || errors.Is(err, ErrRevoked) || ctx.Err() != nil {
			return err
		}
		if retried != nil {
			retried(err)
		}
		wait := pause/2 + rand.N(pause/2)
		if throttled, ok := errors.AsType[Throttled](err); ok {
			wait = throttled.After
		} else {
			pause = min(2*pause, longestPause)
		}
		if Sleep(ctx, wait) != nil {
			return err
		}
	}
}

// Sleep waits for d or until ctx ends, whose error it then gives.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
