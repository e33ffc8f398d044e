package route

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"wegwijzer/kb"
	"wegwijzer/kb/route/decision"
)

// The file of the route and its lock in the content folder.
const (
	routeFile = "route.yaml"
	lockFile  = "route.lock"
)

// The sections of words that the route needs beside one section of values for each slot.
const (
	slotWords  = "slots"
	routeWords = "routes"
	phaseWords = "phases"
	stepWords  = "steps"
	trapWords  = "traps"
	paperWords = "papers"
	factWords  = "facts" // what a figure is about; a fact without such a word is shown by its value alone
)

// mostSlots is how many slots conditions can ask for.
const mostSlots = decision.MostQuestions

// parser builds a Route from route.yaml. Conditions are first read, then compiled, since what the classes of answers
// are depends on all of them.
type parser struct {
	conditions
	route *Route
	later []func(*compiler) // sets the refs of what was read

	shown     []decision.Ref // what a plan can show: the routes, the steps and all that stands in them
	misplaced []misplaced    // steps that need what stands further down
}

// Parse builds the route from lib's route.yaml and route.lock, and says what is wrong in them. Content without a
// route.yaml has an empty Route: it has no questions and every plan of it is empty. With faults that are errors the
// Route is not to be used.
func Parse(lib *kb.Library) (*Route, []kb.Fault) { return parse(lib, lib.File) }

// parse is Parse with the files of the content given apart, so that a test can put another in their place.
func parse(lib *kb.Library, file func(name string) ([]byte, bool)) (*Route, []kb.Fault) {
	r := &Route{lib: lib, steps: map[StepID]int{}, Diagram: decision.New(nil, nil), variables: &variables{}}
	p := &parser{conditions: conditions{reader: &reader{file: routeFile, lib: lib}, named: map[string]*expr{}, used: map[string]bool{}}, route: r}
	raw, ok := file(routeFile)
	if !ok {
		return r, nil
	}
	root, err := document(raw)
	if err != nil {
		p.faultAt(lineOf(err), "yaml", "the file is not YAML that can be read: "+oneLine(err), "Mend that line")
		return r, p.faults
	}
	if root == nil {
		p.faultAt(0, "yaml", "the file is empty", "Write slots, routes and steps, or take the file away")
		return r, p.faults
	}
	parts := p.fields(root, "slots", "conditions", "routes", "papers", "steps")
	p.readSlots(parts["slots"])
	p.readConditions(parts["conditions"])
	p.readPapers(parts["papers"])
	p.readSteps(parts["steps"])
	p.readRoutes(parts["routes"])
	p.checkPapers()
	for name := range p.named {
		if !p.used[name] {
			p.fault(conditionNode(parts["conditions"], name), "unused", fmt.Sprintf("the condition %q is used nowhere", name), "Use it or take it out")
		}
	}
	if kb.HasErrors(p.faults) {
		p.explainOrder()
		return r, p.faults
	}
	p.show()
	p.compile()
	p.checkReachable()
	p.checkWords()
	p.readLock(file)
	r.isolate()
	return r, p.faults
}

func conditionNode(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i]
		}
	}
	return n
}

// document gives the root of the only document in raw, nil if there is none.
func document(raw []byte) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return doc.Content[0], nil
}

func oneLine(err error) string {
	return strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " ")
}

// lineOf gives the line that the YAML library names in an error, 0 if it names none.
func lineOf(err error) int {
	var line int
	if _, rest, ok := strings.Cut(err.Error(), "line "); ok {
		fmt.Sscanf(rest, "%d", &line)
	}
	return line
}

func (p *parser) readSlots(n *yaml.Node) {
	for _, item := range p.items(n) {
		f := p.fields(item, "id", "kind", "values", "attributes", "ordered", "group", "words", "presume", "asked", "carry", "split", "age-key")
		s := &Slot{ID: SlotID(p.text(f["id"])), index: len(p.slots), line: item.Line, Ordered: p.flag(f["ordered"]), Group: p.text(f["group"])}
		switch {
		case s.ID == "":
			p.fault(item, "yaml", "this slot has no id", "Give it an id")
			continue
		case p.slotNamed(string(s.ID)) != nil || s.ID == doneKey || slices.Contains(operations, string(s.ID)):
			p.fault(item, "duplicate", fmt.Sprintf("there is a %q already", s.ID), "Give the slot another id")
			continue
		case len(p.slots) == mostSlots:
			p.fault(item, "slots", fmt.Sprintf("there are more than %d slots", mostSlots), "Take some out")
			return
		}
		p.readKind(s, f)
		p.readValues(s, f, item)
		p.readPresumption(s, f)
		if split := f["split"]; split != nil {
			s.split, _ = p.date(split, split.Value, "")
		}
		if key := p.text(f["age-key"]); key != "" {
			s.AgeKey = key
		}
		p.slots = append(p.slots, s)
	}
	p.choices = make([][]choiceAtom, len(p.slots))
	p.times = make([][]timeAtom, len(p.slots))
	p.route.slots = p.slots
	if len(p.slots) == 0 {
		p.faultAt(0, "slots", "the route asks nothing", "Write slots:")
	}
}

func (p *parser) slotNamed(name string) *Slot {
	i := slices.IndexFunc(p.slots, func(s *Slot) bool { return string(s.ID) == name || s.AgeKey == name })
	if i < 0 {
		return nil
	}
	return p.slots[i]
}

func (p *parser) readKind(s *Slot, f map[string]*yaml.Node) {
	kinds := map[string]Kind{"choice": Choice, "country": Country, "month": Month, "year": Year}
	if f["kind"] == nil {
		return
	}
	kind, ok := kinds[p.text(f["kind"])]
	if !ok {
		p.unknown(f["kind"], "kind", f["kind"].Value, []string{"choice", "country", "month", "year"})
	}
	s.Kind = kind
}

// readValues reads what a slot's values are and where their attributes and words stand.
func (p *parser) readValues(s *Slot, f map[string]*yaml.Node, item *yaml.Node) {
	s.from = p.text(f["attributes"])
	if s.from != "" {
		from := s.from
		s.attrs = func(v string) kb.Attributes { return p.lib.Attributes(from, v) }
		if len(p.lib.Values(from)) == 0 {
			p.fault(f["attributes"], "unknown-attribute", fmt.Sprintf("no file tells the attributes of %q", from), "Use profession or country, or write the file")
		}
	}
	s.Section = string(s.ID)
	if s.from != "" {
		s.Section = s.from
	}
	if words := p.text(f["words"]); words != "" {
		s.Section = words
	}
	switch {
	case s.from != "" && f["values"] == nil:
		s.Values = p.lib.Values(s.from)
	case s.Kind == Choice:
		for _, v := range p.items(f["values"]) {
			s.Values = append(s.Values, p.text(v))
		}
		if len(s.Values) == 0 {
			p.fault(item, "yaml", fmt.Sprintf("%s has no values", s.ID), "Write values: [..], or attributes: profession to take the ids of professions.yaml")
		}
	case s.Kind == Country:
		s.Values = p.lib.Values("country")
	}
	if s.carry = p.text(f["carry"]); s.carry != "" {
		s.carried = p.attributes(f["carry"], &Slot{ID: s.ID, Values: s.Values, attrs: s.attrs}, s.carry)
	}
	if s.Group != "" {
		p.attributes(f["group"], s, s.Group)
	}
}

func (p *parser) readPresumption(s *Slot, f map[string]*yaml.Node) {
	n := f["presume"]
	if n == nil {
		if f["asked"] != nil && !p.flag(f["asked"]) {
			p.fault(f["asked"], "slots", fmt.Sprintf("%s is not asked and presumes nothing", s.ID), "Write presume: VALUE as well")
		}
		return
	}
	s.presume = p.text(n)
	s.silent = f["asked"] != nil && !p.flag(f["asked"])
	if s.Kind == Month || s.Kind == Year {
		if s.presume != presumeNow {
			p.fault(n, "slots", fmt.Sprintf("%s cannot presume %q", s.ID, s.presume), "Write presume: "+presumeNow)
		}
		return
	}
	if err := s.Check(s.presume); err != nil {
		p.fault(n, "unknown-value", fmt.Sprintf("%s cannot presume %q", s.ID, s.presume), "Use one of its values")
	}
}

func (p *parser) readConditions(n *yaml.Node) {
	if n == nil {
		return
	}
	for key, value := range p.pairs(n) {
		p.named[key.Value] = p.read(value)
	}
}

func (p *parser) readRoutes(n *yaml.Node) {
	items := p.items(n)
	for i, item := range items {
		f := p.fields(item, "id", "when")
		id := p.text(f["id"])
		if slices.ContainsFunc(p.route.routes, func(r journey) bool { return string(r.id) == id }) {
			p.fault(item, "duplicate", fmt.Sprintf("there is a route %q already", id), "Give it another id")
		}
		last := i == len(items)-1
		if (f["when"] == nil) != last {
			p.fault(item, "routes", fmt.Sprintf("the route %q must %shave a condition", id, map[bool]string{true: "not ", false: ""}[last]),
				"Give every route a when: but the last, which is what a plan has when no other is certain")
		}
		p.route.routes = append(p.route.routes, journey{id: RouteID(id), line: item.Line})
		p.ref(p.read(f["when"]), func(at decision.Ref) { p.route.routes[i].when = at })
	}
	if len(items) == 0 {
		p.faultAt(0, "routes", "the route has no routes", "Write routes:")
	}
}

// ref has the condition compiled once all are read.
func (p *parser) ref(e *expr, set func(decision.Ref)) {
	p.later = append(p.later, func(c *compiler) { set(c.compile(e)) })
}

func (p *parser) checkWords() {
	source := p.lib.Source()
	need := func(line int, section, id string, note bool) {
		w, ok := p.lib.Word(source, section, id)
		switch {
		case !ok || w.Name == "":
			p.faultAt(line, "missing-word", fmt.Sprintf("%s has no name in words, section %s", id, section),
				fmt.Sprintf("Write %s: under %s: in words/%s.yaml", id, section, source))
		case note && w.Note == "":
			p.faultAt(line, "missing-word", fmt.Sprintf("%s has no note in words, section %s", id, section),
				fmt.Sprintf("Write note: below %s in words/%s.yaml: why this step is next", id, source))
		}
	}
	for _, s := range p.slots {
		need(s.line, slotWords, string(s.ID), false)
		if s.Kind == Choice {
			for _, v := range s.Values {
				need(s.line, s.Section, v, false)
			}
		}
		for _, v := range s.carried {
			need(s.line, s.carry, v, false)
		}
		if s.Group != "" {
			for _, v := range p.attributes(&yaml.Node{}, s, s.Group) {
				need(s.line, s.Group, v, false)
			}
		}
	}
	for _, r := range p.route.routes {
		need(r.line, routeWords, string(r.id), false)
	}
	for _, paper := range p.route.papers {
		need(paper.line, paperWords, string(paper.id), false)
		if paper.late != "" {
			need(paper.line, trapWords, string(paper.late), false)
		}
	}
	for _, s := range p.route.stops {
		need(s.line, stepWords, string(s.id), true)
		if s.phase != "" {
			need(s.line, phaseWords, string(s.phase), false)
		}
		for _, t := range s.traps {
			need(t.line, trapWords, t.id, false)
		}
	}
}
