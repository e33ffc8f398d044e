package conversation

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/session"
	"wegwijzer/kb/edition"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
	"wegwijzer/kb/route"
	"wegwijzer/kb/understand"
)

// maxOffered bounds how many choices of a reply can be picked later by typing their number.
const maxOffered = 64

// Turn answers one message. One person's turns run one at a time in the order in which they came; what a turn learns
// is saved before its reply is given, so that a crash can at most repeat a reply: a second delivery of the update handled
// last gets its reply again and changes nothing. A channel that has updates delivered again must therefore not begin a
// person's next one before the reply to this one has arrived.
//
// A public message opens no session and keeps nothing: see public.go.
//
// A person who sends faster than is answered gets a kind sentence, not an error. An error means that nothing was
// saved and the message may be sent again; it never holds words or an id of the person.
func (e *Engine) Turn(ctx context.Context, m bot.Message) (bot.Reply, error) {
	if m.Held {
		help, _ := e.help(m, &session.Session{})
		return help, nil
	}
	if m.Public {
		return e.answerInPublic(m), nil
	}
	leave, err := e.lanes.enter(ctx, laneKey{m.Channel, m.Person})
	if errors.Is(err, errBusy) {
		if help, called := e.help(m, &session.Session{}); called {
			return help, nil
		}
		return e.sentence(m, "busy"), nil
	}
	if err != nil {
		return bot.Reply{}, fmt.Errorf("wait for the turn: %w", err)
	}
	defer leave()

	s, err := e.sessions.Open(ctx, m.Channel, m.Person)
	if errors.Is(err, session.ErrSealed) {
		// It will never open again, and must not keep the person from being answered or forgotten.
		e.log.Error("a stored session does not open; the person begins anew", "channel", string(m.Channel))
		s, err = &session.Session{}, nil
	}
	reasons, closed := e.doors.Closed(m.Channel)
	if err != nil {
		// Nothing is known of the person. Who calls for help gets it all the same, and a closed door says why it is.
		if help, called := e.help(m, &session.Session{}); called {
			return help, nil
		}
		if !closed {
			return bot.Reply{}, fmt.Errorf("open the session: %w", err)
		}
		s = &session.Session{}
	}
	t := &turn{ed: e.editions(), s: s, m: m, day: m.Time}
	if closed && !forgets(m) {
		if place := guarded(func() { t.refuse(reasons) }); place != "" {
			return e.broken(m, place), nil
		}
		return t.reply, nil
	}
	again := s.Begin(m.Update)
	if place := guarded(t.run); place != "" {
		return e.broken(m, place), nil
	}
	if t.forget {
		if err := e.sessions.Forget(ctx, m.Channel, m.Person); err != nil {
			return bot.Reply{}, fmt.Errorf("forget the session: %w", err)
		}
		return t.reply, nil
	}
	if !s.Uncounted && !again {
		t.event.Channel, t.event.Locale, t.event.Turn = string(m.Channel), t.reply.Locale, s.Turns
		s.Counted = e.counter.Count(ctx, t.event, s.Counted)
	}
	if err := e.sessions.Save(ctx, m.Channel, m.Person, s); err != nil {
		return bot.Reply{}, fmt.Errorf("save the session: %w", err)
	}
	return t.reply, nil
}

// forgets tells whether a message is the one that wipes everything, which no closed door may keep from anybody.
func forgets(m bot.Message) bool {
	name, _, _ := strings.Cut(strings.TrimSpace(m.Text), "@")
	return strings.EqualFold(name, "/forget") || m.Choice == choiceID(pressCommand, "forget")
}

// help answers a call for help, if the message is one, without the session in store: it must not wait for anything.
func (e *Engine) help(m bot.Message, s *session.Session) (reply bot.Reply, called bool) {
	if m.Choice != "" {
		return bot.Reply{}, false
	}
	t := &turn{ed: e.editions(), s: s, m: m, day: m.Time, text: m.Text}
	if place := guarded(func() {
		t.listen()
		called = t.claimCrisis()
	}); place != "" {
		e.log.Error("a call for help broke off", "channel", string(m.Channel), "at", place)
		return bot.Reply{}, false
	}
	t.reply.Choices, t.reply.Locale = nil, t.tag
	return t.reply, called
}

// broken answers a turn that panicked, which is a bug of ours. The value of the panic may quote the message, so only its
// place is logged; the session as it was stays, and this person's next turn begins from there.
func (e *Engine) broken(m bot.Message, place string) bot.Reply {
	e.log.Error("a turn broke off", "channel", string(m.Channel), "at", place)
	return e.sentence(m, "error")
}

// sentence gives a reply of one sentence, for when there is no session to speak from.
func (e *Engine) sentence(m bot.Message, key string) bot.Reply {
	t := &turn{ed: e.editions(), s: &session.Session{}, m: m}
	t.tag = t.speak(m.Hint)
	t.say(key, nil)
	t.reply.Locale = t.tag
	return t.reply
}

// turn is one message on its way to a reply. It lives as long as the turn and is used by one goroutine.
type turn struct {
	ed  *edition.Edition
	s   *session.Session
	m   bot.Message
	day time.Time

	text   string       // what was typed, as far as it may be looked at
	tag    language.Tag // language of the reply
	reply  bot.Reply
	event  insight.Event
	forget bool

	mentioned  []understand.Mention // in the text mentionsOf
	mentionsOf string

	last []bot.Choice // offered below all others
	own  bool         // the reply is a first screen itself: nothing need be said before it
}

// guarded runs part of a turn and gives the place of a panic, or "".
func guarded(run func()) (place string) {
	defer func() {
		if recover() != nil {
			place = panicked()
		}
	}()
	run()
	return ""
}

// panicked gives the file and line of our code that panicked. It is called while the panic is being recovered.
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

func (t *turn) run() {
	first := t.s.Turns == 0
	t.s.Turns++
	t.text = t.m.Text
	t.listen()
	if t.m.Choice != "" {
		t.press(t.m.Choice)
	} else {
		for _, claims := range claimants {
			if claims(t) {
				break
			}
		}
	}
	if first && t.m.Choice == "" && !t.forget && t.event.Outcome != insight.Crisis && !t.own {
		t.introduce()
	}
	t.reply.New = first && !t.forget
	t.offer(t.last...)
	t.reply.Locale = t.tag
	t.s.Options = nil
	for _, row := range t.reply.Choices {
		for _, choice := range row {
			if len(t.s.Options) < maxOffered {
				t.s.Options = append(t.s.Options, choice.ID)
			}
		}
	}
}

// minWords is how many words a text must have before its language may change the language of the replies: names and
// levels ("Aleppo", "B1") look like any language.
const minWords = 3

// listen settles the language of the reply: the one the person chose, else the one they write, else that of their app.
func (t *turn) listen() {
	t.tag = t.speak(t.s.Locale)
	if t.s.Locale == language.Und {
		t.tag = t.speak(t.m.Hint)
	}
	written := t.written()
	switch {
	case written == language.Und || written == t.tag:
	case t.s.Chosen:
		// They chose this language; we offer the other one under the reply, see offerLanguage.
	case t.s.Locale == language.Und || t.clearly(written):
		t.tag = written
	}
	t.s.Locale = t.tag
}

// clearly tells whether the text is long enough, or in a script of its own, to believe that it is in this language.
func (t *turn) clearly(written language.Tag) bool {
	catalog := t.ed.Library.Catalog()
	now, _ := catalog.Language(t.tag)
	then, _ := catalog.Language(written)
	return now.Script != then.Script || len(strings.Fields(t.text)) >= minWords
}

// written gives the language of the content that the text is in, or Und.
func (t *turn) written() language.Tag {
	if t.text == "" || strings.HasPrefix(t.text, "/") {
		return language.Und
	}
	if _, code := t.typedCode(); code {
		return language.Und // its letters are of no language, whatever they look like
	}
	heard := t.ed.Understander.Language(t.text, t.tag)
	if l, ok := t.ed.Library.Catalog().Match(heard); ok {
		return l.Tag
	}
	return language.Und
}

// speak gives the language of ours that is nearest to tag: itself, or English for strangers if we have it, or the
// language the content is written in.
func (t *turn) speak(tag language.Tag) language.Tag {
	catalog := t.ed.Library.Catalog()
	if l, ok := catalog.Match(tag); ok {
		return l.Tag
	}
	if l, ok := catalog.Match(language.English); ok {
		return l.Tag
	}
	if source := t.ed.Library.Source(); source != language.Und {
		return source
	}
	if all := catalog.Languages(); len(all) > 0 {
		return all[0].Tag
	}
	return language.English
}

// ui gives one of the bot's own sentences.
func (t *turn) ui(key string, args locale.Args) string {
	return t.ed.Library.Catalog().Sentence(t.tag, key, args)
}

// say adds one of the bot's own sentences as a paragraph.
func (t *turn) say(key string, args locale.Args) { t.sayText(t.ui(key, args)) }

func (t *turn) sayText(text string) {
	if text != "" {
		t.reply.Body = append(t.reply.Body, block(prose.Paragraph, text))
	}
}

// wonder adds a paragraph to what the choices answer.
func (t *turn) wonder(text string, strong bool) {
	if text != "" {
		t.reply.Question = append(t.reply.Question, prose.Block{Kind: prose.Paragraph, Items: [][]prose.Span{{{Text: text, Strong: strong}}}})
	}
}

func (t *turn) head(text string) { t.reply.Body = append(t.reply.Body, block(prose.Heading, text)) }

func (t *turn) list(kind prose.Kind, items []string) {
	if len(items) > 0 {
		t.reply.Body = append(t.reply.Body, block(kind, items...))
	}
}

func block(kind prose.Kind, items ...string) prose.Block {
	b := prose.Block{Kind: kind}
	for _, item := range items {
		b.Items = append(b.Items, []prose.Span{{Text: item}})
	}
	return b
}

// offer adds a row of choices.
func (t *turn) offer(choices ...bot.Choice) {
	if len(choices) > 0 {
		t.reply.Choices = append(t.reply.Choices, choices)
	}
}

// choice gives a choice with one of the bot's own sentences as its label.
func (t *turn) choice(key string, what string, on ...string) bot.Choice {
	return bot.Choice{ID: choiceID(what, on...), Label: t.ui(key, nil)}
}

// word gives a short text of the content, or the id itself where the content has none.
func (t *turn) word(section, id string) string {
	if w, ok := t.ed.Library.Word(t.tag, section, id); ok {
		return w.Name
	}
	return id
}

func (t *turn) note(section, id string) string {
	w, _ := t.ed.Library.Word(t.tag, section, id)
	return w.Note
}

// value gives how an answer reads to the person.
func (t *turn) value(a route.Answer) string {
	switch slot := t.ed.Route.Slot(a.Slot); {
	case a.Value == skipped:
		return t.ui("choice.skip", nil)
	case slot == nil:
		return a.Value
	case slot.Kind == route.Month:
		if month, err := time.Parse("2006-01", a.Value); err == nil {
			return t.ed.Library.Catalog().Date(t.tag, month, 2)
		}
		return a.Value
	default:
		return t.word(slot.SectionOf(a.Value), a.Value)
	}
}
