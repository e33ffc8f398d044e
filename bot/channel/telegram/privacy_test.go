package telegram

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/canary"
	"wegwijzer/bot/channel/telegram/telegramtest"
)

// bird gives canaries whose person is an id as Telegram gives them, and a token to look for.
func bird(t *testing.T) (c canary.Canaries, id int64, secret string) {
	t.Helper()
	c, err := canary.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if id, err = strconv.ParseInt("5"+c.Phone[2:]+c.BSN[:3], 10, 64); err != nil { // twelve digits, as unlike others as the canaries
		t.Fatal(err)
	}
	c.Person = bot.PersonID(strconv.FormatInt(id, 10))
	return c, id, "7000000001:AA" + rand.Text()
}

// TestNothingIsWritten lets a marked person talk through every error path there is, and searches the log, the memory of
// deliveries, the figures and the errors for their words, their id and the token.
func TestNothingIsWritten(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"polling", "webhook"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, id, secret := bird(t)
				server := telegramtest.New(secret)
				h := newHouse(t, nil)
				server.Hooks, h.server = h.server.Hooks, server
				turns := 0
				h.turn = func(_ context.Context, m bot.Message) (bot.Reply, error) {
					switch turns++; {
					case strings.HasPrefix(m.Text, "panic"):
						panic(m.Text)
					case turns%7 == 0:
						return bot.Reply{}, errors.New("save the session: the database is away")
					}
					return bot.Reply{Locale: language.English, Body: doc("You said: "+m.Text, strings.Repeat(m.Text+" ", 100)), Said: m.Text,
						Secret: turns%5 == 0, Choices: [][]bot.Choice{{{ID: "a:x:y", Label: "X"}}}}, nil
				}
				open := func() func() error {
					h.again()
					if way == "webhook" {
						h.hooked()
					}
					h.bot.Token, h.bot.Log = secret, slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
					return h.open()
				}
				stop := open()
				p, g := server.Person(id, "en"), server.Group(-id)
				p.Name, p.Username = c.Name, strings.ReplaceAll(c.Name, " ", "_")
				quote := []telegramtest.Fault{
					{Kind: telegramtest.Refused, Description: "can't parse entities: " + c.Sentence}, {Kind: telegramtest.Refused, Description: c.Sentence}, {Kind: telegramtest.Refused, Description: c.Name},
					{Kind: telegramtest.Forbidden, Description: c.Sentence}, {Kind: telegramtest.Hang}, {Kind: telegramtest.Broken}, {Kind: telegramtest.BrokenPage}, {Kind: telegramtest.DropBefore},
					{Kind: telegramtest.DropAfter}, {Kind: telegramtest.Throttled, RetryAfter: 1}, {Kind: telegramtest.Conflict}, {},
				}
				for _, method := range []string{"getMe", "getUpdates", "sendMessage", "answerCallbackQuery", "editMessageReplyMarkup", "deleteMessage", "sendChatAction", "getMyCommands"} {
					faults := slices.Clone(quote)
					if method == "getMe" || method == "getUpdates" {
						faults = faults[4:] // a refusal of these is an operator's to mend, and ends the channel
					}
					server.Plan(method, faults...)
				}
				for _, text := range []string{c.Sentence, "my name is " + c.Name, "أنا " + c.NameAr, "bsn " + c.BSN, c.Phone + " " + c.Email, "panic " + c.Sentence, "/plan " + c.Sentence, "/start " + c.Name} {
					p.Say(text)
					p.Send(telegramtest.Saying{Media: "voice", Text: text})
					g.Say(p, "@wegwijzer_test_bot "+text)
					p.PressOld(text)
				}
				server.Deliver("message", []any{c.Sentence})
				if err := server.Settle(t.Context()); err != nil {
					t.Fatal(err)
				}
				h.notebook.breaks(true)
				p.Say(c.Sentence)
				time.Sleep(time.Minute)
				h.closes(stop)
				h.notebook.breaks(false)

				server.Revoke()
				var errs bytes.Buffer
				for _, endpoint := range []string{"http://telegram.invalid", "not an address"} {
					again := h.another()
					again.Token, again.Endpoint, again.Transport = secret, endpoint, server
					err := again.Run(t.Context(), h.turn)
					if err == nil {
						t.Error("a bot without a Telegram ended without an error")
					}
					fmt.Fprintf(&errs, "%v %+v %#v\n", err, err, err)
				}

				report := errs.String() + h.log.text() + fmt.Sprint(h.figures.all())
				h.notebook.mu.Lock()
				report += fmt.Sprint(h.notebook.outcomes)
				h.notebook.mu.Unlock()
				if !strings.Contains(report, "telegram") || len(h.figures.all()) < 5 {
					t.Fatalf("too little was written to search: %s", report)
				}
				search := func(text string) int {
					found, err := canary.Search(context.WithoutCancel(t.Context()), c, canary.Bytes("what was written", []byte(text)))
					if err != nil {
						t.Fatal(err)
					}
					return len(found.Leaks)
				}
				if search(report) > 0 || strings.Contains(report, secret) || strings.Contains(report, secret[11:]) {
					t.Errorf("something of the person or the token was written:\n%s", report)
				}
				for _, planted := range []string{c.Sentence, string(c.Person), c.BSN} {
					if search(report+" "+planted) == 0 {
						t.Error("what was planted is not found")
					}
				}
				server.Close()
			})
		})
	}
}

// TestErrorsHoldNoToken meets what a real network does to a request.
func TestErrorsHoldNoToken(t *testing.T) {
	t.Parallel()
	_, _, secret := bird(t)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	serve := func(handler http.HandlerFunc) string {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		return server.URL
	}
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	for _, tt := range []struct{ name, endpoint, want string }{
		{"refused", gone.URL, "the connection is refused"},
		{"dropped", serve(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), "the connection broke off"},
		{"dropped in the answer", serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"ok":`))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}), "the connection broke off"},
		{"slow", serve(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a server learns that its client hung up only when it has read all
			<-r.Context().Done()
		}), "no answer in time"},
		{"a page", serve(func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no such page as "+r.URL.Path, 404) }), "the answer is not Telegram's (status 404)"},
		{"elsewhere", serve(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://telegram.invalid"+r.URL.Path, http.StatusTemporaryRedirect)
		}), "the answer is not Telegram's (status 307)"},
		{"another result", serve(func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"ok":true,"result":"` + r.URL.Path + `"}`))
		}), "the result is not what was asked for"},
		{"not trusted", untrusted.URL, "the certificate is not trusted"},
		{"quoted", serve(func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"ok":false,"error_code":400,"description":"` + r.URL.Path + `"}`))
		}), "400, another reason"},
		{"an odd host", "http://a%zz", "telegram: the address of the API is not a web address"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, files := range [][]file{nil, {{"document", "x", make([]byte, 1<<20)}}} {
				api, err := newAPI(secret, tt.endpoint, nil)
				if err == nil {
					patience := time.Minute
					if tt.name == "slow" {
						patience = 200 * time.Millisecond
					}
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					var result struct{ X int }
					err = api.call(ctx, "sendDocument", nil, &result, files...)
					cancel()
					api.close()
				}
				for cause := err; cause != nil; cause = errors.Unwrap(cause) {
					if text := fmt.Sprintf("%v %+v %#v", cause, cause, cause); strings.Contains(text, secret) || strings.Contains(text, "127.0.0.1") || strings.Contains(text, "telegram.invalid") {
						t.Errorf("the error reads %s", text)
					}
				}
				if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
					t.Errorf("got %v, want %s", err, tt.want)
				}
			}
		})
	}
}
