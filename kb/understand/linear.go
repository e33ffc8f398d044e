package understand

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// table holds for every feature what it says for which classes. Most features matter to few classes.
type table struct {
	start  []uint32 // feature → its first entry; one longer than there are features
	class  []uint16
	weight []float32
	bias   []float32 // per class
	slope  []float32 // per class, for each unit of weight in a text; may be nil
}

// score sets scores, one per class, to how much x speaks for that class.
func (t *table) score(x vector, scores []float32) {
	copy(scores, t.bias)
	if t.slope != nil {
		var sum float32
		for _, f := range x {
			sum += f.weight
		}
		for c, slope := range t.slope {
			scores[c] += sum * slope
		}
	}
	for _, f := range x {
		v := f.weight
		lo, hi := t.start[f.at], t.start[f.at+1]
		class, weight := t.class[lo:hi], t.weight[lo:hi]
		for j, c := range class {
			scores[c] += v * weight[j]
		}
	}
}

// entry is what one feature says for one class.
type entry struct {
	feature uint32
	weight  float32
}

// gather turns entries by class into a table.
func gather(byClass [][]entry, bias []float32, features int) *table {
	t := &table{start: make([]uint32, features+1), bias: bias}
	for _, entries := range byClass {
		for _, e := range entries {
			t.start[e.feature+1]++
		}
	}
	for f := range features {
		t.start[f+1] += t.start[f]
	}
	t.class = make([]uint16, t.start[features])
	t.weight = make([]float32, t.start[features])
	next := slices.Clone(t.start)
	for c, entries := range byClass {
		for _, e := range entries {
			t.class[next[e.feature]] = uint16(c)
			t.weight[next[e.feature]] = e.weight
			next[e.feature]++
		}
	}
	return t
}

// lanes classes are begun at once: their weights for one feature fill one cache line, so that the first pass over the
// examples, which is the long one, reads memory once for sixteen classes.
const lanes = 16

type lane = [lanes]float32

const (
	biasWeight = 0.5  // weight of the feature that every example has
	rounds     = 6    // passes over the examples; more changed nothing on the public sets
	again      = 2    // passes over what is left when some examples are held out
	hinge      = 2    // cost of a wrong example (C of the literature); 1 to 4 are alike on the public sets
	far        = 0.1  // an example so far on its own side is not looked at again
	smallest   = 2e-2 // a weight below changes no answer on our question sets, and there are many
	diagonal   = 1.0 / (2 * hinge)
	curvature  = 1 + biasWeight*biasWeight + diagonal
)

// lesson is what planes are learnt from.
type lesson struct {
	x        []vector
	y        []int // classes of x
	classes  int
	features int
	held     turns
	tries    []vector // those of x that are held out, as they read to a vocabulary that does not have them
}

// trainLinear finds one separating plane per class, "one against the rest": support vector machines with squared hinge
// loss, trained by dual coordinate descent (Hsieh and others, ICML 2008). The result is the same on any number of
// processors. It returns ctx's error if ctx ends first.
//
// It sets in tried, for the examples that are held out at some turn, what the planes would say of them had they been
// trained without: what an example did to a plane is known, so it is taken back and the plane settles again, which takes a
// fraction of the time of another training.
func trainLinear(ctx context.Context, l *lesson, tried []*scores) (*table, error) {
	byClass := make([][]entry, l.classes)
	bias := make([]float32, l.classes)
	blocks := make(chan int)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			t := newTrainer(l)
			for first := range blocks {
				t.begin(first)
				for j := range min(lanes, l.classes-first) {
					bias[first+j], byClass[first+j] = t.finish(j)
					for turn := 1; turn <= l.held.turns; turn++ {
						t.holdOut(j, turn, tried)
					}
				}
			}
		})
	}
	err := ctx.Err()
	for first := 0; first < l.classes && err == nil; first += lanes {
		select {
		case blocks <- first:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	close(blocks)
	wait.Wait()
	if err != nil {
		return nil, err
	}
	return gather(byClass, bias, l.features), nil
}

// trainer is what one goroutine trains planes in.
type trainer struct {
	*lesson
	first int              // class of lane 0
	w     []lane           // by feature, after the first pass
	bias  lane             // by lane
	near  [lanes][]int     // examples that are not far on their own side
	plane []float32        // w of one lane, for the other passes
	alpha [lanes][]float32 // by lane and example: how much it holds the plane
	order *rand.Rand
	less  struct { // what holdOut works in
		near         []int
		plane, alpha []float32
	}
}

func newTrainer(l *lesson) *trainer {
	t := &trainer{lesson: l, w: make([]lane, l.features)}
	for j := range lanes {
		t.alpha[j] = make([]float32, len(l.x))
	}
	t.plane = make([]float32, l.features)
	t.less.plane, t.less.alpha = make([]float32, l.features), make([]float32, len(l.x))
	return t
}

// begin makes the first pass over the examples for the classes from first on.
func (t *trainer) begin(first int) {
	clear(t.w)
	t.first, t.bias, t.order = first, lane{}, rand.New(rand.NewPCG(uint64(first), 1))
	for j := range lanes {
		t.near[j] = t.near[j][:0]
		clear(t.alpha[j])
	}
	for _, i := range t.order.Perm(len(t.x)) {
		x := t.x[i]
		var margin lane
		for _, f := range x {
			v, row := f.weight, &t.w[f.at]
			for j := range lanes {
				margin[j] += v * row[j]
			}
		}
		for j := range lanes {
			side := t.side(i, j)
			gradient := side*(margin[j]+biasWeight*t.bias[j]) - 1
			if gradient < far {
				t.near[j] = append(t.near[j], i)
			}
			if gradient >= 0 {
				continue
			}
			t.alpha[j][i] = -gradient / curvature
			step := t.alpha[j][i] * side
			t.bias[j] += step * biasWeight
			for _, f := range x {
				t.w[f.at][j] += step * f.weight
			}
		}
	}
}

// side tells on which side of the plane of lane j example i belongs.
func (t *trainer) side(i, j int) float32 {
	if t.y[i] == t.first+j {
		return 1
	}
	return -1
}

// pass goes over the examples near a plane once and moves the plane where they say. It gives the examples that are
// still near, in the room of near.
func (t *trainer) pass(j int, near []int, w, alpha []float32, bias *float32) []int {
	t.order.Shuffle(len(near), func(a, b int) { near[a], near[b] = near[b], near[a] })
	kept := near[:0]
	for _, i := range near {
		side := t.side(i, j)
		gradient := side*t.x[i].margin(w, *bias) - 1 + diagonal*alpha[i]
		if alpha[i] == 0 && gradient >= 0 {
			if gradient < far {
				kept = append(kept, i)
			}
			continue
		}
		kept = append(kept, i)
		changed := max(alpha[i]-gradient/curvature, 0)
		t.x[i].move(w, bias, (changed-alpha[i])*side)
		alpha[i] = changed
	}
	return kept
}

// margin is how far x lies above the plane.
func (x vector) margin(w []float32, bias float32) float32 {
	sum := bias * biasWeight
	for _, f := range x {
		sum += w[f.at] * f.weight
	}
	return sum
}

// move turns the plane by step towards x.
func (x vector) move(w []float32, bias *float32, step float32) {
	*bias += step * biasWeight
	for _, f := range x {
		w[f.at] += step * f.weight
	}
}

// finish makes the other passes for lane j, over the examples that matter to it, and gives what matters of its plane.
func (t *trainer) finish(j int) (bias float32, plane []entry) {
	w := t.plane
	for f := range t.w {
		w[f] = t.w[f][j]
	}
	for range rounds - 1 {
		t.near[j] = t.pass(j, t.near[j], w, t.alpha[j], &t.bias[j])
	}
	n := 0
	for _, v := range w {
		if v > smallest || v < -smallest {
			n++
		}
	}
	plane = make([]entry, 0, n)
	for f, v := range w {
		if v > smallest || v < -smallest {
			plane = append(plane, entry{uint32(f), v})
		}
	}
	return t.bias[j] * biasWeight, plane
}

// holdOut takes what the examples held out at turn did to the finished plane of lane j back, lets it settle, and tries
// them on it.
func (t *trainer) holdOut(j, turn int, tried []*scores) {
	w, alpha, near, bias := t.less.plane, t.less.alpha, t.less.near[:0], t.bias[j]
	copy(w, t.plane)
	copy(alpha, t.alpha[j])
	for _, i := range t.near[j] {
		if t.held.of[i] != turn {
			near = append(near, i)
		}
	}
	for i := range t.x {
		switch {
		case t.held.of[i] == turn:
			if alpha[i] > 0 {
				t.x[i].move(w, &bias, -alpha[i]*t.side(i, j))
			}
		case alpha[i] == 0 && t.y[i] == t.first+j: // may have been far on its side for the sake of one that is gone
			near = append(near, i)
		}
	}
	t.less.near = near
	for range again {
		near = t.pass(j, near, w, alpha, &bias)
	}
	for i := range t.x {
		if t.held.of[i] == turn {
			tried[i].of[planes][t.first+j] = t.tries[i].margin(w, bias)
		}
	}
}
