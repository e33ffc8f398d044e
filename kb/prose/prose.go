// Package prose is the small text model that articles become and that every channel renders: paragraphs, headings,
// lists and runs of text, some of them links or facts. It knows no article, no channel and no markup language but the
// Markdown it reads; raw HTML, images and code are faults, not features.
package prose

import "strings"

// Doc is a text: blocks in reading order. A Doc is a value; nothing that receives one may change its slices.
type Doc []Block

// Kind tells what a Block is.
type Kind int

// The kinds of block that a channel must be able to show.
const (
	Paragraph Kind = iota
	Heading
	List        // unordered
	OrderedList // numbered from 1
)

// Block is one paragraph, heading or list.
type Block struct {
	Kind  Kind
	From  int      // how many items of an OrderedList stand before the first one here, when it is part of a longer one
	Lang  string   // BCP 47 tag when it differs from the language of the whole text, as in a borrowed translation
	Items [][]Span // one line of spans for a Paragraph or a Heading, one an item for a list
}

// Span is a run of text with one look. In a Doc as parsed, Link may also be "fact:ID" (the address is that fact's) and
// Link and Fact may both be set (a fact inside the words of a link); after Fill neither kind of fact is left.
type Span struct {
	Text   string
	Strong bool
	Link   string // an absolute https, tel or mailto address, or "article:ID" for a link inside the content
	Fact   string // a fact id still to be filled in; Text is empty then
}

// The schemes of a link that lead to something inside the content.
const (
	ArticleLink = "article:" // followed by an article's id
	FactLink    = "fact:"    // followed by a fact's id; only before Fill
)

// Fill returns d with its facts replaced by what fact gives for their ids. A fact inside a link or a bold run takes that
// look over. A link whose address is a fact gets the first address among the fact's spans, and becomes plain text if
// there is none. fact may be called more than once for an id; whatever it returns, no fact is left. d is not changed.
func (d Doc) Fill(fact func(id string) []Span) Doc {
	if !d.hasFacts() {
		return d
	}
	filled := make(Doc, len(d))
	for i, b := range d {
		items := make([][]Span, len(b.Items))
		for j, item := range b.Items {
			items[j] = fillItem(item, fact)
		}
		filled[i] = Block{Kind: b.Kind, From: b.From, Lang: b.Lang, Items: items}
	}
	return filled
}

func fillItem(item []Span, fact func(id string) []Span) []Span {
	out := make([]Span, 0, len(item)+1)
	for _, s := range item {
		if id, ok := strings.CutPrefix(s.Link, FactLink); ok {
			s.Link = address(fact(id))
		}
		if s.Fact == "" {
			out = append(out, s)
			continue
		}
		for _, f := range fact(s.Fact) {
			f.Fact = ""
			f.Strong = f.Strong || s.Strong
			if s.Link != "" || strings.HasPrefix(f.Link, FactLink) {
				f.Link = s.Link
			}
			out = append(out, f)
		}
	}
	return out
}

// address gives the first link among the spans of a fact.
func address(spans []Span) string {
	for _, s := range spans {
		if s.Link != "" && !strings.HasPrefix(s.Link, FactLink) {
			return s.Link
		}
	}
	return ""
}

func (d Doc) hasFacts() bool {
	for s := range d.spans {
		if s.Fact != "" || strings.HasPrefix(s.Link, FactLink) {
			return true
		}
	}
	return false
}

// spans goes through the spans of d in reading order.
func (d Doc) spans(yield func(Span) bool) {
	for _, b := range d {
		for _, item := range b.Items {
			for _, s := range item {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// Map returns d with f applied to the text of every span, such as to put isolates round numbers. d is not changed.
func (d Doc) Map(f func(text string) string) Doc {
	mapped := make(Doc, len(d))
	for i, b := range d {
		items := make([][]Span, len(b.Items))
		for j, item := range b.Items {
			spans := make([]Span, len(item))
			for k, s := range item {
				s.Text = f(s.Text)
				spans[k] = s
			}
			items[j] = spans
		}
		mapped[i] = Block{Kind: b.Kind, Items: items}
	}
	return mapped
}

// Text gives d as plain text: a line for each item, an empty line between blocks, no sign for a bullet, a link's words
// without its address. Facts that are not filled in leave nothing.
func (d Doc) Text() string {
	var out strings.Builder
	for i, b := range d {
		if i > 0 {
			out.WriteString("\n\n")
		}
		for j, item := range b.Items {
			if j > 0 {
				out.WriteByte('\n')
			}
			for _, s := range item {
				out.WriteString(s.Text)
			}
		}
	}
	return out.String()
}

// Facts gives the ids of the facts that d names, those that are a link's address included, each once, in reading order.
func (d Doc) Facts() []string {
	var ids []string
	seen := map[string]bool{}
	add := func(id string) {
		if id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for s := range d.spans {
		add(s.Fact)
		if id, ok := strings.CutPrefix(s.Link, FactLink); ok {
			add(id)
		}
	}
	return ids
}

// Links gives the addresses of d's links as they stand in Span.Link, each once, in reading order.
func (d Doc) Links() []string {
	var links []string
	seen := map[string]bool{}
	for s := range d.spans {
		if s.Link != "" && !seen[s.Link] {
			seen[s.Link] = true
			links = append(links, s.Link)
		}
	}
	return links
}
