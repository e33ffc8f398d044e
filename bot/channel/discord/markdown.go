package discord

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/bidi"

	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

// small is the Kind of a block whose items Discord shows small and grey ("-# "), a line each: our sources. It lives
// between pages and markdown only. prose.Split takes a block of any kind apart in the same way.
const small prose.Kind = -1

// longestLink bounds the address of a link, in bytes. A longer one could fill a message and leave no room for its words;
// they are then shown without it.
const longestLink = 512

// units counts a text as Discord's limits do: in UTF-16 units, the larger of the ways to count characters.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// writer writes a text in Discord's Markdown. https://support.discord.com/hc/articles/210298617
type writer struct {
	out     strings.Builder
	tag     language.Tag // of the text
	catalog *locale.Catalog
}

// markdown gives the text as it is sent.
func markdown(doc prose.Doc, tag language.Tag, catalog *locale.Catalog) string {
	w := writer{tag: tag, catalog: catalog}
	for i, block := range doc {
		if i > 0 {
			w.out.WriteByte('\n')
			if doc[i-1].Kind != prose.Heading {
				w.out.WriteByte('\n')
			}
		}
		w.block(block)
	}
	return w.out.String()
}

func (w *writer) block(b prose.Block) {
	tag := w.tag
	if b.Lang != "" {
		tag = language.Make(b.Lang)
	}
	for i, item := range b.Items {
		if i > 0 {
			w.out.WriteByte('\n')
		}
		switch b.Kind {
		case prose.List:
			w.out.WriteString("- ")
		case prose.OrderedList:
			w.out.WriteString(strconv.Itoa(b.From+i+1) + ". ")
		case small:
			w.out.WriteString("-# ")
		}
		if b.Kind != small { // an official title goes in the direction of its own language
			w.out.WriteString(lead(item, w.catalog.Direction(tag)))
		}
		w.item(item, b.Kind)
	}
}

// lead gives the mark that a line must begin with so that Discord, which takes the direction of a line from its first
// letter, shows it in the direction of its language: none if that letter already says so.
func lead(item []prose.Span, direction locale.Direction) string {
	for _, span := range item {
		for _, r := range span.Text {
			p, _ := bidi.LookupRune(r)
			switch p.Class() {
			case bidi.L:
				if direction == locale.RightToLeft {
					return "\u200f"
				}
				return ""
			case bidi.R, bidi.AL:
				if direction == locale.LeftToRight {
					return "\u200e"
				}
				return ""
			}
		}
	}
	if direction == locale.RightToLeft {
		return "\u200f"
	}
	return ""
}

// item writes one line. Neighbours that are both bold share their asterisks: "**a****b**" would not be bold.
func (w *writer) item(item []prose.Span, kind prose.Kind) {
	bold, start := false, true
	for _, span := range item {
		span.Text = clean(span.Text)
		strong := (span.Strong || kind == prose.Heading) && !blank(span.Text)
		if strong != bold && (strong || span.Text != "") {
			w.out.WriteString("**")
			bold = strong
		}
		start = w.span(span, start, bold || kind != prose.Paragraph)
	}
	if bold {
		w.out.WriteString("**")
	}
}

// span writes a run of text and tells whether the line still stands at its start, where more signs have a meaning.
func (w *writer) span(span prose.Span, start, oneLine bool) bool {
	address := opened(span.Link)
	text, start := escape(span.Text, start, oneLine || address != "")
	switch {
	case address == "" || blank(span.Text):
		w.out.WriteString(text)
	case span.Text == span.Link:
		w.out.WriteString("<" + address + ">")
	default:
		w.out.WriteString("[" + text + "](<" + address + ">)") // the angle brackets keep Discord from showing the page itself
	}
	return start
}

// opened gives the address as it stands in a masked link, or "" if Discord opens no such link: it knows web addresses
// only. A phone number or mail address is its own text, and a choice is a button below.
func opened(link string) string {
	if !strings.HasPrefix(link, "https://") || len(link) > longestLink {
		return ""
	}
	address, err := url.Parse(link)
	if err != nil || address.Host == "" {
		return ""
	}
	return strings.NewReplacer("<", "%3C", ">", "%3E", "\\", "%5C").Replace(address.String())
}

// clean gives a text without what a message cannot hold. A link's words may be nothing but that.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) && r != '\n':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// blank tells whether there is nothing to see in a text.
func blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) })
}

// special are the signs that mean something anywhere in a line. A closing parenthesis means something only behind a
// bracket, which is always escaped.
const special = "\\*_`~|[]<>@:"

// escape gives a text in which nothing means anything to Discord, and whether its end still stands at the start of a
// line. Hyphens, number signs and digits mean something at the start of a line only, and are left alone elsewhere: phones
// copy a message as it was sent, and a plan code with backslashes in it would open no plan.
//
// A line break begins a new line, but where oneLine says that it would end what it stands in, such as a list: there it is
// a space.
func escape(text string, start, oneLine bool) (string, bool) {
	var out strings.Builder
	digits := false // all since the start of the line
	for _, r := range text {
		if r == '\n' && oneLine {
			r = ' '
		}
		switch {
		case r == '\n':
			out.WriteRune(r)
			start, digits = true, false
			continue
		case strings.ContainsRune(special, r),
			start && !digits && strings.ContainsRune("-+#", r),
			digits && r == '.':
			out.WriteByte('\\')
		}
		out.WriteRune(r)
		digits = start && r >= '0' && r <= '9'
		start = start && (digits || unicode.IsSpace(r))
	}
	return out.String(), start
}
