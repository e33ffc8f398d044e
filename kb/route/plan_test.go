package route

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	tests := []struct {
		name    string
		profile string
		route   RouteID
		open    string
		days    string
		want    string // the outline of the plan
	}{
		{"nobody knows anything", "", "unsettled",
			"job training country permit asked speech proof proof_month trained", "0-0", ""},
		{"a baker from far, who has all to do", "job=baker training=whole country=SY permit=here speech=none proof=no trained=2025", "guild-way", "", "549-?", `
learn 2026-11-24 366-?
gather 2026-11-24 0-?
apply 2027-11-25 0-?
judge 2027-11-25 42-140
accept 2028-05-26 0-?
seal 2028-05-26 0-?
enter 2028-05-26 0-84`},
		{"a step that is left out keeps the order: mend stands between gather and apply", "job=baker training=whole country=SY permit=here speech=low proof=yes proof_month=2026-01 trained=2010", "guild-way", "", "183-?", `
gather 2026-11-24 0-?
mend 2026-11-24 0-?
apply 2026-11-24 0-?
judge 2026-11-24 42-140
accept 2027-05-26 0-?
seal 2027-05-26 0-?
enter 2027-05-26 0-84`},
		{"a smith waits for the day of the exam, and nobody gives the whole time", "job=smith training=whole country=SY permit=here speech=high proof=yes proof_month=2026-01 trained=2025", "guild-way", "", "97-?", `
gather 2026-11-24 0-?
apply 2026-11-24 0-?
judge 2027-03-01 0-84
accept 2027-03-01 0-?
seal 2027-03-01 0-?
enter 2027-03-01 0-84`},
		{"a potter needs no guild", "job=potter permit=here", "free-way", "", "0-0", ""},
		{"unfinished training asks no more about the guild", "job=baker training=half permit=here", "free-way", "", "0-0", ""},
		{"finished training is presumed, and asked for all the same", "job=baker country=DE permit=here trained=2025", "neighbour-way", "training", "0-?", `
gather 2026-11-24 0-?
seal 2026-11-24 0-?
enter 2026-11-24 0-84`},
		{"work beside the way, six months after the month of asking", "job=potter permit=waiting asked=2026-06-before", "free-way", "", "0-0", `
purse 2026-12-01 0-?`},
		{"work beside the way, asked long ago", "job=potter permit=waiting asked=2025-01", "free-way", "", "0-0", `
purse 2026-11-24 0-?`},
		{"work beside the way, asked under the new law: nobody can say when", "job=potter permit=waiting asked=2026-07", "free-way", "", "0-0", `
purse ? 0-?`},
		{"work beside the way, asked in the month of the law, on one side or the other", "job=potter permit=waiting asked=2026-06", "free-way", "", "0-0", `
purse ? 0-?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plan := r.Plan(answers(t, r, tt.profile), today)
			if plan.Route != tt.route {
				t.Errorf("route %s, want %s", plan.Route, tt.route)
			}
			if got := names(plan.Open); got != tt.open {
				t.Errorf("open %q, want %q", got, tt.open)
			}
			if got := daysText(plan.Days); got != tt.days {
				t.Errorf("days %s, want %s", got, tt.days)
			}
			if got := strings.TrimSpace(outline(plan)); got != strings.TrimSpace(tt.want) {
				t.Errorf("plan\n%s\nwant\n%s", got, strings.TrimSpace(tt.want))
			}
		})
	}
}

const ready = "job=baker training=whole country=SY permit=here speech=low proof=yes proof_month=2026-01 trained=2025"

func TestDoneSteps(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	tests := []struct{ name, profile, want string }{
		{"nothing done", ready, "gather apply judge accept seal enter"},
		{"what is done leaves the plan", ready + " done=gather,judge", "apply accept seal enter"},
		{"an article names its step", ready + " done=apply", "gather judge accept seal enter"},
		{"a paper still good", ready + " done=seal@2026-09", "gather apply judge accept enter"},
		{"a paper longer ago than its life comes back", ready + " done=seal@2026-07", "gather apply judge accept seal enter"},
		{"a paper of no known month stays done", ready + " done=seal", "gather apply judge accept enter"},
		{"a paper that was used may lapse", ready + " done=seal@2026-01,enter@2026-02", "gather apply judge accept"},
		{"all is done", ready + " done=gather,apply,judge,accept,seal,enter", ""},
		{"a done step answers its questions", "job=baker country=SY permit=here trained=2025 done=learn", "gather apply judge accept seal enter"},
		{"old proof brings the step back", strings.Replace(ready, "2026-01", "2024-10", 1), "learn gather apply judge accept seal enter"},
		{"proof too low does not help", strings.Replace(ready, "speech=low", "speech=none", 1), "learn gather apply judge accept seal enter"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plan := r.Plan(answers(t, r, tt.profile), today)
			if got := stepNames(plan); got != tt.want {
				t.Errorf("steps %q, want %q", got, tt.want)
			}
		})
	}
	if got := names(r.Plan(answers(t, r, "job=baker country=SY permit=here trained=2025 done=learn"), today).Open); got != "training" {
		t.Errorf("with the language step done still open: %q, want only training", got)
	}
}

// planned gives a step of a plan.
func planned(t *testing.T, plan Plan, id StepID) PlannedStep {
	t.Helper()
	for _, s := range plan.Steps {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("the plan has no step %s, only %s", id, stepNames(plan))
	return PlannedStep{}
}

func paperDates(s PlannedStep) string {
	var out []string
	for _, p := range s.Papers {
		from := "any day"
		if !p.AskFrom.IsZero() {
			from = p.AskFrom.Format(time.DateOnly)
		}
		out = append(out, string(p.ID)+" "+from)
	}
	return strings.Join(out, ", ")
}

// A paper with a life is asked for so late that it is still good when it is used, and no earlier than it can be had.
func TestPaperDates(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	plan := r.Plan(answers(t, r, strings.Replace(ready, "proof=yes proof_month=2026-01", "proof=no", 1)), today)
	tests := []struct {
		step StepID
		want string
	}{
		{"learn", "speech-paper 2026-11-24"}, // two years before it is used lies in the past
		{"gather", "pass any day"},
		{"apply", "speech-paper 2026-11-24, pass any day"},
		{"seal", "seal 2027-05-26"}, // three months before its use the decision is not there yet
		{"enter", "seal 2027-05-26"},
	}
	for _, tt := range tests {
		if got := paperDates(planned(t, plan, tt.step)); got != tt.want {
			t.Errorf("papers of %s: %s, want %s", tt.step, got, tt.want)
		}
	}
	if got := paperDates(planned(t, r.Plan(answers(t, r, ready), today), "apply")); got != "speech-paper any day, pass any day" {
		t.Errorf("papers of apply, with proof: %s; what one has already is not asked for", got)
	}
	slow := r.Plan(answers(t, r, "job=baker training=whole country=SY permit=here speech=none proof=no trained=2025 done=seal@2026-11"), today)
	if !slices.Contains(planned(t, slow, "enter").Traps, "too-old") {
		t.Error("a seal of this month lapses long before its use, and no trap says so")
	}
}

func TestTrapOfLapsingPapers(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	tests := []struct {
		name, profile string
		step          StepID
		want          bool
	}{
		{"proof good when it is used", ready, "apply", false},
		{"a seal that lapses before the decision", ready + " done=seal@2026-11", "enter", true},
		{"the seal lapsed and is to be had again", ready + " done=seal@2026-01", "seal", true},
		{"proof whose month does not count", strings.Replace(ready, "proof=yes proof_month=2026-01", "proof=no proof_month=2020-01", 1), "apply", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plan := r.Plan(answers(t, r, tt.profile), today)
			if got := slices.Contains(planned(t, plan, tt.step).Traps, "too-old"); got != tt.want {
				t.Errorf("trap too-old at %s: %v, want %v", tt.step, got, tt.want)
			}
		})
	}
}

func TestSure(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	for profile, want := range map[string]bool{
		ready: true,
		strings.Replace(ready, " trained=2025", "", 1):                                                            false, // a question is open
		strings.NewReplacer("job=baker", "job=smith", "speech=low", "speech=high").Replace(ready):                 false, // a smith's fee is to be asked about
		strings.NewReplacer("job=baker", "job=smith", "speech=low", "speech=high").Replace(ready) + " done=apply": true,
		"job=potter permit=here": true,
	} {
		if got := r.Plan(answers(t, r, profile), today).Sure; got != want {
			t.Errorf("%s: sure %v, want %v", profile, got, want)
		}
	}
}

// The laws of every plan, for every profile.
func TestPlanLaws(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	rapid.Check(t, func(t *rapid.T) {
		p := drawProfile(t, r)
		checkPlan(t, r, p, r.Plan(p, today))
	})
}

// checkPlan checks what holds of every plan.
func checkPlan(t interface{ Fatalf(string, ...any) }, r *Route, p Profile, plan Plan) {
	at := make(map[StepID]int)
	for i, s := range plan.Steps {
		if _, twice := at[s.ID]; twice {
			t.Fatalf("%s: step %s stands twice", p, s.ID)
		}
		at[s.ID] = i
		if !s.Start.IsZero() && s.Start.Before(plan.On) {
			t.Fatalf("%s: step %s begins on %s, before the day of the plan", p, s.ID, s.Start)
		}
		if s.Days.Max != Unknown && s.Days.Max < s.Days.Min || s.Days.Min < 0 {
			t.Fatalf("%s: step %s takes %v", p, s.ID, s.Days)
		}
		for _, need := range s.Needs {
			before, ok := at[need]
			if !ok {
				t.Fatalf("%s: step %s needs %s, which does not stand before it", p, s.ID, need)
			}
			if end := plan.Steps[before].Start.AddDate(0, 0, plan.Steps[before].Days.Min); !s.Start.IsZero() && s.Start.Before(end) {
				t.Fatalf("%s: step %s begins on %s, before %s ends", p, s.ID, s.Start, need)
			}
		}
		for _, paper := range s.Papers {
			if !paper.AskFrom.IsZero() && paper.AskFrom.Before(plan.On) {
				t.Fatalf("%s: paper %s is asked for on %s, before the day of the plan", p, paper.ID, paper.AskFrom)
			}
			if paper.Until.IsZero() || len(paper.Uses) == 0 {
				continue
			}
			if paper.Life == 0 || paper.Until.Before(paper.AskFrom) {
				t.Fatalf("%s: paper %s is good until %s", p, paper.ID, paper.Until)
			}
			for _, use := range plan.Steps {
				if use.ID == paper.Uses[0] && paper.Until.Before(use.Start) {
					t.Fatalf("%s: paper %s lapses on %s, before %s can begin on %s", p, paper.ID, paper.Until, use.ID, use.Start)
				}
			}
		}
	}
	// What any step needs, near or far, stands before it if it is in the plan at all.
	for i := range r.stops {
		here, ok := at[r.stops[i].id]
		if !ok {
			continue
		}
		for _, n := range r.stops[i].needs {
			if there, ok := at[r.stops[n].id]; ok && there > here {
				t.Fatalf("%s: %s stands before %s, which it needs", p, r.stops[i].id, r.stops[n].id)
			}
		}
	}
	for _, id := range plan.Open {
		if p.Answer(id) != "" {
			t.Fatalf("%s: %s is answered and open", p, id)
		}
	}
	if plan.Days.Min < 0 || plan.Days.Max != Unknown && plan.Days.Max < plan.Days.Min {
		t.Fatalf("%s: the plan takes %v", p, plan.Days)
	}
}

// With one more answer a plan keeps the steps that were certain: they held for every answer. A presumption is the one
// thing that an answer may overturn.
func TestAnswersOnlyAdd(t *testing.T) {
	t.Parallel()
	checkAnswersOnlyAdd(t, fixture(t))
}

func checkAnswersOnlyAdd(t *testing.T, r *Route) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProfile(t, r)
		for _, s := range r.slots {
			if s.presume != "" && p.Answer(s.ID) == "" {
				p = p.set(s.index, presumed(s))
			}
		}
		before := r.Plan(p, today)
		if len(before.Open) == 0 {
			return
		}
		s := r.Slot(rapid.SampledFrom(before.Open).Draw(t, "slot"))
		answer := drawAnswer(t, s)
		if s.Kind == Month && months(answer[:7]) > monthsOf(today) {
			return // a month to come is no answer to when something was
		}
		after := r.Plan(p.set(s.index, answer), today)
		for _, step := range before.Steps {
			if !slices.ContainsFunc(after.Steps, func(o PlannedStep) bool { return o.ID == step.ID }) {
				t.Fatalf("%s: step %s was certain, and is gone with %s=%s", p, step.ID, s.ID, answer)
			}
		}
		if before.Route != after.Route && before.Route != r.routes[len(r.routes)-1].id {
			t.Fatalf("%s: route %s was certain, and is %s with %s=%s", p, before.Route, after.Route, s.ID, answer)
		}
	})
}

// presumed gives an answer that is what an unanswered slot counts as.
func presumed(s *Slot) string {
	if s.presume == presumeNow {
		return monthString(monthsOf(today))
	}
	return s.presume
}

// samples gives an answer of each class that some condition tells apart, and months on both sides of every threshold.
func samples(r *Route, s *Slot, day time.Time) []string {
	if classes := r.choice[s.index]; classes != nil {
		var values []string
		seen := map[int]bool{}
		for _, v := range s.Values {
			if class := classes[v]; !seen[class] {
				seen[class] = true
				values = append(values, v)
			}
		}
		return values
	}
	today := monthsOf(day)
	counts := []int{today, today - 5, today - 7, today - 600}
	for _, a := range r.times[s.index] {
		edge := today - a.olderThan
		if !a.from.IsZero() {
			edge = monthsOf(a.from)
		}
		counts = append(counts, edge-12, edge-1, edge, edge+1, edge+12)
	}
	slices.Sort(counts)
	var values []string
	for _, count := range slices.Compact(counts) {
		if count > today {
			continue
		}
		value := monthString(count)
		if s.Kind == Year {
			value = value[:4]
		}
		if !slices.Contains(values, value) {
			values = append(values, value)
		}
		if s.Kind == Month && !s.split.IsZero() && value == s.split.Format("2006-01") {
			values = append(values, value+"-before", value+"-after")
		}
	}
	return values
}

// Nobody is asked a question that cannot change their plan: from wherever the questions have come, there are answers to
// the rest that leave only this one open, and then two answers to it give two plans.
func TestEveryQuestionMatters(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	rapid.Check(t, func(t *rapid.T) { checkQuestionMatters(t, r, drawProfile(t, r)) })
}

func checkQuestionMatters(t *rapid.T, r *Route, p Profile) {
	asked, ok := r.Next(p, today)
	if !ok {
		return
	}
	for {
		open := r.Plan(p, today).Open
		if !slices.Contains(open, asked.ID) {
			t.Fatalf("%s: %s was open, and no answer to another question keeps it open", p, asked.ID)
		}
		other := slices.IndexFunc(open, func(id SlotID) bool { return id != asked.ID })
		if other < 0 {
			break
		}
		p = keepOpen(t, r, p, r.Slot(open[other]), asked.ID)
	}
	plans := map[string]string{}
	for _, value := range samples(r, asked, today) {
		plan := r.Plan(p.set(asked.index, value), today)
		plans[full(plan)] = value
	}
	if len(plans) < 2 {
		t.Fatalf("%s: asked for %s, and every answer gives the same plan", p, asked.ID)
	}
}

// keepOpen answers slot s so that the question wanted stays open.
func keepOpen(t *rapid.T, r *Route, p Profile, s *Slot, wanted SlotID) Profile {
	for _, value := range samples(r, s, today) {
		with := p.set(s.index, value)
		if slices.Contains(r.Plan(with, today).Open, wanted) {
			return with
		}
	}
	t.Fatalf("%s: no answer to %s keeps %s open", p, s.ID, wanted)
	return p
}

// full writes everything of a plan but its profile.
func full(plan Plan) string {
	var out strings.Builder
	out.WriteString(string(plan.Route) + " " + daysText(plan.Days) + "\n" + outline(plan))
	for _, s := range plan.Steps {
		out.WriteString(names(s.Needs) + "|" + names(s.Facts) + "|" + names(s.Payers) + "|" + names(s.Traps) + "|" + paperDates(s) + "\n")
	}
	return out.String()
}

// Answering one question after another ends, in a plan, and asks none twice.
func TestQuestionsEnd(t *testing.T) {
	t.Parallel()
	checkQuestionsEnd(t, fixture(t))
}

func checkQuestionsEnd(t *testing.T, r *Route) {
	rapid.Check(t, func(t *rapid.T) {
		p := r.New()
		asked := map[SlotID]bool{}
		for {
			s, ok := r.Next(p, today)
			if !ok {
				break
			}
			if asked[s.ID] {
				t.Fatalf("%s: %s is asked a second time", p, s.ID)
			}
			asked[s.ID] = true
			p = p.set(s.index, drawAnswer(t, s))
		}
		plan := r.Plan(p, today)
		if len(plan.Open) > 0 {
			t.Fatalf("%s: no question is left and %v is open", p, plan.Open)
		}
		checkPlan(t, r, p, plan)
	})
}
