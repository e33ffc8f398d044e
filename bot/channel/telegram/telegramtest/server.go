// Package telegramtest is Telegram as far as a bot of ours sees it: the Bot API over HTTP, with the people, groups and
// troubles behind it. It lives in memory and is as strict as Telegram where that is known, so that what passes here
// is not refused there. It imports no test package, because the program's own check of its privacy runs on it.
//
// A Server is an http.Handler; it also carries requests itself, without a network, as an http.RoundTripper.
package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server is one Telegram with one bot. Its exported fields are set before it is used. It is safe for concurrent use,
// and outlives every process that talks to it.
type Server struct {
	Username   string            // of the bot, without @
	Now        func() time.Time  // the time of messages
	Hooks      http.RoundTripper // how the webhook is called; nil: over the network
	PlainHooks bool              // a webhook may be http, as on a Bot API server of one's own
	HookRetry  time.Duration     // after which a call of the webhook that failed is made again, unless it said when

	mu          sync.Mutex
	changed     chan struct{} // closed at each change
	token       string
	revoked     bool
	chats       map[int64]*chat
	lastMessage int64
	lastUpdate  int64
	lastQuery   int64
	queries     map[string]bool // presses → answered
	pending     []*pending
	allowed     []string // kinds of update; nil: all
	polls       int      // number of the newest getUpdates, which ends the others
	hook        *hook
	commands    map[string][]Command
	about       map[string]string
	short       map[string]string
	calls       map[string]int
	chances     Chances
	draws       map[drawKey]uint64
	planned     map[string][]Fault
	deliveries  sync.WaitGroup
	sent        int
}

// BotID is the number of the bot.
const BotID = 7_000_000_001

// New gives a Telegram whose bot has this token. Close ends what it started.
func New(token string) *Server {
	return &Server{
		Username: "wegwijzer_test_bot", Now: time.Now, HookRetry: time.Second,
		token: token, changed: make(chan struct{}), chats: map[int64]*chat{}, lastUpdate: 100_000_000, queries: map[string]bool{},
		commands: map[string][]Command{}, about: map[string]string{}, short: map[string]string{}, calls: map[string]int{},
		draws: map[drawKey]uint64{}, planned: map[string][]Fault{},
	}
}

// Close ends the deliveries to a webhook.
func (s *Server) Close() {
	s.mu.Lock()
	s.unhook()
	s.mu.Unlock()
	s.deliveries.Wait()
}

// Listen serves on a free port of this machine. It gives the address for the bot and a function that ends it.
func (s *Server) Listen() (endpoint string, end func() error, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("listen as Telegram: %w", err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	return "http://" + l.Addr().String(), func() error {
		err := server.Close()
		<-ended
		return err
	}, nil
}

// update changes the state under its lock and tells those who wait.
func (s *Server) update(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.tell()
}

func (s *Server) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Wait waits until the condition holds; it is asked after each change. The error is ctx's.
func (s *Server) Wait(ctx context.Context, condition func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if condition() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Settle waits until the bot has confirmed every update. The error is ctx's.
func (s *Server) Settle(ctx context.Context) error {
	return s.Wait(ctx, func() bool { return s.Pending() == 0 })
}

// Revoke makes the token worthless.
func (s *Server) Revoke() { s.update(func() { s.revoked = true }) }

// Calls gives how often a method was asked for, failures included.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Sent gives how many messages the bot has sent.
func (s *Server) Sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// failure is an error of the Bot API.
type failure struct {
	code        int
	description string
	retryAfter  int // seconds; -1: none
}

func bad(description string) *failure {
	return &failure{http.StatusBadRequest, "Bad Request: " + description, -1}
}

func forbidden(description string) *failure {
	return &failure{http.StatusForbidden, "Forbidden: " + description, -1}
}

// request is a call of a method. Whether it came as a form, with files or as JSON makes no difference.
type request struct {
	method string
	params map[string]string
	files  map[string]File
}

const (
	maxForm = 1 << 20
	maxFile = 50 << 20 // bytes. https://core.telegram.org/bots/api#senddocument
)

// ServeHTTP answers a call of the Bot API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if !ok || !strings.HasPrefix(r.URL.Path, "/bot") {
		answer(w, nil, &failure{http.StatusNotFound, "Not Found", -1})
		return
	}
	s.mu.Lock()
	known, revoked := token == s.token, s.revoked
	s.calls[method]++
	s.mu.Unlock()
	switch {
	case revoked && known:
		answer(w, nil, &failure{http.StatusUnauthorized, "Unauthorized", -1})
		return
	case !known:
		answer(w, nil, &failure{http.StatusNotFound, "Not Found", -1})
		return
	}
	call, failed := readRequest(r, method)
	if failed != nil {
		answer(w, nil, failed)
		return
	}
	fault := s.fault(call)
	if s.suffer(w, r, fault) {
		return
	}
	result, message, failed := s.call(r.Context(), call)
	if fault.Kind == DropAfter {
		s.update(func() {
			if message != nil {
				message.Unsure = true
			}
		})
		panic(http.ErrAbortHandler)
	}
	answer(w, result, failed)
}

func answer(w http.ResponseWriter, result json.RawMessage, failed *failure) {
	w.Header().Set("Content-Type", "application/json")
	if failed == nil {
		_, _ = fmt.Fprintf(w, `{"ok":true,"result":%s}`, result)
		return
	}
	body := map[string]any{"ok": false, "error_code": failed.code, "description": failed.description}
	if failed.retryAfter >= 0 {
		body["parameters"] = map[string]any{"retry_after": failed.retryAfter}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // words and numbers
	}
	w.WriteHeader(failed.code)
	_, _ = w.Write(raw)
}

func readRequest(r *http.Request, method string) (request, *failure) {
	call := request{method: method, params: map[string]string{}, files: map[string]File{}}
	add := func(values url.Values) {
		for name := range values {
			call.params[name] = values.Get(name)
		}
	}
	add(r.URL.Query())
	media, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch media {
	case "multipart/form-data":
		return call, call.readFiles(multipart.NewReader(r.Body, params["boundary"]))
	case "application/json":
		var fields map[string]json.RawMessage
		if json.NewDecoder(io.LimitReader(r.Body, maxForm)).Decode(&fields) != nil {
			return call, bad("Can't parse request JSON object")
		}
		for name, raw := range fields {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			call.params[name] = text
		}
	default:
		raw, err := io.ReadAll(io.LimitReader(r.Body, maxForm))
		if err != nil {
			return call, bad("can't read the request")
		}
		values, err := url.ParseQuery(string(raw))
		if err != nil {
			return call, bad("can't parse the request")
		}
		add(values)
	}
	return call, nil
}

func (call *request) readFiles(parts *multipart.Reader) *failure {
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return bad("can't read the request")
		}
		raw, err := io.ReadAll(io.LimitReader(p, maxFile+1))
		switch {
		case err != nil:
			return bad("can't read the request")
		case p.FileName() == "":
			call.params[p.FormName()] = string(raw)
		case len(raw) > maxFile:
			return &failure{http.StatusRequestEntityTooLarge, "Request Entity Too Large", -1}
		default:
			call.files[p.FormName()] = File{Name: p.FileName(), Bytes: raw}
		}
	}
}

// RoundTrip implements http.RoundTripper: the request is answered where it stands, without a network.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) { return Carry(s).RoundTrip(r) }

// Carry gives a way for requests to reach a handler without a network: for the bot to Telegram, or for Telegram to
// the bot's webhook. A handler that aborts is a connection that breaks off.
func Carry(handler http.Handler) http.RoundTripper { return carrier{handler} }

type carrier struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (c carrier) RoundTrip(r *http.Request) (response *http.Response, err error) {
	body := r.Body
	if body == nil {
		body = http.NoBody
	}
	defer func() { _ = body.Close() }()
	inside := r.Clone(r.Context())
	inside.Body = body
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	defer func() {
		if cause := recover(); cause == http.ErrAbortHandler {
			response, err = nil, io.ErrUnexpectedEOF
		} else if cause != nil {
			panic(cause)
		}
	}()
	c.handler.ServeHTTP(w, inside)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) { w.status = status }

// Write implements http.ResponseWriter.
func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }

// raw writes v, which is of our own making, as JSON.
func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of words and numbers
	}
	return b
}

// languageCode tells whether a code is one that Telegram takes for commands and descriptions.
func languageCode(code string) bool {
	return code == "" || len(code) == 2 && !slices.ContainsFunc([]byte(code), func(b byte) bool { return b < 'a' || b > 'z' })
}
