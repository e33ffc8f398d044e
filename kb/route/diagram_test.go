package route

import (
	"testing"

	"pgregory.net/rapid"
)

// formula is a random condition, to be compared with its diagram answer by answer.
type formula struct {
	op       operator
	kids     []*formula
	variable int
	classes  []bool
}

func (f *formula) eval(classes []int) bool {
	switch f.op {
	case isAtom:
		return f.classes[classes[f.variable]]
	case isNot:
		return !f.kids[0].eval(classes)
	case isAll:
		for _, k := range f.kids {
			if !k.eval(classes) {
				return false
			}
		}
		return true
	default:
		for _, k := range f.kids {
			if k.eval(classes) {
				return true
			}
		}
		return false
	}
}

func (f *formula) build(d *diagram) ref {
	switch f.op {
	case isAtom:
		return d.atom(int32(f.variable), func(class int) bool { return f.classes[class] })
	case isNot:
		return d.not(f.kids[0].build(d))
	}
	r := yes
	if f.op == isAny {
		r = no
	}
	for _, k := range f.kids {
		if f.op == isAll {
			r = d.and(r, k.build(d))
		} else {
			r = d.or(r, k.build(d))
		}
	}
	return r
}

func drawFormula(t *rapid.T, widths []int, depth int) *formula {
	op := isAtom
	if depth > 0 {
		op = operator(rapid.IntRange(int(isAll), int(isAtom)).Draw(t, "op"))
	}
	f := &formula{op: op}
	switch op {
	case isAtom:
		f.variable = rapid.IntRange(0, len(widths)-1).Draw(t, "variable")
		f.classes = rapid.SliceOfN(rapid.Bool(), widths[f.variable], widths[f.variable]).Draw(t, "classes")
	case isNot:
		f.kids = []*formula{drawFormula(t, widths, depth-1)}
	default:
		for range rapid.IntRange(0, 3).Draw(t, "kids") {
			f.kids = append(f.kids, drawFormula(t, widths, depth-1))
		}
	}
	return f
}

// every calls try with each combination of classes that the domains allow.
func every(widths []int, domains []domain, try func(classes []int)) {
	classes := make([]int, len(widths))
	var walk func(v int)
	walk = func(v int) {
		if v == len(widths) {
			try(classes)
			return
		}
		for class := range widths[v] {
			d := domains[v]
			if d.one >= 0 && d.one != class || d.one < 0 && d.among != nil && !d.among[class] {
				continue
			}
			classes[v] = class
			walk(v + 1)
		}
	}
	walk(0)
}

// A settled diagram says exactly what trying every answer says: what holds, what fails, and what still matters.
func TestSettleIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		widths := rapid.SliceOfN(rapid.IntRange(1, 4), 1, 4).Draw(t, "widths")
		slots := make([]int8, len(widths))
		domains := make([]domain, len(widths))
		for v, width := range widths {
			slots[v] = int8(v)
			switch rapid.IntRange(0, 2).Draw(t, "known") {
			case 0:
				domains[v] = anything
			case 1:
				domains[v] = known(rapid.IntRange(0, width-1).Draw(t, "one"))
			default:
				among := rapid.SliceOfN(rapid.Bool(), width, width).Draw(t, "among")
				among[rapid.IntRange(0, width-1).Draw(t, "at least")] = true
				domains[v] = domain{one: -1, among: among}
			}
		}
		f := drawFormula(t, widths, 4)
		d := newDiagram(slots, widths)
		root := f.build(d)
		s := d.sealed().settle(domains)

		always, never := true, true
		var matters uint64
		every(widths, domains, func(classes []int) {
			got := f.eval(classes)
			always, never = always && got, never && !got
			for v := range widths {
				alone := make([]domain, len(widths))
				for o := range widths {
					alone[o] = known(classes[o])
				}
				alone[v] = domains[v]
				every(widths, alone, func(other []int) {
					if f.eval(other) != got {
						matters |= bit(v)
					}
				})
			}
		})
		if s.holds(root) != always || s.fails(root) != never {
			t.Fatalf("holds %v, fails %v; trying every answer says %v, %v", s.holds(root), s.fails(root), always, never)
		}
		if s.asks[root] != matters {
			t.Fatalf("asks %b; trying every answer says %b", s.asks[root], matters)
		}
	})
}

// Conditions that mean the same are the same node, however they are written.
func TestEqualConditionsAreOneNode(t *testing.T) {
	t.Parallel()
	d := newDiagram([]int8{0, 1}, []int{3, 2})
	a := d.atom(0, func(class int) bool { return class > 0 })
	b := d.atom(1, func(class int) bool { return class == 1 })
	if got, want := d.not(d.or(d.not(a), d.not(b))), d.and(a, b); got != want {
		t.Errorf("not (not a or not b) is node %d; a and b is node %d", got, want)
	}
	if got := d.or(a, d.not(a)); got != yes {
		t.Errorf("a or not a is node %d, not the leaf yes", got)
	}
	if got := d.and(b, d.not(b)); got != no {
		t.Errorf("b and not b is node %d, not the leaf no", got)
	}
}
