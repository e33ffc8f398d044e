package search

import (
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"slices"
)

// census knows on how many pages of a language a term stands. BM25 does not: to an index of ten languages the words that
// every Dutch page has are words of a tenth of its pages, and seem worth looking for.
type census map[string]*counted

// counted are the pages of one language, in all and by term.
type counted struct {
	pages int
	on    map[string]standing
}

// standing is where a term stands.
type standing struct{ pages, last int32 }

// count adds a page of a language.
func (c census) count(language string, terms []string) {
	if c[language] == nil {
		c[language] = &counted{on: map[string]standing{}}
	}
	counted := c[language]
	counted.pages++
	page := int32(counted.pages)
	for _, term := range terms {
		if s := counted.on[term]; s.last != page {
			counted.on[term] = standing{s.pages + 1, page}
		}
	}
}

// telling gives those of terms that are not common in the language, or all if there is no other, in bounds.
func (c census) telling(language string, terms []string) []string {
	counted := c[language]
	if counted == nil || counted.pages < fewPages {
		return bound(terms)
	}
	rare := slices.DeleteFunc(slices.Clone(terms), func(term string) bool {
		return float64(counted.on[term].pages) > rare*float64(counted.pages)
	})
	if len(rare) == 0 {
		return bound(terms)
	}
	return bound(rare)
}

// written is a census as it is kept: pages in all, and by term, of each language.
type written map[string]struct {
	Pages int
	On    map[string]int32
}

// save writes the census to a file.
func (c census) save(name string) error {
	out := written{}
	for language, counted := range c {
		on := make(map[string]int32, len(counted.on))
		for term, s := range counted.on {
			on[term] = s.pages
		}
		w := out[language]
		w.Pages, w.On = counted.pages, on
		out[language] = w
	}
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("write the census of words: %w", err)
	}
	if err := errors.Join(gob.NewEncoder(f).Encode(out), f.Close()); err != nil {
		return fmt.Errorf("write the census of words: %w", err)
	}
	return nil
}

// readCensus reads what save wrote.
func readCensus(name string) (census, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the census of words: %w", err)
	}
	defer f.Close()
	var in written
	if err := gob.NewDecoder(f).Decode(&in); err != nil {
		return nil, fmt.Errorf("read the census of words: %w", err)
	}
	c := census{}
	for language, w := range in {
		c[language] = &counted{pages: w.Pages, on: make(map[string]standing, len(w.On))}
		for term, pages := range w.On {
			c[language].on[term] = standing{pages: pages}
		}
	}
	return c, nil
}
