package kb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// sheet is one YAML text of the content: a file, or the front matter of one. It is read node by node and not into
// structs, so that every fault has its line and one wrong value hides no other.
type sheet struct {
	load *loader
	file string
	skip int // lines of the file before the YAML
}

// entry is one key of a mapping with its value.
type entry struct {
	key   string
	at    *yaml.Node // of the key
	value *yaml.Node
}

func (s sheet) line(n *yaml.Node) int { return n.Line + s.skip }

func (s sheet) fault(n *yaml.Node, rule, what, do string) {
	s.load.fault(s.file, s.line(n), rule, what, do)
}

func (s sheet) warn(n *yaml.Node, rule, what, do string) {
	s.load.warn(s.file, s.line(n), rule, what, do)
}

// parse gives the root of a YAML text, nil for an empty one. A broken one is a fault, and remembered: what is missing
// because the file could not be read is not reported a second time.
func (s sheet) parse(data []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		what, do := yamlFault(err)
		s.load.fault(s.file, s.skip+brokenLine(data), "yaml", what, do)
		s.load.broken[s.file] = true
		return nil
	}
	var second yaml.Node
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		s.load.fault(s.file, s.skip+max(1, second.Line), "yaml", "a second YAML document starts in this file",
			"Take out the line ---; one file is one document.")
	}
	if len(doc.Content) == 0 || isNull(doc.Content[0]) {
		return nil
	}
	return doc.Content[0]
}

// yamlFault puts an error of the YAML reader into a volunteer's words. The reader gives its kinds of error only as
// text; one that is not known here is passed on as it is.
func yamlFault(err error) (what, do string) {
	text := err.Error()
	has := func(s string) bool { return strings.Contains(text, s) }
	switch {
	case has("mapping values are not allowed"):
		return "the YAML is broken: a colon stands in a text without quotation marks, or a line is indented too far",
			`Put a text that has a colon in it between double quotation marks, and start keys of one level in one column.`
	case has("cannot start any token"):
		return "the YAML is broken: a line starts with a tab, or a text with a sign that YAML keeps for itself (%, @, `)",
			`Indent with spaces, and put the text between double quotation marks.`
	case has("end of stream"), has("',' or"):
		return "the YAML is broken: a quotation mark or a bracket is opened here and not closed",
			`Close it; inside a text between double quotation marks write \" for a quotation mark.`
	case has("expected key"), has("block mapping"), has("'-' indicator"), has("could not find expected ':'"):
		return "the YAML is broken: the indentation, a missing colon or a quotation mark does not fit here",
			`Start keys of one level in one column, each with a colon behind it, and put texts between double quotation marks.`
	case has("control characters"), has("invalid"):
		return "the YAML is broken: it holds a character that is no text", "Type the line again."
	}
	return "the YAML is broken: " + strings.TrimPrefix(text, "yaml: "), "Compare the line with the ones around it."
}

// brokenLine finds the line from which on data is no YAML. The line in the reader's error is often one off, and for a
// quotation mark that is never closed it is the end of the file; the first line that breaks what stood before it is
// where a person has to look.
func brokenLine(data []byte) int {
	lines := bytes.SplitAfter(data, []byte{'\n'})
	fine := func(n int) bool {
		var doc yaml.Node
		return yaml.Unmarshal(bytes.Join(lines[:n], nil), &doc) == nil
	}
	good := 0
	for {
		bad := len(lines)
		for bad-good > 1 {
			if middle := (good + bad) / 2; fine(middle) {
				good = middle
			} else {
				bad = middle
			}
		}
		// A text over several lines is broken in its middle and whole at its end: look whether this was one.
		again := false
		for _, further := range [...]int{1, 2, 3, 5, 8, 13, 21, 34} {
			if n := bad + further; n < len(lines) && fine(n) {
				good, again = n, true
				break
			}
		}
		if !again {
			return bad
		}
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// entries gives the keys of a mapping in order. Anything but a mapping, and a key that stands there twice, is a fault.
func (s sheet) entries(n *yaml.Node, what string) []entry {
	if n == nil || isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		s.fault(n, "shape", what+" is "+shape(n)+" and should be keys with values", "Write key: value, one a line.")
		return nil
	}
	entries := make([]entry, 0, len(n.Content)/2)
	lines := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		at := n.Content[i]
		if at.Kind != yaml.ScalarNode || at.Value == "<<" || at.Value == "" {
			s.fault(at, "shape", "a key of "+what+" is "+shape(at)+" and should be a word", "Write key: value, one a line.")
			continue
		}
		if first, ok := lines[at.Value]; ok {
			s.fault(at, "duplicate", fmt.Sprintf("%s stands in %s twice, first in line %d", quoted(at.Value), what, first),
				"Keep one of the two, or give this one another name.")
			continue
		}
		lines[at.Value] = s.line(at)
		entries = append(entries, entry{key: at.Value, at: at, value: n.Content[i+1]})
	}
	return entries
}

// fields gives the values of a mapping whose keys are known; an unknown key is a fault.
func (s sheet) fields(n *yaml.Node, what string, known ...string) map[string]*yaml.Node {
	values := map[string]*yaml.Node{}
	for _, e := range s.entries(n, what) {
		if !contains(known, e.key) {
			s.unknownKey(e, what, known)
			continue
		}
		values[e.key] = e.value
	}
	return values
}

// unknownKey is the rule that a key means something. In minimal content other people's keys are theirs to keep.
func (s sheet) unknownKey(e entry, what string, known []string) {
	s.load.report(s.load.minimal, s.file, s.line(e.at), "unknown-key", fmt.Sprintf("unknown key %s in %s", quoted(e.key), what),
		meant(e.key, known)+"The keys are: "+strings.Join(known, ", ")+".")
}

// text gives the text of a scalar, without spaces around it; "" for a missing or empty one.
func (s sheet) text(n *yaml.Node, what string) string {
	if n == nil || isNull(n) {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		s.fault(n, "shape", what+" is "+shape(n)+" and should be one text", "Write one text, between quotation marks if it has a colon in it.")
		return ""
	}
	return strings.TrimSpace(n.Value)
}

// lined is a text of a list with its line.
type lined struct {
	text string
	line int
}

// texts gives the texts of a list in order; empty ones are a fault.
func (s sheet) texts(n *yaml.Node, what string) []lined {
	if n == nil || isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		s.fault(n, "shape", what+" is "+shape(n)+" and should be a list", "Write [one, two], or one a line with a hyphen and a space before it.")
		return nil
	}
	texts := make([]lined, 0, len(n.Content))
	for _, item := range n.Content {
		text := s.text(item, "an item of "+what)
		if text == "" && item.Kind == yaml.ScalarNode {
			s.load.report(s.load.minimal, s.file, s.line(item), "empty", "an item of "+what+" is empty", "Write its text, or take the line out.")
		}
		if text != "" {
			texts = append(texts, lined{text, s.line(item)})
		}
	}
	return texts
}

func plain(lines []lined) []string {
	if len(lines) == 0 {
		return nil
	}
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text
	}
	return texts
}

// shape names what a node is. Aliases (*x) are not followed: they would make one line stand for many.
func shape(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "a reference (*" + clip(n.Value) + ")"
	}
	if isNull(n) {
		return "empty"
	}
	return "the text " + quoted(n.Value)
}
