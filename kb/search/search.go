// Package search is the full-text index over the content: one bleve index in memory for all languages, with an
// analyzer of our own for each, since a question of one language often holds words of another ("BIG" in Arabic).
//
// It finds and orders; it does not decide whether what it found answers the question: that is kb/understand. It takes
// words, never a query language: nothing that a person types is an operator.
package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/fold"
)

// Index is an immutable index over one Library. It is safe for concurrent use until Close.
type Index struct {
	bleve     bleve.Index
	pages     []page
	analyzers map[string]*analyzer // by primary tag
	words     census               // of the bodies
}

// page is one article's wording in one language: a document of the index.
type page struct {
	article  kb.ArticleID
	language string
}

// Hit is an article that shares words with a question.
type Hit struct {
	Article kb.ArticleID
	Score   float64 // BM25 over all fields, not a probability; comparable within one question only
}

// Fields are the parts of a page, as a set.
type Fields uint8

// The parts of a page. Terms are the Dutch words that its article names, the same in every language.
const (
	Titles Fields = 1 << iota
	Questions
	Bodies
	Terms
	All = Titles | Questions | Bodies | Terms
)

// fields are the parts as the index names them, and how much more a word counts there than in the body. Grams are the
// n-grams of a part, in a field of their own; the many questions have none, to keep the index small.
var fields = []struct {
	part        Fields
	name, grams string
	boost       float64
}{
	{Titles, "title", "titleGrams", 2},
	{Questions, "questions", "", 2.5},
	{Bodies, "body", "bodyGrams", 1},
	{Terms, "terms", "", 2},
}

const (
	maxTerms  = 32    // terms of one question that are looked up, the longest of them; more make a query slow, not better
	gramSize  = 4     // characters of an n-gram: finds inflected and misspelt words, shorter ones meet everywhere
	gramBoost = 0.3   // of a field, for its n-grams: a question has about four times as many n-grams as words
	elsewhere = 0.8   // factor on pages in another language than the question's
	rare      = 0.1   // share of a language's pages above which a term is common
	fewPages  = 20    // in a language with fewer no term is called common
	exact     = 1e6   // parts of one that a score is told in: the last bits depend on how the index lies in its segments
	batchSize = 20000 // pages indexed at once in memory: BM25 counts differently over several segments
)

// New builds the index in memory. It returns ctx's error if ctx ends first; any other error is a fault of the index
// itself.
func New(ctx context.Context, lib *kb.Library) (*Index, error) {
	x, m, err := begin(lib)
	if err != nil {
		return nil, err
	}
	if x.bleve, err = bleve.NewUsing("", m, scorch.Name, scorch.Name, nil); err != nil {
		return nil, fmt.Errorf("make index: %w", err)
	}
	batch := x.bleve.NewBatch()
	write := func() error {
		if err := x.bleve.Batch(batch); err != nil {
			return fmt.Errorf("write %d pages to the index: %w", batch.Size(), err)
		}
		batch.Reset()
		return nil
	}
	err = x.fill(ctx, lib, func(id string, doc any) error {
		if err := batch.Index(id, doc); err != nil || batch.Size() < batchSize {
			return err
		}
		return write()
	})
	if err == nil {
		err = write()
	}
	if err != nil {
		return nil, errors.Join(err, x.bleve.Close())
	}
	return x, nil
}

// The files of an index in a folder.
const (
	bleveDir   = "bleve"
	censusFile = "census"
)

// Build writes the index into a folder that is empty or not there yet, for Open.
func Build(ctx context.Context, lib *kb.Library, dir string) error {
	x, m, err := begin(lib)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the index: %w", err)
	}
	builder, err := bleve.NewBuilder(filepath.Join(dir, bleveDir), m, map[string]any{"buildPathPrefix": dir})
	if err != nil {
		return fmt.Errorf("make index: %w", err)
	}
	err = x.fill(ctx, lib, func(id string, doc any) error { return builder.Index(id, doc) })
	if err := errors.Join(err, builder.Close()); err != nil {
		return fmt.Errorf("write the index: %w", err)
	}
	return x.words.save(filepath.Join(dir, censusFile))
}

// Open opens the index that Build wrote for the same library. Nothing is written in the folder, and several may have it
// open.
func Open(lib *kb.Library, dir string) (*Index, error) {
	x, _, err := begin(lib)
	if err != nil {
		return nil, err
	}
	for _, a := range lib.Articles() {
		for _, tag := range tags(a) {
			x.pages = append(x.pages, page{a.ID, primary(tag)})
		}
	}
	if x.words, err = readCensus(filepath.Join(dir, censusFile)); err != nil {
		return nil, err
	}
	if x.bleve, err = bleve.OpenUsing(filepath.Join(dir, bleveDir), map[string]any{"read_only": true, "bolt_timeout": "1s"}); err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	return x, nil
}

// begin gives an index with nothing in it, and how bleve is to see its pages.
func begin(lib *kb.Library) (*Index, mapping.IndexMapping, error) {
	if err := register(); err != nil {
		return nil, nil, fmt.Errorf("register analyzer: %w", err)
	}
	x := &Index{analyzers: map[string]*analyzer{}, words: census{}}
	m, err := x.mapping(lib)
	return x, m, err
}

// Close frees the index; nothing may be searched afterwards.
func (x *Index) Close() error { return x.bleve.Close() }

// mapping has one document type per language, differing in its analyzer only.
func (x *Index) mapping(lib *kb.Library) (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	m.ScoringModel = index.BM25Scoring
	m.DefaultMapping = bleve.NewDocumentDisabledMapping()
	m.TypeField = "language"
	for _, name := range append(languages(lib), "") {
		x.analyzers[name] = newAnalyzer(name)
		if err := m.AddCustomAnalyzer("words "+name, map[string]any{"type": analyzerType, "language": name}); err != nil {
			return nil, fmt.Errorf("add analyzer for %q: %w", name, err)
		}
	}
	if err := m.AddCustomAnalyzer("grams", map[string]any{"type": analyzerType, "grams": true}); err != nil {
		return nil, fmt.Errorf("add analyzer for n-grams: %w", err)
	}
	for _, name := range languages(lib) {
		doc := bleve.NewDocumentStaticMapping()
		for _, field := range fields {
			analyzer := "words " + name
			if field.part == Terms { // Dutch words keep their Dutch form in every language
				analyzer = "words "
			}
			doc.AddFieldMappingsAt(field.name, textField(analyzer))
			if field.grams != "" {
				doc.AddFieldMappingsAt(field.grams, textField("grams"))
			}
		}
		m.AddDocumentMapping(name, doc)
	}
	return m, nil
}

func textField(analyzer string) *mapping.FieldMapping {
	f := bleve.NewTextFieldMapping()
	f.Analyzer = analyzer
	f.Store, f.IncludeInAll, f.IncludeTermVectors, f.DocValues = false, false, false, false
	return f
}

// languages gives the primary tags that the articles are written in, sorted.
func languages(lib *kb.Library) []string {
	var found []string
	for _, a := range lib.Articles() {
		for tag := range a.Texts {
			found = append(found, primary(tag))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func primary(tag language.Tag) string {
	base, _ := tag.Base()
	return base.String()
}

// fill hands every page to write, a document with its number, and counts its words.
func (x *Index) fill(ctx context.Context, lib *kb.Library, write func(id string, doc any) error) error {
	for _, a := range lib.Articles() {
		for _, tag := range tags(a) {
			text := a.Texts[tag]
			name := primary(tag)
			title, body := fold.Text(text.Title), fold.Text(text.Body.Text())
			doc := map[string]any{
				"language": name,
				"title":    title, "titleGrams": strings.Join(grams(title), " "),
				"questions": fold.Text(strings.Join(text.Questions, "\n")),
				"body":      body, "bodyGrams": strings.Join(grams(body), " "),
				"terms": fold.Text(strings.Join(a.Terms, "\n")),
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := write(strconv.Itoa(len(x.pages)), doc); err != nil {
				return fmt.Errorf("index article %s in %s: %w", a.ID, tag, err)
			}
			x.pages = append(x.pages, page{a.ID, name})
			x.words.count(name, x.analyzers[name].terms(body))
		}
	}
	return nil
}

// tags gives the languages of an article in a fixed order.
func tags(a *kb.Article) []language.Tag {
	var found []language.Tag
	for tag := range a.Texts {
		found = append(found, tag)
	}
	slices.SortFunc(found, func(a, b language.Tag) int { return strings.Compare(a.String(), b.String()) })
	return found
}

// grams gives the n-grams of the words of a folded text; words no longer than one stand for themselves.
func grams(folded string) []string {
	var out []string
	for word := range fold.Words(folded) {
		starts := make([]int, 0, len(word)+1)
		for i := range word {
			starts = append(starts, i)
		}
		starts = append(starts, len(word))
		if len(starts) <= gramSize {
			out = append(out, word)
		}
		for i := 0; i+gramSize < len(starts); i++ {
			out = append(out, word[starts[i]:starts[i+gramSize]])
		}
	}
	return out
}

// Search returns at most n articles for a folded question in the language tag (Und: unknown), searching only in parts,
// best first, ties by id. Work is bounded however long the question is.
func (x *Index) Search(ctx context.Context, folded string, tag language.Tag, parts Fields, n int) ([]Hit, error) {
	name := primary(tag)
	words, ok := x.analyzers[name]
	if !ok {
		words = x.analyzers[""]
	}
	stems := x.words.telling(name, words.terms(folded))
	bare := bound(slices.Collect(fold.Words(folded)))
	rows := bound(grams(folded))
	var any []query.Query
	add := func(field string, boost float64, terms []string) {
		for _, term := range terms {
			q := query.NewTermQuery(term)
			q.SetField(field)
			q.SetBoost(boost)
			any = append(any, q)
		}
	}
	for _, field := range fields {
		switch {
		case parts&field.part == 0:
			continue
		case field.part == Terms:
			add(field.name, field.boost, bare)
		default:
			add(field.name, field.boost, stems)
		}
		if field.grams != "" {
			add(field.grams, field.boost*gramBoost, rows)
		}
	}
	if len(any) == 0 {
		return nil, nil
	}
	request := bleve.NewSearchRequestOptions(query.NewDisjunctionQuery(any), 3*n, 0, false)
	request.SortBy([]string{"-_score", "_id"})
	result, err := x.bleve.SearchInContext(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("search the index: %w", err) // bleve names fields in its errors, never terms
	}
	best := map[kb.ArticleID]float64{}
	for _, hit := range result.Hits {
		number, err := strconv.Atoi(hit.ID)
		if err != nil {
			return nil, fmt.Errorf("search the index: page %q is not ours", hit.ID)
		}
		p, score := x.pages[number], hit.Score
		if p.language != name {
			score *= elsewhere
		}
		best[p.article] = max(best[p.article], math.Round(score*exact)/exact)
	}
	hits := make([]Hit, 0, len(best))
	for article, score := range best {
		hits = append(hits, Hit{article, score})
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		if a.Score != b.Score {
			return cmp.Compare(b.Score, a.Score)
		}
		return strings.Compare(string(a.Article), string(b.Article))
	})
	return hits[:min(n, len(hits))], nil
}

// bound gives the distinct terms in order, the longest if there are too many.
func bound(terms []string) []string {
	slices.Sort(terms)
	terms = slices.Compact(terms)
	if len(terms) > maxTerms {
		slices.SortStableFunc(terms, func(a, b string) int { return len(b) - len(a) })
		terms = terms[:maxTerms]
	}
	return terms
}
