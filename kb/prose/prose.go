// Package prose is the small text model that articles become and that every channel renders: paragraphs, headings,
// lists and runs of text, some of them links or facts. It knows no article, no channel and no markup language but the
// Markdown it reads; raw HTML, images and code are faults, not features.
package prose

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
	Items [][]Span // one line of spans for a Paragraph or a Heading, one an item for a list
}

// Span is a run of text with one look. At most one of Link, Fact is set in a Doc as parsed; Fill replaces Fact.
type Span struct {
	Text   string
	Strong bool
	Link   string // an absolute https, tel or mailto address, or "article:ID" for a link inside the content
	Fact   string // a fact id still to be filled in; Text is empty then
}
