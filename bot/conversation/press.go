package conversation

import (
	"slices"
	"strings"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/insight"
	"wegwijzer/kb"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
	"wegwijzer/kb/route"
)

// press does what a choice stands for. A choice of an older release or one that no longer fits is answered with where
// the person is now.
func (t *turn) press(id string) {
	what, on, value := splitChoice(id)
	t.event.Outcome = insight.Commanded
	if !t.pressed(what, on, value) {
		t.say("unknown-choice", nil)
		t.event.Outcome = insight.Nothing
		t.here()
	}
}

func (t *turn) pressed(what, on, value string) bool {
	switch what {
	case pressCommand:
		return t.command(on, "")
	case pressLang:
		return t.changeLanguage(on)
	case pressHeard:
		t.accept(on == "yes")
		return true
	case pressArticle, pressHelpful, pressWrong:
		article := t.ed.Library.Article(kb.ArticleID(on))
		return article != nil && t.pressedArticle(what, article)
	case pressStep, pressDone, pressUndone:
		return t.pressedStep(what, route.StepID(on))
	case pressAnswer, pressGroup, pressSkip, pressFix:
		slot := t.ed.Route.Slot(route.SlotID(on))
		return slot != nil && t.pressedSlot(what, slot, value)
	}
	return false
}

func (t *turn) pressedArticle(what string, article *kb.Article) bool {
	t.event.Subject = string(article.ID)
	switch what {
	case pressHelpful:
		t.event.Outcome = insight.Helpful
		t.say("feedback.thanks", nil)
	case pressWrong:
		t.event.Outcome = insight.Wrong
		t.say("feedback.wrong", nil)
		for _, s := range article.Sources {
			t.reply.Sources = append(t.reply.Sources, bot.Link{Label: s.Title, URL: s.URL})
		}
		t.offer(t.choice("choice.human", pressCommand, "human"))
	default:
		t.event.Outcome = insight.Answered
		t.reply.Said = t.title(article.ID)
		t.showArticle(article)
		t.offerRelated(article)
	}
	t.resume()
	return true
}

func (t *turn) pressedSlot(what string, slot *route.Slot, value string) bool {
	t.event.Outcome = insight.Routed
	switch what {
	case pressAnswer:
		if slot.Check(value) != nil {
			return false
		}
		t.reply.Said = t.value(route.Answer{Slot: slot.ID, Value: value})
		t.answer(slot, value)
		t.goOn()
	case pressSkip:
		t.skip(slot)
		t.goOn()
	case pressGroup:
		if !slices.Contains(t.groups(slot), value) {
			return false
		}
		t.s.Asking, t.s.Family = string(slot.ID), value
		t.ask(slot)
	case pressFix:
		t.s.Asking, t.s.Family, t.s.Offered = string(slot.ID), "", nil
		t.ask(slot)
	}
	return true
}

// command does what /name asks for; on is what stood behind it. ok is false for a name we do not know.
func (t *turn) command(name, on string) (ok bool) {
	t.event.Outcome = insight.Commanded
	switch name {
	case "start":
		t.start()
	case "plan":
		t.openPlan(on)
	case "next":
		t.showNext()
	case "lang":
		if on == "" || !t.changeLanguage(strings.ToLower(on)) {
			t.chooseLanguage(on != "")
		}
	case "forget":
		t.forget, t.reply.Forgotten, t.own = true, true, true
		t.say("forget.done", nil)
		t.offer(t.choice("choice.plan", pressCommand, "plan"), t.choice("choice.lang", pressCommand, "lang"))
	case "help":
		t.help()
	case "human":
		t.page("human-help")
	case "privacy":
		t.page("privacy")
		t.offerCounting()
		t.offer(t.choice("choice.forget", pressCommand, "forget"))
	case "nocount":
		t.s.Uncounted, t.s.Counted = true, nil
		t.say("nocount.done", nil)
		t.resume()
	case "count":
		t.s.Uncounted = false
		t.say("count.done", nil)
		t.resume()
	case "sofar":
		t.showPlan()
		if t.s.Asking != "" {
			t.reply.Choices = nil // the question's own are enough
		}
		t.resume()
	case "new":
		t.startAnew()
	case "keep":
		t.keep()
	case "sheet":
		t.showSheet()
	case "calendar":
		t.showCalendar()
	case "code":
		t.showCode()
	case "fix":
		t.offerFix()
	case "back":
		t.back()
	case "skip":
		slot, open := t.asking()
		if !open {
			return false
		}
		t.skip(slot)
		t.goOn()
	case "yes", "no":
		if len(t.s.Offered) == 0 {
			return false
		}
		t.accept(name == "yes")
	default:
		return false
	}
	return true
}

// start shows the first screen, or greets somebody who was here before.
func (t *turn) start() {
	if len(t.s.Answers) == 0 {
		t.own = true
		t.welcome()
		return
	}
	t.say("welcome.back", nil)
	t.here()
}

// welcome is the first screen: what this is, what it is not, what is counted, and two ways to begin.
func (t *turn) welcome() {
	for _, key := range []string{"welcome.what", "welcome.who", "welcome.count", "welcome.how"} {
		t.say(key, nil)
	}
	t.offer(t.choice("choice.plan", pressCommand, "plan"), t.choice("choice.help", pressCommand, "help"))
	t.offerLanguages()
	t.offer(t.choice("choice.privacy", pressCommand, "privacy"), t.choice("choice.nocount", pressCommand, "nocount"))
}

// introduce puts what must be known first above the reply to somebody whose first message was a question.
func (t *turn) introduce() {
	body := t.reply.Body
	t.reply.Body = nil
	t.say("welcome.who", nil)
	t.say("welcome.count", nil)
	t.reply.Body = append(t.reply.Body, body...)
	t.offer(t.choice("choice.privacy", pressCommand, "privacy"), t.choice("choice.nocount", pressCommand, "nocount"))
}

func (t *turn) offerCounting() {
	if t.s.Uncounted {
		t.offer(t.choice("choice.count", pressCommand, "count"))
	} else {
		t.offer(t.choice("choice.nocount", pressCommand, "nocount"))
	}
}

func (t *turn) help() {
	t.say("help.title", nil)
	var lines []string
	for _, key := range []string{"help.ask", "help.plan", "help.lang", "help.forget", "help.human"} {
		lines = append(lines, t.ui(key, nil))
	}
	t.list(prose.List, lines)
	t.offer(t.choice("choice.plan", pressCommand, "plan"), t.choice("choice.human", pressCommand, "human"))
	t.offer(t.choice("choice.lang", pressCommand, "lang"), t.choice("choice.privacy", pressCommand, "privacy"))
}

// page shows the article that a command stands for, as far as this content has it.
func (t *turn) page(id kb.ArticleID) {
	t.event.Subject = string(id)
	if article := t.ed.Library.Article(id); article != nil {
		t.showArticle(article)
	} else {
		t.help()
	}
	if t.s.Asking != "" {
		t.offer(t.choice("crisis.goon", pressCommand, "plan"))
	}
}

// chooseLanguage offers all languages by their own names.
func (t *turn) chooseLanguage(unknown bool) {
	if unknown {
		t.say("lang.unknown", nil)
	}
	t.say("lang.choose", nil)
	t.offerLanguages()
}

func (t *turn) offerLanguages() {
	const inRow = 3
	var row []bot.Choice
	for _, l := range t.ed.Library.Catalog().Languages() {
		row = append(row, bot.Choice{ID: choiceID(pressLang, l.Tag.String()), Label: l.Name})
		if len(row) == inRow {
			t.offer(row...)
			row = nil
		}
	}
	t.offer(row...)
}

// changeLanguage goes on in another language of ours and shows again where the person is.
func (t *turn) changeLanguage(name string) bool {
	tag, named := t.ed.Language(name)
	if !named {
		var err error
		if tag, err = locale.ParseTag(name); err != nil || tag == language.Und {
			return false
		}
	}
	l, ok := t.ed.Library.Catalog().Match(tag)
	if !ok {
		return false
	}
	t.tag, t.s.Locale, t.s.Chosen = l.Tag, l.Tag, true
	t.reply.Said = l.Name
	t.say("lang.changed", nil)
	t.here()
	return true
}
