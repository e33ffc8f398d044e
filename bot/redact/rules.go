package redact

import (
	"strings"
	"unicode"
)

// emails cuts out addresses: a part before the at sign and one after it that holds a letter. A name with nothing before
// the sign (@name) stays: it is how people write of organisations too. With spaces around the sign the part after it
// must hold a dot.
func (s *scanned) emails() {
	for i := 0; i < len(s.tokens); i++ {
		first, last, ok := s.atSign(i)
		if !ok {
			continue
		}
		from := s.reach(first-1, -1, "._-+%'") + 1
		to := s.reach(last+1, +1, "._-") - 1
		for from < first && !s.wordlike(from) {
			from++
		}
		for to > last && !s.wordlike(to) {
			to--
		}
		spaced := s.at(first).r == ' '
		if from == first || to == last || !s.holds(last+1, to, letters, 0) || spaced && !s.holds(last+1, to, gap, '.') {
			continue
		}
		s.take(from, to, Email)
		i = to
	}
}

// atSign tells whether an at sign starts with token i: @, (at) or [at], with a space on both sides or on none.
func (s *scanned) atSign(i int) (first, last int, ok bool) {
	t := s.at(i)
	first, last = i, i
	switch {
	case t.taken:
		return 0, 0, false
	case t.class == other && isAt(t.r):
	case (t.r == '(' || t.r == '[') && s.at(i+1).class == letters && strings.EqualFold(s.word(i+1), "at") && (s.at(i+2).r == ')' || s.at(i+2).r == ']'):
		last = i + 2
	default:
		return 0, 0, false
	}
	if s.at(first-1).r == ' ' && s.at(last+1).r == ' ' {
		first, last = first-1, last+1
	}
	return first, last, true
}

// reach gives the first token from i on, in steps of step, that is no part of an address.
func (s *scanned) reach(i, step int, also string) int {
	for ; i >= 0 && i < len(s.tokens); i += step {
		t := s.tokens[i]
		part := t.class == letters || t.class == digits || (t.class == gap || t.class == other) && strings.ContainsRune(also, t.r)
		if !part || t.taken {
			break
		}
	}
	return i
}

// holds tells whether a token between from and to is of class c and, unless r is zero, starts with r.
func (s *scanned) holds(from, to int, c class, r rune) bool {
	for ; from <= to; from++ {
		if t := s.at(from); t.class == c && (r == 0 || t.r == r) {
			return true
		}
	}
	return false
}

// An account number is at most so many letters and digits (ISO 13616). All countries' have far more digits than the
// least here; without it, one sentence in some hundred that starts like an account would pass for one.
const (
	maxAccount       = 34
	minAccountDigits = 8
)

// accounts cuts out bank accounts: two letters, two check digits and eleven or more letters and digits, in one piece or
// with single spaces, that leave one when divided by 97 (ISO 13616, ISO 7064).
func (s *scanned) accounts() {
	for i := range s.tokens {
		if t := s.tokens[i]; t.class != letters || t.taken || t.end-t.start != 2 || s.wordlike(i-1) || s.at(i+1).class != digits {
			continue
		}
		var b strings.Builder
		last := 0
		for j := i; b.Len() <= maxAccount; j++ {
			t := s.at(j)
			switch {
			case t.class == digits && !t.taken:
				b.WriteString(s.run(j))
			case t.class == letters && !t.taken:
				b.WriteString(strings.ToUpper(s.word(j)))
			case t.class == gap && t.r == ' ' && s.wordlike(j+1):
				continue
			default:
				j = len(s.tokens)
			}
			if j < len(s.tokens) && isAccount(b.String()) && !s.wordlike(j+1) {
				last = j
			}
			if j >= len(s.tokens) {
				break
			}
		}
		if last > 0 {
			s.take(i, last, Number)
		}
	}
}

func isAccount(a string) bool {
	if len(a) < 15 || len(a) > maxAccount || a[2] < '0' || a[2] > '9' || a[3] < '0' || a[3] > '9' {
		return false
	}
	rest, figures := 0, 0
	for _, c := range []byte(a[4:] + a[:4]) {
		switch {
		case c >= '0' && c <= '9':
			figures++
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1 && figures >= minAccountDigits
}

// named cuts out a number that a word before it names, such as "my passport no. is AB12CD345" or "BSN: 1234 567", even
// where it does not look like one.
func (s *scanned) named() {
	for i := 0; i < len(s.tokens); i++ {
		first := i
		if t := s.tokens[i]; t.taken || t.kept || t.class != digits && t.class != letters || s.wordlike(i-1) {
			continue
		}
		last, runes, figures := s.piece(i)
		i = last
		if figures == 0 {
			continue
		}
		kind, ok := s.namedBefore(first)
		if !ok {
			continue
		}
		if figures >= 4 && runes >= 6 && figures < runes {
			s.take(first, last, kind)
			continue
		}
		if first != last || !s.number(first) {
			continue
		}
		c := s.chain(first)
		longest := map[Kind]int{BSN: 9, VNumber: 10, Document: 12}[kind]
		for n := c.n; n > 0; n-- {
			if d := c.window(n); len(d) >= 6 && (n == 1 || len(d) <= longest && !c.hasYear(n)) {
				c.take(n, kind)
				i = c.runs[n-1]
				break
			}
		}
	}
}

// piece gives the end of the run of letters and digits that starts with token i, and its size.
func (s *scanned) piece(i int) (last, runes, figures int) {
	for ; ; i++ {
		t := s.at(i)
		if t.taken || t.kept || t.class != digits && t.class != letters {
			return i - 1, runes, figures
		}
		if t.class == digits {
			figures += t.hi - t.lo
			runes += t.hi - t.lo
		} else {
			runes += len([]rune(s.word(i)))
		}
	}
}

// namedBefore tells what the few words before token i announce. It looks back over little words and signs, never over
// another number.
func (s *scanned) namedBefore(i int) (Kind, bool) {
	const maxBack = 12 // tokens
	nummer := false
	for j := i - 1; j >= 0 && j >= i-maxBack; j-- {
		switch t := s.tokens[j]; {
		case t.taken:
			return "", false
		case t.class == gap:
		case t.class == other:
			if !strings.ContainsRune(":#=\"'№", t.r) {
				return "", false
			}
		case t.class == letters:
			word := strings.ToLower(s.word(j))
			if kind, ok := announces[word]; ok {
				return kind, true
			}
			if nummer && word == "v" {
				return VNumber, true
			}
			little, isNumber := passes[word], numberWords[word]
			if !little && !isNumber {
				return "", false
			}
			nummer = isNumber
		default:
			return "", false
		}
	}
	return "", false
}

// phones cuts out telephone numbers that show themselves as such: by a plus, by 00, or because national says how many
// runs make one.
func (s *scanned) phones(national func(*chain) int) {
	for i := 0; i < len(s.tokens); i++ {
		if !s.number(i) {
			continue
		}
		c := s.chain(i)
		if plus := s.plusBefore(i); plus >= 0 {
			if n := c.international(0); n > 0 {
				last := c.runs[n-1]
				s.take(plus, last, Phone)
				i = last
				continue
			}
		}
		n := national(&c)
		// N012345678 is a passport; T0612345678 is a telephone number.
		if n == 1 && s.at(i-1).class == letters && !(len(c.run(0)) == 10 && c.run(0)[0] == '0') {
			n = 0
		}
		if strings.HasPrefix(c.window(c.n), "00") {
			if long := c.international(2); long > 0 {
				n = long
			}
		}
		// A zero after "1." or "2019-" is inside a number, unless the digits are all in one piece.
		if before := s.previous(i); n > 1 && before >= 0 && before == i-2 && !unicode.IsSpace(s.at(i-1).r) {
			n = 0
		}
		if n > 0 {
			c.take(n, Phone)
			i = c.runs[n-1]
		}
	}
}

// plusBefore gives the plus sign that stands before run i, or -1. One that follows a letter or digit (B2+) is none.
func (s *scanned) plusBefore(i int) int {
	for j := i - 1; j >= i-3; j-- {
		switch t := s.at(j); {
		case t.class == other && isPlus(t.r) && !t.taken && !s.wordlike(j-1):
			return j
		case t.class != gap:
			return -1
		}
	}
	return -1
}

// international gives how many runs make a number with its country code, after skip digits of prefix: seven to fifteen
// digits (ITU-T E.164), eleven for the Netherlands.
func (c *chain) international(skip int) int {
	d := c.window(c.n)
	if len(d) <= skip || d[skip] == '0' {
		return 0
	}
	if strings.HasPrefix(d[skip:], "31") {
		for _, length := range []int{12, 11} { // twelve as in +31 (0)6 …
			if n := c.exactly(skip + length); n > 0 && (length == 11 || c.window(n)[skip+2] == '0') {
				return n
			}
		}
	}
	best, have := 0, 0
	for n := 1; n <= c.n && len(c.window(n))-skip <= 15; n++ {
		// After enough digits a year, a run as long as a number, or a new zero is the next thing.
		if last := c.run(n - 1); have >= 9 && (isYear(last) || len(last) >= 7) || have >= 11 && last[0] == '0' {
			break
		}
		if have = len(c.window(n)) - skip; have >= 7 {
			best = n
		}
	}
	return best
}

// countryCodes are three-digit codes of countries that many people come from: a number of eleven to thirteen digits
// that starts with one is a number without its plus. Two digits would take too many figures along.
var countryCodes = map[string]bool{
	"213": true, "216": true, "220": true, "249": true, "251": true, "252": true, "253": true, "291": true, "374": true, "375": true,
	"380": true, "961": true, "962": true, "963": true, "964": true, "965": true, "966": true, "967": true, "970": true, "971": true, "994": true, "995": true,
}

// mobile gives how many runs make a Dutch mobile number, or 0.
func (c *chain) mobile() int {
	if strings.HasPrefix(c.window(c.n), "06") {
		return c.exactly(10)
	}
	return 0
}

// national gives how many runs make a number without a country code, or 0: a 0 in front of ten digits (nine to eleven
// abroad), a Dutch mobile without its zero, or a number whose plus was left out.
func (c *chain) national() int {
	d := c.window(c.n)
	switch {
	case d[0] == '0':
		if n := c.exactly(10); n > 0 {
			return n
		}
		for _, length := range []int{11, 9} {
			if n := c.exactly(length); n > 0 && !c.hasYear(n) && !(length == 9 && passesElevenTest(c.window(n))) {
				return n
			}
		}
	case d[0] == '6': // 6 12345678
		if n := c.exactly(9); n == 2 && len(c.run(0)) == 1 && len(c.run(1)) == 8 || n == 1 && !passesElevenTest(d[:9]) {
			return n
		}
	case strings.HasPrefix(d, "316"):
		return c.exactly(11)
	case len(d) > 3 && countryCodes[d[:3]]:
		for _, length := range []int{12, 11, 13} {
			if n := c.exactly(length); n > 0 && !c.hasYear(n) {
				return n
			}
		}
	}
	return 0
}

// documents cuts out numbers of passports and identity cards: up to four letters and six to nine digits, as most
// countries write them; and the nine of the Netherlands, two letters, six letters or digits, and a digit (Paspoort-
// uitvoeringsregeling; no letter O, which people write all the same).
func (s *scanned) documents() {
	for i := 0; i < len(s.tokens); i++ {
		if t := s.tokens[i]; t.class != letters || t.taken || s.wordlike(i-1) || !european(s.word(i)) {
			continue
		}
		first := i
		last, runes, figures := s.piece(i)
		i = last
		if last > first && s.wordlike(last+1) { // it goes on with what is taken or kept already
			continue
		}
		front := len([]rune(s.word(first)))
		number := ""
		if s.number(first + 1) {
			number = s.run(first + 1)
		}
		switch {
		case last == first:
			// FA 123456: two capitals, then six digits that are no round figure.
			word := s.word(first)
			if front == 2 && word == strings.ToUpper(word) && s.at(first+1).class == gap && s.number(first+2) && !s.wordlike(first+3) &&
				!isCurrency(word) && isSerial(s.run(first+2), 6, 9) {
				s.take(first, first+2, Document)
				i = first + 2
			}
		case strings.EqualFold(s.word(first), "v") && last == first+1 && len(number) == 10:
			s.take(first, last, VNumber)
		case front <= 4 && runes-front-len(number) <= 2 && isSerial(number, 6, 9) && !isCurrency(s.word(first)):
			s.take(first, last, Document)
		case runes == 9 && front >= 2 && figures >= 3 && s.at(last).class == digits && (last > first+1 || figures >= 5 && isSerial(number, 5, 9)):
			s.take(first, last, Document)
		}
	}
}

// european tells whether a word is in a script that stands on passports; an Arabic و before a figure is a word.
func european(word string) bool {
	for _, r := range word {
		if !unicode.In(r, unicode.Latin, unicode.Cyrillic) {
			return false
		}
	}
	return true
}

// isSerial tells whether d, of so many digits, is no round figure.
func isSerial(d string, least, most int) bool {
	return len(d) >= least && len(d) <= most && !strings.HasSuffix(d, "000")
}

// citizens cuts out BSNs and V-numbers.
func (s *scanned) citizens() {
	for i := 0; i < len(s.tokens); i++ {
		if !s.number(i) {
			continue
		}
		c := s.chain(i)
		n, kind := c.exactly(9), BSN
		switch {
		case n > 0 && passesElevenTest(c.window(n)) && (!c.hasYear(n) || c.sizes(n) == "4-2-3") && !c.list(n):
		case len(c.run(0)) == 8 && passesElevenTest("0"+c.run(0)):
			n = 1
		default:
			n, kind = c.exactly(10), VNumber
			if n == 0 || n > 4 || c.run(0)[0] != '2' || n > 1 && c.hasYear(n) {
				continue
			}
		}
		c.take(n, kind)
		i = c.runs[n-1]
	}
}

// list tells whether the first n runs are a list of sums (150 200 250) or help lines (112 113 144), which pass the
// eleven test once in eleven times.
func (c *chain) list(n int) bool {
	if n == 1 {
		return false
	}
	for k := range n {
		switch d := c.run(k); {
		case strings.HasSuffix(d, "0"):
		case d == "112", d == "113", d == "114", d == "116", d == "144":
		default:
			return false
		}
	}
	return true
}

// passesElevenTest tells whether nine digits are a valid BSN: nine times the first, eight times the second, and so on
// to twice the eighth, less the ninth, is a multiple of eleven. (Besluit BSN; RvIG, Logisch Ontwerp BSN.)
func passesElevenTest(d string) bool {
	sum := 0
	for k := range 8 {
		sum += (9 - k) * int(d[k]-'0')
	}
	sum -= int(d[8] - '0')
	return sum%11 == 0 && strings.Trim(d, "0") != ""
}

// longNumbers cuts out what is left and too long to be a figure: seven digits in one piece, and longer ones in groups
// that only numbers of somebody have.
func (s *scanned) longNumbers() {
	for i := range s.tokens {
		if d := s.run(i); s.number(i) && len(d) >= 7 && !(len(d) <= 9 && strings.HasSuffix(d, "00000")) {
			s.take(i, i, Number)
		}
	}
	// Only now, so that no chain is longer here than in the cleaned text.
	for i := 0; i < len(s.tokens); i++ {
		if !s.number(i) {
			continue
		}
		if before := s.previous(i); before >= 0 && s.number(before) {
			continue // not the start of a chain
		}
		c := s.chain(i)
		if n := c.grouped(); n > 0 {
			c.take(n, Number)
			i = c.runs[n-1]
		}
	}
}

// grouped gives how many runs, all of the chain, make a long number in groups: ten digits or more with dashes, dots or
// slashes between; a card in fours; or ten as in 555 123 4567. Figures with spaces between are more often a list.
func (c *chain) grouped() int {
	d := c.window(c.n)
	if len(d) < 9 || c.n < 2 || c.hasYear(c.n) {
		return 0
	}
	sizes := c.sizes(c.n)
	thousands := strings.Trim(sizes[1:], "-3") == "" && sizes[0] <= '3' && c.s.tokens[c.runs[1]-1].r == '.'
	switch {
	case thousands:
	case c.joined(c.n) && (len(d) >= 10 || sizes == "3-3-3" && !c.list(c.n)):
		return c.n
	case len(d) >= 12 && strings.Trim(sizes, "4-") == "":
		return c.n
	case sizes == "3-3-4", sizes == "3-4-3", sizes == "4-3-3":
		if !c.list(c.n) {
			return c.n
		}
	}
	return 0
}
