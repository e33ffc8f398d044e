package discord_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/discord/discordtest"
	"wegwijzer/bot/delivery"
)

// Whatever goes wrong on the way out once or twice, the reply arrives, once.
func TestStumbles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault discordtest.Fault
		why   string
	}{
		{"too many requests", discordtest.Fault{Status: 429, After: 200 * time.Millisecond}, "throttled"},
		{"too many requests in all", discordtest.Fault{Status: 429, After: 200 * time.Millisecond, Global: true}, "throttled"},
		{"a wall that says when", discordtest.Fault{Status: 429, After: time.Second, Page: true}, "throttled"},
		{"a broken server", discordtest.Fault{Status: 500}, "stumbled"},
		{"a bad gateway", discordtest.Fault{Status: 502, Page: true}, "stumbled"},
		{"a wall", discordtest.Fault{Status: 403, Page: true}, "stumbled"},
		{"a broken connection", discordtest.Fault{}, "stumbled"},
		{"a broken connection after the message was made", discordtest.Fault{Done: true}, "stumbled"},
		{"a broken server after the message was made", discordtest.Fault{Status: 500, Done: true}, "stumbled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, say("hello"))
			h.net.Fail("POST", "/messages", tt.fault, tt.fault)
			p := h.net.Person("Amira", "nl")
			if outcome := h.updates.ended(t, p.Write(p.Direct(), "hello")); outcome != "sent" {
				t.Errorf("outcome %s\n%s", outcome, h.log)
			}
			if n := len(h.said(p, p.Direct())); n != 1 {
				t.Errorf("%d messages, want one", n)
			}
			if h.figures.of("retried "+tt.why) != 2 || len(h.messages()) != 1 {
				t.Errorf("figures: %v; %d turns", h.figures.counts, len(h.messages()))
			}
		})
	}
}

// The first answer to an interaction is tried again too, within its three seconds.
func TestAcknowledgementStumbles(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]discordtest.Fault{"dropped": {}, "dropped after": {Done: true}, "500": {Status: 500}, "429": {Status: 429, After: 100 * time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, say("hello"))
			h.net.Fail("POST", "/callback", fault)
			p := h.net.Person("Amira", "nl")
			id, err := p.Command(p.Direct(), "plan", nil)
			if err != nil {
				t.Fatal(err)
			}
			if outcome := h.updates.ended(t, id); outcome != "sent" {
				t.Errorf("outcome %s\n%s", outcome, h.log)
			}
			if got := lines(h.said(p, p.Direct())...); got != "hello\n" {
				t.Errorf("shown:\n%s", got)
			}
		})
	}
}

// An interaction that Discord no longer lets us answer is answered by a direct message, or not begun at all.
func TestTooLateForAnInteraction(t *testing.T) {
	t.Parallel()
	h := open(t, say("hello"))
	room := h.net.Guild("COA")
	p := h.net.Person("Amira", "nl")
	late := discordtest.Fault{Status: 404, Code: 10062}
	h.net.Fail("POST", "/callback", late, late)
	id, err := p.Command(p.Direct(), "plan", nil)
	if err != nil {
		t.Fatal(err)
	}
	if outcome := h.updates.ended(t, id); outcome != "sent" || lines(h.said(p, p.Direct())...) != "hello\n" {
		t.Errorf("outcome %s, shown %q\n%s", outcome, lines(h.said(p, p.Direct())...), h.log)
	}
	if id, err = p.Command(room, "plan", nil); err != nil {
		t.Fatal(err)
	}
	if outcome := h.updates.ended(t, id); outcome != "failed" || len(h.messages()) != 1 || len(h.said(p, room)) != 0 {
		t.Errorf("outcome %s, %d turns\n%s", outcome, len(h.messages()), h.log)
	}
	// The quarter of an hour is over while the turn is under way.
	h.net.Fail("PATCH", "@original", discordtest.Fault{Status: 401, Code: 50027}, discordtest.Fault{Status: 404, Code: 10015})
	if id, err = p.Command(p.Direct(), "plan", nil); err != nil {
		t.Fatal(err)
	}
	if outcome := h.updates.ended(t, id); outcome != "sent" {
		t.Errorf("outcome %s\n%s", outcome, h.log)
	}
	if id, err = p.Command(room, "plan", nil); err != nil {
		t.Fatal(err)
	}
	if outcome := h.updates.ended(t, id); outcome != "gone" {
		t.Errorf("outcome %s, want gone\n%s", outcome, h.log)
	}
}

// A reply that Discord refuses, which is a bug of ours, still leaves the person with a sentence.
func TestRefused(t *testing.T) {
	t.Parallel()
	h := open(t, say("hello"))
	h.net.Fail("POST", "/messages", discordtest.Fault{Status: 400, Code: 50035})
	p := h.net.Person("Amira", "nl")
	if outcome := h.updates.ended(t, p.Write(p.Direct(), "hello")); outcome != "failed" || lines(h.said(p, p.Direct())...) != "Something went wrong.\n" {
		t.Errorf("outcome %s, shown %q", outcome, lines(h.said(p, p.Direct())...))
	}
	if !strings.Contains(h.log.String(), "discord answers 400, code 50035") {
		t.Errorf("logged:\n%s", h.log)
	}
}

// Ids that Discord does not take leave a button out, not the reply.
func TestOddChoices(t *testing.T) {
	t.Parallel()
	h := open(t, reply(bot.Reply{Locale: language.English, Body: paragraphs("hello"), Choices: [][]bot.Choice{
		{{ID: strings.Repeat("x", 96), Label: "too long"}, {ID: "a:ü", Label: "no ASCII"}, {ID: "", Label: "nothing"}, {ID: "cmd:x", Label: " \n"}},
		{{ID: "cmd:same", Label: "Same"}, {ID: "cmd:same", Label: "Same again"}, {ID: "cmd:long", Label: strings.Repeat("مُ", 90)}},
	}}))
	p := h.net.Person("Amira", "nl")
	if outcome := h.updates.ended(t, p.Write(p.Direct(), "hello")); outcome != "sent" {
		t.Fatalf("outcome %s\n%s", outcome, h.log)
	}
	m := h.last(p, p.Direct())
	choices := m.Choices()
	if len(choices) != 3 || choices[2].Label != strings.Repeat("مُ", 39)+"…" {
		t.Fatalf("choices: %+v", choices)
	}
	h.updates.ended(t, h.choose(p, p.Direct(), m, "Same again"))
	if got := h.messages()[1].Choice; got != "cmd:same" {
		t.Errorf("came as %q", got)
	}
}

// Everything goes wrong now and then; every update is answered, once, in its order.
func TestTrouble(t *testing.T) {
	t.Parallel()
	h := open(t, func(_ context.Context, m bot.Message) (bot.Reply, error) {
		return bot.Reply{Locale: language.English, Body: paragraphs("answer to " + m.Text)}, nil
	})
	h.net.Disturb(discordtest.Trouble{Throttle: .05, After: 50 * time.Millisecond, Fail: .05, Drop: .05})
	people, last := make([]*discordtest.Person, 20), make([]string, 20)
	for i := range people {
		people[i] = h.net.Person(fmt.Sprint("P", i), "nl")
	}
	for k := range 15 {
		for i, p := range people {
			last[i] = p.Write(p.Direct(), fmt.Sprint("n", k))
			if k == 7 && i == 10 {
				h.net.DropGateway()
			}
		}
	}
	var want strings.Builder
	for k := range 15 {
		fmt.Fprintf(&want, "answer to n%d\n", k)
	}
	for i, p := range people {
		if outcome := h.updates.ended(t, last[i]); outcome != "sent" {
			t.Errorf("outcome %s", outcome)
		}
		if got := lines(h.said(p, p.Direct())...); got != want.String() {
			t.Errorf("%d reads:\n%s", i, got)
		}
	}
	if n := h.figures.of("sent sent"); n != 300 || len(h.messages()) != 300 {
		t.Errorf("%d sent, %d turns", n, len(h.messages()))
	}
}

// What a crash took is counted when the bot starts.
func TestAbandoned(t *testing.T) {
	t.Parallel()
	h := newHouse(t, say("hello"))
	h.updates.abandoned = 3
	h.run()
	h.await("the bot is connected", func() bool { return h.net.Connected() == 1 })
	if n := h.figures.of("lost"); n != 3 || !strings.Contains(h.log.String(), "lost=3") {
		t.Errorf("%d lost; logged:\n%s", n, h.log)
	}
}

// When the bot stops, what is under way is finished and what waits behind it too; nothing new comes in.
func TestStop(t *testing.T) {
	t.Parallel()
	began, hold := make(chan struct{}), make(chan struct{})
	h := open(t, func(ctx context.Context, m bot.Message) (bot.Reply, error) {
		if m.Text == "wait" {
			close(began)
			select {
			case <-hold:
			case <-ctx.Done():
			}
		}
		return bot.Reply{Locale: language.English, Body: paragraphs("answer to " + m.Text)}, nil
	})
	p := h.net.Person("Amira", "nl")
	p.Write(p.Direct(), "wait")
	last := p.Write(p.Direct(), "behind")
	<-began
	h.figures.wait(t, "the message behind comes", func() bool { return h.figures.of("received message") == 2 })
	ended := make(chan error, 1)
	go func() { ended <- h.stop() }()
	h.await("the gateway is closed", func() bool { return h.net.Connected() == 0 })
	close(hold)
	if err := <-ended; err != nil {
		t.Errorf("Run gave %v", err)
	}
	if outcome := h.updates.ended(t, last); outcome != "sent" || h.figures.of("lost") != 0 {
		t.Errorf("outcome %s, %d lost", outcome, h.figures.of("lost"))
	}
}

// A turn that does not end keeps the bot from stopping for some seconds only, and what never began is counted as lost.
func TestStopInTime(t *testing.T) {
	t.Parallel()
	began := make(chan struct{})
	h := open(t, func(ctx context.Context, m bot.Message) (bot.Reply, error) {
		close(began)
		<-ctx.Done()
		return bot.Reply{}, ctx.Err()
	})
	p := h.net.Person("Amira", "nl")
	first := p.Write(p.Direct(), "wait")
	p.Write(p.Direct(), "behind")
	<-began
	h.figures.wait(t, "the message behind comes", func() bool { return h.figures.of("received message") == 2 })
	ended := make(chan error, 1)
	go func() { ended <- h.stop() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("Run gave %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the bot does not stop")
	}
	if outcome := h.updates.ended(t, first); outcome != "failed" || h.figures.of("lost") != 1 {
		t.Errorf("outcome %s, %d lost", outcome, h.figures.of("lost"))
	}
}

// A token that is revoked ends the bot with an error that says so, whenever it is found out.
func TestRevoked(t *testing.T) {
	t.Parallel()
	for name, find := range map[string]func(h *house, p *discordtest.Person){
		"at the start":   nil,
		"by the gateway": func(h *house, _ *discordtest.Person) { h.net.Revoke() },
		"while sending": func(h *house, p *discordtest.Person) {
			h.net.Fail("POST", "/messages", discordtest.Fault{Status: 401})
			p.Write(p.Direct(), "hello")
		},
		"while acknowledging": func(h *house, p *discordtest.Person) {
			h.net.Fail("POST", "/callback", discordtest.Fault{Status: 401})
			if _, err := p.Command(p.Direct(), "plan", nil); err != nil {
				h.t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, say("hello"))
			if find == nil {
				h.bot.Token = "another"
			}
			ended := make(chan error, 1)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			go func() { ended <- h.bot.Run(ctx, h.answer) }()
			if find != nil {
				h.ready()
				find(h, h.net.Person("Amira", "nl"))
			}
			if err := <-ended; !errors.Is(err, delivery.ErrRevoked) {
				t.Errorf("Run gave %v\n%s", err, h.log)
			} else if strings.Contains(err.Error(), h.bot.Token) {
				t.Errorf("the error holds the token: %v", err)
			}
		})
	}
}
