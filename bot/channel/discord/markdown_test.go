package discord

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/discord/discordtest"
	"wegwijzer/content"
	"wegwijzer/kb"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

func words() *locale.Catalog {
	ui := locale.Interface{Sentences: map[string]locale.Sentence{}}
	for _, key := range []string{"choice.choose", "choice.more", "choice.private", "app.keeps", "forget.discord", "error"} {
		ui.Sentences[key] = locale.Sentence{locale.Other: "(" + key + ")"}
	}
	return locale.NewCatalog(language.English, []locale.Language{locale.Describe(language.English), locale.Describe(language.Arabic)},
		map[language.Tag]locale.Interface{language.English: ui})
}

// shown gives a text as it is read, the marks of direction left out.
func shown(content string) string {
	var lines []string
	for _, line := range discordtest.Read(content) {
		if s := withoutMarks.Replace(line.String()); s != "" {
			lines = append(lines, s)
		}
	}
	return strings.Join(lines, "\n")
}

var withoutMarks = strings.NewReplacer("\u200e", "", "\u200f", "")

func TestMarkdown(t *testing.T) {
	t.Parallel()
	line := func(spans ...prose.Span) prose.Doc {
		return prose.Doc{{Kind: prose.Paragraph, Items: [][]prose.Span{spans}}}
	}
	for _, tt := range []struct {
		name string
		doc  prose.Doc
		tag  language.Tag
		want string
	}{
		{"signs", line(prose.Span{Text: `a*b_c~d|e` + "`f" + `\g [h](i) <@1> @everyone :smile: https://x.nl #5 - >`}), language.English,
			`a\*b\_c\~d\|e` + "\\`f" + `\\g \[h\](i) \<\@1\> \@everyone \:smile\: https\://x.nl #5 - \>`},
		{"at the start of a line", line(prose.Span{Text: "- a\n# b\n1. c\n  + d\n-# e\n12 f. g"}), language.English, "\\- a\n\\# b\n1\\. c\n  \\+ d\n\\-# e\n12 f. g"},
		{"a plan code stays one for who copies it", line(prose.Span{Text: "Your plan code: 7KX2M-9QRTV-03"}), language.English, `Your plan code\: 7KX2M-9QRTV-03`},
		{"bold neighbours", line(prose.Span{Text: "a", Strong: true}, prose.Span{Text: "b", Strong: true, Link: "https://x.nl/"}, prose.Span{Text: " "}, prose.Span{Text: "c", Strong: true}), language.English, "**a[b](<https://x.nl/>)** **c**"},
		{"nothing bold", line(prose.Span{Text: " ", Strong: true}, prose.Span{Text: "", Strong: true}, prose.Span{Text: "x"}), language.English, " x"},
		{"links", line(prose.Span{Text: "a", Link: "https://x.nl/<b>\\"}, prose.Span{Text: "https://x.nl/", Link: "https://x.nl/"}, prose.Span{Text: "mail", Link: "mailto:a@b.nl"},
			prose.Span{Text: "press", Link: "choice:cmd:plan"}, prose.Span{Text: "bad", Link: "javascript:x"}, prose.Span{Text: "long", Link: "https://x.nl/" + strings.Repeat("y", 600)}), language.English,
			"[a](<https://x.nl/%3Cb%3E%5C>)<https://x.nl/>mailpressbadlong"},
		{"heading and list", prose.Doc{{Kind: prose.Heading, Items: [][]prose.Span{{{Text: "Steps"}}}}, {Kind: prose.List, Items: [][]prose.Span{{{Text: "- one\nmore"}}, {{Text: "two"}}}}, {Kind: prose.OrderedList, From: 4, Items: [][]prose.Span{{{Text: "five"}}}}}, language.English,
			"**Steps**\n- \\- one more\n- two\n\n5. five"},
		{"right to left", prose.Doc{{Kind: prose.Paragraph, Items: [][]prose.Span{{{Text: "BIG: سجل"}}}}, {Kind: prose.List, Items: [][]prose.Span{{{Text: "خطة"}}, {{Text: "3"}}}}, {Kind: prose.Paragraph, Lang: "nl", Items: [][]prose.Span{{{Text: "سجل register"}}}}}, language.Arabic,
			"\u200fBIG\\: سجل\n\n- خطة\n- \u200f3\n\n\u200eسجل register"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := markdown(tt.doc, tt.tag, words()); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// textLaws tells what holds for any text: read as Discord reads it, it says what it said, and nothing in it looks like
// anything else.
func textLaws(t interface{ Errorf(string, ...any) }, text string) {
	doc := prose.Doc{{Kind: prose.Paragraph, Items: [][]prose.Span{{{Text: text}}}}, {Kind: prose.List, Items: [][]prose.Span{{{Text: text, Strong: true}}, {{Text: text, Link: "https://x.nl/a_b"}}}}}
	var want []string
	for line := range strings.SplitSeq(withoutMarks.Replace(clean(text)), "\n") {
		want = append(want, line)
	}
	flat := withoutMarks.Replace(strings.ReplaceAll(clean(text), "\n", " "))
	item := "- " + flat
	linked := item
	if !blank(flat) {
		linked += " <https://x.nl/a_b>"
	}
	want = append(want, item, linked)
	want = slices.DeleteFunc(want, func(s string) bool { return s == "" })
	content := markdown(doc, language.English, words())
	if got := shown(content); got != strings.Join(want, "\n") {
		t.Errorf("%q is sent as %q and read as %q, want %q", text, content, got, strings.Join(want, "\n"))
	}
	for _, line := range discordtest.Read(content) {
		if line.Look != "" {
			t.Errorf("%q is sent as %q, where a line looks %s", text, content, line.Look)
		}
		for _, run := range line.Runs {
			if run.Look != "" {
				t.Errorf("%q is sent as %q, where %q looks %s", text, content, run.Text, run.Look)
			}
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, text := range []string{"", "a\nb", "**x**", "`", "\\", "\\*", "* a", "- ", "1. ", "[a](https://x.nl)", "<@1>", "a\x00b\xff", "https://x.nl", "|| || __ ~~", "a]b[", "***", "**a*", " -# x", "١. مرحبا", "\u200f- a"} {
		f.Add(text)
	}
	f.Add("\x00") // sent as an empty bold run and an empty link once
	f.Fuzz(func(t *testing.T, text string) { textLaws(t, text) })
}

func TestTextLaws(t *testing.T) {
	t.Parallel()
	pieces := rapid.SliceOfN(rapid.SampledFrom([]string{"*", "_", "`", "~", "|", "\\", "[", "]", "(", ")", "<", ">", "@", ":", "#", "-", "+", ".", "1", " ", "\n", "a", "https://x.nl", "مُ", "ሰ", "everyone"}), 0, 25)
	rapid.Check(t, func(rt *rapid.T) { textLaws(rt, strings.Join(pieces.Draw(rt, "pieces"), "")) })
}

var library = kbLibrary()

// kbLibrary loads the real content when it is first asked for.
func kbLibrary() func(t testing.TB) *kb.Library {
	var loaded *kb.Library
	ready := make(chan struct{}, 1)
	ready <- struct{}{}
	return func(t testing.TB) *kb.Library {
		<-ready
		defer func() { ready <- struct{}{} }()
		if loaded == nil {
			lib, faults := kb.Load(content.FS, content.FS)
			if kb.HasErrors(faults) {
				t.Fatalf("the content has faults: %v", faults[0])
			}
			loaded = lib
		}
		return loaded
	}
}

// bare leaves out what parting a text may change: white space and marks of direction.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u200e' || r == '\u200f' {
			return -1
		}
		return r
	}, text)
}

// wordsOf gives the words of a message alone: no bullets, numbers or addresses.
func wordsOf(content string) string {
	var out strings.Builder
	for _, line := range discordtest.Read(content) {
		for _, run := range line.Runs {
			out.WriteString(run.Text)
		}
	}
	return out.String()
}

// Every article in every language fits, and the parts joined are the text.
func TestEveryArticleFits(t *testing.T) {
	t.Parallel()
	lib := library(t)
	catalog, day, most := lib.Catalog(), time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), 0
	for _, l := range catalog.Languages() {
		for _, a := range lib.Articles() {
			reply := articleReply(lib, a, l.Tag, day)
			all := pages(reply, catalog, "")
			most = max(most, len(all))
			var got, want strings.Builder
			for _, p := range all {
				if n := units(p.content); n > longestMessage || n == 0 {
					t.Errorf("%s in %s: a message of %d units", a.ID, l.Tag, n)
				}
				got.WriteString(wordsOf(p.content))
			}
			for _, block := range reply.Body {
				for _, item := range block.Items {
					for _, span := range item {
						want.WriteString(span.Text)
					}
				}
			}
			want.WriteString(catalog.Sentence(l.Tag, "app.keeps", locale.Args{"app": "Discord"}) + catalog.Sentence(l.Tag, "forget.discord", nil))
			for _, source := range reply.Sources {
				want.WriteString("→" + source.Label)
			}
			if bare(got.String()) != bare(want.String()) {
				t.Errorf("%s in %s: the parts joined are not the text", a.ID, l.Tag)
			}
		}
	}
	if most < 2 {
		t.Errorf("the longest article takes %d messages: the test shows nothing", most)
	}
}

func articleReply(lib *kb.Library, a *kb.Article, tag language.Tag, day time.Time) bot.Reply {
	r := lib.Render(a, tag, day)
	reply := bot.Reply{Locale: tag, Body: append(prose.Doc{{Kind: prose.Heading, Items: [][]prose.Span{{{Text: r.Title}}}}}, r.Body...), New: true, Forgotten: true}
	for _, source := range r.Sources {
		reply.Sources = append(reply.Sources, bot.Link{Label: source.Title, URL: source.URL})
	}
	return reply
}

// Texts made of the worst there is are parted within the limit too, and between graphemes.
func TestPagesLaws(t *testing.T) {
	t.Parallel()
	cluster := rapid.SampledFrom([]string{"a", " ", ". ", "*", "\\", "مُّ", "ሰ", "👩🏽‍⚕️", "1. ", "- ", "\n", "é", "@"})
	rapid.Check(t, func(rt *rapid.T) {
		var doc prose.Doc
		var want strings.Builder
		for range rapid.IntRange(1, 4).Draw(rt, "blocks") {
			b := prose.Block{Kind: rapid.SampledFrom([]prose.Kind{prose.Paragraph, prose.Heading, prose.List, prose.OrderedList}).Draw(rt, "kind")}
			for range rapid.IntRange(1, 3).Draw(rt, "items") {
				text := strings.Repeat(strings.Join(rapid.SliceOfN(cluster, 1, 30).Draw(rt, "text"), ""), rapid.IntRange(1, 60).Draw(rt, "times"))
				span := prose.Span{Text: text, Strong: rapid.Bool().Draw(rt, "strong")}
				if rapid.Bool().Draw(rt, "link") {
					span.Link = "https://x.nl/" + strings.Repeat("y", rapid.IntRange(0, 500).Draw(rt, "long"))
				}
				b.Items = append(b.Items, []prose.Span{span})
				want.WriteString(text)
			}
			doc = append(doc, b)
		}
		tag := rapid.SampledFrom([]language.Tag{language.English, language.Arabic}).Draw(rt, "tag")
		var got strings.Builder
		for _, p := range pages(bot.Reply{Locale: tag, Body: doc}, words(), "") {
			if n := units(p.content); n > longestMessage {
				rt.Errorf("a message of %d units", n)
			}
			got.WriteString(wordsOf(p.content))
		}
		if strings.TrimSpace(want.String()) != "" && bare(got.String()) != bare(want.String()) {
			rt.Errorf("the parts joined are not the text:\n%q\n%q", bare(got.String()), bare(want.String()))
		}
	})
}

func BenchmarkPages(b *testing.B) {
	lib := library(b)
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for _, tag := range []language.Tag{language.Dutch, language.Arabic, language.MustParse("ti")} {
		b.Run(tag.String(), func(b *testing.B) {
			var longest bot.Reply
			for _, a := range lib.Articles() {
				if r := articleReply(lib, a, tag, day); len(r.Body.Text()) > len(longest.Body.Text()) {
					longest = r
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				pages(longest, lib.Catalog(), "")
			}
		})
	}
}

func BenchmarkMarkdown(b *testing.B) {
	doc := prose.Doc{{Kind: prose.Paragraph, Items: [][]prose.Span{{{Text: strings.Repeat("A sentence about diplomas (and *fees*). ", 40)}, {Text: "a page", Link: "https://x.nl/"}}}}}
	catalog := words()
	b.ReportAllocs()
	for b.Loop() {
		markdown(doc, language.English, catalog)
	}
}
