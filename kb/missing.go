package kb

import (
	"maps"
	"slices"

	"golang.org/x/text/language"
)

// Missing gives what the source language says and tag does not: words, as "section.id", and keys of the bot's own sentences.
// Both are empty for the source language itself, and in content without one.
func (l *Library) Missing(tag language.Tag) (words, sentences []string) {
	if tag == l.source {
		return nil, nil
	}
	for _, id := range slices.Sorted(maps.Keys(l.words[l.source])) {
		source := l.words[l.source][id]
		for _, word := range source.ids {
			if countrySlots[id] && source.words[word].Name == "" {
				continue // each language's own ways to type it
			}
			if _, ok := l.word(tag, id, word); !ok {
				words = append(words, id+"."+word)
			}
		}
	}
	return words, l.catalog.Missing(tag)
}

// Words gives every word that tag itself has, in no order that means anything but always the same one.
func (l *Library) Words(tag language.Tag) []Word {
	var words []Word
	for _, id := range slices.Sorted(maps.Keys(l.words[tag])) {
		for _, word := range l.words[tag][id].ids {
			words = append(words, l.words[tag][id].words[word])
		}
	}
	return words
}
