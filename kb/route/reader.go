package route

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"wegwijzer/kb"
)

// reader reads the nodes of one YAML file and says, with file and line, what it does not understand.
type reader struct {
	file   string
	lib    *kb.Library
	faults []kb.Fault
}

func (r *reader) fault(n *yaml.Node, rule, what, do string) { r.faultAt(n.Line, rule, what, do) }

func (r *reader) faultAt(line int, rule, what, do string) {
	r.faults = append(r.faults, kb.Fault{File: r.file, Line: line, Rule: rule, What: what, Do: do})
}

func (r *reader) warn(line int, rule, what, do string) {
	r.faults = append(r.faults, kb.Fault{File: r.file, Line: line, Rule: rule, Warning: true, What: what, Do: do})
}

// unknown is the fault of a name that stands nowhere.
func (r *reader) unknown(n *yaml.Node, sort, name string, known []string) {
	do := "Use one of " + strings.Join(known, ", ")
	if near := kb.Suggest(name, known); near != "" {
		do = fmt.Sprintf("Did you mean %s?", near)
	} else if len(known) == 0 {
		do = "Take it out"
	}
	r.fault(n, "unknown-"+sort, fmt.Sprintf("unknown %s %q", sort, name), do)
}

// pairs gives the keys and values of a mapping; anything else is a fault and gives none.
func (r *reader) pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(_, _ *yaml.Node) bool) {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		if n.Kind != yaml.MappingNode {
			r.fault(n, "yaml", "a mapping is expected here", "Write key: value lines")
			return
		}
		var seen []string
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if slices.Contains(seen, key.Value) {
				r.fault(key, "yaml", fmt.Sprintf("%q stands here twice", key.Value), "Keep one of them")
				continue
			}
			seen = append(seen, key.Value)
			if !yield(key, n.Content[i+1]) {
				return
			}
		}
	}
}

// fields gives the value of each allowed key of a mapping; another key is a fault.
func (r *reader) fields(n *yaml.Node, allowed ...string) map[string]*yaml.Node {
	found := make(map[string]*yaml.Node)
	for key, value := range r.pairs(n) {
		if !slices.Contains(allowed, key.Value) {
			r.unknown(key, "key", key.Value, allowed)
			continue
		}
		found[key.Value] = value
	}
	return found
}

// items gives the items of a list; nil gives none, one scalar or mapping is a list of itself.
func (r *reader) items(n *yaml.Node) []*yaml.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		return n.Content
	default:
		return []*yaml.Node{n}
	}
}

// text gives a scalar; nil gives "".
func (r *reader) text(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		r.fault(n, "yaml", "one word is expected here", "Write the id")
		return ""
	}
	return n.Value
}

// flag gives true or false; nil gives false.
func (r *reader) flag(n *yaml.Node) bool {
	if n == nil {
		return false
	}
	if n.Tag != "!!bool" {
		r.fault(n, "yaml", fmt.Sprintf("%q is neither true nor false", n.Value), "Write true or false")
	}
	return n.Value == "true"
}

// fact gives the fact of that id; an unknown one is a fault and gives nil.
func (r *reader) fact(n *yaml.Node, id string) *kb.Fact {
	f := r.lib.Fact(kb.FactID(id))
	if f == nil {
		var known []string
		for _, f := range r.lib.Facts() {
			known = append(known, string(f.ID))
		}
		do := "Write the fact in facts.yaml first"
		if near := kb.Suggest(id, known); near != "" {
			do = fmt.Sprintf("Did you mean %s?", near)
		}
		r.fault(n, "unknown-fact", fmt.Sprintf("unknown fact %q", id), do)
	}
	return f
}

// article says whether there is an article of that id; an unknown one is a fault.
func (r *reader) article(n *yaml.Node, id string) bool {
	if r.lib.Article(kb.ArticleID(id)) != nil {
		return true
	}
	var known []string
	for _, a := range r.lib.Articles() {
		known = append(known, string(a.ID))
	}
	do := "Write the article first, or name one that there is"
	if near := kb.Suggest(id, known); near != "" {
		do = fmt.Sprintf("Did you mean %s?", near)
	}
	r.fault(n, "unknown-article", fmt.Sprintf("unknown article %q", id), do)
	return false
}
