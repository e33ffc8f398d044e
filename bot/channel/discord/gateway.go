package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"wegwijzer/bot/delivery"
)

// intents are the events we ask for: the least with which direct messages and mentions arrive. What people write to each
// other in a server (the Message Content intent) is none of our business; Discord leaves it out.
const intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages | discordgo.IntentsDirectMessages

const (
	handshakeTime = 20 * time.Second
	// silence is how long the gateway may say nothing. It answers a heartbeat every 41 seconds or so; after two that stay
	// without an answer the line is dead. discordgo by itself waits for five.
	silence = 100 * time.Second
	// A connection that stood for shorter than this is opened again after a longer and longer pause: Discord takes the
	// token away from a bot that begins a thousand sessions in a day.
	settled        = time.Minute
	shortestRedial = 500 * time.Millisecond
	longestRedial  = time.Minute
)

// gateway keeps the connection over which Discord tells what happens. discordgo speaks its protocol; when to open it
// again is decided here, because discordgo would try for ever, also with a token that was revoked, sleeps where nothing
// can wake it, and may come back to life after it was closed.
type gateway struct {
	ctx     context.Context // of the run; discordgo dials without one
	api     *api
	log     *slog.Logger
	up      func(bool)
	retried func(error)
	heard   func(event string, raw []byte)

	session *discordgo.Session // used by keep and close only
	dropped chan struct{}      // says that the connection may have ended
	line    sync.Mutex         // guards conn
	conn    net.Conn           // dialled last
}

func newGateway(ctx context.Context, a *api, log *slog.Logger, up func(bool), retried func(error), heard func(string, []byte)) *gateway {
	g := &gateway{ctx: ctx, api: a, log: log, up: up, retried: retried, heard: heard, dropped: make(chan struct{}, 1)}
	g.begin()
	return g
}

// begin makes a session that resumes nothing.
func (g *gateway) begin() {
	s, _ := discordgo.New(g.api.session.Token) // never fails
	s.Client = g.api.client
	s.LogLevel = silent
	s.Identify.Intents = intents
	s.StateEnabled = false // we keep no list of servers, channels or members
	s.Compress = false
	s.SyncEvents = true // in the order in which they came
	s.ShouldReconnectOnError = false
	s.ShouldReconnectVoiceOnSessionError = false
	s.ShouldRetryOnRateLimit = false
	s.MaxRestRetries = 0
	s.Dialer = &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: handshakeTime, NetDialContext: g.dial}
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		if e != nil {
			g.heard(e.Type, e.RawData)
		}
	})
	s.AddHandler(func(*discordgo.Session, *discordgo.Connect) { g.up(true) })
	s.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		g.up(false)
		select {
		case g.dropped <- struct{}{}:
		default: // it is known already
		}
	})
	g.session = s
}

// keep keeps the connection until ctx ends, and then returns nil; or until Discord says that it is of no use to try
// again: then the error is delivery.ErrRevoked or delivery.ErrRefused.
func (g *gateway) keep(ctx context.Context) error {
	pause := shortestRedial
	for {
		if err := delivery.Retry(ctx, g.open, func(err error) {
			g.log.Warn("cannot reach Discord's gateway", "channel", string(Channel), "error", err)
			g.retried(err)
		}); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		opened := time.Now()
		select {
		case <-g.dropped:
		case <-ctx.Done():
			return nil
		}
		g.log.Warn("Discord's gateway dropped the connection", "channel", string(Channel))
		if time.Since(opened) > settled {
			pause = shortestRedial
		}
		if delivery.Sleep(ctx, pause/2+rand.N(pause/2)) != nil {
			return nil
		}
		pause = min(2*pause, longestRedial)
	}
}

// open opens the connection, resuming the session that was.
func (g *gateway) open(ctx context.Context) error {
	if err := g.mayBegin(ctx); err != nil {
		return err
	}
	select {
	case <-g.dropped: // of a connection before this one
	default:
	}
	end := context.AfterFunc(ctx, g.hangUp)
	defer end()
	err := g.session.Open()
	if err == nil || errors.Is(err, discordgo.ErrWSAlreadyOpen) {
		return nil
	}
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		if err := verdict(closed.Code); err != nil {
			return err
		}
		if closed.Code != websocket.CloseAbnormalClosure { // which is a line that broke without a word
			g.begin() // a session that Discord closes the door on would be resumed, and refused, again and again
		}
	}
	return fmt.Errorf("open the gateway: %w", scrubbed(err))
}

// mayBegin asks whether the token still holds and whether Discord lets the bot begin another session today.
func (g *gateway) mayBegin(ctx context.Context) error {
	var about struct {
		Limit *struct {
			Remaining  int     `json:"remaining"`
			ResetAfter float64 `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	if err := g.api.get(ctx, discordgo.EndpointGatewayBot, &about); err != nil {
		return fmt.Errorf("ask for the gateway: %w", err)
	}
	if about.Limit != nil && about.Limit.Remaining <= 0 {
		return fmt.Errorf("begin a session at the gateway: %w", delivery.Throttled{After: seconds(about.Limit.ResetAfter / 1000)})
	}
	return nil
}

// The codes with which Discord closes a connection for good.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
const (
	authenticationFailed = 4004
	invalidShard         = 4010
	shardingRequired     = 4011
	invalidVersion       = 4012
	invalidIntents       = 4013
	disallowedIntents    = 4014
)

// verdict gives the error for a close code after which a bot must not come back, nil for any other.
func verdict(code int) error {
	what := ""
	switch code {
	case authenticationFailed:
		return delivery.ErrRevoked
	case invalidShard, shardingRequired:
		what = "the bot is in more servers than one connection may serve; remove it from some"
	case invalidVersion:
		what = "this version of the program speaks a version of the gateway that Discord has ended; upgrade it"
	case invalidIntents, disallowedIntents:
		what = "the events this program asks for are not allowed; look at the bot's settings in the Developer Portal"
	default:
		return nil
	}
	return fmt.Errorf("open the gateway: close code %d: %s: %w", code, what, delivery.ErrRefused)
}

// close ends the connection. discordgo takes a second for it.
func (g *gateway) close() {
	_ = g.session.Close() // never gives an error, and there is nothing to do about one
	g.hangUp()
}

// dial connects for discordgo.
func (g *gateway) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.ctx, cancel)()
	conn, err := (&net.Dialer{Timeout: handshakeTime}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	g.line.Lock()
	g.conn = conn
	g.line.Unlock()
	if g.ctx.Err() != nil { // hangUp came between
		conn.Close()
	}
	return watched{conn}, nil
}

// hangUp closes the connection below discordgo, which lets go of whatever it waits for.
func (g *gateway) hangUp() {
	g.line.Lock()
	defer g.line.Unlock()
	if g.conn != nil {
		g.conn.Close()
	}
}

// watched is a connection on which nothing may be silent for too long.
type watched struct{ net.Conn }

// Read implements net.Conn. After an error nothing more can be written either: discordgo would say goodbye, and Discord
// resumes no session of a bot that did.
func (w watched) Read(p []byte) (int, error) {
	err := w.SetReadDeadline(time.Now().Add(silence))
	n := 0
	if err == nil {
		n, err = w.Conn.Read(p)
	}
	if err != nil {
		w.Close()
	}
	return n, err
}
