package route

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"wegwijzer/kb"
)

// lock holds the permanent numbers by which a plan code names slots, values and steps (content/route.lock). A number
// stands for one thing for ever: a code that somebody wrote on paper years ago must still open, so what was taken out
// of route.yaml stays in the lock, and what is added gets the next free number.
type lock struct {
	slots []*lockedSlot // by number; nil where there is none
	steps []StepID      // by number; "" where there is none
	added map[StepID]time.Time
	facts map[kb.FactID]lockedFact
}

// lockedFact is a figure on which steps stand, as it was when the lock was last written. A plan code holds no figures;
// by this, whoever comes back with one is told of those that changed since it was made.
type lockedFact struct {
	sum   string    // of the value
	since time.Time // the day on which the lock first had this value; zero: from the beginning
}

// lockedSlot is a slot as plan codes hold it.
type lockedSlot struct {
	id     SlotID
	bits   int      // with which its answer is written, for ever
	values []string // by number, of a Choice or Country; "" where there is none
}

// The bits of the answers that are counted, not numbered.
const (
	monthBits = 10 // months since 1970, up to 2055
	halfBits  = 2  // of a Month that has a split, behind the month
	yearBits  = 7  // years since 1940, up to 2067
	firstYear = 1940
	firstTick = 1970 * 12 // the month that is counted as 0
	mostBits  = 16
)

// readLock reads route.lock and says which numbers are missing, doubled or too large. Without the file the route works
// and has no plan codes.
func (p *parser) readLock(file func(string) ([]byte, bool)) {
	p.file = lockFile
	raw, ok := file(lockFile)
	if !ok {
		p.warn(0, "no-lock", "there is no route.lock, so there are no plan codes", "Write one with a number for every slot, value and step")
		return
	}
	root, err := document(raw)
	if err != nil || root == nil {
		p.faultAt(0, "yaml", "the file cannot be read as YAML", "Mend it; never change a number that stands in it")
		return
	}
	parts := p.fields(root, "slots", "steps", "facts")
	l := &lock{added: map[StepID]time.Time{}, facts: map[kb.FactID]lockedFact{}}
	if parts["slots"] != nil {
		for key, value := range p.pairs(parts["slots"]) {
			p.readLockedSlot(l, key, value)
		}
	}
	if parts["steps"] != nil {
		for number, name := range p.numbers(p.plainSteps(l, parts["steps"]), mostSteps-1) {
			l.steps = put(l.steps, number, StepID(name))
		}
	}
	if parts["facts"] != nil {
		for key, value := range p.pairs(parts["facts"]) {
			f := p.fields(value, "sum", "since")
			l.facts[kb.FactID(key.Value)] = lockedFact{p.text(f["sum"]), p.day(f["since"])}
		}
	}
	p.lockLacks(l)
	p.route.lock = l
}

// plainSteps gives the steps of a lock as name: number, and notes of those that say it since when they are there.
func (p *parser) plainSteps(l *lock, n *yaml.Node) *yaml.Node {
	plain := *n
	plain.Content = slices.Clone(n.Content)
	for i := 1; i < len(plain.Content); i += 2 {
		if plain.Content[i].Kind != yaml.MappingNode {
			continue
		}
		f := p.fields(plain.Content[i], "number", "since")
		l.added[StepID(plain.Content[i-1].Value)] = p.day(f["since"])
		if plain.Content[i] = f["number"]; f["number"] == nil {
			plain.Content[i] = &yaml.Node{Kind: yaml.ScalarNode, Line: n.Content[i].Line}
		}
	}
	return &plain
}

// day reads a day; none gives the zero time.
func (p *parser) day(n *yaml.Node) time.Time {
	if n == nil {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, n.Value)
	if err != nil {
		p.fault(n, "lock", fmt.Sprintf("%q is not a day", n.Value), "Write it as 2026-11-24")
	}
	return day
}

func (p *parser) readLockedSlot(l *lock, key, value *yaml.Node) {
	f := p.fields(value, "number", "bits", "values")
	s := &lockedSlot{id: SlotID(key.Value), bits: p.number(f["bits"], 1, mostBits)}
	number := p.number(f["number"], 0, mostSlots-2)
	if number < len(l.slots) && l.slots[number] != nil {
		p.fault(key, "lock", fmt.Sprintf("%s and %s have the same number", key.Value, l.slots[number].id), "Give the newer one the next free number")
	}
	if f["values"] != nil {
		for n, name := range p.numbers(f["values"], 1<<s.bits-1) {
			s.values = put(s.values, n, name)
		}
	}
	l.slots = put(l.slots, number, s)
}

// number reads a whole number from least to most; anything else is a fault and gives least.
func (p *parser) number(n *yaml.Node, least, most int) int {
	if n == nil {
		p.faultAt(0, "lock", "a number is missing", "Write number: and bits: for every slot")
		return least
	}
	got, err := strconv.Atoi(n.Value)
	if err != nil || got < least || got > most {
		p.fault(n, "lock", fmt.Sprintf("%q is not a whole number from %d to %d", n.Value, least, most), "Write the number that belongs there")
		return least
	}
	return got
}

// numbers reads a mapping of names to numbers, each used once, and gives it the other way round.
func (p *parser) numbers(n *yaml.Node, most int) map[int]string {
	found := make(map[int]string)
	for key, value := range p.pairs(n) {
		number := p.number(value, 0, most)
		if other, ok := found[number]; ok {
			p.fault(key, "lock", fmt.Sprintf("%s and %s have the same number", key.Value, other), "Give the newer one the next free number")
			continue
		}
		found[number] = key.Value
	}
	return found
}

// put sets list[number], making the list longer if need be.
func put[T any](list []T, number int, value T) []T {
	for len(list) <= number {
		var none T
		list = append(list, none)
	}
	list[number] = value
	return list
}

// lockLacks says what of route.yaml has no number yet.
func (p *parser) lockLacks(l *lock) {
	for _, s := range p.slots {
		locked := l.slot(s.ID)
		if locked == nil {
			p.faultAt(0, "lock-lacks", fmt.Sprintf("the slot %s has no number", s.ID), fmt.Sprintf("Write %s: {number: %d, bits: %d} under slots", s.ID, len(l.slots), needBits(s)))
			continue
		}
		if locked.bits < needBits(s) {
			p.faultAt(0, "lock", fmt.Sprintf("the values of %s do not fit in %d bits", s.ID, locked.bits), "Give a new slot with more bits a new id and number, and let the old one stand")
		}
		for _, v := range s.encoded() {
			if !slices.Contains(locked.values, v) {
				p.faultAt(0, "lock-lacks", fmt.Sprintf("the value %s of %s has no number", v, s.ID), fmt.Sprintf("Write %s: %d under its values", v, len(locked.values)))
			}
		}
	}
	for _, s := range p.route.stops {
		if !slices.Contains(l.steps, s.id) {
			p.faultAt(0, "lock-lacks", fmt.Sprintf("the step %s has no number", s.id), fmt.Sprintf("Write %s: %d under steps", s.id, len(l.steps)))
		}
	}
	for _, f := range p.route.figures() {
		if l.facts[f.ID].sum != factSum(f) {
			p.warn(0, "lock-fact", fmt.Sprintf("the fact %s is not as the lock has it", f.ID), "Run wegwijzer stamp route: then whoever comes back with a plan code is told from which day on it is new")
		}
	}
}

// figures gives the facts on which steps and papers stand and whose change is news to whoever has a plan, by their ids.
func (r *Route) figures() []*kb.Fact {
	var facts []*kb.Fact
	add := func(id string) {
		if f := r.lib.Fact(kb.FactID(id)); f != nil && isFigure(f) && !slices.Contains(facts, f) {
			facts = append(facts, f)
		}
	}
	for i := range r.stops {
		stop := &r.stops[i]
		for _, list := range [][]element{stop.facts, stop.after} {
			for _, e := range list {
				add(e.id)
			}
		}
		for _, t := range stop.takes {
			add(t.id)
		}
		for _, a := range stop.since {
			add(a.id)
		}
		for _, o := range stop.opens {
			add(o.id)
		}
	}
	for i := range r.papers {
		if life := r.papers[i].life; life != nil {
			add(string(life.ID))
		}
	}
	slices.SortFunc(facts, func(a, b *kb.Fact) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return facts
}

// isFigure says that a fact is no place to turn to: a site that moved has not changed the plan.
func isFigure(f *kb.Fact) bool {
	return !slices.Contains([]kb.FactKind{kb.URL, kb.Email, kb.Phone, kb.Address}, f.Kind)
}

func factSum(f *kb.Fact) string { return fmt.Sprintf("%06x", digest(f.Value.Text)>>8) }

// changedSince says that the fact has had another value on day or after it. One that the lock does not have as it is now
// counts as changed.
func (l *lock) changedSince(day time.Time, f *kb.Fact) bool {
	locked := l.facts[f.ID]
	return locked.sum != factSum(f) || locked.since.After(day)
}

// encoded gives the values that a plan code numbers.
func (s *Slot) encoded() []string {
	switch {
	case s.Kind == Month || s.Kind == Year:
		return nil
	case s.carry != "":
		return s.carried
	default:
		return s.Values
	}
}

// needBits gives the fewest bits in which the slot's answers fit.
func needBits(s *Slot) int {
	switch {
	case s.Kind == Month && !s.split.IsZero():
		return monthBits + halfBits
	case s.Kind == Month:
		return monthBits
	case s.Kind == Year:
		return yearBits
	}
	bits := 1
	for 1<<bits < len(s.encoded()) {
		bits++
	}
	return bits
}

func (l *lock) slot(id SlotID) *lockedSlot {
	for _, s := range l.slots {
		if s != nil && s.id == id {
			return s
		}
	}
	return nil
}

// Lock writes the route.lock that this route needs: with every number that the content's lock has, the next free ones
// for what it lacks, and day as the one from which on what is new to it holds.
func (r *Route) Lock(day time.Time) []byte {
	l := &lock{added: map[StepID]time.Time{}, facts: map[kb.FactID]lockedFact{}}
	var since time.Time // the first lock knows of no change
	if r.lock != nil {
		l = &lock{slots: slices.Clone(r.lock.slots), steps: slices.Clone(r.lock.steps), added: maps.Clone(r.lock.added), facts: maps.Clone(r.lock.facts)}
		since = date(day)
	}
	for _, s := range r.slots {
		locked := l.slot(s.ID)
		if locked == nil {
			locked = &lockedSlot{id: s.ID, bits: needBits(s) + 1}
			if s.Kind == Month || s.Kind == Year {
				locked.bits--
			}
			l.slots = append(l.slots, locked)
		}
		for _, v := range s.encoded() {
			if !slices.Contains(locked.values, v) {
				locked.values = append(slices.Clip(locked.values), v)
			}
		}
	}
	for i := range r.stops {
		if !slices.Contains(l.steps, r.stops[i].id) {
			l.steps = append(l.steps, r.stops[i].id)
			l.added[r.stops[i].id] = since
		}
	}
	for _, f := range r.figures() {
		switch was, known := l.facts[f.ID]; {
		case !known && len(r.lockedFacts()) == 0:
			l.facts[f.ID] = lockedFact{sum: factSum(f)}
		case was.sum != factSum(f):
			l.facts[f.ID] = lockedFact{factSum(f), since}
		}
	}
	return l.write()
}

// lockedFacts gives the facts of the lock; none if there is no lock.
func (r *Route) lockedFacts() map[kb.FactID]lockedFact {
	if r.lock == nil {
		return nil
	}
	return r.lock.facts
}

func (l *lock) write() []byte {
	var out strings.Builder
	out.WriteString("# The permanent numbers by which plan codes name slots, values and steps. A number stands for one thing for ever:\n" +
		"# never change or reuse one, never take a line out. What is new gets the next free number.\nslots:\n")
	for n, s := range l.slots {
		if s == nil {
			continue
		}
		fmt.Fprintf(&out, "  %s: {number: %d, bits: %d", s.id, n, s.bits)
		if len(s.values) > 0 {
			fmt.Fprintf(&out, ", values: {%s}", strings.Join(numbered(s.values), ", "))
		}
		out.WriteString("}\n")
	}
	out.WriteString("steps:\n")
	for n, id := range l.steps {
		switch since := l.added[id]; {
		case id == "":
		case since.IsZero():
			fmt.Fprintf(&out, "  %s: %d\n", plain(id), n)
		default:
			fmt.Fprintf(&out, "  %s: {number: %d, since: %s}\n", plain(id), n, since.Format(time.DateOnly))
		}
	}
	if len(l.facts) > 0 {
		out.WriteString("# The figures on which steps stand, summed up, and since when they are so where that is known.\nfacts:\n")
	}
	for _, id := range slices.Sorted(maps.Keys(l.facts)) {
		fmt.Fprintf(&out, "  %s: {sum: %q", plain(id), l.facts[id].sum)
		if since := l.facts[id].since; !since.IsZero() {
			fmt.Fprintf(&out, ", since: %s", since.Format(time.DateOnly))
		}
		out.WriteString("}\n")
	}
	return []byte(out.String())
}

// numbered writes names as "name: number".
func numbered(names []string) []string {
	var lines []string
	for n, name := range names {
		if name != "" {
			lines = append(lines, fmt.Sprintf("%s: %d", plain(name), n))
		}
	}
	return lines
}

// plain quotes a name that YAML would read as something else.
func plain[T ~string](name T) string {
	if slices.Contains([]string{"yes", "no", "on", "off", "true", "false", "null"}, strings.ToLower(string(name))) {
		return strconv.Quote(string(name))
	}
	return string(name)
}
