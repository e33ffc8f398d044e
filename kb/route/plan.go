package route

import (
	"slices"
	"time"

	"wegwijzer/kb"
	"wegwijzer/kb/route/decision"
)

// Plan is what is certain for a Profile on a day: the steps that hold for every answer still open, in order.
type Plan struct {
	Profile Profile
	On      time.Time // the day it was made for, 0:00 UTC
	Route   RouteID   // the last of route.yaml when no other is certain
	Open    []SlotID  // unanswered questions whose answer can still change the plan, in the order in which they are asked
	Sure    bool      // nothing is open and no fact in it is to be asked about first
	Days    Days      // until the last step that is no side step ends, from On
	Steps   []PlannedStep
}

// PlannedStep is a step of a Plan.
type PlannedStep struct {
	ID      StepID
	Article kb.ArticleID
	Phase   PhaseID   // "" if the content has none
	Side    bool      // an offer beside the way
	Needs   []StepID  // steps of this plan that end before this one begins
	Start   time.Time // the earliest day on which it can begin; zero if nobody can say
	Days    Days
	Facts   []kb.FactID
	Payers  []kb.ArticleID
	Traps   []TrapID
	Papers  []PlannedPaper
}

// PlannedPaper is a paper of a step.
type PlannedPaper struct {
	ID      PaperID
	AskFrom time.Time // the first day on which to ask for it without it lapsing before its earliest use; zero: any day
	Life    int       // days it stays good; 0 if it does not lapse
	Until   time.Time // the last day on which it is good: of the one that the person has, or of one had as early as AskFrom allows; zero: it does not lapse, or nobody can say
	Uses    []StepID  // of a paper that lapses: the steps of the plan that it must still be good for when they begin
}

// Days is a length of time in days.
type Days struct {
	Min int // 0 also where nobody gives a time
	Max int // Unknown if nobody can say
}

// Unknown is the Max of Days that nobody can tell.
const Unknown = -1

// view of what is certain: the diagram settled for one profile and day.
type certainty struct {
	decision.Settled
	profile Profile
	day     time.Time
	done    []bool   // by step: finished and not lapsed
	since   []string // by step: month in which it was finished, "" if not said; of steps not finished too if it lapsed
	lapsed  []bool   // by step: was finished, but a paper of it lapsed before it was used
}

// Plan works out the plan for p on a day. It is a pure function; it never fails: a Profile without answers gives what
// holds for everybody.
func (r *Route) Plan(p Profile, day time.Time) Plan {
	return r.plan(r.certain(p.on(r), date(day)))
}

// plan works out the plan for what is certain.
func (r *Route) plan(c certainty) Plan {
	plan := Plan{Profile: c.profile, On: c.day, Route: r.journey(c), Open: r.open(c)}
	r.fill(&plan, c)
	return plan
}

// Next gives the question to ask next: the first, in the order of the slots, that is unanswered and whose answer can
// still change the plan; ok is false when there is none.
func (r *Route) Next(p Profile, day time.Time) (slot *Slot, ok bool) {
	return r.next(r.certain(p.on(r), date(day)))
}

func (r *Route) next(c certainty) (slot *Slot, ok bool) {
	open := r.open(c)
	if len(open) == 0 {
		return nil, false
	}
	return r.Slot(open[0]), true
}

// certain settles the diagram, with what unanswered slots are presumed to be.
func (r *Route) certain(p Profile, day time.Time) certainty {
	c := certainty{profile: p, day: day, Settled: r.Settle(r.domains(p, day, true))}
	r.finish(&c)
	return c
}

// domains gives what p and the day leave open of each variable of the diagram. With presuming an unanswered slot is
// what it is presumed to be; without, only a slot that is never asked is.
func (r *Route) domains(p Profile, day time.Time, presuming bool) []decision.Domain {
	domains := make([]decision.Domain, len(r.widths))
	for i := range domains {
		at := r.slot[i]
		if at < 0 {
			domains[i] = decision.Known(r.dayClass(day))
			continue
		}
		s := r.slots[at]
		answer := ""
		if p.answers != nil {
			answer = p.answers[at]
		}
		if answer == "" && (presuming || s.silent) {
			answer = s.presume
		}
		domains[i] = r.domainOf(s, answer, day)
	}
	return domains
}

// finish tells c which steps are done. A step that made a paper which has lapsed since is not, unless every step that
// uses the paper is done too.
func (r *Route) finish(c *certainty) {
	c.done, c.since, c.lapsed = make([]bool, len(r.stops)), make([]string, len(r.stops)), make([]bool, len(r.stops))
	for _, d := range c.profile.done {
		i := r.steps[d.Step]
		c.done[i], c.since[i] = true, d.Month
	}
	for i := range r.stops {
		if !c.done[i] || c.since[i] == "" {
			continue
		}
		for _, made := range r.stops[i].makes {
			m := &r.papers[made]
			needed := slices.ContainsFunc(m.usedBy, func(user element) bool { return !c.done[user.index] && !c.Fails(user.when) })
			if needed && m.lapse(months(c.since[i])).Before(c.day) {
				c.lapsed[i] = true
			}
		}
	}
	for i, was := range c.lapsed {
		c.done[i] = c.done[i] && !was
	}
}

func (r *Route) journey(c certainty) RouteID {
	for _, j := range r.routes {
		if c.Holds(j.when) {
			return j.id
		}
	}
	return ""
}

// open gives the unanswered slots that some condition still asks for, of the routes and of the steps that are not done.
func (r *Route) open(c certainty) []SlotID {
	s := c.Settled
	if r.presumes(c.profile) {
		s = r.Settle(r.domains(c.profile, c.day, false))
	}
	var asked uint64
	for _, j := range r.routes {
		asked |= s.Asks(j.when)
	}
	for i := range r.stops {
		if c.done[i] {
			continue
		}
		stop := &r.stops[i]
		asked |= s.Asks(stop.when)
		for _, list := range [...][]element{stop.after, stop.facts, stop.payers, stop.traps, stop.papers} {
			for k := range list {
				asked |= s.Asks(list[k].when)
			}
		}
		for k := range stop.takes {
			asked |= s.Asks(stop.takes[k].when)
		}
		for k := range stop.since {
			asked |= s.Asks(stop.since[k].when)
		}
		for k := range stop.opens {
			asked |= s.Asks(stop.opens[k].when)
			if !s.Fails(stop.opens[k].when) { // the beginning is counted from the answer itself
				asked |= bit(stop.opens[k].slot)
			}
		}
	}
	var open []SlotID
	for _, i := range slotsIn(asked) {
		if (c.profile.answers == nil || c.profile.answers[i] == "") && !r.slots[i].silent {
			open = append(open, r.slots[i].ID)
		}
	}
	return open
}

// presumes says that an unanswered slot of p counts as answered and is asked all the same.
func (r *Route) presumes(p Profile) bool {
	return slices.ContainsFunc(r.slots, func(s *Slot) bool {
		return s.presume != "" && !s.silent && (p.answers == nil || p.answers[s.index] == "")
	})
}
