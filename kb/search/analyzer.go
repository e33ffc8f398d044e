package search

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/ar"
	"github.com/blevesearch/bleve/v2/analysis/lang/ckb"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/analysis/lang/nl"
	"github.com/blevesearch/bleve/v2/analysis/lang/ru"
	"github.com/blevesearch/bleve/v2/analysis/lang/tr"
	"github.com/blevesearch/bleve/v2/registry"

	"wegwijzer/kb/fold"
)

// analyzerType is the name under which our analyzer is known to bleve, whose registry is global: there is no other way
// in. One constructor serves every language, told apart by its configuration, so there is one name to register.
const analyzerType = "wegwijzer"

// register is what makes a second New in one process harmless: bleve refuses a name that it has.
var register = sync.OnceValue(func() error {
	return registry.RegisterAnalyzer(analyzerType, func(config map[string]any, _ *registry.Cache) (analysis.Analyzer, error) {
		if config["grams"] == true {
			return rows{}, nil
		}
		language, ok := config["language"].(string)
		if !ok {
			return nil, fmt.Errorf("analyzer %s: language missing", analyzerType)
		}
		return newAnalyzer(language), nil
	})
})

// analyzer makes terms of a folded text: its words, each cut to its stem where the language has rules for that. It keeps stop words: BM25 gives them next to no weight, and "who" or "without" matters in a short question.
type analyzer struct {
	stemmer analysis.TokenFilter // bleve's; nil if it has none for the language
	affixes affixes              // ours; empty if bleve has a stemmer, or nobody
}

func newAnalyzer(language string) *analyzer {
	return &analyzer{stemmer: stemmer(language), affixes: ours[language]}
}

// Analyze implements analysis.Analyzer.
func (a *analyzer) Analyze(text []byte) analysis.TokenStream {
	var tokens analysis.TokenStream
	at := 0
	for word := range fold.Words(string(text)) {
		tokens = append(tokens, &analysis.Token{Term: []byte(a.affixes.cut(word)), Start: at, End: at + len(word),
			Position: len(tokens) + 1})
		at += len(word) + 1
	}
	if a.stemmer != nil {
		tokens = a.stemmer.Filter(tokens)
	}
	return tokens
}

// terms gives the terms of a folded text.
func (a *analyzer) terms(folded string) []string {
	var terms []string
	for _, token := range a.Analyze([]byte(folded)) {
		terms = append(terms, string(token.Term))
	}
	return terms
}

// rows takes n-grams with blanks between them as they are.
type rows struct{}

// Analyze implements analysis.Analyzer.
func (rows) Analyze(text []byte) analysis.TokenStream {
	tokens := make(analysis.TokenStream, 0, bytes.Count(text, []byte{' '})+1)
	for gram := range bytes.FieldsSeq(text) {
		tokens = append(tokens, &analysis.Token{Term: gram, Position: len(tokens) + 1})
	}
	return tokens
}

// stemmer gives bleve's stemmer for a language. Its Persian analyzer only normalises, which fold does already.
func stemmer(language string) analysis.TokenFilter {
	switch language {
	case "ar":
		return ar.NewArabicStemmerFilter()
	case "ckb":
		return ckb.NewSoraniStemmerFilter()
	case "de":
		return de.NewGermanStemmerFilter()
	case "en":
		return en.NewEnglishStemmerFilter()
	case "es":
		return es.NewSpanishStemmerFilter()
	case "fr":
		return fr.NewFrenchStemmerFilter()
	case "nl":
		return nl.NewDutchStemmerFilter()
	case "ru":
		return ru.NewRussianStemmerFilter()
	case "tr":
		return tr.NewTurkishStemmerFilter()
	}
	return nil
}

// affixes are beginnings and endings that a language adds to its words, in folded letters, longest first.
type affixes struct{ before, after []string }

const shortestStem = 3 // characters that must remain; shorter stems of different words fall together

// cut takes at most one beginning and one ending off word.
func (a affixes) cut(word string) string {
	for _, affix := range a.before {
		if rest, ok := strings.CutPrefix(word, affix); ok && utf8.RuneCountInString(rest) >= shortestStem {
			word = rest
			break
		}
	}
	for _, affix := range a.after {
		if rest, ok := strings.CutSuffix(word, affix); ok && utf8.RuneCountInString(rest) >= shortestStem {
			return rest
		}
	}
	return word
}
