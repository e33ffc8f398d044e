package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// pending is an update that the bot has not confirmed.
type pending struct {
	id    int64
	queue int64 // of a webhook: one after another in each
	json  json.RawMessage
}

// defaultKinds are the kinds of update that a bot gets that did not choose.
var defaultKinds = []string{"message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member"}

// enqueue is called with the lock held. It gives 0 for a kind that the bot did not ask for.
func (s *Server) enqueue(queue int64, kind string, what any) int64 {
	kinds := s.allowed
	if kinds == nil {
		kinds = defaultKinds
	}
	if !slices.Contains(kinds, kind) {
		return 0
	}
	s.lastUpdate++
	u := &pending{s.lastUpdate, queue, raw(map[string]any{"update_id": s.lastUpdate, kind: what})}
	s.pending = append(s.pending, u)
	if s.hook != nil {
		s.hook.add(u)
	}
	return s.lastUpdate
}

// Deliver delivers an update of any kind, whether the bot asked for it or not, and gives its number. what becomes the
// JSON of the kind.
func (s *Server) Deliver(kind string, what any) (id int64) {
	s.update(func() {
		kinds := s.allowed
		s.allowed = []string{kind}
		id = s.enqueue(0, kind, what)
		s.allowed = kinds
	})
	return id
}

// Renumber makes the numbers of updates go on from another one, as Telegram does after a week without any.
func (s *Server) Renumber(last int64) { s.update(func() { s.lastUpdate = last }) }

// Pending gives how many updates the bot has not confirmed.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending)
}

// The limits of getUpdates. https://core.telegram.org/bots/api#getupdates
const (
	mostUpdates = 100
	mostWait    = 50 * time.Second
)

// getUpdates waits for updates, as long as it is the newest call and the bot does not hang up.
func (s *Server) getUpdates(ctx context.Context, params map[string]string) (json.RawMessage, *failure) {
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(params[name], 10, 64)
		return n
	}
	offset, limit := number("offset"), int(number("limit"))
	if limit < 1 || limit > mostUpdates {
		limit = mostUpdates
	}
	timer := time.NewTimer(min(time.Duration(number("timeout"))*time.Second, mostWait))
	defer timer.Stop()

	s.mu.Lock()
	if s.hook != nil {
		s.mu.Unlock()
		return nil, &failure{http.StatusConflict, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", -1}
	}
	if kinds, given := params["allowed_updates"]; given {
		s.allow(kinds)
	}
	s.polls++
	mine := s.polls
	s.confirm(offset)
	s.tell()
	for over := false; ; {
		switch {
		case s.polls != mine:
			s.mu.Unlock()
			return nil, conflict()
		case s.hook != nil:
			s.mu.Unlock()
			return nil, &failure{http.StatusConflict, "Conflict: terminated by setWebhook request", -1}
		case len(s.pending) > 0 || over || number("timeout") <= 0:
			defer s.mu.Unlock()
			var out bytes.Buffer
			out.WriteByte('[')
			for i, u := range s.pending[:min(limit, len(s.pending))] {
				if i > 0 {
					out.WriteByte(',')
				}
				out.Write(u.json)
			}
			out.WriteByte(']')
			return out.Bytes(), nil
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-timer.C:
			over = true
		case <-ctx.Done():
			panic(http.ErrAbortHandler)
		}
		s.mu.Lock()
	}
}

// confirm drops the updates below offset; a negative one leaves so many from the end.
func (s *Server) confirm(offset int64) {
	n := 0
	switch {
	case offset > 0:
		n, _ = slices.BinarySearchFunc(s.pending, offset, func(u *pending, id int64) int { return int(u.id - id) })
	case offset < 0:
		n = max(0, len(s.pending)+int(offset))
	}
	s.pending = s.pending[n:]
}

func (s *Server) allow(kinds string) {
	var list []string
	if json.Unmarshal([]byte(kinds), &list) == nil && len(list) > 0 {
		s.allowed = list
	} else {
		s.allowed = nil
	}
}

// hook is a webhook that is set.
type hook struct {
	url, secret string
	end         context.CancelFunc
	add         func(*pending)
	failed      string // what the last call that failed met
}

// mostConnections is how many calls of a webhook are under way at once.
const mostConnections = 40

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

func (s *Server) webhook(method string, params map[string]string) (json.RawMessage, *failure) {
	if method == "getWebhookInfo" {
		info := map[string]any{"url": "", "has_custom_certificate": false, "pending_update_count": len(s.pending)}
		if s.hook != nil {
			info["url"], info["max_connections"] = s.hook.url, mostConnections
			if s.hook.failed != "" {
				info["last_error_message"] = s.hook.failed
			}
		}
		return raw(info), nil
	}
	address := params["url"]
	if method == "setWebhook" && address != "" {
		u, err := url.Parse(address)
		switch {
		case err != nil || u.Host == "":
			return nil, bad("bad webhook: invalid URL specified")
		case u.Scheme != "https" && !(s.PlainHooks && u.Scheme == "http"):
			return nil, bad("bad webhook: An HTTPS URL must be provided for webhook")
		case !secretForm.MatchString(params["secret_token"]):
			return nil, bad("secret token contains unallowed characters")
		}
	}
	s.unhook()
	if params["drop_pending_updates"] == "true" {
		s.pending = nil
	}
	if method == "setWebhook" && address != "" {
		if kinds, given := params["allowed_updates"]; given {
			s.allow(kinds)
		}
		s.setHook(address, params["secret_token"])
	}
	return yes, nil
}

// unhook ends the webhook, with the lock held.
func (s *Server) unhook() {
	if s.hook != nil {
		s.hook.end()
		s.hook = nil
	}
}

// setHook begins to call a webhook: the updates of one chat one after another, those of different chats at once.
func (s *Server) setHook(address, secret string) {
	ctx, cancel := context.WithCancel(context.Background())
	h := &hook{url: address, secret: secret, end: cancel}
	queues := map[int64][]*pending{} // under the server's lock
	room := make(chan struct{}, mostConnections)
	h.add = func(u *pending) {
		waiting, running := queues[u.queue]
		queues[u.queue] = append(waiting, u)
		if !running {
			s.deliveries.Go(func() {
				for {
					s.mu.Lock()
					if len(queues[u.queue]) == 0 {
						delete(queues, u.queue)
						s.mu.Unlock()
						return
					}
					next := queues[u.queue][0]
					s.mu.Unlock()
					if !s.insist(ctx, h, room, next) {
						return
					}
					s.update(func() {
						queues[u.queue] = queues[u.queue][1:]
						s.pending = slices.DeleteFunc(s.pending, func(p *pending) bool { return p == next })
					})
				}
			})
		}
	}
	s.hook = h
	for _, u := range s.pending {
		h.add(u)
	}
}

// insist calls the webhook with an update until it is taken; false if the webhook was taken away first.
func (s *Server) insist(ctx context.Context, h *hook, room chan struct{}, u *pending) bool {
	for {
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
			return false
		}
		wait, failed := s.callHook(ctx, h, u)
		<-room
		if failed == "" {
			return true
		}
		s.update(func() { h.failed = failed })
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false
		}
	}
}

// callHook makes one call. failed says what it met, and wait when to try again.
func (s *Server) callHook(ctx context.Context, h *hook, u *pending) (wait time.Duration, failed string) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(u.json))
	if err != nil {
		return s.HookRetry, "Wrong URL"
	}
	r.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	client := &http.Client{Transport: s.Hooks}
	response, err := client.Do(r)
	if err != nil {
		return s.HookRetry, "Connection failed"
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxForm))
	if response.StatusCode/100 == 2 {
		return 0, ""
	}
	wait = s.HookRetry
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		wait = time.Duration(seconds) * time.Second
	}
	return wait, fmt.Sprintf("Wrong response from the webhook: %d", response.StatusCode)
}

// Hook gives the webhook's address, "" for none, and what the last call that failed met.
func (s *Server) Hook() (address, failed string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook == nil {
		return "", ""
	}
	return s.hook.url, s.hook.failed
}
