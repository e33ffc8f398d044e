package route

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"wegwijzer/kb"
)

// The fixture is a small country of its own: bakers, smiths and potters on their way into a guild. It has one of
// everything that route.yaml can say.
const (
	fixtureLanguages   = "- {tag: nl, name: Nederlands, source: true}\n- {tag: en, name: English}\n"
	fixtureProfessions = `
baker: {family: food, guild: "yes", speech: low, fee: bake-fee, exam: bake-exam}
cook: {family: food, guild: "yes", speech: low, fee: bake-fee, exam: bake-exam}
smith: {family: metal, guild: "yes", speech: high, fee: smith-fee, opens: smith-day}
potter: {family: clay, guild: "no"}
`
	fixtureCountries = "default: {group: far}\nNL: {group: home}\nDE: {group: near}\n"
	fixtureFacts     = `
bake-fee: {kind: money, value: "10 EUR", source: "https://example.org/fee", says: "ten", read: copy 2026-01}
smith-fee: {kind: money, value: "20 EUR", source: "https://example.org/fee", says: "twenty", read: copy 2026-01, sure: ask}
bake-exam: {kind: duration, value: "6-8 weeks", source: "https://example.org/exam", says: "six to eight weeks", read: copy 2026-01}
smith-day: {kind: date, value: "2027-03-01", source: "https://example.org/exam", says: "from March", read: copy 2026-01}
speech-life: {kind: duration, value: "2 years", source: "https://example.org/life", says: "two years", read: copy 2026-01}
seal-life: {kind: duration, value: "3 months", source: "https://example.org/life", says: "three months", read: copy 2026-01}
speech-time: {kind: duration, value: "1 year", source: "https://example.org/time", says: "a year at least", read: copy 2026-01}
judging: {kind: duration, value: "12 weeks", source: "https://example.org/time", says: "at most twelve weeks", read: copy 2026-01}
whole: {kind: duration, value: "6-18 months", source: "https://example.org/time", says: "half a year to one and a half", read: copy 2026-01}
work-wait: {kind: duration, value: "6 months", source: "https://example.org/work", says: "after six months", read: copy 2026-01}
law-day: {kind: date, value: "2026-06-12", source: "https://example.org/law", says: "since June", read: copy 2026-01}
guild-site: {kind: url, value: "https://example.org", source: "https://example.org", says: "the guild", read: copy 2026-01}
`
	fixtureRoute = `
slots:
  - {id: job, attributes: profession, group: family}
  - {id: training, values: [whole, half], presume: whole}
  - {id: country, kind: country, attributes: country, carry: group}
  - {id: permit, values: [waiting, here]}
  - {id: asked, kind: month, split: law-day}
  - {id: speech, values: [none, low, high], ordered: true}
  - {id: proof, values: ["yes", "no"], words: proofs}
  - {id: proof_month, kind: month, age-key: proof_age}
  - {id: letter_month, kind: month, presume: now, asked: false}
  - {id: trained, kind: year}
conditions:
  guild: {all: [job.guild: ["yes"], training: [whole]]}
  far: {all: [if: guild, country.group: [far]]}
  spoken: {all: [speech: at-least job.speech, proof: ["yes"], not: {proof_month: older-than speech-life}]}
routes:
  - {id: guild-way, when: {if: far}}
  - {id: neighbour-way, when: {all: [if: guild, country.group: [near]]}}
  - {id: free-way, when: {any: [job.guild: ["no"], training: [half]]}}
  - {id: unsettled}
papers:
  - {id: speech-paper, life: speech-life, used-by: [apply], held: {slot: proof_month, when: {proof: ["yes"]}}, late: too-old}
  - {id: seal, life: seal-life, used-by: [enter], late: too-old}
  - {id: pass}
steps:
  - id: learn
    when: {all: [if: far, not: {if: spoken}]}
    takes: [{at-least: speech-time, when: {speech: [none]}}]
    papers: [speech-paper]
  - id: gather
    when: {if: guild}
    traps: [keep-originals, {id: letter-old, when: {letter_month: older-than 12 months}}]
    papers: [pass]
  - id: mend
    when: {all: [if: guild, trained: older-than 5 years]}
    needs: [gather]
  - id: apply
    when: {if: far}
    needs: [learn, gather, mend]
    facts: [job.fee, guild-site]
    papers: [speech-paper, pass]
    payers: [purse, {id: gather, when: {permit: [here]}}]
  - id: judge
    article: apply
    when: {if: far}
    needs: [apply]
    not-before: [job.opens]
    takes: [job.exam, {up-to: judging}]
  - id: accept
    when: {if: far}
    needs: [judge]
    since: [{step: apply, fact: whole, when: {not: {job.opens: [smith-day]}}}]
  - id: seal
    when: {if: guild}
    needs: [accept]
    papers: [seal]
  - id: enter
    when: {all: [if: guild, country.group: [far, near, home]]}
    needs: [accept, seal, gather]
    takes: [{up-to: judging}]
    papers: [seal]
  - id: purse
    side: true
    when: {permit: [waiting]}
    opens: [{slot: asked, fact: work-wait, when: {not: {asked: from law-day}}}]
    traps: [{id: law-changed, when: {on: from law-day}}, {id: law-new, when: {asked: from law-day}}]
`
	fixtureWords = `
slots: {job: {name: "Wat is uw werk?", note: "Uw werk telt."}, training: "Klaar?", country: "Waar?", permit: "Vergunning?", asked: "Wanneer?", speech: "Taal?", proof: "Bewijs?", proof_month: "Sinds wanneer?", letter_month: "Brief?", trained: "Jaar?"}
profession: {baker: bakker, cook: kok, smith: smid, potter: pottenbakker}
family: {food: eten, metal: metaal, clay: klei}
training: {whole: ja, half: nee}
permit: {waiting: wachten, here: hier}
speech: {none: geen, low: laag, high: hoog}
proofs: {"yes": ja, "no": nee}
group: {far: ver, near: dichtbij, home: thuis}
routes: {guild-way: Het gilde, neighbour-way: De buren, free-way: Vrij, unsettled: Nog niet zeker}
papers: {speech-paper: taalbewijs, seal: zegel, pass: pas}
traps: {too-old: Te oud., keep-originals: Houd het origineel., letter-old: Oude brief., law-changed: De wet is veranderd., law-new: Nieuwe wet.}
steps:
  learn: {name: Leer de taal, note: Zonder taal geen gilde.}
  gather: {name: Verzamel, note: Papieren eerst.}
  mend: {name: Fris op, note: Het is lang geleden.}
  apply: {name: Vraag aan, note: Nu kan het.}
  judge: {name: Wacht op het oordeel, note: Zij kijken.}
  accept: {name: Het besluit, note: U hoort het.}
  seal: {name: Vraag het zegel, note: Kort geldig.}
  enter: {name: Word lid, note: Dan mag het.}
  purse: {name: Werk, note: Voor geld.}
`
)

// fixtureFiles gives the files of the fixture, to be changed by a test.
func fixtureFiles() map[string]string {
	files := map[string]string{
		"languages.yaml": fixtureLanguages, "professions.yaml": fixtureProfessions, "countries.yaml": fixtureCountries,
		"facts.yaml": fixtureFacts, "route.yaml": fixtureRoute, "words/nl.yaml": fixtureWords,
	}
	for _, id := range []string{"learn", "gather", "mend", "apply", "accept", "seal", "enter", "purse"} {
		files["articles/"+id+"/nl.md"] = "---\ntitle: Over " + id + "\nquestions: [wat is " + id + "]\n---\nTekst.\n"
		files["articles/"+id+"/article.yaml"] = "subject: " + id + "\nchapter: big\nsources: [{title: T, url: \"https://example.org\", read: copy 2026-01}]\n"
	}
	return files
}

// parseFiles parses the route of a content folder. The faults are those of the route only.
func parseFiles(files map[string]string) (*Route, []kb.Fault) {
	lib, _ := kb.Load(folder(files), nil)
	return parse(lib, func(name string) ([]byte, bool) {
		text, ok := files[name]
		return []byte(text), ok
	})
}

func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// fixture gives the Route of the fixture, with a lock.
func fixture(t testing.TB) *Route {
	t.Helper()
	return mustParse(t, fixtureFiles())
}

func mustParse(t testing.TB, files map[string]string) *Route {
	t.Helper()
	r, faults := parseFiles(files)
	if kb.HasErrors(faults) {
		t.Fatalf("the fixture has faults:\n%s", faultLines(faults))
	}
	if _, faults := kb.Load(folder(files), nil); kb.HasErrors(faults) {
		t.Fatalf("the fixture has faults:\n%s", faultLines(faults))
	}
	if _, ok := files["route.lock"]; !ok {
		files["route.lock"] = string(r.Lock(today))
		r, faults = parseFiles(files)
		if len(faults) > 0 {
			t.Fatalf("the fixture with its lock has faults:\n%s", faultLines(faults))
		}
	}
	return r
}

func faultLines(faults []kb.Fault) string {
	var lines []string
	for _, f := range faults {
		if !f.Warning {
			lines = append(lines, f.String())
		}
	}
	return strings.Join(lines, "\n")
}

// today is the day of the tests.
var today = time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)

// answers reads KEY=VALUE words.
func answers(t testing.TB, r *Route, words string) Profile {
	t.Helper()
	p, err := r.ParseProfile(strings.Fields(words), today)
	if err != nil {
		t.Fatalf("%s: %v", words, err)
	}
	return p
}

// outline writes the steps of a plan, a line each: id, start, days.
func outline(plan Plan) string {
	var out strings.Builder
	for _, s := range plan.Steps {
		start := "?"
		if !s.Start.IsZero() {
			start = s.Start.Format(time.DateOnly)
		}
		fmt.Fprintf(&out, "%s %s %s\n", s.ID, start, daysText(s.Days))
	}
	return out.String()
}

func daysText(d Days) string {
	if d.Max == Unknown {
		return fmt.Sprintf("%d-?", d.Min)
	}
	return fmt.Sprintf("%d-%d", d.Min, d.Max)
}

func stepNames(plan Plan) string {
	var ids []string
	for _, s := range plan.Steps {
		ids = append(ids, string(s.ID))
	}
	return strings.Join(ids, " ")
}

func names[T ~string](list []T) string {
	var all []string
	for _, item := range list {
		all = append(all, string(item))
	}
	return strings.Join(all, " ")
}
