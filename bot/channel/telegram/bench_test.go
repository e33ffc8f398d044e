package telegram

import (
	"context"
	"log/slog"

	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/telegram/telegramtest"
	"wegwijzer/kb/locale"
)

// BenchmarkUpdates is one update of one of a thousand people, from Telegram to the note that its reply was sent, over
// connections of this machine, without the limits on sending.
func BenchmarkUpdates(b *testing.B) {
	server := telegramtest.New(token)
	endpoint, end, err := server.Listen()
	if err != nil {
		b.Fatal(err)
	}
	catalog := testCatalog()
	h := &Bot{Token: token, Endpoint: endpoint, Catalog: func() *locale.Catalog { return catalog }, Updates: &notebook{outcomes: map[string]string{}},
		Figures: &figures{counts: map[string]int{}}, Log: slog.New(slog.DiscardHandler), PerSecond: 1e6,
		Now: time.Now}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	reply := bot.Reply{Locale: language.Arabic, Body: doc(strings.Repeat(letters["ar"], 5)), Question: doc("?"), Choices: [][]bot.Choice{{{ID: "a", Label: "A"}}}}
	go func() {
		ended <- h.Run(ctx, func(context.Context, bot.Message) (bot.Reply, error) { return reply, nil })
	}()
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		server.Person(int64(1000+i%1000), "ar").Say("hello")
	}
	if err := server.Settle(ctx); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	cancel()
	if err := <-ended; err != nil {
		b.Error(err)
	}
	if err := end(); err != nil {
		b.Error(err)
	}
}
