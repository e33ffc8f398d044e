package understand

import "math"

const prior = 0.05 // weight that every class is given of every feature before any is seen

// trainBayes is complement naive Bayes (Rennie and others, ICML 2003): a feature speaks for a class by how much of it
// the other classes lack. It needs little to learn from, which makes it the better half where a class has few examples
// in a language; with many, the planes are better. share is how much each example counts; with none it is as if not there.
func trainBayes(x []vector, y []int, share []float32, classes, features int) *table {
	byClass := make([][]int, classes)
	total := make([]float64, features)
	weight := make([]float64, classes)
	all := prior * float64(features)
	for i := range x {
		if share[i] == 0 {
			continue
		}
		byClass[y[i]] = append(byClass[y[i]], i)
		for _, f := range x[i] {
			v := float64(share[i] * f.weight)
			total[f.at] += v
			weight[y[i]] += v
			all += v
		}
	}
	planes := make([][]entry, classes)
	own := make([]float64, features)
	var touched []uint32
	for c, examples := range byClass {
		touched = touched[:0]
		for _, i := range examples {
			for _, f := range x[i] {
				if own[f.at] == 0 {
					touched = append(touched, f.at)
				}
				own[f.at] += float64(share[i] * f.weight)
			}
		}
		planes[c] = make([]entry, len(touched))
		for i, f := range touched {
			w := math.Log((total[f] + prior) / (total[f] - own[f] + prior))
			planes[c][i] = entry{f, float32(w)}
			own[f] = 0
		}
	}
	t := gather(planes, make([]float32, classes), features)
	t.slope = make([]float32, classes)
	for c, own := range weight {
		t.slope[c] = float32(math.Log(1 - own/all))
	}
	return t
}
