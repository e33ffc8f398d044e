package kb_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"wegwijzer/kb"
	"wegwijzer/kb/prose"
)

// files0 makes content of names and texts.
func files0(pairs ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i := 0; i+1 < len(pairs); i += 2 {
		files[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1]), Mode: 0o644}
	}
	return files
}

// bare takes the isolates out, where a test is about words.
func bare(s string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s) }

func TestLibrary(t *testing.T) {
	t.Parallel()
	lib := load(t, good(t))
	if lib.Source() != nl || lib.Minimal() {
		t.Errorf("the source language is %s, minimal %v", lib.Source(), lib.Minimal())
	}
	var ids []string
	for _, a := range lib.Articles() {
		ids = append(ids, string(a.ID))
	}
	if diff := cmp.Diff([]string{"bi-test", "emergency"}, ids); diff != "" {
		t.Errorf("Articles (-want +got):\n%s", diff)
	}
	a := lib.Article("bi-test")
	if a.Subject != "What the test costs" || a.Chapter != "big" || len(a.Sources) != 1 || a.Sources[0].Read.String() != "copy 2025-03" ||
		!slices.Equal(a.Related, []kb.ArticleID{"emergency"}) || !slices.Equal(a.Professions, []kb.ProfessionID{"nurse"}) || !slices.Equal(a.Terms, []string{"BI-toets"}) {
		t.Errorf("the article is %+v", a)
	}
	if got := a.Texts[nl]; got.Status != kb.StatusSource || got.Line != 7 || len(got.Hashes) != 4 || got.File != "articles/bi-test/nl.md" || len(got.Questions) != 2 {
		t.Errorf("the source text is %+v", got)
	}
	if got := a.Texts[ar]; got.Status != kb.StatusReviewed || got.Outdated || !slices.Equal(got.Of, a.Texts[nl].Hashes) {
		t.Errorf("the Arabic text is %+v", got)
	}
	if lib.Article("nothing") != nil || lib.Fact("nothing") != nil || lib.FactText("nothing", nl) != "" {
		t.Error("an unknown id is known")
	}
	if f := lib.Fact("committee-date"); f.Line != 17 || f.ValidUntil != day(t, "2027-12-31") || f.Recheck != (kb.Span{Months: 2}) || f.Ask || f.AskWho != "" {
		t.Errorf("the fact is %+v", f)
	}
	if f := lib.Fact("register-page"); f.Source != "https://www.example.org/register/" {
		t.Errorf("a page without source has the source %q, want itself", f.Source)
	}
	if len(lib.Facts()) != 6 || lib.Facts()[1].ID != "bi-wait" {
		t.Errorf("Facts are not in the order of the file: %v", lib.Facts())
	}
	if diff := cmp.Diff([]string{"wie heeft gisteren gewonnen", "hoe laat is het"}, lib.Outside(nl)); diff != "" {
		t.Errorf("Outside (-want +got):\n%s", diff)
	}
	if got := lib.Crisis(); len(got) != 5 || got[1] != (kb.CrisisPhrase{Tag: nl, Article: "emergency", Text: "ik ga dood van de honger", Harmless: true}) || got[4].Tag.String() != "ti" {
		t.Errorf("Crisis is %+v", got)
	}
	if got := lib.Terms(); !slices.Equal(got.Words, []string{"B1", "112"}) || len(got.Glossary) != 1 || got.Glossary[0].In[en] != "professional test" {
		t.Errorf("Terms is %+v", got)
	}
	if data, ok := lib.File("route.yaml"); !ok || string(data) != "steps: []\n" {
		t.Errorf("File(route.yaml) = %q, %v", data, ok)
	}
	if _, ok := lib.File("nothing.yaml"); ok {
		t.Error("a file that is not there is there")
	}
}

func TestWord(t *testing.T) {
	t.Parallel()
	files := good(t)
	replace(t, files, "words/ar.yaml", "  helper: مساعد\n", "")
	replace(t, files, "words/nl.yaml", "SY: {also: [Aleppo, Syrisch]}", "SY: {also: [Aleppo, Syrisch]}\n  NO: {name: Het hoge noorden}\nnationality:\n  SY: {also: [Syriër]}")
	replace(t, files, "words/en.yaml", "country:", "nationality:\n  SY: {also: [Syrian citizen]}\ncountry:")
	lib, _ := kb.Load(files, nil)
	for _, tt := range []struct {
		name, section, id string
		tag               language.Tag
		want              string
		also              int
	}{
		{"plain", "profession", "helper", nl, "helpende", 0},
		{"with other forms", "profession", "nurse", nl, "verpleegkundige", 1},
		{"from the fallback", "profession", "helper", ar, "care helper", 0},
		{"from the source language", "profession", "helper", fr, "helpende", 0},
		{"a variant of a language", "profession", "helper", language.AmericanEnglish, "care helper", 0},
		{"unknown", "profession", "doctor", nl, "", 0},
		{"unknown section", "nothing", "nurse", nl, "", 0},
		{"country from CLDR with other forms", "country", "SY", nl, "Syrië", 2},
		{"country from CLDR", "country", "ER", ar, "إريتريا", 0},
		{"country in a language the content lacks", "country", "SY", language.MustParse("ti"), "ሲሪያ", 0},
		{"country named by the content", "country", "NO", nl, "Het hoge noorden", 0},
		{"no country", "country", "QQ", nl, "", 0},
		{"nationality with its own forms", "nationality", "SY", en, "Syria", 1},
		{"nationality with the forms of the country", "nationality", "SY", ar, "سوريا", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := lib.Word(tt.tag, tt.section, tt.id)
			if got.Name != tt.want || ok != (tt.want != "") || len(got.Also) != tt.also {
				t.Errorf("Word(%s, %s, %s) = %+v, %v, want %q with %d other forms", tt.tag, tt.section, tt.id, got, ok, tt.want, tt.also)
			}
		})
	}
	if got, _ := lib.Word(ar, "profession", "nurse"); bare(got.Note) != "اتصل بالرقم 070 340 6600." || !slices.Equal(got.Facts, []kb.FactID{"register-phone"}) {
		t.Errorf("the note is %q with the facts %v, want the phone number filled in", got.Note, got.Facts)
	}
	if got := lib.Catalog().Sentence(en, "hello", nil); got != "Hello. Call 070 340 6600." {
		t.Errorf("the sentence is %q, want the phone number filled in", got)
	}
	if got := lib.Section(ar, "profession"); !slices.Equal(got, []string{"nurse"}) {
		t.Errorf("Section(ar, profession) = %v", got)
	}
	if got := lib.Section(fr, "dutch"); !slices.Equal(got, []string{"none", "B1"}) {
		t.Errorf("Section(fr, dutch) = %v, want that of the source language in its order", got)
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	lib := load(t, good(t))
	for _, tt := range []struct{ slot, value, key, want string }{
		{"profession", "nurse", "regulation", "article-three"}, {"profession", "doctor", "regulation", ""},
		{"country", "NL", "group", "nl"}, {"country", "SY", "group", "non-eu"}, {"nationality", "NO", "group", "eu"},
		{"country", "QQ", "group", ""}, {"country", "default", "group", ""}, {"dutch", "B1", "group", ""},
	} {
		if got := lib.Attributes(tt.slot, tt.value)[tt.key]; got != tt.want {
			t.Errorf("Attributes(%s, %s)[%s] = %q, want %q", tt.slot, tt.value, tt.key, got, tt.want)
		}
	}
	for slot, want := range map[string][]string{"profession": {"nurse", "helper"}, "dutch": {"none", "B1"}, "nothing": nil} {
		if got := lib.Values(slot); !slices.Equal(got, want) {
			t.Errorf("Values(%s) = %v, want %v", slot, got, want)
		}
	}
	if got := lib.Values("country"); !slices.Contains(got, "SY") || len(got) < 240 {
		t.Errorf("Values(country) = %v, want all countries", got)
	}
}

func TestFactView(t *testing.T) {
	t.Parallel()
	lib := load(t, good(t))
	got, ok := lib.FactView("bi-fee", en)
	want := kb.FactView{ID: "bi-fee", Text: "€1,700", Sure: "yes", Source: "https://example.org/bi-test", Read: "copy 2025-03"}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("FactView (-want +got):\n%s", diff)
	}
	if got, _ := lib.FactView("level", nl); got.Sure != "ask" || got.Read != "copy undated" {
		t.Errorf("FactView of an unsure fact is %+v", got)
	}
	if got, ok := lib.FactView("nothing", nl); ok {
		t.Errorf("FactView of an unknown fact is %+v", got)
	}
	for tag, want := range map[language.Tag]string{nl: "3 tot 8 weken", en: "3 to 8 weeks", ar: "3 إلى 8 أسابيع", fr: "3 tot 8 weken"} {
		if got := lib.FactText("bi-wait", tag); bare(got) != want {
			t.Errorf("FactText(bi-wait, %s) = %q, want %q", tag, got, want)
		}
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	lib := load(t, good(t))
	a := lib.Article("bi-test")
	got := lib.Render(a, en, today)
	want := "The test (BI-toets) costs €1,700 (check). You wait 3 to 8 weeks (check); level B2+ (check).\n\n" +
		"Call the register: 070 340 6600.\nSince 12 June 2026 B1 holds.\n\nDanger? Read emergency."
	if diff := cmp.Diff(want, got.Body.Text()); diff != "" {
		t.Errorf("the body (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"€1,700, 3 to 8 weeks: from a copy of the page of March 2025. Check with the register before you pay or decide.",
		"B2+: this is not certain. Ask the official office.",
	}, got.Doubts); diff != "" {
		t.Errorf("the doubts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"https://www.example.org/register/", "tel:0703406600", "article:emergency"}, got.Body.Links()); diff != "" {
		t.Errorf("the links (-want +got):\n%s", diff)
	}
	if got.Tag != en || got.Title != "What does the test cost?" || !got.Machine || got.Outdated || got.FellBack || len(got.Sources) != 1 || got.Text != a.Texts[en] {
		t.Errorf("Render gives %+v", got)
	}
	for read, want := range map[kb.Read]string{
		{Live: true, On: day(t, "2026-11-24"), Has: 3}: "seen on 24 November 2026",
		{On: day(t, "2025-03-01"), Has: 2}:             "copy of March 2025",
		{}:                                             "undated copy",
	} {
		if got := lib.Freshness(read, en); got != want {
			t.Errorf("the freshness of %+v is told as %q, want %q", read, got, want)
		}
	}
	if bold := got.Body[0].Items[0][1]; !bold.Strong || bold.Text != "€1,700" {
		t.Errorf("the bold fact is %+v", bold)
	}
}

func TestRenderLanguages(t *testing.T) {
	t.Parallel()
	files := good(t)
	delete(files, "articles/emergency/ar.md")
	replace(t, files, "articles/bi-test/nl.md", "Gevaar?", "Echt gevaar?")
	lib := load(t, files)
	for _, tt := range []struct {
		id                          kb.ArticleID
		ask, want                   language.Tag
		machine, outdated, fellBack bool
	}{
		{"bi-test", nl, nl, false, false, false},
		{"bi-test", ar, ar, false, true, false},
		{"bi-test", language.MustParse("ar-SY"), ar, false, true, false},
		{"bi-test", fr, nl, false, false, true},
		{"emergency", ar, en, true, false, true},
	} {
		got := lib.Render(lib.Article(tt.id), tt.ask, today)
		if got.Tag != tt.want || got.Machine != tt.machine || got.Outdated != tt.outdated || got.FellBack != tt.fellBack {
			t.Errorf("Render(%s, %s) is in %s, machine %v, outdated %v, fell back %v; want %+v", tt.id, tt.ask, got.Tag, got.Machine, got.Outdated, got.FellBack, tt)
		}
	}
	if got := lib.Render(&kb.Article{ID: "empty"}, nl, today); got.Body != nil || got.Text != nil {
		t.Errorf("an article without texts renders as %+v", got)
	}
}

func TestRenderHelpInDangerHasNoMarks(t *testing.T) {
	t.Parallel()
	lib := load(t, good(t))
	got := lib.Render(lib.Article("emergency"), en, today)
	if text := got.Body.Text(); text != "Call 112. Waiting takes 3 to 8 weeks." {
		t.Errorf("the text is %q", text)
	}
	if len(got.Doubts) != 1 {
		t.Errorf("the doubts are %q, want the one about the copy", got.Doubts)
	}
}

func TestRenderRightToLeftIsolatesNumbers(t *testing.T) {
	t.Parallel()
	lib := load(t, good(t))
	text := lib.Render(lib.Article("bi-test"), ar, today).Body.Text()
	for _, want := range []string{"\u2068070 340 6600\u2069", "\u2068BI-toets\u2069", "يسري \u2068B1\u2069", "\u20681,700\u2069 يورو", "(تأكّد)"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%q", want, text)
		}
	}
}

func TestDoubt(t *testing.T) {
	t.Parallel()
	lib := load(t, good(t))
	for _, tt := range []struct {
		name string
		fact kb.FactID
		on   string
		want string
	}{
		{"from a dated copy", "bi-fee", "2026-11-24", "€ 1.700: uit een kopie van de pagina van maart 2025. Vraag het na bij het register voordat u betaalt of beslist."},
		{"not sure", "level", "2026-11-24", "B2+: dit is niet zeker. Vraag het na bij de officiële instantie."},
		{"seen on the page", "committee-date", "2026-11-24", ""},
		{"seen on the page, on the last day before it must be read again", "committee-date", "2027-01-01", ""},
		{"seen too long ago", "committee-date", "2027-01-02", "12 juni 2026: het laatst gecontroleerd op 1 november 2026. Vraag bij de officiële instantie of dit nog klopt."},
		{"does not hold yet", "committee-date", "2026-06-11", "12 juni 2026: dit geldt pas vanaf 12 juni 2026."},
		{"on its first day", "committee-date", "2026-06-12", ""},
		{"holds no more", "committee-date", "2028-01-01", "12 juni 2026: dit gold tot en met 31 december 2027. Vraag bij de officiële instantie wat nu geldt."},
		{"never read again", "register-phone", "2036-01-01", ""},
		{"the address of a page", "register-page", "2026-11-24", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := lib.Doubt(lib.Fact(tt.fact), nl, day(t, tt.on)); got != tt.want {
				t.Errorf("Doubt(%s) on %s = %q, want %q", tt.fact, tt.on, got, tt.want)
			}
		})
	}
	var many []*kb.Fact
	for _, text := range []string{"A", "B", "C", "D", "E"} {
		many = append(many, &kb.Fact{ID: kb.FactID(text), Kind: kb.Term, Value: kb.Value{Text: text}, Ask: true})
	}
	if got := lib.Doubts(many, nl, today); len(got) != 1 || !strings.HasPrefix(got[0], "A, B, C, …: dit is niet zeker") {
		t.Errorf("Doubts of many facts = %q, want the first three named and that there are more", got)
	}
	all := []*kb.Fact{lib.Fact("bi-fee"), lib.Fact("register-phone"), lib.Fact("bi-wait"), lib.Fact("bi-fee")}
	if got := lib.Doubts(all, nl, today); len(got) != 1 || !strings.HasPrefix(got[0], "€ 1.700, 3 tot 8 weken: ") {
		t.Errorf("Doubts = %q, want one sentence with each fact once", got)
	}
}

func TestRenderDependsOnTheDay(t *testing.T) {
	t.Parallel()
	lib := load(t, good(t))
	a := lib.Article("bi-test")
	now, later, now2 := lib.Render(a, nl, today), lib.Render(a, nl, day(t, "2028-01-01")), lib.Render(a, nl, today)
	if strings.Contains(now.Body.Text(), "12 juni 2026 (navragen)") || !strings.Contains(later.Body.Text(), "12 juni 2026 (navragen)") || len(later.Doubts) != len(now.Doubts)+1 {
		t.Errorf("today:\n%s\n%q\nlater:\n%s\n%q", now.Body.Text(), now.Doubts, later.Body.Text(), later.Doubts)
	}
	if diff := cmp.Diff(now.Body, now2.Body); diff != "" {
		t.Errorf("rendering for another day changed today's text:\n%s", diff)
	}
}

// TestRealInterface: the sentences of the product's own interface are all that values and doubts need.
func TestRealInterface(t *testing.T) {
	t.Parallel()
	lib, _ := kb.Load(os.DirFS("../content"), nil)
	f := &kb.Fact{ID: "x", Kind: kb.Term, Value: kb.Value{Text: "x"}, Ask: true}
	for _, tag := range lib.Catalog().Interfaces() {
		for _, key := range kb.DoubtKeys() {
			if !lib.Catalog().Has(tag, key) {
				t.Errorf("%s has no %s", tag, key)
			}
		}
		if got := lib.Doubt(f, tag, today); got == "" {
			t.Errorf("%s: a doubt is not told", tag)
		}
	}
}

func TestMinimalContent(t *testing.T) {
	t.Parallel()
	ui := good(t)
	for _, tt := range []struct {
		name   string
		files  fstest.MapFS
		source language.Tag
		langs  string
	}{
		{"one language", files0("articles/Reset my password!/en.md", "---\ntitle: Reset\nquestions: [how do I reset it in 2 steps, 'see http://x.example']\n---\nCall 555-1234 or see www.example.com. {{x}} <b>*Now*</b>\n\n> q\n"), en, "en"},
		{"several languages", files0("articles/a/en.md", "Hello", "articles/a/sw.md", "Habari", "articles/b/zh-Hant.md", "---\ntitle:\nquestions:\n---\n", "outside/en.txt", "who won\n"), language.Und, "en sw zh-Hant"},
		{"odd front matter", files0("articles/a/en.md", "---\ntags: [x]\ntitle: a\nquestions: ['', a]\nstatus: draft\n---\n"), en, "en"},
		{"no text at all", files0("articles/a/notes.txt", "x"), language.Und, ""},
		{"front matter that does not end", files0("articles/a/en.md", "---\nHello"), en, "en"},
		{"the same question twice", files0("articles/a/en.md", "---\nquestions: [x, X]\n---\n", "articles/b/en.md", "---\nquestions: [x, y]\n---\n", "outside/en.txt", "y"), en, "en"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lib, faults := kb.Load(tt.files, ui)
			if kb.HasErrors(faults) {
				t.Errorf("minimal content has errors:\n%s", lines(faults))
			}
			if len(faults) == 0 {
				t.Error("nothing says what is missing")
			}
			var langs []string
			for _, l := range lib.Catalog().Languages() {
				langs = append(langs, l.Tag.String())
			}
			if lib.Source() != tt.source || strings.Join(langs, " ") != tt.langs || !lib.Minimal() {
				t.Errorf("source %s, languages %v, minimal %v; want %s, %s", lib.Source(), langs, lib.Minimal(), tt.source, tt.langs)
			}
			if got := lib.Catalog().Commands(en)["help"]; !slices.Equal(got, []string{"help"}) {
				t.Errorf("the lent interface has the words %q for help", got)
			}
			for _, a := range lib.Articles() {
				for _, tag := range []language.Tag{en, ar, language.MustParse("sw")} {
					if r := lib.Render(a, tag, today); r.Text == nil && len(a.Texts) > 0 {
						t.Errorf("%s cannot be read by a speaker of %s", a.ID, tag)
					}
				}
			}
		})
	}
}

func TestMinimalContentThatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		files fstest.MapFS
		want  []string
	}{
		{"broken YAML", files0("articles/a/en.md", "---\ntitle: a: b\n---\nx", "articles/b/en.md", "---\ntitle: b\nquestions: [b]\n---\nb"), []string{"minimal? languages.yaml:0", "yaml articles/a/en.md:2|colon"}},
		{"not UTF-8", files0("articles/a/en.md", "\xff", "articles/b/en.md", "---\ntitle: b\nquestions: [b]\n---\nb"), []string{"minimal? languages.yaml:0", "unreadable articles/a/en.md:1"}},
		{"no language", files0("articles/a/english.md", "x"), []string{"minimal? languages.yaml:0", "missing-text? articles/a:0", "unknown-language articles/a/english.md:0"}},
		{"unknown fact beside facts", files0("articles/a/en.md", "---\ntitle: a\nquestions: [a]\n---\n{{y}}", "facts.yaml", "yy: {kind: term, value: x, source: 'https://x.example', says: x, read: copy undated}"), []string{"minimal? languages.yaml:0", "unknown-fact articles/a/en.md:5|“y”"}},
		{"nothing", files0(), []string{"minimal? languages.yaml:0", "missing-file articles:0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, faults := kb.Load(tt.files, nil)
			wantFaults(t, faults, tt.want)
		})
	}
}

func TestLoadWithoutAnInterface(t *testing.T) {
	t.Parallel()
	lib, _ := kb.Load(files0("articles/a/en.md", "Pay {{fee}}", "facts.yaml", "fee: {kind: money, value: 400 EUR, source: 'https://x.example', says: x, read: copy 2024}"), nil)
	got := lib.Render(lib.Article("a"), en, today)
	if text := got.Body.Text(); text != "Pay EUR 400" || len(got.Doubts) != 0 {
		t.Errorf("without sentences the text is %q with the doubts %q", text, got.Doubts)
	}
}

func TestFillLeavesNoFact(t *testing.T) {
	t.Parallel()
	files := good(t)
	replace(t, files, "articles/bi-test/nl.md", "Gevaar?", "{{nothing}} [x]({{nothing}}) Gevaar?")
	lib, _ := kb.Load(files, nil)
	got := lib.Render(lib.Article("bi-test"), nl, today).Body
	if facts := got.Facts(); len(facts) > 0 || strings.Contains(got.Text(), "nothing") {
		t.Errorf("an unknown fact is left: %q in %q", facts, got.Text())
	}
}

// large gives minimal content of the size that must work as well as ours.
func large(articles, questions int) fstest.MapFS {
	files := fstest.MapFS{}
	for i := range articles {
		var text strings.Builder
		fmt.Fprintf(&text, "---\ntitle: Subject %d\nquestions:\n", i)
		for j := range questions {
			fmt.Fprintf(&text, "  - how do I get number %d of subject %d done\n", j, i)
		}
		text.WriteString("---\nA paragraph of some words that says what there is to know about it, and where to go with it.\n\n- one thing\n- another thing\n")
		files[fmt.Sprintf("articles/subject-%d/en.md", i)] = &fstest.MapFile{Data: []byte(text.String()), Mode: 0o644}
	}
	return files
}

func TestLargeMinimalContent(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{150, 100}, {5000, 1}} {
		lib, faults := kb.Load(large(size[0], size[1]), nil)
		if len(lib.Articles()) != size[0] || len(faults) != 1 {
			t.Errorf("%d articles of %d, %d faults", len(lib.Articles()), size[0], len(faults))
		}
	}
}

// loadLaws: whatever junk stands in whatever file, loading ends, each fault is one clear line, and what is there renders.
func loadLaws(base fstest.MapFS) func(*rapid.T) {
	names := slices.Sorted(maps.Keys(base))
	return func(t *rapid.T) {
		files := maps.Clone(base)
		for range rapid.IntRange(1, 3).Draw(t, "edits") {
			name := rapid.SampledFrom(names).Draw(t, "file")
			data := files[name].Data
			at := rapid.IntRange(0, len(data)).Draw(t, "at")
			cut := rapid.IntRange(at, min(len(data), at+20)).Draw(t, "cut")
			junk := rapid.OneOf(rapid.SampledFrom([]string{"", "\n", ": ", "[", "{{", "}}", "- ", "&a *a", "---\n", "|\n", "!!binary x", "\t", "\xff", "<b>", "\r"}), rapid.String()).Draw(t, "junk")
			files[name] = &fstest.MapFile{Data: slices.Concat(data[:at], []byte(junk), data[cut:]), Mode: 0o644}
		}
		lib, faults := kb.Load(files, nil)
		for _, f := range append(faults, lib.FaultsOn(today)...) {
			if f.What == "" || f.Do == "" || f.Rule == "" || strings.ContainsFunc(f.String(), unicode.IsControl) {
				t.Fatalf("a fault is not one clear line: %q", f.String())
			}
		}
		for _, a := range lib.Articles() {
			for _, tag := range []language.Tag{nl, ar, fr} {
				if r := lib.Render(a, tag, today); len(r.Body.Facts()) > 0 || strings.Contains(r.Body.Text(), "{{") {
					t.Fatalf("%s shows a placeholder: %q", a.ID, r.Body.Text())
				}
			}
		}
	}
}

func TestLoadLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, loadLaws(good(t)))
}

func FuzzLoad(f *testing.F) { f.Fuzz(rapid.MakeFuzz(loadLaws(good(f)))) }

func BenchmarkLoad(b *testing.B) {
	b.Run("content", func(b *testing.B) {
		fsys := os.DirFS("../content")
		b.ReportAllocs()
		for b.Loop() {
			kb.Load(fsys, nil)
		}
	})
	for _, size := range [][2]int{{150, 100}, {5000, 1}} {
		files := large(size[0], size[1])
		b.Run(fmt.Sprintf("minimal %dx%d", size[0], size[1]), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				kb.Load(files, nil)
			}
		})
	}
}

var sink prose.Doc

func BenchmarkRender(b *testing.B) {
	lib, _ := kb.Load(good(b), nil)
	a := lib.Article("bi-test")
	for name, on := range map[string]string{"ready": "2026-11-24", "stale": "2028-01-01"} {
		d := day(b, on)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink = lib.Render(a, ar, d).Body
			}
		})
	}
}
