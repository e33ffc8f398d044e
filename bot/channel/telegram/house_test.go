package telegram

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/telegram/telegramtest"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "7000000001:AAHtestTESTtestTESTtestTESTtestTEST"

// notebook is an Updates in memory. It outlives the bot, as a database does.
type notebook struct {
	mu       sync.Mutex
	outcomes map[string]string
	broken   bool // every call fails, as after a crash or with a database that is away
}

func (n *notebook) Begin(_ context.Context, channel, update string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.broken {
		return "", errors.New("the database is away")
	}
	before := n.outcomes[channel+" "+update]
	if before == "" {
		n.outcomes[channel+" "+update] = "begun"
	}
	return before, nil
}

func (n *notebook) End(_ context.Context, channel, update, outcome string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.broken {
		return errors.New("the database is away")
	}
	n.outcomes[channel+" "+update] = outcome
	return nil
}

func (n *notebook) breaks(broken bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.broken = broken
}

// count gives how many updates ended in each way.
func (n *notebook) count() map[string]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	counts := map[string]int{}
	for name, outcome := range n.outcomes {
		if !strings.Contains(name, "/") { // a message of a long reply
			counts[outcome]++
		}
	}
	return counts
}

// figures counts in memory.
type figures struct {
	mu     sync.Mutex
	counts map[string]int
	up     bool
	ended  chan string // outcomes as they come, for a test that waits for them; nil: nobody does
}

func (f *figures) count(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[what]++
}

func (f *figures) Received(kind string) { f.count("received " + kind) }
func (f *figures) Retried(why string)   { f.count("retried " + why) }

func (f *figures) Sent(outcome string) {
	f.count("sent " + outcome)
	if f.ended != nil {
		f.ended <- outcome
	}
}

func (f *figures) Up(up bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.up = up
}

func (f *figures) all() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.counts)
}

func (f *figures) isUp() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.up
}

// journal is a log in memory.
type journal struct {
	mu sync.Mutex
	bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.Buffer.Write(p)
}

func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.String()
}

// sentences are enough to hear which sentence was said, in which language.
func testCatalog() *locale.Catalog {
	keys := []string{"app.keeps", "forget.telegram", "code.removed", "flood", "error", "public.private", "choice.private", "choice.choose", "about.short", "about.long"}
	for _, name := range commands {
		keys = append(keys, "command."+name)
	}
	ui := map[language.Tag]locale.Interface{}
	var langs []locale.Language
	for _, code := range []string{"en", "ar", "ti", "ckb"} {
		tag := language.MustParse(code)
		langs = append(langs, locale.Describe(tag))
		own := locale.Interface{Sentences: map[string]locale.Sentence{}}
		for _, key := range keys {
			own.Sentences[key] = locale.Sentence{locale.Other: code + " " + key}
		}
		own.Sentences["app.keeps"] = locale.Sentence{locale.Other: code + " {app} keeps this"}
		ui[tag] = own
	}
	return locale.NewCatalog(language.English, langs, ui)
}

// house is a bot between a Telegram and a turn of a test's own.
type house struct {
	t        *testing.T
	server   *telegramtest.Server
	bot      *Bot
	notebook *notebook
	figures  *figures
	log      *journal
	turn     Turn
	door     atomic.Pointer[Bot] // whom a webhook reaches
}

func newHouse(t *testing.T, turn func(bot.Message) bot.Reply) *house {
	h := &house{t: t, server: telegramtest.New(token), notebook: &notebook{outcomes: map[string]string{}},
		figures: &figures{counts: map[string]int{}}, log: &journal{}}
	h.turn = func(_ context.Context, m bot.Message) (bot.Reply, error) { return turn(m), nil }
	h.bot = h.another()
	h.server.Hooks = telegramtest.Carry(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.door.Load().ServeHTTP(w, r) }))
	t.Cleanup(func() {
		h.server.Close()
		if strings.Contains(h.log.text(), token) {
			t.Error("the log holds the token")
		}
	})
	return h
}

// another gives a Bot as a new process has it: with the same database and Telegram, and nothing remembered.
func (h *house) another() *Bot {
	catalog := testCatalog()
	return &Bot{Token: token, Endpoint: "http://telegram.invalid", Transport: h.server, Catalog: func() *locale.Catalog { return catalog },
		Updates: h.notebook, Figures: h.figures, Log: slog.New(slog.NewTextHandler(h.log, nil)), Now: time.Now}
}

// open runs the bot and gives a function that stops it.
func (h *house) open() (stop func() error) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.bot.Run(ctx, h.turn) }()
	return sync.OnceValue(func() error { cancel(); return <-ended })
}

// closes stops the bot, which must end without an error.
func (h *house) closes(stop func() error) {
	h.t.Helper()
	if err := stop(); err != nil {
		h.t.Errorf("the bot ended with %v", err)
	}
}

// settle waits until everything was handled and confirmed.
func (h *house) settle() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 2*time.Hour)
	defer cancel()
	if err := h.server.Settle(ctx); err != nil {
		h.t.Fatalf("%d updates are not confirmed: %v\n%s", h.server.Pending(), err, h.log.text())
	}
}

// serve runs f while the bot is open.
func (h *house) serve(f func()) {
	h.t.Helper()
	stop := h.open()
	f()
	h.closes(stop)
}

// says gives the texts of the bot's messages in a chat, without the marks that only steer their direction.
func says(messages []telegramtest.Message) (texts []string) {
	for _, m := range messages {
		if m.Bot && !m.Deleted {
			texts = append(texts, strings.Trim(m.Text, leftToRightMark+rightToLeftMark))
		}
	}
	return texts
}

// echo answers with what was said, in English.
func echo(m bot.Message) bot.Reply {
	if m.Held && m.Text != "help" {
		return bot.Reply{}
	}
	return bot.Reply{Locale: language.English, Body: doc("you said " + m.Text + m.Choice)}
}

func doc(texts ...string) (d prose.Doc) {
	for _, text := range texts {
		d = append(d, paragraph(text))
	}
	return d
}

func equal[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %#v, want %#v", what, got, want)
	}
}
