package route

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"wegwijzer/kb"
	"wegwijzer/kb/route/decision"
)

// What is written in route.yaml in vain is found in the diagram, in which it costs no more than reading it: whether any
// answers, on any day, bring a step about, and whether any answer to a question changes what a plan shows. What only
// shows on a way through the questions (one that is asked of a person for whom it can change nothing) takes walking
// all ways: that is Faults.

// Faults walks all ways through the questions, as Prove does, and gives what is wrong on them as faults of route.yaml,
// each with the place and with a profile that shows it. It takes seconds, so Parse does not do it. The error is that
// of ctx.
func (r *Route) Faults(ctx context.Context, day time.Time) ([]kb.Fault, error) {
	if len(r.stops) == 0 {
		return nil, nil // content without a route
	}
	proof, err := r.Prove(ctx, day)
	if err != nil {
		return nil, err
	}
	var faults []kb.Fault
	told := make(map[string]bool) // one profile is enough for each place
	for _, v := range proof.Violations {
		if told[v.What] {
			continue
		}
		told[v.What] = true
		of := v.Profile
		if of == "" {
			of = "nobody knows anything of"
		}
		faults = append(faults, kb.Fault{File: routeFile, Line: v.Line, Rule: "proof", What: fmt.Sprintf("%s, in the plan of %s", v.What, of),
			Do: "Make that plan with the same keys to see it, and mend the condition"})
	}
	return faults, nil
}

// reach tells what answers can bring about on some days.
type reach struct {
	route   *Route
	days    []time.Time
	domains [][]decision.Domain // of each day
	settled []decision.Settled
}

// reach settles the diagram with every answer open, on each day that can make a difference: one of our years, of
// which examples are made if they can, one long before and one long after, and the days around all that a condition asks
// for, alone or with an age added.
func (r *Route) reach() *reach {
	const ours, before, after = "2026-01-01", "2000-01-01", "2100-01-01"
	all := &reach{route: r}
	add := func(day time.Time) {
		if slices.ContainsFunc(all.days, day.Equal) {
			return
		}
		domains := make([]decision.Domain, len(r.widths))
		for i := range domains {
			if at := r.slot[i]; at < 0 {
				domains[i] = decision.Known(r.dayClass(day))
			} else {
				domains[i] = r.domainOf(r.slots[at], "", day)
			}
		}
		all.days = append(all.days, day)
		all.domains = append(all.domains, domains)
		all.settled = append(all.settled, r.Settle(domains))
	}
	for _, written := range []string{ours, before, after} {
		day, _ := time.Parse(time.DateOnly, written)
		add(day)
	}
	around := func(day time.Time) {
		for _, by := range []int{-1, 0, 1} {
			add(day.AddDate(0, 0, by))
		}
	}
	for _, day := range r.days {
		around(day)
	}
	for _, atoms := range r.times {
		for _, a := range atoms {
			if a.from.IsZero() {
				continue
			}
			around(a.from)
			for _, age := range atoms {
				if age.from.IsZero() {
					around(a.from.AddDate(0, age.olderThan+1, 0))
				}
			}
		}
	}
	return all
}

// never says that no answers, on no day, make the condition hold.
func (a *reach) never(at decision.Ref) bool {
	return !slices.ContainsFunc(a.settled, func(s decision.Settled) bool { return !s.Fails(at) })
}

// asks gives the slots whose answer can change the condition.
func (a *reach) asks(at decision.Ref) (slots uint64) {
	for _, s := range a.settled {
		slots |= s.Asks(at)
	}
	return slots
}

// example gives a profile, as ParseProfile takes it, for which the condition holds.
func (a *reach) example(at decision.Ref) (profile string, ok bool) {
	for i, s := range a.settled {
		if !s.Fails(at) {
			return a.walk(i, at, func(kid decision.Ref) bool { return !s.Fails(kid) }, -1), true
		}
	}
	return "", false
}

// asking gives a profile to which the condition leaves nothing open but the slot.
func (a *reach) asking(at decision.Ref, slot int) (profile string, ok bool) {
	for i, s := range a.settled {
		if s.Asks(at)&bit(slot) != 0 {
			return a.walk(i, at, func(kid decision.Ref) bool { return s.Asks(kid)&bit(slot) != 0 }, slot), true
		}
	}
	return "", false
}

// walk goes down the diagram by answers that are possible on day i and that lead where good says, until a leaf or the
// slot, and writes the answers.
func (a *reach) walk(i int, at decision.Ref, good func(decision.Ref) bool, until int) string {
	r, day := a.route, a.days[i]
	var answers []string
	for at > decision.Yes {
		variable, slot, kids := r.Node(at)
		d := a.domains[i][variable]
		if slot < 0 {
			at = kids[d.One]
			continue
		}
		if slot == until {
			break
		}
		class := d.One
		if class < 0 {
			class = slices.IndexFunc(kids, good)
			for class >= 0 && d.Among != nil && !(d.Among[class] && good(kids[class])) {
				class++
			}
		}
		if s := r.slots[slot]; a.settled[i].Asks(at)&bit(slot) != 0 { // else every answer leads on
			answers = append(answers, string(s.ID)+"="+r.answerOf(s, class, day))
		}
		at = kids[class]
	}
	if i > 0 {
		answers = append(answers, "on "+day.Format(time.DateOnly))
	}
	return strings.Join(answers, " ")
}

// answerOf gives an answer of a class of a slot on a day.
func (r *Route) answerOf(s *Slot, class int, day time.Time) string {
	if classes := r.choice[s.index]; classes != nil {
		for _, v := range s.Values {
			if classes[v] == class {
				return v
			}
		}
		return ""
	}
	for _, v := range r.edges(s, day) {
		month, half := halves(v)
		if first, second := timeClass(s.Kind, r.times[s.index], months(month), half, day); first == class && second == class {
			return v
		}
	}
	return ""
}

// misplaced is a step that needs one that stands further down.
type misplaced struct {
	fault int // its place among the faults
	step  int
	need  StepID
}

// explainOrder adds to the faults of steps that stand before what they need a profile whose plan has both. It can only
// when nothing else is wrong, since only then the conditions can be compiled.
func (p *parser) explainOrder() {
	for _, f := range p.faults {
		if !f.Warning && f.Rule != "order" {
			return
		}
	}
	both := make([]decision.Ref, len(p.misplaced))
	for i, m := range p.misplaced {
		need := p.route.steps[m.need]
		p.later = append(p.later, func(c *compiler) { both[i] = c.And(p.route.stops[m.step].when, p.route.stops[need].when) })
	}
	p.compile()
	reach := p.route.reach()
	for i, m := range p.misplaced {
		what := &p.faults[m.fault].What
		switch profile, ok := reach.example(both[i]); {
		case !ok:
			*what += "; no plan has both"
		case profile == "":
			*what += "; every plan has both"
		default:
			*what += fmt.Sprintf("; the plan of %s has both", profile)
		}
	}
}

// show remembers what a plan can show, for checkReachable: conditions of one thing are joined, so that what stands
// there for either answer counts as what it is, something that no answer changes.
func (p *parser) show() {
	p.later = append(p.later, func(c *compiler) {
		r := p.route
		before := decision.No
		for _, j := range r.routes {
			p.shown = append(p.shown, c.And(j.when, c.Not(before)))
			before = c.Or(before, j.when)
		}
		for i := range r.stops {
			s := &r.stops[i]
			p.shown = append(p.shown, s.when)
			figures := slices.Concat(s.facts, s.after)
			for _, t := range s.takes {
				p.shown = append(p.shown, t.when)
				figures = append(figures, t.element)
			}
			for _, a := range s.since {
				p.shown = append(p.shown, a.when)
				figures = append(figures, a.element)
			}
			for _, o := range s.opens {
				p.shown = append(p.shown, o.when)
				figures = append(figures, o.element)
			}
			for _, list := range [...][]element{figures, s.payers, s.traps, s.papers} {
				joined := make(map[string]decision.Ref)
				for _, e := range list {
					joined[e.id] = c.Or(joined[e.id], e.when)
				}
				for _, when := range joined {
					p.shown = append(p.shown, when)
				}
			}
		}
		for _, paper := range r.papers {
			p.shown = append(p.shown, paper.heldIf)
			for _, user := range paper.usedBy {
				p.shown = append(p.shown, user.when)
			}
		}
	})
}

// checkReachable finds what no answers can bring about, and questions whose answers bring nothing about.
func (p *parser) checkReachable() {
	reach := p.route.reach()
	var matter uint64
	for _, at := range p.shown {
		matter |= reach.asks(at)
	}
	for i, s := range p.slots {
		switch {
		case matter&bit(i) != 0 || p.route.opensFrom(s):
		case p.route.of[i] < 0:
			p.faultAt(s.line, "unused", fmt.Sprintf("no condition asks for %s, so the question would change nothing", s.ID), "Use it in a condition or take the slot out")
		default:
			what := fmt.Sprintf("no answer to %s changes any plan", s.ID)
			if profile, ok := p.asked(reach, i); ok {
				what += ", and it would be asked of " + profile
			}
			p.faultAt(s.line, "unused", what, "Mend the conditions that ask for it, or take the slot out")
		}
	}
	for _, j := range p.route.routes {
		if reach.never(j.when) {
			p.faultAt(j.line, "unreachable", fmt.Sprintf("no answers lead to the route %q", j.id), "Mend its condition or take it out")
		}
	}
	for i := range p.route.stops {
		s := &p.route.stops[i]
		if reach.never(s.when) {
			p.faultAt(s.line, "unreachable", fmt.Sprintf("no answers lead to the step %q", s.id), "Mend its condition or take it out")
			continue
		}
		for _, list := range [...][]element{s.facts, s.payers, s.traps, s.papers} {
			for _, e := range list {
				if !e.derived && reach.never(e.when) {
					p.faultAt(e.line, "unreachable", fmt.Sprintf("no answers make the step %s show %s", s.id, e.id), "Mend its condition or take it out")
				}
			}
		}
	}
}

// asked gives a profile that is asked for the slot by what a step shows.
func (p *parser) asked(a *reach, slot int) (profile string, ok bool) {
	for i := range p.route.stops {
		s := &p.route.stops[i]
		for _, list := range [...][]element{{{when: s.when}}, s.facts, s.payers, s.traps, s.papers} {
			for _, e := range list {
				if profile, ok := a.asking(e.when, slot); ok && profile != "" {
					return profile, true
				}
			}
		}
	}
	return "", false
}
