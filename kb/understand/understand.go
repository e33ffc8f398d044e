// Package understand tells what a text is about: which article answers it, how likely that is right, or that none does.
// It also hears calls for help (Crisis) and what people say of themselves in passing (Mentions).
//
// What it knows it learns from the content when that is loaded, in a fixed number of steps and always the same way: no
// model comes from outside, and nothing is learnt from the people who ask. It writes no answer and remembers nothing.
package understand

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/fold"
	"wegwijzer/kb/langid"
	"wegwijzer/kb/search"
)

// Understanding is what a text was taken for.
type Understanding struct {
	Locale       language.Tag // primary tag of the language of the text, also one that the content lacks; Und if unknowable
	Article      kb.ArticleID // the best guess, also when declined; empty if the text has no word that the content knows
	Score        float64      // the probability that Article answers the text, 0–1
	Declined     bool         // the honest answer is "I don't know"
	Alternatives []Guess      // the next best, best first, at most three
}

// Guess is an article with the probability that it answers the text.
type Guess struct {
	Article kb.ArticleID
	Score   float64
}

const (
	mostAlternatives = 3
	mostPages        = 12 // pages of the index that are looked at for one text
)

// Understander answers for one Library. It is immutable, safe for concurrent use and has no goroutine of its own.
type Understander struct {
	corpus   *corpus
	index    *search.Index
	language *langid.Identifier
	ranker   *ranker
	judge    *judge
	class    map[kb.ArticleID]int
	crisis   *phrases
	mentions *lexicon
	rooms    sync.Pool // *room
}

// room is what one Understand works in.
type room struct {
	features []feature
	scores   *scores
	chances  []float64
}

// New learns lib. It returns ctx's error if ctx ends first; any other error comes from the index or our own data. The
// Understander is the caller's to Close.
func New(ctx context.Context, lib *kb.Library) (*Understander, error) {
	u := &Understander{corpus: gatherCorpus(lib), class: map[kb.ArticleID]int{}}
	if len(u.corpus.articles) >= math.MaxUint16 {
		return nil, fmt.Errorf("learn %d articles: more than %d", len(u.corpus.articles), math.MaxUint16-1)
	}
	for i, id := range u.corpus.articles {
		u.class[id] = i
	}
	classes := u.corpus.classes()
	u.rooms.New = func() any { return &room{scores: newScores(classes), chances: make([]float64, classes-1)} }
	var wait sync.WaitGroup
	var errLanguage, errIndex error
	wait.Go(func() { u.language, errLanguage = langid.New(samples(lib)) })
	wait.Go(func() { u.index, errIndex = search.New(ctx, lib) })
	wait.Go(func() {
		u.crisis = learnPhrases(lib.Crisis(), ordinaryWords(u.corpus, lib.Crisis()))
		u.mentions = learnLexicon(lib)
	})
	trials, errRanker := u.learn(ctx)
	wait.Wait()
	if errIndex != nil {
		return nil, fmt.Errorf("index articles: %w", errIndex)
	}
	if errRanker == nil {
		errRanker = u.searchAll(ctx, trials)
	}
	if err := errors.Join(errLanguage, errRanker); err != nil {
		return nil, fmt.Errorf("learn articles: %w", errors.Join(err, u.index.Close()))
	}
	u.judge = learnJudge(u.corpus, trials)
	u.corpus.examples = nil // learnt; what is left of the corpus is small
	return u, nil
}

// samples gives the texts by which languages are known.
func samples(lib *kb.Library) map[language.Tag][]string {
	texts := map[language.Tag][]string{}
	for _, a := range lib.Articles() {
		for _, tag := range tags(a.Texts) {
			texts[tag] = append(append(texts[tag], a.Texts[tag].Questions...), a.Texts[tag].Title, a.Texts[tag].Body.Text())
		}
	}
	return texts
}

// learn trains the ranker and gives the examples that were held out, without the signal of the index.
func (u *Understander) learn(ctx context.Context) (trials []trial, err error) {
	var tried []*scores
	u.ranker, tried, err = trainRanker(ctx, u.corpus, u.corpus.features(), u.corpus.holdOut())
	return u.corpus.trials(tried), err
}

// search sets the signal of the index. It leaves out the questions: the ranker knows them better, and in
// cross-validation a held-out question would find itself.
func (u *Understander) search(ctx context.Context, folded string, tag language.Tag, s *scores) error {
	clear(s.of[pages])
	if !u.corpus.bodies {
		return nil
	}
	hits, err := u.index.Search(ctx, folded, tag, search.All&^search.Questions, mostPages)
	if err != nil {
		return err
	}
	for _, hit := range hits {
		s.of[pages][u.class[hit.Article]] = float32(hit.Score)
	}
	return nil
}

// Close frees the index. Nothing may be asked afterwards.
func (u *Understander) Close() error { return u.index.Close() }

// Language tells in which language text is written. hint is the person's own language or Und; it settles very short
// texts and never overrules the script.
func (u *Understander) Language(text string, hint language.Tag) language.Tag {
	tag, _ := u.language.Identify(cut(text), hint)
	return tag
}

// Understand tells what text is about; hint is as in Language. The same text gives the same answer, whatever its case,
// its digits and the variants of its letters. Only the first MaxText characters are read.
func (u *Understander) Understand(text string, hint language.Tag) Understanding {
	text = cut(text)
	result := Understanding{Locale: u.Language(text, hint), Declined: true}
	folded := fold.Text(text)
	r := u.rooms.Get().(*room)
	defer u.rooms.Put(r)
	r.features = read(folded, r.features[:0])
	u.ranker.score(r.features, r.scores)
	if err := u.search(context.Background(), folded, result.Locale, r.scores); err != nil {
		clear(r.scores.of[pages]) // the index lives in memory and is not closed: what remains can be judged without it
	}
	if r.scores.known == 0 && slices.Max(r.scores.of[pages]) == 0 {
		return result
	}
	best, doubts := u.judge.look(r.scores, r.chances)
	result.Article = u.corpus.articles[best]
	result.Score = sigmoid(dot(u.judge.sure, doubts))
	result.Declined = u.judge.declines(result.Score, result.Locale)
	result.Alternatives = u.alternatives(best, result.Score, r.chances)
	return result
}

// alternatives gives the next best articles. What chance the best leaves is theirs in the proportion of the ranking.
func (u *Understander) alternatives(best int, score float64, chances []float64) []Guess {
	rest := 1 - chances[best]
	var next []Guess
	for range mostAlternatives {
		top := -1
		for c, chance := range chances {
			if c != best && (top < 0 || chance > chances[top]) {
				top = c
			}
		}
		if top < 0 || chances[top] <= 0 {
			break
		}
		next = append(next, Guess{u.corpus.articles[top], min((1-score)*chances[top]/max(rest, 1e-9), score)})
		chances[top] = 0
	}
	return next
}
