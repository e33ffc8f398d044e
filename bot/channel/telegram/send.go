package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"wegwijzer/bot/delivery"
)

// The outcomes of an update, as they are noted.
const (
	noted   = "begun" // not an end
	sent    = "sent"
	gone    = "gone"
	failed  = "failed"
	dropped = "ignored"
)

// How at most one message is said twice after a crash.
//
// Telegram has no name for a message that we send, so what was delivered and not noted before a crash is delivered again
// when its update comes again. That gap, from the request that delivers a message to the note that it was delivered, cannot
// be closed; but it can be held by one message at a time in the whole process, so that a crash finds at most one in it.
// run.gap is that: it is taken for each attempt and kept until the note, and given back while an attempt that failed waits
// for the next (a 429, a pause), so that one chat's trouble stops no other.
//
// Each message of a long reply is noted by itself, the last one as the end of its update. If only the end were noted, a
// long reply would stay in the gap while its second message waits, and others would have to wait with it or be in it at
// the same time. So after a crash a reply goes on with the message that was not noted.
//
// What this cannot see is an answer of Telegram's that is lost on its way: then the attempt failed as far as we know, and
// its message is sent again.

// deliver sends the messages of a reply that were not sent before and notes how its update ended; outcome is that of a
// reply that arrives. again says that an earlier process had begun. It gives how the update ended, or an error if it did
// not, because ctx did or the token was revoked.
func (r *run) deliver(ctx context.Context, u update, parts []part, outcome string, again bool) (string, error) {
	if len(parts) == 0 {
		return dropped, r.note(ctx, u.name(), dropped)
	}
	for i, p := range parts {
		name, end := u.name(), outcome
		if i < len(parts)-1 {
			name, end = u.name()+"/"+decimal(int64(i)), sent
			if again {
				before, err := r.begin(ctx, name)
				if err != nil {
					return "", err
				}
				if before == sent {
					continue
				}
			}
		}
		err := r.sendAndNote(ctx, u, p, i == 0, name, end)
		if errors.Is(err, delivery.ErrRefused) {
			r.Log.Error("Telegram refuses a message; sending it without its looks and buttons", "channel", string(Channel), "error", err)
			err = r.sendAndNote(ctx, u, part{plain: p.plain, file: p.file}, i == 0, name, end)
		}
		switch {
		case err == nil:
		case errors.Is(err, delivery.ErrGone):
			return gone, r.note(ctx, u.name(), gone)
		case errors.Is(err, delivery.ErrRefused):
			r.Log.Error("Telegram refuses a message", "channel", string(Channel), "error", err)
			return failed, r.note(ctx, u.name(), failed)
		case errors.Is(err, errStuck):
			r.Log.Error("a message is given up: Telegram takes others and not this one", "channel", string(Channel))
			return failed, r.note(ctx, u.name(), failed)
		case errors.Is(err, delivery.ErrRevoked):
			r.end(err)
			return "", err
		default:
			return "", err
		}
	}
	return outcome, nil
}

// giveUp is how long a message is tried while others arrive. Without an end, one message that Telegram, or something in
// between, answers with an error each time would keep its update unconfirmed for ever; and Telegram shows no more than
// pollMost updates from the first unconfirmed one on, so that in the end nobody would be heard.
const giveUp = 15 * time.Minute

// errStuck says that a message did not arrive in giveUp, though others did.
var errStuck = errors.New("telegram: a message does not arrive, though others do")

// sendAndNote sends one message and notes under name that it arrived. It tries as long as it takes while nothing arrives
// at all, which is trouble of the network's, and gives up with errStuck while others arrive.
func (r *run) sendAndNote(ctx context.Context, u update, p part, first bool, name, outcome string) error {
	for {
		began := r.arrived.Load()
		patient, cancel := context.WithTimeout(ctx, giveUp)
		err := r.tryAndNote(ctx, patient, u, p, first, name, outcome)
		over := patient.Err() != nil
		cancel()
		switch {
		case err == nil:
			r.arrived.Add(1)
			return nil
		case ctx.Err() != nil || !over:
			return err
		case r.arrived.Load() != began:
			return errStuck
		}
	}
}

// tryAndNote tries until patient ends; what was sent is noted even then, as long as ctx lasts.
func (r *run) tryAndNote(ctx, patient context.Context, u update, p part, first bool, name, outcome string) error {
	var message struct {
		ID int64 `json:"message_id"`
	}
	err := delivery.Retry(patient, func(patient context.Context) error {
		if !u.private {
			if err := r.groups.Wait(patient, u.chatID()); err != nil {
				return err
			}
		}
		if err := r.pace.Wait(patient, u.chatID()); err != nil {
			return err
		}
		select {
		case r.gap <- struct{}{}:
			defer func() { <-r.gap }()
		case <-patient.Done():
			return patient.Err()
		}
		if err := r.send(u, p, first, &message); err != nil {
			return err
		}
		return r.note(ctx, name, outcome)
	}, r.retried)
	if err == nil && u.private && len(p.keyboard) > 0 {
		r.keyboards.show(u.chatID(), message.ID)
	}
	return err
}

// send is one attempt.
func (r *run) send(u update, p part, first bool, message any) error {
	params := tgbotapi.Params{"chat_id": u.chatID(), "link_preview_options": `{"is_disabled":true}`}
	if u.thread != 0 {
		params["message_thread_id"] = decimal(u.thread)
	}
	if first && !u.private && u.message != 0 {
		params["reply_parameters"] = `{"message_id":` + decimal(u.message) + `,"allow_sending_without_reply":true}`
	}
	if len(p.keyboard) > 0 {
		keyboard, err := json.Marshal(tgbotapi.InlineKeyboardMarkup{InlineKeyboard: p.keyboard})
		if err != nil {
			return errors.New("telegram: write the keyboard") // strings and nothing else: it cannot fail
		}
		params["reply_markup"] = string(keyboard)
	}
	text := p.plain
	if p.html != "" {
		text, params["parse_mode"] = p.html, "HTML"
	}
	ctx, cancel := context.WithTimeout(r.grace, attemptTime)
	defer cancel()
	if p.file == nil {
		params["text"] = text
		return r.api.call(ctx, "sendMessage", params, message)
	}
	delete(params, "link_preview_options")
	params.AddNonEmpty("caption", text)
	return r.api.call(ctx, "sendDocument", params, message, file{"document", p.file.Name, p.file.Bytes})
}

// begin looks up how an update, or a message of its reply, ended before. The error is ctx's end.
func (r *run) begin(ctx context.Context, name string) (outcome string, err error) {
	err = r.remember(ctx, func(ctx context.Context) error {
		outcome, err = r.Updates.Begin(ctx, string(Channel), name)
		return err
	})
	return outcome, err
}

// note notes how an update, or a message of its reply, ended. The error is ctx's end.
func (r *run) note(ctx context.Context, name, outcome string) error {
	return r.remember(ctx, func(ctx context.Context) error { return r.Updates.End(ctx, string(Channel), name, outcome) })
}

// remember insists: without the memory of what was sent, going on would mean to say things twice.
func (r *run) remember(ctx context.Context, note func(context.Context) error) error {
	told := false
	return delivery.Retry(ctx, func(context.Context) error {
		ctx, cancel := context.WithTimeout(r.grace, noteTime)
		defer cancel()
		return note(ctx)
	}, func(error) {
		if !told { // without the error: what a store says of itself may hold the name of an update
			r.Log.Error("the outcome of a delivery cannot be kept or looked up; trying again", "channel", string(Channel))
		}
		told = true
	})
}
