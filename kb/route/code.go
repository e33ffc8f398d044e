package route

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"wegwijzer/kb/route/letters"
)

// A plan code holds a Profile so that a person can write it on paper and open it on any channel, with nothing stored
// here, and be told what changed since the day it was made.
//
// In bits: version (4), the day it was made (14, since firstSnap) and a digest of the way (10), how many slot numbers
// (6), a bit for each whether it is answered, the answers as route.lock numbers them, how many step numbers (7), a bit
// for each whether it is done, and for each done one a bit and, if set, the month (10). Version 1 had no day and no
// digest. It holds what the route needs and no more: of a country the diploma group only, and of a done step the month
// only where something still counts from it.

// Errors of Decode.
var (
	ErrCode      = errors.New("this is not a plan code; compare every letter")
	ErrNewerCode = errors.New("this plan code was made by a newer version; open it where it was made")
	ErrNoCodes   = errors.New("this content has no route.lock, so there are no plan codes")
)

const (
	codeVersion    = 2
	undatedVersion = 1 // made until November 2026
	versionBits    = 4
	dayBits        = 14 // up to 2064
	wayBits        = 10 // a way that became another is missed once in a thousand
	countBits      = 6  // of slot numbers, so mostSlots-1 at most
	stepBits       = 7  // of step numbers, so mostSteps at most
)

// Encode gives the plan code of a plan. It returns ErrNoCodes if the content has no lock.
func (r *Route) Encode(plan Plan) (string, error) {
	if r.lock == nil {
		return "", ErrNoCodes
	}
	p := plan.Profile.on(r)
	var w letters.Writer
	w.Put(codeVersion, versionBits)
	w.Put(clamp(daysBetween(firstSnap, plan.On), dayBits), dayBits)
	w.Put(r.wayDigest(plan), wayBits)
	r.encodeAnswers(&w, p)
	r.encodeDone(&w, p)
	return w.String(), nil
}

// wayDigest sums up the route and the steps of a plan in their order, and on which figures they stand; not what those are.
func (r *Route) wayDigest(plan Plan) int {
	parts := []string{string(plan.Route)}
	for i := range plan.Steps {
		parts = append(parts, string(plan.Steps[i].ID))
		for _, id := range plan.Steps[i].Facts {
			if f := r.lib.Fact(id); f != nil && isFigure(f) {
				parts = append(parts, string(id))
			}
		}
	}
	return int(digest(parts...) & (1<<wayBits - 1))
}

func (r *Route) encodeAnswers(w *letters.Writer, p Profile) {
	count := 0
	for n, locked := range r.lock.slots {
		if locked != nil && p.Answer(locked.id) != "" {
			count = n + 1
		}
	}
	w.Put(count, countBits)
	for _, locked := range r.lock.slots[:count] {
		w.Flag(locked != nil && p.Answer(locked.id) != "")
	}
	for _, locked := range r.lock.slots[:count] {
		if locked == nil {
			continue
		}
		if answer := p.Answer(locked.id); answer != "" {
			w.Put(number(r.Slot(locked.id), locked, answer), locked.bits)
		}
	}
}

// number gives an answer as a plan code holds it.
func number(s *Slot, locked *lockedSlot, answer string) int {
	switch s.Kind {
	case Month:
		month, half := halves(answer)
		n := clamp(months(month)-firstTick, monthBits)
		if !s.split.IsZero() {
			n = n<<halfBits | slices.Index(halfNames, half)
		}
		return n
	case Year:
		return clamp(months(answer)/12-firstYear, yearBits)
	}
	if s.carry != "" && !slices.Contains(s.carried, answer) {
		answer = s.Attribute(answer, s.carry)
	}
	return slices.Index(locked.values, answer)
}

var halfNames = []string{"", "before", "after"}

// clamp keeps a count within the bits it has: what lies before or behind is as good as the end.
func clamp(n, bits int) int { return min(max(n, 0), 1<<bits-1) }

func (r *Route) encodeDone(w *letters.Writer, p Profile) {
	done := make(map[int]Done)
	count := 0
	for _, d := range p.done {
		if n := slices.Index(r.lock.steps, d.Step); n >= 0 {
			done[n] = d
			count = max(count, n+1)
		}
	}
	w.Put(count, stepBits)
	for n := range count {
		_, ok := done[n]
		w.Flag(ok)
	}
	for n := range count {
		d, ok := done[n]
		if !ok {
			continue
		}
		keep := d.Month != "" && r.countsFrom(r.steps[d.Step])
		w.Flag(keep)
		if keep {
			w.Put(clamp(months(d.Month)-firstTick, monthBits), monthBits)
		}
	}
}

// countsFrom says that the month in which a step was done can still change a plan.
func (r *Route) countsFrom(index int) bool {
	if len(r.stops[index].makes) > 0 {
		return true
	}
	return slices.ContainsFunc(r.stops, func(s step) bool {
		return slices.ContainsFunc(s.since, func(a anchor) bool { return a.step == index })
	})
}

// Opened is what a plan code holds.
type Opened struct {
	Profile Profile
	Made    time.Time // the day it was made, 0:00 UTC; zero if it is too old to say

	way int // digest of the way on that day; meaningless without Made
}

// Decode opens a plan code, however it is grouped and in capitals or not. It returns ErrCode if code is none,
// ErrNewerCode if it names what this content does not know, and ErrNoCodes if the content has no lock. What the content
// knew once and no longer asks is left out.
func (r *Route) Decode(code string) (Opened, error) {
	if r.lock == nil {
		return Opened{}, ErrNoCodes
	}
	b, ok := letters.Read(code)
	if !ok {
		return Opened{}, ErrCode
	}
	o := Opened{Profile: Profile{route: r, answers: make([]string, len(r.slots))}}
	switch version := b.Take(versionBits); {
	case version > codeVersion:
		return Opened{}, ErrNewerCode
	case version == codeVersion:
		o.Made = firstSnap.AddDate(0, 0, b.Take(dayBits))
		o.way = b.Take(wayBits)
	case version != undatedVersion:
		return Opened{}, ErrCode
	}
	if err := r.decodeAnswers(b, &o.Profile); err != nil {
		return Opened{}, err
	}
	if err := r.decodeDone(b, &o.Profile); err != nil {
		return Opened{}, err
	}
	if !b.Ended() {
		return Opened{}, ErrCode
	}
	return o, nil
}

func (r *Route) decodeAnswers(b *letters.Reader, p *Profile) error {
	answered := make([]bool, b.Take(countBits))
	for n := range answered {
		answered[n] = b.Take(1) == 1
	}
	for n, ok := range answered {
		if !ok {
			continue
		}
		if n >= len(r.lock.slots) || r.lock.slots[n] == nil {
			return ErrNewerCode
		}
		locked := r.lock.slots[n]
		answer, err := locked.answer(r.Slot(locked.id), b.Take(locked.bits))
		if err != nil {
			return err
		}
		if s := r.Slot(locked.id); s != nil && s.holds(answer) {
			p.answers[s.index] = answer
		}
	}
	return nil
}

// answer gives the answer of slot s (nil if it is no longer asked) that n stands for.
func (l *lockedSlot) answer(s *Slot, n int) (string, error) {
	switch {
	case s == nil:
		return "", nil
	case s.Kind == Month && !s.split.IsZero():
		half := n & (1<<halfBits - 1)
		if half >= len(halfNames) {
			return "", ErrCode
		}
		month := monthString(n>>halfBits + firstTick)
		if half > 0 {
			month += "-" + halfNames[half]
		}
		return month, nil
	case s.Kind == Month:
		return monthString(n + firstTick), nil
	case s.Kind == Year:
		return fmt.Sprint(n + firstYear), nil
	case n >= len(l.values) || l.values[n] == "":
		return "", ErrNewerCode
	}
	return l.values[n], nil
}

func (r *Route) decodeDone(b *letters.Reader, p *Profile) error {
	done := make([]bool, b.Take(stepBits))
	for n := range done {
		done[n] = b.Take(1) == 1
	}
	for n, ok := range done {
		if !ok {
			continue
		}
		if n >= len(r.lock.steps) || r.lock.steps[n] == "" {
			return ErrNewerCode
		}
		month := ""
		if b.Take(1) == 1 {
			month = monthString(b.Take(monthBits) + firstTick)
		}
		if i, ok := r.steps[r.lock.steps[n]]; ok && !r.countsFrom(i) {
			month = "" // something counted from it when the code was made, and no longer does
		}
		*p = p.tick(r.lock.steps[n], month)
	}
	return nil
}
