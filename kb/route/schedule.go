package route

import (
	"slices"
	"time"

	"wegwijzer/kb"
	"wegwijzer/kb/route/decision"
)

// span is when a step begins and ends: at the earliest, and at the latest if anybody can say.
type span struct {
	start, end  time.Time // earliest
	last        time.Time // latest end; zero: nobody can say
	days        Days
	unknown     bool      // even the earliest beginning is unknown
	latestStart time.Time // zero: nobody can say
}

// fill puts the steps that hold into the plan, with dates from the day on: each step begins when the last that it
// needs has ended (the critical path), and its papers are dated back from the step that uses them.
func (r *Route) fill(plan *Plan, c certainty) {
	present := make([]bool, len(r.stops))
	for i := range r.stops {
		present[i] = c.Holds(r.stops[i].when) && !c.done[i]
	}
	needs := r.needed(present)
	spans := make([]span, len(r.stops))
	for i := range r.stops {
		if present[i] {
			spans[i] = r.schedule(i, needs[i], spans, c, present)
		}
	}
	plan.Sure = len(plan.Open) == 0
	plan.Days = Days{}
	for i := range r.stops {
		if !present[i] {
			continue
		}
		step := r.planned(i, needs[i], spans, c, present)
		for _, id := range step.Facts {
			plan.Sure = plan.Sure && !r.lib.Fact(id).Ask
		}
		plan.Steps = append(plan.Steps, step)
		if r.stops[i].side {
			continue
		}
		plan.Days.Min = max(plan.Days.Min, daysBetween(plan.On, spans[i].end))
		switch {
		case spans[i].last.IsZero():
			plan.Days.Max = Unknown
		case plan.Days.Max != Unknown:
			plan.Days.Max = max(plan.Days.Max, daysBetween(plan.On, spans[i].last))
		}
	}
}

// stepSet is a set of steps by index.
type stepSet [2]uint64

// mostSteps is how many steps a stepSet, and a plan code, can tell apart.
const mostSteps = 126

func (s *stepSet) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s *stepSet) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }
func (s *stepSet) join(o stepSet) { s[0], s[1] = s[0]|o[0], s[1]|o[1] }

// needed gives, for each step, the steps in the plan that it needs. Where one that it needs is not in the plan, what
// that one needs takes its place, so that leaving a step out never loses an order; what another need waits for anyway
// is left out.
func (r *Route) needed(present []bool) [][]int {
	all := make([][]int, len(r.stops))
	before := make([]stepSet, len(r.stops)) // all that a step waits for, near and far
	for i := range r.stops {
		var direct, far stepSet
		for _, n := range r.stops[i].needs {
			far.join(before[n])
			if present[n] {
				direct.add(n)
				continue
			}
			for _, instead := range all[n] {
				direct.add(instead)
			}
		}
		before[i] = far
		before[i].join(direct)
		for n := range i {
			if !direct.has(n) {
				continue
			}
			waited := false
			for m := n + 1; m < i && !waited; m++ {
				waited = direct.has(m) && before[m].has(n)
			}
			if !waited {
				all[i] = append(all[i], n)
			}
		}
	}
	return all
}

// schedule gives when step i begins and ends, the steps above it being scheduled already.
func (r *Route) schedule(i int, needs []int, spans []span, c certainty, present []bool) span {
	stop := &r.stops[i]
	s := span{start: c.day, latestStart: c.day}
	for _, n := range needs {
		s.start = later(s.start, spans[n].end)
		s.latestStart = latest(s.latestStart, spans[n].last)
	}
	for _, e := range stop.after {
		if c.Holds(e.when) {
			from := r.lib.Fact(kb.FactID(e.id)).Value.Date
			s.start = later(s.start, from)
			s.latestStart = time.Time{} // from then on: nobody says how soon after
		}
	}
	s.unknown = len(stop.opens) > 0
	for _, o := range stop.opens {
		if month := c.profile.Answer(r.slots[o.slot].ID); month != "" && c.Holds(o.when) {
			s.unknown = false
			month, _ = halves(month)
			from := addFact(firstOf(months(month)), o.fact)
			s.start, s.latestStart = later(s.start, from), later(s.latestStart, from)
		}
	}
	s.days = duration(stop.takes, c)
	s.end = s.start.AddDate(0, 0, s.days.Min)
	if s.days.Max != Unknown && !s.latestStart.IsZero() {
		s.last = s.latestStart.AddDate(0, 0, s.days.Max)
	}
	for _, a := range stop.since {
		if !c.Holds(a.when) {
			continue
		}
		least, most, _ := a.fact.Value.Days()
		from, to := spans[a.step].start, spans[a.step].latestStart
		if !present[a.step] {
			if c.since[a.step] == "" {
				continue // done, but nobody said when
			}
			from = firstOf(months(c.since[a.step]))
			to = firstOf(months(c.since[a.step]) + 1)
		}
		s.end = later(s.end, from.AddDate(0, 0, least))
		if to.IsZero() {
			s.last = time.Time{}
		} else {
			s.last = later(later(s.end, s.last), to.AddDate(0, 0, most))
		}
	}
	s.start = later(s.start, s.end.AddDate(0, 0, -s.days.Min)) // the time that since adds is time before it
	return s
}

// duration adds up the times that hold; none is an unknown time, not no time.
func duration(takes []timing, c certainty) Days {
	days, given := Days{}, false
	for _, t := range takes {
		if !c.Holds(t.when) {
			continue
		}
		given = true
		least, most, _ := t.fact.Value.Days()
		if !t.noLeast {
			days.Min += least
		}
		switch {
		case t.noMost:
			days.Max = Unknown
		case days.Max != Unknown:
			days.Max += most
		}
	}
	if !given {
		return Days{0, Unknown}
	}
	return days
}

// planned makes the step as the plan shows it.
func (r *Route) planned(i int, needs []int, spans []span, c certainty, present []bool) PlannedStep {
	stop := &r.stops[i]
	step := PlannedStep{ID: stop.id, Article: stop.article, Phase: stop.phase, Side: stop.side, Days: spans[i].days}
	if !spans[i].unknown {
		step.Start = spans[i].start
	}
	for _, n := range needs {
		step.Needs = append(step.Needs, r.stops[n].id)
	}
	for _, e := range stop.payers {
		if id := kb.ArticleID(e.id); c.Holds(e.when) && !slices.Contains(step.Payers, id) {
			step.Payers = append(step.Payers, id)
		}
	}
	for _, e := range stop.papers {
		if !c.Holds(e.when) {
			continue
		}
		paper := r.dated(i, e.index, spans, c, present)
		step.Papers = append(step.Papers, paper)
		if step.Days.Min == 0 && slices.Contains(stop.makes, e.index) && !step.Start.IsZero() {
			step.Start = later(step.Start, paper.AskFrom) // a step that only asks for a paper can wait until then
		}
	}
	for _, e := range stop.traps {
		if id := TrapID(e.id); c.Holds(e.when) && !slices.Contains(step.Traps, id) {
			step.Traps = append(step.Traps, id)
		}
	}
	for _, u := range r.late(i, spans, c) {
		if !slices.Contains(step.Traps, u) {
			step.Traps = append(step.Traps, u)
		}
	}
	step.Facts = r.factsOf(i, c)
	return step
}

// factsOf gives the facts on which step i stands: those it names, and those that give its times and its papers' lives.
func (r *Route) factsOf(i int, c certainty) []kb.FactID {
	stop := &r.stops[i]
	var facts []kb.FactID
	add := func(id string, when decision.Ref) {
		if f := kb.FactID(id); c.Holds(when) && !slices.Contains(facts, f) {
			facts = append(facts, f)
		}
	}
	for _, e := range stop.facts {
		add(e.id, e.when)
	}
	for _, t := range stop.takes {
		add(t.id, t.when)
	}
	for _, e := range stop.after {
		add(e.id, e.when)
	}
	for _, a := range stop.since {
		add(a.id, a.when)
	}
	for _, o := range stop.opens {
		add(o.id, o.when)
	}
	for _, e := range stop.papers {
		if life := r.papers[e.index].life; life != nil {
			add(string(life.ID), e.when)
		}
	}
	return facts
}

// dated gives a paper of step i with the first day on which to ask for it: its life before the earliest beginning of
// the first step that uses it, not before the step that gets it can begin, and never before the day of the plan. A
// paper that the person has already, and that will still be good, has no such day.
func (r *Route) dated(i, at int, spans []span, c certainty, present []bool) PlannedPaper {
	m := &r.papers[at]
	dated := PlannedPaper{ID: m.id}
	if m.life == nil {
		return dated
	}
	_, dated.Life, _ = m.life.Value.Days()
	use := i
	if first := slices.IndexFunc(m.usedBy, func(user element) bool { return present[user.index] && c.Holds(user.when) }); first >= 0 {
		use = m.usedBy[first].index
	}
	from, until, has := c.day, c.day, false // when the step that gets it begins, and ends, at the earliest
	for k := range r.stops {
		if !slices.Contains(r.stops[k].makes, at) {
			continue
		}
		if present[k] {
			from, until, has = spans[k].start, spans[k].end, false
			break
		}
		has = has || c.done[k] || c.Fails(r.stops[k].when)
	}
	had := r.had(at, c)
	if had != "" && m.lapse(months(had)).Before(spans[use].start) {
		has = false
	}
	switch {
	case !has:
		dated.AskFrom = later(from, before(spans[use].start, m.life))
		dated.Until = addFact(later(dated.AskFrom, until), m.life)
	case had != "":
		dated.Until = m.lapse(months(had))
	}
	for _, user := range m.usedBy {
		if present[user.index] && c.Holds(user.when) {
			dated.Uses = append(dated.Uses, r.stops[user.index].id)
		}
	}
	return dated
}

// late gives the traps of papers that step i uses and that the person has, but that lapse before the step can begin,
// and of papers whose life is why the step came back.
func (r *Route) late(i int, spans []span, c certainty) []TrapID {
	var traps []TrapID
	for _, made := range r.stops[i].makes {
		if c.lapsed[i] {
			traps = append(traps, r.papers[made].late)
		}
	}
	for _, e := range r.stops[i].uses {
		m := &r.papers[e.index]
		if !c.Holds(e.when) {
			continue
		}
		if had := r.had(e.index, c); had != "" && m.lapse(months(had)).Before(spans[i].start) {
			traps = append(traps, m.late)
		}
	}
	return traps
}

// had gives the month since when the person has a paper: the step that makes it is done, or the answer to the slot
// that says so, while that step is not in the plan. "" if they do not have it, or did not say since when.
func (r *Route) had(at int, c certainty) string {
	for i := range r.stops {
		if !slices.Contains(r.stops[i].makes, at) {
			continue
		}
		if c.done[i] {
			return c.since[i]
		}
		if c.Holds(r.stops[i].when) {
			return ""
		}
		if held := r.papers[at].held; held >= 0 && c.Holds(r.papers[at].heldIf) && c.Fails(r.stops[i].when) {
			return c.profile.Answer(r.slots[held].ID)
		}
	}
	return ""
}

// before gives the day that lies a fact's length of time, at its shortest, before day. Months and years go by the
// calendar, as an office counts them.
func before(day time.Time, life *kb.Fact) time.Time {
	switch n := int(life.Value.Min); life.Value.Unit {
	case "months":
		return day.AddDate(0, -n, 0)
	case "years":
		return day.AddDate(-n, 0, 0)
	default:
		least, _, _ := life.Value.Days()
		return day.AddDate(0, 0, -least)
	}
}

// addFact gives the day that lies a fact's length of time after day.
func addFact(day time.Time, length *kb.Fact) time.Time {
	switch n := int(length.Value.Max); length.Value.Unit {
	case "months":
		return day.AddDate(0, n, 0)
	case "years":
		return day.AddDate(n, 0, 0)
	default:
		_, most, _ := length.Value.Days()
		return day.AddDate(0, 0, most)
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// latest is later for ends that may be unknown (zero): then the whole is.
func latest(a, b time.Time) time.Time {
	if a.IsZero() || b.IsZero() {
		return time.Time{}
	}
	return later(a, b)
}
