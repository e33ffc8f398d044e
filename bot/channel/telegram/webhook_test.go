package telegram

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/telegram/telegramtest"
)

// knock calls the bot's webhook as somebody would and gives the status.
func knock(t *testing.T, b *Bot, method, secret, body string) (int, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "https://bot.example/telegram", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		r.Header.Set(secretField, secret)
	}
	response, err := telegramtest.Carry(b).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(response.Body); err != nil || len(body) > 100 {
		t.Errorf("the answer is %q, %v", body, err)
	}
	return response.StatusCode, response.Header
}

func TestWebhookDoor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, echo)
		h.hooked()
		h.bot.Secret = "the-secret_1"
		if status, head := knock(t, h.bot, "POST", "the-secret_1", `{"update_id":1}`); status != http.StatusServiceUnavailable || head.Get("Retry-After") == "" {
			t.Errorf("before it runs: %d", status)
		}
		stop := h.open()
		p := h.server.Person(1001, "en")
		p.Say("hello")
		h.settle()
		for _, tt := range []struct {
			name, method, secret, body string
			want                       int
		}{
			{"another method", "GET", "the-secret_1", "", http.StatusMethodNotAllowed},
			{"no secret", "POST", "", `{"update_id":1}`, http.StatusUnauthorized},
			{"another secret", "POST", "the-secret_2", `{"update_id":1}`, http.StatusUnauthorized},
			{"part of the secret", "POST", "the-secret", `{"update_id":1}`, http.StatusUnauthorized},
			{"too big", "POST", "the-secret_1", `{"update_id":1,"x":"` + strings.Repeat("x", maxUpdate) + `"}`, http.StatusBadRequest},
			{"no update", "POST", "the-secret_1", `[]`, http.StatusOK},
			{"nothing for us", "POST", "the-secret_1", `{"update_id":1}`, http.StatusOK},
			{"an update that was handled", "POST", "the-secret_1", `{"update_id":100000001,"message":{"message_id":1,"from":{"id":1001},"chat":{"id":1001,"type":"private"},"text":"hello"}}`, http.StatusOK},
		} {
			if status, _ := knock(t, h.bot, tt.method, tt.secret, tt.body); status != tt.want {
				t.Errorf("%s: %d, want %d", tt.name, status, tt.want)
			}
		}
		equal(t, "said", says(p.Chat()), []string{"you said hello"})
		h.closes(stop)
		if status, _ := knock(t, h.bot, "POST", "the-secret_1", `{"update_id":1}`); status != http.StatusServiceUnavailable {
			t.Errorf("after it ran: %d", status)
		}
		h.server.Close()
	})
}

// Without a secret of the operator's, each start makes one, and Telegram uses it.
func TestWebhookSecretIsMade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, echo)
		defer h.server.Close()
		p := h.server.Person(1001, "en")
		for range 2 {
			h.again()
			h.hooked()
			h.serve(func() {
				p.Say("hello")
				h.settle()
			})
		}
		if got := says(p.Chat()); len(got) != 2 {
			t.Errorf("the person heard %q", got)
		}
	})
}

func TestWebhookRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct{ webhook, secret, want string }{
			{"http://bot.example/", "", "setWebhook: 400, the webhook's address is not accepted"},
			{"bot.example", "", "not a web address"}, {"https://", "", "not a web address"},
			{"https://bot.example/", "a secret", "must be 1 to 256 letters"}, {"https://bot.example/", strings.Repeat("x", 257), "must be 1 to 256 letters"},
		} {
			h := newHouse(t, echo)
			h.bot.Webhook, h.bot.Secret = tt.webhook, tt.secret
			if err := h.bot.Run(t.Context(), h.turn); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s with secret %q: %v", tt.webhook, tt.secret, err)
			}
		}
		h := newHouse(t, echo)
		h.bot.Endpoint = "api.telegram.org"
		if err := h.bot.Run(t.Context(), h.turn); err == nil || !strings.Contains(err.Error(), "not a web address") {
			t.Errorf("an endpoint without a scheme: %v", err)
		}
	})
}

// A full house says 503 and keeps nothing; a second delivery of what is under way waits for it instead of taking room.
func TestWebhookHouseIsFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, echo)
		h.hooked()
		h.bot.Secret = "s"
		hold, begun := make(chan struct{}), make(chan struct{}, houseRoom)
		h.turn = func(_ context.Context, m bot.Message) (bot.Reply, error) {
			begun <- struct{}{}
			<-hold
			return echo(m), nil
		}
		stop := h.open()
		if err := h.server.Wait(t.Context(), func() bool { url, _ := h.server.Hook(); return url != "" }); err != nil {
			t.Fatal(err)
		}
		call := func(i int) string { // of somebody whose chat is not found: also an end
			return `{"update_id":` + strconv.Itoa(i) + `,"message":{"message_id":1,"from":{"id":` + strconv.Itoa(i) + `},"chat":{"id":` + strconv.Itoa(i) + `,"type":"private"},"text":"hello"}}`
		}
		calls := make([]string, houseRoom+1)
		for i := range calls {
			calls[i] = call(5000 + i)
		}
		results := make(chan int, 2*houseRoom)
		for _, body := range slices.Concat(calls[:houseRoom], calls[:houseRoom]) {
			go func() {
				status, _ := knock(t, h.bot, "POST", "s", body)
				results <- status
			}()
		}
		for range houseRoom {
			<-begun
		}
		if status, _ := knock(t, h.bot, "POST", "s", calls[houseRoom]); status != http.StatusServiceUnavailable {
			t.Errorf("a full house says %d", status)
		}
		close(hold)
		for range 2 * houseRoom {
			if status := <-results; status != http.StatusOK {
				t.Errorf("an update in the house ends with %d", status)
			}
		}
		h.closes(stop)
		h.server.Close()
	})
}

// An update that does not end in time is said to come later, and is not done twice.
func TestWebhookSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, echo)
		h.hooked()
		h.server.Plan("sendMessage", telegramtest.Fault{Kind: telegramtest.Throttled, RetryAfter: 300})
		h.serve(func() {
			p := h.server.Person(1001, "en")
			began := time.Now()
			p.Say("hello")
			h.settle()
			equal(t, "said", says(p.Chat()), []string{"you said hello"})
			if _, failed := h.server.Hook(); !strings.HasSuffix(failed, "503") || time.Since(began) < 5*time.Minute {
				t.Errorf("Telegram met %q, and was done after %s", failed, time.Since(began))
			}
		})
		h.server.Close()
	})
}
