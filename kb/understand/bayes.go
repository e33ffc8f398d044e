package understand

import "math"

var prior = 0.05 // weight that every class is given of every feature before any is seen

// trainBayes is complement naive Bayes (Rennie and others, ICML 2003): a feature speaks for a class by how much of it
// the other classes lack. It needs little to learn from, which makes it the better half where a class has few examples
// in a language; with many, the planes are better. share is how much each example counts.
func trainBayes(x []vector, y []int, share []float32, classes, features int) *table {
	byClass := make([][]int, classes)
	total := make([]float64, features)
	weight := make([]float64, classes)
	all := prior * float64(features)
	for i := range x {
		byClass[y[i]] = append(byClass[y[i]], i)
		for k, f := range x[i].at {
			v := float64(share[i] * x[i].weight[k])
			total[f] += v
			weight[y[i]] += v
			all += v
		}
	}
	planes := make([][]entry, classes)
	own := make([]float64, features)
	for c, examples := range byClass {
		for _, i := range examples {
			for k, f := range x[i].at {
				own[f] += float64(share[i] * x[i].weight[k])
			}
		}
		for f, v := range own {
			if v > 0 {
				w := math.Log((total[f] + prior) / (total[f] - v + prior))
				planes[c] = append(planes[c], entry{uint32(f), float32(w)})
			}
		}
		clear(own)
	}
	t := gather(planes, make([]float32, classes), features)
	t.slope = make([]float32, classes)
	for c, own := range weight {
		t.slope[c] = float32(math.Log(1 - own/all))
	}
	return t
}
