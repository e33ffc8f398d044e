package discord_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/canary"
	"wegwijzer/bot/channel/discord/discordtest"
	"wegwijzer/bot/delivery"
)

// Marked words, an id, the token of the bot and those of interactions go through everything that can go wrong. None of
// them may stand in the log, in what discordgo prints, or in the error with which the bot ends.
func TestNothingIsWritten(t *testing.T) {
	c, err := canary.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var library notes // discordgo prints to the log of the whole process, so no other test may run meanwhile
	log.SetOutput(io.MultiWriter(&library, os.Stderr))
	defer log.SetOutput(os.Stderr)

	h := newHouse(t, func(_ context.Context, m bot.Message) (bot.Reply, error) {
		if strings.Contains(m.Text, "panic") {
			panic(m.Text)
		}
		return bot.Reply{Locale: language.English, Body: paragraphs("you said " + m.Text), Choices: [][]bot.Choice{{{ID: "a:name:x", Label: c.Name}}}}, nil
	})
	// The id of the person and the token are canaries too: the places of the BSN and of the name are free for that.
	person := "7" + c.Phone + c.BSN
	h.net.Person("warm up", "nl")
	p := h.net.PersonWithID(person, c.Name, "en-US")
	room := h.net.Guild("COA")
	h.run()
	h.ready()

	faults := []discordtest.Fault{{Status: 500}, {}, {Done: true}, {Status: 429, After: 100 * time.Millisecond}, {Status: 502, Page: true}, {Status: 400, Code: 50035}, {Status: 403, Code: 50007}, {Status: 404, Code: 10015}}
	for i, text := range []string{c.Sentence, c.Name, "بنت " + c.NameAr, c.BSN, c.Phone, c.Email, "panic " + c.Sentence, c.Sentence} {
		h.net.Fail("POST", "/messages", faults[i])
		h.net.Fail("POST", "/callback", faults[i])
		h.net.Fail("POST", "/webhooks", faults[i])
		h.net.Fail("PATCH", "@original", faults[i])
		h.updates.ended(t, p.Write(p.Direct(), text))
		h.updates.ended(t, p.Write(room, "<@"+h.net.Bot()+"> "+text))
		for _, where := range []string{p.Direct(), room} {
			id, err := p.Command(where, "ask", map[string]string{"question": text})
			if err != nil {
				t.Fatal(err)
			}
			h.updates.ended(t, id)
			for _, m := range h.said(p, where) {
				for _, choice := range m.Choices() {
					if id, err = p.Choose(where, m.ID, choice); err == nil {
						h.updates.ended(t, id)
					}
				}
			}
		}
	}
	// Events that do not decode, which is what discordgo quotes.
	h.net.Dispatch("MESSAGE_CREATE", map[string]any{"id": c.BSN, "timestamp": c.Sentence, "content": c.Sentence, "author": map[string]any{"id": person, "username": c.Name}})
	h.net.Dispatch("MESSAGE_CREATE", map[string]any{"content": c.Sentence, "type": c.Name, "components": []any{map[string]any{"type": 77, "label": c.Email}}})
	h.net.Dispatch("INTERACTION_CREATE", map[string]any{"token": c.Name, "type": 2, "data": map[string]any{"name": c.Sentence}})
	h.updates.ended(t, p.Write(p.Direct(), "still there?"))
	h.net.DropGateway()
	h.await("the bot is back", func() bool { return h.net.Connected() == 1 })
	h.net.Revoke()
	var ended error
	h.figures.wait(t, "the bot ends", func() bool { return !h.figures.isUp() })
	ended = h.finish()
	if !errors.Is(ended, delivery.ErrRevoked) {
		t.Errorf("Run gave %v", ended)
	}

	// The library may say nothing at all, so that there is nothing to search in it.
	if said := library.String(); said != "" {
		t.Errorf("discordgo printed:\n%s", said)
	}
	written := h.log.String() + "\n" + errorText(ended)
	report, err := canary.Search(t.Context(), c, canary.Bytes("the log", []byte(written)))
	if err != nil {
		t.Fatal(err)
	}
	for _, leak := range report.Leaks {
		t.Errorf("leaked: %s", leak)
	}
	for what, secret := range map[string]string{"the token": h.bot.Token, "a token of an interaction": "interaction_", "the id of a person": person,
		"the id of a conversation": p.Direct(), "an address": "/webhooks/"} {
		if strings.Contains(written, secret) {
			t.Errorf("%s is written:\n%s", what, written)
		}
	}
	if len(h.log.String()) == 0 {
		t.Error("nothing was logged: the test shows nothing")
	}
	// The search works: a leak that is planted is found.
	report, err = canary.Search(t.Context(), c, canary.Bytes("planted", []byte("level=INFO text="+c.Name)))
	if err != nil || len(report.Leaks) == 0 {
		t.Errorf("a planted leak is not found: %v", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
