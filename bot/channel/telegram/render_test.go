package telegram

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/rivo/uniseg"
	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/telegram/telegramtest"
	"wegwijzer/kb/prose"
)

// letters are long texts in the scripts that are hardest to cut, and one of letters outside the first plane.
var letters = map[string]string{
	"ar": "تُعَدُّ شَهَادَةُ الكَفَاءَةِ المِهَنِيَّةِ BIG-register وثيقةً مهمّة. ",
	"ti": "ናይ ሞያ ብቕዓት ምስክር ወረቐት ኣገዳሲ ሰነድ እዩ። ",
	"en": "👩🏽‍⚕️🇳🇱 nurse’s café 👨‍👩‍👧‍👦. ",
}

func clusters(text string) (all []string) {
	for g := uniseg.NewGraphemes(strings.NewReplacer(leftToRightMark, "", rightToLeftMark, "", "•", "").Replace(text)); g.Next(); {
		if strings.TrimSpace(g.Str()) != "" {
			all = append(all, g.Str())
		}
	}
	return all
}

// Long replies come in parts that are the text when joined, none too long, no letter cut, the buttons below the last.
func TestLongReplies(t *testing.T) {
	t.Parallel()
	for code, letter := range letters {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				text := strings.Repeat(letter, 300)
				h := newHouse(t, func(bot.Message) bot.Reply {
					return bot.Reply{Locale: language.MustParse(code), Body: prose.Doc{{Kind: prose.Heading, Items: [][]prose.Span{{{Text: "1"}}}}, paragraph(text),
						{Kind: prose.List, Items: slices.Repeat([][]prose.Span{{{Text: letter}}}, 300)}}, Choices: [][]bot.Choice{{{ID: "x", Label: "X"}}}}
				})
				h.serve(func() {
					p := h.server.Person(1001, code)
					p.Say("x")
					h.settle()
					got := says(p.Chat())
					if len(got) < 5 || len(got) > 20 {
						t.Errorf("%d parts", len(got))
					}
					if !slices.Equal(clusters(strings.Join(got, "")), clusters("1"+text+text)) {
						t.Error("the parts joined are not the text")
					}
					for i, m := range p.Chat()[1:] {
						if (len(m.Rows) > 0) != (i == len(got)-1) {
							t.Errorf("part %d has %d rows of buttons", i, len(m.Rows))
						}
					}
				})
			})
		})
	}
}

// With more links than Telegram shows in one message, none is lost.
func TestManyLinks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(bot.Message) bot.Reply {
			var list prose.Block
			for i := range 250 {
				list.Items = append(list.Items, []prose.Span{{Text: "link", Link: fmt.Sprintf("https://example.nl/%d", i)}})
			}
			return bot.Reply{Locale: language.English, Body: prose.Doc{list}}
		})
		h.serve(func() {
			p := h.server.Person(1001, "en")
			p.Say("x")
			h.settle()
			n := 0
			for _, m := range p.Chat() {
				n += len(m.Entities)
			}
			if n != 250 {
				t.Errorf("%d links are shown", n)
			}
		})
	})
}

// Each line runs in the direction of its language, whatever it begins with.
func TestDirection(t *testing.T) {
	t.Parallel()
	c := composer{testCatalog(), tgbotapi.User{}}
	for _, tt := range []struct{ lang, text, want string }{
		{"ar", "شهادة BIG", "شهادة BIG"}, {"ar", "BIG شهادة", rightToLeftMark + "BIG شهادة"}, {"ar", "\u2068BIG\u2069 شهادة", rightToLeftMark + "\u2068BIG\u2069 شهادة"},
		{"ar", "2 - 3", rightToLeftMark + "2 - 3"}, {"ckb", "BIG", rightToLeftMark + "BIG"}, {"ti", "BIG", "BIG"}, {"en", "2", "2"}, {"en", "شهادة means", leftToRightMark + "شهادة means"},
	} {
		if got := c.write(doc(tt.text), language.MustParse(tt.lang), true).plain.String(); got != tt.want {
			t.Errorf("%s in %s: %q, want %q", tt.text, tt.lang, got, tt.want)
		}
	}
	borrowed := prose.Doc{{Kind: prose.List, Lang: "nl", Items: [][]prose.Span{{{Text: "Nederlands"}}}}, {Kind: prose.List, Items: [][]prose.Span{{{Text: "DUO"}, {Text: " هيئة"}}}}}
	if got := c.write(borrowed, language.Arabic, true).plain.String(); got != "• Nederlands\n\n"+rightToLeftMark+"• DUO هيئة" {
		t.Errorf("a borrowed text: %q", got)
	}
}

// drawReply makes any reply at all.
func drawReply(t *rapid.T) bot.Reply {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`(<b>|&amp;|&#60;|</a>|"|[a-z ]{1,20}){0,20}`), rapid.SampledFrom([]string{"\x00", "\xff\xfe", "\u200f", "  ", strings.Repeat("a", 5000), strings.Repeat(letters["ar"], 100)}))
	span := rapid.Custom(func(t *rapid.T) prose.Span {
		return prose.Span{Text: text.Draw(t, "text"), Strong: rapid.Bool().Draw(t, "strong"),
			Link: rapid.OneOf(rapid.SampledFrom([]string{"", "", "https://a.nl/?x=\"<>&", "tel:112", "mailto:a@b.nl", "choice:x", "https://", "javascript:x"}), rapid.String()).Draw(t, "link")}
	})
	docOf := rapid.Map(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) prose.Block {
		return prose.Block{Kind: rapid.SampledFrom([]prose.Kind{prose.Paragraph, prose.Heading, prose.List, prose.OrderedList}).Draw(t, "kind"),
			Lang: rapid.SampledFrom([]string{"", "nl", "ar", "no language"}).Draw(t, "lang"), Items: rapid.SliceOfN(rapid.SliceOfN(span, 0, 3), 0, 4).Draw(t, "items")}
	}), 0, 4), func(blocks []prose.Block) prose.Doc { return blocks })
	choice := rapid.Custom(func(t *rapid.T) bot.Choice {
		return bot.Choice{ID: rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{0,70}`)).Draw(t, "id"), Label: text.Draw(t, "label")}
	})
	r := bot.Reply{
		Locale: language.MustParse(rapid.SampledFrom([]string{"en", "ar", "ti", "nl"}).Draw(t, "locale")), Body: docOf.Draw(t, "body"), Question: docOf.Draw(t, "question"),
		Choices: rapid.SliceOfN(rapid.SliceOfN(choice, 0, 20), 0, 12).Draw(t, "choices"), New: rapid.Bool().Draw(t, "new"), Forgotten: rapid.Bool().Draw(t, "forgotten"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "sources") {
		r.Sources = append(r.Sources, bot.Link{Label: text.Draw(t, "label"), URL: "https://example.nl/" + url.PathEscape(text.Draw(t, "url"))})
	}
	if rapid.Bool().Draw(t, "file") {
		r.Document = &bot.Document{Name: "plan.html", Type: "text/html", Bytes: []byte("x")}
	}
	return r
}

// composeLaws: whatever a reply holds, Telegram takes each of its messages.
func composeLaws(rt *rapid.T) {
	reply, public := drawReply(rt), rapid.Bool().Draw(rt, "public")
	parts := composer{testCatalog(), tgbotapi.User{UserName: "wegwijzer_test_bot"}}.compose(reply, rapid.Bool().Draw(rt, "removed"), public)
	server := telegramtest.New(token)
	server.Person(1001, "en").Say("x")
	api, err := newAPI(token, "http://telegram.invalid", server)
	if err != nil {
		rt.Fatal(err)
	}
	r := &run{api: api, grace: rt.Context()}
	for i, p := range parts {
		if err := r.send(update{chat: 1001, private: true}, p, i == 0, nil); err != nil {
			rt.Fatalf("part %d, %q: %v", i, p.html, err)
		}
		p.html = ""
		if err := r.send(update{chat: 1001, private: true}, p, i == 0, nil); err != nil {
			rt.Fatalf("part %d without looks, %q: %v", i, p.plain, err)
		}
	}
	if len(parts) == 0 && (reply.Document != nil || public) {
		rt.Fatal("a reply is lost")
	}
}

func TestComposeLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, composeLaws)
}

func FuzzCompose(f *testing.F) { f.Fuzz(rapid.MakeFuzz(composeLaws)) }

// longest is like the longest articles: many paragraphs, lists and links, in parts.
func longest(letter string) bot.Reply {
	var d prose.Doc
	for range 30 {
		d = append(d, paragraph(strings.Repeat(letter, 8)), prose.Block{Kind: prose.List, Items: [][]prose.Span{{{Text: letter}, {Text: "link", Link: "https://example.nl/"}}, {{Text: letter, Strong: true}}}})
	}
	return bot.Reply{Locale: language.Arabic, Body: d, Choices: [][]bot.Choice{{{ID: "art:x", Label: "X"}}, {{ID: "art:y", Label: "Y"}}}}
}

func BenchmarkCompose(b *testing.B) {
	c := composer{testCatalog(), tgbotapi.User{}}
	for name, reply := range map[string]bot.Reply{
		"short": {Locale: language.Arabic, Body: doc(letters["ar"], letters["ar"]), Question: doc("?"), Choices: [][]bot.Choice{{{ID: "a", Label: "A"}}}},
		"long":  longest(letters["ar"]),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.compose(reply, false, false)
			}
		})
	}
}
