package kb_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wegwijzer/kb"
	"wegwijzer/kb/locale"
)

func TestParseValue(t *testing.T) {
	t.Parallel()
	june := time.Date(2026, 6, 12, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		kind kb.FactKind
		in   string
		want kb.Value
	}{
		{kb.Money, "400 EUR", kb.Value{Min: 400, Max: 400, Currency: "EUR"}},
		{kb.Money, "85.50-100 EUR", kb.Value{Min: 85.5, Max: 100, Currency: "EUR"}},
		{kb.Number, "1-3", kb.Value{Min: 1, Max: 3}},
		{kb.Percent, "2.5", kb.Value{Min: 2.5, Max: 2.5}},
		{kb.Duration, "1 month", kb.Value{Min: 1, Max: 1, Unit: "months"}},
		{kb.Duration, "3-8 weeks", kb.Value{Min: 3, Max: 8, Unit: "weeks"}},
		{kb.Duration, "0 days", kb.Value{Unit: "days"}},
		{kb.Duration, "2 working-days", kb.Value{Min: 2, Max: 2, Unit: "working-days"}},
		{kb.Date, "2026-06-12", kb.Value{Date: june, DateHas: 3}},
		{kb.Date, "2027-03", kb.Value{Date: time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC), DateHas: 2}},
		{kb.Date, "2024", kb.Value{Date: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), DateHas: 1}},
		{kb.Phone, "+31 (0)70 340-6600", kb.Value{}},
		{kb.URL, "https://example.org/a?b=c", kb.Value{}},
		{kb.Email, "desk@example.org", kb.Value{}},
		{kb.Address, "Wijnhaven 16, Den Haag", kb.Value{}},
		{kb.Term, "B2+", kb.Value{}},
	} {
		tt.want.Text = tt.in
		if got, err := kb.ParseValue(tt.kind, tt.in); err != nil || got != tt.want {
			t.Errorf("ParseValue(%s, %q) = %+v, %v, want %+v", tt.kind, tt.in, got, err, tt.want)
		}
	}
}

func TestParseValueRefuses(t *testing.T) {
	t.Parallel()
	for kind, values := range map[kb.FactKind][]string{
		kb.Money:    {"", "400", "€ 400", "400 EURO", "400 eur", "400  EUR", "200-100 EUR", "1.700,00 EUR", "-5 EUR", "ZZZ EUR"},
		kb.Number:   {"", "eleven", "1 2", "1,5", "3-1", "1e3", " 1", "1 ", "1\n"},
		kb.Percent:  {"15%", "fifteen"},
		kb.Duration: {"6", "6 moons", "six months", "6months", "8-3 weeks"},
		kb.Date:     {"12-06-2026", "2026-6-12", "2026-13", "June 2026", "26", "2026-02-30"},
		kb.Phone:    {"12", "call us", "070x340"},
		kb.URL:      {"example.org", "http://example.org", "https://", "https://example.org/a b", "https://x/{{y}}"},
		kb.Email:    {"desk", "Desk <desk@example.org>"},
		kb.Address:  {"", " x", "a\nb"},
		kb.Term:     {""},
		"mony":      {"400 EUR"},
	} {
		for _, in := range values {
			if got, err := kb.ParseValue(kind, in); err == nil || err.Error() == "" {
				t.Errorf("ParseValue(%s, %q) = %+v without an error", kind, in, got)
			}
		}
	}
}

// valueLaws: what ParseValue reads, String writes so that ParseValue reads it as the same again.
func valueLaws(t *rapid.T) {
	kind := rapid.SampledFrom(kb.Kinds()).Draw(t, "kind")
	number := rapid.StringMatching(`[0-9]{1,6}(\.[0-9]{1,2})?(-[0-9]{1,6})?`)
	in := rapid.OneOf(
		rapid.String(), number,
		rapid.Custom(func(t *rapid.T) string {
			return number.Draw(t, "n") + " " + rapid.SampledFrom(append(locale.Units(), "EUR", "month", "SYP")).Draw(t, "unit")
		}),
		rapid.StringMatching(`[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?`),
		rapid.SampledFrom([]string{"https://example.org", "070 340 6600", "a@b.nl", "B2+"}),
	).Draw(t, "in")
	first, err := kb.ParseValue(kind, in)
	if err != nil {
		return
	}
	again, err := kb.ParseValue(kind, first.String())
	if err != nil {
		t.Fatalf("ParseValue(%s, %q) writes %q, which it does not read: %v", kind, in, first.String(), err)
	}
	first.Text, again.Text = "", ""
	if first != again {
		t.Fatalf("ParseValue(%s, %q) = %+v, and read again %+v", kind, in, first, again)
	}
	if first.Max < first.Min || math.IsInf(first.Max, 0) {
		t.Fatalf("ParseValue(%s, %q) = %+v is no range", kind, in, first)
	}
}

func TestValueLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, valueLaws)
}

func FuzzValue(f *testing.F) { f.Fuzz(rapid.MakeFuzz(valueLaws)) }

func TestParseRead(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"live 2026-11-24", "copy 2024-03", "copy 2024", "copy 2024-03-05", "copy undated"} {
		r, err := kb.ParseRead(in)
		if err != nil || r.String() != in || r.Live != (in[0] == 'l') || r.On.IsZero() != (in == "copy undated") {
			t.Errorf("ParseRead(%q) = %+v (%s), %v", in, r, r, err)
		}
	}
	for _, in := range []string{"", "live", "live 2026", "live 2026-11", "live undated", "copy", "copy of 2024", "seen 2024", "copy 24"} {
		if r, err := kb.ParseRead(in); err == nil {
			t.Errorf("ParseRead(%q) = %+v without an error", in, r)
		}
	}
}

func TestParseSpan(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]kb.Span{"90 days": {Days: 90}, "1 day": {Days: 1}, "2 weeks": {Days: 14}, "6 months": {Months: 6}, "1 year": {Years: 1}} {
		if got, err := kb.ParseSpan(in); err != nil || got != want {
			t.Errorf("ParseSpan(%q) = %+v, %v, want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "months", "0 days", "-1 day", "6 hours", "half a year", "99999 days"} {
		if got, err := kb.ParseSpan(in); err == nil {
			t.Errorf("ParseSpan(%q) = %+v without an error", in, got)
		}
	}
	if got := (kb.Span{Years: 1, Months: 2, Days: 3}).After(day(t, "2026-01-31")); got != day(t, "2027-04-03") {
		t.Errorf("a year, two months and three days after 2026-01-31 is %s", got)
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]int{"30 minutes": {1, 1}, "6 months": {183, 183}, "3-8 weeks": {21, 56}, "5 working-days": {7, 7}, "1 year": {366, 366}, "0 days": {0, 0}} {
		v, err := kb.ParseValue(kb.Duration, in)
		if err != nil {
			t.Fatal(err)
		}
		if min, max, ok := v.Days(); !ok || min != want[0] || max != want[1] {
			t.Errorf("Days of %q = %d, %d, %v, want %v", in, min, max, ok, want)
		}
	}
	if _, _, ok := (kb.Value{Text: "B2"}).Days(); ok {
		t.Error("a term has days")
	}
}
