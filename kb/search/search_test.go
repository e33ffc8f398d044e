package search_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.uber.org/goleak"
	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/fold"
	"wegwijzer/kb/search"
)

// bleve starts its analysis workers when it is imported, one pool for the process; all other goroutines are ours to end.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker"))
}

func index(t testing.TB, files map[string]string) *search.Index {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	lib, faults := kb.Load(fsys, nil)
	if kb.HasErrors(faults) {
		t.Fatal(faults)
	}
	x, err := search.New(t.Context(), lib)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

var pages = map[string]string{
	"articles/permit/nl.md":  "---\ntitle: De werkvergunning\nquestions: [mag ik werken]\n---\nUw werkgever vraagt de tewerkstellingsvergunning aan.\n",
	"articles/permit/uk.md":  "---\ntitle: Дозвіл на роботу\nquestions: [чи можна мені працювати]\n---\nРоботодавець просить дозволу.\n",
	"articles/permit/ti.md":  "---\ntitle: ፍቓድ ስራሕ\nquestions: [ክሰርሕ እኽእል ዶ]\n---\nኣስራሒ ፍቓድ ይሓትት።\n",
	"articles/permit/so.md":  "---\ntitle: Ogolaanshaha shaqada\nquestions: [ma shaqayn karaa]\n---\nShaqo bixiyaha ayaa codsada.\n",
	"articles/exam/nl.md":    "---\ntitle: De toets\nquestions: [wat kost de BI-toets]\n---\nDe toets kost geld.\n",
	"articles/exam/uk.md":    "---\ntitle: Іспит\nquestions: [скільки коштує іспит]\n---\nІспит коштує грошей.\n",
	"articles/exam/ti.md":    "---\ntitle: ፈተና\nquestions: [ፈተና ክንደይ ይኽፈሎ]\n---\nፈተና ገንዘብ ይሓትት።\n",
	"articles/exam/so.md":    "---\ntitle: Imtixaanka\nquestions: [imtixaanka waa immisa]\n---\nLacag ayaa lagu bixiyaa.\n",
	"articles/exam/ar.md":    "---\ntitle: امتحان BI-toets\nquestions: [كم يكلف الامتحان]\n---\nالامتحان له رسوم.\n",
	"articles/permit/prs.md": "---\ntitle: اجازه کار\nquestions: [آیا می\u200cتوانم کار کنم]\n---\nکارفرما اجازه می\u200cگیرد.\n",
}

func TestSearch(t *testing.T) {
	t.Parallel()
	x := index(t, pages)
	for _, test := range []struct {
		name, text, tag string
		parts           search.Fields
		want            kb.ArticleID
	}{
		{"word", "werkvergunning", "nl", search.All, "permit"},
		{"part of a compound", "vergunning", "nl", search.All, "permit"},
		{"case ending, our stemmer", "дозволом на роботі", "uk", search.All, "permit"},
		{"plural of ti", "ፈተናታት", "ti", search.All, "exam"},
		{"article of so", "imtixaan", "so", search.All, "exam"},
		{"homophone", "ፍቃድ ሥራሕ", "ti", search.All, "permit"},
		{"dutch words in arabic", "وين BI-toets", "ar", search.All, "exam"},
		{"another language than the text", "toets", "fr", search.All, "exam"},
		{"unknown language", "іспит", "und", search.All, "exam"},
		{"joiner left out", "میتوانم کار کنم", "fa", search.All, "permit"},
		{"title only", "geld", "nl", search.Titles, ""},
		{"body only", "geld", "nl", search.Bodies, "exam"},
		{"nothing", "", "nl", search.All, ""},
		{"operators are words", `+title:toets -"werk*" ~ ^ \`, "nl", search.All, "exam"},
		{"noise", "qqq", "nl", search.All, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hits, err := x.Search(t.Context(), fold.Text(test.text), language.MustParse(test.tag), test.parts, 3)
			if err != nil {
				t.Fatal(err)
			}
			var got kb.ArticleID
			if len(hits) > 0 {
				got = hits[0].Article
			}
			if got != test.want {
				t.Errorf("got %v, want %q", hits, test.want)
			}
		})
	}
}

func TestSecondIndexInOneProcess(t *testing.T) {
	t.Parallel()
	a, b := index(t, pages), index(t, map[string]string{"articles/other/de.md": "---\ntitle: Das Wetter\n---\nRegen.\n"})
	for _, x := range []struct {
		index *search.Index
		text  string
		want  int
	}{{a, "wetter", 0}, {b, "wetter", 1}, {b, "toets", 0}} {
		hits, err := x.index.Search(t.Context(), x.text, language.German, search.Titles, 3)
		if err != nil || len(hits) != x.want {
			t.Errorf("%q: %v, %v, want %d hits", x.text, hits, err, x.want)
		}
	}
}

func TestLongQuestionIsBounded(t *testing.T) {
	t.Parallel()
	x := index(t, pages)
	many, err := x.Search(t.Context(), strings.Repeat("toets werk ", 10_000), language.Dutch, search.All, 1)
	if err != nil || len(many) != 1 {
		t.Errorf("a long question: %v, %v, want one hit", many, err)
	}
}

func BenchmarkSearch(b *testing.B) {
	x := index(b, pages)
	for name, text := range map[string]string{"short": "wat kost de bi toets", "worst": fold.Text(strings.Repeat("toets werkgever vergunning geld ", 130))} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.Search(b.Context(), text, language.Dutch, search.All, 12); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// An index that was built in a folder finds what one in memory finds.
func TestBuildAndOpen(t *testing.T) {
	t.Parallel()
	lib, faults := kb.Load(os.DirFS("../../content"), nil)
	if kb.HasErrors(faults) {
		t.Fatal(faults)
	}
	inMemory, err := search.New(t.Context(), lib)
	if err != nil {
		t.Fatal(err)
	}
	defer inMemory.Close()
	dir := t.TempDir()
	if err := search.Build(t.Context(), lib, dir); err != nil {
		t.Fatal(err)
	}
	for range 2 { // several may have it open
		kept, err := search.Open(lib, dir)
		if err != nil {
			t.Fatal(err)
		}
		defer kept.Close()
		for _, a := range lib.Articles() {
			for tag, text := range a.Texts {
				folded := fold.Text(text.Title)
				want, err := inMemory.Search(t.Context(), folded, tag, search.All, 5)
				if err != nil {
					t.Fatal(err)
				}
				got, err := kept.Search(t.Context(), folded, tag, search.All, 5)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s in %s: %v, in memory %v", a.ID, tag, got, want)
				}
			}
		}
	}
	if _, err := search.Open(lib, t.TempDir()); err == nil {
		t.Error("an empty folder opens as an index")
	}
}
