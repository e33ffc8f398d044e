package understand

import (
	"context"
	"math"
	"slices"
)

// The signals that a class is judged by.
const (
	planes = iota // how far the text lies on the class's side of its plane
	shares        // complement naive Bayes
	pages         // BM25 of the class's best page
	signals
)

// scores are the signals of one text for every class, and what share of its words is known.
type scores struct {
	of    [signals][]float32
	known float64
}

func newScores(classes int) *scores {
	room := make([]float32, signals*classes)
	s := &scores{}
	for i := range s.of {
		s.of[i] = room[i*classes : (i+1)*classes]
	}
	return s
}

// ranker is what is learnt from examples: it knows no article and no index.
type ranker struct {
	words  *vocabulary
	planes *table // nil where training would take too long
	bayes  *table
}

const (
	mostWork       = 1e9 // classes times features of all examples; above, training the planes takes over ten seconds
	paragraphShare = 0.5 // what a paragraph counts for in naive Bayes, beside a question
)

// trainRanker learns from the examples of c, read as features. Paragraphs train the planes only where nobody wrote
// questions: a paragraph says much that is not what its article is asked for. tried holds, for each example that is held
// out at some turn, what the ranker would say of it had it learnt from the others.
func trainRanker(ctx context.Context, c *corpus, held turns) (r *ranker, tried []*scores, err error) {
	r = &ranker{words: learnVocabulary(c.features(), tableWidth)}
	l := &lesson{classes: c.classes(), features: len(r.words.rarity), held: held}
	share := make([]float32, len(c.examples))
	tried = make([]*scores, len(c.examples))
	planes, work := 0, 0
	i := -1
	for features := range c.features() {
		i++
		e := c.examples[i]
		x, _ := r.words.vector(features, 0)
		l.x, l.y, l.tries = append(l.x, x), append(l.y, e.class), append(l.tries, nil)
		if held.of[i] > 0 {
			tried[i] = newScores(l.classes)
			l.tries[i], tried[i].known = r.words.vector(features, 1)
		}
		share[i] = 1
		if e.part == paragraph {
			share[i] = paragraphShare
		}
		if e.part != paragraph || !c.asked {
			planes++
			work += len(x)
		}
	}
	r.bayes = trainBayes(l.x, l.y, share, l.classes, l.features)
	l.tryBayes(share, tried)
	if work*l.classes > mostWork {
		return r, tried, ctx.Err()
	}
	l.x, l.y = l.x[:planes], l.y[:planes] // examples are in the order of their parts, paragraphs last
	r.planes, err = trainLinear(ctx, l, tried)
	return r, tried, err
}

// tryBayes sets what naive Bayes says of the examples that are held out.
func (l *lesson) tryBayes(share []float32, tried []*scores) {
	for turn := 1; turn <= l.held.turns; turn++ {
		left := slices.Clone(share)
		for i, t := range l.held.of {
			if t == turn {
				left[i] = 0
			}
		}
		bayes := trainBayes(l.x, l.y, left, l.classes, l.features)
		for i, t := range l.held.of {
			if t == turn {
				bayes.score(l.tries[i], tried[i].of[shares])
			}
		}
	}
}

// score fills in what the ranker has to say of a text's features.
func (r *ranker) score(features []feature, s *scores) {
	var x vector
	x, s.known = r.words.vector(features, 0)
	if r.planes != nil {
		r.planes.score(x, s.of[planes])
	} else {
		clear(s.of[planes])
	}
	r.bayes.score(x, s.of[shares])
}

// blend weighs the signals into one, as log-odds.
type blend [signals]float64

// usual is the blend that content without questions gets, and that few questions change little. It was found on XQuAD,
// where planes cannot be trained; it is about what the other public sets choose for themselves.
var usual = blend{planes: 6, shares: 1, pages: 20}

// of gives the blended score of class c.
func (b blend) of(s *scores, c int) float64 {
	return b[planes]*float64(s.of[planes][c]) + b[shares]*float64(s.of[shares][c]) + b[pages]*float64(s.of[pages][c])
}

// chances gives the probability of each article, if one of them is right, into p.
func (b blend) chances(s *scores, p []float64) {
	top := math.Inf(-1)
	for c := range p {
		p[c] = b.of(s, c)
		top = max(top, p[c])
	}
	sum := 0.0
	for c := range p {
		p[c] = math.Exp(p[c] - top)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
}
