// Package discord is the channel to Discord. It turns what Discord's gateway delivers into a bot.Message and a bot.Reply
// into Discord's own means: Markdown, buttons, select menus, files. It knows no route and no article, keeps no text and
// no name, and has no database of its own: which updates were handled, it tells to an Updates.
//
// # How an update goes
//
// discordgo reads the gateway and calls a handler, one event after another. The handler takes from the event what an
// update needs, has the person's lane take it and returns; an interaction (a command, a button) is acknowledged at the
// same time, because Discord gives three seconds for that whatever else is going on. In the lane the update is noted as
// begun, the turn runs, the reply is sent and its end is noted. Discord never delivers an event again, but for what a
// resumed connection repeats; so an update that a crash took between its beginning and its end is lost, and counted
// when the next process starts.
//
// # Private and public
//
// A direct message is the main way. In a server others read along: a message that mentions the bot is answered in
// public, without anything of the person's own; a command or a pressed choice is answered so that only that person sees it.
package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"wegwijzer/bot"
	"wegwijzer/bot/delivery"
	"wegwijzer/kb/locale"
)

// Channel is the name of this channel in a Message.
const Channel bot.ChannelID = "discord"

// Updates remembers which updates were handled, without what they said or who sent them. A call's error comes from where
// they are kept, and may pass.
type Updates interface {
	// Begin notes that an update is being handled. It gives the outcome noted before: "" for a new one, "begun" for one
	// that was begun and never ended.
	Begin(ctx context.Context, channel, update string) (outcome string, err error)
	// End notes how it ended: one of the outcomes below.
	End(ctx context.Context, channel, update, outcome string) error
	// Abandoned ends what an earlier process began and never ended, with outcome "lost", and gives the number.
	Abandoned(ctx context.Context, channel string) (int, error)
}

// The outcomes of an update.
const (
	sent    = "sent"
	gone    = "gone"    // the person is out of reach
	failed  = "failed"  // an error of ours, or a network that stayed away
	ignored = "ignored" // too many at once
)

// Figures are told what an operator's monitoring shows.
type Figures interface {
	Received(kind string) // an update: message, mention, command or choice
	Sent(outcome string)  // how the delivery of a reply ended
	Retried(why string)   // a request that is tried again: throttled, stumbled
	Lost(n int)           // updates without a reply, that will not be delivered again
	Up(up bool)           // whether the gateway is connected
}

// Bot is a bot at Discord. Fields without a default are needed; none may change while Run runs.
type Bot struct {
	Token    string                 // from the Developer Portal, without "Bot " before it
	Endpoint string                 // where the API is, such as http://127.0.0.1:8080/api; empty: Discord itself
	Catalog  func() *locale.Catalog // today's languages and sentences
	Updates  Updates
	Figures  Figures
	Log      *slog.Logger
	Now      func() time.Time

	PerSecond float64 // requests a second in all, of which one channel gets a fortieth; 0: what Discord allows a bot
}

// Run answers people until ctx ends; then it takes no more updates, lets those under way finish for a few seconds and
// returns nil once all it started has ended. It returns earlier with an error that only an operator can mend: one that
// is delivery.ErrRevoked if Discord does not accept the token, or delivery.ErrRefused if Discord refuses the connection
// for good.
func (b *Bot) Run(ctx context.Context, turn func(context.Context, bot.Message) (bot.Reply, error)) error {
	asked := ctx
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	r, err := newRunning(ctx, b, end, turn)
	if err != nil {
		return err
	}
	b.Figures.Up(false)
	err = r.serve(ctx)
	r.stop()
	b.Figures.Up(false)
	if cause := context.Cause(ctx); errors.Is(cause, delivery.ErrRevoked) { // found out while sending
		err = cause
	}
	if err != nil && asked.Err() == nil { // nobody asked for the end: whatever it was, an operator must hear of it
		return fmt.Errorf("discord: %w", err)
	}
	return nil
}
