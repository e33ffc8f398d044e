package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// class is what a token is made of.
type class int

const (
	other   class = iota // one rune that ends a number
	digits               // a run of decimal digits of any script
	letters              // a run of letters and their marks
	gap                  // one rune that may stand inside a number: space, dash, dot, slash, bracket, an invisible one
	mark                 // one rune of Mark: it stands for what was cut out, so it touches its neighbours as that did
)

// token is a piece of the text. Tokens follow each other without a hole.
type token struct {
	start, end int // bytes of the text
	lo, hi     int // of digits: their place in scanned.digits
	class      class
	r          rune // of other and gap
	taken      bool // cut out already
	kept       bool // digits of a figure that people need: in no window
}

// cut is a stretch of the text to be cut out.
type cut struct {
	start, end int // bytes
	kind       Kind
}

// scanned is a text in tokens, with what the rules have decided so far.
type scanned struct {
	text   string
	tokens []token
	digits string // all digits of the text as ASCII, one after the other
	cuts   []cut
}

func scan(text string) *scanned {
	s := &scanned{text: text, tokens: make([]token, 0, len(text)/3+1)}
	var ascii strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		c, digit := classify(r)
		lo := ascii.Len()
		if c == digits {
			ascii.WriteByte('0' + digit)
		}
		if n := len(s.tokens); n > 0 && (c == digits || c == letters) && s.tokens[n-1].class == c {
			s.tokens[n-1].end = i + size
			s.tokens[n-1].hi = ascii.Len()
		} else {
			s.tokens = append(s.tokens, token{start: i, end: i + size, lo: lo, hi: ascii.Len(), class: c, r: r})
		}
		i += size
	}
	s.digits = ascii.String()
	return s
}

func classify(r rune) (c class, digit byte) {
	switch {
	case r >= '0' && r <= '9':
		return digits, byte(r - '0')
	case r == '•':
		return mark, 0
	case strings.ContainsRune(" \t-./()_·−", r):
		return gap, 0
	case r < utf8.RuneSelf:
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return letters, 0
		}
		return other, 0
	// Invisible ones and the two of a digit on a key (1️⃣) stand between digits without dividing them.
	case isKey(r), r >= '\u2010' && r <= '\u2015', unicode.In(r, unicode.Zs, unicode.Cf):
		return gap, 0
	case unicode.In(r, unicode.L, unicode.M):
		return letters, 0
	case isDigit(r):
		return digits, digitValue(r)
	}
	return other, 0
}

func isDigit(r rune) bool { return unicode.IsDigit(r) }

// digitValue gives the value of a decimal digit. Unicode keeps the ten digits of a script together, in order, and its
// ranges of them start with a zero.
func digitValue(r rune) byte {
	for _, x := range unicode.Nd.R16 {
		if r <= rune(x.Hi) {
			return byte((r - rune(x.Lo)) % 10)
		}
	}
	for _, x := range unicode.Nd.R32 {
		if r <= rune(x.Hi) {
			return byte((r - rune(x.Lo)) % 10)
		}
	}
	return 0
}

func isAt(r rune) bool { return r == '@' || r == '＠' || r == '﹫' }

// isKey tells whether r makes a key of the digit before it.
func isKey(r rune) bool { return r == '\ufe0f' || r == '\u20e3' }

func isPlus(r rune) bool { return r == '+' || r == '＋' }

// at gives token i, or one that is nothing for an i outside the text.
func (s *scanned) at(i int) token {
	if i < 0 || i >= len(s.tokens) {
		return token{}
	}
	return s.tokens[i]
}

func (s *scanned) word(i int) string { return s.text[s.tokens[i].start:s.tokens[i].end] }

// number tells whether token i is a run of digits that is still free.
func (s *scanned) number(i int) bool {
	t := s.at(i)
	return t.class == digits && !t.taken && !t.kept
}

// wordlike tells whether token i would run together with a letter or digit beside it.
func (s *scanned) wordlike(i int) bool {
	t := s.at(i)
	return t.class == digits || t.class == letters || t.class == mark || isKey(t.r)
}

// take cuts out the tokens from first to last, with what makes a key of the last digit (1️⃣) and the bracket that opens
// before the first and closes inside, as in (020) 123.
func (s *scanned) take(first, last int, kind Kind) {
	for isKey(s.at(last + 1).r) {
		last++
	}
	if s.at(first-1).r == '(' && s.holds(first, last, gap, ')') && !s.holds(first, last, gap, '(') {
		first--
	}
	s.cuts = append(s.cuts, cut{s.tokens[first].start, s.tokens[last].end, kind})
	for i := first; i <= last; i++ {
		s.tokens[i].taken = true
	}
}

const (
	maxGap   = 3  // tokens between two runs of digits of one number, as in "(020) 123" or "12 - 34"
	maxChain = 20 // digits, and runs, of a chain: more than the longest number looked for
)

// next gives the run of digits that follows run i with nothing but gaps between, or -1.
func (s *scanned) next(i int) int {
	for j := i + 1; j <= i+maxGap+1; j++ {
		switch s.at(j).class {
		case digits:
			return j
		case gap:
		default:
			return -1
		}
	}
	return -1
}

// previous gives the run of digits, or the mark of one, that stands before token i with nothing but gaps between, or -1.
func (s *scanned) previous(i int) int {
	for j := i - 1; j >= i-maxGap-1; j-- {
		switch s.at(j).class {
		case digits, mark:
			return j
		case gap:
		default:
			return -1
		}
	}
	return -1
}

// chain is a row of free runs of digits with nothing but gaps between them: what may be one number, or several.
type chain struct {
	s    *scanned
	runs [maxChain]int // tokens
	n    int
}

// chain gives the chain that starts with run i, as far as a number may reach.
func (s *scanned) chain(i int) chain {
	c := chain{s: s}
	total := 0
	for ; i >= 0 && c.n < maxChain && s.number(i); i = s.next(i) {
		total += s.tokens[i].hi - s.tokens[i].lo
		if c.n > 0 && total > maxChain {
			break
		}
		c.runs[c.n] = i
		c.n++
	}
	return c
}

// window gives the first n runs as ASCII digits.
func (c *chain) window(n int) string {
	return c.s.digits[c.s.tokens[c.runs[0]].lo:c.s.tokens[c.runs[n-1]].hi]
}

// run gives run k as ASCII digits.
func (c *chain) run(k int) string {
	t := c.s.tokens[c.runs[k]]
	return c.s.digits[t.lo:t.hi]
}

// sizes gives the lengths of the first n runs as digits: "3-3-3".
func (c *chain) sizes(n int) string {
	var b strings.Builder
	for k := range n {
		if k > 0 {
			b.WriteByte('-')
		}
		b.WriteByte('0' + byte(min(len(c.run(k)), 10))) // ten and more: a colon, in no pattern
	}
	return b.String()
}

// exactly gives how many runs make want digits together, or 0.
func (c *chain) exactly(want int) int {
	for n := 1; n <= c.n; n++ {
		if got := len(c.window(n)); got >= want {
			if got == want {
				return n
			}
			return 0
		}
	}
	return 0
}

// hasYear tells whether one of the first n runs is a year by itself.
func (c *chain) hasYear(n int) bool {
	for k := range n {
		if isYear(c.run(k)) {
			return true
		}
	}
	return false
}

// joined tells whether the first n runs are divided by one dash, dot or slash each and no space.
func (c *chain) joined(n int) bool {
	for k := 1; k < n; k++ {
		if c.runs[k] != c.runs[k-1]+2 || unicode.IsSpace(c.s.tokens[c.runs[k]-1].r) {
			return false
		}
	}
	return true
}

// take cuts out the first n runs.
func (c *chain) take(n int, kind Kind) { c.s.take(c.runs[0], c.runs[n-1], kind) }
