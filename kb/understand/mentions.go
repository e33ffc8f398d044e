package understand

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/fold"
)

// Mention is a value that a text names, such as a profession. Section and ID are those of words/<lang>.yaml.
type Mention struct{ Section, ID string }

// lexicon finds the names of values, in all languages at once, as the longest row of words that it knows. Endings and
// the Arabic words that are written as one with the next are seen through.
type lexicon struct {
	exact map[string]int   // word → its number
	stems map[string][]int // word without its last vowel → numbers
	words []string
	root  *name
}

// name is a place in the tree of names, one word a step.
type name struct {
	next  map[int]*name
	means []Mention // what ends here, the section that is asked for first in front
}

// The sections of words/<lang>.yaml that tell which values there are: the slots by their id, and what people say when
// they begin to tell about themselves.
const (
	sectionSlots = "slots"
	sectionTalk  = "talk"
	valuesSuffix = "-values" // of a section whose plain name another has
)

// mute are values whose short name says nothing outside its question: "no" in a sentence answers nothing.
var mute = []string{"yes", "no", "none", "all", "other"}

func learnLexicon(lib *kb.Library) *lexicon {
	l := &lexicon{exact: map[string]int{}, stems: map[string][]int{}, root: &name{}}
	tags := languages(lib.Catalog())
	sections := []string{sectionTalk}
	for _, tag := range tags {
		for _, slot := range lib.Section(tag, sectionSlots) {
			for _, section := range []string{slot, slot + valuesSuffix} {
				if !slices.Contains(sections, section) {
					sections = append(sections, section)
				}
			}
		}
	}
	filed := map[string]bool{} // text and id: a country's name is filed once, not as a nationality too
	for _, section := range sections {
		for _, tag := range tags {
			for _, id := range idsOf(lib, tag, section) {
				w, ok := lib.Word(tag, section, id)
				if !ok {
					continue
				}
				for _, form := range append([]string{w.Name}, w.Also...) {
					form = fold.Text(form)
					if key := form + "\x00" + id; !filed[key] {
						filed[key] = true
						l.add(form, Mention{section, id})
					}
				}
			}
		}
	}
	return l
}

// idsOf gives the values that section names in tag: those in its file, and the countries that the locale data name.
func idsOf(lib *kb.Library, tag language.Tag, section string) []string {
	ids := slices.Clone(lib.Section(tag, section))
	for _, id := range lib.Values(section) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

const mostNameWords = 8 // a longer name is a sentence, which nobody types as it stands

func (l *lexicon) add(folded string, m Mention) {
	words := slices.Collect(fold.Words(folded))
	if len(words) == 0 || len(words) > mostNameWords || len(words) == 1 && slices.Contains(mute, m.ID) {
		return
	}
	at := l.root
	for _, w := range words {
		id := l.number(w)
		if at.next == nil {
			at.next = map[int]*name{}
		}
		if at.next[id] == nil {
			at.next[id] = &name{}
		}
		at = at.next[id]
	}
	if !slices.Contains(at.means, m) {
		at.means = append(at.means, m)
	}
}

// number gives the number of a known word, filing it under its stem.
func (l *lexicon) number(w string) int {
	if article := strings.TrimPrefix(w, "ال"); utf8.RuneCountInString(article) >= shortestRest {
		w = article
	}
	if id, ok := l.exact[w]; ok {
		return id
	}
	id := len(l.words)
	l.exact[w] = id
	l.words = append(l.words, w)
	if s := stem(w); utf8.RuneCountInString(s) >= shortestStem {
		l.stems[s] = append(l.stems[s], id)
	}
	return id
}

const (
	shortestStem  = 4 // characters of a word that may have another ending; "arts" is seen in "artsen", "IC" in nothing
	longestEnding = 3 // characters: -s, -en, -yim, -ами
	shortestRest  = 3 // characters that an Arabic word keeps without what is written as one with it
)

// plurals are endings that even a short word may have.
var plurals = []string{"en", "ين", "ون", "ات"}

// stem takes off the last vowel where it changes with case or gender: медсестра, медсестрой; ممرضة, ممرض; enfermera.
func stem(w string) string {
	last, size := utf8.DecodeLastRuneInString(w)
	long := utf8.RuneCountInString(w)
	switch {
	case unicode.Is(unicode.Cyrillic, last) && long > shortestStem && strings.ContainsRune("аеиіїйоуыьэюяє", last),
		unicode.Is(unicode.Arabic, last) && long > shortestStem && strings.ContainsRune("اهي", last),
		long > 2*shortestStem-2 && strings.ContainsRune("aeo", last):
		return w[:len(w)-size]
	}
	return w
}

// joined are the Arabic words (and, in, for, the …) that are written as one with the next, longest first.
var joined = []string{"وبال", "وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف"}

// of gives the known words that w may be, the likeliest first.
func (l *lexicon) of(w string) (ids []int) {
	add := func(w string) {
		if id, ok := l.exact[w]; ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		for cut, ending := w, 0; ending <= longestEnding && utf8.RuneCountInString(cut) >= shortestStem; ending++ {
			for _, id := range l.stems[cut] {
				// The shorter a known word, the fewer letters may be strange: "Mali" is not in "malice", but "arts" is
				// in "artsen".
				if !slices.Contains(ids, id) && (ending <= utf8.RuneCountInString(cut)-shortestStem+1 || slices.Contains(plurals, w[len(cut):])) {
					ids = append(ids, id)
				}
			}
			_, size := utf8.DecodeLastRuneInString(cut)
			cut = cut[:len(cut)-size]
		}
	}
	add(w)
	for _, prefix := range joined {
		if rest, ok := strings.CutPrefix(w, prefix); ok && utf8.RuneCountInString(rest) >= shortestRest {
			add(rest)
		}
	}
	return ids
}

// Mentions gives the values of slots that text names in any language, in order of appearance, each once.
func (u *Understander) Mentions(text string) []Mention {
	return u.mentions.find(fold.Text(cut(text)))
}

func (l *lexicon) find(folded string) []Mention {
	if l.root.next == nil {
		return nil
	}
	var words [][]int
	for w := range fold.Words(folded) {
		if len(words) == mostHeard {
			break
		}
		words = append(words, l.of(w))
	}
	var mentions []Mention
	for at := 0; at < len(words); {
		end, means := l.longest(l.root, words, at)
		if means == nil {
			at++
			continue
		}
		if !slices.Contains(mentions, means[0]) {
			mentions = append(mentions, means[0])
		}
		at = end
	}
	return mentions
}

// longest follows the tree from n at word at as far as a name goes.
func (l *lexicon) longest(n *name, words [][]int, at int) (end int, means []Mention) {
	end, means = at, n.means
	if at == len(words) {
		return end, means
	}
	for _, id := range words[at] {
		if next := n.next[id]; next != nil {
			if e, m := l.longest(next, words, at+1); m != nil && (means == nil || e > end) {
				end, means = e, m
			}
		}
	}
	return end, means
}
