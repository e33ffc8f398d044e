package conversation

import (
	"strings"
	"unicode"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/session"
	"wegwijzer/kb"
	"wegwijzer/kb/locale"
)

// answerInPublic answers where others read along. Only what the question itself says counts: no session is opened, so
// that nothing of a person's plan, language or answers can show, and none is kept. A call for help is answered, a
// question gets its article; for everything else the person is asked to write in private.
func (e *Engine) answerInPublic(m bot.Message) bot.Reply {
	t := &turn{ed: e.editions(), s: &session.Session{}, m: m, day: m.Time, text: m.Text}
	place := guarded(func() {
		t.listen()
		reasons, closed := e.doors.Closed(m.Channel)
		switch {
		case t.m.Choice == "" && t.claimCrisis():
			t.reply.Choices = nil
			return
		case closed:
			t.sayClosed(reasons)
			return
		}
		t.cut()
		t.speakOpenly()
	})
	if place != "" {
		return e.broken(m, place)
	}
	t.reply.Said = ""
	t.reply.Locale = t.tag
	return t.reply
}

// speakOpenly answers a question or shows an article that was pressed, and says where the rest can be talked about.
func (t *turn) speakOpenly() {
	what, on, _ := splitChoice(t.m.Choice)
	pressed := t.ed.Library.Article(kb.ArticleID(on))
	_, code := t.typedCode()
	switch {
	case what == pressArticle && pressed != nil:
		t.showArticle(pressed)
		t.offerRelated(pressed)
	case t.m.Choice == "" && !code && !strings.HasPrefix(strings.TrimSpace(t.text), "/") && strings.ContainsFunc(t.text, unicode.IsLetter):
		t.answerWith(t.ed.Understander.Understand(t.text, t.tag))
	}
	var kept [][]bot.Choice
	for _, row := range t.reply.Choices {
		if what, _, _ := splitChoice(row[0].ID); what == pressArticle {
			kept = append(kept, row)
		}
	}
	t.reply.Choices = kept
	t.say("public.private", nil)
}

// refuse answers at a closed door: calls for help still get help, everybody else the reason. Nothing is kept.
func (t *turn) refuse(reasons map[language.Tag]string) {
	t.text = t.m.Text
	t.listen()
	if t.m.Choice != "" || !t.claimCrisis() {
		t.sayClosed(reasons)
	}
	t.reply.Choices = nil
	t.reply.Locale = t.tag
}

// sayClosed says why the channel is closed, in the nearest language in which the operator gave a reason.
func (t *turn) sayClosed(reasons map[language.Tag]string) {
	for _, tag := range t.ed.Library.Catalog().Chain(t.tag) {
		if reason := reasons[tag]; reason != "" {
			t.say("channel.reason", locale.Args{"reason": reason})
			return
		}
	}
	t.say("channel.off", nil)
}
