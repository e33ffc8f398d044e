package route

import (
	"context"
	"fmt"
	"hash/maphash"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Proof is what walking every way through the questions found.
type Proof struct {
	Classes    int         // answers that some condition tells apart, of all slots together
	Questions  int         // times a question is asked on some way
	Longest    int         // questions on the longest way
	Leaves     int         // ends of ways, each a plan
	Unreached  []StepID    // steps that are in no plan
	Violations []Violation // at most mostViolations of them
	Slots      []SlotClasses
}

// SlotClasses is how many classes the conditions make of the answers to a slot.
type SlotClasses struct {
	Slot    SlotID
	Values  int // 0: of a month or year, which has no list
	Classes int // 0: no condition asks for it
}

// String writes the proof for who looks after the content, a line for each thing: what was walked, and then what is wrong.
func (p Proof) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%d classes of answers, %d questions asked, %d ways, the longest of %d questions.\n", p.Classes, p.Questions, p.Leaves, p.Longest)
	var merged []string
	for _, s := range p.Slots {
		if s.Values > s.Classes {
			merged = append(merged, fmt.Sprintf("%s %d → %d", s.Slot, s.Values, s.Classes))
		}
	}
	if len(merged) > 0 {
		fmt.Fprintf(&out, "Answers that no condition tells apart are one: %s.\n", strings.Join(merged, ", "))
	}
	for _, id := range p.Unreached {
		fmt.Fprintf(&out, "The step %s is in no plan of this day.\n", id)
	}
	for _, v := range p.Violations {
		of := v.Profile
		if of == "" {
			of = "no answers"
		}
		fmt.Fprintf(&out, "Wrong: %s (%s).\n", v.What, of)
	}
	if len(p.Violations) == 0 {
		out.WriteString("Every way ends in a plan, in order; no question is asked twice or changes nothing.\n")
	}
	return out.String()
}

// Violation is a way on which a law of the route is broken.
type Violation struct {
	Profile string // the answers on that way, as ParseProfile takes them
	What    string
	Line    int // of route.yaml: the slot or step it is about; 0 for the whole
}

const mostViolations = 20

// Prove walks the tree of questions as they would really be asked on a day, one branch for each class of answers that
// the conditions tell apart, and looks whether every way ends in a plan, in order and complete, whether no question
// changes nothing and none is asked twice, and whether every step is reached. It works on all processors and gives up,
// with the error of ctx, when ctx ends.
//
// Months on one side of a threshold count as one class, though a beginning that is counted from a month (opens) differs
// between them.
func (r *Route) Prove(ctx context.Context, day time.Time) (Proof, error) {
	w := &walk{route: r, ctx: ctx, day: date(day), seed: maphash.MakeSeed(), answers: make([][]string, len(r.slots))}
	proof := Proof{}
	for i, s := range r.slots {
		w.answers[i] = r.classAnswers(s, w.day)
		proof.Classes += len(w.answers[i])
		proof.Slots = append(proof.Slots, SlotClasses{s.ID, len(s.Values), len(w.answers[i])})
	}
	all := w.all()
	proof.Questions, proof.Longest, proof.Leaves, proof.Violations = all.questions, all.longest, all.leaves, all.violations
	for i := range r.stops {
		if !all.reached.has(i) {
			proof.Unreached = append(proof.Unreached, r.stops[i].id)
		}
	}
	if err := ctx.Err(); err != nil {
		return proof, fmt.Errorf("walk the questions of the route: %w", err)
	}
	return proof, nil
}

// walk is one walk through the tree of questions.
type walk struct {
	route   *Route
	ctx     context.Context
	day     time.Time
	seed    maphash.Seed
	answers [][]string // of each slot: one answer of each class
}

// found is what a part of the tree holds.
type found struct {
	questions, longest, leaves int
	reached                    stepSet
	violations                 []Violation
	plans                      uint64 // equal for parts that ask the same and end in the same plans
}

func (f *found) violated(p Profile, line int, what string) {
	if len(f.violations) < mostViolations {
		f.violations = append(f.violations, Violation{p.String(), what, line})
	}
}

// join adds what the branches of one question found.
func (f *found) join(branches []found) {
	for _, b := range branches {
		f.questions += b.questions
		f.leaves += b.leaves
		f.longest = max(f.longest, b.longest+1)
		f.reached.join(b.reached)
		f.violations = append(f.violations, b.violations[:min(len(b.violations), mostViolations-len(f.violations))]...)
	}
}

// all walks from the beginning, each branch of the first question on a goroutine of its own.
func (w *walk) all() found {
	p := w.route.New()
	c := w.route.certain(p, w.day)
	slot, ok := w.route.next(c)
	if !ok {
		return w.leaf(c)
	}
	branches := make([]found, len(w.answers[slot.index]))
	var group sync.WaitGroup
	running := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, answer := range w.answers[slot.index] {
		group.Go(func() {
			running <- struct{}{}
			defer func() { <-running }()
			branches[i] = w.from(p.set(slot.index, answer))
		})
	}
	group.Wait()
	return w.asked(p, slot, branches)
}

// from walks from p to the end of every way.
func (w *walk) from(p Profile) found {
	c := w.route.certain(p, w.day)
	slot, ok := w.route.next(c)
	if !ok {
		return w.leaf(c)
	}
	branches := make([]found, len(w.answers[slot.index]))
	for i, answer := range w.answers[slot.index] {
		if w.ctx.Err() != nil {
			return found{}
		}
		branches[i] = w.from(p.set(slot.index, answer))
	}
	return w.asked(p, slot, branches)
}

// asked puts together what lies behind a question.
func (w *walk) asked(p Profile, slot *Slot, branches []found) found {
	f := found{questions: 1}
	f.join(branches)
	if p.answers != nil && p.answers[slot.index] != "" {
		f.violated(p, slot.line, fmt.Sprintf("%s is asked a second time", slot.ID))
	}
	if !slices.ContainsFunc(branches, func(b found) bool { return b.plans != branches[0].plans }) {
		f.violated(p, slot.line, fmt.Sprintf("%s is asked and changes nothing", slot.ID))
		f.plans = branches[0].plans
		return f
	}
	var sum maphash.Hash
	sum.SetSeed(w.seed)
	maphash.WriteComparable(&sum, slot.index)
	for _, b := range branches {
		maphash.WriteComparable(&sum, b.plans)
	}
	f.plans = sum.Sum64()
	return f
}

// leaf looks at the plan at the end of a way.
func (w *walk) leaf(c certainty) found {
	f := found{leaves: 1}
	r := w.route
	plan := r.plan(c)
	if plan.Route == "" {
		f.violated(c.profile, 0, "the plan has no route")
	}
	var sum maphash.Hash
	sum.SetSeed(w.seed)
	sum.WriteString(string(plan.Route))
	number := func(n int) { maphash.WriteComparable(&sum, n) }
	for _, s := range plan.Steps {
		i := r.steps[s.ID]
		for n := range r.stops {
			if f.reached.has(n) && slices.Contains(r.stops[n].needs, i) {
				f.violated(c.profile, r.stops[n].line, fmt.Sprintf("the step %s stands before %s, which it needs", r.stops[n].id, s.ID))
			}
		}
		f.reached.add(i)
		number(i)
		number(int(s.Start.Unix()))
		number(s.Days.Min)
		number(s.Days.Max)
		words(&sum, s.Needs)
		words(&sum, s.Facts)
		words(&sum, s.Payers)
		words(&sum, s.Traps)
		for _, p := range s.Papers {
			sum.WriteString(string(p.ID))
			number(int(p.AskFrom.Unix()))
		}
	}
	f.plans = sum.Sum64()
	return f
}

func words[T ~string](sum *maphash.Hash, list []T) {
	for _, w := range list {
		sum.WriteString(string(w))
		sum.WriteByte(0)
	}
	sum.WriteByte(1)
}

// classAnswers gives one answer of each class of a slot that the conditions tell apart on a day; none if no condition
// asks for it.
func (r *Route) classAnswers(s *Slot, day time.Time) []string {
	var answers []string
	if classes := r.choice[s.index]; classes != nil {
		seen := make(map[int]bool)
		for _, v := range s.Values {
			if class := classes[v]; !seen[class] {
				seen[class] = true
				answers = append(answers, v)
			}
		}
		return answers
	}
	if len(r.times[s.index]) == 0 && !r.opensFrom(s) {
		return nil
	}
	seen := make(map[[2]int]bool)
	for _, v := range r.edges(s, day) {
		month, half := halves(v)
		first, second := timeClass(s.Kind, r.times[s.index], months(month), half, day)
		if class := [2]int{first, second}; !seen[class] {
			seen[class] = true
			answers = append(answers, v)
		}
	}
	return answers
}

// edges gives months or years of now, of long ago and of both sides of every threshold, latest first, up to a day.
func (r *Route) edges(s *Slot, day time.Time) []string {
	const longAgo = 50 * 12
	today := monthsOf(day)
	counts := []int{today, today - longAgo}
	for _, a := range r.times[s.index] {
		edge, step := today-a.olderThan, 1
		if !a.from.IsZero() {
			edge = monthsOf(a.from)
		}
		if s.Kind == Year {
			step = 12
		}
		counts = append(counts, edge-step, edge, edge+step)
	}
	slices.Sort(counts)
	slices.Reverse(counts)
	var all []string
	for _, count := range slices.Compact(counts) {
		if count > today {
			continue
		}
		month := monthString(count)
		switch {
		case s.Kind == Year:
			all = append(all, month[:4])
		case !s.split.IsZero() && month == s.split.Format("2006-01"):
			all = append(all, month, month+"-before", month+"-after")
		default:
			all = append(all, month)
		}
	}
	return slices.Compact(all)
}

// opensFrom says that some step's beginning is counted from the slot.
func (r *Route) opensFrom(s *Slot) bool {
	return slices.ContainsFunc(r.stops, func(stop step) bool {
		return slices.ContainsFunc(stop.opens, func(o opening) bool { return o.slot == s.index })
	})
}
