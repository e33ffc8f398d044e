package understand

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/fold"
	"wegwijzer/kb/locale"
)

// part tells where an example comes from.
type part uint8

const (
	question part = iota // asked by a person about the article
	outside              // must be declined
	title
	paragraph // of an article's body
)

// example is a folded text with the class it belongs to.
type example struct {
	text  string
	class int // index of the article, or the number of articles for outside
	part  part
	tag   language.Tag
}

// corpus is what the content has to learn from.
type corpus struct {
	articles []kb.ArticleID
	examples []example // by part
	asked    bool      // some article has a question
	outside  bool      // some sentence must be declined
	bodies   bool      // some article has a title, a body or a Dutch term: there is something to retrieve by
}

// classes counts the articles and what is outside of all of them.
func (c *corpus) classes() int { return len(c.articles) + 1 }

func gatherCorpus(lib *kb.Library) *corpus {
	c := &corpus{}
	articles := lib.Articles()
	for i, a := range articles {
		c.articles = append(c.articles, a.ID)
		for _, tag := range tags(a.Texts) {
			text := a.Texts[tag]
			add := func(s string, p part) {
				if s = fold.Text(cut(s)); s != "" {
					c.examples = append(c.examples, example{s, i, p, tag})
					c.asked = c.asked || p == question
					c.bodies = c.bodies || p != question
				}
			}
			for _, q := range text.Questions {
				add(q, question)
			}
			add(text.Title, title)
			for line := range strings.Lines(text.Body.Text()) {
				add(line, paragraph)
			}
		}
		c.bodies = c.bodies || len(a.Terms) > 0
	}
	for _, l := range languages(lib.Catalog()) {
		for _, s := range lib.Outside(l) {
			if s = fold.Text(cut(s)); s != "" {
				c.examples = append(c.examples, example{s, len(articles), outside, l})
				c.outside = true
			}
		}
	}
	slices.SortStableFunc(c.examples, func(a, b example) int { return cmp.Compare(a.part, b.part) })
	return c
}

// features reads the examples, one after another into the same room. Where people's questions are known, a paragraph is read for its words only: it says much
// that is not what its article is asked for, its n-grams are two thirds of all there is to read, and the index has them.
func (c *corpus) features() iter.Seq[[]feature] {
	return func(yield func([]feature) bool) {
		var room []feature
		for _, e := range c.examples {
			if e.part == paragraph && c.asked {
				room = readWords(e.text, room[:0])
			} else {
				room = read(e.text, room[:0])
			}
			if !yield(room) {
				return
			}
		}
	}
}

// tags gives the languages of an article in a fixed order, since what is learnt depends on the order of the examples.
func tags(texts map[language.Tag]*kb.Text) []language.Tag {
	found := make([]language.Tag, 0, len(texts))
	for tag := range texts {
		found = append(found, tag)
	}
	slices.SortFunc(found, func(a, b language.Tag) int { return strings.Compare(a.String(), b.String()) })
	return found
}

func languages(catalog *locale.Catalog) []language.Tag {
	var found []language.Tag
	for _, l := range catalog.Languages() {
		found = append(found, l.Tag)
	}
	return found
}
