// Package page makes what a person can take away: the plan sheet, one self-contained HTML page in their language and
// the source language side by side, the plan as plain text, and the days of the plan as a calendar file. A page is a
// struct, made from a plan and rendered last.
// The package writes to whom it is told and fetches nothing; a page refers to nothing outside itself but official
// addresses to press.
package page

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/route"
)

// reader gives the texts of one language: the sentences of the interface, isolated where numbers and Latin words stand
// in a text that is written from right to left.
type reader struct {
	lib *kb.Library
	tag language.Tag
}

func (r reader) ui(key string, args locale.Args) string {
	return r.own(r.lib.Catalog().Sentence(r.tag, key, args))
}

func (r reader) own(text string) string {
	if r.direction() == locale.RightToLeft {
		return locale.Isolate(text)
	}
	return text
}

// run gives a text of the language.
func (r reader) run(text string) run { return run{r.tag.String(), r.direction(), text} }

// day writes a day.
func (r reader) day(day time.Time) string { return r.lib.Catalog().Date(r.tag, day, 3) }

func (r reader) direction() locale.Direction { return r.lib.Catalog().Direction(r.tag) }

// length tells how long the whole plan takes.
func (r reader) length(way *route.Route, days route.Days) string {
	switch {
	case days.Max == route.Unknown && days.Min == 0:
		return r.ui("plan.days-none", nil)
	case days.Max == route.Unknown:
		return r.ui("plan.days-least", locale.Args{"min": way.InDays(days.Min, r.tag)})
	default:
		return r.ui("plan.days", locale.Args{"min": way.InDays(days.Min, r.tag), "max": way.InDays(days.Max, r.tag)})
	}
}

// item is a line of a list.
type item struct {
	Text    string
	Link    string // the address it leads to, or empty
	Address string // Link as people write it, if no source of the item says it already
	Facts   []kb.FactID
	Refs    []int // the numbers of the facts' official pages among the sources of a sheet
}

// papers writes the papers of a step, with when to ask for each and how long it stays good.
func (r reader) papers(papers []route.PaperView) []item {
	var items []item
	for _, p := range papers {
		args := locale.Args{"paper": p.Text, "date": p.From, "life": p.Life}
		text := p.Text
		switch {
		case p.From != "" && p.Life != "":
			text = r.ui("paper.life", args)
		case p.From != "":
			text = r.ui("paper.from", args)
		case p.Life != "":
			text = r.ui("paper.valid", args)
		}
		items = append(items, item{Text: text, Facts: []kb.FactID{p.Fact}})
	}
	return items
}

// facts writes the facts of a step but those that its papers tell already, and then what is doubtful about them.
func (r reader) facts(step *route.StepView) []item {
	var items []item
	for _, f := range step.Facts {
		if slices.ContainsFunc(step.Papers, func(p route.PaperView) bool { return p.Fact == f.ID }) {
			continue
		}
		if fact := r.lib.Fact(f.ID); fact != nil && fact.Kind == kb.URL {
			to := item{Text: strings.TrimSuffix(f.Text, ": "+fact.Value.Text), Link: fact.Value.Text, Facts: []kb.FactID{f.ID}}
			if to.Link != fact.Source {
				to.Address = bare(to.Link)
			}
			items = append(items, to)
			continue
		}
		items = append(items, item{Text: f.Text, Facts: []kb.FactID{f.ID}})
	}
	for _, doubt := range step.Doubts {
		items = append(items, item{Text: r.own(doubt)})
	}
	return items
}

// payers gives the titles of the articles that tell who may pay.
func (r reader) payers(plan route.Plan, ids []kb.ArticleID) []item {
	var items []item
	for _, id := range ids {
		if a := r.lib.Article(id); a != nil {
			items = append(items, item{Text: r.own(r.lib.Render(a, r.tag, plan.On).Title)})
		}
	}
	return items
}

// part is a list under a heading.
type part struct {
	Heading string
	Items   []item
	Kind    string // papers, traps, facts or payers
}

// parts gives the lists of a step in the order in which they are read; empty ones are left out.
func (r reader) parts(way *route.Route, plan route.Plan, step *route.StepView) []part {
	var traps []item
	for _, t := range step.Traps {
		traps = append(traps, item{Text: t.Text, Facts: way.TrapFacts(t.ID, r.tag)})
	}
	all := []part{
		{Heading: r.ui("step.papers", nil), Items: r.papers(step.Papers), Kind: "papers"},
		{Heading: r.ui("step.traps", nil), Items: traps, Kind: "traps"},
		{Heading: r.ui("step.facts", nil), Items: r.facts(step), Kind: "facts"},
		{Heading: r.ui("step.payers", nil), Items: r.payers(plan, step.Payers), Kind: "payers"},
	}
	var filled []part
	for _, p := range all {
		if len(p.Items) > 0 {
			filled = append(filled, p)
		}
	}
	return filled
}

// bare gives an address without what every address begins with, as people write it.
func bare(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}
