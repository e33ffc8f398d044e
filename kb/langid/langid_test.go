package langid_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"wegwijzer/kb/langid"
)

func identifier(t testing.TB) *langid.Identifier {
	t.Helper()
	id, err := langid.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	id := identifier(t)
	for _, test := range []struct{ text, hint, want string }{
		{"hoeveel kost het examen", "", "nl"},
		{"how much does the exam cost", "", "en"},
		{"combien coûte l’examen", "", "fr"},
		{"cuánto cuesta el examen", "", "es"},
		{"sınav ne kadar", "", "tr"},
		{"SINAV İÇİN NE KADAR BEKLEYECEĞİM", "", "tr"},
		{"imtixaanku waa immisa", "", "so"},
		{"ez hemşîre me û dixwazim kar bikim", "", "kmr"},
		{"wie lange muss ich warten", "", "de"},
		{"ile kosztuje egzamin", "", "pl"},
		{"сколько стоит экзамен", "", "ru"},
		{"скільки коштує іспит", "", "uk"},
		{"كم يكلف امتحان BIG للممرضين؟", "", "ar"},
		{"امتحان چقدر هزینه دارد", "", "fa"},
		{"امتحان چند است داکتر صاحب", "prs", "fa"},
		{"امتحان چقدر هزينه دارد ممنون كه كمك مي\u200cكنيد", "", "fa"}, // on an Arabic keyboard
		{"د ازموینې لګښت څومره دی", "", "ps"},
		{"تاقیکردنەوەکە بە چەندە", "", "ckb"},
		{"امتحان کی فیس کتنی ہے", "", "ur"},
		{"እቲ ፈተና ክንደይ ይኽፈሎ", "", "ti"},
		{"ፈተናው ስንት ያስከፍላል", "", "am"},
		{"ana mumarrida min souria w bidi eshteghel", "", "ar"},
		{"skolko stoit ekzamen dlya medsestry", "", "ru"},
		{"मुझे काम चाहिए", "", "hi"},
		{"看護師として働きたいです", "", "ja"},
		{"我是护士", "", "zh"},
		{"12345 😀", "nl", "und"},
		{"", "ar", "und"},
		{"diploma", "nl", "nl"}, // the hint settles one word
		{"diploma", "es", "es"}, //
		{"спасибо", "ar", "ru"}, // but overrules no script
		{"مرحبا", "nl", "ar"},   //
		{"thank you very much for your help", "nl", "en"},
	} {
		hint := language.Und
		if test.hint != "" {
			hint = language.MustParse(test.hint)
		}
		got, sure := id.Identify(test.text, hint)
		if got.String() != test.want && !(test.want == "kmr" && got.String() == "ku") {
			t.Errorf("Identify(%q, %s) = %s, want %s", test.text, test.hint, got, test.want)
		}
		if sure < 0 || sure > 1 || (got == language.Und) != (sure == 0) {
			t.Errorf("Identify(%q) is sure by %v of %s", test.text, sure, got)
		}
	}
}

func TestContentTeachesALanguageWithoutProfile(t *testing.T) {
	t.Parallel()
	id, err := langid.New(map[language.Tag][]string{language.Swahili: {
		"mimi ni muuguzi na nataka kufanya kazi hospitalini", "mtihani unagharimu kiasi gani", "ninahitaji kusubiri muda gani"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := id.Identify("nataka kazi hospitalini", language.Und); got != language.Swahili {
		t.Errorf("got %s, want sw", got)
	}
}

// TestPublicSets measures on sets outside the repository: WEGWIJZER_BENCH_DATA names a folder with lid-*/test.jsonl,
// lines of {"text","gold"}.
func TestPublicSets(t *testing.T) {
	folder := os.Getenv("WEGWIJZER_BENCH_DATA")
	if folder == "" {
		t.Skip("WEGWIJZER_BENCH_DATA names no folder with public sets")
	}
	names, err := filepath.Glob(filepath.Join(folder, "lid-*", "test.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	id := identifier(t)
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		right, all := map[string]int{}, map[string]int{}
		for scanner := bufio.NewScanner(f); scanner.Scan(); {
			var line struct{ Text, Gold string }
			if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
				t.Fatal(err)
			}
			want := language.MustParse(line.Gold).String()
			if want == "prs" || want == "fa-AF" {
				want = "fa"
			}
			for _, key := range []string{line.Gold, "all"} {
				all[key]++
				if got, _ := id.Identify(line.Text, language.Und); got.String() == want {
					right[key]++
				}
			}
		}
		f.Close()
		for key, n := range all {
			t.Logf("%s %-4s %6.2f %% of %d", filepath.Base(filepath.Dir(name)), key, 100*float64(right[key])/float64(n), n)
		}
	}
}

func FuzzIdentify(f *testing.F) {
	for _, seed := range []string{"\xff\x00", "ﷺ", "İş", "ې", "a\u0301", "๏", "𝒽𝑒𝓁𝓁𝑜"} {
		f.Add(seed)
	}
	id := identifier(f)
	f.Fuzz(func(t *testing.T, text string) {
		tag, sure := id.Identify(text, language.Dutch)
		if again, sureAgain := id.Identify(text, language.Dutch); again != tag || sureAgain != sure {
			t.Errorf("Identify(%q) is %s, then %s", text, tag, again)
		}
		if sure < 0 || sure > 1 {
			t.Errorf("Identify(%q) is sure by %v", text, sure)
		}
	})
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := langid.New(nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIdentify(b *testing.B) {
	id := identifier(b)
	for name, text := range map[string]string{
		"english": "how much does the big exam cost for nurses",
		"arabic":  "كم يكلف امتحان BIG للممرضين؟",
		"worst":   strings.Repeat("ዘይተፈልጠ ", 600),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				id.Identify(text, language.Und)
			}
		})
	}
}
