package route

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseProfile(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	tests := []struct {
		args string // separated by |
		want string // the profile as it is written; or, after "error: ", what the error says
	}{
		{"", ""},
		{"country=SY|job=baker", "job=baker country=SY"},
		{"proof_month=2025-03", "proof_month=2025-03"},
		{"proof_age=0", "proof_month=2026-11"},
		{"proof_age=25", "proof_month=2024-10"},
		{"asked=2026-06-before", "asked=2026-06-before"},
		{"done=seal@2026-05,learn", "done=learn,seal@2026-05"},
		{"done=judge", "done=judge"},
		{"done=apply", "done=apply"}, // the step of that id, not both steps that the article explains
		{"done=learn,learn@2026-01", "done=learn@2026-01"},
		{"trained=1999|speech=high|proof=yes", "speech=high proof=yes trained=1999"},

		{"job", `error: "job" is no KEY=VALUE; keys are job, training, country`},
		{"jobs=baker", `error: unknown key "jobs", did you mean job?; keys are job,`},
		{"job=bakr", `error: job: unknown value "bakr", did you mean baker?; allowed are baker, cook, smith, potter`},
		{"job=", `error: job: unknown value ""`},
		{"job=Baker", `error: job: unknown value "Baker", did you mean baker?`},
		{"job=baker|job=baker", "error: job is given twice"},
		{"proof_month=2025-03|proof_age=4", "error: proof_month and proof_age say the same; give one of them"},
		{"done=learn|done=seal", "error: done is given twice"},
		{"country=sy", `error: country: "sy" is not a country; write its two-letter code`},
		{"country=XX", `error: country: "XX" is not a country`},
		{"country=far", `error: country: "far" is not a country`},
		{"proof_month=2025-13", `error: proof_month: "2025-13" is not a month; write YYYY-MM`},
		{"proof_month=2025-3", `error: proof_month: "2025-3" is not a month`},
		{"proof_month=2025-03-before", `error: proof_month: "2025-03-before" is not a month`},
		{"asked=2026-05-before", "error: asked: \"2026-05-before\" is not a month; write YYYY-MM, and in 2026-06 also 2026-06-before or 2026-06-after"},
		{"trained=99", `error: trained: "99" is not a year; write YYYY`},
		{"proof_age=-1", `error: proof_age: "-1" is not an age in months; write a whole number from 0 to 1200`},
		{"proof_age=1.5", "error: proof_age:"},
		{"proof_age=99999", "error: proof_age:"},
		{"done=lern", `error: done: unknown step "lern", did you mean learn?; allowed are learn, gather`},
		{"done=", `error: done: unknown step ""`},
		{"done=learn@2026", `error: done: "learn": "2026" is not a month; write STEP@YYYY-MM`},
		{"job=" + strings.Repeat("x", 1000), "error: job: unknown value \"" + strings.Repeat("x", 60) + "…\""},
		{"job=a\nb", `error: job: unknown value "a\nb"`},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			var args []string
			if tt.args != "" {
				args = strings.Split(tt.args, "|")
			}
			p, err := r.ParseProfile(args, today)
			if want, bad := strings.CutPrefix(tt.want, "error: "); bad {
				if err == nil {
					t.Fatalf("%q: no error, profile %q", args, p)
				}
				if got := err.Error(); !strings.HasPrefix(got, want) || strings.ContainsAny(got, "\n\r") {
					t.Errorf("%q: error %q; want one line that begins with %q", args, got, want)
				}
				return
			}
			if err != nil {
				t.Fatalf("%q: %v", args, err)
			}
			if got := p.String(); got != tt.want {
				t.Errorf("%q: profile %q, want %q", args, got, tt.want)
			}
		})
	}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	tests := []struct {
		name    string
		answers []Answer
		want    string
	}{
		{"nothing", nil, ""},
		{"the last answer counts", []Answer{{"job", "baker"}, {"speech", "low"}, {"job", "smith"}}, "job=smith speech=low"},
		{"what is not known is dropped", []Answer{{"job", "baker"}, {"shoe", "left"}, {"job", "wizard"}, {"country", "XX"}}, "job=baker"},
		{"an empty answer takes one back", []Answer{{"job", "baker"}, {"job", ""}}, ""},
		{"steps", []Answer{{"done", "seal@2026-05,nonsense,learn"}}, "done=learn,seal@2026-05"},
		{"the last list of steps counts", []Answer{{"done", "learn"}, {"done", "seal"}}, "done=seal"},
		{"what a plan code keeps of a country", []Answer{{"country", "near"}}, "country=near"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := r.Replay(tt.answers).String(); got != tt.want {
				t.Errorf("%v: %q, want %q", tt.answers, got, tt.want)
			}
		})
	}
}

// A Profile never changes: what is made from it is another.
func TestProfileIsImmutable(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	p := answers(t, r, "job=baker done=learn,seal@2026-05")
	before := p.String()
	changed, err := p.With("job", "smith")
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []Profile{changed, p.Without("job"), p.Tick("gather", today), p.Untick("learn"), p.Tick("learn", today)} {
		if got := other.String(); got == before {
			t.Errorf("a change gives the same profile %q", got)
		}
	}
	p.Done()[0].Month = "1999-01"
	if got := p.String(); got != before {
		t.Errorf("the profile became %q, it was %q", got, before)
	}
	if got, want := changed.Answer("job"), "smith"; got != want {
		t.Errorf("the changed answer is %q, want %q", got, want)
	}
	if _, err := p.With("job", "wizard"); err == nil {
		t.Error("an unknown value is taken")
	}
	if _, err := p.With("shoe", "left"); err == nil {
		t.Error("an unknown slot is taken")
	}
}

// The zero Profile answers nothing, takes nothing and has the plan of everybody.
func TestZeroProfile(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	var p Profile
	if !p.Empty() || p.String() != "" || p.Answer("job") != "" || len(p.Answers()) > 0 {
		t.Errorf("the zero profile is %q", p)
	}
	if _, err := p.With("job", "baker"); err == nil {
		t.Error("the zero profile takes an answer")
	}
	if got := p.Tick("learn", today).Without("job"); !got.Empty() {
		t.Errorf("the zero profile became %q", got)
	}
	if got, want := outline(r.Plan(p, today)), outline(r.Plan(r.New(), today)); got != want {
		t.Errorf("plan\n%s\nwant\n%s", got, want)
	}
}

// A Profile of older content is made again on the new: what the new no longer asks is gone.
func TestProfileAfterReload(t *testing.T) {
	t.Parallel()
	old := fixture(t)
	files := fixtureFiles()
	files["professions.yaml"] = strings.Replace(files["professions.yaml"], "potter:", "weaver:", 1)
	files["words/nl.yaml"] = strings.Replace(files["words/nl.yaml"], "potter:", "weaver:", 1)
	r := mustParse(t, files)
	if got := r.Plan(answers(t, old, "job=potter speech=low"), today).Profile.String(); got != "speech=low" {
		t.Errorf("profile on the new content: %q, want %q", got, "speech=low")
	}
}

// drawProfile draws any profile: any slots answered, any steps done.
func drawProfile(t *rapid.T, r *Route) Profile {
	p := r.New()
	for _, s := range r.slots {
		if rapid.Bool().Draw(t, string(s.ID)) {
			p = p.set(s.index, drawAnswer(t, s))
		}
	}
	for _, id := range r.StepIDs() {
		if rapid.IntRange(0, 5).Draw(t, "done "+string(id)) > 0 {
			continue
		}
		month := ""
		if rapid.Bool().Draw(t, "with its month") {
			month = drawMonth(t)
		}
		p = p.tick(id, month)
	}
	return p
}

func drawMonth(t *rapid.T) string {
	return monthString(monthsOf(today) - rapid.IntRange(-2, 400).Draw(t, "months ago"))
}

func drawAnswer(t *rapid.T, s *Slot) string {
	switch s.Kind {
	case Month:
		if !s.split.IsZero() && rapid.IntRange(0, 3).Draw(t, "split") == 0 {
			return s.split.Format("2006-01") + rapid.SampledFrom([]string{"", "-before", "-after"}).Draw(t, "half")
		}
		return drawMonth(t)
	case Year:
		return drawMonth(t)[:4]
	default:
		return rapid.SampledFrom(s.Values).Draw(t, "value")
	}
}

// What a Profile writes is read back as the same Profile, from arguments in any order and from answers.
func TestProfileRoundTrip(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	rapid.Check(t, func(t *rapid.T) {
		p := drawProfile(t, r)
		args := strings.Fields(p.String())
		got, err := r.ParseProfile(rapid.Permutation(args).Draw(t, "order"), today)
		if err != nil {
			t.Fatalf("%q: %v", p, err)
		}
		if got.String() != p.String() {
			t.Fatalf("read back %q, want %q", got, p)
		}
		if got := r.Replay(p.Answers()); got.String() != p.String() {
			t.Fatalf("replayed %q, want %q", got, p)
		}
	})
}

func FuzzParseProfile(f *testing.F) {
	r := fixture(f)
	for _, seed := range []string{"job=baker country=SY", "done=learn@2026-05,seal proof_age=3", "asked=2026-06-after", "=", "job==", "done=,", "proof_month=9999-99"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, words string) {
		p, err := r.ParseProfile(strings.Fields(words), today)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("an error of more than one line: %q", err)
			}
			return
		}
		again, err := r.ParseProfile(strings.Fields(p.String()), today)
		if err != nil || again.String() != p.String() {
			t.Errorf("%q is read back as %q, %v", p, again, err)
		}
		r.Plan(p, today)
	})
}
