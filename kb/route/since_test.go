package route

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// changesText writes what Changes found, for a test.
func changesText(c Changes) string {
	var out []string
	for _, list := range []struct {
		name  string
		steps []StepID
	}{{"came", c.Came}, {"went", c.Went}, {"moved", c.Moved}, {"changed", c.Changed}, {"lapsed", c.Lapsed}} {
		if len(list.steps) > 0 {
			out = append(out, list.name+" "+names(list.steps))
		}
	}
	if c.Route {
		out = append(out, "route")
	}
	if c.Dropped > 0 {
		out = append(out, "dropped")
	}
	if c.Other {
		out = append(out, "other")
	}
	return strings.Join(out, "; ")
}

func TestChanges(t *testing.T) {
	t.Parallel()
	const open = "job=baker country=SY permit=here speech=low proof=yes proof_month=2026-01 trained=2010"
	tests := []struct {
		name          string
		before, after string            // profiles
		later         int               // months that go by
		edit          map[string]string // of the fixture: file → "old → new"
		want          string
	}{
		{"nothing happened", open, open, 0, nil, ""},
		{"days go by and all dates with them", open, open, 3, nil, ""},
		{"a step is done", open, open + " done=gather,mend", 0, nil, ""},
		{"proof of an answer lapsed", open, open, 23, nil, "lapsed learn"},
		{"a done step came back", open + " done=seal@2026-09", open + " done=seal@2026-09", 4, nil, "lapsed seal"},
		{"a fee changed", open, open, 0, map[string]string{"facts.yaml": `"10 EUR" → "12 EUR"`}, "changed apply"},
		{"a time changed", open, open, 0, map[string]string{"route.yaml": "takes: [job.exam, → takes: [job.exam, {up-to: work-wait},"}, "changed judge"},
		{"the life of a paper changed", open, open, 0, map[string]string{"facts.yaml": `"3 months" → "4 months"`}, "changed seal enter"},
		{"a site moved, which is no change of the plan", open, open, 0, map[string]string{"facts.yaml": `kind: url, value: "https://example.org" → kind: url, value: "https://example.com"`}, ""},
		{"a step came", open, open, 0, map[string]string{"route.yaml": "  - id: gather\n → + greet"}, "came greet"},
		{"a step went", open, open, 0, map[string]string{"route.yaml": "trained: older-than 5 years → trained: older-than 50 years"}, "went mend"},
		{"another route", open, open, 0, map[string]string{"route.yaml": "id: guild-way, when: {if: far} → id: guild-way, when: {all: [if: far, job: [smith]]}"}, "route"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := fixtureFiles()
			old := mustParse(t, files)
			before := old.Snap(old.Plan(answers(t, old, tt.before), today))
			for name, edit := range tt.edit {
				from, to, _ := strings.Cut(edit, " → ")
				if to == "+ greet" {
					to = "  - id: greet\n    article: learn\n    when: {if: guild}\n" + from
					files["words/nl.yaml"] += "  greet: {name: Groet, note: Eerst groeten.}\n"
					delete(files, "route.lock")
					files["route.lock"] = strings.Replace(string(old.Lock(today)), "  purse: 8\n", "  purse: 8\n  greet: 9\n", 1)
				}
				if !strings.Contains(files[name], from) {
					t.Fatalf("the fixture no longer holds %q", from)
				}
				files[name] = strings.Replace(files[name], from, to, 1)
			}
			newer := mustParse(t, files)
			day := today.AddDate(0, tt.later, 0)
			got, ok := newer.Changes(before, newer.Plan(answers(t, newer, tt.after), day))
			if !ok {
				t.Fatal("the snapshot tells nothing")
			}
			if text := changesText(got); text != tt.want {
				t.Errorf("changes %q, want %q", text, tt.want)
			}
			if got.Empty() != (tt.want == "") {
				t.Errorf("empty is %v with changes %q", got.Empty(), tt.want)
			}
			if !got.Since.Equal(today) {
				t.Errorf("since %s, want %s", got.Since, today)
			}
		})
	}
}

// Whoever comes back with nothing but a code is told what changed since the day it was made.
func TestChangesSince(t *testing.T) {
	t.Parallel()
	const open = "job=baker country=SY permit=here speech=low proof=yes proof_month=2026-01 trained=2010"
	tests := []struct {
		name  string
		words string
		later int               // months that go by
		edit  map[string]string // of the fixture: file → "old → new"
		want  string
	}{
		{"nothing happened", open, 3, nil, ""},
		{"a paper lapsed", open, 23, nil, "lapsed learn"},
		{"a done step came back", open + " done=seal@2026-09", 4, nil, "lapsed seal"},
		{"a fee changed", open, 3, map[string]string{"facts.yaml": `"10 EUR" → "12 EUR"`}, "changed apply"},
		{"another's fee changed", open, 3, map[string]string{"facts.yaml": `"20 EUR" → "22 EUR"`}, ""},
		{"the life of a paper changed", open, 3, map[string]string{"facts.yaml": `"3 months" → "4 months"`}, "changed seal enter"},
		{"a figure was added", open, 3, map[string]string{"route.yaml": "takes: [job.exam, → takes: [job.exam, {up-to: work-wait},"}, "other"},
		{"a site moved", open, 3, map[string]string{"facts.yaml": `kind: url, value: "https://example.org" → kind: url, value: "https://example.com"`}, ""},
		{"a step came", open, 3, map[string]string{"route.yaml": "  - id: gather\n →   - id: greet\n    article: learn\n    when: {if: guild}\n  - id: gather\n"}, "came greet"},
		{"a step went", open, 3, map[string]string{"route.yaml": "trained: older-than 5 years → trained: older-than 50 years"}, "other"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := fixtureFiles()
			files["words/nl.yaml"] += "  greet: {name: Groet, note: Eerst groeten.}\n"
			old := mustParse(t, files)
			code, err := old.Encode(old.Plan(answers(t, old, tt.words), today))
			if err != nil {
				t.Fatal(err)
			}
			for name, edit := range tt.edit {
				from, to, _ := strings.Cut(edit, " → ")
				if !strings.Contains(files[name], from) {
					t.Fatalf("the fixture no longer holds %q", from)
				}
				files[name] = strings.Replace(files[name], from, to, 1)
			}
			unstamped, _ := parseFiles(files)
			files["route.lock"] = string(unstamped.Lock(today.AddDate(0, 1, 0)))
			newer := mustParse(t, files)
			opened, err := newer.Decode(code)
			if err != nil {
				t.Fatal(err)
			}
			now := newer.Plan(opened.Profile, today.AddDate(0, tt.later, 0))
			got, ok := newer.ChangesSince(opened, now)
			if !ok || !got.Since.Equal(today) {
				t.Fatalf("changes since %s, %v; want since %s", got.Since, ok, today)
			}
			if text := changesText(got); text != tt.want {
				t.Errorf("changes %q, want %q", text, tt.want)
			}
			// A code that is made today knows of all that.
			again, err := newer.Encode(now)
			if err != nil {
				t.Fatal(err)
			}
			if opened, err = newer.Decode(again); err != nil {
				t.Fatal(err)
			}
			if got, ok := newer.ChangesSince(opened, newer.Plan(opened.Profile, now.On)); !ok || !got.Empty() {
				t.Errorf("the code of today tells of %q, %v", changesText(got), ok)
			}
		})
	}
}

// A code of the first version has no day; it opens, and nothing is said of changes.
func TestUndatedCode(t *testing.T) {
	t.Parallel()
	r := real(t)
	const code = "2EN7A-244SM-H100P-GC" // of November 2026
	opened, err := r.Decode(code)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := opened.Profile.String(), "profession=nurse country=non-eu status=status-holder dutch=B1 dutch_proof=certificate dutch_proof_month=2024-10 english=none papers=none"; got != want {
		t.Errorf("the code opens %q, want %q", got, want)
	}
	if c, ok := r.ChangesSince(opened, r.Plan(opened.Profile, today)); ok || !opened.Made.IsZero() {
		t.Errorf("a code without a day tells of %q since %s", changesText(c), opened.Made)
	}
	newer, err := r.Encode(r.Plan(opened.Profile, today))
	if err != nil || newer == code {
		t.Errorf("its plan is coded as %s, %v", newer, err)
	}
}

// A step that moved is told once, and not all that stand behind it.
func TestMovedSteps(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	plan := r.Plan(answers(t, r, "job=baker country=SY permit=here speech=low proof=yes proof_month=2026-01 trained=2010"), today)
	before := r.Snap(plan)
	plan.Steps = slices.Concat(plan.Steps[1:], plan.Steps[:1])
	got, ok := r.Changes(before, plan)
	if want := "moved gather"; !ok || changesText(got) != want {
		t.Errorf("changes %q, %v; want %q", changesText(got), ok, want)
	}
}

// A step that the content no longer has cannot be named, but it is not passed over.
func TestDroppedStep(t *testing.T) {
	t.Parallel()
	files := fixtureFiles()
	old := mustParse(t, files)
	words := "job=baker country=SY permit=here speech=low proof=yes proof_month=2026-01 trained=2010"
	before := old.Snap(old.Plan(answers(t, old, words), today))
	files["route.yaml"] = strings.NewReplacer("  - id: mend\n    when: {all: [if: guild, trained: older-than 5 years]}\n    needs: [gather]\n",
		"", "needs: [learn, gather, mend]", "needs: [learn, gather]", "traps: [keep-originals,", "traps: [keep-originals, {id: too-old, when: {trained: older-than 5 years}},").Replace(files["route.yaml"])
	newer := mustParse(t, files)
	got, ok := newer.Changes(before, newer.Plan(answers(t, newer, words), today))
	if !ok || got.Dropped != 1 || changesText(got) != "dropped" {
		t.Errorf("changes %q, %d dropped, %v", changesText(got), got.Dropped, ok)
	}
}

// What a person changed themselves, and what cannot be read, is no news.
func TestNoChangesKnown(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	plan := r.Plan(answers(t, r, "job=baker country=SY speech=low"), today)
	before := r.Snap(plan)
	for _, words := range []string{"", "job=smith country=SY speech=low", "job=baker country=SY", "job=baker country=SY speech=low permit=here", "job=baker country=DE speech=low"} {
		if c, ok := r.Changes(before, r.Plan(answers(t, r, words), today)); ok {
			t.Errorf("a snapshot of other answers than %q says %q", words, changesText(c))
		}
	}
	code, err := r.Encode(plan)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := r.Decode(code)
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := r.Changes(before, r.Plan(opened.Profile, today)); !ok || !c.Empty() {
		t.Errorf("the same plan, come by its code: %q, %v", changesText(c), ok)
	}
	newer := slices.Clone(before)
	newer[0]++
	for _, raw := range [][]byte{nil, {}, {0}, newer, before[:len(before)-1], append(slices.Clone(before), 0), []byte("hello, this is no snapshot")} {
		if c, ok := r.Changes(raw, plan); ok {
			t.Errorf("%x says %q", raw, changesText(c))
		}
	}
	without, _ := parseFiles(fixtureFiles())
	if raw := without.Snap(without.Plan(without.New(), today)); raw != nil {
		t.Errorf("content without a lock has the snapshot %x", raw)
	}
}

// Between any plan and itself, on the same day, nothing changed; and the longest snapshot fits beside a session.
func TestSnapshotsOfTheContent(t *testing.T) {
	t.Parallel()
	r := real(t)
	longest := 0
	rapid.Check(t, func(t *rapid.T) {
		p := drawProfile(t, r)
		plan := r.Plan(p, today)
		raw := r.Snap(plan)
		const most = 400
		longest = max(longest, len(raw))
		if len(raw) > most {
			t.Fatalf("%s: a snapshot of %d bytes, more than %d", p, len(raw), most)
		}
		c, ok := r.Changes(raw, plan)
		if !ok || !c.Empty() {
			t.Fatalf("%s: against itself %q, %v", p, changesText(c), ok)
		}
		later := r.Plan(p, today.AddDate(0, rapid.IntRange(0, 60).Draw(t, "months"), 0))
		c, ok = r.Changes(raw, later)
		if !ok {
			t.Fatalf("%s: the snapshot tells nothing later", p)
		}
		for _, list := range [][]StepID{c.Came, c.Changed, c.Moved, c.Lapsed} {
			for _, id := range list {
				planned := slices.ContainsFunc(later.Steps, func(s PlannedStep) bool { return s.ID == id })
				if !planned {
					t.Fatalf("%s: %s changed and is not in the plan", p, id)
				}
			}
		}
		for _, id := range c.Went {
			if slices.ContainsFunc(later.Steps, func(s PlannedStep) bool { return s.ID == id }) {
				t.Fatalf("%s: %s went and is in the plan", p, id)
			}
		}
	})
	t.Logf("the longest snapshot met has %d bytes", longest)
}

// Any bytes at all are read as a snapshot or not; that is never an error.
func FuzzChanges(f *testing.F) {
	r := fixture(f)
	plan := r.Plan(answers(f, r, "job=baker country=SY speech=low"), today)
	f.Add(r.Snap(plan), "job=baker country=SY speech=low")
	f.Add([]byte{snapVersion, 0, 0, 0, 0, 0, 0}, "")
	f.Add([]byte{snapVersion, 255, 255, 0, 0, 0, 1, 250, 1, 2, 3}, "")
	f.Fuzz(func(t *testing.T, raw []byte, words string) {
		p, err := r.ParseProfile(strings.Fields(words), today)
		if err != nil {
			return
		}
		now := r.Plan(p, today)
		c, ok := r.Changes(raw, now)
		if !ok {
			if !c.Empty() || !c.Since.IsZero() {
				t.Errorf("nothing is known, and %q is said", changesText(c))
			}
			return
		}
		if most := time.Date(2300, time.January, 1, 0, 0, 0, 0, time.UTC); c.Since.After(most) {
			t.Errorf("since %s", c.Since)
		}
		if len(c.Came)+len(c.Changed)+len(c.Lapsed) > len(now.Steps) {
			t.Errorf("%q of a plan of %d steps", changesText(c), len(now.Steps))
		}
	})
}
