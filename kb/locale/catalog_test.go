package locale_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"wegwijzer/kb/locale"
)

var (
	nl = language.Dutch
	en = language.English
	ar = language.Arabic
	fa = language.Persian
	ti = language.MustParse("ti")
)

func say(text string) locale.Sentence { return locale.Sentence{locale.Other: text} }

// catalog speaks nl, en and ar, has texts in fa and ti as well, and falls back from ti to en.
func catalog() *locale.Catalog {
	langs := []locale.Language{locale.Describe(nl), locale.Describe(en), locale.Describe(ar), locale.Describe(fa), locale.Describe(ti)}
	langs[4].Fallback = []language.Tag{en}
	months := func(names string) map[string]locale.Sentence {
		m := map[string]locale.Sentence{}
		for i, name := range strings.Fields(names) {
			m[fmt.Sprintf("date.month.%d", i+1)] = say(name)
		}
		return m
	}
	with := func(m map[string]locale.Sentence, more map[string]locale.Sentence) locale.Interface {
		for key, s := range more {
			m[key] = s
		}
		return locale.Interface{Commands: map[string][]string{"plan": {m["date.month.1"][locale.Other]}}, Sentences: m}
	}
	ui := map[language.Tag]locale.Interface{
		nl: with(months("januari februari maart april mei juni juli augustus september oktober november december"), map[string]locale.Sentence{
			"unit.range": say("{min} tot {max}"), "money.EUR": say("€ {amount}"), "date.full": say("{day} {month} {year}"), "date.month-year": say("{month} {year}"),
			"unit.weeks": {locale.One: "{n} week", locale.Other: "{n} weken"}, "unit.months": {locale.One: "{n} maand", locale.Other: "{n} maanden"},
			"only.nl": say("alleen hier"), "hello": say("dag {who}, {what}"),
		}),
		en: with(months("January February March April May June July August September October November December"), map[string]locale.Sentence{
			"unit.range": say("{min} to {max}"), "money.EUR": say("€{amount}"), "date.full": say("{day} {month} {year}"), "date.month-year": say("{month} {year}"),
			"unit.weeks": {locale.One: "{n} week", locale.Other: "{n} weeks"}, "steps": {locale.One: "{n} step", locale.Other: "{n} steps"},
		}),
		ar: with(months("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"), map[string]locale.Sentence{
			"unit.range": say("{min} إلى {max}"), "money.EUR": say("{amount} يورو"), "date.full": say("{day} {month} {year}"), "date.month-year": say("{month} {year}"),
			"unit.weeks": {locale.Zero: "{n} أسبوع", locale.One: "أسبوع واحد", locale.Two: "أسبوعين", locale.Few: "{n} أسابيع", locale.Many: "{n} أسبوعاً", locale.Other: "{n} أسبوع"},
			"hello":      say("مرحبا {who}"),
		}),
	}
	return locale.NewCatalog(nl, langs, ui)
}

// bare takes the isolates out, where a test is about words.
func bare(s string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s) }

func TestChain(t *testing.T) {
	t.Parallel()
	c := catalog()
	for tag, want := range map[string][]language.Tag{
		"nl": {nl}, "ar": {ar, nl}, "ti": {ti, en, nl}, "en-GB": {en, nl}, "prs": {fa, nl}, "ja": {nl}, "und": {nl},
	} {
		if got := c.Chain(language.MustParse(tag)); !slices.Equal(got, want) {
			t.Errorf("Chain(%s) = %v, want %v", tag, got, want)
		}
	}
	if got := locale.NewCatalog(language.Und, []locale.Language{locale.Describe(en), locale.Describe(ar)}, nil).Chain(nl); len(got) > 0 {
		t.Errorf("Chain(nl) in content without a source language that lacks nl = %v, want none", got)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	langs := []locale.Language{}
	for _, tag := range []string{"nl", "en", "ar", "fa", "tr", "ru", "uk"} {
		langs = append(langs, locale.Describe(language.MustParse(tag)))
	}
	c := locale.NewCatalog(nl, langs, nil)
	for tag, want := range map[string]string{
		"nl-BE": "nl", "en-US": "en", "ar-SY": "ar", "arb": "ar", "prs": "fa", "fa-AF": "fa", "pes": "fa", "uk-Cyrl": "uk",
		"ku": "", "kmr": "", "be": "", "ur": "", "ja": "", "und": "", "ckb": "", "sr-Latn": "", "tr-Arab": "", "x-tr": "",
	} {
		got, ok := c.Match(language.MustParse(tag))
		if ok != (want != "") || ok && got.Tag.String() != want {
			t.Errorf("Match(%s) = %v, %v, want %q", tag, got.Tag, ok, want)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	c := catalog()
	for _, tt := range []struct {
		name string
		tag  language.Tag
		key  string
		args locale.Args
		want string
	}{
		{"plain", nl, "only.nl", nil, "alleen hier"},
		{"falls back to the source language", ar, "only.nl", nil, "alleen hier"},
		{"falls back along the chain", ti, "steps", locale.Args{"n": 1}, "1 step"},
		{"a variant of a language", language.BritishEnglish, "steps", locale.Args{"n": 2}, "2 steps"},
		{"a language without sentences", language.Japanese, "only.nl", nil, "alleen hier"},
		{"a language that nobody falls back from", language.Japanese, "steps", locale.Args{"n": 2}, "2 steps"},
		{"plural", en, "steps", locale.Args{"n": 1200}, "1,200 steps"},
		{"no number for a plural", en, "steps", nil, "{n} steps"},
		{"unknown key", nl, "no.such", locale.Args{"n": 1}, "no.such"},
		{"arguments are not read as sentences", nl, "hello", locale.Args{"who": "{what}", "what": 3.5}, "dag {what}, 3,5"},
		{"missing argument", nl, "hello", locale.Args{"who": "Ada"}, "dag Ada, {what}"},
		{"an argument in a right-to-left sentence is isolated", ar, "hello", locale.Args{"who": "070 340"}, "مرحبا \u2068070 340\u2069"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := c.Sentence(tt.tag, tt.key, tt.args); got != tt.want {
				t.Errorf("Sentence(%s, %s, %v) = %q, want %q", tt.tag, tt.key, tt.args, got, tt.want)
			}
		})
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	c := catalog()
	for tag, want := range map[language.Tag]string{nl: "januari", ti: "January", fa: "januari"} {
		if diff := cmp.Diff(map[string][]string{"plan": {want}}, c.Commands(tag)); diff != "" {
			t.Errorf("Commands(%s) (-want +got):\n%s", tag, diff)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	c := catalog()
	none := locale.NewCatalog(language.Und, []locale.Language{locale.Describe(en)}, nil)
	day := time.Date(2026, 6, 12, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ name, got, want string }{
		{"number nl", c.Number(nl, 1700, 1700), "1.700"},
		{"number en", c.Number(en, 1234567.5, 1234567.5), "1,234,567.5"},
		{"number ar has Latin digits", c.Number(ar, 1700, 1700), "1,700"},
		{"number fr groups with a space", c.Number(language.French, 1700, 1700), "1\u00a0700"},
		{"range of numbers", c.Number(nl, 1, 3), "1 tot 3"},
		{"percent nl", c.Percent(nl, 15, 15), "15%"},
		{"percent tr", c.Percent(language.Turkish, 15, 15), "%15"},
		{"percent ar has no marks of direction but isolates", c.Percent(ar, 2.5, 2.5), "2.5%"},
		{"percent is no binary fraction", c.Percent(en, 0.1+0.2, 0.1+0.2), "0.3%"},
		{"money nl", c.Money(nl, 1700, 1700, "EUR"), "€ 1.700"},
		{"money en", c.Money(en, 1700, 1700, "EUR"), "€1,700"},
		{"money ar", c.Money(ar, 1700, 1700, "EUR"), "1,700 يورو"},
		{"money with cents", c.Money(nl, 85.5, 85.5, "EUR"), "€ 85,50"},
		{"range of money", c.Money(nl, 100, 200, "EUR"), "€ 100 tot € 200"},
		{"money of a currency without a sentence", c.Money(nl, 1700, 1700, "SYP"), "SYP 1.700"},
		{"money in a language without sentences", c.Money(language.Japanese, 5, 5, "EUR"), "€ 5"},
		{"duration nl", c.Duration(nl, 1, 1, "weeks"), "1 week"},
		{"duration nl many", c.Duration(nl, 6, 6, "months"), "6 maanden"},
		{"duration range nl", c.Duration(nl, 3, 8, "weeks"), "3 tot 8 weken"},
		{"duration ar dual names the number itself", c.Duration(ar, 2, 2, "weeks"), "أسبوعين"},
		{"duration ar few", c.Duration(ar, 3, 8, "weeks"), "3 إلى 8 أسابيع"},
		{"duration ar many", c.Duration(ar, 6, 12, "weeks"), "6 إلى 12 أسبوعاً"},
		{"duration ar range that ends in a dual", c.Duration(ar, 1, 2, "weeks"), "أسبوع واحد إلى أسبوعين"},
		{"duration from a fallback", c.Duration(ti, 2, 2, "weeks"), "2 weeks"},
		{"duration without a sentence", c.Duration(nl, 2, 2, "hours"), "2 hours"},
		{"day nl", c.Date(nl, day, 3), "12 juni 2026"},
		{"month en", c.Date(en, day, 2), "June 2026"},
		{"year", c.Date(nl, day, 1), "2026"},
		{"day ar", c.Date(ar, day, 3), "12 يونيو 2026"},
		{"no sentences: number", none.Number(en, 3, 8), "3–8"},
		{"no sentences: money", none.Money(en, 400, 400, "EUR"), "EUR 400"},
		{"no sentences: duration", none.Duration(en, 3, 8, "weeks"), "3–8 weeks"},
		{"no sentences: day", none.Date(en, day, 3), "2026-06-12"},
		{"no sentences: month", none.Date(en, day, 2), "2026-06"},
		{"list", c.List(nl, []string{"a", "b"}), "a, b"},
		{"list ar", c.List(ar, []string{"a", "b"}), "a، b"},
		{"list ti", c.List(ti, []string{"a", "b"}), "a፣ b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := bare(tt.got); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestKeysAreAsked(t *testing.T) {
	t.Parallel()
	c := catalog()
	for _, key := range locale.Keys() {
		if strings.HasPrefix(key, "date.") || key == "unit.range" || key == "money.EUR" {
			if !c.Has(nl, key) {
				t.Errorf("Keys names %s, which the sentences of these tests do without", key)
			}
		}
	}
	if n := len(locale.Keys()); n != 4+len(locale.Units())+12 {
		t.Errorf("Keys() has %d keys", n)
	}
}

func TestIsolate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"no run", "مرحبا", "مرحبا"},
		{"phone", "اتصل 070 340 6600.", "اتصل ⟨070 340 6600⟩."},
		{"range", "من 3-8 أسابيع", "من ⟨3-8⟩ أسابيع"},
		{"level", "مستوى B2+ مطلوب", "مستوى ⟨B2+⟩ مطلوب"},
		{"money", "(€ 85)", "(€ ⟨85⟩)"},
		{"money without a space", "€85 الآن", "⟨€85⟩ الآن"},
		{"percent", "15% فقط", "⟨15%⟩ فقط"},
		{"brackets inside a run", "ختم (BIG-register (CIBG)) هنا", "ختم (⟨BIG-register (CIBG)⟩) هنا"},
		{"bracket of the sentence", "هو CIBG)", "هو ⟨CIBG⟩)"},
		{"words of one run", "verklaring van vakbekwaamheid", "⟨verklaring van vakbekwaamheid⟩"},
		{"lines apart", "a\nb", "⟨a⟩\n⟨b⟩"},
		{"isolated already", "\u20687\u2069 و 8", "⟨7⟩ و ⟨8⟩"},
		{"an isolate that never ends", "\u20667 و 8", "\u20667 و 8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := strings.NewReplacer("\u2068", "⟨", "\u2069", "⟩").Replace(locale.Isolate(tt.in))
			if got != tt.want {
				t.Errorf("Isolate(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// isolateLaws: Isolate adds isolates and changes nothing else, opens as many as it closes, and does nothing twice.
func isolateLaws(t *rapid.T) {
	pieces := rapid.SliceOf(rapid.OneOf(rapid.SampledFrom([]string{"مرحبا", " ", "070", "B2+", "(", ")", "€", "-", "\n", "א", "ለ", "%", ".", "\u2068x\u2069"}), rapid.String()))
	s := strings.Map(func(r rune) rune {
		if r == '\u2066' || r == '\u2067' {
			return -1
		}
		return r
	}, strings.Join(pieces.Draw(t, "pieces"), ""))
	once := locale.Isolate(s)
	if bare(once) != bare(s) {
		t.Fatalf("Isolate(%q) = %q changes more than isolates", s, once)
	}
	if strings.Count(s, "\u2068") == strings.Count(s, "\u2069") && strings.Count(once, "\u2068") != strings.Count(once, "\u2069") {
		t.Fatalf("Isolate(%q) = %q does not close what it opens", s, once)
	}
	if twice := locale.Isolate(once); twice != once {
		t.Fatalf("Isolate of its own result %q gives %q", once, twice)
	}
}

func TestIsolateLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, isolateLaws)
}

func FuzzIsolate(f *testing.F) { f.Fuzz(rapid.MakeFuzz(isolateLaws)) }

func BenchmarkSentence(b *testing.B) {
	c := catalog()
	b.ReportAllocs()
	for b.Loop() {
		c.Sentence(ar, "hello", locale.Args{"who": "Ada", "n": 3})
	}
}

func BenchmarkMoney(b *testing.B) {
	c := catalog()
	b.ReportAllocs()
	for b.Loop() {
		c.Money(ar, 100, 200, "EUR")
	}
}
