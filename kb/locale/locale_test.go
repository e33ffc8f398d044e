package locale_test

import (
	"slices"
	"testing"

	"golang.org/x/text/language"

	"wegwijzer/kb/locale"
)

func TestParseTag(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"nl": "nl", "EN_us": "en-US", "iw": "he", "zh-Hant-TW": "zh-Hant-TW", "prs": "prs", "x-klingon": "x-klingon"} {
		if got, err := locale.ParseTag(s); err != nil || got.String() != want {
			t.Errorf("ParseTag(%q) = %v, %v, want %s", s, got, err, want)
		}
	}
	for _, s := range []string{"", "not a tag", "xx", "nl-", "english"} {
		if got, err := locale.ParseTag(s); err == nil {
			t.Errorf("ParseTag(%q) = %v without an error", s, got)
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		tag, name, script string
		direction         locale.Direction
	}{
		{"nl", "Nederlands", "Latn", locale.LeftToRight},
		{"ar", "العربية", "Arab", locale.RightToLeft},
		{"ckb", "کوردیی ناوەندی", "Arab", locale.RightToLeft},
		{"ti", "ትግርኛ", "Ethi", locale.LeftToRight},
		{"he", "עברית", "Hebr", locale.RightToLeft},
		{"dv", "dv", "Thaa", locale.RightToLeft},
		{"uz-Arab", "اوزبیک", "Arab", locale.RightToLeft},
	} {
		got := locale.Describe(language.MustParse(tt.tag))
		if got.Name != tt.name || got.Script != tt.script || got.Direction != tt.direction {
			t.Errorf("Describe(%s) = %+v, want %s in %s, %s", tt.tag, got, tt.name, tt.script, tt.direction)
		}
	}
}

func TestRegionName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ tag, country, want string }{
		{"nl", "SY", "Syrië"}, {"ar", "SY", "سوريا"}, {"ti", "ER", "ኤርትራ"}, {"uk", "UA", "Україна"}, {"en", "??", ""}, {"x-klingon", "SY", ""},
	} {
		if got, ok := locale.RegionName(language.MustParse(tt.tag), tt.country); got != tt.want || ok != (tt.want != "") {
			t.Errorf("RegionName(%s, %s) = %q, %v, want %q", tt.tag, tt.country, got, ok, tt.want)
		}
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	regions := locale.Regions()
	for _, code := range []string{"SY", "NO", "NL", "XK", "PS", "SS"} {
		if !slices.Contains(regions, code) {
			t.Errorf("Regions() lacks %s", code)
		}
	}
	for _, code := range []string{"SU", "YU", "EU", "UN", "ZZ", "XA", "sy"} {
		if slices.Contains(regions, code) {
			t.Errorf("Regions() has %s, which is no country", code)
		}
	}
	if len(regions) < 240 || len(regions) > 260 || !slices.IsSorted(regions) {
		t.Errorf("Regions() gives %d codes, want the 250 or so of ISO 3166-1 in order", len(regions))
	}
}

func TestPluralOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		tag  string
		n    float64
		want locale.Plural
	}{
		{"nl", 1, locale.One}, {"nl", 0, locale.Other}, {"nl", 1.5, locale.Other}, {"nl", -1, locale.One},
		{"ar", 0, locale.Zero}, {"ar", 1, locale.One}, {"ar", 2, locale.Two}, {"ar", 8, locale.Few}, {"ar", 11, locale.Many}, {"ar", 100, locale.Other},
		{"uk", 1, locale.One}, {"uk", 21, locale.One}, {"uk", 3, locale.Few}, {"uk", 12, locale.Many}, {"uk", 2.5, locale.Other},
		{"fr", 0, locale.One}, {"fr", 1.5, locale.One}, {"fa", 0, locale.One}, {"ti", 1, locale.One}, {"tr", 2, locale.Other},
		{"ru", 1000000000001, locale.One}, {"en", 0.99999, locale.One},
	} {
		if got := locale.PluralOf(language.MustParse(tt.tag), tt.n); got != tt.want {
			t.Errorf("PluralOf(%s, %v) = %s, want %s", tt.tag, tt.n, got, tt.want)
		}
	}
}

func TestPluralForms(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string][]locale.Plural{
		"nl": {locale.One, locale.Other}, "tr": {locale.One, locale.Other}, "zh": {locale.Other}, "fr": {locale.One, locale.Other},
		"uk": {locale.One, locale.Few, locale.Many, locale.Other},
		"ar": {locale.Zero, locale.One, locale.Two, locale.Few, locale.Many, locale.Other},
	} {
		if got := locale.PluralForms(language.MustParse(tag)); !slices.Equal(got, want) {
			t.Errorf("PluralForms(%s) = %v, want %v", tag, got, want)
		}
	}
}
