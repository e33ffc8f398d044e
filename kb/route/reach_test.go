package route

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"wegwijzer/content"
	"wegwijzer/kb"
)

// The example of each step is a profile whose plan has that step, so that a fault's profile shows what it says.
func TestExamples(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*Route{"fixture": fixture(t), "content": real(t)} {
		reach := r.reach()
		for i := range r.stops {
			words, ok := reach.example(r.stops[i].when)
			if !ok {
				t.Errorf("%s: no example of the step %s", name, r.stops[i].id)
				continue
			}
			words, written, dated := strings.Cut(words, "on ")
			day := reach.days[0]
			if dated {
				var err error
				if day, err = time.Parse(time.DateOnly, written); err != nil {
					t.Fatalf("%s: the example of %s is on %q", name, r.stops[i].id, written)
				}
			}
			p, err := r.ParseProfile(strings.Fields(words), day)
			if err != nil {
				t.Errorf("%s: the example of %s: %v", name, r.stops[i].id, err)
				continue
			}
			if plan := r.Plan(p, day); !strings.Contains(" "+stepNames(plan)+" ", " "+string(r.stops[i].id)+" ") {
				t.Errorf("%s: the plan of %q on %s has no %s, only %s", name, p, day.Format(time.DateOnly), r.stops[i].id, stepNames(plan))
			}
		}
	}
}

// Three mistakes in the route of the content itself, each found with its place.
func TestMistakesInTheContent(t *testing.T) {
	t.Parallel()
	lib := real(t).lib
	tests := []struct{ name, old, new, want string }{
		{"a slot that changes nothing", "  - {id: last_worked, kind: year}\n", "  - {id: last_worked, kind: year}\n  - {id: shoe, values: [left, right], words: home}\n",
			"no condition asks for shoe, so the question would change nothing"},
		{"a slot whose answers all do the same", "traps: [send-all-experience,", "traps: [send-all-experience, {id: translate-both, when: {idle: [left]}}, {id: translate-both, when: {idle: [right]}},",
			"no answer to idle changes any plan, and it would be asked of profession=doctor"},
		{"a step that no one reaches", "    when: {if: recognition}\n    needs: [documents, missing-documents]\n    facts: [translator", "    when: {all: [if: recognition, if: unregulated]}\n    needs: [documents, missing-documents]\n    facts: [translator",
			`no answers lead to the step "sworn-translation"`},
		{"a step before its need", "    needs: [file-complete]\n    not-before", "    needs: [certificate-of-competence]\n    not-before",
			"this step needs certificate-of-competence, which stands further down; the plan of profession=doctor"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			raw, err := fs.ReadFile(content.FS, routeFile)
			if err != nil {
				t.Fatal(err)
			}
			text := string(raw)
			if !strings.Contains(text, tt.old) {
				t.Fatalf("the route no longer holds %q", tt.old)
			}
			if strings.Contains(tt.new, "idle") {
				text = strings.Replace(text, "  - {id: last_worked, kind: year}\n", "  - {id: last_worked, kind: year}\n  - {id: idle, values: [left, right]}\n", 1)
			}
			text = strings.Replace(text, tt.old, tt.new, 1)
			_, faults := parse(lib, func(name string) ([]byte, bool) {
				if name == routeFile {
					return []byte(text), true
				}
				return lib.File(name)
			})
			at := -1
			for i, f := range faults {
				if strings.Contains(f.What, tt.want) {
					at = i
				}
			}
			if at < 0 {
				t.Fatalf("faults:\n%s\nnone says %q", faultLines(faults), tt.want)
			}
			if f := faults[at]; f.File != routeFile || f.Line == 0 || f.Warning {
				t.Errorf("the fault %+v has no place or is a warning", f)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	lib := real(b).lib
	for b.Loop() {
		if _, faults := Parse(lib); kb.HasErrors(faults) {
			b.Fatal(faults)
		}
	}
}
