package page

import (
	"slices"
	"time"

	"wegwijzer/kb/locale"
	"wegwijzer/kb/route"
)

// timeline draws the phases of the way, at the earliest, as bars.
type timeline struct {
	Headings []run
	Phases   []phase
	Ends     []run // when the way ends at the earliest
}

// phase is steps of one part of the way that follow each other.
type phase struct {
	Names []run
	// From and Long place the bar, in percent of the whole way; zero Long: there is no bar, since nobody can say when.
	From, Long float64
}

// leastBar is how long a bar is drawn at the least, in percent: what takes no time of its own must be seen too.
const leastBar = 1.5

// newTimeline gives the time line of a plan, the steps of the way being numbered by number; nil if the content names no
// phases or nothing in the plan takes time.
func newTimeline(readers []reader, plan route.Plan, views []route.View, number map[route.StepID]int) *timeline {
	line := &timeline{Headings: runs(readers, "sheet.line")}
	for begin := 0; begin < len(plan.Steps); {
		first := &plan.Steps[begin]
		end := begin + 1
		for end < len(plan.Steps) && plan.Steps[end].Phase == first.Phase && !plan.Steps[end].Side {
			end++
		}
		if !first.Side && first.Phase != "" {
			line.Phases = append(line.Phases, newPhase(readers, plan, views, number, begin, end))
		}
		begin = end
	}
	if len(line.Phases) == 0 || plan.Days.Min == 0 {
		return nil
	}
	last := plan.On.AddDate(0, 0, plan.Days.Min)
	for _, r := range readers {
		line.Ends = append(line.Ends, r.run(r.ui("sheet.end", locale.Args{"date": r.day(last)})))
	}
	return line
}

// newPhase gives the phase of the steps of a plan from begin up to end.
func newPhase(readers []reader, plan route.Plan, views []route.View, number map[route.StepID]int, begin, end int) phase {
	var p phase
	var from, until time.Time
	for _, step := range plan.Steps[begin:end] {
		if step.Start.IsZero() {
			continue
		}
		if from.IsZero() || step.Start.Before(from) {
			from = step.Start
		}
		if last := step.Start.AddDate(0, 0, step.Days.Min); last.After(until) {
			until = last
		}
	}
	if whole := float64(plan.Days.Min); whole > 0 && !from.IsZero() {
		p.Long = max(leastBar, 100*days(from, until)/whole)
		p.From = min(100*days(plan.On, from)/whole, 100-p.Long)
	}
	low, high := number[plan.Steps[begin].ID], number[plan.Steps[end-1].ID]
	for i, r := range readers {
		args := locale.Args{"phase": views[i].Steps[begin].Phase, "steps": r.lib.Catalog().Number(r.tag, float64(low), float64(high))}
		key := "sheet.phase"
		if from.IsZero() {
			key = "sheet.phase-unknown"
		} else {
			args["date"] = r.day(from)
		}
		p.Names = append(p.Names, r.run(r.ui(key, args)))
	}
	return p
}

func days(from, to time.Time) float64 { return to.Sub(from).Hours() / 24 }

// expiring tells of the papers that lapse when to ask for each and until when it is good, in the order of those days.
type expiring struct {
	Headings []run
	Papers   [][]run // of each paper: the sentence in each language
}

// lapse is a paper of a plan that lapses, and the first step that it must still be good for.
type lapse struct {
	step, paper int // where it stands in the plan
	use         route.StepID
	route.PlannedPaper
}

// lapses gives the papers of the plan that lapse on a known day, each once, earliest first.
func lapses(plan route.Plan) []lapse {
	var found []lapse
	for i := range plan.Steps {
		for k, p := range plan.Steps[i].Papers {
			if p.Until.IsZero() || len(p.Uses) == 0 || slices.ContainsFunc(found, func(l lapse) bool { return l.ID == p.ID }) {
				continue
			}
			found = append(found, lapse{i, k, p.Uses[0], p})
		}
	}
	slices.SortStableFunc(found, func(a, b lapse) int { return a.AskFrom.Compare(b.AskFrom) })
	return found
}

func newExpiring(readers []reader, plan route.Plan, views []route.View, number map[route.StepID]int) *expiring {
	e := &expiring{Headings: runs(readers, "sheet.expires")}
	for _, l := range lapses(plan) {
		var row []run
		for i, r := range readers {
			n := float64(number[l.use])
			args := locale.Args{"paper": views[i].Steps[l.step].Papers[l.paper].Text, "until": r.day(l.Until), "step": r.lib.Catalog().Number(r.tag, n, n)}
			key := "sheet.have"
			if !l.AskFrom.IsZero() {
				key, args["date"] = "sheet.ask", r.day(l.AskFrom)
			}
			row = append(row, r.run(r.ui(key, args)))
		}
		e.Papers = append(e.Papers, row)
	}
	if len(e.Papers) == 0 {
		return nil
	}
	return e
}
