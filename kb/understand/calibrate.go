package understand

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// trial is an example that the ranker was not trained on, with the signals it got.
type trial struct {
	example
	scores *scores
}

// judge turns the signals of a text into an answer: which class, how likely right, answered or declined.
type judge struct {
	blend     blend
	sure      []float64 // logistic regression over the doubts of a text
	threshold float64   // below, the text is declined
	outside   bool      // there is a class of texts to decline
}

const (
	mostTrials = 1500 // held-out examples; the few numbers that are fitted need no more
	fewTrials  = 20   // held-out examples; with fewer there is nothing to fit, and the judge stays as it was born
	folds      = 4    // when there are few questions; of many a part is held out once
	many       = 1000 // questions and outside texts
	lost       = 0.05 // share of the answerable that may be declined, at most
	foreign    = 0.25 // share of what people type that no article answers, as far as we expect
	precise    = 0.95 // of what is answered, the share that should be right
)

// holdOut trains without some of the examples, by turns, and tries those: the cross-validation that the judge learns by.
func holdOut(ctx context.Context, c *corpus, features [][]feature, search func(context.Context, example, *scores) error) ([]trial, error) {
	var held []int
	for i, e := range c.examples {
		if e.part == question || e.part == outside {
			held = append(held, i)
		}
	}
	if len(held) < fewTrials {
		return nil, ctx.Err()
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(held), func(i, j int) { held[i], held[j] = held[j], held[i] })
	parts, turns := folds, folds
	if len(held) > many {
		parts, turns = 5, 1
	}
	var trials []trial
	for turn := range turns {
		out := map[int]bool{}
		for i := turn; i < len(held) && len(out) < mostTrials/turns; i += parts {
			out[held[i]] = true
		}
		var examples []example
		var read [][]feature
		for i, e := range c.examples {
			if !out[i] {
				examples, read = append(examples, e), append(read, features[i])
			}
		}
		r, err := trainRanker(ctx, examples, read, c.classes(), c.asked)
		if err != nil {
			return nil, err
		}
		for i, e := range c.examples {
			if out[i] {
				t := trial{example: e, scores: newScores(c.classes())}
				r.score(features[i], t.scores)
				trials = append(trials, t)
			}
		}
	}
	return trials, searchAll(ctx, trials, search)
}

// searchAll adds the signals of the index to trials, on all processors.
func searchAll(ctx context.Context, trials []trial, search func(context.Context, example, *scores) error) error {
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			for i := worker; i < len(trials) && errs[worker] == nil; i += workers {
				errs[worker] = search(ctx, trials[i].example, trials[i].scores)
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
	j.threshold = chooseThreshold(trials, worth, j.sure, doubts, right)
	return j
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

// chooseThreshold gives the smallest chance above which what is answered is right as often as we want, but never one
// that declines more of the answerable than we allow.
func chooseThreshold(trials []trial, worth, sure []float64, doubts [][]float64, right []bool) float64 {
	order := make([]int, len(trials))
	chance := make([]float64, len(trials))
	var answerable, above, rightAbove float64
	for i, t := range trials {
		order[i], chance[i] = i, sigmoid(dot(sure, doubts[i]))
		above += worth[i]
		if right[i] {
			rightAbove += worth[i]
		}
		if t.part == question {
			answerable += worth[i]
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(chance[a], chance[b]) })
	declined := 0.0
	for _, i := range order {
		if trials[i].part == question {
			declined += worth[i]
		}
		if rightAbove >= precise*above || declined > lost*answerable {
			return chance[i]
		}
		above -= worth[i]
		if right[i] {
			rightAbove -= worth[i]
		}
	}
	return 0
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
