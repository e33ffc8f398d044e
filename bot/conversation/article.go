package conversation

import (
	"strings"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/insight"
	"wegwijzer/kb"
	"wegwijzer/kb/edition"
	"wegwijzer/kb/prose"
	"wegwijzer/kb/understand"
)

const maxRelated = 3 // more choices than that hide the answer on a small screen

// showArticle puts an article in the reply: title, text with its facts, their doubts, how fresh it is, its sources.
func (t *turn) showArticle(a *kb.Article) {
	r := t.ed.Library.Render(a, t.tag, t.day)
	if t.s.Article = string(a.ID); t.event.Subject == "" && t.event.Outcome != insight.Crisis {
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
		t.reply.Sources = append(t.reply.Sources, bot.Link{Label: s.Title, URL: s.URL})
	}
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
	for _, id := range ids {
		if title := t.title(id); title != "" && n < maxRelated {
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

// decline says honestly that this is not known, with the nearest subjects and a person to go to.
func (t *turn) decline(best kb.ArticleID, others []understand.Guess) {
	near := []kb.ArticleID{best}
	for _, g := range others {
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

	near language.Tag // in which to reply
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
	u := ed.Understander.Understand(t.text, hint)
	a.Article, a.Score, a.Declined, a.Alternatives = u.Article, u.Score, u.Declined, u.Alternatives
	if u.Locale != language.Und {
		a.Language = u.Locale
	}
	return a
}

// Reply gives what a person is shown for the answer on day.
func (a Answer) Reply(ed *edition.Edition, day time.Time) bot.Reply {
	t := &turn{ed: ed, s: newSession(), day: day, tag: a.near}
	if article := ed.Library.Article(a.Article); article != nil && !a.Declined {
		t.showArticle(article)
	} else {
		t.decline(a.Article, a.Alternatives)
	}
	t.reply.Locale = t.tag
	return t.reply
}
