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
		for _, v := range x.weight {
			sum += v
		}
		for c, slope := range t.slope {
			scores[c] += sum * slope
		}
	}
	for i, f := range x.at {
		v := x.weight[i]
		lo, hi := t.start[f], t.start[f+1]
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

// gather turns entries by class, features rising, into a table.
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
	hinge      = 2    // cost of a wrong example (C of the literature); 1 to 4 are alike on the public sets
	far        = 0.1  // an example so far on its own side is not looked at again
	smallest   = 2e-3 // a weight below moves no score that is shown
	diagonal   = 1.0 / (2 * hinge)
	curvature  = 1 + biasWeight*biasWeight + diagonal
)

// trainLinear finds one separating plane per class, "one against the rest": support vector machines with squared hinge
// loss, trained by dual coordinate descent (Hsieh and others, ICML 2008). y are the classes of the examples x. The result
// is the same on any number of processors. It returns ctx's error if ctx ends first.
func trainLinear(ctx context.Context, x []vector, y []int, classes, features int) (*table, error) {
	byClass := make([][]entry, classes)
	bias := make([]float32, classes)
	blocks := make(chan int)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			t := newTrainer(x, y, features)
			for first := range blocks {
				t.begin(first)
				for j := range min(lanes, classes-first) {
					bias[first+j], byClass[first+j] = t.finish(j)
				}
			}
		})
	}
	err := ctx.Err()
	for first := 0; first < classes && err == nil; first += lanes {
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
	return gather(byClass, bias, features), nil
}

// trainer is what one goroutine trains planes in.
type trainer struct {
	x     []vector
	y     []int
	first int              // class of lane 0
	w     []lane           // by feature, after the first pass
	alpha []lane           // by example: how much it holds the plane
	bias  lane             // after the first pass
	near  [lanes][]int     // examples that are not far on their own side
	plane [lanes][]float32 // w by lane, for the other passes
	order *rand.Rand
}

func newTrainer(x []vector, y []int, features int) *trainer {
	t := &trainer{x: x, y: y, w: make([]lane, features), alpha: make([]lane, len(x))}
	for j := range t.plane {
		t.plane[j] = make([]float32, features)
	}
	return t
}

// begin makes the first pass over the examples for the classes from first on.
func (t *trainer) begin(first int) {
	clear(t.w)
	clear(t.alpha)
	t.first, t.bias, t.order = first, lane{}, rand.New(rand.NewPCG(uint64(first), 1))
	for j := range t.near {
		t.near[j] = t.near[j][:0]
	}
	for _, i := range t.order.Perm(len(t.x)) {
		at, weight := t.x[i].at, t.x[i].weight
		var margin lane
		for k, f := range at {
			v, row := weight[k], &t.w[f]
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
			t.alpha[i][j] = -gradient / curvature
			step := t.alpha[i][j] * side
			t.bias[j] += step * biasWeight
			for k, f := range at {
				t.w[f][j] += step * weight[k]
			}
		}
	}
	for f := range t.w {
		for j := range lanes {
			t.plane[j][f] = t.w[f][j]
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

// finish makes the other passes for lane j, over the examples that matter to it, and gives what matters of its plane.
func (t *trainer) finish(j int) (bias float32, plane []entry) {
	w, near, bias := t.plane[j], t.near[j], t.bias[j]
	for range rounds - 1 {
		t.order.Shuffle(len(near), func(a, b int) { near[a], near[b] = near[b], near[a] })
		kept := near[:0]
		for _, i := range near {
			at, weight := t.x[i].at, t.x[i].weight
			margin := bias * biasWeight
			for k, f := range at {
				margin += w[f] * weight[k]
			}
			side, alpha := t.side(i, j), t.alpha[i][j]
			gradient := side*margin - 1 + diagonal*alpha
			if alpha == 0 && gradient >= 0 {
				if gradient < far {
					kept = append(kept, i)
				}
				continue
			}
			kept = append(kept, i)
			changed := max(alpha-gradient/curvature, 0)
			step := (changed - alpha) * side
			t.alpha[i][j] = changed
			bias += step * biasWeight
			for k, f := range at {
				w[f] += step * weight[k]
			}
		}
		near = kept
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
	return bias * biasWeight, plane
}
