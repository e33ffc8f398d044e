package kb

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

// Line is what an article says first to whoever has one of some professions: its text stands in words, section lines,
// with {profession} and the attributes of the profession that name a fact, such as {bi-fee}, in it.
type Line struct {
	Word string              // in the section lines
	When map[string][]string // attribute → values, one of which the profession has; of all attributes
}

const (
	sectionLines   = "lines"
	lineProfession = "profession" // the placeholder of the profession's name
)

// RenderFor gives an article as somebody of a profession reads it: with the article's line for that profession in front.
// An empty or unknown profession, or an article without lines, gives what Render gives.
func (l *Library) RenderFor(a *Article, profession ProfessionID, tag language.Tag, day time.Time) Rendered {
	page := l.Render(a, tag, day)
	block, facts, ok := l.line(a, profession, page.Tag, day)
	if !ok || page.Text == nil {
		return page
	}
	page.Body = append(prose.Doc{block}, page.Body...)
	if r := l.rendered[page.Text]; r != nil {
		all := slices.Clone(r.facts)
		for _, f := range facts {
			if !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
		page.Doubts = l.Doubts(all, page.Tag, day)
	}
	return page
}

// line gives the article's line for a profession, in the one language tag, with the facts in it.
func (l *Library) line(a *Article, profession ProfessionID, tag language.Tag, day time.Time) (block prose.Block, facts []*Fact, ok bool) {
	attributes := l.Attributes(slotProfession, string(profession))
	if attributes == nil {
		return prose.Block{}, nil, false
	}
	at := slices.IndexFunc(a.Lines, func(line Line) bool { return line.fits(attributes) })
	if at < 0 {
		return prose.Block{}, nil, false
	}
	word, ok := l.word(tag, sectionLines, a.Lines[at].Word)
	name, named := l.word(tag, slotProfession, string(profession))
	if !ok || !named {
		return prose.Block{}, nil, false // not in the language of the text; better none than one in another
	}
	mark := ""
	if l.catalog.Has(tag, keyMark) {
		mark = " " + l.catalog.Sentence(tag, keyMark, nil)
	}
	var spans []prose.Span
	for text, id := range cutLine(word.Name) {
		if text != "" {
			spans = append(spans, prose.Span{Text: text})
		}
		switch f := l.factByID[FactID(attributes[id])]; {
		case id == "":
		case id == lineProfession:
			spans = append(spans, prose.Span{Text: name.Name, Strong: true})
		case f != nil:
			spans = append(spans, l.factSpan(f, tag))
			if mark != "" && l.doubtOn(f, day).reason != certain {
				spans = append(spans, prose.Span{Text: mark})
			}
			facts = append(facts, f)
		}
	}
	doc := prose.Doc{{Kind: prose.Paragraph, Items: [][]prose.Span{spans}}}
	if l.catalog.Direction(tag) == locale.RightToLeft {
		doc = doc.Map(locale.Isolate)
	}
	return doc[0], facts, true
}

// fits tells whether a profession has an allowed value of each attribute.
func (line Line) fits(attributes Attributes) bool {
	for attribute, values := range line.When {
		if !slices.Contains(values, attributes[attribute]) {
			return false
		}
	}
	return true
}

// cutLine gives the pieces of a line's text, each with the id in braces behind it; the last has none.
func cutLine(text string) func(func(text, id string) bool) {
	return func(yield func(text, id string) bool) {
		for {
			before, rest, opened := strings.Cut(text, "{")
			id, after, closed := strings.Cut(rest, "}")
			if !opened || !closed {
				yield(text, "")
				return
			}
			if !yield(before, id) {
				return
			}
			text = after
		}
	}
}

// lineArgs gives the ids in braces of a line's text, sorted, each once.
func lineArgs(text string) []string {
	ids := map[string]bool{}
	for _, id := range cutLine(text) {
		if id != "" {
			ids[id] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// readLines reads the lines of an article.yaml.
func readLines(s sheet, f *articleFile, n *yaml.Node) []Line {
	if n == nil || isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		s.fault(n, "shape", "lines is "+shape(n)+" and should be a list", "Write - {word: …, when: {attribute: [value]}}, one a line.")
		return nil
	}
	var lines []Line
	for _, item := range n.Content {
		fields := s.fields(item, "a line", "word", "when")
		line := Line{Word: s.text(fields["word"], "word"), When: map[string][]string{}}
		for _, condition := range s.entries(fields["when"], "when") {
			line.When[condition.key] = plain(s.texts(condition.value, quoted(condition.key)))
		}
		f.lines = append(f.lines, lined{line.Word, s.line(item)})
		lines = append(lines, line)
	}
	return lines
}

// linesSayOneThing is the rule that an article with lines has exactly one for each profession, whose text stands in the
// words of every language that has words for lines, and names no fact that some profession of it lacks.
func (l *loader) linesSayOneThing(a *Article, f *articleFile) {
	table := l.lib.tables[slotProfession]
	if len(a.Lines) == 0 || table == nil || l.broken[fileProfessions] {
		return
	}
	var without []string
	for _, id := range table.ids {
		attributes := l.lib.Attributes(slotProfession, id)
		at := slices.IndexFunc(a.Lines, func(line Line) bool { return line.fits(attributes) })
		if at < 0 {
			without = append(without, id)
			continue
		}
		for _, tag := range sortedTags(l.lib.words) {
			word, ok := l.lib.word(tag, sectionLines, a.Lines[at].Word)
			if !ok {
				continue // said once for each line, below
			}
			for _, arg := range lineArgs(word.Name) {
				if arg != lineProfession && l.lib.factByID[FactID(attributes[arg])] == nil {
					l.fault(f.file, f.lines[at].line, "line", fmt.Sprintf("the line %s (%s) names {%s}, of which %s has no fact", quoted(a.Lines[at].Word), tag, clip(arg), quoted(id)),
						"Give the profession that attribute in professions.yaml, or write a line of its own for it.")
					return
				}
			}
		}
	}
	if len(without) > 0 {
		l.fault(f.file, 0, "line", "no line is for the professions "+some(without), "Write one without when: at the end of lines, for all the rest.")
	}
	known := l.lib.Section(l.lib.source, sectionLines)
	for i, line := range a.Lines {
		if !contains(known, line.Word) {
			l.fault(f.file, f.lines[i].line, "line", "unknown line "+quoted(line.Word), meant(line.Word, known)+"Write its text in the section lines of the words.")
		}
	}
}

// lineArgsMatch is the rule that a translated line names what its source names.
func (l *loader) lineArgsMatch(s shown, key, source string) {
	if want, got := lineArgs(source), lineArgs(s.text); !slices.Equal(want, got) {
		l.fault(s.file, s.line, "line", fmt.Sprintf("%s has {%s} in braces and its source text {%s}", quoted(key), strings.Join(got, "} {"), strings.Join(want, "} {")), "Write the same words in braces, none of them translated.")
	}
}
