// Package page makes what a person can take away: the plan sheet, one self-contained HTML page in their language and
// the source language side by side, and the plan as plain text. A page is a struct, made from a plan and rendered last.
// The package writes to whom it is told and fetches nothing; a page refers to nothing outside itself but official
// addresses to press.
package page

import (
	"strings"

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

// papers writes the papers of a step, with when to ask for each and how long it stays good.
func (r reader) papers(papers []route.PaperView) []string {
	var lines []string
	for _, p := range papers {
		args := locale.Args{"paper": p.Text, "date": p.From, "life": p.Life}
		switch {
		case p.From != "" && p.Life != "":
			lines = append(lines, r.ui("paper.life", args))
		case p.From != "":
			lines = append(lines, r.ui("paper.from", args))
		case p.Life != "":
			lines = append(lines, r.ui("paper.valid", args))
		default:
			lines = append(lines, p.Text)
		}
	}
	return lines
}

// payers gives the titles of the articles that tell who may pay.
func (r reader) payers(plan route.Plan, ids []kb.ArticleID) []string {
	var titles []string
	for _, id := range ids {
		if a := r.lib.Article(id); a != nil {
			titles = append(titles, r.own(r.lib.Render(a, r.tag, plan.On).Title))
		}
	}
	return titles
}

// part is a list under a heading.
type part struct {
	Heading string
	Items   []string
}

// parts gives the lists of a step in the order in which they are read; empty ones are left out.
func (r reader) parts(plan route.Plan, step *route.StepView) []part {
	var traps, facts []string
	for _, t := range step.Traps {
		traps = append(traps, t.Text)
	}
	for _, f := range step.Facts {
		facts = append(facts, f.Text)
	}
	all := []part{
		{r.ui("step.papers", nil), r.papers(step.Papers)},
		{r.ui("step.traps", nil), traps},
		{r.ui("step.facts", nil), append(facts, step.Doubts...)},
		{r.ui("step.payers", nil), r.payers(plan, step.Payers)},
	}
	var filled []part
	for _, p := range all {
		if len(p.Items) > 0 {
			filled = append(filled, p)
		}
	}
	return filled
}

// site gives the name of the site of an address.
func site(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	name, _, _ := strings.Cut(strings.TrimPrefix(rest, "www."), "/")
	return name
}
