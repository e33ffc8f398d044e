package conversation

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wegwijzer/bot/insight"
	"wegwijzer/bot/session"
	"wegwijzer/kb/edition"
	"wegwijzer/kb/fold"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
	"wegwijzer/kb/route"
	"wegwijzer/kb/understand"
)

func newSession() *session.Session { return &session.Session{} }

// asking gives the slot of the open question; ok is false if none is open, or today's route no longer asks it.
func (t *turn) asking() (slot *route.Slot, ok bool) {
	if t.s.Asking == "" {
		return nil, false
	}
	slot = t.ed.Route.Slot(route.SlotID(t.s.Asking))
	return slot, slot != nil
}

// valueIn finds an answer to slot in what was typed.
func (t *turn) valueIn(slot *route.Slot, text string) (value string, ok bool) {
	switch slot.Kind {
	case route.Year:
		value, ok = yearIn(text)
	case route.Month:
		value, ok = t.monthIn(text)
	default:
		for _, m := range t.mentions() {
			if m.Section == slot.Section && slot.Check(m.ID) == nil {
				return m.ID, true
			}
		}
		value, ok = t.labelled(slot, text)
	}
	return value, ok && slot.Check(value) == nil
}

// labelled finds the one value whose label begins with what was typed, such as "ja" for "Ja, ik heb het diploma", or
// else the one whose label has every word of it, such as "gemeente" for "In een huis of opvang van de gemeente".
func (t *turn) labelled(slot *route.Slot, text string) (value string, ok bool) {
	typed := edition.Plain(text)
	if typed == "" || strings.Count(typed, " ") >= fewWords {
		return "", false
	}
	only := func(fits func(label string) bool) (value string, ok bool) {
		for _, v := range slot.Values {
			if fits(edition.Plain(t.word(slot.Section, v))) {
				if ok {
					return "", false
				}
				value, ok = v, true
			}
		}
		return value, ok
	}
	if value, ok = only(func(label string) bool { return strings.HasPrefix(label+" ", typed+" ") }); ok {
		return value, true
	}
	if said := t.yesOrNo(typed); said != "" {
		if value, ok = only(func(label string) bool { return t.yesOrNo(label) == said }); ok {
			return value, true
		}
	}
	return only(func(label string) bool {
		words := strings.Fields(label)
		for _, word := range strings.Fields(typed) {
			if !slices.Contains(words, word) {
				return false
			}
		}
		return true
	})
}

var (
	yearForm      = regexp.MustCompile(`\b(?:19|20)\d\d\b`)
	yearMonthForm = regexp.MustCompile(`\b((?:19|20)\d\d)\s?[-/. ]\s?(0?[1-9]|1[0-2])\b`)
	monthYearForm = regexp.MustCompile(`\b(0?[1-9]|1[0-2])\s?[-/. ]\s?((?:19|20)\d\d)\b`)
)

func yearIn(text string) (string, bool) {
	year := yearForm.FindString(fold.Text(text))
	return year, year != ""
}

// monthIn reads a month written as 2025-03, 03/2025 or "maart 2025", in the month names of all our languages.
func (t *turn) monthIn(text string) (string, bool) {
	text = fold.Text(text)
	if m := yearMonthForm.FindStringSubmatch(text); m != nil {
		return monthOf(m[1], m[2]), true
	}
	if m := monthYearForm.FindStringSubmatch(text); m != nil {
		return monthOf(m[2], m[1]), true
	}
	year := yearForm.FindString(text)
	if year == "" {
		return "", false
	}
	if month, ok := t.ed.Month(text); ok {
		return monthOf(year, strconv.Itoa(int(month))), true
	}
	return "", false
}

func monthOf(year, month string) string {
	n, _ := strconv.Atoi(month)
	return fmt.Sprintf("%s-%02d", year, n)
}

// heard gives the answers that the text holds, one a slot, less those that the person gave already. Values that the
// content marks "heard: no" are named too often in passing: who says that they live in the Netherlands does not say
// that their diploma is from there.
func (t *turn) heard() []route.Answer {
	var answers []route.Answer
	given := t.given()
	for _, m := range t.mentions() {
		slot := t.slotOf(m.Section, m.ID)
		if slot == nil || slot.Attribute(m.ID, "heard") == "no" || given[slot.ID] == m.ID ||
			slices.ContainsFunc(answers, func(a route.Answer) bool { return a.Slot == slot.ID }) {
			continue
		}
		answers = append(answers, route.Answer{Slot: slot.ID, Value: m.ID})
	}
	return answers
}

// mentions gives what the text names, looked up once a turn.
func (t *turn) mentions() []understand.Mention {
	if t.mentionsOf != t.text {
		t.mentioned, t.mentionsOf = t.ed.Understander.Mentions(t.text), t.text
	}
	return t.mentioned
}

// slotOf gives the first slot of the route whose values stand in section and that may have this value: a place that is
// named is taken for where the diploma is from before it is taken for a nationality.
func (t *turn) slotOf(section, value string) *route.Slot {
	for _, slot := range t.ed.Route.Slots() {
		if slot.Section == section && slot.Check(value) == nil {
			return slot
		}
	}
	return nil
}

// tellsAboutSelf tells whether the text has words by which people begin to tell about themselves.
func (t *turn) tellsAboutSelf() bool {
	return slices.ContainsFunc(t.mentions(), func(m understand.Mention) bool { return m.Section == "talk" && m.ID == "self" })
}

// confirm shows back what was heard and waits for a yes before it is noted.
func (t *turn) confirm(answers []route.Answer) {
	t.s.Offered = answers
	t.wonder(t.ui("heard.title", nil), false)
	var lines []string
	for _, a := range answers {
		lines = append(lines, t.ui("heard.item", locale.Args{"question": t.word("slots", string(a.Slot)), "value": t.value(a)}))
	}
	t.reply.Question = append(t.reply.Question, block(prose.List, lines...))
	t.wonder(t.ui("heard.right", nil), true)
	t.offer(t.choice("choice.yes", pressHeard, "yes"), t.choice("choice.no", pressHeard, "no"))
}

// accept notes what was heard, or drops it.
func (t *turn) accept(right bool) {
	offered := t.s.Offered
	t.s.Offered = nil
	t.event.Outcome = insight.Routed
	switch {
	case len(offered) == 0:
		t.say("unknown-choice", nil)
	case right:
		before, given, corrected := t.plan(), t.given(), false
		for _, a := range offered {
			corrected = corrected || given[a.Slot] != ""
			t.record(a)
		}
		t.say("heard.noted", nil)
		if corrected {
			t.compare(before)
		}
	default:
		t.say("heard.dropped", nil)
	}
	t.goOn()
}

// yesOrNo tells whether a folded text begins with a word for yes or no, as "yes, I have it" does.
func (t *turn) yesOrNo(folded string) string {
	first, _, _ := strings.Cut(folded, " ")
	if name, _ := t.ed.Command(first); name == "yes" || name == "no" {
		return name
	}
	return ""
}

func (t *turn) joined(items []string) string { return t.ed.Library.Catalog().List(t.tag, items) }

// asks tells whether the text has a question mark of any script: who asks is not answering.
func asks(text string) bool { return strings.ContainsAny(text, "?؟፧？") }
