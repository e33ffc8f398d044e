// Package conversation is the one engine behind every channel: a Message comes in, a Reply goes out, and in between
// stand the person's session, the route and the content. The same messages give the same replies on every channel.
//
// It knows no network and no table. What a person typed is looked at and let go: it is never put in an error, a log
// or a session.
package conversation

import (
	"context"
	"log/slog"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/session"
	"wegwijzer/kb/edition"
)

// Sessions finds what is remembered of a person; see session.Sessions.
type Sessions interface {
	Open(context.Context, bot.ChannelID, bot.PersonID) (*session.Session, error)
	Save(context.Context, bot.ChannelID, bot.PersonID, *session.Session) error
	Forget(context.Context, bot.ChannelID, bot.PersonID) error
}

// Counter takes note, aside, of what a turn was about. It gets and gives back the session's counting memory, so that
// it can keep its bound per session without knowing whose it is. It is not called for who does not want to be counted.
type Counter interface {
	Count(ctx context.Context, e insight.Event, memory []byte) []byte
}

// Doors tells which channels are open. An operator closes one, with the reason by language, if there is one: people read
// it instead of a reply. Calls for help are answered behind a closed door too.
type Doors interface {
	Closed(bot.ChannelID) (reasons map[language.Tag]string, closed bool)
}

// Open are doors that nobody closes.
type Open struct{}

// Closed implements Doors.
func (Open) Closed(bot.ChannelID) (map[language.Tag]string, bool) { return nil, false }

// Engine answers messages. It is safe for concurrent use.
type Engine struct {
	editions func() *edition.Edition
	sessions Sessions
	counter  Counter
	doors    Doors
	log      *slog.Logger
	lanes    *lanes
}

// New gives an Engine that answers from whatever Edition editions gives at the beginning of each turn.
func New(editions func() *edition.Edition, sessions Sessions, counter Counter, doors Doors, log *slog.Logger) *Engine {
	return &Engine{editions: editions, sessions: sessions, counter: counter, doors: doors, log: log, lanes: newLanes()}
}

// Close takes no new turns and returns when those under way have ended.
func (e *Engine) Close() { e.lanes.drain() }

// Welcome gives the first screen for somebody whose app speaks the language hint. It reads and keeps nothing of them.
func (e *Engine) Welcome(hint language.Tag) bot.Reply {
	t := &turn{ed: e.editions(), s: &session.Session{}}
	t.tag = t.speak(hint)
	t.welcome()
	t.reply.Locale = t.tag
	return t.reply
}
