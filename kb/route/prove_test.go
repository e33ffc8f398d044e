package route

import (
	"context"
	"errors"
	"strings"
	"testing"
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
	t.Logf("%d classes, %d questions, %d leaves, longest way %d", proof.Classes, proof.Questions, proof.Leaves, proof.Longest)
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
			"traps: [keep-originals,", "traps: [{id: keep-originals, when: {idle: [left]}}, {id: keep-originals, when: {idle: [right]}},").Replace(files["route.yaml"])
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
	t.Run("a step that is reached in no plan", func(t *testing.T) {
		t.Parallel()
		r := fixture(t)
		r.stops[r.steps["mend"]].when = no // parsing does not let this by
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

func BenchmarkProve(b *testing.B) {
	r := real(b)
	for b.Loop() {
		if _, err := r.Prove(b.Context(), today); err != nil {
			b.Fatal(err)
		}
	}
}
