package route

import (
	"strings"
	"testing"
	"time"
)

// conditioned gives the fixture with one more step, "probe", that has the condition.
func conditioned(t *testing.T, condition string) *Route {
	t.Helper()
	files := fixtureFiles()
	files["route.yaml"] += "  - id: probe\n    article: learn\n    when: " + condition + "\n"
	files["words/nl.yaml"] += "  probe: {name: Proef, note: Om te proberen.}\n"
	return mustParse(t, files)
}

func TestConditions(t *testing.T) {
	t.Parallel()
	const (
		holds   = "holds"
		fails   = "fails"
		unknown = "unknown"
	)
	tests := []struct {
		condition, profile, want string
	}{
		{"{job: [baker, smith]}", "job=baker", holds},
		{"{job: [baker, smith]}", "job=potter", fails},
		{"{job: [baker, smith]}", "", unknown},
		{"{job.family: [food]}", "job=cook", holds},
		{"{job.family: [food]}", "job=smith", fails},
		{"{any: [job.family: [food], not: {job.family: [food]}]}", "", holds},
		{"{any: [job: [cook], all: [job.family: [food], not: {job.family: [food]}]]}", "job=baker", fails},
		{"{country.group: [near]}", "country=DE", holds},
		{"{country.group: [near]}", "country=SY", fails},
		{"{country.group: [far]}", "country=SY", holds},
		{"{country.group: [far, near, home]}", "", holds},
		{"{speech: at-least low}", "speech=high", holds},
		{"{speech: at-least low}", "speech=none", fails},
		{"{speech: at-least job.speech}", "speech=low job=baker", holds},
		{"{speech: at-least job.speech}", "speech=low job=smith", fails},
		{"{speech: at-least job.speech}", "speech=high", unknown}, // a potter has no such level
		{"{speech: at-least job.speech}", "speech=high job=potter", fails},
		{"{proof_month: older-than 24 months}", "proof_month=2024-10", holds}, // 25 months
		{"{proof_month: older-than 24 months}", "proof_month=2024-11", fails},
		{"{proof_month: older-than 2 years}", "proof_month=2024-10", holds},
		{"{proof_month: older-than speech-life}", "proof_month=2024-10", holds},
		{"{proof_month: older-than speech-life}", "proof_month=2027-01", fails},
		{"{proof_month: older-than speech-life}", "", unknown},
		{"{any: [proof_month: older-than 24 months, not: {proof_month: older-than 36 months}]}", "", holds},
		{"{letter_month: older-than 12 months}", "", fails}, // presumed to be of this month
		{"{letter_month: older-than 12 months}", "letter_month=2025-10", holds},
		{"{trained: older-than 5 years}", "trained=2020", holds},
		{"{trained: older-than 5 years}", "trained=2021", holds}, // some of 2021 lies more than five years back
		{"{trained: older-than 5 years}", "trained=2022", fails},
		{"{asked: from law-day}", "asked=2026-05", fails},
		{"{asked: from law-day}", "asked=2026-07", holds},
		{"{asked: from law-day}", "asked=2026-06", unknown},
		{"{asked: from law-day}", "asked=2026-06-before", fails},
		{"{asked: from law-day}", "asked=2026-06-after", holds},
		{"{asked: from 2026-06-01}", "asked=2026-06", holds},
		{"{on: from law-day}", "", holds},
		{"{on: from 2026-11-24}", "", holds},
		{"{on: from 2026-11-25}", "", fails},
		{"{training: [whole]}", "", holds}, // presumed
		{"{if: far}", "job=baker country=SY", holds},
		{"{if: far}", "job=baker country=SY training=half", fails},
	}
	for _, tt := range tests {
		t.Run(tt.condition+" "+tt.profile, func(t *testing.T) {
			t.Parallel()
			r := conditioned(t, tt.condition)
			p := answers(t, r, tt.profile)
			c := r.certain(p, today)
			when := r.stops[r.steps["probe"]].when
			got := unknown
			switch {
			case c.Holds(when):
				got = holds
			case c.Fails(when):
				got = fails
			}
			if got != tt.want {
				t.Errorf("%s with %q: %s, want %s", tt.condition, tt.profile, got, tt.want)
			}
		})
	}
}

// Before the day of a law no month can lie after it, so nobody is asked on which side theirs lies.
func TestDayNarrowsWhatMonthsThereAre(t *testing.T) {
	t.Parallel()
	r := conditioned(t, "{asked: from law-day}")
	before := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	when := r.stops[r.steps["probe"]].when
	if c := r.certain(r.New(), before); !c.Fails(when) {
		t.Errorf("on %s an unanswered month could lie after the law's day", before.Format(time.DateOnly))
	}
	if c := r.certain(r.New(), today); c.Fails(when) || c.Holds(when) {
		t.Errorf("on %s an unanswered month must be able to lie on both sides", today.Format(time.DateOnly))
	}
}

func TestFaultsOfTheRoute(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		old, new string // an edit of the fixture's route.yaml
		want     []string
	}{
		{"unknown key", "takes: [job.exam", "take: [job.exam", []string{"route.yaml:49:", `unknown key "take"`, "Did you mean takes?"}},
		{"unknown slot", "{permit: [waiting]}", "{permitt: [waiting]}", []string{`unknown slot "permitt"`, "Did you mean permit?"}},
		{"unknown value", "{permit: [waiting]}", "{permit: [wating]}", []string{"route.yaml:65:", `unknown value "wating"`, "Did you mean waiting?"}},
		{"unknown attribute", "job.guild: [\"yes\"], training", "job.gild: [\"yes\"], training", []string{`unknown attribute "gild"`, "Did you mean guild?"}},
		{"unknown attribute value", "country.group: [far]]}", "country.group: [fare]]}", []string{`unknown value "fare"`, "Did you mean far?"}},
		{"unknown fact", "guild-site]", "gild-site]", []string{`unknown fact "gild-site"`, "Did you mean guild-site?"}},
		{"unknown fact in an age", "older-than speech-life}]", "older-than speech-live}]", []string{`unknown fact "speech-live"`, "Did you mean speech-life?"}},
		{"unknown article", "article: apply", "article: aply", []string{`unknown article "aply"`, "Did you mean apply?"}},
		{"unknown payer", "payers: [purse,", "payers: [purs,", []string{`unknown article "purs"`, "Did you mean purse?"}},
		{"unknown step", "needs: [learn, gather, mend]", "needs: [lern, gather, mend]", []string{`unknown step "lern"`, "Did you mean learn?"}},
		{"unknown paper", "papers: [speech-paper, pass]", "papers: [speach-paper, pass]", []string{`unknown paper "speach-paper"`}},
		{"unknown condition", "{if: spoken}", "{if: spokn}", []string{`unknown condition "spokn"`, "Did you mean spoken?"}},
		{"needs what stands below", "needs: [gather]\n", "needs: [enter]\n", []string{"route.yaml:", "needs enter, which stands further down; the plan of job=baker training=whole trained=2021 has both", "Move enter above this step"}},
		{"needs what is never in the same plan", "  - id: learn\n    when: {all: [if: far, not: {if: spoken}]}\n", "  - id: learn\n    when: {all: [if: far, not: {if: spoken}, permit: [here]]}\n    needs: [purse]\n", []string{"needs purse, which stands further down; no plan has both"}},
		{"slot that changes nothing", "  - {id: trained, kind: year}\n", "  - {id: trained, kind: year}\n  - {id: idle, values: [left, right]}\n", []string{"route.yaml:13: no condition asks for idle", "take the slot out"}},
		{"slot whose answers all do the same", "  guild: {all: [", "  guild: {all: [any: [permit: [here], not: {permit: [here]}], ", nil},
		{"slot asked for in vain", "    needs: [gather]\n", "    needs: [gather]\n    traps: [{id: too-old, when: {proof: [\"yes\"]}}, {id: too-old, when: {proof: [\"no\"]}}]\n", nil},
		{"needs itself", "needs: [gather]\n", "needs: [mend]\n", []string{"this step needs mend"}},
		{"step twice", "- id: mend\n", "- id: gather\n", []string{`the step "gather" has no id of its own`}},
		{"step nobody reaches", "{permit: [waiting]}", "{all: [permit: [waiting], permit: [here]]}", []string{`no answers lead to the step "purse"`}},
		{"route nobody has", "{any: [job.guild: [\"no\"], training: [half]]}", "{all: [training: [half], training: [whole]]}", []string{`no answers lead to the route "free-way"`}},
		{"step at an age that no month has", "{permit: [waiting]}", "{all: [proof_month: older-than 24 months, not: {proof_month: older-than 12 months}]}", []string{`no answers lead to the step "purse"`}},
		{"trap nobody sees", "{on: from law-day}}", "{permit: [here]}}", []string{"no answers make the step purse show law-changed"}},
		{"not a length of time", "older-than 5 years", "older-than guild-site", []string{"the fact guild-site is no length of time"}},
		{"takes a fee", "{up-to: judging}]\n  - id: accept", "{up-to: bake-fee}]\n  - id: accept", []string{"the fact bake-fee is no length of time"}},
		{"begins at a fee", "not-before: [job.opens]", "not-before: [bake-fee]", []string{"the fact bake-fee is no date"}},
		{"at least of what has no order", "speech: at-least job.speech", "permit: at-least here", []string{"the values of permit have no order"}},
		{"at least a value that is none", "at-least job.speech", "at-least hihg", []string{`unknown value "hihg"`, "Did you mean high?"}},
		{"older than of a choice", "trained: older-than 5 years", "permit: older-than 5 years", []string{"permit has no age"}},
		{"months of a year", "older-than 5 years", "older-than 5 months", []string{"trained is known to the year, not to the month"}},
		{"no such day", "on: from law-day", "on: from 2026-02-30", []string{"2026-02-30 is no day of the calendar"}},
		{"list where a condition belongs", "when: {permit: [waiting]}", "when: [permit]", []string{"a list stands where one condition is expected"}},
		{"a country by name", "country.group: [near]", "country: [DE]", []string{"country cannot be compared with a list of values"}},
		{"life without use", ", used-by: [enter]", "", []string{"seal has a life, but not what uses it"}},
		{"paper of no step", "    papers: [seal]\n  - id: enter", "  - id: enter", nil},
		{"last route with a condition", "- {id: unsettled}", "- {id: unsettled, when: {if: far}}", []string{`the route "unsettled" must not have a condition`}},
		{"needs an offer", "needs: [accept, seal, gather]", "needs: [accept, seal, gather]\n  - id: extra\n    article: learn\n    needs: [purse]", []string{"needs purse, which stands further down"}},
		{"word missing", "keep-originals", "keep-copies", []string{"keep-copies has no name in words, section traps", "words/nl.yaml"}},
		{"slot twice", "{id: proof, values", "{id: speech, values", []string{`there is a "speech" already`}},
		{"unknown kind", "{id: trained, kind: year}", "{id: trained, kind: yaer}", []string{`unknown kind "yaer"`, "Did you mean year?"}},
		{"unasked without presumption", "presume: now, asked: false", "asked: false", []string{"letter_month is not asked and presumes nothing"}},
		{"presumes a value that is none", "presume: whole", "presume: all", []string{`training cannot presume "all"`}},
		{"unused condition", "  far: {all:", "  idle: {job: [cook]}\n  far: {all:", []string{`the condition "idle" is used nowhere`}},
		{"broken YAML", "slots:\n", "slots: [\n", []string{"the file is not YAML that can be read"}},
		{"empty", fixtureRoute, "", []string{"the file is empty"}},
		{"key twice", "    side: true\n", "    side: true\n    side: false\n", []string{`"side" stands here twice`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := fixtureFiles()
			files["route.lock"] = string(fixture(t).Lock(today))
			if !strings.Contains(files["route.yaml"], tt.old) {
				t.Fatalf("the fixture no longer holds %q", tt.old)
			}
			files["route.yaml"] = strings.Replace(files["route.yaml"], tt.old, tt.new, 1)
			_, faults := parseFiles(files)
			got := faultLines(faults)
			if tt.want == nil && got != "" {
				t.Errorf("faults:\n%s\nwant none", got)
			}
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("faults:\n%s\nnone says %q", got, want)
				}
			}
			for _, f := range faults {
				if f.What == "" || f.Do == "" || f.Rule == "" || f.File == "" {
					t.Errorf("a fault lacks a part: %+v", f)
				}
			}
		})
	}
}

func TestContentWithoutRoute(t *testing.T) {
	t.Parallel()
	files := fixtureFiles()
	delete(files, "route.yaml")
	r, faults := parseFiles(files)
	if len(faults) > 0 {
		t.Fatalf("faults without route.yaml:\n%s", faultLines(faults))
	}
	plan := r.Plan(r.New(), today)
	if len(plan.Steps) != 0 || len(plan.Open) != 0 {
		t.Errorf("a route that is not there has %d steps and asks %v", len(plan.Steps), plan.Open)
	}
	if slot, ok := r.Next(r.New(), today); ok {
		t.Errorf("a route that is not there asks for %s", slot.ID)
	}
	if _, err := r.ParseProfile([]string{"job=baker"}, today); err == nil {
		t.Error("a route that is not there takes an answer")
	}
}
