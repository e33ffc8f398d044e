// Package langid tells in which language a chat-length text is written: by its script first, then by its letters, word
// parts and words, against profiles that we wrote ourselves (profiles/*.txt) and the texts of the content.
//
// It names languages that the content does not have too, since "we do not speak Polish yet" needs the name. It does not
// tell Dari from Persian (both are fa), finds one language per text, and never sees the person.
package langid

import (
	"embed"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"

	"wegwijzer/kb/fold"
)

//go:embed profiles
var profiles embed.FS

const (
	longestGram   = 4       // characters, blanks at the ends of a word counted
	wordGram      = 5       // the row of whole words
	tellingGram   = 3       // without a known one of this length a text is noise, such as "qqq"
	maxSample     = 400     // characters of a text that are looked at; a language shows long before
	maxContent    = 1 << 14 // bytes of content per language that are learnt from, so that start-up stays short
	smoothing     = 0.8     // share of probability given to what was seen; the rest is the same for every language
	latinForm     = 7.0     // nats that a language written in another script than its own has to make up for
	foreignLetter = 4.0     // nats that a letter costs which a language does not have
	hintWorth     = 3.0     // nats that the person's own language is ahead in any text,
	hintShort     = 8.0     // and over its number of words: one word is decided by it, a sentence hardly
)

// share of each gram length in the score; whole words say most, single letters tell ps from fa and uk from ru.
var share = [wordGram + 1]float64{0, 0.2, 0.4, 0.4, 0.4, 2}

// profile is what one language looks like in one script. A language that people also write in Latin letters has two.
type profile struct {
	tag   language.Tag
	latin bool // in Latin letters though its own script is another
	alpha script
}

// evidence is how much likelier a gram is in one profile than if it had never been seen there.
type evidence struct {
	profile int32
	worth   float32
}

// Identifier tells languages. It is immutable and safe for concurrent use.
type Identifier struct {
	profiles []profile
	grams    map[string][]evidence
	foreign  map[rune][]int32 // letter → profiles whose alphabet lacks it
}

// New learns the profiles in the package and samples, texts of the content by their language; samples may be nil. It
// takes about 60 ms.
func New(samples map[language.Tag][]string) (*Identifier, error) {
	files, err := profiles.ReadDir("profiles")
	if err != nil {
		return nil, fmt.Errorf("read language profiles: %w", err)
	}
	id := &Identifier{grams: map[string][]evidence{}}
	texts := map[profile]*strings.Builder{}
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), ".txt")
		tag, err := language.Parse(name)
		if err != nil {
			return nil, fmt.Errorf("language profile %s: %w", file.Name(), err)
		}
		text, err := profiles.ReadFile("profiles/" + file.Name())
		if err != nil {
			return nil, fmt.Errorf("read language profile: %w", err)
		}
		latin := strings.HasSuffix(name, "-Latn")
		p := profile{tag: Primary(tag), latin: latin, alpha: scriptOf(string(text))}
		id.profiles = append(id.profiles, p)
		texts[p] = &strings.Builder{}
		texts[p].Write(text)
	}
	for _, tag := range slices.SortedFunc(maps.Keys(samples), func(a, b language.Tag) int {
		return strings.Compare(a.String(), b.String())
	}) {
		id.learnContent(texts, tag, samples[tag])
	}
	for i, p := range id.profiles {
		id.learn(int32(i), texts[p].String())
	}
	id.learnForeign()
	return id, nil
}

// learnContent adds the content's texts to the profile of their language, or makes a new one.
func (id *Identifier) learnContent(texts map[profile]*strings.Builder, tag language.Tag, samples []string) {
	size := 0
	for _, sample := range samples {
		if size += len(sample); size > maxContent {
			return
		}
		p := profile{tag: Primary(tag), alpha: scriptOf(sample)}
		if p.alpha == none {
			continue
		}
		if texts[p] == nil {
			texts[p] = &strings.Builder{}
			id.profiles = append(id.profiles, p)
		}
		texts[p].WriteString("\n")
		texts[p].WriteString(sample)
	}
}

// learn counts the grams of a profile's text, once with its letters as they are and once as people without the right
// keys type them.
func (id *Identifier) learn(number int32, text string) {
	counts := map[string]int{}
	var total [wordGram + 1]int
	for _, form := range []string{fold.Letters(text), fold.Text(text)} {
		for word := range fold.Words(form) {
			if id.profiles[number].alpha != scriptOf(word) {
				continue
			}
			eachGram(word, func(n int, gram string) {
				counts[gram]++
				total[n]++
			})
		}
	}
	for gram, count := range counts {
		n := length(gram)
		seen := smoothing * float64(count) / float64(total[n])
		worth := share[n] * math.Log(1+seen/unseen(n))
		id.grams[gram] = append(id.grams[gram], evidence{number, float32(worth)})
	}
}

// learnForeign notes for each letter of an alphabet which of the others lack it.
func (id *Identifier) learnForeign() {
	id.foreign = map[rune][]int32{}
	for _, alphabet := range alphabets {
		for _, r := range alphabet {
			if id.foreign[r] != nil {
				continue
			}
			id.foreign[r] = []int32{}
			for i, p := range id.profiles {
				own, ok := alphabets[p.tag.String()]
				if p.latin || ok && scriptOf(string(r)) == p.alpha && !strings.ContainsRune(own, r) {
					id.foreign[r] = append(id.foreign[r], int32(i))
				}
			}
		}
	}
}

// unseen is the probability of a gram of n characters in a language whose profile lacks it: one in so many.
func unseen(n int) float64 {
	return (1 - smoothing) / [wordGram + 1]float64{1, 60, 1200, 8000, 20000, 20000}[n]
}

// eachGram yields the grams of a word; a blank marks its ends, two blanks before mark a whole word.
func eachGram(word string, yield func(n int, gram string)) {
	var buffer [128]byte
	padded := append(buffer[:0], ' ', ' ')
	padded = append(append(padded, word...), ' ')
	yield(wordGram, string(padded[:len(padded)-1]))
	var starts [64]int
	edges := starts[:0]
	for i := range string(padded[1:]) {
		edges = append(edges, i+1)
	}
	edges = append(edges, len(padded))
	for n := 1; n <= longestGram; n++ {
		for i := 0; i+n < len(edges); i++ {
			gram := string(padded[edges[i]:edges[i+n]])
			if gram != " " {
				yield(n, gram)
			}
		}
	}
}

// length tells of how many characters a gram is; a whole word counts as wordGram.
func length(gram string) int {
	if strings.HasPrefix(gram, "  ") {
		return wordGram
	}
	return len([]rune(gram))
}

// Identify returns the primary tag of the language of text, and how sure that is, from 0 to 1. It is language.Und at 0
// when nothing in text tells, as with digits or pictures only. hint is the person's own language or Und: it settles very
// short texts and never overrules the script.
func (id *Identifier) Identify(text string, hint language.Tag) (tag language.Tag, sure float64) {
	letters := fold.Letters(cut(text, maxSample))
	alpha := scriptOf(letters)
	if only, ok := soleLanguage[alpha]; ok {
		return only, 1
	}
	if alpha == none {
		return language.Und, 0
	}
	var room [48]float64
	scores := append(room[:0], make([]float64, len(id.profiles))...)
	known, words := false, 0
	for word := range fold.Words(letters) {
		if scriptOf(word) != alpha {
			continue
		}
		words++
		for _, r := range word {
			if r < 0x80 {
				continue
			}
			for _, p := range id.foreign[r] {
				scores[p] -= foreignLetter
			}
		}
		eachGram(word, func(n int, gram string) {
			for _, e := range id.grams[gram] {
				scores[e.profile] += float64(e.worth)
				known = known || n >= tellingGram
			}
		})
	}
	if !known {
		return language.Und, 0
	}
	hint = Primary(hint)
	best, second := -1, -1
	for i, p := range id.profiles {
		if p.alpha != alpha {
			continue
		}
		if p.latin {
			scores[i] -= latinForm
		}
		if p.tag == hint {
			scores[i] += hintWorth + hintShort/float64(words)
		}
		switch {
		case best < 0 || scores[i] > scores[best]:
			best, second = i, best
		case second < 0 || scores[i] > scores[second]:
			second = i
		}
	}
	if best < 0 {
		return language.Und, 0
	}
	if second < 0 {
		return id.profiles[best].tag, 1
	}
	return id.profiles[best].tag, 1 / (1 + math.Exp(scores[second]-scores[best]))
}

// Primary gives the tag by which Identify names the language of tag: without script and region, and Dari is Persian.
func Primary(tag language.Tag) language.Tag {
	if tag == language.Und {
		return tag
	}
	base, _ := tag.Base()
	if base.String() == "prs" {
		return language.Persian
	}
	return language.Make(base.String())
}

func cut(s string, characters int) string {
	n := 0
	for i := range s {
		if n == characters {
			return s[:i]
		}
		n++
	}
	return s
}

// script is a writing system that we can tell from others by its letters alone.
type script uint8

const (
	none script = iota
	latin
	arabic
	cyrillic
	ethiopic
	greek
	hebrew
	armenian
	georgian
	devanagari
	bengali
	gurmukhi
	gujarati
	tamil
	telugu
	kannada
	malayalam
	sinhala
	thai
	lao
	burmese
	khmer
	han
	kana
	hangul
	scripts
)

var tables = [scripts]*unicode.RangeTable{nil, unicode.Latin, unicode.Arabic, unicode.Cyrillic, unicode.Ethiopic,
	unicode.Greek, unicode.Hebrew, unicode.Armenian, unicode.Georgian, unicode.Devanagari, unicode.Bengali,
	unicode.Gurmukhi, unicode.Gujarati, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam,
	unicode.Sinhala, unicode.Thai, unicode.Lao, unicode.Myanmar, unicode.Khmer, unicode.Han, unicode.Hiragana,
	unicode.Hangul}

// soleLanguage are scripts that hold one language, or one so much commoner in chats that we name it.
var soleLanguage = map[script]language.Tag{greek: language.Greek, hebrew: language.Hebrew, armenian: language.Armenian,
	georgian: language.Georgian, devanagari: language.Hindi, bengali: language.Bengali, gurmukhi: language.Punjabi,
	gujarati: language.Gujarati, tamil: language.Tamil, telugu: language.Telugu, kannada: language.Kannada,
	malayalam: language.Malayalam, sinhala: language.Sinhala, thai: language.Thai, lao: language.Lao,
	burmese: language.Burmese, khmer: language.Khmer, han: language.Chinese, kana: language.Japanese,
	hangul: language.Korean}

// scriptOf gives the script of most letters of s. Latin letters count for a third, since names and Dutch words stand in
// sentences of every script ("BIG", "Nt2"); kana count double, since Japanese is mostly Han.
func scriptOf(s string) script {
	var count [scripts]int
	previous := latin
	for _, r := range s {
		switch {
		case r < 0x80:
			if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
				count[latin]++
			}
			continue
		case !unicode.IsLetter(r):
			continue
		case unicode.Is(unicode.Katakana, r):
			count[kana] += 4
			continue
		}
		if !unicode.Is(tables[previous], r) {
			for candidate := latin; candidate < scripts; candidate++ {
				if unicode.Is(tables[candidate], r) {
					previous = candidate
					break
				}
			}
			if !unicode.Is(tables[previous], r) {
				continue
			}
		}
		switch previous {
		case latin:
			count[previous]++
		case kana:
			count[previous] += 6
		default:
			count[previous] += 3
		}
	}
	best := none
	for s, n := range count {
		if n > count[best] {
			best = script(s)
		}
	}
	return best
}
