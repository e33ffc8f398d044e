package discord_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/discord"
	"wegwijzer/bot/channel/discord/discordtest"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

func TestMain(m *testing.M) {
	// Each bot takes a second to stop, which discordgo sleeps through: the tests wait more than they work.
	if err := flag.Set("test.parallel", "12"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// patience is how long a test waits for something that must happen. It is not a measure of anything.
const patience = 30 * time.Second

func catalog() *locale.Catalog {
	say := func(texts map[string]string) locale.Interface {
		ui := locale.Interface{Sentences: map[string]locale.Sentence{}, Commands: map[string][]string{}}
		for key, text := range texts {
			ui.Sentences[key] = locale.Sentence{locale.Other: text}
		}
		return ui
	}
	english := map[string]string{"app.keeps": "{app} keeps this chat.", "forget.discord": "Discord keeps your messages.", "error": "Something went wrong.",
		"flood": "You are sending many messages.", "choice.choose": "Choose from the list", "choice.more": "More choices", "choice.private": "Write to me in private"}
	dutch := map[string]string{"app.keeps": "{app} bewaart dit gesprek.", "error": "Er ging iets mis.", "flood": "U stuurt veel berichten."}
	for _, name := range []string{"start", "plan", "next", "ask", "question", "sheet", "code", "lang", "human", "privacy", "forget", "help"} {
		english["command."+name], dutch["command."+name] = "What "+name+" does", "Wat "+name+" doet"
	}
	nl := say(dutch)
	nl.Commands = map[string][]string{"plan": {"plan", "mijn plan"}, "next": {"volgende", "verder"}, "lang": {"andere taal", "taal"}, "human": {"taal", "Mens", "mens"}}
	return locale.NewCatalog(language.Dutch, []locale.Language{
		{Tag: language.Dutch, Name: "Nederlands", Direction: locale.LeftToRight},
		{Tag: language.English, Name: "English", Direction: locale.LeftToRight},
		{Tag: language.Arabic, Name: "العربية", Direction: locale.RightToLeft},
	}, map[language.Tag]locale.Interface{language.English: say(english), language.Dutch: nl})
}

// bell rings whenever something that a test waits for may have happened.
type bell struct {
	mu   sync.Mutex
	rung chan struct{}
}

func newBell() *bell { return &bell{rung: make(chan struct{})} }

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.rung)
	b.rung = make(chan struct{})
}

// wait waits until something holds, and fails the test if it never does.
func (b *bell) wait(t *testing.T, what string, holds func() bool) {
	t.Helper()
	late := time.After(patience)
	for {
		b.mu.Lock()
		rung := b.rung
		b.mu.Unlock()
		if holds() {
			return
		}
		select {
		case <-rung:
		case <-late:
			t.Fatalf("it does not happen: %s", what)
		}
	}
}

// memory is an Updates that forgets everything with the process.
type memory struct {
	*bell
	mu        sync.Mutex
	outcomes  map[string]string
	begins    []string
	abandoned int
	fail      func() error // what Begin gives instead, if not nil
}

func (m *memory) Begin(_ context.Context, _, update string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if err := m.fail(); err != nil {
			return "", err
		}
	}
	before := m.outcomes[update]
	if before == "" {
		m.outcomes[update] = "begun"
		m.begins = append(m.begins, update)
	}
	return before, nil
}

func (m *memory) End(_ context.Context, _, update, outcome string) error {
	defer m.ring()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outcomes[update] = outcome
	return nil
}

func (m *memory) Abandoned(context.Context, string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.abandoned, nil
}

func (m *memory) outcome(update string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.outcomes[update]
}

// ended waits until an update has its outcome.
func (m *memory) ended(t *testing.T, update string) string {
	t.Helper()
	m.wait(t, "an update ends", func() bool { outcome := m.outcome(update); return outcome != "" && outcome != "begun" })
	return m.outcome(update)
}

// figures counts what it is told.
type figures struct {
	*bell
	mu     sync.Mutex
	counts map[string]int
	up     bool
}

func (f *figures) count(what string, n int) {
	defer f.ring()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[what] += n
}

func (f *figures) Received(kind string) { f.count("received "+kind, 1) }
func (f *figures) Sent(outcome string)  { f.count("sent "+outcome, 1) }
func (f *figures) Retried(why string)   { f.count("retried "+why, 1) }
func (f *figures) Lost(n int)           { f.count("lost", n) }
func (f *figures) Up(up bool) {
	defer f.ring()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.up = up
}

func (f *figures) of(what string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts[what]
}

func (f *figures) isUp() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.up
}

// notes is a log that several goroutines write.
type notes struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.Write(p)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.String()
}

// house is a bot running on a fake Discord, with a turn of the test's.
type house struct {
	t       *testing.T
	net     *discordtest.Network
	updates *memory
	figures *figures
	log     *notes
	bot     *discord.Bot
	stop    func() error // ends the bot and gives what Run gave; more than once too
	finish  func() error // waits until the bot ends by itself and gives what Run gave

	mu     sync.Mutex
	now    time.Time
	asked  []bot.Message
	replay func(context.Context, bot.Message) (bot.Reply, error)
}

// say is a turn that answers with one paragraph.
func say(text string) func(context.Context, bot.Message) (bot.Reply, error) {
	return func(_ context.Context, m bot.Message) (bot.Reply, error) {
		if m.Held && m.Text != "help" {
			return bot.Reply{}, nil
		}
		return bot.Reply{Locale: language.English, Body: paragraphs(text)}, nil
	}
}

func reply(r bot.Reply) func(context.Context, bot.Message) (bot.Reply, error) {
	return func(context.Context, bot.Message) (bot.Reply, error) { return r, nil }
}

func paragraphs(texts ...string) (doc prose.Doc) {
	for _, text := range texts {
		doc = append(doc, prose.Block{Kind: prose.Paragraph, Items: [][]prose.Span{{{Text: text}}}})
	}
	return doc
}

// newHouse opens a Discord and a bot that is not running yet.
func newHouse(t *testing.T, turn func(context.Context, bot.Message) (bot.Reply, error)) *house {
	t.Helper()
	net, err := discordtest.Open(discordtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(net.Close)
	rings := newBell()
	h := &house{t: t, net: net, updates: &memory{bell: rings, outcomes: map[string]string{}}, figures: &figures{bell: rings, counts: map[string]int{}}, log: &notes{}, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), replay: turn}
	h.bot = &discord.Bot{Token: net.Token(), Endpoint: net.Endpoint(), Catalog: catalog, Updates: h.updates, Figures: h.figures,
		Log: slog.New(slog.NewTextHandler(h.log, nil)), Now: h.clock, PerSecond: 4000}
	return h
}

// open is newHouse with the bot connected.
func open(t *testing.T, turn func(context.Context, bot.Message) (bot.Reply, error)) *house {
	t.Helper()
	h := newHouse(t, turn)
	h.run()
	h.ready()
	return h
}

// ready waits until the bot is connected, has heard so, and its commands stand.
func (h *house) ready() {
	h.t.Helper()
	h.figures.wait(h.t, "the bot is connected", h.figures.isUp)
	h.await("the commands stand", func() bool { return len(h.net.Commands()) > 0 })
}

// run starts the bot.
func (h *house) run() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- h.bot.Run(ctx, h.answer) }()
	wait := sync.OnceValue(func() error { return <-ended })
	h.stop = func() error {
		cancel()
		return wait()
	}
	h.finish = func() error {
		defer cancel()
		return wait()
	}
	h.t.Cleanup(func() { _ = h.stop() })
}

// clock moves by itself: people read before they answer.
func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(3 * time.Second)
	return h.now
}

func (h *house) answer(ctx context.Context, m bot.Message) (bot.Reply, error) {
	h.mu.Lock()
	h.asked = append(h.asked, m)
	turn := h.replay
	h.mu.Unlock()
	return turn(ctx, m)
}

func (h *house) messages() []bot.Message {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]bot.Message{}, h.asked...)
}

// await waits until something holds at Discord.
func (h *house) await(what string, holds func() bool) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	if err := h.net.Await(ctx, holds); err != nil {
		h.t.Fatalf("%s: %v\n%s", what, err, h.log)
	}
}

// said gives what the bot says to a person in a channel.
func (h *house) said(p *discordtest.Person, channel string) (all []discordtest.Message) {
	for _, m := range p.Messages(channel) {
		if m.FromBot {
			all = append(all, m)
		}
	}
	return all
}

// last gives the bot's last message to a person in a channel.
func (h *house) last(p *discordtest.Person, channel string) discordtest.Message {
	h.t.Helper()
	all := h.said(p, channel)
	if len(all) == 0 {
		h.t.Fatalf("the bot has said nothing\n%s", h.log)
	}
	return all[len(all)-1]
}

// lines gives the lines of messages as they are read.
func lines(all ...discordtest.Message) string {
	var b strings.Builder
	for _, m := range all {
		for _, line := range m.Lines() {
			b.WriteString(line + "\n")
		}
		for _, d := range m.Documents {
			fmt.Fprintf(&b, "⤓ %s\n", d.Name)
		}
		for _, c := range m.Choices() {
			fmt.Fprintf(&b, "[%s]\n", c.Label)
		}
	}
	return b.String()
}

// choose presses the choice with this label on the last message and gives the interaction's id.
func (h *house) choose(p *discordtest.Person, channel string, on discordtest.Message, label string) string {
	h.t.Helper()
	for _, c := range on.Choices() {
		if c.Label == label {
			id, err := p.Choose(channel, on.ID, c)
			if err != nil {
				h.t.Fatal(err)
			}
			return id
		}
	}
	h.t.Fatalf("there is no %q to choose: %v", label, on.Choices())
	return ""
}
