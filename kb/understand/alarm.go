package understand

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"wegwijzer/kb"
	"wegwijzer/kb/fold"
)

// alarm hears calls for help that no phrase is the same as. The phrases of the content are its examples of a call; its
// harmless look-alikes, the questions of the articles, what must be declined, and the words by which people answer and
// give commands are its examples of none. It is learnt as the ranker is, one plane for each article that helps.
type alarm struct {
	words    *vocabulary
	planes   *table
	articles []kb.ArticleID // by class; the class behind them is no call
}

const (
	alarmWindow = 7    // words: a call is short, and what stands round it in a long text must not drown it
	windowStep  = 2    // words from the beginning of one window to that of the next
	loud        = 0    // how far on the side of an article a text is a call: the plane itself
	veryLoud    = 0.6  // and if it holds a harmless look-alike
	faint       = -0.5 // from here on a text that is declined is offered help beside what lies near
	sure        = 0.5  // an article that is so likely is what the text is about, unless it is very loud
	alarmWidth  = 21   // bits of the vocabulary's table
	fewPhrases  = 50   // with fewer there is nothing to learn a language of distress from
)

// windows gives the runs of at most alarmWindow words of a folded text.
func windows(folded string) []string {
	words := slices.Collect(fold.Words(folded))
	if len(words) <= alarmWindow {
		return []string{strings.Join(words, " ")}
	}
	words = words[:min(len(words), mostHeard)]
	var out []string
	for at := 0; ; at += windowStep {
		end := min(at+alarmWindow, len(words))
		out = append(out, strings.Join(words[at:end], " "))
		if end == len(words) {
			return out
		}
	}
}

// loudest gives the article that the loudest window of a folded text calls for, and how loud.
func (a *alarm) loudest(folded string) (article kb.ArticleID, how float32) {
	how = float32(math.Inf(-1))
	scores := make([]float32, len(a.articles)+1)
	var room []feature
	for _, w := range windows(folded) {
		if !strings.Contains(w, " ") { // a single word is an answer, unless a phrase says otherwise
			continue
		}
		room = read(w, room[:0])
		x, _ := a.words.vector(room, 0)
		a.planes.score(x, scores)
		for c, id := range a.articles {
			if scores[c] > how {
				article, how = id, scores[c]
			}
		}
	}
	return article, how
}

// learnAlarm learns from the content; nil if it has too few crisis phrases.
func learnAlarm(ctx context.Context, c *corpus, lib *kb.Library) (*alarm, error) {
	list := lib.Crisis()
	if len(list) < fewPhrases {
		return nil, nil
	}
	a := &alarm{}
	class := map[kb.ArticleID]int{}
	for _, p := range list {
		if _, ok := class[p.Article]; !ok {
			class[p.Article] = len(a.articles)
			a.articles = append(a.articles, p.Article)
		}
	}
	none := len(a.articles)
	var texts []string
	l := &lesson{classes: none + 1}
	add := func(text string, class int) { texts, l.y = append(texts, text), append(l.y, class) }
	for _, p := range list {
		text := fold.Text(strings.ReplaceAll(p.Text, ellipsis, " "))
		if p.Harmless {
			add(text, none)
		} else {
			add(text, class[p.Article])
		}
	}
	for _, e := range c.examples {
		if e.part != paragraph {
			for _, w := range windows(e.text) {
				add(w, none)
			}
		}
	}
	for _, l := range lib.Catalog().Languages() {
		for _, w := range lib.Words(l.Tag) {
			for _, form := range append([]string{w.Name}, w.Also...) {
				for _, w := range windows(fold.Text(form)) {
					add(w, none)
				}
			}
		}
		commands := lib.Catalog().Commands(l.Tag)
		for _, name := range slices.Sorted(maps.Keys(commands)) {
			for _, phrase := range commands[name] {
				add(fold.Text(phrase), none)
			}
		}
	}
	features := func(yield func([]feature) bool) {
		var room []feature
		for _, text := range texts {
			if room = read(text, room[:0]); !yield(room) {
				return
			}
		}
	}
	a.words = learnVocabulary(features, alarmWidth)
	l.features = len(a.words.rarity)
	l.held, l.tries = turns{of: make([]int, len(texts))}, make([]vector, len(texts))
	for f := range features {
		x, _ := a.words.vector(f, 0)
		l.x = append(l.x, x)
	}
	var err error
	a.planes, err = trainLinear(ctx, l, nil)
	return a, err
}
