package route

import (
	"math/bits"
	"slices"
	"time"

	"wegwijzer/kb/route/decision"
)

// variables tells how an answer, or the day, becomes the class that the diagram asks for.
type variables struct {
	choice []map[string]int // of each slot: class of each value asked for; nil for a slot that no condition asks
	times  [][]timeAtom     // of each slot: a class is a set of these, as bits
	days   []time.Time      // sorted: the class of the day is how many of these it has reached
	of     []int32          // of each slot: its variable, -1 if no condition asks for it
	slot   []int8           // of each variable: its slot, -1 for the day
	widths []int            // of each variable: number of classes
}

// compiler turns conditions as read into nodes of the diagram.
type compiler struct {
	*decision.Diagram
	*variables
	patterns [][][]bool // of each slot that is no time: for each class, which atoms hold
	dayRank  []int      // of each day atom: its place among days
}

// compile settles what the classes of answers are, and turns every condition into nodes.
func (p *parser) compile() {
	c := &compiler{variables: &variables{times: p.times}}
	v := c.variables
	v.choice = make([]map[string]int, len(p.slots))
	v.of = make([]int32, len(p.slots))
	c.patterns = make([][][]bool, len(p.slots))
	for i, s := range p.slots {
		v.of[i] = -1
		width := 0
		if n := len(p.times[i]); n > 0 {
			width = 1 << n
		}
		if atoms := p.choices[i]; len(atoms) > 0 {
			c.classify(i, s, atoms)
			width = len(c.patterns[i])
		}
		if width > 0 {
			v.of[i] = int32(len(v.widths))
			v.widths = append(v.widths, width)
			v.slot = append(v.slot, int8(i))
		}
	}
	v.days = slices.Clone(p.days)
	slices.SortFunc(v.days, time.Time.Compare)
	for _, day := range p.days {
		c.dayRank = append(c.dayRank, slices.IndexFunc(v.days, day.Equal))
	}
	v.widths = append(v.widths, len(v.days)+1)
	v.slot = append(v.slot, -1)
	c.Diagram = decision.New(v.slot, v.widths)
	for _, set := range p.later {
		set(c)
	}
	p.route.variables = v
	p.route.Diagram = c.Seal()
}

// classify puts the values of a slot that no condition tells apart into one class.
func (c *compiler) classify(i int, s *Slot, atoms []choiceAtom) {
	c.choice[i] = make(map[string]int, len(s.Values)+len(s.carried))
	for _, value := range slices.Concat(s.Values, s.carried) {
		pattern := make([]bool, len(atoms))
		for a, atom := range atoms {
			pattern[a] = atom.holds(value)
		}
		class := slices.IndexFunc(c.patterns[i], func(other []bool) bool { return slices.Equal(other, pattern) })
		if class < 0 {
			class = len(c.patterns[i])
			c.patterns[i] = append(c.patterns[i], pattern)
		}
		c.choice[i][value] = class
	}
}

func (c *compiler) compile(e *expr) decision.Ref {
	switch e.op {
	case isNot:
		return c.Not(c.compile(e.kids[0]))
	case isAll:
		r := decision.Yes
		for _, k := range e.kids {
			r = c.And(r, c.compile(k))
		}
		return r
	case isAny:
		r := decision.No
		for _, k := range e.kids {
			r = c.Or(r, c.compile(k))
		}
		return r
	}
	switch {
	case e.slot == daySlot:
		rank := c.dayRank[e.atom]
		return c.Atom(int32(len(c.widths)-1), func(class int) bool { return class > rank })
	case c.patterns[e.slot] != nil:
		return c.Atom(c.of[e.slot], func(class int) bool { return c.patterns[e.slot][class][e.atom] })
	default:
		return c.Atom(c.of[e.slot], func(class int) bool { return class>>e.atom&1 == 1 })
	}
}

// dayClass gives the class of the day of the plan.
func (v *variables) dayClass(day time.Time) int {
	class := 0
	for class < len(v.days) && !day.Before(v.days[class]) {
		class++
	}
	return class
}

// domainOf gives what an answer leaves open of the slot's variable; an empty answer leaves open all that can be said
// on that day.
func (v *variables) domainOf(s *Slot, answer string, day time.Time) decision.Domain {
	if classes := v.choice[s.index]; classes != nil {
		if answer == "" {
			return decision.Anything()
		}
		return decision.Known(classes[answer])
	}
	atoms := v.times[s.index]
	if answer == "" {
		return v.anyTime(s, atoms, day)
	}
	count, half := monthsOf(day), ""
	if answer != presumeNow {
		var month string
		month, half = halves(answer)
		count = months(month)
	}
	first, second := timeClass(s.Kind, atoms, count, half, day)
	if first == second {
		return decision.Known(first)
	}
	among := make([]bool, 1<<len(atoms))
	among[first], among[second] = true, true
	return decision.Domain{One: -1, Among: among}
}

// timeClass gives the class of a month (counted as months counts) or year; two of them for the month in which a day of
// the conditions lies, when the answer does not say on which side of it.
func timeClass(kind Kind, atoms []timeAtom, count int, half string, day time.Time) (first, second int) {
	today := monthsOf(day)
	for i, a := range atoms {
		bit := 1 << i
		switch {
		case a.from.IsZero() && kind == Year:
			// A year counts from its first day, so that a rule that may already hold is not missed.
			if day.Year()-count/12 >= a.olderThan/12 {
				first, second = first|bit, second|bit
			}
		case a.from.IsZero():
			if today-count > a.olderThan {
				first, second = first|bit, second|bit
			}
		case count > monthsOf(a.from), count == monthsOf(a.from) && (half == "after" || a.from.Day() == 1):
			first, second = first|bit, second|bit
		case count == monthsOf(a.from) && half == "":
			second |= bit
		}
	}
	return first, second
}

// anyTime gives the classes that a month or year up to the given day can have: those of long ago, of now, and of both
// sides of each threshold.
func (v *variables) anyTime(s *Slot, atoms []timeAtom, day time.Time) decision.Domain {
	today := monthsOf(day)
	among := make([]bool, 1<<len(atoms))
	only, classes := 0, 0
	try := func(count int) {
		if count > today {
			return
		}
		first, second := timeClass(s.Kind, atoms, count, "", day)
		for _, class := range [...]int{first, second} {
			if !among[class] {
				among[class] = true
				only, classes = class, classes+1
			}
		}
	}
	const longAgo, year = 200 * 12, 12
	try(today)
	try(today - longAgo)
	for _, a := range atoms {
		edge, step := today-a.olderThan, 1
		if !a.from.IsZero() {
			edge = monthsOf(a.from)
		}
		if s.Kind == Year {
			step = year
		}
		for count := edge - step; count <= edge+step; count += step {
			try(count)
		}
	}
	if classes == 1 {
		return decision.Known(only)
	}
	return decision.Domain{One: -1, Among: among}
}

// bit gives the bit of a slot in a set of slots.
func bit(slot int) uint64 { return 1 << slot }

// slotsIn gives the slots of a set, in order.
func slotsIn(set uint64) []int {
	slots := make([]int, 0, bits.OnesCount64(set))
	for set != 0 {
		slots = append(slots, bits.TrailingZeros64(set))
		set &= set - 1
	}
	return slots
}
