package prose

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Problem is something in a Markdown text that is outside the subset we render.
type Problem struct {
	Line int    // 1-based
	Rule string // short stable name: raw-html, markdown, placeholder, link
	What string // what is wrong, naming it, as a clause without a full stop
	Do   string // what to do instead, as a sentence
}

// placeholder is {{id}}: an id is letters of any script, digits, dot, hyphen and underscore.
var placeholder = regexp.MustCompile(`\{\{([\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*)\}\}`)

// braces is what is left of a placeholder that is not one.
var braces = regexp.MustCompile(`\{\{+|\}\}+`)

// Parse reads the Markdown subset of our articles: paragraphs, headings, lists of one level, bold, links whose address
// is {{fact-id}}, article:ID or an absolute https, tel or mailto address, and {{fact-id}} for a fact. It never fails:
// what is outside the subset becomes a Problem, and its words are kept where it has words; raw HTML is dropped.
func Parse(markdown []byte) (Doc, []Problem) {
	doc, _, problems := ParseBlocks(markdown)
	return doc, problems
}

// Blocks cuts a Markdown text into its top-level blocks as they are written, without the empty lines around them. They
// are what a translation's hashes are taken from, so a block here is a block of Parse wherever Parse has no Problem.
func Blocks(markdown []byte) []string {
	return rawBlocks(markdown, parse(markdown))
}

// ParseBlocks gives the results of Parse and Blocks for the work of one.
func ParseBlocks(markdown []byte) (Doc, []string, []Problem) {
	r := reader{source: markdown}
	tree := parse(markdown)
	for n := range children(tree) {
		r.block(n)
	}
	r.loosePlaceholders()
	sort.SliceStable(r.problems, func(i, j int) bool { return r.problems[i].Line < r.problems[j].Line })
	return r.doc, rawBlocks(markdown, tree), r.problems
}

func rawBlocks(markdown []byte, tree ast.Node) []string {
	var starts []int
	for n := range children(tree) {
		starts = append(starts, bytes.LastIndexByte(markdown[:n.Pos()], '\n')+1)
	}
	blocks := make([]string, 0, len(starts))
	for i, start := range starts {
		end := len(markdown)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		blocks = append(blocks, string(bytes.TrimSpace(markdown[start:end])))
	}
	return blocks
}

// placeholders counts the {{id}}s of a text.
func placeholders(text string) int {
	if !strings.Contains(text, "{{") {
		return 0
	}
	return len(placeholder.FindAllStringIndex(text, -1))
}

// Placeholders gives the ids between double braces in any text, bodies and short texts alike, in order, repeated ones too.
func Placeholders(text string) []string {
	if !strings.Contains(text, "{{") {
		return nil
	}
	var ids []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// FillText replaces the {{id}} placeholders of a short text that has no other markup.
func FillText(text string, fact func(id string) string) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	return placeholder.ReplaceAllStringFunc(text, func(m string) string { return fact(m[2 : len(m)-2]) })
}

// commonMark is goldmark's parser for plain CommonMark; it keeps nothing from one text to the next.
var commonMark = goldmark.DefaultParser()

func parse(markdown []byte) ast.Node {
	return commonMark.Parse(text.NewReader(markdown))
}

func children(n ast.Node) func(func(ast.Node) bool) {
	return func(yield func(ast.Node) bool) {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if !yield(c) {
				return
			}
		}
	}
}

// reader builds a Doc from goldmark's tree.
type reader struct {
	source   []byte
	doc      Doc
	problems []Problem
}

func (r *reader) problem(n ast.Node, rule, what, do string) {
	pos := max(0, min(n.Pos(), len(r.source)))
	line := 1 + bytes.Count(r.source[:pos], []byte{'\n'})
	r.problems = append(r.problems, Problem{Line: line, Rule: rule, What: what, Do: do})
}

func (r *reader) add(kind Kind, items ...[]Span) {
	items = slices.DeleteFunc(items, func(item []Span) bool { return len(item) == 0 })
	if len(items) > 0 {
		r.doc = append(r.doc, Block{Kind: kind, Items: items})
	}
}

func (r *reader) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		r.add(Paragraph, r.item(n))
	case *ast.Heading:
		r.add(Heading, r.item(n))
	case *ast.List:
		kind := List
		if n.IsOrdered() {
			kind = OrderedList
		}
		r.add(kind, r.items(n)...)
	case *ast.HTMLBlock:
		r.rawHTML(n)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		r.problem(n, "markdown", "a block of code, or a paragraph indented by four spaces or more",
			"Write it as an ordinary paragraph that starts at the left margin.")
		r.add(Paragraph, tidy([]Span{{Text: string(n.Lines().Value(r.source))}}))
	case *ast.Blockquote:
		r.problem(n, "markdown", "a quotation (>)", "Write it as an ordinary paragraph.")
		for c := range children(n) {
			r.block(c)
		}
	case *ast.ThematicBreak:
		r.problem(n, "markdown", "a line across the page (---)", "Leave it out; an empty line separates paragraphs.")
	case *ast.LinkReferenceDefinition:
		r.problem(n, "link", "a link address apart from its words", "Write [words]({{fact-id}}) where the words stand.")
	default:
		r.problem(n, "markdown", "Markdown that is not used here ("+n.Kind().String()+")", "Use paragraphs, lists, bold and links only.")
	}
}

func (r *reader) rawHTML(n ast.Node) {
	r.problem(n, "raw-html", "raw HTML", "Use Markdown: paragraphs, lists, **bold** and [links]({{fact-id}}); write no < sign before a word.")
}

// items gives a list's items. A list inside a list, or a second paragraph in an item, becomes an item of its own.
func (r *reader) items(list ast.Node) [][]Span {
	var items [][]Span
	for li := range children(list) {
		for i, c := 0, li.FirstChild(); c != nil; i, c = i+1, c.NextSibling() {
			switch c := c.(type) {
			case *ast.Paragraph, *ast.TextBlock:
				if i > 0 {
					r.problem(c, "markdown", "a second paragraph in one item of a list", "Make it an item of its own, or a paragraph after the list.")
				}
				items = append(items, r.item(c))
			case *ast.List:
				r.problem(c, "markdown", "a list inside a list", "Make one list of it, or two lists with a sentence between them.")
				items = append(items, r.items(c)...)
			default:
				inner := reader{source: r.source}
				inner.block(c)
				r.problems = append(r.problems, inner.problems...)
				if len(inner.problems) == 0 {
					r.problem(c, "markdown", "a heading inside a list", "Put it before the list.")
				}
				for _, b := range inner.doc {
					items = append(items, b.Items...)
				}
			}
		}
	}
	return items
}

// item gives the spans of a paragraph, heading or list item.
func (r *reader) item(n ast.Node) []Span {
	return tidy(r.inline(n, Span{}, nil))
}

// inline appends the spans of n's children, which all have at least the given look.
func (r *reader) inline(n ast.Node, look Span, out []Span) []Span {
	say := func(text string) {
		s := look
		s.Text = text
		out = append(out, s)
	}
	for c := range children(n) {
		switch c := c.(type) {
		case *ast.Text:
			say(unescape(c.Segment.Value(r.source)))
			if c.SoftLineBreak() || c.HardLineBreak() {
				say(" ")
			}
		case *ast.String:
			say(string(c.Value))
		case *ast.Emphasis:
			inner := look
			if c.Level == 2 {
				inner.Strong = true
			} else {
				r.problem(c, "markdown", "text in italics (one * or _)", "Use **two stars** for bold, or nothing.")
			}
			out = r.inline(c, inner, out)
		case *ast.Link:
			inner := look
			inner.Link = r.target(c, string(c.Destination))
			if c.FirstChild() == nil {
				r.problem(c, "link", "a link without words", "Put the words to press on between the square brackets.")
			}
			out = r.inline(c, inner, out)
		case *ast.AutoLink:
			s := look
			s.Text = string(c.Label(r.source))
			s.Link = r.target(c, string(c.URL(r.source)))
			out = append(out, s)
		case *ast.RawHTML:
			r.rawHTML(c)
		case *ast.CodeSpan:
			r.problem(c, "markdown", "text in the type of code (`)", "Leave the ` signs out.")
			out = r.inline(c, look, out)
		case *ast.Image:
			r.problem(c, "markdown", "an image", "Say in words what it shows.")
			out = r.inline(c, look, out)
		default:
			r.problem(c, "markdown", "Markdown that is not used here ("+c.Kind().String()+")", "Use paragraphs, lists, bold and links only.")
			out = r.inline(c, look, out)
		}
	}
	return out
}

// target gives the Link of a Markdown address, or "" and a Problem if it is none that we follow.
func (r *reader) target(n ast.Node, address string) string {
	if m := placeholder.FindStringSubmatch(address); m != nil && m[0] == address {
		return FactLink + m[1]
	}
	if id, ok := strings.CutPrefix(address, ArticleLink); ok {
		if plain, err := url.PathUnescape(id); err == nil {
			id = plain
		}
		if id != "" && !strings.ContainsAny(id, "{}") {
			return ArticleLink + id
		}
	}
	if u, err := url.Parse(address); err == nil && !strings.Contains(address, "{{") {
		if u.Scheme == "https" && u.Host != "" || (u.Scheme == "tel" || u.Scheme == "mailto") && u.Opaque != "" {
			return address
		}
	}
	r.problem(n, "link", "a link to "+quote(address)+", which leads nowhere",
		"Write [words]({{fact-id}}) for a page or a phone number, or [words](article:some-id) for an article.")
	return ""
}

// loosePlaceholders reports double braces that are no {{fact-id}}.
func (r *reader) loosePlaceholders() {
	open, closed := bytes.Count(r.source, []byte("{{")), bytes.Count(r.source, []byte("}}"))
	if whole := placeholders(string(r.source)); open == whole && closed == whole {
		return
	}
	for i, line := range strings.Split(string(r.source), "\n") {
		rest := placeholder.ReplaceAllString(line, "")
		if braces.MatchString(rest) {
			r.problems = append(r.problems, Problem{Line: i + 1, Rule: "placeholder",
				What: "double braces that are not a whole {{fact-id}}", Do: "Write two braces, the id without spaces, two braces: {{fact-id}}."})
		}
	}
}

// tidy joins spans of one look, closes up white space, cuts {{id}} out of the texts as facts and drops what is left of
// double braces, so that no reader ever sees markup of ours.
func tidy(spans []Span) []Span {
	var joined []Span
	for _, s := range spans {
		if n := len(joined); n > 0 && joined[n-1].Strong == s.Strong && joined[n-1].Link == s.Link {
			joined[n-1].Text += s.Text
		} else {
			joined = append(joined, s)
		}
	}
	t := tidier{space: true}
	for _, s := range joined {
		t.span(s)
	}
	if n := len(t.out); n > 0 && t.out[n-1].Fact == "" {
		if t.out[n-1].Text = strings.TrimRight(t.out[n-1].Text, " "); t.out[n-1].Text == "" {
			t.out = t.out[:n-1]
		}
	}
	return t.out
}

// tidier remembers how the text before ended.
type tidier struct {
	out   []Span
	space bool // ended in white space, or nothing was written yet
	brace byte // ended in this brace, or 0
}

func (t *tidier) span(s Span) {
	if !strings.Contains(s.Text, "{{") {
		t.text(s, s.Text)
		return
	}
	at := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(s.Text, -1) {
		t.text(s, s.Text[at:m[0]])
		t.out = append(t.out, Span{Strong: s.Strong, Link: s.Link, Fact: s.Text[m[2]:m[3]]})
		t.space = false
		at = m[1]
	}
	t.text(s, s.Text[at:])
}

func (t *tidier) text(look Span, text string) {
	if strings.ContainsAny(text, "{}") {
		text = braces.ReplaceAllString(text, "")
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, c := range text {
		switch {
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
			if !t.space {
				b.WriteByte(' ')
			}
			t.space, t.brace = true, 0
			continue
		case c == '{' || c == '}':
			if t.brace == byte(c) {
				continue
			}
			t.brace = byte(c)
		default:
			t.brace = 0
		}
		t.space = false
		b.WriteRune(c)
	}
	if b.Len() > 0 {
		look.Text = b.String()
		t.out = append(t.out, look)
	}
}

// unescape resolves Markdown's backslashes and character references.
func unescape(raw []byte) string {
	if bytes.IndexByte(raw, '\\') >= 0 {
		raw = util.UnescapePunctuations(raw)
	}
	if bytes.IndexByte(raw, '&') >= 0 {
		raw = util.ResolveEntityNames(util.ResolveNumericReferences(raw))
	}
	return string(raw)
}

// quote gives an address of the content between quotation marks, shortened: a fault is one line.
func quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 80 {
		s = string(runes[:80]) + "…"
	}
	return "“" + s + "”"
}
