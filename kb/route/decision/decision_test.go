package decision

import (
	"testing"

	"pgregory.net/rapid"
)

// operator is what a formula does with its parts.
type operator int

const (
	isAll operator = iota
	isAny
	isNot
	isAtom
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

func (f *formula) build(d *Diagram) Ref {
	switch f.op {
	case isAtom:
		return d.Atom(int32(f.variable), func(class int) bool { return f.classes[class] })
	case isNot:
		return d.Not(f.kids[0].build(d))
	}
	r := Yes
	if f.op == isAny {
		r = No
	}
	for _, k := range f.kids {
		if f.op == isAll {
			r = d.And(r, k.build(d))
		} else {
			r = d.Or(r, k.build(d))
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
func every(widths []int, domains []Domain, try func(classes []int)) {
	classes := make([]int, len(widths))
	var walk func(v int)
	walk = func(v int) {
		if v == len(widths) {
			try(classes)
			return
		}
		for class := range widths[v] {
			d := domains[v]
			if d.One >= 0 && d.One != class || d.One < 0 && d.Among != nil && !d.Among[class] {
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
		domains := make([]Domain, len(widths))
		for v, width := range widths {
			slots[v] = int8(v)
			switch rapid.IntRange(0, 2).Draw(t, "known") {
			case 0:
				domains[v] = Anything()
			case 1:
				domains[v] = Known(rapid.IntRange(0, width-1).Draw(t, "one"))
			default:
				among := rapid.SliceOfN(rapid.Bool(), width, width).Draw(t, "among")
				among[rapid.IntRange(0, width-1).Draw(t, "at least")] = true
				domains[v] = Domain{One: -1, Among: among}
			}
		}
		f := drawFormula(t, widths, 4)
		d := New(slots, widths)
		root := f.build(d)
		s := d.Seal().Settle(domains)

		always, never := true, true
		var matters uint64
		every(widths, domains, func(classes []int) {
			got := f.eval(classes)
			always, never = always && got, never && !got
			for v := range widths {
				alone := make([]Domain, len(widths))
				for o := range widths {
					alone[o] = Known(classes[o])
				}
				alone[v] = domains[v]
				every(widths, alone, func(other []int) {
					if f.eval(other) != got {
						matters |= 1 << v
					}
				})
			}
		})
		if s.Holds(root) != always || s.Fails(root) != never {
			t.Fatalf("holds %v, fails %v; trying every answer says %v, %v", s.Holds(root), s.Fails(root), always, never)
		}
		if s.Asks(root) != matters {
			t.Fatalf("asks %b; trying every answer says %b", s.Asks(root), matters)
		}
	})
}

// Conditions that mean the same are the same node, however they are written.
func TestEqualConditionsAreOneNode(t *testing.T) {
	t.Parallel()
	d := New([]int8{0, 1}, []int{3, 2})
	a := d.Atom(0, func(class int) bool { return class > 0 })
	b := d.Atom(1, func(class int) bool { return class == 1 })
	if got, want := d.Not(d.Or(d.Not(a), d.Not(b))), d.And(a, b); got != want {
		t.Errorf("not (not a or not b) is node %d; a and b is node %d", got, want)
	}
	if got := d.Or(a, d.Not(a)); got != Yes {
		t.Errorf("a or not a is node %d, not the leaf yes", got)
	}
	if got := d.And(b, d.Not(b)); got != No {
		t.Errorf("b and not b is node %d, not the leaf no", got)
	}
}
