package prose

import (
	"sort"
	"strings"

	"github.com/rivo/uniseg"
)

// Split gives d in parts that each fit, for a network that limits how long a message may be. It parts between blocks
// if it can, then between the items of a list, then after a sentence, then between words, and only then inside a word;
// never inside a grapheme cluster, so that no letter loses its marks. The parts joined are the text; a part that would be
// nothing but white space is left out. A list goes on with its numbers, and the rest of an item that was parted is a
// paragraph.
//
// fits must hold for an empty Doc, and for every part of what it holds for. What does not fit even as a single grapheme
// is a part all the same, since dropping it would be worse; links keep their address in each part.
func (d Doc) Split(fits func(Doc) bool) []Doc {
	s := splitter{fits: fits}
	for _, b := range d {
		s.block(b)
	}
	return s.end()
}

type splitter struct {
	fits  func(Doc) bool
	parts []Doc
	now   Doc
}

func (s *splitter) end() []Doc {
	if len(s.now) > 0 {
		s.parts = append(s.parts, s.now)
		s.now = nil
	}
	return s.parts
}

// with gives a Doc with b behind it that shares no memory that either may write to.
func with(d Doc, b Block) Doc { return append(d[:len(d):len(d)], b) }

func (s *splitter) block(b Block) {
	if len(b.Items) == 0 {
		return
	}
	if whole := with(s.now, b); s.fits(whole) {
		s.now = whole
		return
	}
	if s.fits(Doc{b}) {
		s.end()
		s.now = Doc{b}
		return
	}
	if len(b.Items) == 1 {
		s.item(b)
		return
	}
	// As many items as fit, but a list does not begin at the foot of a message with its first item alone.
	fit := sort.Search(len(b.Items), func(n int) bool { return !s.fits(with(s.now, first(b, n+1))) })
	if fit < 2 && len(s.now) > 0 {
		s.end()
		s.block(b)
		return
	}
	if fit == 0 {
		s.item(first(b, 1))
		fit = 1
	} else {
		s.now = with(s.now, first(b, fit))
		s.end()
	}
	rest := b
	rest.Items, rest.From = b.Items[fit:], b.From+fit
	s.block(rest)
}

func first(b Block, n int) Block {
	b.Items = b.Items[:n]
	return b
}

// item parts a block of one item, which fits no part as a whole.
func (s *splitter) item(b Block) {
	s.end()
	spans, kind := b.Items[0], b.Kind
	for len(spans) > 0 {
		piece := func(spans []Span) Doc {
			return Doc{{Kind: kind, From: b.From, Lang: b.Lang, Items: [][]Span{spans}}}
		}
		if s.fits(piece(spans)) {
			if !blank(spans) {
				s.now = piece(spans)
			}
			return
		}
		cuts := cutsOf(spans)
		most := sort.Search(len(cuts), func(i int) bool { return !s.fits(piece(until(spans, cuts[i].at))) })
		at := best(cuts[:max(most, 1)])
		if front := until(spans, at); !blank(front) {
			s.parts = append(s.parts, piece(front))
		}
		spans = from(spans, at)
		kind = Paragraph
	}
}

// cut is a place where the text of spans may be parted: behind so many bytes of it.
type cut struct {
	at   int
	rank int // the higher, the better a place
}

const (
	insideWord = iota
	betweenWords
	afterSentence
)

// cutsOf gives the places where spans may be parted, in order.
func cutsOf(spans []Span) []cut {
	var text strings.Builder
	for _, s := range spans {
		text.WriteString(s.Text)
	}
	var cuts []cut
	rest, state, at := text.String(), -1, 0
	for len(rest) > 0 {
		var cluster string
		var boundaries int
		cluster, rest, boundaries, state = uniseg.StepString(rest, state)
		at += len(cluster)
		c := cut{at: at}
		switch {
		case boundaries&uniseg.MaskSentence != 0:
			c.rank = afterSentence
		case strings.TrimSpace(cluster) == "":
			c.rank = betweenWords
		}
		cuts = append(cuts, c)
	}
	return cuts
}

// best gives the last place of the best kind, leaving out those that would make the first part less than half as long
// as it can be.
func best(cuts []cut) int {
	last := cuts[len(cuts)-1]
	for rank := afterSentence; rank > insideWord; rank-- {
		for i := len(cuts) - 1; i >= len(cuts)/2; i-- {
			if cuts[i].rank >= rank {
				return cuts[i].at
			}
		}
	}
	return last.at
}

// until gives the spans that hold the first n bytes of text, from those that hold the others.
func until(spans []Span, n int) []Span {
	var front []Span
	for _, s := range spans {
		if n <= 0 {
			break
		}
		whole := len(s.Text)
		s.Text = s.Text[:min(n, whole)]
		front = append(front, s)
		n -= whole
	}
	return front
}

func from(spans []Span, n int) []Span {
	for i, s := range spans {
		if n < len(s.Text) {
			s.Text = s.Text[n:]
			return append([]Span{s}, spans[i+1:]...)
		}
		n -= len(s.Text)
	}
	return nil
}

func blank(spans []Span) bool {
	for _, s := range spans {
		if strings.TrimSpace(s.Text) != "" {
			return false
		}
	}
	return true
}
