package conversation

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"wegwijzer/bot"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/session"
	"wegwijzer/kb"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/page"
	"wegwijzer/kb/prose"
	"wegwijzer/kb/route"
)

// openPlan goes on with the questions or shows the plan; a plan code opens the plan that it holds.
func (t *turn) openPlan(code string) {
	t.event.Outcome = insight.Routed
	switch code {
	case "":
	case "new":
		t.startAnew()
		return
	default:
		t.openCode(code)
		return
	}
	if len(t.s.Answers) == 0 {
		t.say("plan.none", nil)
	}
	t.goOn()
}

// openCode puts the answers of a plan code in the place of those in the session. A code that cannot be read changes
// nothing.
func (t *turn) openCode(code string) {
	opened, err := t.ed.Route.Decode(code)
	if err != nil {
		t.say(map[bool]string{true: "plan.code-newer", false: "plan.code-wrong"}[errors.Is(err, route.ErrNewerCode)], nil)
		t.resume()
		return
	}
	profile := opened.Profile
	t.keepInCode(profile)
	t.s.Answers, t.s.Done, t.s.Asking, t.s.Family = nil, nil, "", ""
	for _, done := range profile.Done() {
		t.s.Done = append(t.s.Done, session.Tick{Step: string(done.Step), Month: done.Month})
	}
	for _, a := range profile.Answers() {
		if t.ed.Route.Slot(a.Slot) != nil {
			t.record(a)
		}
	}
	t.say("plan.code-opened", nil)
	plan := t.plan()
	t.s.Planned = t.ed.Route.Snap(plan) // what a session on this phone knew is of another plan
	if changes, ok := t.ed.Route.ChangesSince(opened, plan); ok && changes.Since.Before(plan.On) {
		t.sayChanges(changes, plan)
	}
	t.showPlan()
}

// keepInCode shows the code of the plan so far, before that of another profile takes its place: nothing is lost.
func (t *turn) keepInCode(other route.Profile) {
	if len(t.s.Answers) == 0 {
		return
	}
	code, err := t.ed.Route.Encode(t.plan())
	if err != nil {
		return // content without a lock has no codes
	}
	if same, err := t.ed.Route.Encode(t.ed.Route.Plan(other, t.day)); err == nil && same == code {
		return
	}
	t.say("plan.code-before", locale.Args{"code": locale.Isolate(code)})
}

// startAnew begins a plan for another person on the same phone. The plan so far is not lost: its code is shown.
func (t *turn) startAnew() {
	if len(t.s.Answers) > 0 {
		t.showCode()
		t.reply.Choices = nil
		t.say("plan.anew", nil)
	}
	t.s.Answers, t.s.Done, t.s.Offered, t.s.Planned, t.s.Keep = nil, nil, nil, nil, false
	t.goOn()
}

// keep lets the session live longer than it would.
func (t *turn) keep() {
	t.s.Keep, t.reply.Kept = true, true
	months := t.ed.Library.Catalog().Duration(t.tag, session.KeptMonths, session.KeptMonths, "months")
	t.say("plan.kept", locale.Args{"life": months})
	t.resume()
}

// codeForm is what a plan code looks like as it is written, right or wrong.
var codeForm = regexp.MustCompile(`^[0-9A-Za-z]{5}(?:-[0-9A-Za-z]{5})+-[0-9A-Za-z]{1,5}$`)

// typedCode gives the plan code that the text is, or ends with, as in "my plan 2EN7A-244SM-H100P-GC". Such a text is not
// looked through for personal numbers: a code is a run of letters and digits with a check of its own.
func (t *turn) typedCode() (code string, ok bool) {
	words := strings.Fields(t.text)
	if len(words) == 0 {
		return "", false
	}
	whole, _ := strings.CutPrefix(strings.Join(words, " "), "/plan ")
	for _, code := range []string{whole, words[len(words)-1]} {
		if !strings.ContainsAny(code, "0123456789") {
			continue // a word may read as a code by chance
		}
		if _, err := t.ed.Route.Decode(code); err == nil || errors.Is(err, route.ErrNewerCode) {
			return code, true
		}
	}
	last := words[len(words)-1]
	return last, codeForm.MatchString(last) && strings.ContainsAny(last, "0123456789") && strings.ContainsFunc(last, unicode.IsLetter)
}

// showPlan shows the plan: which route, what comes first, how long, and all steps in order.
func (t *turn) showPlan() {
	t.event.Outcome = insight.Routed
	plan := t.plan()
	view := t.ed.Route.View(plan, t.tag)
	t.since(plan)
	t.head(t.ui("plan.title", nil))
	t.say("plan.route", locale.Args{"route": view.Name})
	t.sayText(view.About)
	main, side := sides(view.Steps)
	if len(main) == 0 && len(t.s.Done) > 0 {
		t.say("plan.finished", nil)
	}
	if len(main) > 0 {
		t.event.Step = string(main[0].ID)
		t.sayText(t.howLong(plan.Days))
		_, unknown := t.next() // while answers are missing, other steps may come before the first that is certain
		if !unknown {
			t.say("plan.next", locale.Args{"step": main[0].Title})
		}
		t.say("plan.steps", nil)
		t.steps(prose.OrderedList, main)
		if !unknown {
			t.offer(t.choice("choice.next", pressCommand, "next"))
		}
	}
	if len(side) > 0 {
		t.say("plan.beside", nil)
		t.steps(prose.List, side)
	}
	if len(view.Questions) > 0 {
		t.say("plan.open", locale.Args{"questions": strings.Join(view.Questions, " ")})
	}
	if slices.ContainsFunc(view.Steps, func(s route.StepView) bool { return len(s.Doubts) > 0 }) {
		t.say("plan.unsure", nil)
	}
	t.offer(t.choice("choice.sheet", pressCommand, "sheet"), t.choice("choice.calendar", pressCommand, "calendar"), t.choice("choice.code", pressCommand, "code"))
	t.offer(t.choice("choice.fix", pressCommand, "fix"), t.choice("choice.human", pressCommand, "human"))
	last := []bot.Choice{t.choice("choice.anew", pressCommand, "new")}
	if !t.s.Keep {
		last = append(last, t.choice("choice.keep", pressCommand, "keep"))
	}
	t.offer(last...)
}

// since says what has changed in the plan since it was last shown on an earlier day, and remembers how it is now.
func (t *turn) since(plan route.Plan) {
	changes, ok := t.ed.Route.Changes(t.s.Planned, plan)
	if ok && changes.Since.Before(plan.On) {
		t.sayChanges(changes, plan)
	}
	t.s.Planned = t.ed.Route.Snap(plan)
}

func (t *turn) sayChanges(c route.Changes, plan route.Plan) {
	sentence, lines := page.Since(t.ed.Library, t.ed.Route, c, plan, t.tag)
	t.sayText(sentence)
	t.list(prose.List, lines)
}

// sides parts the steps of the way from the offers beside it.
func sides(steps []route.StepView) (main, side []route.StepView) {
	for _, step := range steps {
		if step.Side {
			side = append(side, step)
		} else {
			main = append(main, step)
		}
	}
	return main, side
}

// steps lists steps by their titles, each to be opened where the channel has links.
func (t *turn) steps(kind prose.Kind, steps []route.StepView) {
	b := prose.Block{Kind: kind}
	for _, step := range steps {
		b.Items = append(b.Items, []prose.Span{{Text: step.Title, Link: "choice:" + choiceID(pressStep, string(step.ID))}})
	}
	t.reply.Body = append(t.reply.Body, b)
}

// howLong says how long the plan takes from today.
func (t *turn) howLong(days route.Days) string {
	in := func(days int) string { return t.ed.Route.InDays(days, t.tag) }
	switch {
	case days.Min <= 0 && days.Max == route.Unknown:
		return t.ui("plan.days-none", nil)
	case days.Max == route.Unknown:
		return t.ui("plan.days-least", locale.Args{"min": in(days.Min)})
	default:
		return t.ui("plan.days", locale.Args{"min": in(days.Min), "max": in(days.Max)})
	}
}

// showNext shows the first step of the plan that is still to be done, once no question is left that could put another
// before it.
func (t *turn) showNext() {
	if _, unknown := t.next(); unknown {
		t.goOn()
		return
	}
	plan := t.plan()
	for _, step := range plan.Steps {
		if !step.Side {
			t.showStep(plan, step.ID)
			return
		}
	}
	t.openPlan("")
}

// showStep shows one step: why, how long, which papers and when, what to watch, its figures, who may pay.
func (t *turn) showStep(plan route.Plan, id route.StepID) bool {
	view := t.ed.Route.View(plan, t.tag)
	n := slices.IndexFunc(view.Steps, func(s route.StepView) bool { return s.ID == id })
	if n < 0 {
		return false
	}
	step := view.Steps[n]
	t.event.Outcome, t.event.Step = insight.Routed, string(id)
	if main, _ := sides(view.Steps); step.Side {
		t.head(step.Title)
	} else {
		at := slices.IndexFunc(main, func(s route.StepView) bool { return s.ID == id })
		t.head(t.ui("step.number", locale.Args{"n": at + 1, "total": len(main), "step": step.Title}))
	}
	t.sayText(step.Why)
	t.sayText(step.Time)
	if step.Begins != "" {
		t.say("step.start", locale.Args{"date": step.Begins})
	}
	var papers, traps []string
	facts := prose.Block{Kind: prose.List}
	for _, paper := range step.Papers {
		papers = append(papers, t.paper(paper))
	}
	for _, trap := range step.Traps {
		traps = append(traps, trap.Text)
	}
	for _, fact := range step.Facts {
		facts.Items = append(facts.Items, t.linked(fact))
		if f := t.ed.Library.Fact(kb.FactID(fact.ID)); f != nil {
			t.source(host(f.Source), f.Source, f.Read)
		}
	}
	t.section("step.papers", papers)
	t.section("step.traps", traps)
	if len(facts.Items) > 0 {
		t.say("step.facts", nil)
		t.reply.Body = append(t.reply.Body, facts)
	}
	for _, doubt := range step.Doubts {
		t.sayText(doubt)
	}
	t.offer(t.choice("choice.done", pressDone, string(id)), t.choice("choice.explain", pressArticle, string(step.Article)))
	if len(step.Payers) > 0 {
		t.wonder(t.ui("step.payers", nil), false)
		t.offerArticles(step.Payers...)
	}
	if n+1 < len(view.Steps) {
		t.offer(bot.Choice{ID: choiceID(pressStep, string(view.Steps[n+1].ID)), Label: view.Steps[n+1].Title})
	}
	t.offer(t.choice("choice.show-plan", pressCommand, "plan"))
	return true
}

func (t *turn) section(key string, items []string) {
	if len(items) > 0 {
		t.say(key, nil)
		t.list(prose.List, items)
	}
}

// linked writes a fact so that its page opens and its number dials.
func (t *turn) linked(view kb.FactView) []prose.Span {
	fact := t.ed.Library.Fact(kb.FactID(view.ID))
	if fact == nil || fact.Kind != kb.URL && fact.Kind != kb.Phone {
		return []prose.Span{{Text: view.Text}}
	}
	before, after, ok := strings.Cut(view.Text, fact.Value.Text)
	switch {
	case !ok:
		return []prose.Span{{Text: view.Text}}
	case fact.Kind == kb.Phone:
		return []prose.Span{{Text: before}, {Text: fact.Value.Text, Link: "tel:" + strings.ReplaceAll(fact.Value.Text, " ", "")}, {Text: after}}
	}
	label := strings.TrimRight(before, ": \u2066\u2067\u2068")
	if label == "" {
		label = host(fact.Value.Text)
	}
	return []prose.Span{{Text: label, Link: fact.Value.Text}}
}

// host gives the site of an address, as a short name for a page.
func host(address string) string {
	rest := strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "www.")
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// paper says which paper it is, from when to ask for it and how long it is good.
func (t *turn) paper(p route.PaperView) string {
	switch {
	case p.From != "" && p.Life != "":
		return t.ui("paper.life", locale.Args{"paper": p.Text, "date": p.From, "life": p.Life})
	case p.From != "":
		return t.ui("paper.from", locale.Args{"paper": p.Text, "date": p.From})
	case p.Life != "":
		return t.ui("paper.valid", locale.Args{"paper": p.Text, "life": p.Life})
	default:
		return p.Text
	}
}

// pressedStep shows a step, ticks it off or takes the tick back.
func (t *turn) pressedStep(what string, id route.StepID) bool {
	if _, _, ok := t.ed.Route.Step(id); !ok {
		return false
	}
	t.event.Outcome = insight.Routed
	t.reply.Said = t.word("steps", string(id))
	switch what {
	case pressStep:
		return t.showStep(t.plan(), id)
	case pressDone:
		t.untick(id)
		t.s.Done = append(t.s.Done, session.Tick{Step: string(id), Month: t.day.Format("2006-01")})
		t.say("step.done", nil)
		t.offer(t.choice("choice.undone", pressUndone, string(id)))
		t.showNext()
	case pressUndone:
		t.untick(id)
		t.say("step.undone", nil)
		t.showNext()
	}
	return true
}

func (t *turn) untick(id route.StepID) {
	t.s.Done = slices.DeleteFunc(t.s.Done, func(tick session.Tick) bool { return tick.Step == string(id) })
}

// showSheet gives the plan as a page to print or to show to somebody.
func (t *turn) showSheet() {
	t.document("plan.sheet", "wegwijzer-plan.html", "text/html; charset=utf-8", func(w io.Writer, plan route.Plan) error {
		return page.Plan(w, t.ed.Library, t.ed.Route, plan, t.tag)
	})
}

// showCalendar gives the days to act as a calendar file: the bot itself can never remind, since it keeps no address.
func (t *turn) showCalendar() {
	t.document("plan.calendar", "wegwijzer-plan.ics", "text/calendar; charset=utf-8", func(w io.Writer, plan route.Plan) error {
		return page.Calendar(w, t.ed.Library, t.ed.Route, plan, t.tag, t.m.Time)
	})
}

// document gives the plan as a file that write makes, with a sentence about it.
func (t *turn) document(key, name, media string, write func(io.Writer, route.Plan) error) {
	t.event.Outcome = insight.Routed
	if len(t.s.Answers) == 0 {
		t.openPlan("")
		return
	}
	var out bytes.Buffer
	if err := write(&out, t.plan()); err != nil {
		panic(err) // a template of ours does not fit our own data
	}
	t.say(key, nil)
	t.reply.Document = &bot.Document{Name: name, Type: media, Bytes: out.Bytes()}
	t.offer(t.choice("choice.show-plan", pressCommand, "plan"))
}

// showCode shows the plan code with its warning.
func (t *turn) showCode() {
	t.event.Outcome = insight.Routed
	if len(t.s.Answers) == 0 {
		t.openPlan("")
		return
	}
	code, err := t.ed.Route.Encode(t.plan())
	if err != nil {
		t.showPlan() // content without a lock has no codes
		return
	}
	t.say("plan.code", locale.Args{"code": locale.Isolate(code)})
	t.say("plan.code-warning", nil)
	t.offer(t.choice("choice.show-plan", pressCommand, "plan"))
}
