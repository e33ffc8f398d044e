package discord_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/discord/discordtest"
	"wegwijzer/kb/prose"
)

func TestDirectMessage(t *testing.T) {
	t.Parallel()
	h := open(t, reply(bot.Reply{
		Locale: language.English,
		Body: prose.Doc{
			{Kind: prose.Heading, Items: [][]prose.Span{{{Text: "Your plan"}}}},
			{Kind: prose.Paragraph, Items: [][]prose.Span{{{Text: "Read "}, {Text: "this page", Link: "https://big.example/a(b)"}, {Text: " or call "}, {Text: "070 340 6600", Link: "tel:+31703406600"}, {Text: "."}}}},
			{Kind: prose.OrderedList, From: 2, Items: [][]prose.Span{{{Text: "third"}}, {{Text: "fourth", Strong: true}}}},
		},
		Sources:  []bot.Link{{Label: "BIG-register", URL: "https://big.example/"}},
		Question: paragraphs("What next?"),
		Choices:  [][]bot.Choice{{{ID: "cmd:plan", Label: "My plan"}, {ID: "cmd:help", Label: "Help"}}, {{ID: "art:fees", Label: "Fees"}}},
		Document: &bot.Document{Name: "plan.html", Type: "text/html", Bytes: []byte("<p>plan")},
		New:      true, Secret: true,
	}))
	p := h.net.Person("Amira", "nl")
	id := p.Write(p.Direct(), "  what now? <@123456789012345678> ")
	if outcome := h.updates.ended(t, id); outcome != "sent" {
		t.Fatalf("outcome %q\n%s", outcome, h.log)
	}
	got := h.messages()
	want := []bot.Message{{Channel: "discord", Person: bot.PersonID(p.ID()), Text: "what now?", Hint: language.Und, Update: id, Time: got[0].Time}}
	if diff := cmp.Diff(got, want, cmp.Comparer(func(a, b language.Tag) bool { return a == b })); diff != "" {
		t.Errorf("the message (-got +want):\n%s", diff)
	}
	all := h.said(p, p.Direct())
	shown := "Your plan\nRead this page <https://big.example/a(b)> or call 070 340 6600.\n3. third\n4. fourth\nDiscord keeps this chat.\n" +
		"→ BIG-register <https://big.example/>\nWhat next?\n⤓ plan.html\n[My plan]\n[Help]\n[Fees]\n"
	if diff := cmp.Diff(lines(all...), shown); diff != "" {
		t.Errorf("what is shown (-got +want):\n%s", diff)
	}
	if m := all[0]; m.Flags&discordtest.SuppressEmbeds == 0 || m.Answers != "" || len(m.Rows) != 2 || string(m.Documents[0].Bytes) != "<p>plan" || m.Documents[0].Type != "text/html" {
		t.Errorf("the message: %+v", m)
	}
	if typing := h.net.Typing(p.Direct()); typing != 1 {
		t.Errorf("typing was shown %d times, want once", typing)
	}
	if h.figures.of("received message") != 1 || h.figures.of("sent sent") != 1 {
		t.Errorf("figures: %v", h.figures.counts)
	}
	// A message that is only a photo is told from its caption.
	h.updates.ended(t, p.Send(p.Direct(), "", discordtest.Document{Name: "diploma.jpg", Type: "image/jpeg"}))
	if last := h.messages()[1]; last.Text != "" || last.Choice != "" {
		t.Errorf("a photo came as %+v", last)
	}
}

func TestForgotten(t *testing.T) {
	t.Parallel()
	h := open(t, reply(bot.Reply{Locale: language.English, Body: paragraphs("Forgotten."), Forgotten: true}))
	p := h.net.Person("Amira", "nl")
	h.updates.ended(t, p.Write(p.Direct(), "/forget"))
	if got := lines(h.said(p, p.Direct())...); got != "Forgotten.\nDiscord keeps your messages.\n" {
		t.Errorf("shown:\n%s", got)
	}
	if h.net.Requests("DELETE", "") != 0 {
		t.Error("the bot tried to delete something, which Discord does not let it")
	}
}

// A reply that is too long comes in parts, in order, each within the limit.
func TestLongReply(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		tag  language.Tag
		word string
	}{{language.Arabic, "الاعتراف بالشهادات الطبية: "}, {language.MustParse("ti"), "ናይ ሕክምና ዲፕሎማታት ምፍላጥ። "}} {
		t.Run(tt.tag.String(), func(t *testing.T) {
			t.Parallel()
			text := strings.Repeat(tt.word, 300)
			h := open(t, reply(bot.Reply{Locale: tt.tag, Body: paragraphs(text, "end"), Choices: [][]bot.Choice{{{ID: "cmd:help", Label: "?"}}}}))
			p := h.net.Person("Amira", "en-US")
			if outcome := h.updates.ended(t, p.Write(p.Direct(), "tell me all")); outcome != "sent" {
				t.Fatalf("outcome %s\n%s", outcome, h.log)
			}
			all := h.said(p, p.Direct())
			var joined strings.Builder
			for i, m := range all {
				joined.WriteString(strings.Join(m.Lines(), ""))
				if (len(m.Rows) > 0) != (i == len(all)-1) {
					t.Errorf("part %d of %d has %d rows of buttons", i+1, len(all), len(m.Rows))
				}
			}
			bare := strings.NewReplacer(" ", "", "\u200f", "", "\u200e", "")
			if got, want := bare.Replace(joined.String()), bare.Replace(text+"end"); got != want {
				t.Error("the parts joined are not the text")
			}
			if len(all) < 4 {
				t.Errorf("%d parts", len(all))
			}
		})
	}
}

// A choice that is pressed is answered below, and the message that was pressed keeps only that choice.
func TestChoice(t *testing.T) {
	t.Parallel()
	h := open(t, func(_ context.Context, m bot.Message) (bot.Reply, error) {
		return bot.Reply{Locale: language.English, Body: paragraphs("you chose " + m.Choice), Choices: [][]bot.Choice{{{ID: "a:x:" + m.Choice, Label: "One"}, {ID: "a:y:2", Label: "Two"}}}}, nil
	})
	p := h.net.Person("Amira", "nl")
	h.updates.ended(t, p.Write(p.Direct(), "hello"))
	first := h.last(p, p.Direct())
	id := h.choose(p, p.Direct(), first, "Two")
	if outcome := h.updates.ended(t, id); outcome != "sent" {
		t.Fatalf("outcome %s\n%s", outcome, h.log)
	}
	pressed := h.messages()[1]
	if pressed.Choice != "a:y:2" || pressed.Text != "" || pressed.Update != id || pressed.Hint != language.Dutch || pressed.Public {
		t.Errorf("the message: %+v", pressed)
	}
	all := h.said(p, p.Direct())
	if len(all) != 2 || all[1].Content != "you chose a\\:y\\:2" || all[1].Flags&discordtest.Ephemeral != 0 {
		t.Fatalf("shown: %+v", all)
	}
	if left := all[0].Rows; len(left) != 1 || len(left[0]) != 1 || left[0][0].Label != "Two" || !left[0][0].Disabled {
		t.Errorf("the pressed message kept %+v", left)
	}
	if len(all[0].Choices()) != 0 {
		t.Errorf("something can still be pressed: %+v", all[0].Choices())
	}
}

// More choices than buttons are menus; a hundred and more go on below. All of it works after a restart, since nothing is
// remembered but what stands on the messages.
func TestMenusSurviveARestart(t *testing.T) {
	t.Parallel()
	var rows [][]bot.Choice
	for i := range 140 {
		rows = append(rows, []bot.Choice{{ID: fmt.Sprintf("a:country:%d", i), Label: fmt.Sprintf("Country %d", i)}})
	}
	rows = append(rows, []bot.Choice{{ID: "cmd:skip", Label: "Skip"}, {ID: "cmd:back", Label: "Back"}})
	h := open(t, reply(bot.Reply{Locale: language.English, Body: paragraphs("Which country?"), Choices: rows}))
	p := h.net.Person("Amira", "nl")
	h.updates.ended(t, p.Write(p.Direct(), "hello"))
	all := h.said(p, p.Direct())
	var labels []string
	for _, m := range all {
		for _, c := range m.Choices() {
			labels = append(labels, c.Label)
		}
	}
	if len(all) != 2 || len(labels) != 142 || labels[139] != "Country 139" || labels[141] != "Back" || lines(all[1])[:len("More choices")] != "More choices" {
		t.Fatalf("%d messages with %d choices:\n%s", len(all), len(labels), lines(all...))
	}
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	h.run()
	h.await("the bot is back", func() bool { return h.net.Connected() == 1 })
	for _, label := range []string{"Country 3", "Country 130"} {
		var on discordtest.Message
		for _, m := range all {
			for _, c := range m.Choices() {
				if c.Label == label {
					on = m
				}
			}
		}
		if outcome := h.updates.ended(t, h.choose(p, p.Direct(), on, label)); outcome != "sent" {
			t.Fatalf("outcome %s", outcome)
		}
		if got := h.messages(); got[len(got)-1].Choice != "a:country:"+strings.TrimPrefix(label, "Country ") {
			t.Errorf("%s came as %q", label, got[len(got)-1].Choice)
		}
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	h := open(t, func(_ context.Context, m bot.Message) (bot.Reply, error) {
		return bot.Reply{Locale: language.English, Body: paragraphs("heard "+m.Text, strings.Repeat("more words. ", 250))}, nil
	})
	room := h.net.Guild("COA")
	p, other := h.net.Person("Amira", "uk"), h.net.Person("Omar", "nl")
	for _, tt := range []struct {
		name, where string
		options     map[string]string
		want        string
	}{
		{"plan", p.Direct(), nil, "/plan"},
		{"ask", p.Direct(), map[string]string{"question": "what does the <@12> test cost?"}, "what does the  test cost?"},
		{"forget", room, nil, "/forget"},
		{"ask", room, map[string]string{"question": "how long?"}, "how long?"},
	} {
		before := len(h.said(p, tt.where))
		id, err := p.Command(tt.where, tt.name, tt.options)
		if err != nil {
			t.Fatal(err)
		}
		if outcome := h.updates.ended(t, id); outcome != "sent" {
			t.Fatalf("%s: outcome %s\n%s", tt.name, outcome, h.log)
		}
		got := h.messages()[len(h.messages())-1]
		if got.Text != tt.want || got.Public || got.Hint != language.Ukrainian || got.Update != id || got.Person != bot.PersonID(p.ID()) {
			t.Errorf("%s came as %+v", tt.name, got)
		}
		all := h.said(p, tt.where)[before:]
		if len(all) != 3 {
			t.Fatalf("%s was answered by %d messages, want 3", tt.name, len(all))
		}
		for _, m := range all {
			if hidden := m.Flags&discordtest.Ephemeral != 0; hidden != (tt.where == room) || m.Thinking || m.Flags&discordtest.SuppressEmbeds == 0 {
				t.Errorf("%s: %+v", tt.name, m)
			}
		}
	}
	if seen := other.Messages(room); len(seen) != 0 {
		t.Errorf("somebody else sees %+v", seen)
	}
	if h.figures.of("received command") != 4 {
		t.Errorf("figures: %v", h.figures.counts)
	}
}

// In a server the bot answers who names it, in public and with a way to go on alone, and nobody else.
func TestMention(t *testing.T) {
	t.Parallel()
	h := open(t, func(_ context.Context, m bot.Message) (bot.Reply, error) {
		return bot.Reply{Locale: language.English, Body: paragraphs("it costs something"), Choices: [][]bot.Choice{{{ID: "art:fees", Label: "Fees"}}}}, nil
	})
	room := h.net.Guild("COA")
	p, other := h.net.Person("Amira", "nl"), h.net.Person("Omar", "fr")
	p.Write(room, "what does it cost?")
	p.Write(room, "@everyone what does it cost?")
	p.Write(room, "<@"+other.ID()+"> what does it cost?")
	id := p.Write(room, "<@"+h.net.Bot()+"> what does it cost?")
	if outcome := h.updates.ended(t, id); outcome != "sent" {
		t.Fatalf("outcome %s\n%s", outcome, h.log)
	}
	got := h.messages()
	if len(got) != 1 || got[0].Text != "what does it cost?" || !got[0].Public || got[0].Update != id {
		t.Fatalf("came: %+v", got)
	}
	all := h.said(other, room)
	if len(all) != 1 || all[0].Answers != id || all[0].Flags&discordtest.Ephemeral != 0 {
		t.Fatalf("shown: %+v", all)
	}
	last := all[0].Rows[len(all[0].Rows)-1][0]
	if last.Label != "Write to me in private" || last.URL != "https://discord.com/users/"+h.net.Bot() {
		t.Errorf("the way to go on alone is %+v", last)
	}
	// Somebody else presses the button below the public answer: only they see what comes, and the button stays.
	id = h.choose(other, room, all[0], "Fees")
	if outcome := h.updates.ended(t, id); outcome != "sent" {
		t.Fatalf("outcome %s\n%s", outcome, h.log)
	}
	if m := h.messages()[1]; m.Public || m.Person != bot.PersonID(other.ID()) || m.Choice != "art:fees" {
		t.Errorf("came: %+v", m)
	}
	hidden := h.last(other, room)
	if hidden.Flags&discordtest.Ephemeral == 0 || len(h.said(p, room)) != 1 || len(h.said(p, room)[0].Choices()) != 1 {
		t.Errorf("they see %+v, the other sees %+v", hidden, h.said(p, room))
	}
	// And once more on the hidden answer, which changes.
	id = h.choose(other, room, hidden, "Fees")
	if outcome := h.updates.ended(t, id); outcome != "sent" {
		t.Fatalf("outcome %s\n%s", outcome, h.log)
	}
	seen := h.said(other, room)
	if len(seen) != 3 || len(seen[1].Choices()) != 0 || seen[2].Flags&discordtest.Ephemeral == 0 || len(h.said(p, room)) != 1 {
		t.Errorf("they see %+v", seen)
	}
}

// One person's updates wait for each other; different people's do not.
func TestOrder(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	h := open(t, func(ctx context.Context, m bot.Message) (bot.Reply, error) {
		if m.Text == "wait" {
			select {
			case <-hold:
			case <-ctx.Done():
			}
		}
		return bot.Reply{Locale: language.English, Body: paragraphs("answer to " + m.Text)}, nil
	})
	p, other := h.net.Person("Amira", "nl"), h.net.Person("Omar", "nl")
	p.Write(p.Direct(), "wait")
	var last string
	for i := range 5 {
		last = p.Write(p.Direct(), fmt.Sprint("n", i))
	}
	h.updates.ended(t, other.Write(other.Direct(), "quick"))
	if n := len(h.said(p, p.Direct())); n != 0 {
		t.Errorf("%d answers before their turn", n)
	}
	close(hold)
	h.updates.ended(t, last)
	if got, want := lines(h.said(p, p.Direct())...), "answer to wait\nanswer to n0\nanswer to n1\nanswer to n2\nanswer to n3\nanswer to n4\n"; got != want {
		t.Errorf("in this order:\n%s", got)
	}
}

// An interaction is acknowledged at once, also while the person's turn before it is under way.
func TestAcknowledgedAtOnce(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	h := open(t, func(ctx context.Context, m bot.Message) (bot.Reply, error) {
		if m.Text == "wait" {
			select {
			case <-hold:
			case <-ctx.Done():
			}
		}
		return bot.Reply{Locale: language.English, Body: paragraphs("answer to " + m.Text)}, nil
	})
	p := h.net.Person("Amira", "nl")
	p.Write(p.Direct(), "wait")
	id, err := p.Command(p.Direct(), "plan", nil)
	if err != nil {
		t.Fatal(err)
	}
	h.await("it is acknowledged", func() bool {
		all := h.said(p, p.Direct())
		return len(all) == 1 && all[0].Thinking
	})
	close(hold)
	h.updates.ended(t, id)
	for _, m := range h.said(p, p.Direct()) {
		if m.Thinking {
			t.Error("the bot is still thinking")
		}
	}
}

func TestBlocked(t *testing.T) {
	t.Parallel()
	h := open(t, say("hello"))
	p := h.net.Person("Amira", "nl")
	p.Block(true)
	if outcome := h.updates.ended(t, p.Write(p.Direct(), "hello")); outcome != "gone" {
		t.Errorf("outcome %s, want gone", outcome)
	}
	if n := h.net.Requests("POST", "/messages"); n != 1 {
		t.Errorf("%d attempts, want one", n)
	}
	p.Block(false)
	if outcome := h.updates.ended(t, p.Write(p.Direct(), "hello")); outcome != "sent" {
		t.Errorf("outcome %s, want sent", outcome)
	}
}

func TestFlood(t *testing.T) {
	t.Parallel()
	h := newHouse(t, say("hello"))
	frozen := h.clock()
	h.bot.Now = func() time.Time { return frozen }
	h.run()
	h.ready()
	p := h.net.Person("Amira", "nl")
	var last string
	for range 25 {
		last = p.Write(p.Direct(), "hello")
	}
	if outcome := h.updates.ended(t, last); outcome != "ignored" {
		t.Errorf("outcome %s, want ignored", outcome)
	}
	if n := strings.Count(lines(h.said(p, p.Direct())...), "You are sending many messages."); n != 1 {
		t.Errorf("told %d times", n)
	}
	held := slices.DeleteFunc(h.messages(), func(m bot.Message) bool { return !m.Held })
	if len(h.messages()) != 25 || len(held) != 5 {
		t.Errorf("%d turns, %d of them held back", len(h.messages()), len(held))
	}
	if outcome := h.updates.ended(t, p.Write(p.Direct(), "help")); outcome != "sent" {
		t.Errorf("a call for help has the outcome %s", outcome)
	}
	id, err := p.Command(p.Direct(), "plan", nil)
	if err != nil {
		t.Fatal(err)
	}
	h.updates.ended(t, id)
	// The language of the app is known for a command.
	if m := h.last(p, p.Direct()); m.Content != "U stuurt veel berichten." || m.Flags&discordtest.Ephemeral == 0 {
		t.Errorf("a command too many is answered by %+v", m)
	}
	if h.figures.of("sent sent") != 21 {
		t.Errorf("figures: %v", h.figures.counts)
	}
}

func TestTurnFails(t *testing.T) {
	t.Parallel()
	attempts := 0
	h := open(t, func(_ context.Context, m bot.Message) (bot.Reply, error) {
		if m.Text == "bug" {
			panic("a word of " + m.Text)
		}
		if attempts++; attempts == 1 {
			return bot.Reply{}, errors.New("save the session: database is locked")
		}
		return bot.Reply{Locale: language.English, Body: paragraphs("saved")}, nil
	})
	p := h.net.Person("Amira", "nl")
	if outcome := h.updates.ended(t, p.Write(p.Direct(), "hello")); outcome != "sent" || lines(h.said(p, p.Direct())...) != "saved\n" {
		t.Errorf("outcome %s: %s", outcome, lines(h.said(p, p.Direct())...))
	}
	if outcome := h.updates.ended(t, p.Write(p.Direct(), "bug")); outcome != "failed" || h.last(p, p.Direct()).Content != "Something went wrong." {
		t.Errorf("outcome %s, and the person reads %q", outcome, h.last(p, p.Direct()).Content)
	}
	if log := h.log.String(); !strings.Contains(log, "broke off") || strings.Contains(log, "a word of") {
		t.Errorf("logged:\n%s", log)
	}
	if outcome := h.updates.ended(t, p.Write(p.Direct(), "hello")); outcome != "sent" {
		t.Errorf("outcome %s after another's bug", outcome)
	}
}

func TestNoUpdates(t *testing.T) {
	t.Parallel()
	h := open(t, say("hello"))
	fails := 2
	h.updates.fail = func() error {
		if fails > 0 {
			fails--
			return errors.New("the database is away")
		}
		return nil
	}
	p := h.net.Person("Amira", "nl")
	if outcome := h.updates.ended(t, p.Write(p.Direct(), "hello")); outcome != "sent" || len(h.messages()) != 1 {
		t.Errorf("outcome %s, %d turns", outcome, len(h.messages()))
	}
}
