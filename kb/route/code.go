package route

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A plan code holds a Profile so that a person can write it on paper and open it on any channel, with nothing stored
// here: letters and digits in groups of five, that are hard to mistake for each other, with three that check the rest.
//
// In bits: version (4), how many slot numbers (6), a bit for each whether it is answered, the answers as route.lock
// numbers them, how many step numbers (7), a bit for each whether it is done, and for each done one a bit and, if set,
// the month (10). It holds what the route needs and no more: of a country the diploma group only, and of a done step
// the month only where something still counts from it.

// Errors of Decode.
var (
	ErrCode      = errors.New("this is not a plan code; compare every letter")
	ErrNewerCode = errors.New("this plan code was made by a newer version; open it where it was made")
	ErrNoCodes   = errors.New("this content has no route.lock, so there are no plan codes")
)

const (
	codeVersion = 1
	versionBits = 4
	countBits   = 6 // of slot numbers, so mostSlots-1 at most
	stepBits    = 7 // of step numbers, so mostSteps at most
	checks      = 3 // letters that check the rest: any one or two wrong letters are noticed, others but once in 32768
	groupLength = 5
	mostCode    = 512 // characters that Decode looks at
)

// alphabet is Crockford's: no I, L, O or U. https://www.crockford.com/base32.html
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Encode gives the plan code of p. It returns ErrNoCodes if the content has no lock.
func (r *Route) Encode(p Profile) (string, error) {
	if r.lock == nil {
		return "", ErrNoCodes
	}
	p = p.on(r)
	var w bitWriter
	w.put(codeVersion, versionBits)
	r.encodeAnswers(&w, p)
	r.encodeDone(&w, p)
	return written(check(w.letters())), nil
}

func (r *Route) encodeAnswers(w *bitWriter, p Profile) {
	count := 0
	for n, locked := range r.lock.slots {
		if locked != nil && p.Answer(locked.id) != "" {
			count = n + 1
		}
	}
	w.put(count, countBits)
	for _, locked := range r.lock.slots[:count] {
		w.flag(locked != nil && p.Answer(locked.id) != "")
	}
	for _, locked := range r.lock.slots[:count] {
		if locked == nil {
			continue
		}
		if answer := p.Answer(locked.id); answer != "" {
			w.put(number(r.Slot(locked.id), locked, answer), locked.bits)
		}
	}
}

// number gives an answer as a plan code holds it.
func number(s *Slot, locked *lockedSlot, answer string) int {
	switch s.Kind {
	case Month:
		month, half := halves(answer)
		n := clamp(months(month)-firstTick, monthBits)
		if !s.split.IsZero() {
			n = n<<halfBits | slices.Index(halfNames, half)
		}
		return n
	case Year:
		return clamp(months(answer)/12-firstYear, yearBits)
	}
	if s.carry != "" && !slices.Contains(s.carried, answer) {
		answer = s.Attribute(answer, s.carry)
	}
	return slices.Index(locked.values, answer)
}

var halfNames = []string{"", "before", "after"}

// clamp keeps a count within the bits it has: what lies before or behind is as good as the end.
func clamp(n, bits int) int { return min(max(n, 0), 1<<bits-1) }

func (r *Route) encodeDone(w *bitWriter, p Profile) {
	done := make(map[int]Done)
	count := 0
	for _, d := range p.done {
		if n := slices.Index(r.lock.steps, d.Step); n >= 0 {
			done[n] = d
			count = max(count, n+1)
		}
	}
	w.put(count, stepBits)
	for n := range count {
		_, ok := done[n]
		w.flag(ok)
	}
	for n := range count {
		d, ok := done[n]
		if !ok {
			continue
		}
		keep := d.Month != "" && r.countsFrom(r.steps[d.Step])
		w.flag(keep)
		if keep {
			w.put(clamp(months(d.Month)-firstTick, monthBits), monthBits)
		}
	}
}

// countsFrom says that the month in which a step was done can still change a plan.
func (r *Route) countsFrom(index int) bool {
	if len(r.stops[index].makes) > 0 {
		return true
	}
	return slices.ContainsFunc(r.stops, func(s step) bool {
		return slices.ContainsFunc(s.since, func(a anchor) bool { return a.step == index })
	})
}

// Decode gives the Profile of a plan code, however it is grouped and in capitals or not. It returns ErrCode if code is
// none, ErrNewerCode if it names what this content does not know, and ErrNoCodes if the content has no lock. What
// the content knew once and no longer asks is left out.
func (r *Route) Decode(code string) (Profile, error) {
	if r.lock == nil {
		return Profile{}, ErrNoCodes
	}
	letters, ok := read(code)
	if !ok || !checked(letters) {
		return Profile{}, ErrCode
	}
	b := bitReader{letters: letters[:len(letters)-checks]}
	if version := b.take(versionBits); version > codeVersion {
		return Profile{}, ErrNewerCode
	} else if version != codeVersion {
		return Profile{}, ErrCode
	}
	p := Profile{route: r, answers: make([]string, len(r.slots))}
	if err := r.decodeAnswers(&b, &p); err != nil {
		return Profile{}, err
	}
	if err := r.decodeDone(&b, &p); err != nil {
		return Profile{}, err
	}
	if !b.ended() {
		return Profile{}, ErrCode
	}
	return p, nil
}

func (r *Route) decodeAnswers(b *bitReader, p *Profile) error {
	answered := make([]bool, b.take(countBits))
	for n := range answered {
		answered[n] = b.take(1) == 1
	}
	for n, ok := range answered {
		if !ok {
			continue
		}
		if n >= len(r.lock.slots) || r.lock.slots[n] == nil {
			return ErrNewerCode
		}
		locked := r.lock.slots[n]
		answer, err := locked.answer(r.Slot(locked.id), b.take(locked.bits))
		if err != nil {
			return err
		}
		if s := r.Slot(locked.id); s != nil && s.holds(answer) {
			p.answers[s.index] = answer
		}
	}
	return nil
}

// answer gives the answer of slot s (nil if it is no longer asked) that n stands for.
func (l *lockedSlot) answer(s *Slot, n int) (string, error) {
	switch {
	case s == nil:
		return "", nil
	case s.Kind == Month && !s.split.IsZero():
		half := n & (1<<halfBits - 1)
		if half >= len(halfNames) {
			return "", ErrCode
		}
		month := monthString(n>>halfBits + firstTick)
		if half > 0 {
			month += "-" + halfNames[half]
		}
		return month, nil
	case s.Kind == Month:
		return monthString(n + firstTick), nil
	case s.Kind == Year:
		return fmt.Sprint(n + firstYear), nil
	case n >= len(l.values) || l.values[n] == "":
		return "", ErrNewerCode
	}
	return l.values[n], nil
}

func (r *Route) decodeDone(b *bitReader, p *Profile) error {
	done := make([]bool, b.take(stepBits))
	for n := range done {
		done[n] = b.take(1) == 1
	}
	for n, ok := range done {
		if !ok {
			continue
		}
		if n >= len(r.lock.steps) || r.lock.steps[n] == "" {
			return ErrNewerCode
		}
		month := ""
		if b.take(1) == 1 {
			month = monthString(b.take(monthBits) + firstTick)
		}
		if i, ok := r.steps[r.lock.steps[n]]; ok && !r.countsFrom(i) {
			month = "" // something counted from it when the code was made, and no longer does
		}
		*p = p.tick(r.lock.steps[n], month)
	}
	return nil
}

// bitWriter collects bits into letters of five.
type bitWriter struct{ bits []byte }

func (w *bitWriter) put(n, bits int) {
	for i := bits - 1; i >= 0; i-- {
		w.bits = append(w.bits, byte(n>>i&1))
	}
}

func (w *bitWriter) flag(set bool) {
	if set {
		w.put(1, 1)
	} else {
		w.put(0, 1)
	}
}

func (w *bitWriter) letters() []byte {
	for len(w.bits)%5 != 0 {
		w.bits = append(w.bits, 0)
	}
	letters := make([]byte, len(w.bits)/5)
	for i, bit := range w.bits {
		letters[i/5] = letters[i/5]<<1 | bit
	}
	return letters
}

// bitReader gives the bits back. Past the end it gives zeros and remembers.
type bitReader struct {
	letters []byte
	at      int
	past    bool
}

func (b *bitReader) take(bits int) int {
	n := 0
	for range bits {
		n <<= 1
		if b.at/5 >= len(b.letters) {
			b.past = true
			continue
		}
		n |= int(b.letters[b.at/5] >> (4 - b.at%5) & 1)
		b.at++
	}
	return n
}

// ended says that all was read, and that only the zeros that fill the last letter are left.
func (b *bitReader) ended() bool {
	left := len(b.letters)*5 - b.at
	return !b.past && left < 5 && b.take(left) == 0
}

// The check letters are those of a Reed–Solomon code over the field of 32 elements (x⁵+x²+1): three letters whose
// polynomial makes the whole divisible by (x-1)(x-a)(x-a²). One wrong letter never leaves it divisible, however long
// the code, and neither do two neighbours that changed places.

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
var generator = [checks]byte{1 ^ 2 ^ 4, times(1, 2) ^ times(1, 4) ^ times(2, 4), times(times(1, 2), 4)}

// remainder divides the letters, checks zeros behind them, by the generator. It begins with a letter of its own, so
// that a code of zeros alone is none.
func remainder(letters []byte) [checks]byte {
	rest := [checks]byte{1}
	for _, l := range letters {
		lead := rest[0] ^ l
		copy(rest[:], rest[1:])
		rest[checks-1] = 0
		for i := range rest {
			rest[i] ^= times(lead, generator[i])
		}
	}
	return rest
}

// check adds the check letters.
func check(letters []byte) []byte {
	rest := remainder(letters)
	return append(letters, rest[:]...)
}

func checked(letters []byte) bool {
	if len(letters) <= checks {
		return false
	}
	rest := remainder(letters[:len(letters)-checks])
	return slices.Equal(rest[:], letters[len(letters)-checks:])
}

// written gives letters as a person copies them.
func written(letters []byte) string {
	var out strings.Builder
	for i, l := range letters {
		if i > 0 && i%groupLength == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(alphabet[l])
	}
	return out.String()
}

// read gives the letters of what a person copied: groups do not matter, nor does writing O for 0 or I and L for 1.
func read(code string) ([]byte, bool) {
	if len(code) > mostCode {
		return nil, false
	}
	var letters []byte
	for _, r := range strings.ToUpper(code) {
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
		letters = append(letters, byte(at))
	}
	return letters, true
}
