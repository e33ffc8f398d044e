package understand

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/fold"
)

// phrases hears rows of words, a little misspelt and with a word or so in between, in a text of any language.
type phrases struct {
	spellings *spellings
	ordinary  map[string]bool // folded words that the rest of the content uses
	root      *node
}

// node is a place in the tree of phrases, one word a step.
type node struct {
	next  map[int]*node
	calls []call // phrases that end here
}

// call is a phrase.
type call struct {
	article  kb.ArticleID
	order    int // its place in crisis.yaml
	harmless bool
	gaps     int // words that may stand in between
}

// learnPhrases makes the tree of all phrases. A word of ordinary is never taken for a misspelt one: انتظار (waiting) is
// one letter from انتحار (suicide).
func learnPhrases(list []kb.CrisisPhrase, ordinary map[string]bool) *phrases {
	p := &phrases{spellings: newSpellings(), ordinary: ordinary, root: &node{}}
	for order, phrase := range list {
		at, length := p.root, 0
		for part := range strings.SplitSeq(phrase.Text, ellipsis) {
			if length > 0 {
				at = at.step(anyWords)
			}
			for w := range fold.Words(fold.Text(part)) {
				at = at.step(p.spellings.add(w))
				length++
			}
		}
		if length > 0 {
			// "I really want to die": half a word may come between two; in a phrase of two words none, since those
			// that a phrase allows have been written out in the content.
			at.calls = append(at.calls, call{phrase.Article, order, phrase.Harmless, (length - 1) / 2})
		}
	}
	return p
}

const (
	ellipsis = "…" // in a phrase: up to mostAny words of any kind
	mostAny  = 3
	anyWords = -1 // the step that stands for them
)

// step gives the node after word id, made if it is not there.
func (n *node) step(id int) *node {
	if n.next == nil {
		n.next = map[int]*node{}
	}
	if n.next[id] == nil {
		n.next[id] = &node{}
	}
	return n.next[id]
}

// ordinaryWords gives the words of all texts but those of the articles that help.
func ordinaryWords(c *corpus, list []kb.CrisisPhrase) map[string]bool {
	helps := map[kb.ArticleID]bool{}
	for _, p := range list {
		helps[p.Article] = true
	}
	words := map[string]bool{}
	for _, e := range c.examples {
		if e.class < len(c.articles) && helps[c.articles[e.class]] {
			continue
		}
		for w := range fold.Words(e.text) {
			words[w] = true
		}
	}
	return words
}

// found is a phrase in a text, from word first to word last.
type found struct {
	call
	first, last int
}

const mostHeard = 512 // words of a text that are listened to

// Crisis tells which article helps, if text holds a call for help: a phrase of any language that no harmless one covers,
// or what is much like one. Of several phrases the one that stands first in the content is given. It errs on the side of
// help.
func (u *Understander) Crisis(text string) (article kb.ArticleID, ok bool) {
	text = cut(text)
	folded := fold.Text(text)
	article, ok, harmless := u.crisis.hear(folded)
	if ok || u.alarm == nil {
		return article, ok
	}
	article, how := u.alarm.loudest(folded)
	switch {
	case how <= loud || how <= veryLoud && harmless:
		return "", false
	case how <= veryLoud: // "a matter of life and death: which level of Dutch?" is a question
		if about := u.Understand(text, language.Und); !about.Declined && about.Score >= sure && about.Article != article {
			return "", false
		}
	}
	return article, true
}

// hear tells which article the phrases in a folded text lead to, and whether a harmless look-alike stands in it.
func (p *phrases) hear(folded string) (article kb.ArticleID, ok, harmless bool) {
	if p.root.next == nil {
		return "", false, false
	}
	var heard [][]int // for each word the phrase words that it may be
	for w := range fold.Words(folded) {
		if len(heard) == mostHeard {
			break
		}
		heard = append(heard, p.spellings.of(w, p.ordinary[w]))
	}
	var all []found
	for first := range heard {
		p.walk(p.root, heard, first, first, 0, &all)
	}
	order := -1
	for _, f := range all {
		harmless = harmless || f.harmless
		if !f.harmless && (order < 0 || f.order < order) && !slices.ContainsFunc(all, func(h found) bool {
			return h.harmless && h.first <= f.first && f.last <= h.last
		}) {
			article, order = f.article, f.order
		}
	}
	return article, order >= 0, harmless
}

// walk finds the phrases that go on from n at word at.
func (p *phrases) walk(n *node, heard [][]int, first, at, gaps int, all *[]found) {
	for _, c := range n.calls {
		if gaps <= c.gaps {
			*all = append(*all, found{c, first, at - 1})
		}
	}
	if next := n.next[anyWords]; next != nil {
		for skip := 0; skip <= mostAny && at+skip < len(heard); skip++ {
			p.walk(next, heard, first, at+skip, gaps, all)
		}
	}
	const mostGaps = 2
	for skip := 0; gaps+skip <= mostGaps && at+skip < len(heard); skip++ {
		if skip > 0 && n == p.root {
			return
		}
		for _, id := range heard[at+skip] {
			if next := n.next[id]; next != nil {
				p.walk(next, heard, first, at+skip+1, gaps+skip, all)
			}
		}
	}
}

// spellings finds words that are spelt like a known one but for a letter more, less, other or out of place. A word is
// filed under every form that lacks one letter; a text's word is looked up by its own such forms.
type spellings struct {
	id    map[string]int
	words []string
	short map[string][]int // form → words
}

const (
	shortestMisspelt = 6  // characters; "doing" is not "dying"
	longestMisspelt  = 24 // characters
)

func newSpellings() *spellings { return &spellings{id: map[string]int{}, short: map[string][]int{}} }

// add gives the number of a known word.
func (s *spellings) add(w string) int {
	if id, ok := s.id[w]; ok {
		return id
	}
	id := len(s.words)
	s.id[w] = id
	s.words = append(s.words, w)
	eachForm(w, func(form string) { s.short[form] = append(s.short[form], id) })
	return id
}

// of gives the known words that w may be: itself first, misspelt ones only if it is neither known nor ordinary.
func (s *spellings) of(w string, ordinary bool) []int {
	var ids []int
	if id, ok := s.id[w]; ok {
		ids = append(ids, id)
	}
	for _, and := range []string{"و", "ف"} { // Arabic writes "and" as one with the next word
		if rest, ok := strings.CutPrefix(w, and); ok {
			if id, ok := s.id[rest]; ok {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) > 0 || ordinary {
		return ids
	}
	eachForm(w, func(form string) {
		for _, id := range s.short[form] {
			if !slices.Contains(ids, id) && alike(w, s.words[id]) {
				ids = append(ids, id)
			}
		}
	})
	return ids
}

// eachForm yields w and w without each of its letters but the first, if w is long enough to be misspelt.
func eachForm(w string, yield func(string)) {
	n := utf8.RuneCountInString(w)
	if n < shortestMisspelt-1 || n > longestMisspelt {
		return
	}
	yield(w)
	for i, r := range w {
		if i > 0 {
			yield(w[:i] + w[i+utf8.RuneLen(r):])
		}
	}
}

// alike tells whether a is b with at most one letter more, less, other or changed places with its neighbour. The first
// letter must be the same, and the shorter of them long enough.
func alike(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y) < shortestMisspelt || len(y)-len(x) > 1 || x[0] != y[0] {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if i == len(x) {
		return true
	}
	if len(x) < len(y) {
		return slices.Equal(x[i:], y[i+1:])
	}
	return slices.Equal(x[i+1:], y[i+1:]) ||
		i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && slices.Equal(x[i+2:], y[i+2:])
}
