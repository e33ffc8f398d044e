package discord_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"wegwijzer/bot/channel/discord/discordtest"
	"wegwijzer/bot/delivery"
	"wegwijzer/content"
	"wegwijzer/kb"
)

// However the connection ends, the bot comes back and what was written meanwhile is answered once.
func TestGatewayComesBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		end            func(*discordtest.Network)
		begun, resumed int
	}{
		{"dropped", (*discordtest.Network).DropGateway, 1, 1},
		{"closed", func(n *discordtest.Network) { n.CloseGateway(4000) }, 1, 1},
		{"asked to come back", (*discordtest.Network).AskToReconnect, 1, 1},
		{"with events told again", func(n *discordtest.Network) { n.RepeatOnResume(50); n.DropGateway() }, 1, 1},
		{"into a new session", func(n *discordtest.Network) { n.ForgetSessions(); n.DropGateway() }, 2, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, say("hello"))
			p := h.net.Person("Amira", "nl")
			h.updates.ended(t, p.Write(p.Direct(), "one"))
			if tt.begun > 1 {
				tt.end(h.net)
				h.await("the bot is back", func() bool { begun, _ := h.net.Sessions(); return begun == 2 && h.net.Connected() == 1 })
			}
			two := p.Write(p.Direct(), "two")
			if tt.begun == 1 {
				tt.end(h.net)
			}
			h.updates.ended(t, two)
			h.await("the bot is back", func() bool {
				begun, resumed := h.net.Sessions()
				return begun == tt.begun && resumed == tt.resumed && h.net.Connected() == 1
			})
			if outcome := h.updates.ended(t, p.Write(p.Direct(), "three")); outcome != "sent" {
				t.Errorf("outcome %s", outcome)
			}
			if got := lines(h.said(p, p.Direct())...); got != "hello\nhello\nhello\n" || len(h.messages()) != 3 {
				t.Errorf("%d turns, shown:\n%s", len(h.messages()), got)
			}
		})
	}
}

// A gateway that answers no heartbeat is left.
func TestDeafGateway(t *testing.T) {
	t.Parallel()
	h := newHouse(t, say("hello"))
	h.net.Heartbeat(50*time.Millisecond, false)
	h.run()
	h.await("the bot gives the line up and comes back", func() bool { begun, _ := h.net.Sessions(); return begun > 1 })
	if !strings.Contains(h.log.String(), "dropped the connection") {
		t.Errorf("logged:\n%s", h.log)
	}
}

// A gateway that takes the connection and then says nothing does not keep the bot from stopping.
func TestStopWhileOpening(t *testing.T) {
	t.Parallel()
	h := newHouse(t, say("hello"))
	h.net.MuteGateway(true)
	h.run()
	h.await("the bot has called", func() bool { return h.net.Connections() == 1 })
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
}

// Close codes after which a bot must not come back end it, with what to do.
func TestClosedForGood(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]error{4004: delivery.ErrRevoked, 4010: delivery.ErrRefused, 4011: delivery.ErrRefused, 4012: delivery.ErrRefused, 4013: delivery.ErrRefused, 4014: delivery.ErrRefused} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, say("hello"))
			h.net.RefuseGateway(code)
			if err := h.bot.Run(t.Context(), h.answer); !errors.Is(err, want) {
				t.Errorf("Run gave %v, want %v", err, want)
			}
		})
	}
}

// A bot that may begin no more sessions today waits, because Discord would take its token away.
func TestSessionsAreSpared(t *testing.T) {
	t.Parallel()
	h := newHouse(t, say("hello"))
	h.net.LimitSessions(0)
	h.run()
	h.await("the bot asks again", func() bool { return h.net.Requests("GET", "/gateway/bot") >= 2 })
	if begun, _ := h.net.Sessions(); begun != 0 {
		t.Errorf("%d sessions were begun", begun)
	}
	h.net.LimitSessions(1)
	h.await("the bot is connected", func() bool { return h.net.Connected() == 1 })
}

// Up follows the connection.
func TestUp(t *testing.T) {
	t.Parallel()
	h := open(t, say("hello"))
	h.updates.ended(t, h.net.Person("Amira", "nl").Write(h.net.Person("Omar", "nl").Direct(), "hello"))
	if !h.figures.isUp() {
		t.Error("the bot answers but is not up")
	}
	if err := h.stop(); err != nil {
		t.Error(err)
	}
	if h.figures.isUp() {
		t.Error("the bot ended but is up")
	}
}

// Events that are half empty, of new kinds or of nobody's are left alone, and the bot lives on.
func TestOddEvents(t *testing.T) {
	t.Parallel()
	h := open(t, say("hello"))
	p := h.net.Person("Amira", "nl")
	odd := map[string]any{"type": 99, "components": []any{map[string]any{"type": 77}}}
	for _, event := range []struct {
		name string
		data any
	}{
		{"MESSAGE_CREATE", map[string]any{}},
		{"MESSAGE_CREATE", nil},
		{"MESSAGE_CREATE", "text"},
		{"MESSAGE_CREATE", map[string]any{"id": "1", "channel_id": p.Direct(), "content": "x"}},
		{"MESSAGE_CREATE", map[string]any{"id": "1", "channel_id": p.Direct(), "author": map[string]any{"id": "../x"}}},
		{"MESSAGE_CREATE", map[string]any{"id": "1", "channel_id": "5/../6", "author": map[string]any{"id": "7"}}},
		{"MESSAGE_CREATE", map[string]any{"id": "1", "channel_id": p.Direct(), "author": map[string]any{"id": "7", "bot": true}}},
		{"MESSAGE_CREATE", map[string]any{"id": "1", "channel_id": p.Direct(), "author": map[string]any{"id": "7"}, "type": 6}},
		{"INTERACTION_CREATE", map[string]any{}},
		{"INTERACTION_CREATE", map[string]any{"type": 3, "data": nil}},
		{"INTERACTION_CREATE", map[string]any{"id": "1", "application_id": "2", "channel_id": "3", "token": "a/../b", "type": 2, "user": map[string]any{"id": "7"}, "data": map[string]any{"name": "plan"}}},
		{"SOMETHING_NEW", odd},
	} {
		h.net.Dispatch(event.name, event.data)
	}
	// A new kind of component on a message that this one answers, which discordgo does not decode.
	h.net.Dispatch("MESSAGE_CREATE", map[string]any{"id": "424242", "channel_id": p.Direct(), "type": 19, "content": "hello", "author": map[string]any{"id": p.ID()},
		"referenced_message": map[string]any{"id": "1", "components": []any{odd}}, "components": []any{odd}})
	if outcome := h.updates.ended(t, "424242"); outcome != "sent" {
		t.Errorf("outcome %s", outcome)
	}
	if len(h.messages()) != 1 || strings.Contains(h.log.String(), "broke off") {
		t.Errorf("%d turns; logged:\n%s", len(h.messages()), h.log)
	}
}

// The commands are registered once, and again only when they differ.
func TestRegister(t *testing.T) {
	t.Parallel()
	h := open(t, say("hello"))
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	h.run()
	h.await("the bot has asked for the commands twice", func() bool { return h.net.Requests("GET", "/commands") == 2 })
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	if n := h.net.Requests("PUT", "/commands"); n != 1 {
		t.Errorf("the commands were written %d times, want once", n)
	}
	byName := map[string]discordtest.Command{}
	for _, c := range h.net.Commands() {
		byName[c.Name] = c
	}
	if len(byName) != 11 {
		t.Errorf("%d commands", len(byName))
	}
	for name, want := range map[string]string{"plan": "", "next": "volgende", "lang": "taal", "human": "mens"} {
		if got := byName[name].NameLocalizations["nl"]; got != want {
			t.Errorf("%s is %q in Dutch, want %q", name, got, want)
		}
	}
	ask := byName["ask"]
	if ask.Description != "What ask does" || ask.DescriptionLocalizations["nl"] != "Wat ask doet" || len(ask.Options) != 1 || !ask.Options[0].Required ||
		ask.Options[0].DescriptionLocalizations["nl"] != "Wat question doet" || ask.DescriptionLocalizations["fr"] != "" {
		t.Errorf("ask is %+v", ask)
	}
}

// A bot whose commands are refused still answers.
func TestRegisterRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, say("hello"))
	h.net.Fail("PUT", "/commands", discordtest.Fault{Status: 400, Code: 50035})
	h.run()
	h.await("the bot is connected", func() bool { return h.net.Connected() == 1 && h.net.Requests("PUT", "/commands") == 1 })
	p := h.net.Person("Amira", "nl")
	if outcome := h.updates.ended(t, p.Write(p.Direct(), "hello")); outcome != "sent" {
		t.Errorf("outcome %s", outcome)
	}
}

// Discord takes the commands of the real content in every language.
func TestRegisterTheContent(t *testing.T) {
	t.Parallel()
	lib, faults := kb.Load(content.FS, content.FS)
	if kb.HasErrors(faults) {
		t.Fatalf("the content has faults: %v", faults[0])
	}
	h := newHouse(t, say("hello"))
	h.bot.Catalog = lib.Catalog
	h.run()
	h.await("the commands stand", func() bool { return len(h.net.Commands()) == 11 })
	for _, c := range h.net.Commands() {
		if c.Name == "next" && (c.NameLocalizations["nl"] != "volgende" || c.NameLocalizations["fr"] != "suivant" || c.NameLocalizations["uk"] != "наступне" || c.NameLocalizations["en-US"] != "" || len(c.DescriptionLocalizations) < 9) {
			t.Errorf("next is %+v", c)
		}
	}
}
