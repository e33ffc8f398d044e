package discordtest

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Run is a run of text as Discord's app shows it.
type Run struct {
	Text string
	Bold bool
	Link string // the address it opens
	Look string // any other look that Markdown gave it: "italic", "mention", "code", "quote", …
}

// Line is a line of a message as the app shows it.
type Line struct {
	Sign string // "- " for a bullet, "1. " and so on for a number, "" for neither
	Look string // "small", "quote", "title"
	Runs []Run
}

// String gives the line as text: the address of a link in angle brackets behind its words, unless they are the address.
func (l Line) String() string {
	out := l.Sign
	for _, r := range l.Runs {
		out += r.Text
		if r.Link != "" && r.Link != r.Text {
			out += " <" + r.Link + ">"
		}
	}
	return out
}

// Lines gives the lines of a message's words, the empty ones left out.
func (m Message) Lines() (all []string) {
	for _, line := range Read(m.Content) {
		if s := line.String(); strings.TrimSpace(s) != "" {
			all = append(all, s)
		}
	}
	return all
}

var (
	bullet = regexp.MustCompile(`^\s*[-*+] `)
	number = regexp.MustCompile(`^\s*[0-9]+\. `)
	title  = regexp.MustCompile(`^#{1,3} `)
	quote  = regexp.MustCompile(`^>(?:>>)? `)
)

// Read reads Discord's Markdown as the app does, as far as a bot could use it by intention or by mistake.
// https://support.discord.com/hc/articles/210298617
func Read(content string) (all []Line) {
	for text := range strings.SplitSeq(content, "\n") {
		var line Line
		switch {
		case strings.HasPrefix(text, "-# "):
			line.Look, text = "small", text[len("-# "):]
		case title.MatchString(text):
			line.Look, text = "title", text[len(title.FindString(text)):]
		case quote.MatchString(text):
			line.Look, text = "quote", text[len(quote.FindString(text)):]
		}
		// A list may stand in a list.
		for {
			if found := bullet.FindString(text); found != "" {
				line.Sign, text = line.Sign+"- ", text[len(found):]
			} else if found := number.FindString(text); found != "" {
				line.Sign, text = line.Sign+strings.TrimLeft(found, " \t"), text[len(found):]
			} else {
				break
			}
		}
		line.Runs = inline(text, Run{})
		all = append(all, line)
	}
	return all
}

// looks are the pairs of signs that change how text looks, longest first.
var looks = []struct{ sign, look string }{{"**", "bold"}, {"__", "underlined"}, {"~~", "struck"}, {"||", "hidden"}, {"*", "italic"}, {"_", "italic"}, {"`", "code"}}

var (
	masked    = regexp.MustCompile(`^\[((?:\\.|[^\]\\])+)\]\((?:<([^>\s]+)>|([^)\s]+))\)`)
	automatic = regexp.MustCompile(`^(?:<((?:https?|discord)://[^>\s]+)>|((?:https?|discord)://[^\s<]+))`)
	named     = regexp.MustCompile(`^<(?:@[!&]?|#|a?:\w+:|t:|/[^:>]+:|id:)[^>]+>`)
	ringing   = regexp.MustCompile(`^@(?:everyone|here)`)
	emoji     = regexp.MustCompile(`^:\w+:`)
)

// inline reads the inside of a line; like is what a run in it looks like.
func inline(text string, like Run) (runs []Run) {
	add := func(r Run) {
		if last := len(runs) - 1; last >= 0 && r.Link == "" && runs[last].Link == "" && runs[last].Bold == r.Bold && runs[last].Look == r.Look {
			runs[last].Text += r.Text
			return
		}
		runs = append(runs, r)
	}
	plain := func(s string) {
		r := like
		r.Text = s
		add(r)
	}
	looking := func(s, look string) {
		r := like
		r.Text, r.Look = s, look
		add(r)
	}
next:
	for len(text) > 0 {
		// Most of a text means nothing; what follows looks at each place where something may begin.
		if at := strings.IndexAny(text, "\\[<@:hd*_~|`"); at != 0 {
			if at < 0 {
				at = len(text)
			}
			plain(text[:at])
			text = text[at:]
			continue
		}
		if text[0] == '\\' && len(text) > 1 && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", text[1]) >= 0 {
			plain(text[1:2])
			text = text[2:]
			continue
		}
		if m := masked.FindStringSubmatch(text); m != nil && strings.Contains(m[2]+m[3], "://") {
			words := ""
			for _, r := range inline(m[1], like) {
				words += r.Text
			}
			add(Run{Text: words, Bold: like.Bold, Look: like.Look, Link: m[2] + m[3]})
			text = text[len(m[0]):]
			continue
		}
		if m := automatic.FindStringSubmatch(text); m != nil {
			add(Run{Text: m[1] + m[2], Bold: like.Bold, Look: like.Look, Link: m[1] + m[2]})
			text = text[len(m[0]):]
			continue
		}
		for _, r := range []*regexp.Regexp{named, ringing, emoji} {
			if m := r.FindString(text); m != "" {
				looking(m, "mention")
				text = text[len(m):]
				continue next
			}
		}
		for _, l := range looks {
			inside, rest, found := paired(text, l.sign)
			if !found {
				continue
			}
			inner := like
			if l.look == "bold" {
				inner.Bold = true
			} else {
				inner.Look = l.look
			}
			for _, r := range inline(inside, inner) {
				add(r)
			}
			text = rest
			continue next
		}
		_, size := utf8.DecodeRuneInString(text)
		plain(text[:size])
		text = text[size:]
	}
	return runs
}

// paired parts a text that begins with a sign at the next such sign that is not escaped.
func paired(text, sign string) (inside, rest string, found bool) {
	body, ok := strings.CutPrefix(text, sign)
	if !ok {
		return "", "", false
	}
	for i := 0; i < len(body); i++ {
		if body[i] == '\\' {
			i++
			continue
		}
		// A bold run ends with its last two asterisks.
		if i > 0 && strings.HasPrefix(body[i:], sign) && (sign != "**" || !strings.HasPrefix(body[i+2:], "*")) {
			return body[:i], body[i+len(sign):], true
		}
	}
	return "", "", false
}
