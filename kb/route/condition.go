package route

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"wegwijzer/kb"
)

// A condition is data (content/route.yaml):
//
//	all: [condition, …]   any: [condition, …]   not: condition   if: name of a condition defined above
//	slot: [value, …]                the answer is one of these
//	slot.attribute: [value, …]      the answer's attribute is one of these
//	slot: at-least VALUE            the answer of an ordered slot is VALUE or higher
//	slot: at-least other.attribute  … or the attribute of another answer (false if that answer has no such attribute)
//	slot: older-than 24 months      the month or year lies further back than that on the day of the plan; or a fact id
//	slot: from 2026-06-12           the month lies on or after that day; or a fact id
//	on: from 2026-06-12             the day of the plan is that day or later; or a fact id
//
// Several lines in one mapping must all hold.

// expr is a condition as read, before the classes of answers are known.
type expr struct {
	op   operator
	kids []*expr
	slot int // of an atom; daySlot for the day of the plan
	atom int // of an atom: index into the atoms of its slot
}

type operator int

const (
	isAll operator = iota // of no kids: always
	isAny
	isNot
	isAtom
)

var always = &expr{op: isAll}

func allOf(kids ...*expr) *expr { return &expr{op: isAll, kids: kids} }

// daySlot stands for the day of the plan where a slot's index is asked for.
const daySlot = -1

// choiceAtom is a set of answers that some condition asks for.
type choiceAtom struct {
	key   string // equal atoms are one
	holds func(value string) bool
}

// timeAtom asks how old a month or year is on the day of the plan, or on which side of a day it lies.
type timeAtom struct {
	olderThan int       // months, or whole years for a Year; 0 if from is set
	from      time.Time // zero if olderThan is set
}

// conditions reads conditions and remembers what they ask of each slot.
type conditions struct {
	*reader
	slots   []*Slot
	named   map[string]*expr
	choices [][]choiceAtom
	times   [][]timeAtom
	days    []time.Time // thresholds of "on", in the order met
	used    map[string]bool
}

var (
	olderForm  = regexp.MustCompile(`^([1-9]\d{0,3}) (months?|years?)$`)
	wholeDate  = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	operations = []string{"all", "any", "not", "if", "on"}
)

// read gives the condition of n; a missing one (nil) always holds. What is wrong is a fault, and holds.
func (c *conditions) read(n *yaml.Node) *expr {
	if n == nil {
		return always
	}
	if n.Kind == yaml.SequenceNode {
		c.fault(n, "condition", "a list stands where one condition is expected", "Write all: or any: before the list")
		return always
	}
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		c.fault(n, "condition", "a condition is expected here", "Write for instance {country.group: [eu]}")
		return always
	}
	var kids []*expr
	for key, value := range c.pairs(n) {
		kids = append(kids, c.line(key, value))
	}
	if len(kids) == 1 {
		return kids[0]
	}
	return allOf(kids...)
}

func (c *conditions) line(key, value *yaml.Node) *expr {
	switch key.Value {
	case "all", "any":
		op := isAll
		if key.Value == "any" {
			op = isAny
		}
		if value.Kind != yaml.SequenceNode || len(value.Content) == 0 {
			c.fault(value, "condition", key.Value+" has no list of conditions", "Put the conditions in a list below it")
			return always
		}
		e := &expr{op: op}
		for _, item := range value.Content {
			e.kids = append(e.kids, c.read(item))
		}
		return e
	case "not":
		return &expr{op: isNot, kids: []*expr{c.read(value)}}
	case "if":
		e, ok := c.named[value.Value]
		if !ok {
			names := make([]string, 0, len(c.named))
			for name := range c.named {
				names = append(names, name)
			}
			sort.Strings(names)
			c.unknown(value, "condition", value.Value, names)
			return always
		}
		c.used[value.Value] = true
		return e
	case "on":
		day, ok := c.date(value, value.Value, "from ")
		if !ok {
			return always
		}
		return &expr{op: isAtom, slot: daySlot, atom: c.dayAtom(day)}
	}
	name, attribute, dotted := strings.Cut(key.Value, ".")
	slot := c.slot(key, name)
	switch {
	case slot == nil:
		return always
	case dotted:
		return c.byAttribute(slot, attribute, key, value)
	case value.Kind == yaml.SequenceNode:
		return c.oneOf(slot, value)
	case value.Kind != yaml.ScalarNode:
		c.fault(value, "condition", fmt.Sprintf("%s has no list of values", name), "Write for instance "+name+": [value, value]")
	case strings.HasPrefix(value.Value, "at-least "):
		return c.atLeast(slot, value)
	case strings.HasPrefix(value.Value, "older-than "):
		return c.olderThan(slot, value)
	case strings.HasPrefix(value.Value, "from "):
		return c.from(slot, value)
	default:
		c.fault(value, "condition", fmt.Sprintf("%s: %s is no condition", name, value.Value),
			"Write a list of values, or at-least VALUE, older-than LENGTH or from DATE")
	}
	return always
}

// slot gives the slot of that name; an unknown one is a fault and gives nil.
func (c *conditions) slot(n *yaml.Node, name string) *Slot {
	for _, s := range c.slots {
		if string(s.ID) == name {
			return s
		}
	}
	c.unknown(n, "slot", name, append(slotNames(c.slots), operations...))
	return nil
}

func slotNames(slots []*Slot) []string {
	names := make([]string, len(slots))
	for i, s := range slots {
		names[i] = string(s.ID)
	}
	return names
}

func (c *conditions) oneOf(slot *Slot, list *yaml.Node) *expr {
	if slot.Kind != Choice {
		c.fault(list, "condition", fmt.Sprintf("%s cannot be compared with a list of values", slot.ID),
			"Ask for an attribute ("+string(slot.ID)+".NAME), for older-than LENGTH or from DATE")
		return always
	}
	var values []string
	for _, item := range list.Content {
		if !slices.Contains(slot.Values, item.Value) {
			c.unknown(item, "value", item.Value, slot.Values)
			continue
		}
		values = append(values, item.Value)
	}
	slices.Sort(values)
	return c.choice(slot, strings.Join(values, " "), func(v string) bool { return slices.Contains(values, v) })
}

func (c *conditions) byAttribute(slot *Slot, attribute string, key, list *yaml.Node) *expr {
	known := c.attributes(key, slot, attribute)
	if known == nil {
		return always
	}
	if list.Kind != yaml.SequenceNode {
		c.fault(list, "condition", key.Value+" has no list of values", "Write for instance "+key.Value+": [value, value]")
		return always
	}
	var values []string
	for _, item := range list.Content {
		if !slices.Contains(known, item.Value) {
			c.unknown(item, "value", item.Value, known)
			continue
		}
		values = append(values, item.Value)
	}
	slices.Sort(values)
	return c.hasAttribute(slot, attribute, values...)
}

// hasAttribute is the atom "slot.attribute: values", for values that are known to be right.
func (c *conditions) hasAttribute(slot *Slot, attribute string, values ...string) *expr {
	key := "." + attribute + " " + strings.Join(values, " ")
	return c.choice(slot, key, func(v string) bool { return slices.Contains(values, slot.Attribute(v, attribute)) })
}

// attributes gives the values that an attribute has among the slot's values, sorted; none is a fault.
func (c *conditions) attributes(n *yaml.Node, slot *Slot, attribute string) []string {
	if slot.carry != "" && attribute != slot.carry {
		// The plan code keeps slot.carry and nothing else of the answer; a condition on more would not survive it.
		c.fault(n, "condition", fmt.Sprintf("%s.%s is asked for, but the plan code keeps only %s.%s", slot.ID, attribute, slot.ID, slot.carry),
			"Ask for "+string(slot.ID)+"."+slot.carry)
		return nil
	}
	var found []string
	for _, v := range slot.Values {
		if a := slot.Attribute(v, attribute); a != "" && !slices.Contains(found, a) {
			found = append(found, a)
		}
	}
	if found == nil {
		c.unknown(n, "attribute", attribute, c.attributeNames(slot))
	}
	slices.Sort(found)
	return found
}

func (c *conditions) attributeNames(slot *Slot) []string {
	var names []string
	if slot.attrs == nil {
		return nil
	}
	for _, v := range slot.Values {
		for name := range slot.attrs(v) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func (c *conditions) atLeast(slot *Slot, n *yaml.Node) *expr {
	bound := strings.TrimPrefix(n.Value, "at-least ")
	if !slot.Ordered {
		c.fault(n, "condition", fmt.Sprintf("the values of %s have no order", slot.ID), "Write a list of values, or give the slot ordered: true")
		return always
	}
	if least := slot.rank(bound); least >= 0 {
		return c.reaches(slot, least)
	}
	name, attribute, dotted := strings.Cut(bound, ".")
	if !dotted {
		c.unknown(n, "value", bound, slot.Values)
		return always
	}
	other := c.slot(n, name)
	if other == nil {
		return always
	}
	bounds := c.attributes(n, other, attribute)
	if bounds == nil {
		return always
	}
	e := &expr{op: isAny}
	for _, b := range bounds {
		least := slot.rank(b)
		if least < 0 {
			c.fault(n, "unknown-value", fmt.Sprintf("%s.%s is %q somewhere, which is no value of %s", name, attribute, b, slot.ID),
				"Use one of "+strings.Join(slot.Values, ", "))
			continue
		}
		e.kids = append(e.kids, allOf(c.hasAttribute(other, attribute, b), c.reaches(slot, least)))
	}
	return e
}

func (c *conditions) reaches(slot *Slot, least int) *expr {
	return c.choice(slot, ">="+strconv.Itoa(least), func(v string) bool { return slot.rank(v) >= least })
}

func (c *conditions) olderThan(slot *Slot, n *yaml.Node) *expr {
	length := strings.TrimPrefix(n.Value, "older-than ")
	count, ok := 0, false
	if m := olderForm.FindStringSubmatch(length); m != nil {
		count, _ = strconv.Atoi(m[1])
		if m[2][0] == 'y' {
			count *= 12
		}
		ok = true
	} else if f := c.fact(n, length); f != nil {
		count, ok = monthsLong(f)
		if !ok {
			c.fault(n, "condition", fmt.Sprintf("the fact %s is no length of time in months or years", length), "Use a fact of kind duration, in months or years")
			return always
		}
	} else {
		return always
	}
	switch {
	case slot.Kind != Month && slot.Kind != Year:
		c.fault(n, "condition", fmt.Sprintf("%s has no age", slot.ID), "Ask for older-than only of a month or a year")
		return always
	case slot.Kind == Year && count%12 != 0:
		c.fault(n, "condition", fmt.Sprintf("%s is known to the year, not to the month", slot.ID), "Give the length in whole years")
		return always
	}
	return c.time(slot, n, timeAtom{olderThan: count})
}

// monthsLong gives a duration in whole months; its upper end, if it is a range.
func monthsLong(f *kb.Fact) (int, bool) {
	if f.Kind != kb.Duration {
		return 0, false
	}
	switch f.Value.Unit {
	case "months":
		return int(f.Value.Max), true
	case "years":
		return int(f.Value.Max * 12), true
	}
	return 0, false
}

func (c *conditions) from(slot *Slot, n *yaml.Node) *expr {
	if slot.Kind != Month {
		c.fault(n, "condition", fmt.Sprintf("%s is no month", slot.ID), "Ask for from DATE only of a month")
		return always
	}
	day, ok := c.date(n, n.Value, "from ")
	if !ok {
		return always
	}
	return c.time(slot, n, timeAtom{from: day})
}

// date reads prefix and a day or the id of a fact that is a whole date.
func (c *conditions) date(n *yaml.Node, text, prefix string) (time.Time, bool) {
	what, ok := strings.CutPrefix(text, prefix)
	if !ok {
		c.fault(n, "condition", fmt.Sprintf("%q does not begin with %q", text, strings.TrimSpace(prefix)), "Write "+prefix+"DATE")
		return time.Time{}, false
	}
	if wholeDate.MatchString(what) {
		day, err := time.Parse(time.DateOnly, what)
		if err != nil {
			c.fault(n, "condition", what+" is no day of the calendar", "Write the day as YYYY-MM-DD")
		}
		return day, err == nil
	}
	f := c.fact(n, what)
	if f == nil {
		return time.Time{}, false
	}
	if f.Kind != kb.Date || f.Value.DateHas != 3 {
		c.fault(n, "condition", fmt.Sprintf("the fact %s is not one day", what), "Use a fact of kind date that has a day")
		return time.Time{}, false
	}
	return f.Value.Date, true
}

// choice gives the atom of that key, a new one if no condition asked for it before.
func (c *conditions) choice(slot *Slot, key string, holds func(string) bool) *expr {
	atoms := &c.choices[slot.index]
	at := slices.IndexFunc(*atoms, func(a choiceAtom) bool { return a.key == key })
	if at < 0 {
		at = len(*atoms)
		*atoms = append(*atoms, choiceAtom{key, holds})
	}
	return &expr{op: isAtom, slot: slot.index, atom: at}
}

// mostTimeAtoms bounds the questions asked of one month: its classes are all their answers taken together.
const mostTimeAtoms = 8

func (c *conditions) time(slot *Slot, n *yaml.Node, atom timeAtom) *expr {
	atoms := &c.times[slot.index]
	at := slices.Index(*atoms, atom)
	if at < 0 {
		at = len(*atoms)
		if at == mostTimeAtoms {
			c.fault(n, "condition", fmt.Sprintf("%s is asked for more than %d different ages and days", slot.ID, mostTimeAtoms), "Use an age or day that stands elsewhere already")
			return always
		}
		*atoms = append(*atoms, atom)
	}
	return &expr{op: isAtom, slot: slot.index, atom: at}
}

func (c *conditions) dayAtom(day time.Time) int {
	at := slices.IndexFunc(c.days, day.Equal)
	if at < 0 {
		at = len(c.days)
		c.days = append(c.days, day)
	}
	return at
}
