// Package route knows the way: from what a person answered (a Profile) and a day it works out their Plan, which is the
// steps that are certain, in order, with dates, papers, traps and facts, and which questions can still change it.
//
// All rules are data (content/route.yaml); no rule of law and nothing about care or the Netherlands stands in this
// package. Plan and Next are pure functions of profile and day. The package keeps nothing, asks nobody and renders
// nothing but the JSON and plain text of a plan.
package route

import (
	"time"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/route/decision"
)

// The ids of what route.yaml names. They stand in words under their section (routes, steps, traps, papers).
type (
	RouteID string // the name of a way, such as "certificate-of-competence"
	StepID  string // one stop on it; the id of the article that explains it, unless one article explains two steps
	TrapID  string // a mistake to warn of
	PaperID string // a paper to have
	PhaseID string // a part of the way, such as the papers or the language, of steps that follow each other
)

// Route is the route of one Library: its questions, conditions and steps, compiled. It is immutable and safe for
// concurrent use.
type Route struct {
	lib    *kb.Library
	slots  []*Slot
	routes []journey // the last is the one that holds when no other is certain
	papers []paper
	stops  []step // each behind all that it needs
	steps  map[StepID]int
	lock   *lock // nil: there are no plan codes
	*decision.Diagram
	*variables

	isolated map[language.Tag]map[wordKey]kb.Word // of the languages written from right to left
}

// Slots gives the questions in the order in which they are asked. The slice is the Route's.
func (r *Route) Slots() []*Slot { return r.slots }

// Slot gives the slot of that id, nil if there is none.
func (r *Route) Slot(id SlotID) *Slot {
	for _, s := range r.slots {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// Step tells of the step of that id, for who shows it outside a plan; ok is false if there is none.
func (r *Route) Step(id StepID) (article kb.ArticleID, side bool, ok bool) {
	i, ok := r.steps[id]
	if !ok {
		return "", false, false
	}
	return r.stops[i].article, r.stops[i].side, true
}

// StepIDs gives the ids of all steps in their order.
func (r *Route) StepIDs() []StepID {
	ids := make([]StepID, len(r.stops))
	for i := range r.stops {
		ids[i] = r.stops[i].id
	}
	return ids
}

// stepsNamed gives the steps, by index, that an id of a step or of its article names.
func (r *Route) stepsNamed(id string) []int {
	if i, ok := r.steps[StepID(id)]; ok {
		return []int{i}
	}
	var found []int
	for i := range r.stops {
		if string(r.stops[i].article) == id {
			found = append(found, i)
		}
	}
	return found
}

// date cuts a time down to its day, in UTC, so that days can be counted without summer time.
func date(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func daysBetween(from, to time.Time) int { return int(to.Sub(from).Hours() / 24) }
