package route

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// doneKey is the key of the steps that are finished, beside the slots.
const doneKey = "done"

// Answer is one answer of a person: the id of a slot and a value of it; or doneKey ("done") and the steps that are
// finished, as in a Profile's list.
type Answer struct {
	Slot  SlotID
	Value string
}

// Profile is all that a person answered, and the steps that they have done. It is a value: what changes it gives a
// new one. A Profile is made by a Route (New, Replay, ParseProfile, Decode); the zero Profile has no answers and takes none.
type Profile struct {
	route   *Route
	answers []string // of each slot; "" is unanswered; nil: no answer at all
	done    []Done   // in the order of the steps
}

// Done is a step that is finished.
type Done struct {
	Step  StepID
	Month string // YYYY-MM in which it was finished; "" if the person did not say
}

// String writes the step as the key done has it.
func (d Done) String() string {
	if d.Month == "" {
		return string(d.Step)
	}
	return string(d.Step) + "@" + d.Month
}

// Answer gives the answer to a slot, "" if there is none.
func (p Profile) Answer(id SlotID) string {
	if s := p.slot(id); s != nil && p.answers != nil {
		return p.answers[s.index]
	}
	return ""
}

func (p Profile) slot(id SlotID) *Slot {
	if p.route == nil {
		return nil
	}
	return p.route.Slot(id)
}

// Done gives the steps that are finished, in the order of the route. The slice is the caller's.
func (p Profile) Done() []Done { return slices.Clone(p.done) }

// Answers gives everything in the Profile, slots in their order, done steps last: what Replay makes it again from.
func (p Profile) Answers() []Answer {
	var all []Answer
	for i, v := range p.answers {
		if v != "" {
			all = append(all, Answer{p.route.slots[i].ID, v})
		}
	}
	if len(p.done) > 0 {
		all = append(all, Answer{doneKey, p.doneList()})
	}
	return all
}

func (p Profile) doneList() string {
	list := make([]string, len(p.done))
	for i, d := range p.done {
		list[i] = d.String()
	}
	return strings.Join(list, ",")
}

// String writes the Profile as KEY=VALUE arguments in the order of the slots: equal Profiles are written the same.
func (p Profile) String() string {
	var out strings.Builder
	for i, a := range p.Answers() {
		if i > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(string(a.Slot) + "=" + a.Value)
	}
	return out.String()
}

// Empty says that nothing is answered or done.
func (p Profile) Empty() bool {
	return len(p.done) == 0 && !slices.ContainsFunc(p.answers, func(v string) bool { return v != "" })
}

// New gives the Profile without answers.
func (r *Route) New() Profile { return Profile{route: r} }

// set gives a copy with one answer changed.
func (p Profile) set(slot int, value string) Profile {
	answers := make([]string, len(p.route.slots))
	copy(answers, p.answers)
	answers[slot] = value
	p.answers = answers
	return p
}

// With gives the Profile with a slot answered. The error, one line, says what is wrong with the slot or the value.
func (p Profile) With(id SlotID, value string) (Profile, error) {
	s := p.slot(id)
	if s == nil {
		return p, fmt.Errorf("answer %s: there is no such question", shown(string(id)))
	}
	if err := s.Check(value); err != nil {
		return p, fmt.Errorf("%s: %w", s.ID, err)
	}
	return p.set(s.index, value), nil
}

// Without gives the Profile with a slot unanswered.
func (p Profile) Without(id SlotID) Profile {
	if s := p.slot(id); s != nil && p.answers != nil {
		return p.set(s.index, "")
	}
	return p
}

// Tick gives the Profile with a step done in a month (the day's), so that a paper it brought can lapse. An unknown
// step changes nothing.
func (p Profile) Tick(id StepID, on time.Time) Profile {
	return p.tick(id, on.Format("2006-01"))
}

func (p Profile) tick(id StepID, month string) Profile {
	if p.route == nil {
		return p
	}
	index, ok := p.route.steps[id]
	if !ok {
		return p
	}
	p = p.Untick(id)
	at, _ := slices.BinarySearchFunc(p.done, index, func(d Done, i int) int { return p.route.steps[d.Step] - i })
	p.done = slices.Insert(slices.Clip(p.done), at, Done{id, month})
	return p
}

// Untick gives the Profile with a step not done after all.
func (p Profile) Untick(id StepID) Profile {
	p.done = slices.DeleteFunc(slices.Clone(p.done), func(d Done) bool { return d.Step == id })
	return p
}

// on gives the Profile as one of r: the same if it is, else made again from its answers, since content was reloaded.
func (p Profile) on(r *Route) Profile {
	switch {
	case p.route == r:
		return p
	case p.route == nil:
		return r.New()
	default:
		return r.Replay(p.Answers())
	}
}

// Replay makes a Profile from answers, oldest first. Of two answers to one slot the last counts; one that this route
// does not know, or no longer, is dropped, and so is an empty one, which takes an earlier answer back.
func (r *Route) Replay(answers []Answer) Profile {
	p := r.New()
	values := make([]string, len(r.slots))
	for _, a := range answers {
		if a.Slot == doneKey {
			p.done = nil
			for _, item := range strings.Split(a.Value, ",") {
				p, _ = r.readDone(p, item)
			}
			continue
		}
		if s := r.Slot(a.Slot); s != nil && (a.Value == "" || s.holds(a.Value)) {
			values[s.index] = a.Value
		}
	}
	p.answers = values
	return p
}

var doneForm = regexp.MustCompile(`^([^@]*)@(.*)$`)

// readDone adds one item of the key done to p.
func (r *Route) readDone(p Profile, item string) (Profile, error) {
	name, month := item, ""
	if m := doneForm.FindStringSubmatch(item); m != nil {
		name, month = m[1], m[2]
		if !monthForm.MatchString(month) {
			return p, fmt.Errorf("%s: %s is not a month; write STEP@YYYY-MM, such as ccps@2026-05", shown(name), shown(month))
		}
	}
	steps := r.stepsNamed(name)
	if steps == nil {
		known := make([]string, len(r.stops))
		for i := range r.stops {
			known[i] = string(r.stops[i].id)
		}
		return p, fmt.Errorf("unknown step %s%s; allowed are %s", shown(name), meant(name, known), strings.Join(known, ", "))
	}
	for _, i := range steps {
		p = p.tick(r.stops[i].id, month)
	}
	return p, nil
}

// mostAge bounds an age in months that is typed: nobody holds a certificate for longer than a hundred years.
const mostAge = 1200

// ParseProfile reads KEY=VALUE arguments, in any order, each key once. on is the day from which an age in months is
// counted. The error is one line that names the key or value that is wrong and lists what is allowed.
func (r *Route) ParseProfile(args []string, on time.Time) (Profile, error) {
	p := Profile{route: r, answers: make([]string, len(r.slots))}
	seen := make(map[string]string)
	for _, arg := range args {
		key, value, ok := strings.Cut(arg, "=")
		if !ok {
			return Profile{}, fmt.Errorf("%s is no KEY=VALUE; keys are %s", shown(arg), strings.Join(r.keys(), ", "))
		}
		var err error
		switch s, age := r.slotOfKey(key); {
		case key == doneKey:
			if before, twice := seen[doneKey]; twice {
				return Profile{}, twiceError(key, before)
			}
			seen[doneKey] = key
			for _, item := range strings.Split(value, ",") {
				if p, err = r.readDone(p, item); err != nil {
					return Profile{}, fmt.Errorf("%s: %w", key, err)
				}
			}
		case s == nil:
			return Profile{}, fmt.Errorf("unknown key %s%s; keys are %s", shown(key), meant(key, r.keys()), strings.Join(r.keys(), ", "))
		default:
			if before, twice := seen[string(s.ID)]; twice {
				return Profile{}, twiceError(key, before)
			}
			seen[string(s.ID)] = key
			if age {
				value, err = monthAgo(value, on)
			} else {
				err = s.Check(value)
			}
			if err != nil {
				return Profile{}, fmt.Errorf("%s: %w", key, err)
			}
			p.answers[s.index] = value
		}
	}
	return p, nil
}

func twiceError(key, before string) error {
	if key == before {
		return fmt.Errorf("%s is given twice; give it once", key)
	}
	return fmt.Errorf("%s and %s say the same; give one of them", before, key)
}

func monthAgo(age string, on time.Time) (string, error) {
	n, err := strconv.Atoi(age)
	if err != nil || n < 0 || n > mostAge || strings.HasPrefix(age, "+") || age != strconv.Itoa(n) {
		return "", errors.New(shown(age) + " is not an age in months; write a whole number from 0 to " + strconv.Itoa(mostAge))
	}
	return monthString(monthsOf(on) - n), nil
}

// slotOfKey gives the slot that a key of ParseProfile names, and whether it is the key of its age.
func (r *Route) slotOfKey(key string) (slot *Slot, age bool) {
	for _, s := range r.slots {
		if string(s.ID) == key {
			return s, false
		}
		if s.AgeKey != "" && s.AgeKey == key {
			return s, true
		}
	}
	return nil, false
}

// keys gives the keys that ParseProfile takes.
func (r *Route) keys() []string {
	var keys []string
	for _, s := range r.slots {
		keys = append(keys, string(s.ID))
		if s.AgeKey != "" {
			keys = append(keys, s.AgeKey)
		}
	}
	return append(keys, doneKey)
}
