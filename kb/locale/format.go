package locale

import (
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// The sentences that say how a language writes values. They stand in content/ui like every other sentence, so that
// locale holds no data of its own; month names and units are all that CLDR has and x/text has not.
const (
	keyRange     = "unit.range"      // {min} {max}
	keyMoney     = "money."          // + currency: {amount}; the symbol and its place
	keyUnit      = "unit."           // + unit: {n}; plural
	keyMonth     = "date.month."     // + 1 to 12: the name that is written, then, behind bars, others that people write
	keyFullDate  = "date.full"       // {day} {month} {year}
	keyMonthYear = "date.month-year" // {month} {year}
)

// Keys gives the keys of the sentences that Money, Duration and Date need; every language of the interface has them.
func Keys() []string {
	keys := []string{keyRange, keyMoney + "EUR", keyFullDate, keyMonthYear}
	for _, unit := range Units() {
		keys = append(keys, keyUnit+unit)
	}
	for month := 1; month <= 12; month++ {
		keys = append(keys, keyMonth+strconv.Itoa(month))
	}
	return keys
}

// Units gives the units of a Duration, shortest first.
func Units() []string {
	return []string{"minutes", "hours", "days", "working-days", "weeks", "months", "years"}
}

// Number writes a number, or a range when max is more than min.
//
// Numbers are written with Latin digits (1 2 3) in every language, also where CLDR prefers others: people compare what
// they read here with Dutch letters, forms and bank statements, on which only Latin digits stand.
func (c *Catalog) Number(tag language.Tag, min, max float64) string {
	return c.isolate(tag, c.between(tag, c.number(tag, min), c.number(tag, max)))
}

// Percent writes a percentage (15 is fifteen per cent), or a range when max is more than min.
func (c *Catalog) Percent(tag language.Tag, min, max float64) string {
	percent := func(x float64) string {
		// x/text puts direction marks round an Arabic percent sign; our isolates do that work.
		return strings.NewReplacer("\u200e", "", "\u200f", "", "\u061c", "").
			Replace(c.printer(tag).Sprint(number.Percent(x/100, number.MaxFractionDigits(2))))
	}
	return c.isolate(tag, c.between(tag, percent(min), percent(max)))
}

// Money writes an amount in a currency (ISO 4217), with cents only where there are any, or a range when max is more
// than min.
func (c *Catalog) Money(tag language.Tag, min, max float64, currency string) string {
	key := keyMoney + currency
	tag = c.speaks(tag, key)
	amount := func(x float64) string {
		digits := c.number(tag, x)
		if x != math.Trunc(x) {
			digits = c.printer(tag).Sprint(number.Decimal(x, number.MinFractionDigits(2), number.MaxFractionDigits(2)))
		}
		if !c.Has(tag, key) {
			return currency + " " + digits
		}
		return c.Sentence(tag, key, Args{"amount": digits})
	}
	return c.isolate(tag, c.between(tag, amount(min), amount(max)))
}

// Duration writes a length of time in a unit of Units, or a range when max is more than min.
func (c *Catalog) Duration(tag language.Tag, min, max float64, unit string) string {
	key := keyUnit + unit
	tag = c.speaks(tag, key)
	_, s, ok := c.find(tag, key)
	if !ok {
		return c.isolate(tag, c.between(tag, c.number(tag, min), c.number(tag, max))+" "+unit)
	}
	length := func(x float64) string { return c.fill(tag, s.form(tag, Args{"n": x}), Args{"n": x}) }
	if max <= min {
		return c.isolate(tag, length(min))
	}
	// The plural of a range is that of its end in all our languages (CLDR pluralRanges). A form that names the number
	// itself, such as the Arabic dual, has no place for a range: there both ends are written out.
	if form := s.form(tag, Args{"n": max}); strings.Contains(form, "{n}") {
		return c.isolate(tag, c.fill(tag, form, Args{"n": c.between(tag, c.number(tag, min), c.number(tag, max))}))
	}
	return c.isolate(tag, c.between(tag, length(min), length(max)))
}

// Date writes a day (has 3), a month (has 2) or a year (has 1).
func (c *Catalog) Date(tag language.Tag, day time.Time, has int) string {
	year := strconv.Itoa(day.Year()) // a string: a year is never grouped as 2.024
	key, layout := keyFullDate, "2006-01-02"
	switch has {
	case 1:
		return c.isolate(tag, year)
	case 2:
		key, layout = keyMonthYear, "2006-01"
	}
	tag = c.speaks(tag, key)
	month := keyMonth + strconv.Itoa(int(day.Month()))
	if !c.Has(tag, key) || !c.Has(tag, month) {
		return c.isolate(tag, day.Format(layout))
	}
	return c.isolate(tag, c.Sentence(tag, key, Args{"day": strconv.Itoa(day.Day()), "month": c.Months(tag, day.Month())[0], "year": year}))
}

// Months gives the names of a month in a language, the one that is written first; there may be others that people write,
// such as مارس and آذار in Arabic, or short forms.
func (c *Catalog) Months(tag language.Tag, month time.Month) []string {
	names := strings.Split(c.Sentence(tag, keyMonth+strconv.Itoa(int(month)), nil), "|")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}

// List writes several things one after another, such as "a, b, c".
func (c *Catalog) List(tag language.Tag, items []string) string {
	comma := ", "
	switch script, _ := tag.Script(); script.String() {
	case "Arab":
		comma = "، "
	case "Ethi":
		comma = "፣ "
	}
	return strings.Join(items, comma)
}

// between joins the two ends of a range, or gives the one value when they are written alike.
func (c *Catalog) between(tag language.Tag, min, max string) string {
	if min == max {
		return min
	}
	if !c.Has(tag, keyRange) {
		return min + "–" + max
	}
	return c.Sentence(tag, keyRange, Args{"min": min, "max": max})
}

// speaks gives the language in which key will be said for tag, so that numbers and words of a value come from one
// language; tag itself if none has the key.
func (c *Catalog) speaks(tag language.Tag, key string) language.Tag {
	spoken, _, _ := c.find(tag, key)
	return spoken
}

func (c *Catalog) number(tag language.Tag, x float64) string {
	return c.printer(tag).Sprint(number.Decimal(x))
}

func (c *Catalog) printer(tag language.Tag) *message.Printer {
	if p, ok := c.printers[tag]; ok {
		return p
	}
	return latinPrinter(tag)
}

// latinPrinter gives a printer for tag that writes Latin digits. A Printer keeps no state between calls. A private tag
// (x-…) takes no such wish, and has no digits of its own either.
func latinPrinter(tag language.Tag) *message.Printer {
	if latin, err := tag.SetTypeForKey("nu", "latn"); err == nil {
		tag = latin
	}
	return message.NewPrinter(tag)
}
