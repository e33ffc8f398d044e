package route

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"wegwijzer/kb"
)

// A snapshot is what is kept of a plan so that, months later and on newer content, a person can be told what changed
// since. It holds no words and no answers: of each step its permanent number and a digest of what it showed, of each
// answer a digest of eight bits, by which a snapshot of somebody else's plan is known.
//
// In bytes: version, day (2, since firstSnap), digest of the route (2), number of answers, then of each the number of
// its slot and a digest; number of steps, then of each, in the order of the plan, its number and a digest (3).

const (
	snapVersion = 1
	snapDigest  = 3 // bytes of a step: a change is missed once in sixteen million
)

// firstSnap is the day that is counted as 0.
var firstSnap = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)

// Snap gives the snapshot of a plan: some bytes for whoever keeps it and for Changes; nil if the content has no lock.
func (r *Route) Snap(plan Plan) []byte {
	if r.lock == nil {
		return nil
	}
	plan.Profile = plan.Profile.on(r)
	out := []byte{snapVersion}
	out = binary.BigEndian.AppendUint16(out, uint16(clamp(daysBetween(firstSnap, plan.On), 16)))
	out = binary.BigEndian.AppendUint16(out, uint16(digest(string(plan.Route))))
	answers := r.answerDigests(plan.Profile)
	out = append(out, byte(len(answers)))
	for n, locked := range r.lock.slots {
		if locked != nil {
			if sum, ok := answers[locked.id]; ok {
				out = append(out, byte(n), sum)
			}
		}
	}
	at := len(out)
	out = append(out, 0)
	for i := range plan.Steps {
		if n := slices.Index(r.lock.steps, plan.Steps[i].ID); n >= 0 {
			sum := r.stepDigest(&plan.Steps[i])
			out = append(out, byte(n), byte(sum>>16), byte(sum>>8), byte(sum))
			out[at]++
		}
	}
	return out
}

// Changes is what became different between a snapshot and a plan. Steps stand in the order of the plan they are in.
type Changes struct {
	Since   time.Time // the day of the snapshot, 0:00 UTC
	Route   bool      // the plan has another route
	Came    []StepID  // new in the plan
	Went    []StepID  // no longer in the plan, and not because they are done
	Dropped int       // steps that went and that the content no longer knows, so that nothing can name them
	Other   bool      // the steps are others than they were, or stand otherwise, and nobody can say which
	Moved   []StepID  // stand elsewhere among the steps that stayed
	Changed []StepID  // stayed, and show another time, another figure or other papers
	Lapsed  []StepID  // came back, since a paper that they had brought is too old
}

// Empty says that nothing changed.
func (c Changes) Empty() bool {
	return !c.Route && !c.Other && c.Dropped == 0 && len(c.Came)+len(c.Went)+len(c.Moved)+len(c.Changed)+len(c.Lapsed) == 0
}

// Changes tells what is different in the plan now from the one of a snapshot. That dates lie later because it is later
// is no change. ok is false, and nothing is known, if before is no snapshot that this version can read, or is one of
// other answers: what a person changed themselves is no news to them.
func (r *Route) Changes(before []byte, now Plan) (changes Changes, ok bool) {
	now.Profile = now.Profile.on(r)
	was, ok := r.readSnap(before)
	if !ok || !was.answered(r, r.answerDigests(now.Profile)) {
		return Changes{}, false
	}
	changes = Changes{Since: was.day, Route: was.route != uint16(digest(string(now.Route)))}
	done := make([]bool, len(r.stops))
	for _, d := range now.Profile.done {
		done[r.steps[d.Step]] = true
	}
	certain := r.certain(now.Profile, date(now.On))
	var stayed []int // the places in was.steps of the steps that stayed, in today's order
	for i := range now.Steps {
		step := &now.Steps[i]
		at := slices.IndexFunc(was.steps, func(s snapStep) bool { return s.id == step.ID })
		switch index := r.steps[step.ID]; {
		case at >= 0:
			stayed = append(stayed, at)
			if was.steps[at].sum != r.stepDigest(step) {
				changes.Changed = append(changes.Changed, step.ID)
			}
		case done[index] || r.lapsedAnswer(index, certain):
			changes.Lapsed = append(changes.Lapsed, step.ID)
		default:
			changes.Came = append(changes.Came, step.ID)
		}
	}
	for at, s := range was.steps {
		index, known := r.steps[s.id]
		switch {
		case slices.Contains(stayed, at):
		case !known:
			changes.Dropped++
		case !done[index]:
			changes.Went = append(changes.Went, s.id)
		}
	}
	for _, at := range outOfOrder(stayed) {
		changes.Moved = append(changes.Moved, was.steps[at].id)
	}
	return changes, true
}

// ChangesSince tells what is different in the plan now from the one whose code was opened; p is the profile of that code.
// The code holds no steps and no figures, so the plan of its day is worked out anew: what differs from it comes of the
// day. What the content itself changed since is told by route.lock, which knows from which day on a figure or a step is
// new. ok is false if the code does not say when it was made, or if answers were changed since it was opened.
func (r *Route) ChangesSince(o Opened, now Plan) (changes Changes, ok bool) {
	if o.Made.IsZero() || r.lock == nil {
		return Changes{}, false
	}
	then := r.Plan(o.Profile, o.Made)
	if changes, ok = r.Changes(r.Snap(then), now); !ok {
		return Changes{}, false
	}
	came := 0
	for i := range now.Steps {
		step := &now.Steps[i]
		told := func(list []StepID) bool { return slices.Contains(list, step.ID) }
		switch {
		case told(changes.Came) || told(changes.Lapsed):
		case r.lock.added[step.ID].After(o.Made):
			came++
			changes.Came = append(changes.Came, step.ID)
			changes.Changed = slices.DeleteFunc(changes.Changed, func(id StepID) bool { return id == step.ID })
		case !told(changes.Changed) && slices.ContainsFunc(step.Facts, func(id kb.FactID) bool {
			f := r.lib.Fact(id)
			return f != nil && isFigure(f) && r.lock.changedSince(o.Made, f)
		}):
			changes.Changed = append(changes.Changed, step.ID)
		}
	}
	changes.Other = came == 0 && r.wayDigest(then) != o.way
	r.inOrder(changes.Came)
	r.inOrder(changes.Changed)
	return changes, true
}

// inOrder puts steps in the order of the route.
func (r *Route) inOrder(steps []StepID) {
	slices.SortFunc(steps, func(a, b StepID) int { return r.steps[a] - r.steps[b] })
}

// snap is a snapshot that was read.
type snap struct {
	day     time.Time
	route   uint16
	answers map[SlotID]byte
	steps   []snapStep
}

type snapStep struct {
	id  StepID // "" if the lock does not know the number
	sum uint32
}

// readSnap reads a snapshot; ok is false for anything else.
func (r *Route) readSnap(raw []byte) (s snap, ok bool) {
	const head = 1 + 2 + 2 + 1
	if r.lock == nil || len(raw) < head || raw[0] != snapVersion {
		return snap{}, false
	}
	s.day = firstSnap.AddDate(0, 0, int(binary.BigEndian.Uint16(raw[1:])))
	s.route = binary.BigEndian.Uint16(raw[3:])
	count, rest := 2*int(raw[5]), raw[head:]
	if len(rest) < count+1 {
		return snap{}, false
	}
	s.answers = make(map[SlotID]byte, count/2)
	for pair := range slices.Chunk(rest[:count], 2) {
		if n := int(pair[0]); n < len(r.lock.slots) && r.lock.slots[n] != nil {
			s.answers[r.lock.slots[n].id] = pair[1]
		}
	}
	steps, rest := int(rest[count]), rest[count+1:]
	if len(rest) != steps*(1+snapDigest) {
		return snap{}, false
	}
	for part := range slices.Chunk(rest, 1+snapDigest) {
		step := snapStep{sum: uint32(part[1])<<16 | uint32(part[2])<<8 | uint32(part[3])}
		if n := int(part[0]); n < len(r.lock.steps) {
			step.id = r.lock.steps[n]
		}
		if step.id != "" && slices.ContainsFunc(s.steps, func(o snapStep) bool { return o.id == step.id }) {
			return snap{}, false
		}
		s.steps = append(s.steps, step)
	}
	return s, true
}

// answered says that the snapshot is one of the same answers, as far as they are still asked for.
func (s snap) answered(r *Route, now map[SlotID]byte) bool {
	for _, slot := range r.slots {
		was, answered := s.answers[slot.ID]
		is, still := now[slot.ID]
		if r.lock.slot(slot.ID) != nil && (answered != still || was != is) {
			return false
		}
	}
	return true
}

// answerDigests gives eight bits of each answer, as far as a plan code holds it: a plan that came by its code, with the
// group of a country for the country, is the same.
func (r *Route) answerDigests(p Profile) map[SlotID]byte {
	sums := make(map[SlotID]byte)
	for _, a := range p.Answers() {
		s := r.Slot(a.Slot)
		if s == nil {
			continue // the steps that are done
		}
		value := a.Value
		if s.carry != "" && !slices.Contains(s.carried, value) {
			value = s.Attribute(value, s.carry)
		}
		sums[s.ID] = byte(digest(value))
	}
	return sums
}

// stepDigest sums up what a step shows of times, figures and papers; not when it begins, which moves with the day.
func (r *Route) stepDigest(step *PlannedStep) uint32 {
	parts := []string{strconv.Itoa(step.Days.Min), strconv.Itoa(step.Days.Max)}
	for _, id := range step.Facts {
		f := r.lib.Fact(id)
		if f == nil || !isFigure(f) {
			continue
		}
		parts = append(parts, string(id), f.Value.Text)
	}
	for _, p := range step.Papers {
		parts = append(parts, string(p.ID), strconv.Itoa(p.Life))
	}
	return digest(parts...) & (1<<(8*snapDigest) - 1)
}

// digest is FNV-1a folded onto itself: it must stay the same in every build and on every machine.
func digest(parts ...string) uint32 {
	sum := fnv.New64a()
	for _, p := range parts {
		sum.Write([]byte(p))
		sum.Write([]byte{0})
	}
	s := sum.Sum64()
	return uint32(s ^ s>>32)
}

// lapsedAnswer says that step brings a paper of which an answer says since when the person has it, and that it is too
// old.
func (r *Route) lapsedAnswer(index int, c certainty) bool {
	return slices.ContainsFunc(r.stops[index].makes, func(made int) bool {
		m := &r.papers[made]
		if m.held < 0 || !c.Holds(m.heldIf) {
			return false
		}
		month, _ := halves(c.profile.Answer(r.slots[m.held].ID))
		return month != "" && m.lapse(months(month)).Before(c.day)
	})
}

// outOfOrder gives the fewest of the numbers without which the rest are in rising order, as they stand.
func outOfOrder(numbers []int) []int {
	longest := make([]int, len(numbers)) // of the rising rows that end there
	from := make([]int, len(numbers))
	end := -1
	for i, n := range numbers {
		longest[i], from[i] = 1, -1
		for k := range i {
			if numbers[k] < n && longest[k] >= longest[i] {
				longest[i], from[i] = longest[k]+1, k
			}
		}
		if end < 0 || longest[i] > longest[end] {
			end = i
		}
	}
	stays := make([]bool, len(numbers))
	for ; end >= 0; end = from[end] {
		stays[end] = true
	}
	var moved []int
	for i, n := range numbers {
		if !stays[i] {
			moved = append(moved, n)
		}
	}
	return moved
}
