// Package telegram is the chat in Telegram: a bot that people write to in private, and that answers in a group when it
// is called. It knows no route and no article, and downloads nothing.
//
// Updates come by polling or by a webhook (poll.go, webhook.go); each becomes a message, its reply becomes Telegram's
// messages (update.go, render.go, keyboard.go), and how it ended is noted before Telegram is told that it was handled
// (handle.go, send.go). Telegram delivers again what was not: no inbox of ours is written. Nothing of a person is
// kept here, and no error or log line holds a word, an id or the token (api.go).
package telegram

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"wegwijzer/bot"
	"wegwijzer/bot/delivery"
	"wegwijzer/bot/flood"
	"wegwijzer/kb/locale"
)

// Channel is the name of this channel in a Message.
const Channel bot.ChannelID = "telegram"

// Turn answers one message; see bot/conversation.
type Turn = func(context.Context, bot.Message) (bot.Reply, error)

// Updates remembers how deliveries ended, without person or text, for as long as Telegram may deliver again (a day).
type Updates interface {
	// Begin notes that an update is being handled. It gives the outcome noted before: "" for a new one, "begun" for one
	// that was begun and never ended.
	Begin(ctx context.Context, channel, update string) (outcome string, err error)
	// End notes how it ended: "sent", "gone" (person out of reach), "failed", "ignored".
	End(ctx context.Context, channel, update, outcome string) error
}

// Figures count what goes through the channel; see bot/metrics.
type Figures interface {
	Received(kind string) // text, other, press, blocked or ignored
	Sent(outcome string)  // sent, gone or failed
	Retried(why string)   // throttled or stumbled
	Up(up bool)
}

// Bot is one bot at Telegram. Fields without a default are needed; none may change after Run or ServeHTTP was called.
type Bot struct {
	Token    string // by BotFather
	Endpoint string // base address of the Bot API; empty: Telegram's own
	Webhook  string // public address that Telegram calls, where this Bot is served as a handler; empty: polling
	Secret   string // what Telegram says with each call of the webhook, 1 to 256 letters, digits, _ and -; empty: made anew by each Run

	Catalog func() *locale.Catalog // today's languages and sentences
	Updates Updates
	Figures Figures
	Log     *slog.Logger
	Now     func() time.Time

	PerSecond float64           // messages a second in all; 0: as many as Telegram allows a bot
	Transport http.RoundTripper // how requests travel; nil: over the network

	running atomic.Pointer[run] // while the webhook may hand over updates
}

// Telegram's limits on messages: about 30 a second in all, one a second to a chat with short bursts, 20 a minute to a
// group. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
const (
	perSecond  = 25
	chatEvery  = time.Second
	chatBurst  = 3
	groupEvery = 3 * time.Second
	groupBurst = 10
)

const (
	attemptTime = 15 * time.Second // the longest one request may take
	noteTime    = 5 * time.Second  // the longest one note of an outcome may take
	stopTime    = 8 * time.Second  // how long what is under way may go on after the end of the context
	houseRoom   = 256              // updates in hand at once
)

// allowed are the kinds of update that Telegram sends us. Edits are not among them: a message is answered as it was said.
const allowed = `["message","callback_query","my_chat_member"]`

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// run is a Bot while it runs.
type run struct {
	*Bot
	api       *api
	turn      Turn
	me        tgbotapi.User
	secret    string
	pace      *delivery.Pace
	groups    *delivery.Pace // of a group's chat only: what goes there also counts in pace
	flood     *flood.Gate
	keyboards *keyboards
	lanes     *delivery.Lanes[string]
	arrived   atomic.Int64            // requests that did, so that the network lives; see send.go
	gap       chan struct{}           // held by the one message between its delivery and its note; see send.go
	end       context.CancelCauseFunc // ends the run

	// Two contexts are fields because every job needs both, and the webhook's begin elsewhere: ctx says whether to begin
	// something, grace whether to go on with it. grace outlives ctx by stopTime, so that a request or a note that is under
	// way at the end is not torn off.
	ctx, grace context.Context

	mu     sync.Mutex
	inHand map[int64]*job // by webhook, so that a second delivery waits for the first
	closed bool           // nothing more is taken in hand
}

// Run answers until ctx ends and everything it started has ended, which is within ten seconds, and gives nil; or until
// Telegram no longer accepts the token or will never accept the webhook, and gives an error that an operator must mend.
// It must run once at a time.
func (b *Bot) Run(ctx context.Context, turn func(context.Context, bot.Message) (bot.Reply, error)) error {
	r, err := b.prepare(turn)
	if err != nil {
		return err
	}
	defer r.api.close()
	ctx, r.end = context.WithCancelCause(ctx)
	grace, release := context.WithCancel(context.WithoutCancel(ctx))
	r.ctx, r.grace = ctx, grace
	var beside sync.WaitGroup
	beside.Go(func() {
		<-ctx.Done()
		_ = delivery.Sleep(grace, stopTime)
		release()
	})

	err = r.serve(ctx, &beside)
	r.end(nil)
	r.close()
	r.lanes.Wait()
	release()
	beside.Wait()
	b.Figures.Up(false)
	if cause := context.Cause(ctx); errors.Is(cause, delivery.ErrRevoked) {
		return cause
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (b *Bot) prepare(turn Turn) (*run, error) {
	secret := b.Secret
	if secret == "" {
		secret = rand.Text()
	}
	if b.Webhook != "" {
		if u, err := url.Parse(b.Webhook); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, errors.New("telegram: the webhook is not a web address")
		}
		if !secretForm.MatchString(secret) {
			return nil, errors.New("telegram: the webhook's secret must be 1 to 256 letters, digits, _ and -")
		}
	}
	api, err := newAPI(b.Token, b.Endpoint, b.Transport)
	if err != nil {
		return nil, err
	}
	all := b.PerSecond
	if all <= 0 {
		all = perSecond
	}
	return &run{
		Bot: b, api: api, turn: turn, secret: secret,
		pace: delivery.NewPace(all, chatEvery, chatBurst), groups: delivery.NewPace(1e6, groupEvery, groupBurst),
		flood: flood.New(b.Now), keyboards: newKeyboards(), lanes: delivery.NewLanes[string](houseRoom),
		gap: make(chan struct{}, 1), inHand: map[int64]*job{},
	}, nil
}

// serve says hello and lets updates in until ctx ends.
func (r *run) serve(ctx context.Context, beside *sync.WaitGroup) error {
	if err := r.insist(ctx, "getMe", nil, &r.me); err != nil {
		return fmt.Errorf("open the channel: %w", err)
	}
	if r.Webhook == "" {
		// What is waiting stays: it is what people said while we were away.
		if err := r.insist(ctx, "deleteWebhook", tgbotapi.Params{"drop_pending_updates": "false"}, nil); err != nil {
			return fmt.Errorf("open the channel: %w", err)
		}
		beside.Go(func() { r.introduce(ctx) })
		return r.poll(ctx)
	}
	r.running.Store(r) // Telegram may call before its answer to setWebhook is here
	defer r.running.CompareAndSwap(r, nil)
	hook := tgbotapi.Params{"url": r.Webhook, "secret_token": r.secret, "allowed_updates": allowed, "drop_pending_updates": "false"}
	if err := r.insist(ctx, "setWebhook", hook, nil); err != nil {
		return fmt.Errorf("open the channel: %w", err)
	}
	beside.Go(func() { r.introduce(ctx) })
	<-ctx.Done()
	return nil
}

// insist asks until Telegram answers. The error is one that asking again does not mend, or ctx's end.
func (r *run) insist(ctx context.Context, method string, params tgbotapi.Params, result any) error {
	err := delivery.Retry(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, attemptTime)
		defer cancel()
		return r.api.call(ctx, method, params, result)
	}, r.outage())
	if err == nil {
		r.Figures.Up(true)
	} else if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// try asks for something that is kind and not needed, for a few seconds at most.
func (r *run) try(ctx context.Context, patience time.Duration, method string, params tgbotapi.Params, result any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return delivery.Retry(ctx, func(ctx context.Context) error { return r.api.call(ctx, method, params, result) }, r.retried)
}

// retried counts a request that is tried again.
func (r *run) retried(err error) {
	if _, throttled := errors.AsType[delivery.Throttled](err); throttled {
		r.Figures.Retried("throttled")
	} else {
		r.Figures.Retried("stumbled")
	}
}

// outage gives what is to be told of each failure while Telegram is not reached: it logs each kind of trouble once, not
// each attempt. Errors of this package are safe to log; see api.
func (r *run) outage() func(error) {
	var why string
	return func(err error) {
		r.retried(err)
		r.Figures.Up(false)
		if err.Error() != why {
			why = err.Error()
			r.Log.Warn("Telegram is not reached; trying again", "channel", string(Channel), "error", err)
		}
	}
}

func (r *run) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
