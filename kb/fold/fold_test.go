package fold_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"wegwijzer/kb/fold"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"case", "BIG-Register", "big-register"},
		{"turkish dotted capital", "İZİN İŞ", "izin is"},
		{"turkish dotless", "ılık ISPARTA", "ilik isparta"},
		{"arabic alefs, yeh and teh marbuta", "أ إ آ ٱ ى ة", "ا ا ا ا ي ه"},
		{"arabic vowel marks and tatweel", "مُمَرِّضـــة", "ممرضه"},
		{"persian kaf and yeh", "کاری", "كاري"},
		{"persian joiner", "می\u200cخواهم", "ميخواهم"},
		{"pashto", "ګې", "گي"},
		{"sorani", "کوێ", "كوي"},
		{"digits", "۱۲ ١٢ १२ 12", "12 12 12 12"},
		{"ethiopic numerals", "፩፪", "12"},
		{"ethiopic homophones", "ሐኀሃ ሠ ዐኣ ፀ", "ሀሀ ሰ አአ ጸ"},
		{"russian yo and stress", "ещё за́мок й", "еще замок й"},
		{"ukrainian keeps its letters", "Їжак ґанок", "їжак ганок"},
		{"apostrophes", "don’t п’ять п'ять `hi´", "dont пять пять hi"},
		{"elision", "L’école qu'elle", "l ecole qu elle"},
		{"diacritics", "Ñandú café Straße", "nandu cafe strasse"},
		{"letters held down", "heeeelp", "heelp"},
		{"digits held down", "1000 111", "1000 111"},
		{"bidi controls", "\u202bBIG\u202c \u2068x\u2069", "big x"},
		{"white space", "  a \t\n\u00a0 b ", "a b"},
		{"nul and broken utf-8", "a\x00b\xff\xfec", "a b c"},
		{"width", "ＢＩＧ", "big"},
		{"hindi keeps its vowels", "हिन्दी", "हिन्दी"},
		{"japanese voicing", "ガギ", "ガギ"},
		{"only marks", "\u0301\u064b", ""},
		{"nothing", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := fold.Text(test.in); got != test.want {
				t.Errorf("Text(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestLettersKeepsWhatTellsLanguages(t *testing.T) {
	t.Parallel()
	got := fold.Letters("Ü ې ێ Ї ኣ ١ Ё")
	if want := "ü ې ێ ї ኣ 1 ё"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   string
		want []string
	}{
		{"bi-toets, b2+ nodig?", []string{"bi", "toets", "b2+", "nodig"}},
		{"2+2", []string{"2", "2"}},
		{"看護師 a", []string{"看", "護", "師", "a"}},
		{"हिन्दी", []string{"हिन्दी"}},
		{"ሰላም፡ዓለም", []string{"ሰላም", "ዓለም"}},
		{" …!", nil},
	} {
		if got := slices.Collect(fold.Words(test.in)); !slices.Equal(got, test.want) {
			t.Errorf("Words(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

// laws hold for every text that anybody can send.
func laws(t interface{ Errorf(string, ...any) }, s string) {
	got := fold.Text(s)
	if again := fold.Text(got); again != got {
		t.Errorf("Text(%q) = %q, folded again %q", s, got, again)
	}
	if !utf8.ValidString(got) || strings.TrimSpace(got) != got {
		t.Errorf("Text(%q) = %q: broken UTF-8 or blanks at the ends", s, got)
	}
	marked := "\u2067" + strings.ReplaceAll(s, " ", " \u200f") + "\u2069"
	if utf8.ValidString(s) && fold.Text(marked) != got {
		t.Errorf("bidi marks change Text(%q): %q, want %q", s, fold.Text(marked), got)
	}
	letters := fold.Letters(s)
	if again := fold.Letters(letters); again != letters {
		t.Errorf("Letters(%q) = %q, again %q", s, letters, again)
	}
	for word := range fold.Words(got) {
		if word == "" || !strings.Contains(got, word) {
			t.Errorf("Words of %q yields %q", got, word)
		}
	}
}

func TestLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { laws(t, rapid.String().Draw(t, "text")) })
}

func TestCaseOfEnglishTurkishRussianAndGreekIsIgnored(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-zçğıöşüа-яєіїα-ως ]{0,40}`).Draw(t, "text")
		if got, want := fold.Text(strings.ToUpper(s)), fold.Text(s); got != want {
			t.Errorf("upper case gives %q, want %q", got, want)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"İş", "ﷺ", "e\u0301", "l'l'a", "\xff\x00", "ﬃ'ﬃ", "ᾳ̈", "ཱི", "﷽'''", "ǰ̌Ǆ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) { laws(t, s) })
}

func BenchmarkText(b *testing.B) {
	for name, text := range map[string]string{
		"ascii":  "how much does the big exam cost for nurses",
		"arabic": "كم يكلّف امتحان BIG للممرّضين؟",
		"worst":  strings.Repeat("ﷺ\u0301é'", 1024),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				fold.Text(text)
			}
		})
	}
}
