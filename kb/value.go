package kb

import (
	"errors"
	"fmt"
	"math"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/currency"

	"wegwijzer/kb/locale"
)

// Kinds gives the kinds of fact in the order in which they are documented.
func Kinds() []FactKind {
	return []FactKind{Money, Number, Percent, Duration, Date, Phone, URL, Email, Address, Term}
}

// amount is a number or a range of numbers with the rest of the value behind it.
var amount = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)(?:-([0-9]+(?:\.[0-9]+)?))?(?: (.+))?$`)

// ParseValue reads a fact's value as facts.yaml writes it. The error says how a value of that kind is written.
func ParseValue(kind FactKind, s string) (Value, error) {
	v := Value{Text: s}
	if s == "" || strings.TrimSpace(s) != s || strings.ContainsFunc(s, unicode.IsControl) {
		return v, errors.New("write it on one line, without spaces around it")
	}
	switch kind {
	case Money:
		unit, err := v.amounts(s)
		if _, bad := currency.ParseISO(unit); err != nil || bad != nil || unit != strings.ToUpper(unit) {
			return v, errors.New(`write an amount and a currency, such as "400 EUR" or "100-200 EUR"`)
		}
		v.Currency = unit
	case Number, Percent:
		if unit, err := v.amounts(s); err != nil || unit != "" {
			return v, errors.New(`write a number or a range in digits, such as "110", "2.5" or "1-3"`)
		}
	case Duration:
		unit, err := v.amounts(s)
		if !slices.Contains(locale.Units(), unit) && slices.Contains(locale.Units(), unit+"s") {
			unit += "s"
		}
		if err != nil || !slices.Contains(locale.Units(), unit) {
			return v, fmt.Errorf(`write a number and one of %s, such as "6 months" or "3-8 weeks"`, strings.Join(locale.Units(), ", "))
		}
		v.Unit = unit
	case Date:
		var ok bool
		if v.Date, v.DateHas, ok = parseDay(s); !ok {
			return v, errors.New(`write "2026-06-12", "2027-03" or "2024"`)
		}
	case Phone:
		digits := strings.Map(keepDigits, s)
		if len(digits) < 3 || strings.Trim(s, "0123456789 -()+") != "" {
			return v, errors.New(`write the number as it is dialled, such as "070 340 6600"`)
		}
	case URL:
		if u, err := url.Parse(s); err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(s, " <>\"{}") {
			return v, errors.New(`write the whole address, from "https://" on`)
		}
	case Email:
		if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
			return v, errors.New(`write a mail address, such as "desk@example.org"`)
		}
	case Address, Term:
	default:
		return v, errors.New("give the fact one of the known kinds first")
	}
	return v, nil
}

// amounts sets Min and Max and gives what stands behind the numbers.
func (v *Value) amounts(s string) (rest string, err error) {
	m := amount.FindStringSubmatch(s)
	if m == nil {
		return "", errors.New("no number")
	}
	if v.Min, err = strconv.ParseFloat(m[1], 64); err != nil {
		return "", err
	}
	v.Max = v.Min
	if m[2] != "" {
		if v.Max, err = strconv.ParseFloat(m[2], 64); err != nil {
			return "", err
		}
		if v.Max < v.Min {
			return "", errors.New("the range ends before it begins")
		}
	}
	if math.IsInf(v.Max, 0) {
		return "", errors.New("no number")
	}
	return m[3], nil
}

// String gives the value as facts.yaml writes it; ParseValue of it is the value again.
func (v Value) String() string {
	number := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	numbers := number(v.Min)
	if v.Max != v.Min {
		numbers += "-" + number(v.Max)
	}
	switch {
	case v.Currency != "":
		return numbers + " " + v.Currency
	case v.Unit != "":
		return numbers + " " + v.Unit
	case v.DateHas > 0:
		return formatDay(v.Date, v.DateHas)
	}
	return v.Text
}

func keepDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// dayLayouts are the ways to write a day, by how much of it is known: 1 the year, 2 the month too, 3 all.
var dayLayouts = [...]string{1: "2006", 2: "2006-01", 3: "2006-01-02"}

func parseDay(s string) (day time.Time, has int, ok bool) {
	for has := 1; has < len(dayLayouts); has++ {
		if day, err := time.Parse(dayLayouts[has], s); err == nil {
			return day, has, true
		}
	}
	return time.Time{}, 0, false
}

func formatDay(day time.Time, has int) string { return day.Format(dayLayouts[has]) }

// ParseRead reads how an official page was read: "live 2026-11-24", "copy 2024-03", "copy 2024" or "copy undated".
func ParseRead(s string) (Read, error) {
	how, when, _ := strings.Cut(s, " ")
	day, has, ok := parseDay(when)
	switch {
	case how == "live" && ok && has == 3:
		return Read{Live: true, On: day, Has: has}, nil
	case how == "copy" && ok:
		return Read{On: day, Has: has}, nil
	case how == "copy" && when == "undated":
		return Read{}, nil
	}
	return Read{}, errors.New(`write "live 2026-11-24" for a day on which somebody saw the page itself, ` +
		`or "copy 2024-03", "copy 2024" or "copy undated" for a stored copy`)
}

// String gives the reading as facts.yaml writes it; ParseRead of it is the reading again.
func (r Read) String() string {
	switch {
	case r.Live:
		return "live " + formatDay(r.On, 3)
	case r.Has > 0:
		return "copy " + formatDay(r.On, r.Has)
	}
	return "copy undated"
}

// spanText is a whole number and a unit of calendar time.
var spanText = regexp.MustCompile(`^([1-9][0-9]{0,3}) (day|week|month|year)s?$`)

// ParseSpan reads a length of calendar time: "90 days", "2 weeks", "6 months" or "1 year".
func ParseSpan(s string) (Span, error) {
	m := spanText.FindStringSubmatch(s)
	if m == nil {
		return Span{}, errors.New(`write a whole number of days, weeks, months or years, such as "6 months"`)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return Span{}, err
	}
	switch m[2] {
	case "day":
		return Span{Days: n}, nil
	case "week":
		return Span{Days: 7 * n}, nil
	case "month":
		return Span{Months: n}, nil
	}
	return Span{Years: n}, nil
}

// After gives the day that lies s after day.
func (s Span) After(day time.Time) time.Time { return day.AddDate(s.Years, s.Months, s.Days) }
