package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"wegwijzer/bot/delivery"
)

// How fast we send. Discord allows a bot 50 requests a second, and about five messages in five seconds to one channel.
// https://discord.com/developers/docs/topics/rate-limits
const (
	perSecond      = 40
	messageEach    = time.Second // to one channel in the long run …
	messagesAtOnce = 5           // … after this many at once
	requestTime    = 20 * time.Second
)

// api asks Discord's REST API. It uses discordgo's requests, but not its rate limiter, which sleeps without a context and
// keeps a bucket for every channel and every interaction's token as long as the process lives.
type api struct {
	session   *discordgo.Session // never opened: only asks
	client    *http.Client
	transport *http.Transport
	pace      *delivery.Pace
	quiet     *atomic.Int64 // Unix nanoseconds until which Discord wants nothing from this bot at all
}

// newAPI gives the API that b asks. ctx bounds the requests that discordgo makes without one.
func newAPI(ctx context.Context, b *Bot) (*api, error) {
	var to *url.URL
	if b.Endpoint != "" {
		var err error
		if to, err = url.Parse(strings.TrimSuffix(b.Endpoint, "/")); err != nil || to.Host == "" {
			return nil, errors.New("read the address of Discord's API: it is none")
		}
	}
	session, err := discordgo.New("Bot " + b.Token)
	if err != nil {
		return nil, fmt.Errorf("prepare requests to Discord: %w", err)
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.ResponseHeaderTimeout = requestTime
	base.MaxIdleConnsPerHost = 16
	// Without a ping, a connection that a firewall forgot is used until TCP gives it up, a quarter of an hour later.
	base.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second}
	rate := b.PerSecond
	if rate <= 0 {
		rate = perSecond
	}
	each := time.Duration(float64(messageEach) * perSecond / rate)
	a := &api{session: session, transport: base, pace: delivery.NewPace(rate, each, messagesAtOnce), quiet: new(atomic.Int64)}
	a.client = &http.Client{Transport: &judge{base: base, to: to, ctx: ctx, quiet: a.quiet}}
	session.Client = a.client
	session.LogLevel = silent
	return a, nil
}

// silent keeps discordgo from logging at all. Its log goes to standard error, or to a variable of the whole process, and
// even its errors quote what did not decode. What there is to know we learn from the errors it returns and from its
// Connect and Disconnect events.
const silent = discordgo.LogError - 1

func (a *api) close() { a.transport.CloseIdleConnections() }

// do makes one request and gives what came back. body is encoded as JSON, unless it is nil; document, if there is one,
// goes along with it. The error says nothing of what was asked: its address may hold a token.
func (a *api) do(ctx context.Context, method, address string, body any, document *discordgo.File) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	var raw []byte
	contentType := "application/json"
	if body != nil {
		var err error
		if document != nil {
			contentType, raw, err = discordgo.MultipartBodyWithJSON(body, []*discordgo.File{document})
		} else {
			raw, err = json.Marshal(body)
		}
		if err != nil {
			return nil, errors.New("write a request to Discord: it does not encode")
		}
	}
	bucket := &discordgo.Bucket{}
	bucket.Lock() // discordgo unlocks it
	answer, err := a.session.RequestWithLockedBucket(method, address, contentType, raw, bucket, 0,
		discordgo.WithContext(ctx), discordgo.WithRetryOnRatelimit(false), discordgo.WithRestRetries(0))
	if err != nil {
		return nil, scrubbed(err)
	}
	return answer, nil
}

// paced is do, once the pace allows a request to the chat.
func (a *api) paced(ctx context.Context, chat, method, address string, body any, document *discordgo.File) error {
	if err := a.pace.Wait(ctx, chat); err != nil {
		return fmt.Errorf("wait for the pace: %w", err)
	}
	if until := time.Until(time.Unix(0, a.quiet.Load())); until > 0 {
		if err := delivery.Sleep(ctx, until); err != nil {
			return fmt.Errorf("wait for the pace: %w", err)
		}
	}
	_, err := a.do(ctx, method, address, body, document)
	return err
}

// get asks for something and decodes it into v.
func (a *api) get(ctx context.Context, address string, v any) error {
	raw, err := a.do(ctx, http.MethodGet, address, nil, nil)
	if err != nil {
		return err
	}
	if json.Unmarshal(raw, v) != nil {
		return errUnreadable
	}
	return nil
}

// judge is the way out of every request, discordgo's own included: it leads to another API if one was given, since
// discordgo keeps the addresses of Discord in variables of the whole process, and turns a refusal into an error of a few
// kinds before discordgo can put the refusal's text and the request's address into one of its own.
type judge struct {
	base  http.RoundTripper
	to    *url.URL        // nil: Discord itself
	ctx   context.Context // for requests that have none that ends
	quiet *atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (j *judge) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if ctx.Done() == nil {
		ctx = j.ctx
	}
	r = r.Clone(ctx)
	if j.to != nil {
		r.URL.Scheme, r.URL.Host, r.Host = j.to.Scheme, j.to.Host, ""
		r.URL.Path, r.URL.RawPath = j.to.Path+strings.TrimPrefix(r.URL.Path, "/api"), ""
	}
	response, err := j.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode < 400 {
		for name := range response.Header { // the limits are ours to keep: see api
			if strings.HasPrefix(name, "X-Ratelimit-") {
				response.Header.Del(name)
			}
		}
		return response, nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err != nil {
		return nil, err
	}
	return nil, j.refusal(response, body)
}

// refused is an answer of Discord that is not what we asked for.
type refused struct {
	status int
	code   int   // Discord's own; 0: none
	kind   error // of package delivery; nil: a stumble, the same may succeed later
}

// Error implements error.
func (r *refused) Error() string {
	text := fmt.Sprintf("discord answers %d, code %d", r.status, r.code)
	if r.kind != nil {
		text += ": " + r.kind.Error()
	}
	return text
}

// Unwrap gives the kind.
func (r *refused) Unwrap() error { return r.kind }

// The codes of Discord that we tell apart. https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
const (
	unknownChannel      = 10003
	unknownUser         = 10013
	unknownWebhook      = 10015
	unknownInteraction  = 10062 // its three seconds are over
	alreadyAcknowledged = 40060
	invalidWebhookToken = 50027 // an interaction's quarter of an hour is over
)

// refusal says what an answer means for what we wanted to send.
func (j *judge) refusal(response *http.Response, body []byte) error {
	var said struct {
		Code       int      `json:"code"`
		RetryAfter *float64 `json:"retry_after"` // seconds
		Global     bool     `json:"global"`
	}
	explained := json.Unmarshal(body, &said) == nil
	r := &refused{status: response.StatusCode, code: said.Code}
	switch {
	case r.status == http.StatusTooManyRequests:
		after := 5 * time.Second // Discord always says how long; whatever stands before it may not
		if said.RetryAfter != nil {
			after = seconds(*said.RetryAfter)
		} else if header, err := strconv.ParseFloat(response.Header.Get("Retry-After"), 64); err == nil {
			after = seconds(header)
		}
		if said.Global {
			j.quiet.Store(time.Now().Add(after).UnixNano())
		}
		r.kind = delivery.Throttled{After: after}
	case r.code == invalidWebhookToken:
		r.kind = delivery.ErrGone
	case r.status == http.StatusUnauthorized:
		r.kind = delivery.ErrRevoked
	case r.status == http.StatusForbidden && explained:
		r.kind = delivery.ErrGone // blocked, left, or not allowed to write there
	case r.status == http.StatusNotFound && (r.code == unknownChannel || r.code == unknownUser || r.code == unknownWebhook || r.code == unknownInteraction):
		r.kind = delivery.ErrGone
	case r.status >= 500 || r.status == http.StatusRequestTimeout || r.status == http.StatusForbidden:
		// A stumble, or a wall before Discord that lets us through later.
	default:
		r.kind = delivery.ErrRefused
	}
	return r
}

// seconds gives a time to wait, between a moment and an hour: a number from outside must stop nothing for ever.
func seconds(s float64) time.Duration {
	if s < 0.05 || s != s {
		s = 0.05
	}
	return time.Duration(min(s, 3600) * float64(time.Second))
}

var errUnreadable = errors.New("discord says something that cannot be read")

// scrubbed gives an error that holds neither an address, whose path may hold a token, nor anything that Discord said.
func scrubbed(err error) error {
	if r, ok := errors.AsType[*refused](err); ok {
		return r
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		return fmt.Errorf("discord closed the connection with code %d", closed.Code)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	return errUnreadable
}
