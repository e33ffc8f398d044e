package conversation

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/insight"
	"wegwijzer/kb"
	"wegwijzer/kb/edition"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
	"wegwijzer/kb/understand"
)

const maxRelated = 3 // more choices than that hide the answer on a small screen

// showArticle puts an article in the reply: title, what it says to the person's profession, text with its facts, their
// doubts, its sources and how fresh our reading of each is.
func (t *turn) showArticle(a *kb.Article) {
	r := t.ed.Library.RenderFor(a, t.profession(), t.tag, t.day)
	if t.event.Subject == "" && t.event.Outcome != insight.Crisis {
		t.event.Subject = string(a.ID)
	}
	if r.Text == nil {
		return // an article without any text is a fault that check names
	}
	borrowed := ""
	if r.FellBack {
		t.say("article.fellback", nil)
		borrowed = r.Tag.String()
	}
	if r.Title != "" {
		head := block(prose.Heading, r.Title)
		head.Lang = borrowed
		t.reply.Body = append(t.reply.Body, head)
	}
	for _, b := range r.Body {
		b.Lang = borrowed
		t.reply.Body = append(t.reply.Body, pressable(b))
	}
	if t.event.Outcome == insight.Crisis { // no doubt stands below the number to call
		for _, s := range r.Sources {
			t.reply.Sources = append(t.reply.Sources, bot.Link{Label: s.Title, URL: s.URL})
		}
		return
	}
	for _, doubt := range r.Doubts {
		t.sayText(doubt)
	}
	if r.Machine && !r.FellBack {
		t.say("article.machine", nil)
	}
	if r.Outdated {
		t.say("article.outdated", nil)
	}
	for _, s := range r.Sources {
		t.source(s.Title, s.URL, s.Read)
	}
}

// source puts an official page in the reply, once, with how fresh our reading of it is.
func (t *turn) source(label, url string, read kb.Read) {
	if fresh := t.ed.Library.Freshness(read, t.tag); fresh != "" {
		label = t.ui("read.source", locale.Args{"source": label, "fresh": fresh})
	}
	if link := (bot.Link{Label: label, URL: url}); !slices.Contains(t.reply.Sources, link) {
		t.reply.Sources = append(t.reply.Sources, link)
	}
}

// profession gives the person's profession: the one that the text names, else the one they gave; "" if not known.
func (t *turn) profession() kb.ProfessionID {
	const section = "profession"
	if t.text != "" {
		for _, m := range t.mentions() {
			if m.Section == section {
				return kb.ProfessionID(m.ID)
			}
		}
	}
	return kb.ProfessionID(t.given()[section])
}

// pressable turns the links between articles into choices.
func pressable(b prose.Block) prose.Block {
	items := make([][]prose.Span, len(b.Items))
	for i, item := range b.Items {
		items[i] = make([]prose.Span, len(item))
		for j, span := range item {
			if id, ok := strings.CutPrefix(span.Link, "article:"); ok {
				span.Link = "choice:" + choiceID(pressArticle, id)
			}
			items[i][j] = span
		}
	}
	b.Items = items
	return b
}

// offerRelated asks whether the article helped and offers what people ask next.
func (t *turn) offerRelated(a *kb.Article) {
	t.last = []bot.Choice{t.choice("choice.helpful", pressHelpful, string(a.ID)), t.choice("choice.wrong", pressWrong, string(a.ID))}
	t.offerLanguage()
	if t.s.Asking != "" || len(t.s.Offered) > 0 {
		return // the open question comes next; more buttons would bury it
	}
	t.offerArticles(a.Related...)
}

// offerArticles offers articles by their titles, a row each, at most maxRelated.
func (t *turn) offerArticles(ids ...kb.ArticleID) {
	n := 0
	for i, id := range ids {
		if title := t.title(id); title != "" && n < maxRelated && !slices.Contains(ids[:i], id) {
			t.offer(bot.Choice{ID: choiceID(pressArticle, string(id)), Label: title})
			n++
		}
	}
}

// title gives an article's title in the language of the reply or the nearest, "" if there is no such article or title.
func (t *turn) title(id kb.ArticleID) string {
	a := t.ed.Library.Article(id)
	if a == nil {
		return ""
	}
	for _, tag := range t.ed.Library.Catalog().Chain(t.tag) {
		if text := a.Texts[tag]; text != nil && text.Title != "" {
			return text.Title
		}
	}
	return string(id)
}

// decline says honestly that this is not known, with the nearest subjects and a person to go to. Help comes first among
// them where the text may be a call for it.
func (t *turn) decline(u understand.Understanding) {
	near := []kb.ArticleID{u.Help, u.Article}
	for _, g := range u.Alternatives {
		near = append(near, g.Article)
	}
	t.say("declined", nil)
	t.offerArticles(near...)
	if len(t.reply.Choices) > 0 {
		t.say("declined.near", nil)
	} else {
		t.say("declined.human", nil)
	}
	t.offer(t.choice("choice.human", pressCommand, "human"))
	t.offerLanguage()
}

// Answer is what is made of one utterance outside any conversation.
type Answer struct {
	Language     language.Tag // that the text is in, also one the content lacks; Und if unknowable
	Article      kb.ArticleID // best guess, also when declined; the help shown in a crisis
	Score        float64      // probability that Article is right
	Declined     bool
	Crisis       bool
	Redacted     bool // something personal was cut out
	Alternatives []understand.Guess

	near     language.Tag // in which to reply
	cleaned  string       // the text without what was cut out
	warnings prose.Doc    // about what was cut out
	u        understand.Understanding
}

// Ask understands one utterance in the order of a turn: crisis, then what is personal is cut out, then the question.
// hint is the person's own language, Und if unknown; it never overrules the script of the text.
func Ask(ed *edition.Edition, text string, hint language.Tag) Answer {
	t := &turn{ed: ed, s: newSession(), text: text}
	t.m.Hint = hint
	t.listen()
	a := Answer{near: t.tag, Language: ed.Understander.Language(text, hint)}
	if article, ok := ed.Understander.Crisis(text); ok && ed.Library.Article(article) != nil {
		a.Article, a.Score, a.Crisis = article, 1, true
		return a
	}
	a.Redacted = t.cut()
	a.cleaned, a.warnings = t.text, t.reply.Body
	a.u = ed.Understander.Understand(t.text, hint)
	a.Article, a.Score, a.Declined, a.Alternatives = a.u.Article, a.u.Score, a.u.Declined, a.u.Alternatives
	if a.u.Locale != language.Und {
		a.Language = a.u.Locale
	}
	return a
}

// Reply gives what a person is shown for the answer on day: what a turn says, but what it would say about the person's
// place in the route.
func (a Answer) Reply(ed *edition.Edition, day time.Time) bot.Reply {
	t := &turn{ed: ed, s: newSession(), day: day, tag: a.near, text: a.cleaned}
	t.reply.Body = append(t.reply.Body, a.warnings...)
	if a.Crisis {
		t.event.Outcome = insight.Crisis
		t.showArticle(ed.Library.Article(a.Article))
	} else {
		t.answerWith(a.u)
	}
	t.reply.Locale = t.tag
	return t.reply
}
