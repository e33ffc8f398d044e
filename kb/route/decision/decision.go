// Package decision keeps conditions over the answers to questions as decision diagrams, of which it can be told at once
// whether one holds, fails or still depends on an answer. It knows variables and classes of answers by number; what they
// stand for is its user's.
package decision

import (
	"encoding/binary"
	"math/bits"
)

// Every condition is compiled, once, into one reduced decision diagram: a node asks one question and has
// a way on for each class of answers that the conditions tell apart. Three things follow that a walk over the
// condition as written could not give:
//   - a condition holds for every possible answer exactly if its diagram, cut down to the answers still possible, is
//     the leaf "yes" (so "B1 or not B1" holds without asking);
//   - a question can change a condition exactly if it is still asked somewhere in the diagram that was cut down;
//   - one pass over all nodes, leaves first, settles all conditions at once, without recursion.
// Plain three-valued logic was tried on paper first: it calls "B1 or not B1" unknown, and would then ask for it.

// Ref names a condition: one of the two leaves, or a node of a Diagram.
type Ref int32

// The leaves: the condition that never holds, and the one that always does.
const (
	No  Ref = 0
	Yes Ref = 1
)

// MostQuestions is how many questions the bits of Asks can tell apart.
const MostQuestions = 64

// node asks for the class of one variable. kids has one Ref for each class.
type node struct {
	variable int32
	kids     []Ref
}

// Diagram holds the nodes of all conditions; a node stands behind all that it leads to. A sealed one is safe for concurrent
// use.
type Diagram struct {
	nodes []node // the first two are the leaves
	slots []int8 // of each variable: the question it is the answer to, -1 if nobody is asked

	unique  map[string]Ref   // nodes by what they are, so that equal conditions are one node
	known   map[[3]int32]Ref // results of combine
	denied  map[Ref]Ref      // results of not
	classes []int            // how many each variable has
}

// New gives an empty diagram of variables: of each the question (below MostQuestions) that it is the answer to, -1 if it is
// never asked, and how many classes of answers it has. Conditions ask for the variables in this order.
func New(slots []int8, classes []int) *Diagram {
	return &Diagram{
		nodes:   make([]node, 2, 256),
		slots:   slots,
		classes: classes,
		unique:  make(map[string]Ref),
		known:   make(map[[3]int32]Ref),
		denied:  make(map[Ref]Ref),
	}
}

// Seal drops what only building needs; no condition can be built any more.
func (d *Diagram) Seal() *Diagram {
	d.unique, d.known, d.denied = nil, nil, nil
	return d
}

// choose gives the node that asks for variable and goes on by its class. kids is the diagram's afterwards.
func (d *Diagram) choose(variable int32, kids []Ref) Ref {
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
	r := Ref(len(d.nodes))
	d.nodes = append(d.nodes, node{variable, kids})
	d.unique[string(key)] = r
	return r
}

// Atom gives the node that is Yes for the classes of variable for which holds says so.
func (d *Diagram) Atom(variable int32, holds func(class int) bool) Ref {
	kids := make([]Ref, d.classes[variable])
	for class := range kids {
		if holds(class) {
			kids[class] = Yes
		}
	}
	return d.choose(variable, kids)
}

// And gives the condition that holds when both do.
func (d *Diagram) And(a, b Ref) Ref { return d.combine(No, a, b) }

// Or gives the condition that holds when one of two does.
func (d *Diagram) Or(a, b Ref) Ref { return d.combine(Yes, a, b) }

// combine joins two conditions: with absorbing No it is "and", with absorbing Yes it is "or".
func (d *Diagram) combine(absorbing, a, b Ref) Ref {
	neutral := Yes - absorbing
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
	kids := make([]Ref, d.classes[first])
	for class := range kids {
		kids[class] = d.combine(absorbing, d.down(a, first, class), d.down(b, first, class))
	}
	r := d.choose(first, kids)
	d.known[key] = r
	return r
}

// Not turns a condition round.
func (d *Diagram) Not(a Ref) Ref {
	if a == No || a == Yes {
		return Yes - a
	}
	if r, ok := d.denied[a]; ok {
		return r
	}
	kids := make([]Ref, len(d.nodes[a].kids))
	for class, k := range d.nodes[a].kids {
		kids[class] = d.Not(k)
	}
	r := d.choose(d.nodes[a].variable, kids)
	d.denied[a] = r
	return r
}

// down follows a by the class of variable, if that is what a asks.
func (d *Diagram) down(a Ref, variable int32, class int) Ref {
	if a == No || a == Yes || d.nodes[a].variable != variable {
		return a
	}
	return d.nodes[a].kids[class]
}

// Node gives what a condition that is no leaf asks first: the variable, the question it is the answer to (-1: none), and
// the condition that is left for each class. kids is the diagram's.
func (d *Diagram) Node(r Ref) (variable, question int, kids []Ref) {
	n := &d.nodes[r]
	return int(n.variable), int(d.slots[n.variable]), n.kids
}

// Domain is what is known of one variable: the one class it has, or (One < 0) the classes it may have.
type Domain struct {
	One   int
	Among []bool // nil: every class
}

// Known is a variable of which the class is known.
func Known(class int) Domain { return Domain{One: class} }

// Anything is a variable of which nothing is known.
func Anything() Domain { return Domain{One: -1} }

// fingerprints of the leaves. The fingerprint of any other node is a hash of what it asks and where it leads once
// the diagram is cut down to the answers still possible, so that two nodes mean the same exactly if theirs are equal
// (two different ones meet by chance once in 2^64 pairs; a route has some hundred nodes).
const (
	printNo  uint64 = 0x9e3779b97f4a7c15
	printYes uint64 = 0xc2b2ae3d27d4eb4f
)

// Settled is a Diagram cut down to what is known.
type Settled struct {
	prints []uint64
	asks   []uint64 // bit q: question q is still asked somewhere below
}

// Settle cuts the diagram down to the given domains, one of each variable.
func (d *Diagram) Settle(domains []Domain) Settled {
	s := Settled{make([]uint64, len(d.nodes)), make([]uint64, len(d.nodes))}
	s.prints[No], s.prints[Yes] = printNo, printYes
	for i := 2; i < len(d.nodes); i++ {
		n := &d.nodes[i]
		domain := &domains[n.variable]
		if domain.One >= 0 {
			kid := n.kids[domain.One]
			s.prints[i], s.asks[i] = s.prints[kid], s.asks[kid]
			continue
		}
		var (
			hash        = uint64(n.variable)*0x2545f4914f6cdd1d + 1
			first, asks uint64
			seen, split bool
		)
		for class, kid := range n.kids {
			if domain.Among != nil && !domain.Among[class] {
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

// Holds says that the condition is true whatever the open answers are.
func (s Settled) Holds(r Ref) bool { return s.prints[r] == printYes }

// Fails says that the condition is false whatever the open answers are.
func (s Settled) Fails(r Ref) bool { return s.prints[r] == printNo }

// Asks gives the questions whose answer can still change the condition, as bits.
func (s Settled) Asks(r Ref) uint64 { return s.asks[r] }

// mix folds b into the hash a (the multiply and fold step of wyhash).
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}
