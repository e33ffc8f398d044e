// Package understand tells what a text is about: which article answers it, how likely that is right, or that none does.
// It also hears calls for help (Crisis) and what people say of themselves in passing (Mentions).
//
// What it knows it learns from the content when that is loaded, in a fixed number of steps and always the same way: no
// model comes from outside, and nothing is learnt from the people who ask. It writes no answer and remembers nothing.
package understand

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
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
	Help         kb.ArticleID // of a declined text that may be a faint call for help: the article that helps; else empty
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
	*model
	index    *search.Index
	language *langid.Identifier
	articles []kb.ArticleID // by class; the class behind them all is what must be declined
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

// New learns lib, or finds on the shelf what was learnt from it before, and puts it there if not. It returns ctx's error
// if ctx ends first; any other error comes from the index or our own data. The Understander is the caller's to Close.
func New(ctx context.Context, lib *kb.Library, shelf Shelf) (*Understander, error) {
	articles := lib.Articles()
	if len(articles) >= math.MaxUint16 {
		return nil, fmt.Errorf("learn %d articles: more than %d", len(articles), math.MaxUint16-1)
	}
	u := &Understander{class: map[kb.ArticleID]int{}}
	for i, a := range articles {
		u.articles, u.class[a.ID] = append(u.articles, a.ID), i
	}
	classes := len(articles) + 1
	u.rooms.New = func() any { return &room{scores: newScores(classes), chances: make([]float64, classes-1)} }
	var wait sync.WaitGroup
	var errLanguage error
	wait.Go(func() { u.language, errLanguage = langid.New(samples(lib)) })
	wait.Go(func() { u.mentions = learnLexicon(lib) })
	err := u.find(lib, shelf)
	if err != nil {
		err = u.learn(ctx, lib, shelf)
	}
	if err == nil {
		u.crisis = learnPhrases(lib.Crisis(), u.ordinary)
	}
	wait.Wait()
	if err := errors.Join(errLanguage, err); err != nil {
		if u.index != nil {
			err = errors.Join(err, u.index.Close())
		}
		return nil, err
	}
	return u, nil
}

// find takes from the shelf what was learnt from lib before.
func (u *Understander) find(lib *kb.Library, shelf Shelf) error {
	if shelf.Folder == "" {
		return errNothingKept
	}
	place := shelf.place(lib)
	file, err := os.Open(filepath.Join(place, modelFile))
	if err != nil {
		return err
	}
	defer file.Close()
	m, err := readModel(file)
	if err != nil {
		return err
	}
	if len(m.ranker.bayes.bias) != len(u.articles)+1 {
		return errModel
	}
	if sum, err := sumOf(filepath.Join(place, indexDir)); err != nil || !bytes.Equal(sum, m.index) {
		return errors.Join(errModel, err)
	}
	u.model = m
	u.index, err = search.Open(lib, filepath.Join(place, indexDir))
	return err
}

// learn learns lib, and keeps on the shelf what it can: a shelf that cannot be written only costs time at the next start.
func (u *Understander) learn(ctx context.Context, lib *kb.Library, shelf Shelf) error {
	made := ""
	if shelf.Folder != "" {
		if dir, err := shelf.begin(); err == nil {
			made = dir
			defer os.RemoveAll(made) // gone already when all went well
		}
	}
	corpus := gatherCorpus(lib)
	u.model = &model{bodies: corpus.bodies}
	var wait sync.WaitGroup
	var errIndex error
	wait.Go(func() { u.index, errIndex = makeIndex(ctx, lib, &made) })
	wait.Go(func() { u.ordinary = ordinaryWords(corpus, lib.Crisis()) })
	var tried []*scores
	var err error
	u.ranker, tried, err = trainRanker(ctx, corpus, corpus.holdOut())
	wait.Wait()
	if errIndex != nil {
		return fmt.Errorf("index articles: %w", errIndex)
	}
	trials := corpus.trials(tried)
	if err == nil {
		err = u.searchAll(ctx, trials)
	}
	if err != nil {
		return fmt.Errorf("learn articles: %w", err)
	}
	u.judge = learnJudge(corpus, trials)
	if u.alarm, err = learnAlarm(ctx, corpus, lib); err != nil {
		return fmt.Errorf("learn calls for help: %w", err)
	}
	if made != "" {
		u.keep(lib, shelf, made)
	}
	return nil
}

// makeIndex makes the index in a folder of what is made for a shelf, or in memory if there is none or it cannot be written.
func makeIndex(ctx context.Context, lib *kb.Library, made *string) (*search.Index, error) {
	if *made != "" {
		dir := filepath.Join(*made, indexDir)
		if err := search.Build(ctx, lib, dir); err == nil {
			if x, err := search.Open(lib, dir); err == nil {
				return x, nil
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		*made = "" // a full disk, or one that is no place for an index
	}
	return search.New(ctx, lib)
}

// keep puts the model and its index, which lie in made, on the shelf. The index stays open where it was: its files are
// read where they are, whatever they are called.
func (u *Understander) keep(lib *kb.Library, shelf Shelf, made string) {
	sum, err := sumOf(filepath.Join(made, indexDir))
	if err != nil {
		return
	}
	u.model.index = sum
	f, err := os.Create(filepath.Join(made, modelFile))
	if err != nil {
		return
	}
	if err := errors.Join(u.model.write(f), f.Close()); err == nil {
		// An error leaves the shelf as it was, or with too much on it.
		_ = shelf.put(made, shelf.place(lib))
	}
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

// search sets the signal of the index. It leaves out the questions: the ranker knows them better, and in
// cross-validation a held-out question would find itself.
func (u *Understander) search(ctx context.Context, folded string, tag language.Tag, s *scores) error {
	clear(s.of[pages])
	if !u.bodies {
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
		result.Help = u.faintly(folded)
		return result
	}
	best, doubts := u.judge.look(r.scores, r.chances)
	result.Article = u.articles[best]
	result.Score = sigmoid(dot(u.judge.sure, doubts))
	result.Declined = u.judge.declines(result.Score, result.Locale)
	result.Alternatives = u.alternatives(best, result.Score, r.chances)
	if !result.Declined && result.Score < sureOfHelp && u.helps(result.Article) && u.faintly(folded) == "" {
		result.Declined = true
	}
	if result.Declined {
		result.Help = u.faintly(folded)
	}
	return result
}

// sureOfHelp is the probability from which a text that sounds like no call for help is answered with an article that
// helps in one. To read "you no longer want to live: call 113" under a harmless question frightens; as one of several
// subjects to choose from it does not.
const sureOfHelp = 0.5

// helps tells whether an article helps in an emergency.
func (u *Understander) helps(article kb.ArticleID) bool {
	return u.alarm != nil && slices.Contains(u.alarm.articles, article)
}

// faintly gives the article that helps, if a folded text is something like a call for help.
func (u *Understander) faintly(folded string) kb.ArticleID {
	if u.alarm == nil {
		return ""
	}
	if article, how := u.alarm.loudest(folded); how > faint {
		return article
	}
	return ""
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
		next = append(next, Guess{u.articles[top], min((1-score)*chances[top]/max(rest, 1e-9), score)})
		chances[top] = 0
	}
	return next
}
