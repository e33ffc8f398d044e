package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/channeltest"
	"wegwijzer/bot/channel/telegram"
	"wegwijzer/bot/channel/telegram/telegramtest"
	"wegwijzer/bot/metrics"
	"wegwijzer/kb/locale"
)

// telegramToken is the token of the bot in tests.
const telegramToken = "7000000001:AAtesttesttesttesttesttesttesttest"

// deliveries remembers outcomes in memory, for tests that are not about remembering them.
type deliveries struct {
	mu    sync.Mutex
	over  map[string]string
	moved chan struct{} // closed when something ends
}

// ended waits until an update has ended and gives its outcome.
func (d *deliveries) ended(t *testing.T, channel, update string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		d.mu.Lock()
		if d.moved == nil {
			d.moved = make(chan struct{})
		}
		outcome, moved := d.over[channel+" "+update], d.moved
		d.mu.Unlock()
		if outcome != "" && outcome != "begun" {
			return outcome
		}
		select {
		case <-moved:
		case <-ctx.Done():
			t.Fatal("the bot did not answer")
		}
	}
}

func (d *deliveries) Begin(_ context.Context, channel, update string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over == nil {
		d.over = map[string]string{}
	}
	before := d.over[channel+" "+update]
	if before == "" {
		d.over[channel+" "+update] = "begun"
	}
	return before, nil
}

func (d *deliveries) End(_ context.Context, channel, update, outcome string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over == nil {
		d.over = map[string]string{}
	}
	d.over[channel+" "+update] = outcome
	if d.moved != nil {
		close(d.moved)
		d.moved = nil
	}
	return nil
}

func (d *deliveries) Abandoned(context.Context, string) (int, error) { return 0, nil }

// telegramDriver is a person with Telegram's app.
type telegramDriver struct {
	t       *testing.T
	network *telegramtest.Server
	person  *telegramtest.Person
	seen    int // messages of the chat that were looked at
	keys    *telegramtest.Message
	own     map[string]bool // what only this channel says
}

func openTelegram(t *testing.T, talk *channeltest.Talk, clock *channeltest.Clock) channeltest.Driver {
	h := newHouse(t, clock.Now, io.Discard)
	catalog := h.ed.Library.Catalog()
	network := startTelegram(t, catalog, h.engine.Turn, clock.Now)
	return &telegramDriver{t: t, network: network, person: network.Person(123456789, talk.Lang.String()), own: ownSentences(catalog, "Telegram")}
}

// startTelegram runs the bot on a fake network until the test ends.
func startTelegram(t *testing.T, catalog *locale.Catalog, turn telegram.Turn, now func() time.Time) *telegramtest.Server {
	network := telegramtest.New(telegramToken)
	t.Cleanup(network.Close)
	b := &telegram.Bot{
		Token: telegramToken, Transport: network, Catalog: func() *locale.Catalog { return catalog }, Updates: &deliveries{},
		Figures: metrics.New().Of(telegram.Channel), Log: slog.New(slog.DiscardHandler), PerSecond: 1000, Now: reading(now),
	}
	runChannel(t, b.Run, turn)
	return network
}

// runChannel runs a channel until the test ends.
func runChannel(t *testing.T, run func(context.Context, func(context.Context, bot.Message) (bot.Reply, error)) error, turn telegram.Turn) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, turn) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the channel ended with %v", err)
		}
	})
}

// reading is a clock on which people read before they answer.
func reading(now func() time.Time) func() time.Time {
	var mu sync.Mutex
	turns := 0
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		turns++
		return now().Add(time.Duration(turns) * time.Second)
	}
}

// ownSentences gives what an app's channel says besides the conversation, in every language.
func ownSentences(catalog *locale.Catalog, app string) map[string]bool {
	own := map[string]bool{}
	for _, l := range catalog.Languages() {
		for _, sentence := range []string{
			catalog.Sentence(l.Tag, "app.keeps", locale.Args{"app": app}), catalog.Sentence(l.Tag, "forget."+strings.ToLower(app), nil),
			catalog.Sentence(l.Tag, "code.removed", nil), catalog.Sentence(l.Tag, "choice.choose", nil),
		} {
			for line := range strings.Lines(sentence) {
				own[channeltest.Plain(line)] = true
			}
		}
	}
	return own
}

func (d *telegramDriver) Say(text string) channeltest.Screen {
	d.person.Say(text)
	return d.screen()
}

func (d *telegramDriver) Press(n int) channeltest.Screen {
	d.t.Helper()
	if d.keys != nil {
		for _, row := range d.keys.Rows {
			for _, button := range row {
				if n--; n == 0 {
					if err := d.person.Press(d.keys.ID, button.Data); err != nil {
						d.t.Fatal(err)
					}
					return d.screen()
				}
			}
		}
	}
	d.t.Fatal("there is no such button")
	return channeltest.Screen{}
}

// screen waits until the bot has answered and gives what is new in the chat.
func (d *telegramDriver) screen() (s channeltest.Screen) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 2*time.Minute)
	defer cancel()
	if err := d.network.Settle(ctx); err != nil {
		d.t.Fatalf("the bot did not answer: %v", err)
	}
	all := d.person.Chat()
	d.keys = nil
	var files []string
	for _, m := range all[d.seen:] {
		if !m.Bot {
			continue
		}
		if m.Preview {
			d.t.Error("a link is shown as a card")
		}
		for _, line := range linesOf(m) {
			if !d.own[line] {
				s.Lines = append(s.Lines, line)
			}
		}
		if m.File != nil {
			files = append(files, "⤓ "+m.File.Name)
		}
		if len(m.Rows) > 0 {
			d.keys = &m
			for _, row := range m.Rows {
				for _, button := range row {
					s.Choices = append(s.Choices, channeltest.Plain(button.Text))
				}
			}
		}
	}
	s.Lines = append(s.Lines, files...)
	d.seen = len(all)
	return s
}

// linesOf gives the lines of a message as they are read, the address of a link behind its words.
func linesOf(m telegramtest.Message) []string {
	text := utf16.Encode([]rune(m.Text))
	var b strings.Builder
	from := 0
	for _, e := range m.Entities {
		if e.Type != "text_link" {
			continue
		}
		end := e.Offset + e.Length
		b.WriteString(string(utf16.Decode(text[from:end])))
		if words := string(utf16.Decode(text[e.Offset:end])); words != e.URL {
			b.WriteString(" <" + e.URL + ">")
		}
		from = end
	}
	b.WriteString(string(utf16.Decode(text[from:])))
	var lines []string
	for line := range strings.Lines(b.String()) {
		line = channeltest.Plain(line)
		if rest, ok := strings.CutPrefix(line, "• "); ok {
			line = "- " + rest
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
