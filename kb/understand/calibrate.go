package understand

import (
	"cmp"
	"context"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/text/language"

	"wegwijzer/kb/langid"
)

// trial is an example that the ranker was not trained on, with the signals it got.
type trial struct {
	example
	scores *scores
}

// judge turns the signals of a text into an answer: which class, how likely right, answered or declined.
type judge struct {
	blend     blend
	sure      []float64                // logistic regression over the doubts of a text
	threshold float64                  // below, the text is declined,
	own       map[language.Tag]float64 // unless its language has a threshold of its own
	outside   bool                     // there is a class of texts to decline
	trials    Trials
}

// Trials tells how the engine did on examples of the content that it was not trained on, as it was when the content was
// learnt. An article's own questions are written to differ
// from each other, so one of them held out is harder than most that strangers ask: see the question sets in testdata.
type Trials struct {
	Questions int                      // questions tried; 0 where the content has too few to try any
	Right     int                      // questions whose article was the best guess
	Declined  int                      // questions that were declined
	Outside   int                      // sentences tried that must be declined
	Refused   int                      // of these, those that were declined
	Threshold float64                  // the probability under which a text is declined,
	Own       map[language.Tag]float64 // unless its language has a threshold of its own
}

// Trials gives what was measured when the content was learnt.
func (u *Understander) Trials() Trials {
	t := u.judge.trials
	t.Threshold, t.Own = u.judge.threshold, maps.Clone(u.judge.own)
	return t
}

const (
	mostQuestions = 1200 // held out: some 100 for each of twelve languages, by which its threshold is set
	mostOutside   = 600  // held out
	fewTrials     = 20   // held-out examples; with fewer there is nothing to fit, and the judge stays as it was born
	folds         = 4    // when there are few questions
	onceShare     = 5    // of many, one of so many is held out
	many          = 1000 // questions and outside texts
	lost          = 0.05 // share of what would be answered rightly that may be declined, at most
	foreign       = 0.25 // share of what people type that no article answers, as far as we expect
	enough        = 100  // questions of a language that must have been tried to give it a threshold of its own
	precise       = 0.95 // of what is answered, the share that should be right
)

// turns tells which examples are held out together.
type turns struct {
	turns int
	of    []int // by example: its turn, from 1; 0: never
}

// holdOut chooses the examples that the judge learns by: each is tried on what was learnt without it and the others of
// its turn.
func (c *corpus) holdOut() turns {
	t := turns{of: make([]int, len(c.examples))}
	var questions, outsiders []int
	for i, e := range c.examples {
		switch e.part {
		case question:
			questions = append(questions, i)
		case outside:
			outsiders = append(outsiders, i)
		}
	}
	if len(questions)+len(outsiders) < fewTrials {
		return t
	}
	t.turns = folds
	chance := rand.New(rand.NewPCG(1, 2))
	for _, held := range []struct{ of, most []int }{{questions, []int{many, onceShare, mostQuestions}}, {outsiders, []int{many, 1, mostOutside}}} {
		chance.Shuffle(len(held.of), func(i, j int) { held.of[i], held.of[j] = held.of[j], held.of[i] })
		n := len(held.of)
		if n > held.most[0] {
			n = min(n/held.most[1], held.most[2])
		}
		for i, example := range held.of[:n] {
			t.of[example] = 1 + i%t.turns
		}
	}
	return t
}

// trials gives the examples that were held out.
func (c *corpus) trials(tried []*scores) (trials []trial) {
	for i, s := range tried {
		if s != nil {
			trials = append(trials, trial{c.examples[i], s})
		}
	}
	return trials
}

// searchAll adds the signal of the index to trials, on all processors.
func (u *Understander) searchAll(ctx context.Context, trials []trial) error {
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			for i := worker; i < len(trials) && errs[worker] == nil; i += workers {
				t := trials[i]
				errs[worker] = u.search(ctx, t.text, t.tag, t.scores)
			}
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// learnJudge fits the judge to trials. Without any it answers whatever it knows a word of.
func learnJudge(c *corpus, trials []trial) *judge {
	j := &judge{blend: usual, outside: c.outside, sure: []float64{2, 1, 0, 0, 0, 0}}
	if len(trials) == 0 {
		return j
	}
	p := make([]float64, len(c.articles))
	worth := c.worth(trials)
	j.blend = blend(newton(usual[:], 1, func(w, gradient []float64, curve [][]float64) (gain float64) {
		for _, t := range trials {
			if t.part == outside {
				continue
			}
			blend(w).chances(t.scores, p)
			gain += math.Log(max(p[t.class], 1e-9))
			if gradient != nil {
				addGain(t, p, gradient, curve)
			}
		}
		return gain
	}))
	doubts := make([][]float64, len(trials))
	right := make([]bool, len(trials))
	for i, t := range trials {
		best, d := j.look(t.scores, p)
		doubts[i], right[i] = d, best == t.class
	}
	j.sure = newton(j.sure, 1, func(w, gradient []float64, curve [][]float64) (gain float64) {
		for i, d := range doubts {
			q := min(max(sigmoid(dot(w, d)), 1e-9), 1-1e-9)
			miss := -q
			if right[i] {
				miss = 1 - q
				gain += worth[i] * math.Log(q)
			} else {
				gain += worth[i] * math.Log(1-q)
			}
			if gradient == nil {
				continue
			}
			for a := range d {
				gradient[a] += worth[i] * miss * d[a]
				for b := range d {
					curve[a][b] += worth[i] * q * (1 - q) * d[a] * d[b]
				}
			}
		}
		return gain
	})
	j.chooseThresholds(trials, worth, doubts, right)
	j.trials = j.count(trials, doubts, right)
	return j
}

// count sums the trials up.
func (j *judge) count(trials []trial, doubts [][]float64, right []bool) (sum Trials) {
	for i, t := range trials {
		declined := j.declines(sigmoid(dot(j.sure, doubts[i])), langid.Primary(t.tag))
		switch {
		case t.part == outside:
			sum.Outside++
			if declined {
				sum.Refused++
			}
		default:
			sum.Questions++
			if right[i] {
				sum.Right++
			}
			if declined {
				sum.Declined++
			}
		}
	}
	return sum
}

// addGain adds the derivatives of the log-likelihood of a trial under the chances p.
func addGain(t trial, p, gradient []float64, curve [][]float64) {
	var mean [signals]float64
	var square [signals][signals]float64
	for c, chance := range p {
		if chance < 1e-6 {
			continue
		}
		for a := range signals {
			fa := float64(t.scores.of[a][c])
			mean[a] += chance * fa
			for b := range signals {
				square[a][b] += chance * fa * float64(t.scores.of[b][c])
			}
		}
	}
	for a := range signals {
		gradient[a] += float64(t.scores.of[a][t.class]) - mean[a]
		for b := range signals {
			curve[a][b] += square[a][b] - mean[a]*mean[b]
		}
	}
}

// look gives the best article and the doubts about it: how far it is ahead of all others together, how far on its side of
// its plane, how much of the text is known, how far from what must be declined, how much its pages share with the text.
// p is room, one per article, and holds their chances afterwards.
func (j *judge) look(s *scores, p []float64) (best int, doubts []float64) {
	j.blend.chances(s, p)
	for c := range p {
		if p[c] > p[best] {
			best = c
		}
	}
	rest := 0.0
	for c := range p {
		if c != best {
			rest += p[c]
		}
	}
	ahead := math.Log(max(p[best], 1e-30) / max(rest, 1e-30))
	apart := 0.0
	if j.outside {
		apart = float64(s.of[planes][best] - s.of[planes][len(p)])
	}
	return best, []float64{1, ahead, float64(s.of[planes][best]), s.known, apart,
		float64(s.of[pages][best])}
}

// worth tells how much each trial counts, so that outside texts are as many as we expect among what people type,
// however many of them the content lists.
func (c *corpus) worth(trials []trial) []float64 {
	out := 0
	for _, t := range trials {
		if t.part == outside {
			out++
		}
	}
	worth := make([]float64, len(trials))
	for i, t := range trials {
		worth[i] = 1
		if t.part == outside {
			worth[i] = foreign / (1 - foreign) * float64(len(trials)-out) / float64(out)
		}
	}
	return worth
}

// tested is what one trial tells about the threshold.
type tested struct {
	chance, worth float64
	right         bool
}

// chooseThresholds finds the threshold, and that of each language: with fewer examples, or another grammar, the engine
// is less sure in one language than in another where it is right as often.
func (j *judge) chooseThresholds(trials []trial, worth []float64, doubts [][]float64, right []bool) {
	var all []tested
	byLanguage := map[language.Tag][]tested{}
	questions := map[language.Tag]int{}
	for i, t := range trials {
		result := tested{sigmoid(dot(j.sure, doubts[i])), worth[i], right[i]}
		tag := langid.Primary(t.tag)
		all, byLanguage[tag] = append(all, result), append(byLanguage[tag], result)
		if t.part == question {
			questions[tag]++
		}
	}
	j.threshold = threshold(all)
	j.own = map[language.Tag]float64{}
	for tag, n := range questions {
		if n >= enough {
			j.own[tag] = threshold(byLanguage[tag])
		}
	}
}

// declines tells whether a chance is too small to answer in a language.
func (j *judge) declines(chance float64, tag language.Tag) bool {
	if own, ok := j.own[tag]; ok {
		return chance < own
	}
	return chance < j.threshold
}

// threshold gives the smallest chance above which what is answered is right as often as we want, but never one that
// declines more of what is right than we allow. Declining a question whose best guess is wrong costs nobody an answer.
func threshold(trials []tested) float64 {
	slices.SortStableFunc(trials, func(a, b tested) int { return cmp.Compare(a.chance, b.chance) })
	var above, rightAbove float64
	for _, t := range trials {
		above += t.worth
		if t.right {
			rightAbove += t.worth
		}
	}
	least := (1 - lost) * rightAbove
	for _, t := range trials {
		if rightAbove >= precise*above {
			return t.chance
		}
		if t.right {
			rightAbove -= t.worth
		}
		if rightAbove < least {
			return t.chance
		}
		above -= t.worth
	}
	return 0
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
