package kb

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"wegwijzer/kb/prose"
)

// shown is a short text that people see, with where it stands.
type shown struct {
	file string
	line int
	text string // facts not filled in
}

// shortTextRules are the rules for titles, words and sentences.
func (l *loader) shortTextRules(s shown) {
	l.factsAreKnown(s)
	l.figuresAreFacts(s)
}

// factsAreKnown is the rule that a placeholder names a fact, and that braces are a whole placeholder.
func (l *loader) factsAreKnown(s shown) {
	rest := s.text
	for _, id := range prose.Placeholders(s.text) {
		rest = strings.Replace(rest, "{{"+id+"}}", "", 1)
		l.factIsKnown(s.file, s.line, id)
	}
	if strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		l.fault(s.file, s.line, "placeholder", "double braces that are not a whole {{fact-id}} in "+quoted(s.text), "Write two braces, the id without spaces, two braces: {{fact-id}}.")
	}
}

func (l *loader) factIsKnown(file string, line int, id string) {
	if l.lib.factByID[FactID(id)] != nil || l.broken[fileFacts] {
		return
	}
	l.report(l.minimal && !l.has[fileFacts], file, line, "unknown-fact", "unknown fact "+quoted(id), meant(id, l.factIDs())+"Use an id of facts.yaml, or add the fact there.")
}

// address finds what looks like the address of a page or a mailbox.
var address = regexp.MustCompile(`(?i)https?://\S+|\bwww\.\S+|\S+@\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:nl|com|org|net|eu|info|gov|amsterdam)\b`)

// figure finds words with a digit in them: letters of the Latin script and digits of any. A word of another script that
// is written on to one (an Arabic article, a Turkish ending after an apostrophe) is not part of it.
var figure = regexp.MustCompile(`[\p{Latin}\p{Nd}]*\p{Nd}[\p{Latin}\p{Nd}]*(?:[.,:/-]\p{Nd}+)*\+?`)

// listNumber is the number of an item of a numbered list, which Markdown needs.
var listNumber = regexp.MustCompile(`^\s*[0-9]{1,9}[.)](\s|$)`)

// reference is a character reference of Markdown.
var reference = regexp.MustCompile(`&#?\w+;`)

// visible gives the text without what people do not see as it stands: placeholders of either kind and links' addresses.
func visible(text string) string {
	for _, around := range [...]struct{ open, close string }{{"{", "}"}, {"](", ")"}} {
		if !strings.Contains(text, around.open) {
			continue
		}
		var out strings.Builder
		for {
			before, rest, found := strings.Cut(text, around.open)
			out.WriteString(before)
			if !found {
				break
			}
			out.WriteByte(' ')
			if _, text, found = strings.Cut(rest, around.close); !found {
				text = rest
			}
		}
		text = out.String()
	}
	return text
}

// figuresAreFacts is the rule that no figure, date, phone number or address stands in a text but as a {{fact-id}} or a
// word of terms.yaml: only a fact has a source and is checked again. It stays off in content without facts.
func (l *loader) figuresAreFacts(s shown) {
	if !l.usable(fileFacts) || l.broken[fileTerms] {
		return
	}
	text := visible(s.text)
	if !figureOrAddress(text) {
		return
	}
	text = reference.ReplaceAllString(listNumber.ReplaceAllString(text, ""), " ")
	text = address.ReplaceAllStringFunc(text, func(found string) string {
		found = strings.TrimRight(found, ".,;:!?)>*")
		if l.allowed[found] {
			return " "
		}
		l.fault(s.file, s.line, "loose-address", "the address "+quoted(found)+" stands in the text", "Make it a fact of kind url, email or phone, and write {{its-id}} or [words]({{its-id}}).")
		return " "
	})
	for _, found := range figure.FindAllString(text, -1) {
		if !l.allowed[found] && !l.allowed[strings.TrimSuffix(found, "+")] || strings.HasSuffix(found, "+") && !l.allowed[found] {
			l.fault(s.file, s.line, "loose-figure", "the figure "+quoted(found)+" stands in the text",
				"Make it a fact and write {{its-id}}, write a small number in letters, or add the word to words in terms.yaml.")
		}
	}
}

// figureOrAddress tells whether a text can hold a figure or an address at all: a digit, an @, or a full stop or colon
// inside a word. Most texts can not, and the patterns above are slow.
func figureOrAddress(text string) bool {
	var before, stop rune
	for _, r := range text {
		word := unicode.IsLetter(r) || r == '/'
		if unicode.IsDigit(r) || r == '@' || word && stop != 0 {
			return true
		}
		stop = 0
		if (r == '.' || r == ':') && unicode.IsLetter(before) {
			stop = r
		}
		before = r
	}
	return false
}

// bodyRules are the rules for the body of an article's text, line by line.
func (l *loader) bodyRules(t *Text, f *textFile) {
	l.markdownIsOurs(t, f)
	l.linksLeadSomewhere(t, f)
	for i, line := range strings.Split(f.body, "\n") {
		s := shown{file: t.File, line: t.Line + i, text: line}
		for _, id := range prose.Placeholders(line) {
			l.factIsKnown(s.file, s.line, id)
		}
		l.figuresAreFacts(s)
		l.numberWordsAreFacts(t.Tag, s)
	}
}

// markdownIsOurs is the rule that a body keeps to the Markdown we render; raw HTML is none of it. Minimal content may
// hold other people's texts, whose words are shown without their markup.
func (l *loader) markdownIsOurs(t *Text, f *textFile) {
	for _, p := range f.problems {
		l.report(l.minimal, t.File, t.Line+p.Line-1, p.Rule, "the text has "+p.What, p.Do)
	}
}

// linksLeadSomewhere is the rule that a link leads to a known article, or to a fact that is an address; an address written
// out in a link would never be checked again.
func (l *loader) linksLeadSomewhere(t *Text, f *textFile) {
	for _, link := range t.Body.Links() {
		if id, ok := strings.CutPrefix(link, prose.ArticleLink); ok {
			if l.lib.byID[ArticleID(id)] == nil {
				l.fault(t.File, t.Line+lineOf(f.body, link), "unknown-article", "a link to the unknown article "+quoted(id), meant(id, l.articleIDs())+"Use the name of a folder in articles.")
			}
			continue
		}
		if id, ok := strings.CutPrefix(link, prose.FactLink); ok {
			if fact := l.lib.factByID[FactID(id)]; fact != nil && fact.Kind != URL && fact.Kind != Email && fact.Kind != Phone {
				l.fault(t.File, t.Line+lineOf(f.body, "{{"+id+"}}"), "link", fmt.Sprintf("a link to the fact %s, which is a %s and no address", quoted(id), fact.Kind), "Link to a fact of kind url, email or phone.")
			}
			continue
		}
		if l.usable(fileFacts) && strings.Contains(f.body, "]("+link) {
			l.fault(t.File, t.Line+lineOf(f.body, link), "loose-address", "the address "+quoted(link)+" stands in a link", "Make it a fact of kind url, email or phone, and write [words]({{its-id}}).")
		}
	}
}

// lineOf gives the number of lines before the first place of s in text.
func lineOf(text, s string) int {
	before, _, found := strings.Cut(text, s)
	if !found {
		return 0
	}
	return strings.Count(before, "\n")
}
