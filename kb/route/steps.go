package route

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"wegwijzer/kb"
	"wegwijzer/kb/route/decision"
)

// step is a step of route.yaml, compiled.
type step struct {
	id      StepID
	article kb.ArticleID
	phase   PhaseID // "" if the content has none
	side    bool    // an offer beside the way: nothing waits for it and it does not count in how long the way takes
	line    int
	when    decision.Ref
	needs   []int // steps above it, by index
	takes   []timing
	since   []anchor
	opens   []opening
	after   []element // dates before which it cannot begin, by fact id
	facts   []element
	payers  []element
	traps   []element
	papers  []element
	makes   []int     // papers by index that lapse, and that the person has when this step is done
	uses    []element // papers by index that must still be good when this step begins
}

// element is something that a step shows if a condition holds as well as the step's own.
type element struct {
	id    string
	index int // of the paper or step that id names, where it names one
	when  decision.Ref
	line  int

	derived bool // from slot.attribute, so that it may well never hold
}

// timing is one part of the time that a step takes, from a fact.
type timing struct {
	element
	fact            *kb.Fact
	noLeast, noMost bool // up-to: it may take no time at all; at-least: nobody knows how long
}

// anchor says that a step ends no earlier, and no later, than a fact's time after another step began.
type anchor struct {
	timing
	step int
}

// opening says that a step cannot begin before a fact's time after the month that answers a slot. A step that has
// openings of which none holds has no known beginning.
type opening struct {
	timing
	slot int
}

// paper is a paper of route.yaml, compiled.
type paper struct {
	id     PaperID
	line   int
	life   *kb.Fact     // nil: it does not lapse
	usedBy []element    // steps that need it while it is good
	held   int          // slot (a month) that says since when the person has it; -1: none
	heldIf decision.Ref // whether that slot counts
	late   TrapID       // shown when it lapses before it is used
}

// journey is a route of route.yaml: the name of a way.
type journey struct {
	id   RouteID
	when decision.Ref
	line int
}

func (p *parser) readPapers(n *yaml.Node) {
	for _, item := range p.items(n) {
		f := p.fields(item, "id", "life", "used-by", "held", "late")
		made := paper{id: PaperID(p.text(f["id"])), line: item.Line, held: -1, late: TrapID(p.text(f["late"]))}
		if p.paperNamed(string(made.id)) >= 0 {
			p.fault(item, "duplicate", fmt.Sprintf("there is a paper %q already", made.id), "Give it another id")
		}
		if life := f["life"]; life != nil {
			if made.life = p.fact(life, p.text(life)); made.life != nil && made.life.Kind != kb.Duration {
				p.fault(life, "papers", fmt.Sprintf("the fact %s is no length of time", life.Value), "Use a fact of kind duration")
			}
			if f["used-by"] == nil || f["late"] == nil {
				p.fault(item, "papers", fmt.Sprintf("%s has a life, but not what uses it or which trap it is to let it lapse", made.id), "Write used-by: [step] and late: trap")
			}
		}
		at := len(p.route.papers)
		made.usedBy = p.elements(f["used-by"], always, nil, func(i int, to decision.Ref) { p.route.papers[at].usedBy[i].when = to })
		if held := f["held"]; held != nil {
			f := p.fields(held, "slot", "when")
			if f["slot"] == nil {
				p.fault(held, "yaml", "held names no slot", "Write {slot: NAME, when: CONDITION}")
			} else if s := p.slot(f["slot"], p.text(f["slot"])); s != nil {
				made.held = s.index
				if s.Kind != Month {
					p.fault(held, "papers", fmt.Sprintf("%s is no month", s.ID), "Name a slot of kind month")
				}
			}
			p.ref(p.read(f["when"]), func(to decision.Ref) { p.route.papers[at].heldIf = to })
		}
		p.route.papers = append(p.route.papers, made)
	}
}

func (p *parser) paperNamed(id string) int {
	return slices.IndexFunc(p.route.papers, func(made paper) bool { return string(made.id) == id })
}

func (p *parser) readSteps(n *yaml.Node) {
	var ids []string
	for _, item := range p.items(n) {
		if id := valueOf(item, "id"); id != nil {
			ids = append(ids, id.Value)
		}
	}
	for _, item := range p.items(n) {
		p.readStep(item, ids)
	}
	if len(p.route.stops) == 0 {
		p.faultAt(0, "steps", "the route has no steps", "Write steps:")
	}
}

func valueOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// readStep reads one step. The refs of all its conditions are set when they are compiled, each joined with the
// condition of the step itself, so that nothing of a step that is not in the plan can make a question matter.
func (p *parser) readStep(item *yaml.Node, ids []string) {
	f := p.fields(item, "id", "article", "phase", "when", "side", "needs", "takes", "since", "opens", "not-before", "facts", "payers", "traps", "papers")
	index := len(p.route.stops)
	s := step{id: StepID(p.text(f["id"])), phase: PhaseID(p.text(f["phase"])), side: p.flag(f["side"]), line: item.Line}
	if _, ok := p.route.steps[s.id]; ok || s.id == "" {
		p.fault(item, "duplicate", fmt.Sprintf("the step %q has no id of its own", s.id), "Give it another id")
		return
	}
	if index == mostSteps {
		p.fault(item, "steps", fmt.Sprintf("there are more than %d steps", mostSteps), "Take some out")
		return
	}
	p.route.steps[s.id] = index
	s.article = kb.ArticleID(s.id)
	at := item
	if f["article"] != nil {
		s.article, at = kb.ArticleID(p.text(f["article"])), f["article"]
	} else if f["id"] != nil {
		at = f["id"]
	}
	p.article(at, string(s.article))
	for _, need := range p.items(f["needs"]) {
		if to, ok := p.above(need, index, ids); ok {
			s.needs = append(s.needs, to)
		}
	}
	when := p.read(f["when"])
	p.route.stops = append(p.route.stops, s)
	to := &p.route.stops[index]
	p.ref(when, func(at decision.Ref) { p.route.stops[index].when = at })

	to.takes = p.timings(f["takes"], when, func(i int, at decision.Ref) { p.route.stops[index].takes[i].when = at })
	to.after = p.elements(f["not-before"], when, p.isFact, func(i int, at decision.Ref) { p.route.stops[index].after[i].when = at })
	to.facts = p.elements(f["facts"], when, p.isFact, func(i int, at decision.Ref) { p.route.stops[index].facts[i].when = at })
	to.payers = p.elements(f["payers"], when, p.article, func(i int, at decision.Ref) { p.route.stops[index].payers[i].when = at })
	to.traps = p.elements(f["traps"], when, nil, func(i int, at decision.Ref) { p.route.stops[index].traps[i].when = at })
	to.papers = p.elements(f["papers"], when, p.isPaper, func(i int, at decision.Ref) { p.route.stops[index].papers[i].when = at })
	for i := range to.papers {
		to.papers[i].index = p.paperNamed(to.papers[i].id)
	}
	for _, e := range to.after {
		if fact := p.lib.Fact(kb.FactID(e.id)); fact != nil && fact.Kind != kb.Date {
			p.faultAt(e.line, "steps", fmt.Sprintf("the fact %s is no date", e.id), "Use a fact of kind date")
		}
	}
	p.readSince(index, f["since"], when, ids)
	p.readOpens(index, f["opens"], when)
}

// above gives the index of a step named by n that stands above step index, which is being read. That a step can only need what
// stands above it is what keeps every plan in order and free of loops.
func (p *parser) above(n *yaml.Node, index int, ids []string) (int, bool) {
	name := p.text(n)
	if to, ok := p.route.steps[StepID(name)]; ok && to < index {
		return to, true
	}
	if slices.Contains(ids, name) {
		p.misplaced = append(p.misplaced, misplaced{fault: len(p.faults), step: index, need: StepID(name)})
		p.fault(n, "order", fmt.Sprintf("this step needs %s, which stands further down", name), "Move "+name+" above this step")
	} else {
		p.unknown(n, "step", name, ids)
	}
	return 0, false
}

func (p *parser) isFact(n *yaml.Node, id string) bool { return p.fact(n, id) != nil }

func (p *parser) isPaper(n *yaml.Node, id string) bool {
	if p.paperNamed(id) >= 0 {
		return true
	}
	var known []string
	for _, made := range p.route.papers {
		known = append(known, string(made.id))
	}
	p.unknown(n, "paper", id, known)
	return false
}

// elements reads a list of ids. An item is an id, slot.attribute (the ids that the attribute gives), or a mapping of
// such an id and a condition of its own.
func (p *parser) elements(list *yaml.Node, when *expr, exists func(*yaml.Node, string) bool, set func(int, decision.Ref)) []element {
	var read []element
	for _, item := range p.items(list) {
		id, own := item, always
		if item.Kind == yaml.MappingNode {
			f := p.fields(item, "id", "when")
			if id = f["id"]; id == nil {
				p.fault(item, "yaml", "there is no id here", "Write {id: NAME, when: CONDITION}")
				continue
			}
			own = p.read(f["when"])
		}
		for _, e := range p.expand(id, own) {
			if exists != nil && !exists(id, e.name) {
				continue
			}
			i := len(read)
			read = append(read, element{id: e.name, line: id.Line, derived: e.name != id.Value})
			p.ref(allOf(when, e.when), func(at decision.Ref) { set(i, at) })
		}
	}
	return read
}

// guarded is an id and when it holds.
type guarded struct {
	name string
	when *expr
}

// expand gives the ids that n stands for: itself, or one for each value of the attribute that slot.attribute names.
func (p *parser) expand(n *yaml.Node, own *expr) []guarded {
	name := p.text(n)
	slotName, attribute, dotted := strings.Cut(name, ".")
	if !dotted {
		return []guarded{{name, own}}
	}
	slot := p.slot(n, slotName)
	if slot == nil {
		return nil
	}
	var all []guarded
	for _, value := range p.attributes(n, slot, attribute) {
		all = append(all, guarded{value, allOf(own, p.hasAttribute(slot, attribute, value))})
	}
	return all
}

// timings reads a list of times. An item is a fact id, {up-to: fact}, {at-least: fact} or {fact: fact}, each with a
// condition of its own if need be.
func (p *parser) timings(list *yaml.Node, when *expr, set func(int, decision.Ref)) []timing {
	var read []timing
	for _, item := range p.items(list) {
		t, id, own := timing{}, item, always
		if item.Kind == yaml.MappingNode {
			f := p.fields(item, "fact", "up-to", "at-least", "when")
			t.noLeast, t.noMost = f["up-to"] != nil, f["at-least"] != nil
			for _, key := range []string{"fact", "up-to", "at-least"} {
				if f[key] != nil {
					id = f[key]
				}
			}
			own = p.read(f["when"])
		}
		read = p.timing(read, t, id, allOf(when, own), set)
	}
	return read
}

// timing adds the timings that id stands for to read.
func (p *parser) timing(read []timing, t timing, id *yaml.Node, when *expr, set func(int, decision.Ref)) []timing {
	for _, e := range p.expand(id, when) {
		t.fact = p.fact(id, e.name)
		if t.fact == nil {
			continue
		}
		if _, _, ok := t.fact.Value.Days(); !ok || t.fact.Kind != kb.Duration {
			p.fault(id, "steps", fmt.Sprintf("the fact %s is no length of time", e.name), "Use a fact of kind duration")
			continue
		}
		i := len(read)
		t.element = element{id: e.name, line: id.Line}
		read = append(read, t)
		p.ref(e.when, func(at decision.Ref) { set(i, at) })
	}
	return read
}

func (p *parser) readSince(index int, list *yaml.Node, when *expr, ids []string) {
	for _, item := range p.items(list) {
		f := p.fields(item, "step", "fact", "when")
		if f["step"] == nil || f["fact"] == nil {
			p.fault(item, "yaml", "since needs a step and a fact", "Write {step: NAME, fact: NAME}")
			continue
		}
		to, ok := p.above(f["step"], index, ids)
		if !ok {
			continue
		}
		begin := len(p.route.stops[index].since)
		for _, t := range p.timing(nil, timing{}, f["fact"], allOf(when, p.read(f["when"])), func(i int, at decision.Ref) { p.route.stops[index].since[begin+i].when = at }) {
			p.route.stops[index].since = append(p.route.stops[index].since, anchor{t, to})
		}
	}
}

func (p *parser) readOpens(index int, list *yaml.Node, when *expr) {
	for _, item := range p.items(list) {
		f := p.fields(item, "slot", "fact", "when")
		if f["slot"] == nil || f["fact"] == nil {
			p.fault(item, "yaml", "opens needs a slot and a fact", "Write {slot: NAME, fact: NAME}")
			continue
		}
		slot := p.slot(f["slot"], p.text(f["slot"]))
		if slot == nil {
			continue
		}
		if slot.Kind != Month {
			p.fault(f["slot"], "steps", fmt.Sprintf("%s is no month", slot.ID), "Name a slot of kind month")
			continue
		}
		begin := len(p.route.stops[index].opens)
		for _, t := range p.timing(nil, timing{}, f["fact"], allOf(when, p.read(f["when"])), func(i int, at decision.Ref) { p.route.stops[index].opens[begin+i].when = at }) {
			p.route.stops[index].opens = append(p.route.stops[index].opens, opening{t, slot.index})
		}
	}
}

// checkPapers joins papers and steps: who makes a paper that lapses, who uses it.
func (p *parser) checkPapers() {
	r := p.route
	for i := range r.papers {
		made := &r.papers[i]
		for k := range made.usedBy {
			user := &made.usedBy[k]
			to, ok := r.steps[StepID(user.id)]
			if !ok {
				var known []string
				for _, s := range r.stops {
					known = append(known, string(s.id))
				}
				p.unknown(&yaml.Node{Line: user.line}, "step", user.id, known)
				continue
			}
			user.index = to
			if made.life != nil {
				at := len(r.stops[to].uses)
				r.stops[to].uses = append(r.stops[to].uses, element{id: string(made.id), index: i})
				p.later = append(p.later, func(*compiler) { r.stops[to].uses[at].when = made.usedBy[k].when })
			}
		}
	}
	shown := make([]bool, len(r.papers))
	for i := range r.stops {
		for _, e := range r.stops[i].papers {
			if e.index < 0 {
				continue
			}
			shown[e.index] = true
			if made := r.papers[e.index]; made.life != nil && !made.isUsedBy(i) && !slices.Contains(r.stops[i].makes, e.index) {
				r.stops[i].makes = append(r.stops[i].makes, e.index)
			}
		}
		for _, need := range r.stops[i].needs {
			if len(r.stops[need].opens) > 0 || r.stops[need].side {
				p.faultAt(r.stops[i].line, "order", fmt.Sprintf("%s needs %s, which stands beside the way", r.stops[i].id, r.stops[need].id),
					"A step can need only steps that are not side: true and have no opens:")
			}
		}
	}
	for i, made := range r.papers {
		if !shown[i] {
			p.faultAt(made.line, "unused", fmt.Sprintf("no step shows the paper %q", made.id), "Name it in papers: of a step, or take it out")
		}
	}
}

func (m *paper) isUsedBy(step int) bool {
	return slices.ContainsFunc(m.usedBy, func(user element) bool { return user.index == step })
}

// lapse gives the last day of the life of a paper that was had in the month that count counts: a paper's month is
// known, not its day, so its life is counted from the end of that month.
func (m *paper) lapse(count int) time.Time {
	end := firstOf(count+1).AddDate(0, 0, -1)
	if n, ok := monthsLong(m.life); ok {
		return firstOf(count+1+n).AddDate(0, 0, -1)
	}
	_, most, _ := m.life.Value.Days()
	return end.AddDate(0, 0, most)
}
