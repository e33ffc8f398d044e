package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/channeltest"
	"wegwijzer/bot/channel/discord"
	"wegwijzer/bot/channel/discord/discordtest"
	"wegwijzer/bot/channel/telegram"
	"wegwijzer/bot/metrics"
	"wegwijzer/kb/locale"
)

// discordDriver is a person with Discord's app, in a direct conversation.
type discordDriver struct {
	t       *testing.T
	network *discordtest.Network
	person  *discordtest.Person
	updates *deliveries
	seen    int // messages of the conversation that were looked at
	keys    *discordtest.Message
	own     map[string]bool // what only this channel says
}

func openDiscord(t *testing.T, talk *channeltest.Talk, clock *channeltest.Clock) channeltest.Driver {
	h := newHouse(t, clock.Now, io.Discard)
	catalog := h.ed.Library.Catalog()
	turn := func(ctx context.Context, m bot.Message) (bot.Reply, error) {
		m.Hint = talk.Lang // Discord says nothing of a language with a typed message; the talks begin with one
		return h.engine.Turn(ctx, m)
	}
	network, updates := startDiscord(t, catalog, turn, clock.Now)
	return &discordDriver{t: t, network: network, person: network.Person("Somebody", talk.Lang.String()), updates: updates, own: ownSentences(catalog, "Discord")}
}

// startDiscord runs the bot on a fake network until the test ends.
func startDiscord(t *testing.T, catalog *locale.Catalog, turn telegram.Turn, now func() time.Time) (*discordtest.Network, *deliveries) {
	network, err := discordtest.Open(discordtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(network.Close)
	updates := &deliveries{}
	b := &discord.Bot{
		Token: network.Token(), Endpoint: network.Endpoint(), Catalog: func() *locale.Catalog { return catalog }, Updates: updates,
		Figures: metrics.New().Of(discord.Channel), Log: slog.New(slog.DiscardHandler), Now: reading(now),
	}
	runChannel(t, b.Run, turn)
	if err := network.Await(t.Context(), func() bool { return network.Connected() > 0 }); err != nil {
		t.Fatal(err)
	}
	return network, updates
}

// cutLabels gives a talk with its choices as short as Discord's buttons make them.
func cutLabels(talk string) string {
	const most = 80 // UTF-16 units; an option of a menu has 100
	var b strings.Builder
	for line := range strings.Lines(talk) {
		number, label, ok := strings.Cut(line, "] ")
		if units := utf16.Encode([]rune(strings.TrimSuffix(label, "\n"))); ok && strings.HasPrefix(line, "[") && len(units) > most {
			line = number + "] " + string(utf16.Decode(units[:most-1])) + "…\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

func (d *discordDriver) Say(text string) channeltest.Screen {
	return d.screen(d.person.Write(d.person.Direct(), text))
}

func (d *discordDriver) Press(n int) channeltest.Screen {
	d.t.Helper()
	if d.keys == nil || n < 1 || n > len(d.keys.Choices()) {
		d.t.Fatal("there is no such choice")
	}
	update, err := d.person.Choose(d.person.Direct(), d.keys.ID, d.keys.Choices()[n-1])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.screen(update)
}

// screen waits until the bot has answered the update and gives what is new in the conversation.
func (d *discordDriver) screen(update string) (s channeltest.Screen) {
	d.t.Helper()
	if outcome := d.updates.ended(d.t, string(discord.Channel), update); outcome != "sent" {
		d.t.Fatalf("the reply was not sent but %s", outcome)
	}
	all := d.person.Messages(d.person.Direct())
	d.keys = nil
	var files []string
	for _, m := range all[min(d.seen, len(all)):] {
		if !m.FromBot {
			continue
		}
		for _, line := range m.Lines() {
			if line = channeltest.Plain(line); line != "" && !d.own[line] {
				s.Lines = append(s.Lines, line)
			}
		}
		for _, document := range m.Documents {
			files = append(files, "⤓ "+document.Name)
		}
		if choices := m.Choices(); len(choices) > 0 {
			d.keys = &m
			for _, choice := range choices {
				s.Choices = append(s.Choices, channeltest.Plain(choice.Label))
			}
		}
	}
	s.Lines = append(s.Lines, files...)
	d.seen = len(all)
	return s
}
