package route

import (
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"wegwijzer/content"
	"wegwijzer/kb"
)

var update = flag.Bool("update", false, "write the golden plans and content/route.lock again")

// realRoute gives the route of the content in the program. It is loaded once: all tests only read it.
var realRoute = sync.OnceValues(func() (*Route, []kb.Fault) {
	lib, _ := kb.Load(content.FS, nil)
	return parse(lib, func(name string) ([]byte, bool) {
		raw, err := fs.ReadFile(content.FS, name)
		return raw, err == nil
	})
})

func real(t testing.TB) *Route {
	t.Helper()
	r, faults := realRoute()
	if kb.HasErrors(faults) {
		t.Fatalf("the route has faults:\n%s", faultLines(faults))
	}
	return r
}

// The lock in the content has all numbers and figures, and writing it again changes nothing. If this fails, run
// wegwijzer stamp route.
func TestLockIsComplete(t *testing.T) {
	const file = "../../content/route.lock"
	r, faults := realRoute()
	if len(faults) > 0 {
		t.Fatalf("faults:\n%s", faultLines(faults))
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(r.Lock(today))); diff != "" {
		t.Errorf("the lock is written differently (-file +now):\n%s", diff)
	}
}

// The golden plans: a profile and a day, and the plan line by line with the facts and sources beside it. With -update
// the plans are written again; the diff is the review.
func TestGoldenPlans(t *testing.T) {
	r := real(t)
	files, err := filepath.Glob("testdata/plans/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("golden plans: %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, want, _ := strings.Cut(string(raw), "---\n")
			profile := line(head, "profile: ")
			on, err := time.Parse(time.DateOnly, line(head, "on: "))
			if err != nil {
				t.Fatal(err)
			}
			p, err := r.ParseProfile(strings.Fields(profile), on)
			if err != nil {
				t.Fatal(err)
			}
			got := golden(r, r.Plan(p, on))
			if *update {
				if err := os.WriteFile(file, []byte(head+"---\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the plan differs (-golden +now); run with -update and read the diff:\n%s", diff)
			}
		})
	}
}

// line gives the rest of the line of head that begins with key.
func line(head, key string) string {
	for l := range strings.Lines(head) {
		if rest, ok := strings.CutPrefix(l, key); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// golden writes a plan for somebody who reads it against the facts.
func golden(r *Route, plan Plan) string {
	var out strings.Builder
	fmt.Fprintf(&out, "route %s   sure %v   days %s\n", plan.Route, plan.Sure, daysText(plan.Days))
	if len(plan.Open) > 0 {
		fmt.Fprintf(&out, "open  %s\n", names(plan.Open))
	}
	for _, s := range plan.Steps {
		start := "at an unknown day"
		if !s.Start.IsZero() {
			start = "from " + s.Start.Format(time.DateOnly)
		}
		side := ""
		if s.Side {
			side = " (beside the way)"
		}
		fmt.Fprintf(&out, "\n%s%s   %s   days %s\n", s.ID, side, start, daysText(s.Days))
		if string(s.Article) != string(s.ID) {
			fmt.Fprintf(&out, "  article %s\n", s.Article)
		}
		if len(s.Needs) > 0 {
			fmt.Fprintf(&out, "  after %s\n", names(s.Needs))
		}
		for _, id := range s.Facts {
			f := r.lib.Fact(id)
			doubt := ""
			if f.Ask {
				doubt = ", ask " + f.AskWho
			}
			value := f.Value.Text + " "
			if f.Kind == kb.URL && f.Value.Text == f.Source {
				value = ""
			}
			fmt.Fprintf(&out, "  fact %s = %s(%s%s) %s\n", id, value, f.Read, doubt, f.Source)
		}
		if len(s.Payers) > 0 {
			fmt.Fprintf(&out, "  paid by %s\n", names(s.Payers))
		}
		for _, id := range s.Traps {
			fmt.Fprintf(&out, "  trap %s\n", id)
		}
		for _, p := range s.Papers {
			fmt.Fprintf(&out, "  paper %s", p.ID)
			if !p.AskFrom.IsZero() {
				fmt.Fprintf(&out, ", ask from %s", p.AskFrom.Format(time.DateOnly))
			}
			if p.Life > 0 {
				fmt.Fprintf(&out, ", good for %d days", p.Life)
			}
			if !p.Until.IsZero() {
				fmt.Fprintf(&out, ", until %s", p.Until.Format(time.DateOnly))
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// Every key and value that programs outside the project may give is taken.
func TestEveryProfileKey(t *testing.T) {
	t.Parallel()
	r := real(t)
	professions := strings.Fields(`doctor medical-specialist dentist nurse midwife pharmacist physiotherapist health-psychologist
		psychotherapist psychologist remedial-educationalist clinical-technologist physician-assistant ambulance-care-bachelor
		dental-hygienist dietitian speech-therapist occupational-therapist radiographer pharmacy-assistant care-assistant-vig helper
		doctors-assistant dental-assistant lab-analyst anaesthesia-technician theatre-assistant skin-therapist clinical-physicist
		exercise-therapist optometrist orthoptist podiatrist dental-prosthetist other-care`)
	keys := map[string][]string{
		"profession": professions, "diploma": {"finished", "unfinished"},
		"country": {"SY", "UA", "DE", "CH", "NL", "ER", "XK", "NO"}, "nationality": {"SY", "NL", "DE"},
		"status": {"asylum-seeker", "status-holder", "family-permit", "ukraine", "other"}, "home": {"centre", "municipality"},
		"dutch": {"none", "A1", "A2", "B1", "B2", "B2+", "C1"}, "dutch_proof": {"none", "certificate", "dutch-schooling"},
		"dutch_proof_month": {"2026-01"}, "dutch_proof_age_months": {"0", "25"},
		"english": {"none", "A2", "B1", "B2"}, "english_proof": {"yes", "no"}, "english_proof_month": {"2025-12"},
		"papers": {"all", "some-missing", "none", "unsafe-to-ask"}, "diploma_year": {"1999"}, "last_worked": {"2024"},
		"applied_asylum": {"2026-05", "2026-06", "2026-06-before", "2026-06-after", "2026-07"},
		"done": {"certificate-of-competence", "eu-automatic-recognition", "eu-general-recognition", "applying-online",
			"dutch-certificates", "english-reading", "documents", "certified-copies", "sworn-translation", "missing-documents",
			"education-indication", "bi-test", "assessment-committee", "ccps", "certificate-good-conduct", "big-registration",
			"re-registration", "medical-specialist", "work-asylum-seeker", "ccps@2026-05,documents"},
	}
	for key, values := range keys {
		for _, value := range values {
			p, err := r.ParseProfile([]string{key + "=" + value}, today)
			if err != nil {
				t.Errorf("%s=%s: %v", key, value, err)
				continue
			}
			r.Plan(p, today)
		}
	}
	if got, want := len(r.Slot("profession").Values), len(professions); got != want {
		t.Errorf("%d professions, want %d", got, want)
	}
}

// What the plan has to do above all, in the words of the project's first issue.
func TestWaysOfTheContent(t *testing.T) {
	t.Parallel()
	r := real(t)
	tests := []struct {
		name, profile string
		route         RouteID
		order         string // steps that stand in the plan in this order
		without       string // steps that do not
	}{
		{"a Syrian nurse", "profession=nurse country=SY status=status-holder dutch=B1 dutch_proof=certificate", "certificate-of-competence",
			"documents certified-copies sworn-translation applying-online bi-test assessment-committee certificate-of-competence big-registration", "work-asylum-seeker eu-automatic-recognition"},
		{"language before the application", "profession=nurse country=SY dutch=A2 english_proof=no", "certificate-of-competence",
			"dutch-certificates english-reading applying-online bi-test", ""},
		{"old proof of Dutch", "profession=nurse country=SY dutch=B1 dutch_proof=certificate dutch_proof_age_months=25", "certificate-of-competence", "dutch-certificates applying-online", ""},
		{"fresh proof of Dutch", "profession=nurse country=SY dutch=B1 dutch_proof=certificate dutch_proof_age_months=24", "certificate-of-competence", "applying-online", "dutch-certificates"},
		{"proof too low", "profession=doctor country=SY dutch=B2 dutch_proof=certificate dutch_proof_age_months=1", "certificate-of-competence", "dutch-certificates applying-online", ""},
		{"schooling in Dutch", "profession=doctor country=SR dutch=C1 dutch_proof=dutch-schooling", "certificate-of-competence", "applying-online", "dutch-certificates"},
		{"old proof of English", "profession=doctor country=SY english_proof=yes english=B2 english_proof_month=2024-10", "certificate-of-competence", "english-reading applying-online", ""},
		{"fresh proof of English", "profession=doctor country=SY english_proof=yes english=B2 english_proof_month=2024-11", "certificate-of-competence", "applying-online", "english-reading"},
		{"proof of English of no known month is still valid", "profession=doctor country=SY english_proof=yes english=B2", "certificate-of-competence", "applying-online", "english-reading"},
		{"no proof of English for a verzorgende", "profession=care-assistant-vig country=ER english_proof=no", "certificate-of-competence", "applying-online", "english-reading bi-test big-registration ccps"},
		{"a physiotherapist has no BI test", "profession=physiotherapist country=IR", "certificate-of-competence", "applying-online assessment-committee big-registration", "bi-test"},
		{"a dentist has one", "profession=dentist country=AF", "certificate-of-competence", "applying-online bi-test assessment-committee", ""},
		{"a German nurse", "profession=nurse country=DE nationality=DE", "eu-automatic-recognition", "documents eu-automatic-recognition big-registration", "applying-online bi-test english-reading certificate-of-competence"},
		{"a German physiotherapist", "profession=physiotherapist country=DE nationality=DE", "eu-general-recognition", "documents eu-general-recognition big-registration", "applying-online bi-test eu-automatic-recognition"},
		{"a Swiss diploma and a Dutch passport", "profession=doctor country=CH nationality=NL", "eu-automatic-recognition", "eu-automatic-recognition", "applying-online"},
		{"a European dietitian needs no Dutch for the recognition", "profession=dietitian country=BE nationality=BE dutch=none", "eu-general-recognition", "eu-general-recognition", "dutch-certificates big-registration"},
		{"a European physiotherapist does, for the register", "profession=physiotherapist country=BE nationality=BE dutch=none", "eu-general-recognition", "dutch-certificates big-registration", ""},
		{"a Syrian with a Romanian diploma", "profession=doctor country=RO nationality=SY", "undecided", "which-procedure documents big-registration", "applying-online eu-automatic-recognition certificate-of-competence"},
		{"a helper", "profession=helper", "professions-without-big", "professions-without-big finding-work", "applying-online big-registration documents"},
		{"a Dutch diploma", "profession=nurse country=NL", "big-registration", "big-registration", "applying-online documents dutch-certificates ccps"},
		{"an old Dutch diploma", "profession=nurse country=NL diploma_year=2010", "big-registration", "re-registration big-registration", ""},
		{"a Dutch verzorgende", "profession=care-assistant-vig country=NL", "professions-without-big", "professions-without-big", "big-registration"},
		{"a medical specialist", "profession=medical-specialist country=RU", "certificate-of-competence", "bi-test certificate-of-competence big-registration medical-specialist", ""},
		{"no papers", "profession=nurse country=AF papers=none", "certificate-of-competence", "documents missing-documents applying-online education-indication", ""},
		{"unsafe to ask", "profession=nurse country=AF papers=unsafe-to-ask", "certificate-of-competence", "documents missing-documents applying-online education-indication", ""},
		{"all papers", "profession=nurse country=AF papers=all", "certificate-of-competence", "documents applying-online", "missing-documents education-indication"},
		{"an asylum seeker", "profession=nurse country=SY status=asylum-seeker", "certificate-of-competence", "work-asylum-seeker", "work-status-holder work-ukraine"},
		{"a Ukrainian", "profession=nurse country=UA status=ukraine", "certificate-of-competence", "work-ukraine", "work-asylum-seeker work-status-holder"},
		{"family of a status holder", "profession=nurse country=SY status=family-permit", "certificate-of-competence", "work-status-holder", "work-asylum-seeker"},
		{"unfinished studies", "profession=nurse country=SY diploma=unfinished", "professions-without-big", "idw-evaluation finding-work", "applying-online documents big-registration"},
		{"a feldsher", "profession=other-care country=UA", "undecided", "which-procedure", "applying-online big-registration"},
		{"nothing", "", "undecided", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plan := r.Plan(answers(t, r, tt.profile), today)
			if plan.Route != tt.route {
				t.Errorf("route %s, want %s", plan.Route, tt.route)
			}
			steps := strings.Fields(stepNames(plan))
			at := -1
			for _, id := range strings.Fields(tt.order) {
				i := slices.Index(steps, id)
				if i < 0 {
					t.Errorf("no step %s in %v", id, steps)
				} else if i < at {
					t.Errorf("step %s stands too early in %v", id, steps)
				}
				at = i
			}
			for _, id := range strings.Fields(tt.without) {
				if slices.Contains(steps, id) {
					t.Errorf("step %s in %v", id, steps)
				}
			}
		})
	}
}

// Before and after the day of the pact plans differ only where the facts say so: in working while one waits.
func TestPactChangesOnlyWork(t *testing.T) {
	t.Parallel()
	r := real(t)
	rapid.Check(t, func(t *rapid.T) {
		p := drawProfile(t, r)
		for _, id := range []SlotID{"dutch_proof_month", "english_proof_month"} { // these age with the days
			p = p.set(r.Slot(id).index, "")
		}
		p.done = nil
		before, after := r.Plan(p, time.Date(2026, time.June, 11, 0, 0, 0, 0, time.UTC)), r.Plan(p, time.Date(2026, time.June, 12, 0, 0, 0, 0, time.UTC))
		if before.Route != after.Route || stepNames(before) != stepNames(after) {
			t.Fatalf("%s: %s %s, the day after %s %s", p, before.Route, stepNames(before), after.Route, stepNames(after))
		}
		for i := range before.Steps {
			if b, a := before.Steps[i], after.Steps[i]; b.ID != "work-asylum-seeker" && (names(b.Traps) != names(a.Traps) || names(b.Facts) != names(a.Facts) || b.Days != a.Days) {
				t.Fatalf("%s: step %s changed overnight:\n%v\n%v", p, b.ID, b, a)
			}
		}
	})
}

func TestLawsOfTheContent(t *testing.T) {
	t.Parallel()
	r := real(t)
	t.Run("plans", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) {
			p := drawProfile(t, r)
			checkPlan(t, r, p, r.Plan(p, today))
		})
	})
	t.Run("codes", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) { checkCode(t, r, drawProfile(t, r)) })
	})
	t.Run("answers only add", func(t *testing.T) { t.Parallel(); checkAnswersOnlyAdd(t, r) })
	t.Run("questions end", func(t *testing.T) { t.Parallel(); checkQuestionsEnd(t, r) })
	t.Run("every question matters", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) { checkQuestionMatters(t, r, drawProfile(t, r)) })
	})
}

// Keys in any order, of as many people as there is time for, give one and the same profile and a plan that is whole. With
// WEGWIJZER_TEST_PEOPLE=100000 it takes half a minute; WEGWIJZER_TEST_SEED draws the same people again.
func TestKeysInAnyOrder(t *testing.T) {
	t.Parallel()
	r := real(t)
	people, seed := setting(t, "WEGWIJZER_TEST_PEOPLE", 5_000), uint64(setting(t, "WEGWIJZER_TEST_SEED", int(time.Now().UnixNano()&0xffffffff)))
	t.Logf("%d people, WEGWIJZER_TEST_SEED=%d", people, seed)
	random := rand.New(rand.NewPCG(seed, 0))
	values := make([][]string, len(r.slots))
	for i, s := range r.slots {
		values[i] = s.Values
		if s.Kind == Month || s.Kind == Year {
			values[i] = r.edges(s, today)
		}
	}
	for range people {
		var args []string
		for i, s := range r.slots {
			if random.IntN(4) > 0 { // three in four are answered, so that plans are long
				args = append(args, string(s.ID)+"="+values[i][random.IntN(len(values[i]))])
			}
		}
		var done []string
		for _, id := range r.StepIDs() {
			if random.IntN(8) == 0 {
				done = append(done, Done{id, monthString(monthsOf(today) - random.IntN(40))}.String())
			}
		}
		if len(done) > 0 {
			args = append(args, "done="+strings.Join(done, ","))
		}
		want, err := r.ParseProfile(args, today)
		if err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		random.Shuffle(len(args), func(i, k int) { args[i], args[k] = args[k], args[i] })
		got, err := r.ParseProfile(args, today)
		if err != nil || got.String() != want.String() {
			t.Fatalf("%q is %q, %v; in another order %q", args, got, err, want)
		}
		plan := r.Plan(got, today)
		checkPlan(t, r, got, plan)
		if again := r.Replay(got.Answers()); full(r.Plan(again, today)) != full(plan) {
			t.Fatalf("%q has another plan when it is told again", args)
		}
		checkCode(t, r, got)
	}
}

// setting gives a whole number from the environment.
func setting(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s=%q is no whole number", name, text)
	}
	return n
}

// A plan code with every slot answered can be written on a hand.
func TestCodeIsShort(t *testing.T) {
	t.Parallel()
	r := real(t)
	rapid.Check(t, func(t *rapid.T) {
		p := r.New()
		for _, s := range r.slots {
			p = p.set(s.index, drawAnswer(t, s))
		}
		code, err := r.Encode(r.Plan(p, today))
		if err != nil {
			t.Fatal(err)
		}
		const most = 40
		if len(code) > most {
			t.Fatalf("%s: code %s has %d characters, more than %d", p, code, len(code), most)
		}
	})
}

// The code holds the group of a country and not the country.
func TestCodeHoldsNoCountry(t *testing.T) {
	t.Parallel()
	r := real(t)
	code := func(words string) string {
		c, err := r.Encode(r.Plan(answers(t, r, words), today))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if a, b := code("profession=nurse country=SY nationality=SY"), code("profession=nurse country=ER nationality=AF"); a != b {
		t.Errorf("codes %s and %s tell two countries apart", a, b)
	}
	opened, err := r.Decode(code("country=SY"))
	p := opened.Profile
	if err != nil || p.Answer("country") != "non-eu" || r.Slot("country").SectionOf("non-eu") != "group" {
		t.Errorf("the code of a country opens %q, %v", p, err)
	}
}

var placeholder = regexp.MustCompile(`\{\{|\}\}|\{[a-z]+\}|%!`)

// Every text of every plan is there in every language, with nothing left to fill in, and says the same steps.
func TestViewsInEveryLanguage(t *testing.T) {
	t.Parallel()
	r := real(t)
	var tags []language.Tag
	for _, l := range r.lib.Catalog().Languages() {
		tags = append(tags, l.Tag)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := drawProfile(t, r)
		plan := r.Plan(p, today)
		var first View
		for i, tag := range tags {
			v := r.View(plan, tag)
			texts := append([]string{v.Name}, v.Questions...)
			for _, s := range v.Steps {
				texts = append(texts, s.Title, s.Why)
				if !s.Side {
					texts = append(texts, s.Phase)
				}
				for _, f := range s.Facts {
					texts = append(texts, f.Text)
				}
				for _, tr := range s.Traps {
					texts = append(texts, tr.Text)
				}
				for _, paper := range s.Papers {
					texts = append(texts, paper.Text)
				}
			}
			for _, text := range texts {
				if strings.TrimSpace(text) == "" || placeholder.MatchString(text) || strings.Contains(text, "…") {
					t.Fatalf("%s in %s: text %q", p, tag, text)
				}
			}
			if i == 0 {
				first = v
			} else if a, b := bare(first), bare(v); a != b {
				t.Fatalf("%s: in %s\n%s\nin %s\n%s", p, tags[0], a, tag, b)
			}
		}
	})
}

// bare writes what a View has in every language alike.
func bare(v View) string {
	var out strings.Builder
	fmt.Fprint(&out, v.Route, v.On, v.Open, v.Sure, v.DaysMin, value(v.DaysMax), v.Code)
	for _, s := range v.Steps {
		fmt.Fprint(&out, "\n", s.ID, s.Article, s.Needs, value(s.Start), s.DaysMin, value(s.DaysMax), s.Payers, s.Side)
		for _, f := range s.Facts {
			fmt.Fprint(&out, " ", f.ID, f.Sure, f.Source, f.Read)
		}
		for _, tr := range s.Traps {
			fmt.Fprint(&out, " ", tr.ID)
		}
		for _, p := range s.Papers {
			fmt.Fprint(&out, " ", p.ID, value(p.AskFrom), value(p.ExpiresAfter), p.Until == "", p.Life == "", p.From == "")
		}
	}
	return out.String()
}

// value gives what p points to, "-" if nothing.
func value[T any](p *T) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprint(*p)
}

func benchmarkProfiles(b *testing.B, r *Route) []Profile {
	return []Profile{
		r.New(),
		answers(b, r, "profession=nurse"),
		answers(b, r, "profession=nurse country=SY status=status-holder dutch=B1 dutch_proof=certificate"),
		answers(b, r, "profession=doctor diploma=finished country=ER status=asylum-seeker applied_asylum=2026-03 home=centre dutch=A2 dutch_proof=none english_proof=no papers=none done=documents,ccps@2026-05"),
	}
}

func BenchmarkPlan(b *testing.B) {
	r := real(b)
	profiles := benchmarkProfiles(b, r)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Plan(profiles[i%len(profiles)], today)
	}
}

func BenchmarkNext(b *testing.B) {
	r := real(b)
	profiles := benchmarkProfiles(b, r)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Next(profiles[i%len(profiles)], today)
	}
}

func BenchmarkView(b *testing.B) {
	r := real(b)
	plan := r.Plan(benchmarkProfiles(b, r)[3], today)
	b.ReportAllocs()
	for b.Loop() {
		r.View(plan, language.Arabic)
	}
}
