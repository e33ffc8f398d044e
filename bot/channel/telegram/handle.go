package telegram

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/delivery"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

const (
	turnTime   = 20 * time.Second // the longest one turn may take
	turnsTime  = 30 * time.Second // how long a turn that fails is tried again
	courtesy   = 2 * time.Second  // how long a reply waits for what is only kind: typing, an old keyboard taken away
	deleteTime = 10 * time.Second // how long a reply waits for a message with a plan code to be taken away
)

// handle answers one update and notes how it ended. It gives false if it did not end, because the run does: then Telegram
// must deliver it again. It runs in the lane of the update's person.
func (r *run) handle(ctx context.Context, u update) (ended bool) {
	if ctx.Err() != nil {
		return false
	}
	defer func() {
		if recover() != nil {
			// A bug of ours, outside of what respond guards. It must not come back with each delivery.
			r.Log.Error("the handling of an update broke off", "channel", string(Channel), "at", panicked())
			ended = r.note(ctx, u.name(), failed) == nil
		}
	}()
	r.Figures.Received(string(u.kind))
	if u.kind == ignored || u.kind == blocked {
		if u.kind == blocked {
			r.keyboards.take(u.chatID())
		}
		return r.note(ctx, u.name(), dropped) == nil
	}
	before, err := r.begin(ctx, u.name())
	if err != nil {
		return false
	}
	if before != "" && before != noted {
		return true
	}
	parts, outcome := r.respond(ctx, u)
	if outcome == "" {
		return false
	}
	outcome, err = r.deliver(ctx, u, parts, outcome, before == noted)
	if err != nil {
		return false
	}
	if outcome != dropped {
		r.Figures.Sent(outcome)
	}
	return true
}

// respond gives what to send, and the outcome if it arrives: "" if the run ended before there was an answer.
func (r *run) respond(ctx context.Context, u update) (parts []part, outcome string) {
	ok, tell := r.admit(u)
	if !ok {
		m := u.asMessage()
		m.Time, m.Held = r.Now(), true
		if reply, err := r.turn(ctx, m); err == nil && len(reply.Body) > 0 {
			return composer{r.Catalog(), r.me}.compose(reply, false, !u.private), sent // no limit holds back who calls for help
		}
		if !tell {
			return nil, dropped
		}
		return r.sentence(u, "flood"), sent
	}
	var besides sync.WaitGroup
	defer besides.Wait()
	r.beKind(ctx, &besides, u)
	if place := guarded(func() {
		var reply bot.Reply
		var err error
		if reply, err = r.ask(ctx, u); err != nil {
			if ctx.Err() == nil {
				r.Log.Error("turn", "channel", string(Channel), "error", err)
				parts, outcome = r.sentence(u, "error"), failed
			}
			return
		}
		if reply.Forgotten {
			r.keyboards.take(u.chatID())
		}
		c := composer{r.Catalog(), r.me}
		parts, outcome = c.compose(reply, reply.Secret && r.remove(ctx, u), !u.private), sent
	}); place != "" {
		r.Log.Error("a reply broke off", "channel", string(Channel), "at", place)
		parts, outcome = r.sentence(u, "error"), failed
	}
	return parts, outcome
}

// admit tells whether a person may go on, and if not, whether to tell them. A group has a measure too, about as much as
// Telegram lets us send to it: else its backlog would keep everybody else's updates waiting. A group is told nothing.
func (r *run) admit(u update) (ok, tell bool) {
	if ok, tell = r.flood.Person(bot.PersonID(u.person)); ok && !u.private {
		ok, _ = r.flood.Person(bot.PersonID("group " + u.chatID()))
	}
	return ok, tell && u.private
}

// ask gives the update to the turn, again if that fails, since then nothing was saved.
func (r *run) ask(ctx context.Context, u update) (reply bot.Reply, err error) {
	ctx, cancel := context.WithTimeout(ctx, turnsTime)
	defer cancel()
	m := u.asMessage()
	m.Time = r.Now()
	err = delivery.Retry(ctx, func(context.Context) error {
		ctx, cancel := context.WithTimeout(r.grace, turnTime) // a turn under way may end, whatever happens around it
		defer cancel()
		reply, err = r.turn(ctx, m)
		return err
	}, nil)
	return reply, err
}

// beKind does beside the turn what a reply waits for only shortly: the pressed button comes to rest, the person sees that
// we are typing, and keyboards that are answered go away. Nothing depends on it.
func (r *run) beKind(ctx context.Context, besides *sync.WaitGroup, u update) {
	do := func(method string, params tgbotapi.Params) {
		besides.Go(func() { _ = r.try(ctx, courtesy, method, params, nil) })
	}
	if u.query != "" {
		do("answerCallbackQuery", tgbotapi.Params{"callback_query_id": u.query})
	}
	typing := tgbotapi.Params{"chat_id": u.chatID(), "action": "typing"}
	if u.thread != 0 {
		typing["message_thread_id"] = decimal(u.thread)
	}
	do("sendChatAction", typing)
	var answered []int64
	if u.kind == pressed {
		answered = append(answered, u.message)
	}
	if u.private {
		if last := r.keyboards.take(u.chatID()); last != u.message || u.kind != pressed {
			answered = append(answered, last)
		}
	}
	for _, message := range answered {
		if message != 0 {
			do("editMessageReplyMarkup", tgbotapi.Params{"chat_id": u.chatID(), "message_id": decimal(message), "reply_markup": `{"inline_keyboard":[]}`})
		}
	}
}

// remove takes the person's own message away, where the network allows it, and tells whether it is away.
func (r *run) remove(ctx context.Context, u update) bool {
	if !u.private || u.message == 0 || u.kind == pressed {
		return false
	}
	err := r.try(ctx, deleteTime, "deleteMessage", tgbotapi.Params{"chat_id": u.chatID(), "message_id": decimal(u.message)}, nil)
	if refused, ok := errors.AsType[*refusal](err); ok && refused.reason == reasonNoMessage {
		return true // taken away before a crash, or by the person
	}
	return err == nil
}

// sentence gives a message of one sentence of ours, in the language of the person's app.
func (r *run) sentence(u update, key string) []part {
	catalog := r.Catalog()
	tag := language.English
	if l, ok := catalog.Match(u.hint); ok {
		tag = l.Tag
	}
	reply := bot.Reply{Locale: tag, Body: prose.Doc{paragraph(catalog.Sentence(tag, key, locale.Args{}))}}
	return composer{catalog, r.me}.compose(reply, false, !u.private)
}

// guarded runs f and gives the place of a panic, or "". The value of a panic may quote a message, so only its place is
// ever told.
func guarded(f func()) (place string) {
	defer func() {
		if recover() != nil {
			place = panicked()
		}
	}()
	f()
	return ""
}

// panicked gives the function and line of our code that panicked. It is called while the panic is being recovered.
func panicked() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", frame.Function, frame.Line)
		}
		if !more {
			return "unknown place"
		}
	}
}
