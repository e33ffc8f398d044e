package route

import (
	"encoding/binary"
	"math/bits"
)

// Every condition of the route is compiled, once, into one reduced decision diagram: a node asks one question and has
// a way on for each class of answers that the conditions tell apart. Three things follow that a walk over the
// condition as written could not give:
//   - a condition holds for every possible answer exactly if its diagram, cut down to the answers still possible, is
//     the leaf "yes" (so "B1 or not B1" holds without asking);
//   - a question can change a condition exactly if it is still asked somewhere in the diagram that was cut down;
//   - one pass over all nodes, leaves first, settles all conditions of a plan at once, without recursion.
// Plain three-valued logic was tried on paper first: it calls "B1 or not B1" unknown, and would then ask for it.

// ref names a node: the two leaves, or an index into diagram.nodes.
type ref int32

const (
	no  ref = 0
	yes ref = 1
)

// node asks for the class of one variable. kids has one ref for each class.
type node struct {
	variable int32
	kids     []ref
}

// diagram holds the nodes of all conditions; a node stands behind all that it leads to.
type diagram struct {
	nodes []node // the first two are the leaves
	slots []int8 // of each variable: the slot it is the answer to, -1 for the day

	unique  map[string]ref   // nodes by what they are, so that equal conditions are one node
	known   map[[3]int32]ref // results of combine
	denied  map[ref]ref      // results of not
	classes []int            // how many each variable has
}

func newDiagram(slots []int8, classes []int) *diagram {
	return &diagram{
		nodes:   make([]node, 2, 256),
		slots:   slots,
		classes: classes,
		unique:  make(map[string]ref),
		known:   make(map[[3]int32]ref),
		denied:  make(map[ref]ref),
	}
}

// sealed drops what only building needs.
func (d *diagram) sealed() *diagram {
	d.unique, d.known, d.denied = nil, nil, nil
	return d
}

// choose gives the node that asks for variable and goes on by its class. kids is the diagram's afterwards.
func (d *diagram) choose(variable int32, kids []ref) ref {
	same := true
	key := binary.AppendVarint(make([]byte, 0, 2+2*len(kids)), int64(variable))
	for _, k := range kids {
		same = same && k == kids[0]
		key = binary.AppendVarint(key, int64(k))
	}
	if same {
		return kids[0]
	}
	if r, ok := d.unique[string(key)]; ok {
		return r
	}
	r := ref(len(d.nodes))
	d.nodes = append(d.nodes, node{variable, kids})
	d.unique[string(key)] = r
	return r
}

// atom gives the node that is yes for the classes of variable for which holds says so.
func (d *diagram) atom(variable int32, holds func(class int) bool) ref {
	kids := make([]ref, d.classes[variable])
	for class := range kids {
		if holds(class) {
			kids[class] = yes
		}
	}
	return d.choose(variable, kids)
}

func (d *diagram) and(a, b ref) ref { return d.combine(no, a, b) }
func (d *diagram) or(a, b ref) ref  { return d.combine(yes, a, b) }

// combine joins two conditions: with absorbing no it is "and", with absorbing yes it is "or".
func (d *diagram) combine(absorbing, a, b ref) ref {
	neutral := yes - absorbing
	switch {
	case a == absorbing || b == absorbing:
		return absorbing
	case a == neutral || a == b:
		return b
	case b == neutral:
		return a
	}
	if a > b {
		a, b = b, a
	}
	key := [3]int32{int32(absorbing), int32(a), int32(b)}
	if r, ok := d.known[key]; ok {
		return r
	}
	first := min(d.nodes[a].variable, d.nodes[b].variable)
	kids := make([]ref, d.classes[first])
	for class := range kids {
		kids[class] = d.combine(absorbing, d.down(a, first, class), d.down(b, first, class))
	}
	r := d.choose(first, kids)
	d.known[key] = r
	return r
}

// not turns a condition round.
func (d *diagram) not(a ref) ref {
	if a == no || a == yes {
		return yes - a
	}
	if r, ok := d.denied[a]; ok {
		return r
	}
	kids := make([]ref, len(d.nodes[a].kids))
	for class, k := range d.nodes[a].kids {
		kids[class] = d.not(k)
	}
	r := d.choose(d.nodes[a].variable, kids)
	d.denied[a] = r
	return r
}

// down follows a by the class of variable, if that is what a asks.
func (d *diagram) down(a ref, variable int32, class int) ref {
	if a == no || a == yes || d.nodes[a].variable != variable {
		return a
	}
	return d.nodes[a].kids[class]
}

// domain is what is known of one variable: the one class it has, or (one < 0) the classes it may have.
type domain struct {
	one   int
	among []bool // nil: every class
}

func known(class int) domain { return domain{one: class} }

var anything = domain{one: -1}

// fingerprints of the leaves. The fingerprint of any other node is a hash of what it asks and where it leads once
// the diagram is cut down to the answers still possible, so that two nodes mean the same exactly if theirs are equal
// (two different ones meet by chance once in 2^64 pairs; a route has some hundred nodes).
const (
	printNo  uint64 = 0x9e3779b97f4a7c15
	printYes uint64 = 0xc2b2ae3d27d4eb4f
)

// settled is a diagram cut down to what is known.
type settled struct {
	prints []uint64
	asks   []uint64 // bit s: slot s is still asked somewhere below
}

// settle cuts the diagram down to the given domains, one of each variable.
func (d *diagram) settle(domains []domain) settled {
	s := settled{make([]uint64, len(d.nodes)), make([]uint64, len(d.nodes))}
	s.prints[no], s.prints[yes] = printNo, printYes
	for i := 2; i < len(d.nodes); i++ {
		n := &d.nodes[i]
		domain := &domains[n.variable]
		if domain.one >= 0 {
			kid := n.kids[domain.one]
			s.prints[i], s.asks[i] = s.prints[kid], s.asks[kid]
			continue
		}
		var (
			hash        = uint64(n.variable)*0x2545f4914f6cdd1d + 1
			first, asks uint64
			seen, split bool
		)
		for class, kid := range n.kids {
			if domain.among != nil && !domain.among[class] {
				continue
			}
			p := s.prints[kid]
			if !seen {
				seen, first = true, p
			}
			split = split || p != first
			hash = mix(hash, p)
			asks |= s.asks[kid]
		}
		if !split { // one way on: the question does not matter
			s.prints[i], s.asks[i] = first, asks
			continue
		}
		if slot := d.slots[n.variable]; slot >= 0 {
			asks |= 1 << slot
		}
		s.prints[i], s.asks[i] = hash, asks
	}
	return s
}

// holds says that the condition is true whatever the open answers are.
func (s settled) holds(r ref) bool { return s.prints[r] == printYes }

// fails says that the condition is false whatever the open answers are.
func (s settled) fails(r ref) bool { return s.prints[r] == printNo }

// mix folds b into the hash a (the multiply and fold step of wyhash).
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}
