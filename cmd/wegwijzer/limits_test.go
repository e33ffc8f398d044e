package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/rivo/uniseg"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/channeltest"
	"wegwijzer/bot/channel/discord"
	"wegwijzer/bot/conversation"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/session"
	"wegwijzer/kb/edition"
	"wegwijzer/kb/route"
)

// people keeps sessions as they are: what is tested here is what becomes of replies.
type people struct {
	mu       sync.Mutex
	sessions map[bot.PersonID]*session.Session
	replies  map[bot.PersonID]bot.Reply
}

func (p *people) Open(_ context.Context, _ bot.ChannelID, who bot.PersonID) (*session.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.sessions[who]; s != nil {
		return s, nil
	}
	return &session.Session{}, nil
}

func (p *people) Save(_ context.Context, _ bot.ChannelID, who bot.PersonID, s *session.Session) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions[who] = s
	return nil
}

func (p *people) Forget(context.Context, bot.ChannelID, bot.PersonID) error { return nil }

// unspaced gives what is read, without white space, signs of lists and their numbers: a network's message may end anywhere
// between two letters.
func unspaced(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		line = strings.TrimPrefix(line, "- ")
		for _, r := range line {
			if !unicode.IsSpace(r) {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// TestEveryTextFitsEveryNetwork sends every article and the longest other replies in every language through both networks,
// whose fakes refuse what is over a limit. The messages joined are the reply, and no letter is cut from its marks.
func TestEveryTextFitsEveryNetwork(t *testing.T) {
	t.Parallel()
	ed, err := realEdition()
	if err != nil {
		t.Fatal(err)
	}
	p := &people{sessions: map[bot.PersonID]*session.Session{}, replies: map[bot.PersonID]bot.Reply{}}
	engine := conversation.New(func() *edition.Edition { return ed }, p, insight.Off{}, conversation.Open{}, slog.New(slog.DiscardHandler))
	t.Cleanup(engine.Close)
	// A button of Discord's can only be pressed on a message that shows it; here a text stands for the press.
	const pressing = "press "
	turn := func(ctx context.Context, m bot.Message) (bot.Reply, error) {
		if id, ok := strings.CutPrefix(m.Text, pressing); ok {
			m.Text, m.Choice = "", id
		}
		reply, err := engine.Turn(ctx, m)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.replies[m.Person] = reply
		return reply, err
	}
	replied := func(who string) bot.Reply {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.replies[bot.PersonID(who)]
	}
	catalog := ed.Library.Catalog()
	midway := []route.Answer{{Slot: "profession", Value: "nurse"}, {Slot: "country", Value: "SY"}, {Slot: "status", Value: "status-holder"}, {Slot: "dutch", Value: "B1"}}
	var asks []string
	for _, a := range ed.Library.Articles() {
		asks = append(asks, "art:"+string(a.ID))
	}
	asks = append(asks, "cmd:sofar", "cmd:sheet", "cmd:code", "cmd:fix", "cmd:privacy", "cmd:help", "cmd:lang", "cmd:next", "cmd:start")
	network := startTelegram(t, catalog, turn, time.Now)
	chats, updates := startDiscord(t, catalog, turn, time.Now)
	longest, messages := 0, 0
	check := func(where string, reply bot.Reply, lines, contents []string, files int) {
		t.Helper()
		got, want := unspaced(lines), unspaced(channeltest.ScreenOf(bot.Reply{Body: reply.Body, Sources: reply.Sources, Question: reply.Question}).Lines)
		if got != want {
			t.Errorf("%s: the messages say\n%s\nand the reply\n%s", where, got, want)
		}
		if files != 0 != (reply.Document != nil) {
			t.Errorf("%s: %d files", where, files)
		}
		for i, content := range contents {
			longest = max(longest, len([]rune(content)))
			if i > 0 {
				whole := contents[i-1] + content
				if first, _, _, _ := uniseg.FirstGraphemeClusterInString(content, -1); uniseg.GraphemeClusterCount(whole) != uniseg.GraphemeClusterCount(contents[i-1])+uniseg.GraphemeClusterCount(content) {
					t.Errorf("%s: a letter is cut before %q", where, first)
				}
			}
		}
		messages += len(contents)
	}
	number := int64(900_000_000)
	for i, l := range catalog.Languages() {
		if raceDetector && i%5 != 2 {
			continue // the plain run has them all; what the detector can see is in one as in twelve
		}
		var persons []int64
		for range asks {
			number++
			persons = append(persons, number)
			p.sessions[bot.PersonID(fmt.Sprint(number))] = &session.Session{Locale: l.Tag, Chosen: true, Turns: 5, Answers: midway}
		}
		for i, ask := range asks {
			network.Person(persons[i], "").PressOld(ask)
		}
		if err := network.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		own := ownSentences(catalog, "Telegram")
		for i, ask := range asks {
			var lines, contents []string
			files := 0
			for _, m := range network.Person(persons[i], "").Chat() {
				contents = append(contents, m.Text)
				for _, line := range linesOf(m) {
					if !own[line] {
						lines = append(lines, line)
					}
				}
				if m.File != nil {
					files++
				}
			}
			check(fmt.Sprintf("Telegram, %s in %s", ask, l.Tag), replied(fmt.Sprint(persons[i])), lines, contents, files)
			p.sessions[bot.PersonID(fmt.Sprint(persons[i]))] = &session.Session{Locale: l.Tag, Chosen: true, Turns: 5, Answers: midway}
		}
		own = ownSentences(catalog, "Discord")
		for i, ask := range asks {
			id := fmt.Sprint(persons[i])
			person := chats.PersonWithID(id, "Somebody", "")
			update := person.Write(person.Direct(), pressing+ask)
			if outcome := updates.ended(t, string(discord.Channel), update); outcome != "sent" {
				t.Errorf("Discord, %s in %s: %s", ask, l.Tag, outcome)
				continue
			}
			var lines, contents []string
			files := 0
			for _, m := range person.Messages(person.Direct()) {
				if !m.FromBot {
					continue
				}
				contents = append(contents, m.Content)
				for _, line := range m.Lines() {
					if line = channeltest.Plain(line); line != "" && !own[line] {
						lines = append(lines, line)
					}
				}
				files += len(m.Documents)
			}
			check(fmt.Sprintf("Discord, %s in %s", ask, l.Tag), replied(id), lines, contents, files)
		}
	}
	t.Logf("%d replies in %d messages, the longest of %d characters", 2*len(asks)*len(catalog.Languages()), messages, longest)
}
