package conversation

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/redact"
	"wegwijzer/kb/fold"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/route"
	"wegwijzer/kb/understand"
)

// claimants look at a typed text in this order; the first that claims it answers it. Crisis comes before everything:
// a cry for help may hold a phone number, look like a command or stand where an answer was asked for.
var claimants = []func(*turn) bool{
	(*turn).claimCrisis,
	(*turn).claimPersonal,
	(*turn).claimCommand,
	(*turn).claimAnswer,
	(*turn).claimHeard,
	(*turn).claimQuestion,
}

// maxText is how much of a text is looked at, in characters; more than anybody types on a phone, and a bound on the
// work of a turn.
const maxText = 4096

func (t *turn) claimCrisis() bool {
	article, ok := t.ed.Understander.Crisis(t.text)
	if !ok || t.ed.Library.Article(article) == nil {
		return false
	}
	t.event.Outcome = insight.Crisis
	t.own = true
	if written := t.written(); written != language.Und && t.clearly(written) {
		t.tag = written // help comes in the language of the cry, whatever was chosen before
	}
	t.showArticle(t.ed.Library.Article(article))
	t.offer(t.choice("choice.human", pressCommand, "human"))
	if t.s.Asking != "" {
		t.offer(t.choice("crisis.goon", pressCommand, "plan"))
	}
	return true
}

// claimPersonal cuts out what must never be typed in a chat. It claims the text only when nothing else is left.
func (t *turn) claimPersonal() bool {
	if _, ok := t.typedCode(); ok {
		return false
	}
	if !t.cut() || strings.ContainsFunc(t.text, unicode.IsLetter) {
		return false
	}
	t.event.Outcome = insight.Nothing
	t.resume()
	return true
}

// cut bounds the text and cuts out what is personal, saying so; it tells whether anything was.
func (t *turn) cut() bool {
	if utf8.RuneCountInString(t.text) > maxText {
		t.text = string([]rune(t.text)[:maxText])
		t.say("too-long", nil)
	}
	cleaned, kinds := redact.Redact(t.text)
	t.text, t.reply.Said = cleaned, cleaned
	if len(kinds) == 0 {
		return false
	}
	var names []string
	for _, kind := range kinds {
		names = append(names, t.ui("redacted."+string(kind), nil))
	}
	t.say("redacted", locale.Args{"kinds": t.joined(names)})
	return true
}

func (t *turn) claimCommand() bool {
	if name, ok := strings.CutPrefix(strings.TrimSpace(t.text), "/"); ok {
		name, on, _ := strings.Cut(name, " ")
		name, _, _ = strings.Cut(name, "@") // in a group: /plan@thisbot
		if t.command(strings.ToLower(name), strings.TrimSpace(on)) {
			return true
		}
		t.say("ask.unclear", nil)
		t.help()
		return true
	}
	if code, ok := t.typedCode(); ok {
		t.openPlan(code)
		return true
	}
	if tag, ok := t.ed.Language(t.text); ok && t.asksLanguage() {
		return t.changeLanguage(tag.String())
	}
	name, ok := t.ed.Command(t.text)
	if !ok {
		return false
	}
	switch name {
	case "yes", "no":
		if len(t.s.Offered) == 0 {
			return false
		}
	case "skip", "back":
		if t.s.Asking == "" {
			return false
		}
	}
	return t.command(name, "")
}

// asksLanguage tells whether the name of a language can only be meant as the one to go on in: languages were offered, or
// somebody who has just come and chosen nothing says no more than that.
func (t *turn) asksLanguage() bool {
	fresh := !t.s.Chosen && t.s.Asking == "" && len(t.s.Answers) == 0
	return fresh || slices.ContainsFunc(t.s.Options, func(id string) bool { return strings.HasPrefix(id, pressLang+":") })
}

// claimAnswer takes the text as the answer to the open question, or as the number of a choice.
func (t *turn) claimAnswer() bool {
	if n, ok := number(t.text); ok && n >= 1 && n <= len(t.s.Options) {
		t.press(t.s.Options[n-1])
		return true
	}
	slot, ok := t.asking()
	if !ok || asks(t.text) {
		return false
	}
	value, ok := t.valueIn(slot, t.text)
	if !ok {
		return t.unclear()
	}
	if len(strings.Fields(t.text)) > fewWords && !t.tellsAboutSelf() {
		return false // a sentence that merely names a value is a question or a story
	}
	if others := t.heard(); len(others) > 1 {
		return false // it says more than was asked; claimHeard shows all of it
	}
	if t.given()[slot.ID] == "" {
		t.say("change.noted", locale.Args{"value": t.value(route.Answer{Slot: slot.ID, Value: value})})
	}
	t.answer(slot, value)
	t.goOn()
	return true
}

// unclear claims a text that can only be meant as an answer, but is none to the open question: "yes" where two choices
// begin with yes, or a number.
func (t *turn) unclear() bool {
	name, _ := t.ed.Command(t.text)
	if name != "yes" && name != "no" && strings.ContainsFunc(t.text, unicode.IsLetter) {
		return false
	}
	t.say("ask.unclear", nil)
	t.resume()
	return true
}

// claimHeard takes a text in which people tell about themselves and shows back what it understood. Somebody who asks
// something in the same breath gets the answer first; see claimQuestion.
func (t *turn) claimHeard() bool {
	answers := t.heard()
	if len(answers) == 0 || asks(t.text) {
		return false
	}
	// One thing named is enough in a sentence about oneself, or in a few words while the route is asking.
	if brief := t.s.Asking != "" && len(strings.Fields(t.text)) <= fewWords; len(answers) < 2 && !t.tellsAboutSelf() && !brief {
		return false
	}
	t.event.Outcome = insight.Routed
	t.confirm(answers)
	return true
}

func (t *turn) claimQuestion() bool {
	if !strings.ContainsFunc(t.text, unicode.IsLetter) {
		t.event.Outcome = insight.Nothing
		t.say("empty", nil)
		t.resume()
		return true
	}
	if _, answers := t.ed.Command(t.text); answers {
		// "Yes", "I don't know", "back", when nothing is open that they answer: no question to understand.
		t.event.Outcome = insight.Nothing
		t.here()
		return true
	}
	t.answerWith(t.ed.Understander.Understand(t.text, t.tag))
	if heard := t.heard(); len(heard) > 0 && t.tellsAboutSelf() {
		t.confirm(heard)
		return true
	}
	t.resume()
	return true
}

// answerWith says what was understood: the article, which of two, or that this is not known.
func (t *turn) answerWith(u understand.Understanding) {
	article := t.ed.Library.Article(u.Article)
	t.event.Subject = string(u.Article)
	switch {
	case u.Declined || article == nil:
		t.event.Outcome = insight.Declined
		t.decline(u)
	case u.Score < certain && len(u.Alternatives) > 0 && u.Alternatives[0].Score >= close2*u.Score:
		t.event.Outcome = insight.Which
		t.say("which", nil)
		t.offerArticles(u.Article, u.Alternatives[0].Article)
	default:
		t.event.Outcome = insight.Answered
		t.showArticle(article)
		t.offerRelated(article)
	}
}

// fewWords is how long an answer to a question is that stands by itself, such as "verzorgende IG" or "from Aleppo".
const fewWords = 4

// Below certain, a second subject that is at least close2 times as likely as the first is offered beside it: showing
// one of two near subjects as the answer would be right little more often than a coin.
const (
	certain = 0.65
	close2  = 0.6
)

// number gives the whole number that the text is, in digits of any script.
func number(text string) (int, bool) {
	text = strings.Trim(strings.TrimSpace(text), "[]().")
	if text == "" || len(text) > 12 {
		return 0, false
	}
	n, err := strconv.Atoi(fold.Text(text))
	return n, err == nil
}

// offerLanguage offers to go on in the language the person writes, when they chose another one before.
func (t *turn) offerLanguage() {
	if written := t.written(); t.s.Chosen && written != language.Und && written != t.tag && t.clearly(written) {
		label := t.ed.Library.Catalog().Sentence(written, "lang.offer", nil)
		t.offer(bot.Choice{ID: choiceID(pressLang, written.String()), Label: label})
	}
}
