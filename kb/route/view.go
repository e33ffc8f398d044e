package route

import (
	"time"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/locale"
)

// View is a Plan in one language, as the command plan --format json writes it. Lists are never null.
type View struct {
	Profile map[string]string `json:"profile"` // as the keys of ParseProfile; done as one list
	On      string            `json:"on"`
	Route   RouteID           `json:"route"`
	Code    string            `json:"code"` // the plan code; "" if the content has none
	Open    []SlotID          `json:"open"`
	Sure    bool              `json:"sure"`
	DaysMin int               `json:"days_min"`
	DaysMax *int              `json:"days_max"` // null: nobody can say
	Steps   []StepView        `json:"steps"`

	Tag       language.Tag `json:"-"` // the language it was asked for in
	Name      string       `json:"-"` // of the route
	About     string       `json:"-"` // the route in one sentence, or empty
	Questions []string     `json:"-"` // of Open
}

// StepView is a step of a View.
type StepView struct {
	ID      StepID         `json:"id"`
	Article kb.ArticleID   `json:"article"`
	Title   string         `json:"title"`
	Why     string         `json:"why"`
	Needs   []StepID       `json:"needs"`
	Start   *string        `json:"start"` // YYYY-MM-DD; null: nobody can say
	DaysMin int            `json:"days_min"`
	DaysMax *int           `json:"days_max"`
	Facts   []kb.FactView  `json:"facts"`
	Payers  []kb.ArticleID `json:"payers"`
	Traps   []TrapView     `json:"traps"`
	Papers  []PaperView    `json:"papers"`

	Side   bool     `json:"-"` // an offer beside the way
	Phase  string   `json:"-"` // the name of the part of the way, or empty
	Begins string   `json:"-"` // Start as the language writes it, "" if nobody can say or it is the day of the plan
	Time   string   `json:"-"` // how long it takes, as the language writes it; "" if nobody gives a time
	Doubts []string `json:"-"` // a sentence for each kind of doubt about the step's facts
}

// TrapView is a mistake to warn of.
type TrapView struct {
	ID   TrapID `json:"id"`
	Text string `json:"text"`
}

// PaperView is a paper of a StepView.
type PaperView struct {
	ID           PaperID `json:"id"`
	Text         string  `json:"text"`
	AskFrom      *string `json:"ask_from"` // YYYY-MM-DD; null: on any day
	ExpiresAfter *int    `json:"expires_after_days"`

	From  string    `json:"-"` // AskFrom as the language writes it, "" if it may be asked for today
	Until string    `json:"-"` // the last day on which it is good, as the language writes it, or empty
	Life  string    `json:"-"` // how long it stays good, as the language writes it
	Fact  kb.FactID `json:"-"` // on which Life stands
}

// The sentences of content/ui by which times are told.
const (
	keyRangeOfDays = "step.time"       // {min} {max}
	keyOneTime     = "step.time-one"   // {min}
	keyLeastTime   = "step.time-least" // {min}
	keyMostTime    = "step.time-most"  // {max}
)

// View gives the plan in a language, its texts from words and its figures as the language writes them.
func (r *Route) View(plan Plan, tag language.Tag) View {
	v := View{
		Profile: map[string]string{}, On: plan.On.Format(time.DateOnly), Route: plan.Route,
		Open: list(plan.Open), Sure: plan.Sure, DaysMin: plan.Days.Min, DaysMax: most(plan.Days),
		Steps: make([]StepView, 0, len(plan.Steps)), Tag: tag,
	}
	v.Code, _ = r.Encode(plan) // without a lock there is no code
	for _, a := range plan.Profile.Answers() {
		v.Profile[string(a.Slot)] = a.Value
	}
	name := r.word(tag, routeWords, string(plan.Route))
	v.Name, v.About = name.Name, name.Note
	for _, id := range plan.Open {
		v.Questions = append(v.Questions, r.word(tag, slotWords, string(id)).Name)
	}
	for i := range plan.Steps {
		v.Steps = append(v.Steps, r.viewStep(&plan.Steps[i], plan.On, tag))
	}
	return v
}

// viewStep gives a step in a language.
func (r *Route) viewStep(step *PlannedStep, on time.Time, tag language.Tag) StepView {
	word := r.word(tag, stepWords, string(step.ID))
	v := StepView{
		ID: step.ID, Article: step.Article, Title: word.Name, Why: word.Note, Side: step.Side, Phase: r.word(tag, phaseWords, string(step.Phase)).Name,
		Needs: list(step.Needs), DaysMin: step.Days.Min, DaysMax: most(step.Days), Payers: list(step.Payers),
		Facts: make([]kb.FactView, 0, len(step.Facts)), Traps: make([]TrapView, 0, len(step.Traps)),
		Papers: make([]PaperView, 0, len(step.Papers)), Time: r.length(step.Days, tag),
	}
	if !step.Start.IsZero() {
		v.Start = day(step.Start)
		if step.Start.After(on) {
			v.Begins = r.lib.Catalog().Date(tag, step.Start, 3)
		}
	}
	var facts []*kb.Fact
	for _, id := range step.Facts {
		fact, _ := r.lib.FactView(id, tag)
		if label := r.word(tag, factWords, string(id)).Name; label != "" {
			fact.Text = label + ": " + fact.Text
		}
		v.Facts = append(v.Facts, fact)
		facts = append(facts, r.lib.Fact(id))
	}
	for _, id := range step.Traps {
		trap := r.word(tag, trapWords, string(id))
		v.Traps = append(v.Traps, TrapView{id, trap.Name})
		for _, named := range trap.Facts {
			facts = append(facts, r.lib.Fact(named))
		}
	}
	for i := range step.Papers {
		v.Papers = append(v.Papers, r.viewPaper(&step.Papers[i], on, tag))
	}
	v.Doubts = r.lib.Doubts(facts, tag, on)
	return v
}

// TrapFacts gives the facts that the text of a trap names in a language.
func (r *Route) TrapFacts(id TrapID, tag language.Tag) []kb.FactID {
	return r.word(tag, trapWords, string(id)).Facts
}

// Title gives what a step is called in a language, "" if nothing names it.
func (r *Route) Title(id StepID, tag language.Tag) string {
	return r.word(tag, stepWords, string(id)).Name
}

// wordKey names a word.
type wordKey struct{ section, id string }

// word gives a word, with numbers and Latin runs isolated where it is written from right to left; the zero Word if there
// is none.
func (r *Route) word(tag language.Tag, section, id string) kb.Word {
	if w, ok := r.isolated[tag][wordKey{section, id}]; ok {
		return w
	}
	w, _ := r.lib.Word(tag, section, id)
	if r.lib.Catalog().Direction(tag) == locale.RightToLeft {
		w.Name, w.Note = locale.Isolate(w.Name), locale.Isolate(w.Note)
	}
	return w
}

// isolate makes the words of the languages that are written from right to left ready, once: isolating is most of the
// work of a View.
func (r *Route) isolate() {
	r.isolated = map[language.Tag]map[wordKey]kb.Word{}
	for _, lang := range r.lib.Catalog().Languages() {
		if r.lib.Catalog().Direction(lang.Tag) != locale.RightToLeft {
			continue
		}
		words := map[wordKey]kb.Word{}
		for _, section := range []string{slotWords, routeWords, phaseWords, stepWords, trapWords, paperWords, factWords} {
			for _, id := range r.lib.Section(r.lib.Source(), section) {
				words[wordKey{section, id}] = r.word(lang.Tag, section, id)
			}
		}
		r.isolated[lang.Tag] = words
	}
}

func (r *Route) viewPaper(p *PlannedPaper, on time.Time, tag language.Tag) PaperView {
	v := PaperView{ID: p.ID, Text: r.word(tag, paperWords, string(p.ID)).Name}
	if !p.AskFrom.IsZero() {
		v.AskFrom = day(p.AskFrom)
		if p.AskFrom.After(on) {
			v.From = r.lib.Catalog().Date(tag, p.AskFrom, 3)
		}
	}
	if !p.Until.IsZero() {
		v.Until = r.lib.Catalog().Date(tag, p.Until, 3)
	}
	if p.Life > 0 {
		life := p.Life
		v.ExpiresAfter = &life
		if at := r.paper(p.ID); at != nil && at.life != nil {
			v.Life, v.Fact = r.lib.FactText(at.life.ID, tag), at.life.ID
		}
	}
	return v
}

func (r *Route) paper(id PaperID) *paper {
	for i := range r.papers {
		if r.papers[i].id == id {
			return &r.papers[i]
		}
	}
	return nil
}

// length writes how long a step takes.
func (r *Route) length(d Days, tag language.Tag) string {
	c := r.lib.Catalog()
	switch {
	case d.Max != Unknown && d.Min > 0 && r.InDays(d.Max, tag) == r.InDays(d.Min, tag): // "7 months to 7 months" tells nobody more
		return c.Sentence(tag, keyOneTime, map[string]any{"min": r.InDays(d.Max, tag)})
	case d.Max == Unknown && d.Min == 0:
		return ""
	case d.Max == Unknown:
		return c.Sentence(tag, keyLeastTime, map[string]any{"min": r.InDays(d.Min, tag)})
	case d.Max == 0:
		return c.Sentence(tag, keyOneTime, map[string]any{"min": r.InDays(0, tag)})
	case d.Min == 0:
		return c.Sentence(tag, keyMostTime, map[string]any{"max": r.InDays(d.Max, tag)})
	default:
		return c.Sentence(tag, keyRangeOfDays, map[string]any{"min": r.InDays(d.Min, tag), "max": r.InDays(d.Max, tag)})
	}
}

// InDays writes a number of days as people say it: in days up to two weeks, in weeks up to about three months, else in
// months, rounded to the nearest.
func (r *Route) InDays(days int, tag language.Tag) string {
	const (
		month     = 30.4375
		fewDays   = 14
		someWeeks = 13 * 7
	)
	c := r.lib.Catalog()
	switch {
	case days < fewDays:
		return c.Duration(tag, float64(days), float64(days), "days")
	case days <= someWeeks:
		weeks := float64((days + 3) / 7)
		return c.Duration(tag, weeks, weeks, "weeks")
	default:
		months := float64(int(float64(days)/month + 0.5))
		return c.Duration(tag, months, months, "months")
	}
}

func day(t time.Time) *string {
	s := t.Format(time.DateOnly)
	return &s
}

func most(d Days) *int {
	if d.Max == Unknown {
		return nil
	}
	return &d.Max
}

// list makes nil an empty list, which JSON writes as [] and not as null.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
