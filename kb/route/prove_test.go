package route

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"wegwijzer/kb/route/decision"
)

// The way of the content: every walk through the questions ends in a plan, and nothing is asked or written in vain.
func TestProofOfTheContent(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("a hundred thousand plans take a minute under the race detector, which learns no more from them than from TestProve")
	}
	proof, err := real(t).Prove(t.Context(), today)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", proof)
	for _, v := range proof.Violations {
		t.Errorf("%s: %s", v.Profile, v.What)
	}
	if len(proof.Unreached) > 0 {
		t.Errorf("steps that are in no plan: %v", proof.Unreached)
	}
	if slots := len(real(t).slots); proof.Leaves == 0 || proof.Longest > slots {
		t.Errorf("%d leaves, the longest way asks %d questions of %d", proof.Leaves, proof.Longest, slots)
	}
}

// idleTraps ask everybody for idle, and the answer shows only in the plans of smiths.
const idleTraps = "traps: [{id: keep-originals, when: {idle: [left]}}, {id: keep-originals, when: {idle: [right]}}, {id: law-new, when: {all: [job: [smith], idle: [left]]}},"

func TestProve(t *testing.T) {
	t.Parallel()
	prove := func(t *testing.T, r *Route) (Proof, string) {
		t.Helper()
		proof, err := r.Prove(t.Context(), today)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, v := range proof.Violations {
			out.WriteString(v.Profile + ": " + v.What + "\n")
		}
		return proof, out.String()
	}
	t.Run("the fixture is sound", func(t *testing.T) {
		t.Parallel()
		proof, violations := prove(t, fixture(t))
		if violations != "" || len(proof.Unreached) > 0 {
			t.Errorf("violations:\n%sunreached %v", violations, proof.Unreached)
		}
	})
	t.Run("a question that changes nothing", func(t *testing.T) {
		t.Parallel()
		files := fixtureFiles()
		files["route.yaml"] = strings.NewReplacer("  - {id: trained, kind: year}\n", "  - {id: trained, kind: year}\n  - {id: idle, values: [left, right]}\n",
			"traps: [keep-originals,", idleTraps).Replace(files["route.yaml"])
		files["words/nl.yaml"] = strings.Replace(files["words/nl.yaml"], "slots: {", "idle: {left: links, right: rechts}\nslots: {idle: Kant, ", 1)
		_, violations := prove(t, mustParse(t, files))
		if !strings.Contains(violations, "idle is asked and changes nothing") || !strings.Contains(violations, "job=") {
			t.Errorf("violations:\n%s\nnone names the question and a profile", violations)
		}
	})
	t.Run("a step before its need", func(t *testing.T) {
		t.Parallel()
		r := fixture(t)
		apply, enter := r.steps["apply"], r.steps["enter"]
		r.stops[apply].needs = append(r.stops[apply].needs, enter) // parsing does not let this by
		_, violations := prove(t, r)
		if !strings.Contains(violations, "the step apply stands before enter, which it needs") {
			t.Errorf("violations:\n%s\nnone names the steps", violations)
		}
	})
	t.Run("the report", func(t *testing.T) {
		t.Parallel()
		proof := Proof{Classes: 40, Questions: 9, Longest: 5, Leaves: 12, Slots: []SlotClasses{{"job", 4, 3}, {"asked", 0, 2}, {"permit", 2, 2}}}
		want := "40 classes of answers, 9 questions asked, 12 ways, the longest of 5 questions.\n" +
			"Answers that no condition tells apart are one: job 4 → 3.\n" +
			"Every way ends in a plan, in order; no question is asked twice or changes nothing.\n"
		if got := proof.String(); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		proof = Proof{Unreached: []StepID{"mend"}, Violations: []Violation{{"", "the plan has no route", 0}, {"job=baker", "permit is asked a second time", 4}}}
		want = "0 classes of answers, 0 questions asked, 0 ways, the longest of 0 questions.\nThe step mend is in no plan of this day.\n" +
			"Wrong: the plan has no route (no answers).\nWrong: permit is asked a second time (job=baker).\n"
		if got := proof.String(); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
	t.Run("a step that is reached in no plan", func(t *testing.T) {
		t.Parallel()
		r := fixture(t)
		r.stops[r.steps["mend"]].when = decision.No // parsing does not let this by
		proof, _ := prove(t, r)
		if names(proof.Unreached) != "mend" {
			t.Errorf("unreached %v, want mend", proof.Unreached)
		}
	})
	t.Run("no route", func(t *testing.T) {
		t.Parallel()
		files := fixtureFiles()
		delete(files, "route.yaml")
		r, _ := parseFiles(files)
		if proof, err := r.Prove(t.Context(), today); err != nil || proof.Leaves != 1 || proof.Questions != 0 {
			t.Errorf("a route that is not there: %+v, %v", proof, err)
		}
	})
	t.Run("given up", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := fixture(t).Prove(ctx, today); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	})
}

// What is wrong on some way is a fault with its place and the profile that shows it.
func TestFaultsOnTheWay(t *testing.T) {
	t.Parallel()
	files := fixtureFiles()
	faults, err := mustParse(t, files).Faults(t.Context(), today)
	if err != nil || len(faults) > 0 {
		t.Fatalf("the fixture is sound, and has %v, %v", faults, err)
	}
	delete(files, "route.lock")
	files["route.yaml"] = strings.NewReplacer("  - {id: trained, kind: year}\n", "  - {id: trained, kind: year}\n  - {id: idle, values: [left, right]}\n",
		"traps: [keep-originals,", idleTraps).Replace(files["route.yaml"])
	files["words/nl.yaml"] = strings.Replace(files["words/nl.yaml"], "slots: {", "idle: {left: links, right: rechts}\nslots: {idle: Kant, ", 1)
	r := mustParse(t, files)
	faults, err = r.Faults(t.Context(), today)
	if err != nil {
		t.Fatal(err)
	}
	want := "route.yaml:13: idle is asked and changes nothing, in the plan of job=baker "
	if got := faultLines(faults); !strings.HasPrefix(got, want) || strings.Count(got, "\n") > 0 {
		t.Errorf("faults:\n%s\nwant one that begins with %q", got, want)
	}
	_, profile, _ := strings.Cut(faultLines(faults), "in the plan of ")
	profile, _, _ = strings.Cut(profile, ". ")
	if open := r.Plan(answers(t, r, profile), today).Open; !slices.Contains(open, "idle") {
		t.Errorf("%q is not asked for idle, only for %v", profile, open)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Faults(ctx, today); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v, want context.Canceled", err)
	}
	delete(files, "route.yaml")
	none, _ := parseFiles(files)
	if faults, err := none.Faults(t.Context(), today); err != nil || len(faults) > 0 {
		t.Errorf("content without a route: %v, %v", faults, err)
	}
}

func BenchmarkProve(b *testing.B) {
	r := real(b)
	for b.Loop() {
		if _, err := r.Prove(b.Context(), today); err != nil {
			b.Fatal(err)
		}
	}
}
