package redact

import (
	"strings"
	"unicode"
)

// keep marks runs of digits that people need and that could be taken for something else.
func (s *scanned) keep(runs ...int) {
	for _, i := range runs {
		s.tokens[i].kept = true
	}
}

func (s *scanned) keepDates() {
	for i := range s.tokens {
		if s.number(i) {
			s.keepDate(i)
		}
	}
}

func (s *scanned) keepSums() {
	for i := range s.tokens {
		if s.number(i) {
			s.keepSum(i)
		}
	}
}

func (s *scanned) keepHelpLines() {
	for i := range s.tokens {
		if s.number(i) {
			s.keepHelpLine(i)
		}
	}
}

// isYear tells whether d is a year that people write: of our calendar, the Islamic one or the Persian one.
func isYear(d string) bool {
	return len(d) == 4 && (d >= "1900" && d < "2100" || d >= "1300" && d < "1500")
}

// isDay tells whether a and b are day and month, in either order.
func isDay(a, b string) bool {
	within := func(d, max string) bool {
		d = pad(d)
		return len(d) == 2 && d >= "01" && d <= max
	}
	return within(a, "31") && within(b, "12") || within(a, "12") && within(b, "31")
}

func pad(d string) string {
	if len(d) == 1 {
		return "0" + d
	}
	return d
}

// keepDate keeps the date that starts with run i: three runs with the same dash, dot or slash between them, the year
// first or last, or eight digits. What goes on with the same sign ("06-12-2012-34") is no date but a number. A date
// with spaces needs no keeping: no rule takes eight digits in groups.
func (s *scanned) keepDate(i int) {
	if d := s.run(i); len(d) == 8 {
		if before := s.previous(i); s.next(i) >= 0 || before >= 0 && s.at(before).class == digits || s.wordlike(i-1) {
			return
		}
		if isYear(d[:4]) && isDay(d[4:6], d[6:]) || isYear(d[4:]) && isDay(d[:2], d[2:4]) {
			s.keep(i)
		}
		return
	}
	j, k := i+2, i+4
	divider := s.at(i + 1)
	if divider.class != gap || unicode.IsSpace(divider.r) || s.at(i+3).r != divider.r || s.at(i+3).class != gap || !s.number(j) || !s.number(k) {
		return
	}
	goesOn := func(sign, beyond int) bool {
		t := s.at(beyond)
		return s.at(sign).class == gap && s.at(sign).r == divider.r && t.end > 0 && !unicode.IsSpace(t.r)
	}
	if goesOn(i-1, i-2) || goesOn(k+1, k+2) {
		return
	}
	a, b, c := s.run(i), s.run(j), s.run(k)
	if isYear(a) && isDay(b, c) || isYear(c) && isDay(a, b) {
		s.keep(i, j, k)
	}
}

// run gives the ASCII digits of token i.
func (s *scanned) run(i int) string { return s.digits[s.at(i).lo:s.at(i).hi] }

// keepSum keeps the sum of money of which run i touches the currency.
func (s *scanned) keepSum(i int) {
	first, last := i, i
	switch {
	case s.currencyBefore(i):
		// The groups of thousands that follow.
		for s.thousands(last+1, last+2) {
			last += 2
		}
	case s.currencyAfter(i):
		for len(s.run(first)) == 3 && s.thousands(first-1, first) && len(s.run(first-2)) <= 3 && s.at(first-2).class == digits {
			first -= 2
		}
	default:
		return
	}
	// Nobody writes a sum with a zero in front; ten digits that are not round, or nine that are a BSN, are a number of
	// another kind that stands beside a sum.
	d := s.digits[s.at(first).lo:s.at(last).hi]
	if len(d) >= 7 && d[0] == '0' || len(d) >= 10 && !strings.HasSuffix(d, "000") || first == last && len(d) == 9 && passesElevenTest(d) {
		return
	}
	for ; first <= last; first += 2 {
		s.keep(first)
	}
}

// thousands tells whether token i divides thousands and j is three digits after it.
func (s *scanned) thousands(i, j int) bool {
	t := s.at(i)
	return t.class == gap && (t.r == '.' || unicode.IsSpace(t.r)) && s.at(j).class == digits && len(s.run(j)) == 3
}

func (s *scanned) currencyBefore(i int) bool {
	i--
	if s.at(i).class == gap && unicode.IsSpace(s.at(i).r) {
		i--
	}
	return s.currency(i) && !(s.at(i).class == letters && s.wordlike(i-1))
}

func (s *scanned) currencyAfter(i int) bool {
	i++
	if s.at(i).class == gap && unicode.IsSpace(s.at(i).r) {
		i++
	}
	return s.currency(i) && !(s.at(i).class == letters && s.wordlike(i+1))
}

// currency tells whether token i names a currency.
func (s *scanned) currency(i int) bool {
	switch t := s.at(i); {
	case t.taken:
		return false
	case t.class == other:
		return unicode.Is(unicode.Sc, t.r)
	case t.class == letters:
		return isCurrency(s.word(i))
	}
	return false
}

// keepHelpLine keeps the number that starts with run i if it can only be an organisation's: in the Netherlands 0800
// and 0900 (eight or eleven digits) and 088 (ten) are never a person's.
func (s *scanned) keepHelpLine(i int) {
	d := s.run(i)
	if d[0] != '0' || s.wordlike(i-1) {
		return
	}
	c := s.chain(i)
	for _, line := range []struct {
		prefix string
		digits int
	}{{"088", 10}, {"0800", 11}, {"0900", 11}, {"0906", 11}, {"0909", 11}, {"0800", 8}, {"0900", 8}, {"0906", 8}, {"0909", 8}} {
		if n := c.exactly(line.digits); n > 0 && strings.HasPrefix(c.window(n), line.prefix) {
			s.keep(c.runs[:n]...)
			return
		}
	}
}
