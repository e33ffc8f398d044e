package redact

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// checkLaws tells what Redact promises for any text at all.
func checkLaws(t interface {
	Errorf(string, ...any)
	Helper()
}, text string) {
	t.Helper()
	cleaned, kinds := Redact(text)
	if again, more := Redact(cleaned); again != cleaned || len(more) > 0 {
		t.Errorf("Redact(%q) = %q, and once more %q, %v", text, cleaned, again, more)
	}
	if (len(kinds) == 0) != (cleaned == text) {
		t.Errorf("Redact(%q) = %q, %v: a kind without a change, or a change without a kind", text, cleaned, kinds)
	}
	if utf8.ValidString(text) && !utf8.ValidString(cleaned) {
		t.Errorf("Redact(%q) = %q, which is no text", text, cleaned)
	}
	// What is left between the marks is the text, in its order.
	rest := text
	for piece := range strings.SplitSeq(cleaned, Mark) {
		_, after, found := strings.Cut(rest, piece)
		if !found {
			t.Errorf("Redact(%q) = %q, which has %q from elsewhere", text, cleaned, piece)
			return
		}
		rest = after
	}
	for _, c := range find(text) {
		if c.start >= c.end || c.end > len(text) {
			t.Errorf("a cut of nothing in %q: %v", text, c)
		}
	}
}

func FuzzRedact(f *testing.F) {
	for _, text := range kept {
		f.Add(text)
	}
	for _, text := range []string{
		"bsn 111222333 0612345678 ali@example.org NWR4F7K21 NL91 ABNA 0417 1643 00", "+31 (0)6-12345678 (at) x", "0️⃣6️⃣ 1 2 3 4 5 6 7 8",
		"€ 111222333", "06-12-2012-34 56 78", "555 123 4567 1234567", "0612345678+123 456 7", "v nummer is 281 234 5678", "•••@x.y", "5000000 euro@x.nl",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkLaws(t, text) })
}

// Texts of the pieces that the rules look at find what random bytes do not.
func TestLaws(t *testing.T) {
	t.Parallel()
	pieces := []string{" ", " ", " ", "-", ".", "/", "(", ")", "+", "@", "(at)", ",", ":", "%", "€", "\u200c", "•••", "\ufe0f\u20e3", "'",
		"0", "1", "2", "06", "12", "31", "00", "020", "088", "113", "123", "4567", "2019", "1402", "0800", "12345678", "111222333", "281", "2812345678", "1000000", "٠٦", "۱۲۳۴",
		"a", "v", "NL", "NL91", "ABNA", "AB", "x.y", "bsn", "nummer", "paspoort", "is", "euro", "تومان", "و", "é"}
	rapid.Check(t, func(t *rapid.T) {
		checkLaws(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 25).Draw(t, "pieces"), ""))
	})
}

// secret is a number or address as people write it, with what must be said of it.
type secret struct {
	text string
	kind Kind
}

func anySecret() *rapid.Generator[secret] {
	group := func(t *rapid.T, digits string, sizes [][]int, dividers []string) string {
		size := rapid.SampledFrom(sizes).Draw(t, "sizes")
		divider := rapid.SampledFrom(dividers).Draw(t, "divider")
		var groups []string
		for _, n := range size {
			n = min(n, len(digits))
			groups = append(groups, digits[:n])
			digits = digits[n:]
		}
		if digits != "" {
			groups = append(groups, digits)
		}
		return strings.Join(groups, divider)
	}
	number := func(t *rapid.T, n int) string {
		return rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), n, n, -1).Draw(t, "digits")
	}
	dividers := []string{" ", "-", ".", "\u00a0"}
	return rapid.OneOf(
		rapid.Custom(func(t *rapid.T) secret {
			// One that ends otherwise could be a list of sums or help lines, which stays.
			d := rapid.Custom(func(t *rapid.T) string { return "1" + number(t, 8) }).
				Filter(func(d string) bool { return passesElevenTest(d) && strings.ContainsRune("15789", rune(d[8])) }).Draw(t, "bsn")
			return secret{group(t, d, [][]int{{}, {3, 3}, {2, 2, 2}}, dividers), BSN}
		}),
		rapid.Custom(func(t *rapid.T) secret {
			return secret{group(t, "06"+number(t, 8), [][]int{{}, {2}, {2, 2, 2, 2}, {2, 4}, {3, 3, 2}}, dividers), Phone}
		}),
		rapid.Custom(func(t *rapid.T) secret {
			return secret{"+963" + group(t, "9"+number(t, 8), [][]int{{}, {3, 3}, {2, 7}}, dividers), Phone}
		}),
		rapid.Custom(func(t *rapid.T) secret { return secret{"28" + number(t, 8), VNumber} }),
		rapid.Custom(func(t *rapid.T) secret { return secret{"N" + number(t, 7) + "1", Document} }),
		rapid.Custom(func(t *rapid.T) secret {
			return secret{rapid.StringMatching(`[a-z]{3,8}[._][a-z0-9]{2,6}@[a-z]{3,9}\.(nl|org|com)`).Draw(t, "address"), Email}
		}),
	)
}

// A secret in the middle of an ordinary message is cut out whole, called what it is, and nothing else is touched.
func TestSecretAmongFigures(t *testing.T) {
	t.Parallel()
	words := []string{"ik ben verpleegkundige,", "Nt2 B1", "€ 1.700,", "in 2019,", "hoe lang duurt het?", "bel 113 of", "قبل ٦ أشهر،", "با مدرک B2،", "на 12-03-2024,", "mbo-4,", "x"}
	rapid.Check(t, func(t *rapid.T) {
		var text, want []string
		var kinds []Kind
		for i := range rapid.IntRange(1, 3).Draw(t, "secrets") {
			before := rapid.SampledFrom(words).Draw(t, fmt.Sprint("before ", i))
			one := anySecret().Draw(t, "secret")
			text = append(text, before+";", one.text+";")
			want = append(want, before+";", Mark+";")
			if !slices.Contains(kinds, one.kind) {
				kinds = append(kinds, one.kind)
			}
		}
		cleaned, found := Redact(strings.Join(text, " "))
		if got, want := cleaned, strings.Join(want, " "); got != want {
			t.Errorf("Redact(%q) = %q, want %q", strings.Join(text, " "), got, want)
		}
		if !slices.Equal(found, kinds) {
			t.Errorf("Redact(%q) finds %v, want %v", strings.Join(text, " "), found, kinds)
		}
	})
}

// Time grows with the text, not with its square: MB/s stays the same from 100 bytes to 100,000.
func BenchmarkRedact(b *testing.B) {
	for name, piece := range map[string]string{
		"words":    "Wat moet ik doen om als verpleegkundige te werken? ",
		"figures":  "B1 kost € 1.700 in 2026, bel 0800-0113; ",
		"secrets":  "111222333 0612345678 ali@example.org ",
		"digits":   "1 2-3.4 ",
		"signs":    "@@ a@ (at) + + ",
		"one word": "aaaaaaaaaa", "one number": "1234567890",
		"arabic": "كم يكلف امتحان BIG للممرضين؟ ٠٦١٢٣٤٥٦٧٨ ",
	} {
		for _, size := range []int{100, 10_000, 100_000} {
			text := strings.Repeat(piece, size/len(piece)+1)[:size]
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(size))
				for b.Loop() {
					Redact(text)
				}
			})
		}
	}
}
