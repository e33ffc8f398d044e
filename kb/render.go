package kb

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

// Rendered is an article as a person reads it: in a language, on a day.
type Rendered struct {
	Tag      language.Tag // the language it is in, which need not be the one asked for
	Text     *Text
	Title    string
	Body     prose.Doc // facts filled in, doubtful ones marked
	Doubts   []string  // what the marks mean, a sentence for each kind of doubt
	Sources  []Source  // the article's official pages
	Machine  bool      // made by a machine and not yet read by a speaker
	Outdated bool      // the source text has changed since
	FellBack bool      // the language asked for has no text
}

// rendering is what can be made of a text before anybody asks: all but what depends on the day.
type rendering struct {
	page  Rendered // with the doubts that hold on every day
	facts []*Fact  // of the text, each once
	plain bool     // no marks: help in danger, where nothing may stand between a person and a number
}

// Render gives an article in tag, or in the first language of its Chain that has a text, or in any it has. The zero
// Rendered is given for an article without texts.
func (l *Library) Render(a *Article, tag language.Tag, day time.Time) Rendered {
	text, exact := l.pick(a, tag)
	if text == nil {
		return Rendered{}
	}
	r := l.rendered[text]
	if r == nil { // an article that is not of this library
		r = l.renderText(a, text)
	}
	page := r.page
	page.FellBack = !exact
	if slices.ContainsFunc(r.facts, func(f *Fact) bool { return l.doubtOn(f, day) != l.doubtAlways(f) }) {
		l.fillDoubts(&page, r, func(f *Fact) doubt { return l.doubtOn(f, day) })
	}
	return page
}

// pick chooses the text for tag; exact tells whether it is in the language that tag's speakers read.
func (l *Library) pick(a *Article, tag language.Tag) (text *Text, exact bool) {
	for i, t := range l.chain(tag) {
		if text := a.Texts[t]; text != nil {
			match, ok := l.catalog.Match(tag)
			return text, i == 0 || ok && match.Tag == t
		}
	}
	for _, lang := range l.catalog.Languages() {
		if text := a.Texts[lang.Tag]; text != nil {
			return text, false
		}
	}
	return nil, false
}

// render makes all texts ready.
func (l *Library) render() {
	for _, a := range l.articles {
		for _, text := range a.Texts {
			l.rendered[text] = l.renderText(a, text)
		}
	}
}

func (l *Library) renderText(a *Article, text *Text) *rendering {
	r := &rendering{plain: l.helps[a.ID], page: Rendered{Tag: text.Tag, Text: text, Title: text.Title, Sources: a.Sources,
		Machine: text.Status == StatusMachine, Outdated: text.Outdated}}
	for _, id := range text.Body.Facts() {
		if f := l.factByID[FactID(id)]; f != nil {
			r.facts = append(r.facts, f)
		}
	}
	l.fillDoubts(&r.page, r, l.doubtAlways)
	return r
}

// fillDoubts sets the body and the doubts of a page.
func (l *Library) fillDoubts(page *Rendered, r *rendering, doubtOf func(*Fact) doubt) {
	tag := page.Tag
	mark := ""
	if !r.plain && l.catalog.Has(tag, keyMark) {
		mark = " " + l.catalog.Sentence(tag, keyMark, nil)
	}
	page.Body = page.Text.Body.Fill(func(id string) []prose.Span {
		f := l.factByID[FactID(id)]
		if f == nil {
			return []prose.Span{{Text: "…"}}
		}
		spans := []prose.Span{l.factSpan(f, tag)}
		if mark != "" && doubtOf(f).reason != certain {
			spans = append(spans, prose.Span{Text: mark})
		}
		return spans
	})
	if l.catalog.Direction(tag) == locale.RightToLeft {
		page.Body = page.Body.Map(locale.Isolate)
	}
	page.Doubts = l.doubtSentences(r.facts, tag, doubtOf)
}

// factSpan gives a fact as a run of text, with its address if it can be opened or dialled.
func (l *Library) factSpan(f *Fact, tag language.Tag) prose.Span {
	span := prose.Span{}
	if l.factByID[f.ID] == f {
		span.Text = l.FactText(f.ID, tag)
	} else { // a fact that is not of this library
		span.Text = factText(l.catalog, f, tag)
	}
	switch f.Kind {
	case URL:
		span.Link = f.Value.Text
		span.Text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(f.Value.Text, "https://"), "www."), "/")
	case Email:
		span.Link = "mailto:" + f.Value.Text
	case Phone:
		span.Link = "tel:" + dialled(f.Value.Text)
	}
	return span
}

// dialled gives a phone number as a link dials it.
func dialled(phone string) string {
	digits := strings.Map(keepDigits, phone)
	if strings.HasPrefix(phone, "+") {
		return "+" + digits
	}
	return digits
}

func placeholders(text string) []string { return prose.Placeholders(text) }

// fillText fills the facts of a short text in.
func (l *Library) fillText(text string, tag language.Tag) string {
	return prose.FillText(text, func(id string) string {
		if filled := l.FactText(FactID(id), tag); filled != "" {
			return filled
		}
		return "…"
	})
}

// fillWord fills the facts of a word in and notes which they are.
func (l *Library) fillWord(w Word, tag language.Tag) Word {
	for _, id := range placeholders(w.Name + w.Note) {
		if f := FactID(id); l.factByID[f] != nil && !slices.Contains(w.Facts, f) {
			w.Facts = append(w.Facts, f)
		}
	}
	w.Name = l.fillText(w.Name, tag)
	w.Note = l.fillText(w.Note, tag)
	return w
}
