package conversation

import (
	"slices"
	"strings"

	"wegwijzer/bot"
	"wegwijzer/bot/insight"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/route"
)

// skipped stands in the session for a question that the person could not answer; the plan then holds for every answer.
const skipped = ""

// profile replays the answers on today's route: what the route no longer knows falls away by itself.
func (t *turn) profile() route.Profile {
	var answers []route.Answer
	for _, a := range t.s.Answers {
		if a.Value != skipped {
			answers = append(answers, a)
		}
	}
	var done []string
	for _, tick := range t.s.Done {
		done = append(done, route.Done{Step: route.StepID(tick.Step), Month: tick.Month}.String())
	}
	if len(done) > 0 {
		answers = append(answers, route.Answer{Slot: "done", Value: strings.Join(done, ",")})
	}
	return t.ed.Route.Replay(answers)
}

// given gives the answers by slot, skipped ones as "".
func (t *turn) given() map[route.SlotID]string {
	given := map[route.SlotID]string{}
	for _, a := range t.s.Answers {
		given[a.Slot] = a.Value
	}
	return given
}

func (t *turn) plan() route.Plan { return t.ed.Route.Plan(t.profile(), t.day) }

// record puts an answer in the session, in the place of an earlier one to the same question.
func (t *turn) record(a route.Answer) {
	t.s.Answers = slices.DeleteFunc(t.s.Answers, func(old route.Answer) bool { return old.Slot == a.Slot })
	t.s.Answers = append(t.s.Answers, a)
	if t.s.Asking == string(a.Slot) {
		t.s.Asking, t.s.Family = "", ""
	}
	t.s.Offered = nil
}

// answer records an answer and says what it changed if it corrects an earlier one.
func (t *turn) answer(slot *route.Slot, value string) {
	t.event.Outcome = insight.Routed
	old := t.given()[slot.ID]
	before := t.plan()
	t.record(route.Answer{Slot: slot.ID, Value: value})
	if old == "" || old == value {
		return
	}
	t.say("change.changed", locale.Args{"old": t.value(route.Answer{Slot: slot.ID, Value: old}), "new": t.value(route.Answer{Slot: slot.ID, Value: value})})
	t.compare(before)
}

func (t *turn) skip(slot *route.Slot) {
	t.event.Outcome = insight.Routed
	t.record(route.Answer{Slot: slot.ID, Value: skipped})
}

// compare says how the plan differs from what it was before.
func (t *turn) compare(before route.Plan) {
	after := t.plan()
	changed := false
	if before.Route != after.Route {
		changed = true
		t.say("change.route", locale.Args{"route": t.word("routes", string(after.Route))})
	}
	for _, c := range []struct {
		key     string
		in, not route.Plan
	}{{"change.added", after, before}, {"change.removed", before, after}} {
		var steps []string
		for _, step := range c.in.Steps {
			if !slices.ContainsFunc(c.not.Steps, func(s route.PlannedStep) bool { return s.ID == step.ID }) {
				steps = append(steps, t.word("steps", string(step.ID)))
			}
		}
		if len(steps) > 0 {
			changed = true
			t.say(c.key, locale.Args{"steps": t.joined(steps)})
		}
	}
	// A step that stays may still cost or take something else: a doctor's test is not a nurse's.
	var other []string
	was, is := t.ed.Route.View(before, t.tag), t.ed.Route.View(after, t.tag)
	for _, step := range is.Steps {
		i := slices.IndexFunc(was.Steps, func(s route.StepView) bool { return s.ID == step.ID })
		if i >= 0 && !sameStep(was.Steps[i], step) {
			other = append(other, step.Title)
		}
	}
	if len(other) > 0 {
		changed = true
		t.say("change.other", locale.Args{"steps": t.joined(other)})
	}
	if !changed {
		t.say("change.none", nil)
	}
}

// sameStep tells whether two steps ask the same of a person: the same time, figures, warnings and papers.
func sameStep(a, b route.StepView) bool {
	return a.Time == b.Time && slices.Equal(a.Facts, b.Facts) && slices.Equal(a.Traps, b.Traps) &&
		slices.EqualFunc(a.Papers, b.Papers, func(x, y route.PaperView) bool { return x.ID == y.ID })
}

// next gives the next question whose answer can change the plan and that the person has not passed over.
func (t *turn) next() (*route.Slot, bool) {
	given := t.given()
	for _, id := range t.plan().Open {
		if _, passed := given[id]; !passed {
			return t.ed.Route.Slot(id), true
		}
	}
	return nil, false
}

// goOn asks the next question, or shows the plan when there is none.
func (t *turn) goOn() {
	t.s.Offered = nil
	if slot, ok := t.next(); ok {
		t.s.Asking, t.s.Family = string(slot.ID), ""
		t.ask(slot)
		return
	}
	t.s.Asking, t.s.Family = "", ""
	t.showPlan()
}

// resume puts what is still open under a reply that was about something else.
func (t *turn) resume() {
	if len(t.s.Offered) > 0 {
		t.confirm(t.s.Offered)
		return
	}
	if slot, ok := t.asking(); ok {
		t.wonder(t.ui("ask.again", nil), false)
		t.ask(slot)
	}
}

// here shows where the person is: the open question, the plan, or the first screen.
func (t *turn) here() {
	if len(t.s.Offered) > 0 {
		t.confirm(t.s.Offered)
		return
	}
	if slot, ok := t.asking(); ok {
		t.ask(slot)
		return
	}
	if len(t.s.Answers) > 0 {
		t.showPlan()
		return
	}
	t.own = true
	t.welcome()
}

const (
	choicesInRow = 2
	maxChoices   = 14 // a phone screen or two; longer lists are typed
)

// ask shows the question of a slot with what can be chosen.
func (t *turn) ask(slot *route.Slot) {
	t.progress(slot)
	t.wonder(t.word("slots", string(slot.ID)), true)
	t.wonder(t.note("slots", string(slot.ID)), false)
	switch {
	case slot.Kind == route.Month:
		t.wonder(t.ui("ask.month", locale.Args{"example": t.ed.Library.Catalog().Date(t.tag, t.day, 2)}), false)
	case slot.Kind == route.Year:
		t.wonder(t.ui("ask.year", locale.Args{"example": t.ed.Library.Catalog().Date(t.tag, t.day, 1)}), false)
	case slot.Group != "" && t.s.Family == "":
		t.rows(t.groups(slot), func(group string) bot.Choice {
			return bot.Choice{ID: choiceID(pressGroup, string(slot.ID), group), Label: t.word(slot.Group, group)}
		})
		t.wonder(t.ui("ask.other", nil), false)
	default:
		t.rows(t.offered(slot), func(value string) bot.Choice {
			return bot.Choice{ID: choiceID(pressAnswer, string(slot.ID), value), Label: t.word(slot.SectionOf(value), value)}
		})
		if slot.Kind == route.Country {
			t.wonder(t.ui("ask.other", nil), false)
		}
	}
	last := []bot.Choice{t.choice("choice.skip", pressSkip, string(slot.ID))}
	if len(t.s.Answers) > 0 {
		last = append(last, t.choice("choice.back", pressCommand, "back"), t.choice("choice.sofar", pressCommand, "sofar"))
	}
	t.offer(last...)
}

// progress says which question this is and how many there can be at most. The most only shrinks: an answer can make
// other questions needless, never needed.
func (t *turn) progress(slot *route.Slot) {
	given := t.given()
	if _, again := given[slot.ID]; again {
		return
	}
	open := 0
	for _, id := range t.plan().Open {
		if _, passed := given[id]; !passed {
			open++
		}
	}
	if n := len(given); open > 0 {
		t.wonder(t.ui("ask.progress", locale.Args{"n": n + 1, "total": n + open}), false)
	}
}

func (t *turn) rows(values []string, choice func(string) bot.Choice) {
	for row := range slices.Chunk(values[:min(len(values), maxChoices)], choicesInRow) {
		var choices []bot.Choice
		for _, value := range row {
			choices = append(choices, choice(value))
		}
		t.offer(choices...)
	}
}

// groups gives the groups of a long list of values, in the order of the values.
func (t *turn) groups(slot *route.Slot) []string {
	var groups []string
	for _, value := range slot.Values {
		if group := slot.Attribute(value, slot.Group); !slices.Contains(groups, group) {
			groups = append(groups, group)
		}
	}
	return groups
}

// offered gives the values that are offered as buttons: all, those of the chosen group, or the countries that the
// content puts forward because many people come from there.
func (t *turn) offered(slot *route.Slot) []string {
	values := slot.Values
	if slot.Kind == route.Country {
		values = slices.DeleteFunc(slices.Clone(t.ed.Library.Values(slot.Section)), func(code string) bool {
			return slot.Attribute(code, "offer") == ""
		})
	}
	if slot.Group != "" {
		values = slices.DeleteFunc(slices.Clone(values), func(value string) bool {
			return slot.Attribute(value, slot.Group) != t.s.Family
		})
	}
	return values
}

// back asks the question again that was answered last.
func (t *turn) back() {
	t.event.Outcome = insight.Routed
	if slot, ok := t.asking(); ok {
		if _, again := t.given()[slot.ID]; again { // it was being corrected: the answer that stands is kept
			t.goOn()
			return
		}
	}
	if len(t.s.Answers) == 0 {
		t.here()
		return
	}
	last := t.s.Answers[len(t.s.Answers)-1]
	t.s.Answers = t.s.Answers[:len(t.s.Answers)-1]
	slot := t.ed.Route.Slot(last.Slot)
	if slot == nil {
		t.goOn()
		return
	}
	t.s.Asking, t.s.Family = string(last.Slot), ""
	t.say("change.back", nil)
	t.ask(slot)
}

// offerFix offers the answers given so far, to correct one.
func (t *turn) offerFix() {
	if len(t.s.Answers) == 0 {
		t.here()
		return
	}
	t.say("choice.fix", nil)
	for _, a := range t.s.Answers {
		slot := t.ed.Route.Slot(a.Slot)
		if slot == nil {
			continue
		}
		t.offer(bot.Choice{ID: choiceID(pressFix, string(a.Slot)),
			Label: t.ui("heard.item", locale.Args{"question": t.word("slots", string(a.Slot)), "value": t.value(a)})})
	}
}
