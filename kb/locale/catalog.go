package locale

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Sentence is one of the bot's own sentences in one language: a form for each plural it needs, or only Other. A form may
// hold {name} for each argument; the argument n chooses the plural.
type Sentence map[Plural]string

// Interface is what the bot itself says and hears in one language.
type Interface struct {
	Commands  map[string][]string // command → the words people type for it
	Sentences map[string]Sentence
}

// Args are the arguments of a sentence by name. A number is written as the language writes numbers; give a year as a
// string. In a right-to-left language the numbers and Latin words of an argument are isolated.
type Args map[string]any

// Catalog holds the languages and sentences. It is immutable and safe for concurrent use.
type Catalog struct {
	source   language.Tag
	langs    []Language
	byTag    map[language.Tag]Language
	ui       map[language.Tag]Interface
	chains   map[language.Tag][]language.Tag
	speaking map[language.Tag][]language.Tag   // tag → languages of ui to try, in order
	printers map[language.Tag]*message.Printer // with Latin digits
}

// NewCatalog builds a catalog of langs, in the order in which they are offered. source is the language that everything
// is written in first, or language.Und. ui may have languages that langs lacks and the other way round. The catalog
// keeps langs and ui; the caller no longer changes them.
func NewCatalog(source language.Tag, langs []Language, ui map[language.Tag]Interface) *Catalog {
	c := &Catalog{source: source, langs: langs, ui: ui, byTag: make(map[language.Tag]Language, len(langs)),
		chains: map[language.Tag][]language.Tag{}, speaking: map[language.Tag][]language.Tag{}, printers: map[language.Tag]*message.Printer{}}
	for _, l := range langs {
		c.byTag[l.Tag] = l
	}
	for tag := range c.byTag {
		c.chains[tag] = c.chain(tag)
		c.speaking[tag] = c.uiChain(tag)
		c.printers[tag] = latinPrinter(tag)
	}
	for tag := range ui {
		c.speaking[tag] = c.uiChain(tag)
		c.printers[tag] = latinPrinter(tag)
	}
	return c
}

// Languages gives the languages of the content in the order in which they are offered. The slice is the catalog's.
func (c *Catalog) Languages() []Language { return c.langs }

// Language gives the language with exactly this tag.
func (c *Catalog) Language(tag language.Tag) (Language, bool) {
	l, ok := c.byTag[tag]
	return l, ok
}

// Direction gives the direction in which tag is written, whether the content has that language or not.
func (c *Catalog) Direction(tag language.Tag) Direction {
	if l, ok := c.byTag[tag]; ok && l.Direction != "" {
		return l.Direction
	}
	script, _ := tag.Script()
	return DirectionOf(script.String())
}

// Chain gives the languages in which to look for a text: tag (or the language of the content that matches it), its
// fallbacks, the source language. It is empty for a language that matches nothing in content without a source language.
// The slice is the catalog's.
func (c *Catalog) Chain(tag language.Tag) []language.Tag {
	if chain, ok := c.chains[tag]; ok {
		return chain
	}
	return c.chain(tag)
}

func (c *Catalog) chain(tag language.Tag) []language.Tag {
	var chain []language.Tag
	if l, ok := c.Match(tag); ok {
		chain = append(chain, l.Tag)
		for _, f := range l.Fallback {
			if !slices.Contains(chain, f) {
				chain = append(chain, f)
			}
		}
	}
	if c.source != language.Und && !slices.Contains(chain, c.source) {
		chain = append(chain, c.source)
	}
	return chain
}

// aliases are languages that x/text keeps apart though their speakers read one text. Dari and Persian are so here.
var aliases = map[string]string{"prs": "fa"}

// Match gives the language of the content that a speaker of tag reads: the same language in the same script, whatever
// the region. The matcher of x/text goes further, and too far: with high confidence it offers English for Urdu, Russian
// for Belarusian, Arabic for Sorani and Turkish for a bare ku, whose speakers may read none of these.
func (c *Catalog) Match(tag language.Tag) (Language, bool) {
	if l, ok := c.byTag[tag]; ok {
		return l, true
	}
	if tag == language.Und {
		return Language{}, false
	}
	base, script := reading(tag)
	for _, l := range c.langs {
		if b, s := reading(l.Tag); b == base && s == script {
			return l, true
		}
	}
	return Language{}, false
}

// reading gives the language and script that speakers of tag read.
func reading(tag language.Tag) (base, script string) {
	if wider, err := language.Macro.Canonicalize(tag); err == nil {
		tag = wider // arb is ar, cmn is zh
	}
	b, _ := tag.Base()
	if to, ok := aliases[b.String()]; ok {
		tag = language.Make(to)
		b, _ = tag.Base()
	}
	s, _ := tag.Script()
	return b.String(), s.String()
}

// uiChain gives the languages of ui to try for a sentence in tag. Content without sentences of its own (minimal content)
// may be in a language the binary does not speak: then English, then whatever there is, since silence helps nobody.
func (c *Catalog) uiChain(tag language.Tag) []language.Tag {
	var chain []language.Tag
	add := func(t language.Tag) {
		if _, ok := c.ui[t]; ok && !slices.Contains(chain, t) {
			chain = append(chain, t)
		}
	}
	for t := tag; t != language.Und; t = t.Parent() {
		add(t)
	}
	base, _ := reading(tag)
	add(language.Make(base))
	for _, t := range c.Chain(tag) {
		add(t)
	}
	add(language.English)
	rest := make([]language.Tag, 0, len(c.ui))
	for t := range c.ui {
		rest = append(rest, t)
	}
	slices.SortFunc(rest, func(a, b language.Tag) int { return strings.Compare(a.String(), b.String()) })
	for _, t := range rest {
		add(t)
	}
	return chain
}

// Sentence gives the sentence key in tag with its arguments filled in. A key that tag lacks comes from the languages of
// its Chain; a key that no language has is given back as it is, so that a missing sentence is seen and never crashes.
func (c *Catalog) Sentence(tag language.Tag, key string, args Args) string {
	spoken, s, ok := c.find(tag, key)
	if !ok {
		return key
	}
	said := c.fill(spoken, s.form(spoken, args), args)
	if strings.Contains(said, "/") {
		said = c.isolate(spoken, said) // a command such as /plan, whose slash would move to its other end
	}
	return said
}

// Has tells whether any language that Sentence would try for tag has the key.
func (c *Catalog) Has(tag language.Tag, key string) bool {
	_, _, ok := c.find(tag, key)
	return ok
}

// Missing gives the keys, sorted, of the sentences that the source language has and tag itself has not.
func (c *Catalog) Missing(tag language.Tag) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c.ui[c.source].Sentences)), func(key string) bool {
		_, ok := c.ui[tag].Sentences[key]
		return ok
	})
}

// Commands gives the words for each command in tag, or in the first language of its Chain that has any. The map is the
// catalog's.
func (c *Catalog) Commands(tag language.Tag) map[string][]string {
	for _, t := range c.spoken(tag) {
		if commands := c.ui[t].Commands; len(commands) > 0 {
			return commands
		}
	}
	return nil
}

// Interfaces gives the languages that have sentences or commands, in alphabetical order of their tags.
func (c *Catalog) Interfaces() []language.Tag {
	tags := make([]language.Tag, 0, len(c.ui))
	for t := range c.ui {
		tags = append(tags, t)
	}
	slices.SortFunc(tags, func(a, b language.Tag) int { return strings.Compare(a.String(), b.String()) })
	return tags
}

func (c *Catalog) spoken(tag language.Tag) []language.Tag {
	if chain, ok := c.speaking[tag]; ok {
		return chain
	}
	return c.uiChain(tag)
}

// find gives the first language that has the sentence, and the sentence.
func (c *Catalog) find(tag language.Tag, key string) (language.Tag, Sentence, bool) {
	for _, t := range c.spoken(tag) {
		if s, ok := c.ui[t].Sentences[key]; ok && len(s) > 0 {
			return t, s, true
		}
	}
	return tag, nil, false
}

// form chooses the plural form for args["n"].
func (s Sentence) form(tag language.Tag, args Args) string {
	if len(s) > 1 {
		if n, ok := numeric(args["n"]); ok {
			if text, ok := s[PluralOf(tag, n)]; ok {
				return text
			}
		}
	}
	return s[Other]
}

// fill replaces the {name}s of text. A name without argument stays as it is.
func (c *Catalog) fill(tag language.Tag, text string, args Args) string {
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	var out strings.Builder
	for {
		start := strings.IndexByte(text, '{')
		if start < 0 {
			break
		}
		end := strings.IndexByte(text[start:], '}')
		if end < 0 {
			break
		}
		name := text[start+1 : start+end]
		if arg, ok := args[name]; ok {
			out.WriteString(text[:start])
			out.WriteString(c.isolate(tag, c.argument(tag, arg)))
		} else {
			out.WriteString(text[:start+end+1])
		}
		text = text[start+end+1:]
	}
	out.WriteString(text)
	return out.String()
}

func (c *Catalog) argument(tag language.Tag, arg any) string {
	if s, ok := arg.(string); ok {
		return s
	}
	if n, ok := numeric(arg); ok {
		return c.number(tag, n)
	}
	return fmt.Sprint(arg)
}

// isolate applies Isolate where the language is written from right to left.
func (c *Catalog) isolate(tag language.Tag, s string) string {
	if c.Direction(tag) == RightToLeft {
		return Isolate(s)
	}
	return s
}

// numeric gives an argument as a number if it is one.
func numeric(arg any) (float64, bool) {
	switch n := arg.(type) {
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
