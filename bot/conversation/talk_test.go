package conversation_test

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/channeltest"
	"wegwijzer/bot/conversation"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/session"
	"wegwijzer/bot/store"
	"wegwijzer/content"
	"wegwijzer/kb/edition"
	"wegwijzer/kb/understand"
)

var update = flag.Bool("update", false, "rewrite what the bot says in testdata/*.talk")

// real is the Edition of the real content, built once for all tests. What it learns is kept for the processes that a fuzzer
// starts of the same program: each would learn for longer than it is given.
var real = sync.OnceValues(func() (*edition.Edition, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(self)
	if err != nil {
		return nil, err
	}
	shelf := understand.Shelf{Folder: filepath.Join(os.TempDir(), "wegwijzer-test-shelf"), Program: fmt.Sprint(info.Size(), info.ModTime().UnixNano())}
	ed, _, err := edition.Load(context.Background(), content.FS, content.FS, shelf)
	return ed, err
})

func realEdition(t testing.TB) *edition.Edition {
	t.Helper()
	ed, err := real()
	if err != nil {
		t.Fatal(err)
	}
	return ed
}

// counted remembers what was counted.
type counted struct{ lines []string }

func (c *counted) Count(_ context.Context, e insight.Event, memory []byte) []byte {
	line := strings.TrimSpace(fmt.Sprintf("%s %s", e.Outcome, e.Subject))
	for _, more := range []string{e.Profession, e.Group, e.Step} {
		if more != "" {
			line += " " + more
		}
	}
	c.lines = append(c.lines, line)
	return memory
}

func (c *counted) take() []string {
	lines := c.lines
	c.lines = nil
	return lines
}

// direct speaks to the engine without a channel in between.
type direct struct {
	t       testing.TB
	turn    func(context.Context, bot.Message) (bot.Reply, error)
	clock   *channeltest.Clock
	hint    language.Tag
	offered []string
}

func (d *direct) Say(text string) channeltest.Screen { return d.send(bot.Message{Text: text}) }

func (d *direct) Press(n int) channeltest.Screen {
	if n < 1 || n > len(d.offered) {
		d.t.Fatalf("there is no choice [%d] on the screen", n)
	}
	return d.send(bot.Message{Choice: d.offered[n-1]})
}

func (d *direct) send(m bot.Message) channeltest.Screen {
	d.t.Helper()
	m.Channel, m.Person, m.Time, m.Hint = "test", "somebody", d.clock.Now(), d.hint
	reply, err := d.turn(d.t.Context(), m)
	if err != nil {
		d.t.Fatalf("turn: %v", err)
	}
	d.offered = nil
	for _, row := range reply.Choices {
		for _, choice := range row {
			d.offered = append(d.offered, choice.ID)
		}
	}
	return channeltest.ScreenOf(reply)
}

// TestTalks plays each golden conversation. Between every two turns the session is sealed, stored in a real database
// and read again.
func TestTalks(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.talk")
	if err != nil || len(files) == 0 {
		t.Fatalf("no talks: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			talk, err := channeltest.Parse(file, string(raw))
			if err != nil {
				t.Fatal(err)
			}
			clock := channeltest.NewClock(talk)
			counts := &counted{}
			engine := newEngine(t, realEdition(t), clock, counts)
			got := channeltest.Play(t, talk, clock, &direct{t: t, turn: engine.Turn, clock: clock, hint: talk.Lang}, counts.take).String()
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(got, string(raw)); diff != "" {
				t.Errorf("the bot says something else (-got +want; -update rewrites it):\n%s", diff)
			}
		})
	}
}

func newEngine(t testing.TB, ed *edition.Edition, clock *channeltest.Clock, counter conversation.Counter) *conversation.Engine {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "talk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	key, err := session.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sessions := session.New(key, db.Sessions(), clock.Now)
	engine := conversation.New(func() *edition.Edition { return ed }, sessions, counter, conversation.Open{}, slog.New(slog.DiscardHandler))
	t.Cleanup(engine.Close)
	return engine
}
