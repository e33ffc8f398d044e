package understand

import (
	"math"
	"slices"
)

// newton maximises a concave function of few numbers, less the penalty pull·(w−home)²/2 that keeps what the data do not
// speak of at home. gain returns the function at w and, unless they are nil, adds its first and its negated second
// derivatives to gradient and curve.
func newton(home []float64, pull float64, gain func(w, gradient []float64, curve [][]float64) float64) []float64 {
	n := len(home)
	value := func(w []float64) float64 {
		v := gain(w, nil, nil)
		for i := range w {
			v -= pull * (w[i] - home[i]) * (w[i] - home[i]) / 2
		}
		return v
	}
	w := slices.Clone(home)
	best := value(w)
	for range 25 {
		gradient := make([]float64, n)
		curve := make([][]float64, n)
		for i := range curve {
			curve[i] = make([]float64, n)
			curve[i][i] = pull
			gradient[i] = pull * (home[i] - w[i])
		}
		gain(w, gradient, curve)
		step := solve(curve, gradient)
		next, v := make([]float64, n), math.Inf(-1)
		for share := 1.0; share > 1e-3 && v <= best; share /= 2 { // far from the top the curve misleads: step less far
			for i := range w {
				next[i] = w[i] + share*step[i]
			}
			v = value(next)
		}
		if v <= best+1e-9 {
			break
		}
		w, best = next, v
	}
	return w
}

// solve solves a·x = b by elimination; a is symmetric and positive, and is used up.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	x := slices.Clone(b)
	for i := range n {
		for j := i + 1; j < n; j++ {
			factor := a[j][i] / a[i][i]
			for k := i; k < n; k++ {
				a[j][k] -= factor * a[i][k]
			}
			x[j] -= factor * x[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			x[i] -= a[i][j] * x[j]
		}
		x[i] /= a[i][i]
	}
	return x
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
