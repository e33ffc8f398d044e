// Package letters writes numbers as a short row of letters and digits that a person can copy by hand from one screen to
// another: in groups of five, none easily taken for another, with three that check the rest. It knows nothing of what
// the numbers mean.
package letters

import (
	"slices"
	"strings"
)

const (
	perLetter   = 5 // bits
	checks      = 3 // letters that check the rest: any one or two wrong letters are noticed, others but once in 32768
	groupLength = 5
	longest     = 512 // characters that Read looks at
)

// alphabet is Crockford's: no I, L, O or U. https://www.crockford.com/base32.html
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Writer collects numbers. The zero Writer is ready for use.
type Writer struct{ bits []byte }

// Put adds n, written in so many bits; higher bits of n are lost.
func (w *Writer) Put(n, bits int) {
	for i := bits - 1; i >= 0; i-- {
		w.bits = append(w.bits, byte(n>>i&1))
	}
}

// Flag adds one bit.
func (w *Writer) Flag(set bool) {
	if set {
		w.Put(1, 1)
	} else {
		w.Put(0, 1)
	}
}

// String gives what was put, with the letters that check it. The last letter is filled with zeros.
func (w *Writer) String() string {
	row := make([]byte, (len(w.bits)+perLetter-1)/perLetter)
	for i := range len(row) * perLetter {
		row[i/perLetter] <<= 1
		if i < len(w.bits) {
			row[i/perLetter] |= w.bits[i]
		}
	}
	rest := remainder(row)
	return grouped(append(row, rest[:]...))
}

// grouped gives letters as a person copies them.
func grouped(row []byte) string {
	var out strings.Builder
	for i, l := range row {
		if i > 0 && i%groupLength == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(alphabet[l])
	}
	return out.String()
}

// Reader gives the numbers back that a Writer took. Past the end it gives zeros and remembers.
type Reader struct {
	row  []byte
	at   int
	past bool
}

// Read begins to read a row of letters; ok is false if it is none, or the letters that check it say that one is wrong.
// Groups and capitals do not matter, nor does writing O for 0 or I and L for 1.
func Read(text string) (r *Reader, ok bool) {
	row, ok := ungrouped(text)
	if !ok || len(row) <= checks {
		return nil, false
	}
	body := row[:len(row)-checks]
	rest := remainder(body)
	if !slices.Equal(rest[:], row[len(body):]) {
		return nil, false
	}
	return &Reader{row: body}, true
}

func ungrouped(text string) ([]byte, bool) {
	if len(text) > longest {
		return nil, false
	}
	var row []byte
	for _, r := range strings.ToUpper(text) {
		switch r {
		case '-', ' ', '\t', '\n', '\r', '–', '—', '\u2011', '\u00a0', '\u2066', '\u2068', '\u2069', '\u200e', '\u200f':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		at := strings.IndexRune(alphabet, r)
		if at < 0 {
			return nil, false
		}
		row = append(row, byte(at))
	}
	return row, true
}

// Take gives the next number of so many bits.
func (r *Reader) Take(bits int) int {
	n := 0
	for range bits {
		n <<= 1
		if r.at/perLetter >= len(r.row) {
			r.past = true
			continue
		}
		n |= int(r.row[r.at/perLetter] >> (perLetter - 1 - r.at%perLetter) & 1)
		r.at++
	}
	return n
}

// Ended says that all was read and nothing beyond it, and that only the zeros that fill the last letter are left.
func (r *Reader) Ended() bool {
	left := len(r.row)*perLetter - r.at
	return !r.past && left < perLetter && r.Take(left) == 0
}

// The check letters are those of a Reed–Solomon code over the field of 32 elements (x⁵+x²+1): three letters whose
// polynomial makes the whole divisible by (x-1)(x-a)(x-a²). One wrong letter never leaves it divisible, however long
// the row, and neither do two neighbours that changed places.

// times multiplies in the field.
func times(a, b byte) byte {
	var product byte
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		if a <<= 1; a&32 != 0 {
			a ^= 0b100101
		}
	}
	return product
}

// generator is (x-1)(x-a)(x-a²) without its first coefficient, a being 2.
func generator() [checks]byte {
	return [checks]byte{1 ^ 2 ^ 4, times(1, 2) ^ times(1, 4) ^ times(2, 4), times(times(1, 2), 4)}
}

// remainder divides the letters, checks zeros behind them, by the generator. It begins with a letter of its own, so
// that a row of zeros alone is none.
func remainder(row []byte) [checks]byte {
	by := generator()
	rest := [checks]byte{1}
	for _, l := range row {
		lead := rest[0] ^ l
		copy(rest[:], rest[1:])
		rest[checks-1] = 0
		for i := range rest {
			rest[i] ^= times(lead, by[i])
		}
	}
	return rest
}
