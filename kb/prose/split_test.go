package prose_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"wegwijzer/kb/prose"
)

// within gives a measure of messages that may be n UTF-16 units long.
func within(n int) func(prose.Doc) bool {
	return func(d prose.Doc) bool { return len(utf16.Encode([]rune(strings.Join(d.Lines(), "\n")))) <= n }
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		most       int
		want       []string // parts; lines of a part are separated by |
	}{
		{"what fits stays whole", "One.\n\nTwo.", 20, []string{"One.|Two."}},
		{"between paragraphs", "First paragraph here.\n\nSecond one.", 25, []string{"First paragraph here.", "Second one."}},
		{"between items, with the numbers going on", "1. alpha\n2. beta\n3. gamma\n4. delta", 18, []string{"1. alpha|2. beta", "3. gamma|4. delta"}},
		{"a list does not begin with one item alone", "Before it.\n\n- one item\n- two items", 24, []string{"Before it.", "- one item|- two items"}},
		{"after a sentence", "It is here for a while. It is long enough.", 30, []string{"It is here for a while. ", "It is long enough."}},
		{"between words", "words that go on and on", 12, []string{"words that ", "go on and on"}},
		{"inside a word", "abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"never inside a letter with marks", "بّّّبّّّبّّّ", 6, []string{"بّّّ", "بّّّ", "بّّّ"}},
		{"the rest of an item is a paragraph", "- one two three four", 12, []string{"- one two ", "three four"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, problems := prose.Parse([]byte(tt.text))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			var got []string
			for _, part := range doc.Split(within(tt.most)) {
				got = append(got, strings.Join(part.Lines(), "|"))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// clusters gives the letters that are read, without white space.
func clusters(docs ...prose.Doc) (all []string) {
	for _, d := range docs {
		for _, b := range d {
			for _, item := range b.Items {
				var text strings.Builder
				for _, s := range item {
					text.WriteString(s.Text)
				}
				for g := uniseg.NewGraphemes(text.String()); g.Next(); {
					if strings.TrimSpace(g.Str()) != "" {
						all = append(all, g.Str())
					}
				}
			}
		}
	}
	return all
}

// splitLaws: no part is over the limit, the parts joined are the text, no letter is cut and no link is lost.
func splitLaws(t *rapid.T) {
	text := rapid.OneOf(
		rapid.StringMatching(`([a-z]{1,9}[ .,]{1,2}){0,30}`),
		rapid.StringMatching(`([ሀ-ሖ]{1,6}[ ።]{1,2}){0,20}`),
		rapid.StringMatching(`([ب-ك][ً-ْ]{0,3}){0,40}`),
		rapid.SampledFrom([]string{"👩🏽‍⚕️👩🏽‍⚕️👩🏽‍⚕️", "🇳🇱🇳🇱🇸🇾", "é é é", "\r\n"}),
		rapid.String(),
	)
	span := rapid.Custom(func(t *rapid.T) prose.Span {
		return prose.Span{Text: text.Draw(t, "text"), Strong: rapid.Bool().Draw(t, "strong"), Link: rapid.SampledFrom([]string{"", "https://a.nl", "choice:x"}).Draw(t, "link")}
	})
	doc := prose.Doc(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) prose.Block {
		return prose.Block{
			Kind: rapid.SampledFrom([]prose.Kind{prose.Paragraph, prose.Heading, prose.List, prose.OrderedList}).Draw(t, "kind"), Lang: rapid.SampledFrom([]string{"", "nl"}).Draw(t, "lang"),
			Items: rapid.SliceOfN(rapid.SliceOfN(span, 0, 4), 0, 5).Draw(t, "items"),
		}
	}), 0, 5).Draw(t, "doc"))
	fits := within(rapid.IntRange(80, 300).Draw(t, "most"))
	parts := doc.Split(fits)
	for i, part := range parts {
		if !fits(part) && len(clusters(part)) > 1 {
			t.Fatalf("part %d is too long: %q", i, part.Lines())
		}
	}
	if got, want := clusters(parts...), clusters(doc); !slices.Equal(got, want) {
		t.Fatalf("the parts joined are %q, want %q", got, want)
	}
}

func TestSplitLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, splitLaws)
}

func FuzzSplit(f *testing.F) { f.Fuzz(rapid.MakeFuzz(splitLaws)) }

func BenchmarkSplit(b *testing.B) {
	doc, _ := prose.Parse([]byte(strings.Repeat("A paragraph of a few sentences. It says what there is to say.\n\n- one\n- two\n\n", 60)))
	b.ReportAllocs()
	for b.Loop() {
		doc.Split(within(4096))
	}
}
