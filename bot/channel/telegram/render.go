package telegram

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/bidi"

	"wegwijzer/bot"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

// The limits of one message, entities parsed; counted as UTF-16 units. https://core.telegram.org/bots/api#sendmessage
const (
	maxText     = 4096
	maxCaption  = 1024
	maxEntities = 100 // bold runs and links; what is over it is shown without its look. https://core.telegram.org/api/entities
)

// part is one message to send: a text, or a file with a text below it.
type part struct {
	html     string // with formatting, escaped
	plain    string // the same without, for when the formatting is refused
	file     *bot.Document
	keyboard [][]tgbotapi.InlineKeyboardButton
}

// composer makes messages of replies.
type composer struct {
	catalog *locale.Catalog
	me      tgbotapi.User
}

// compose gives the messages of a reply, in order. removed says that the person's own message was taken away, public
// that others read along. A reply that says nothing gives none.
func (c composer) compose(reply bot.Reply, removed, public bool) []part {
	doc := c.text(reply, removed)
	keyboard := keyboardOf(reply.Choices, room(public))
	if public {
		keyboard = append(keyboard, c.private(reply.Locale))
	}
	if blank(doc) && len(keyboard) > 0 && reply.Document == nil {
		doc = prose.Doc{paragraph(c.catalog.Sentence(reply.Locale, "choice.choose", nil))} // buttons alone cannot be sent
	}
	var parts []part
	for _, piece := range doc.Split(func(d prose.Doc) bool { return c.write(d, reply.Locale, false).within(maxText) }) {
		p := c.write(piece, reply.Locale, true)
		if strings.TrimSpace(p.plain.String()) != "" {
			parts = append(parts, part{html: p.html.String(), plain: p.plain.String()})
		}
	}
	if reply.Document != nil {
		// The last text stands below the file if it fits there, so that its buttons and its question are one message.
		if last := len(parts) - 1; last < 0 || units(parts[last].plain) > maxCaption {
			parts = append(parts, part{})
		}
		parts[len(parts)-1].file = reply.Document
	}
	if len(parts) > 0 {
		parts[len(parts)-1].keyboard = keyboard
	}
	return parts
}

// text puts all that a reply says below each other.
func (c composer) text(reply bot.Reply, removed bool) prose.Doc {
	doc := slices.Clone(reply.Body)
	say := func(key string, args locale.Args) {
		if c.catalog.Has(reply.Locale, key) {
			doc = append(doc, paragraph(c.catalog.Sentence(reply.Locale, key, args)))
		}
	}
	if reply.New {
		say("app.keeps", locale.Args{"app": "Telegram"})
	}
	if reply.Forgotten {
		say("forget.telegram", nil)
	}
	if removed {
		say("code.removed", nil)
	}
	if len(reply.Sources) > 0 {
		sources := prose.Block{Kind: prose.Paragraph}
		for _, s := range reply.Sources {
			sources.Items = append(sources.Items, []prose.Span{{Text: "→ "}, {Text: s.Label, Link: s.URL}})
		}
		doc = append(doc, sources)
	}
	return append(doc, reply.Question...)
}

func paragraph(text string) prose.Block {
	return prose.Block{Kind: prose.Paragraph, Items: [][]prose.Span{{{Text: text}}}}
}

func blank(doc prose.Doc) bool { return strings.TrimSpace(doc.Text()) == "" }

// page is a text on its way into Telegram's HTML. It always counts; it writes only if keep is set, because splitting
// asks for the length of many texts that are never sent.
type page struct {
	keep        bool
	html, plain strings.Builder
	units       int
	entities    int
}

func (p *page) within(most int) bool { return p.units <= most && p.entities <= maxEntities }

func (p *page) text(s string) {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1 // shows nothing, and a text of nothing else is refused
		}
		return r
	}, s)
	p.units += units(s)
	if p.keep {
		s = strings.ToValidUTF8(s, string(utf8.RuneError))
		p.plain.WriteString(s)
		_, _ = escape.WriteString(&p.html, s)
	}
}

func (p *page) tag(s string) {
	if p.keep {
		p.html.WriteString(s)
	}
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// write gives doc as Telegram's HTML.
func (c composer) write(doc prose.Doc, tag language.Tag, keep bool) *page {
	p := &page{keep: keep}
	for i, block := range doc {
		if i > 0 {
			p.text("\n\n")
		}
		direction := c.catalog.Direction(tag)
		if block.Lang != "" {
			direction = c.catalog.Direction(language.Make(block.Lang))
		}
		for j, item := range block.Items {
			if j > 0 {
				p.text("\n")
			}
			p.text(mark(item, direction))
			switch block.Kind {
			case prose.List:
				p.text("• ")
			case prose.OrderedList:
				p.text(strconv.Itoa(block.From+j+1) + ". ")
			}
			p.line(item, block.Kind == prose.Heading)
		}
	}
	return p
}

func (p *page) line(item []prose.Span, heading bool) {
	for _, s := range item {
		if s.Text == "" {
			continue
		}
		bold, link := heading || s.Strong, strings.HasPrefix(s.Link, "https://")
		if bold {
			p.entities++
			p.tag("<b>")
		}
		// Only web addresses: Telegram drops a link with tel: or mailto: and finds numbers and addresses in the text by itself;
		// and a text has no buttons in it, so that a choice's words stay words.
		if link {
			p.entities++
			p.tag(`<a href="`)
			p.tag(escape.Replace(strings.ToValidUTF8(s.Link, "")))
			p.tag(`">`)
		}
		p.text(s.Text)
		if link {
			p.tag("</a>")
		}
		if bold {
			p.tag("</b>")
		}
	}
}

// units gives the length of s as Telegram counts it.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// The marks that make a line begin in a direction.
const (
	leftToRightMark = "\u200e"
	rightToLeftMark = "\u200f"
)

// mark gives what must stand before a line so that it runs in the direction of its language. Telegram's apps take a line's
// direction from its first letter, some of them also from one inside an isolate: an Arabic line that begins with "BIG"
// would run from left to right.
func mark(item []prose.Span, direction locale.Direction) string {
	for _, s := range item {
		for _, r := range s.Text {
			properties, _ := bidi.LookupRune(r)
			switch properties.Class() {
			case bidi.L:
				if direction == locale.RightToLeft {
					return rightToLeftMark
				}
				return ""
			case bidi.R, bidi.AL:
				if direction == locale.LeftToRight {
					return leftToRightMark
				}
				return ""
			}
		}
	}
	if direction == locale.RightToLeft {
		return rightToLeftMark // a line of figures only
	}
	return ""
}
