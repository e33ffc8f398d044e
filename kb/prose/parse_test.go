package prose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wegwijzer/kb/prose"
)

func TestParse(t *testing.T) {
	t.Parallel()
	text := func(s string) []prose.Span { return []prose.Span{{Text: s}} }
	for _, tt := range []struct {
		name, markdown string
		want           prose.Doc
	}{
		{"nothing", "\n\n", nil},
		{"lines of a paragraph", "one\ntwo  \nthree\r\nfour", prose.Doc{{Items: [][]prose.Span{text("one two three four")}}}},
		{"heading", "# Costs", prose.Doc{{Kind: prose.Heading, Items: [][]prose.Span{text("Costs")}}}},
		{"lists", "- a\n- b\n\n1. c\n2. d\n", prose.Doc{
			{Kind: prose.List, Items: [][]prose.Span{text("a"), text("b")}},
			{Kind: prose.OrderedList, Items: [][]prose.Span{text("c"), text("d")}}}},
		{"loose list", "- a\n\n- b\n", prose.Doc{{Kind: prose.List, Items: [][]prose.Span{text("a"), text("b")}}}},
		{"bold and fact", "It costs **{{bi-fee}} now**.", prose.Doc{{Items: [][]prose.Span{{
			{Text: "It costs "}, {Strong: true, Fact: "bi-fee"}, {Text: " now", Strong: true}, {Text: "."}}}}}},
		{"ids with signs that Markdown knows", "{{a_b_c}} and {{x.y-1}}", prose.Doc{{Items: [][]prose.Span{{
			{Fact: "a_b_c"}, {Text: " and "}, {Fact: "x.y-1"}}}}}},
		{"links", "[page]({{url-big}}), [call {{tel}}]({{tel}}) or [read](article:bi-test) <https://example.org/>",
			prose.Doc{{Items: [][]prose.Span{{
				{Text: "page", Link: "fact:url-big"}, {Text: ", "}, {Text: "call ", Link: "fact:tel"}, {Link: "fact:tel", Fact: "tel"},
				{Text: " or "}, {Text: "read", Link: "article:bi-test"}, {Text: " "},
				{Text: "https://example.org/", Link: "https://example.org/"}}}}}},
		{"escapes and references", `a \* b &amp; c`, prose.Doc{{Items: [][]prose.Span{text("a * b & c")}}}},
		{"an article id with a space", "[x](<article:two words>)", prose.Doc{{Items: [][]prose.Span{{{Text: "x", Link: "article:two words"}}}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, problems := prose.Parse([]byte(tt.markdown))
			if len(problems) > 0 {
				t.Errorf("Parse(%q) has problems %v, want none", tt.markdown, problems)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", tt.markdown, diff)
			}
		})
	}
}

func TestParseProblems(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, markdown string
		line           int
		rule, text     string // text: what is kept of it
	}{
		{"HTML block", "a\n\n<div>b</div>\n", 3, "raw-html", "a"},
		{"HTML in a line", "a\nb <i>c</i>", 2, "raw-html", "a b c"},
		{"italics", "a *b* c", 1, "markdown", "a b c"},
		{"code in a line", "a `b`", 1, "markdown", "a b"},
		{"code block", "a\n\n```\nb\n```\n", 3, "markdown", "a\n\nb"},
		{"indented block", "a\n\n    b\n", 3, "markdown", "a\n\nb"},
		{"image", "![a](https://x.example/y.png)", 1, "markdown", "a"},
		{"quotation", "> a", 1, "markdown", "a"},
		{"rule", "a\n\n---\n\nb", 3, "markdown", "a\n\nb"},
		{"list in a list", "- a\n  - b\n", 2, "markdown", "a\nb"},
		{"two paragraphs in an item", "- a\n\n  b\n", 3, "markdown", "a\nb"},
		{"heading in an item", "- # a\n", 1, "markdown", "a"},
		{"code in an item", "- a\n\n      b\n", 3, "markdown", "a\nb"},
		{"address apart", "a\n\n[x]: https://x.example\n", 3, "link", "a"},
		{"script link", "[a](javascript:alert)", 1, "link", "a"},
		{"plain http", "[a](http://x.example)", 1, "link", "a"},
		{"address made of a fact", "[a](https://x.example/{{b}})", 1, "link", "a"},
		{"article without id", "[a](article:)", 1, "link", "a"},
		{"link without words", "a [](article:b)", 1, "link", "a"},
		{"open braces", "a\nb {{c d", 2, "placeholder", "a b c d"},
		{"spaces in a placeholder", "a {{ b }}", 1, "placeholder", "a b "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, problems := prose.Parse([]byte(tt.markdown))
			if got := doc.Text(); strings.TrimSpace(got) != strings.TrimSpace(tt.text) {
				t.Errorf("Parse(%q).Text() = %q, want %q", tt.markdown, got, tt.text)
			}
			if len(problems) == 0 || problems[0].Line != tt.line || problems[0].Rule != tt.rule {
				t.Errorf("Parse(%q) has problems %+v, want the first in line %d by rule %s", tt.markdown, problems, tt.line, tt.rule)
			}
			for _, p := range problems {
				if p.What == "" || p.Do == "" {
					t.Errorf("Parse(%q): problem %+v does not say what is wrong and what to do", tt.markdown, p)
				}
			}
		})
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	doc, _ := prose.Parse([]byte("Pay **{{fee}}** at [the page]({{page}}), [not here]({{fee}}), or call {{tel}}."))
	got := doc.Fill(func(id string) []prose.Span {
		switch id {
		case "fee":
			return []prose.Span{{Text: "€ 85"}, {Text: " (check)"}}
		case "page":
			return []prose.Span{{Text: "example.org", Link: "https://example.org/"}}
		case "tel":
			return []prose.Span{{Text: "070", Link: "tel:070", Fact: "never"}}
		}
		return nil
	})
	want := prose.Doc{{Items: [][]prose.Span{{
		{Text: "Pay "}, {Text: "€ 85", Strong: true}, {Text: " (check)", Strong: true}, {Text: " at "},
		{Text: "the page", Link: "https://example.org/"}, {Text: ", "}, {Text: "not here"}, {Text: ", or call "},
		{Text: "070", Link: "tel:070"}, {Text: "."}}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Fill (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"fee", "page", "tel"}, doc.Facts()); diff != "" {
		t.Errorf("Facts after Fill, which must not change the Doc (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"fact:page", "fact:fee"}, doc.Links()); diff != "" {
		t.Errorf("Links (-want +got):\n%s", diff)
	}
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	markdown := "One\nline.\n\n- a\n- b\n\n\n1. c\n\n   d\n\n```\ncode\n\nmore\n```\nLast {{x}}.\n"
	want := []string{"One\nline.", "- a\n- b", "1. c\n\n   d", "```\ncode\n\nmore\n```", "Last {{x}}."}
	if diff := cmp.Diff(want, prose.Blocks([]byte(markdown))); diff != "" {
		t.Errorf("Blocks (-want +got):\n%s", diff)
	}
}

func TestFillText(t *testing.T) {
	t.Parallel()
	got := prose.FillText("call {{tel}} or {{ tel }}, {arg}", func(id string) string { return "<" + id + ">" })
	if want := "call <tel> or {{ tel }}, {arg}"; got != want {
		t.Errorf("FillText = %q, want %q", got, want)
	}
}

// FuzzParse holds the laws of a Doc: parsing any bytes ends, gives no empty block and no markup of ours, every line of a
// Problem is a line of the text, and Fill leaves no fact behind.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"a {{b}} [c]({{d}})", "- a\n  - b\n\n1. {**{x}}**", "# {{a}}\n> b\n\n<p>", "[{{a}}](article:{{b}})", "{{{a}}}", "{{a}}{{b}} {{\n}}",
		"&#123;&#123;a}}", "\\{\\{a}}", "[a]: https://b\n[a]", "\x00\xff{{", "* * *\n- ***a***"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, markdown []byte) {
		doc, problems := prose.Parse(markdown)
		lines := 1 + strings.Count(string(markdown), "\n")
		for _, p := range problems {
			if p.Line < 1 || p.Line > lines {
				t.Errorf("problem %+v is not in a text of %d lines", p, lines)
			}
		}
		filled := doc.Fill(func(string) []prose.Span { return []prose.Span{{Text: "7", Link: "fact:again", Fact: "again"}} })
		for _, d := range []prose.Doc{doc, filled} {
			if text := d.Text(); strings.Contains(text, "{{") || strings.Contains(text, "}}") {
				t.Errorf("text %q shows a placeholder", text)
			}
		}
		if facts := filled.Facts(); len(facts) > 0 {
			t.Errorf("facts %q are left after Fill", facts)
		}
		for _, b := range doc {
			if len(b.Items) == 0 {
				t.Errorf("a block without items in %v", doc)
			}
			for _, item := range b.Items {
				if len(item) == 0 {
					t.Errorf("an item without spans in %v", doc)
				}
			}
		}
		prose.Blocks(markdown)
	})
}

func BenchmarkParse(b *testing.B) {
	body := []byte(strings.Repeat("A paragraph with **bold {{fee}}** and a [link]({{page}}) in it.\n\n- one\n- two\n\n", 5))
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		prose.Parse(body)
	}
}
