package page

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/route"
)

// A calendar file is how a plan reminds a person: we keep no address to write to. It is iCalendar, RFC 5545.
const (
	foldAt    = 75    // octets of a line without its CRLF; RFC 5545, 3.1
	reminder  = "P7D" // a week before
	remindFor = 7     // days, of reminder: nothing reminds of what is nearer
)

// event is one day on which there is something to do.
type event struct {
	uid   string // of what is to be done and the day: the same in every calendar, so it tells nothing about a person
	day   time.Time
	title string
	why   []string
}

// Calendar writes the days of a plan on which there is something to do as an iCalendar file in tag: when to ask for each
// paper that lapses, when each step can begin at the earliest, and the last day of each paper. What has no day, or
// one before the plan's, has no event, and nor has an offer beside the way that is open already. made is the moment at which the file is made. The only errors are those of w.
func Calendar(w io.Writer, lib *kb.Library, way *route.Route, plan route.Plan, tag language.Tag, made time.Time) error {
	r := reader{lib, tag}
	out := &calendarWriter{tag: tag}
	out.line("BEGIN:VCALENDAR")
	out.line("VERSION:2.0")
	out.line("PRODID:-//Wegwijzer//Plan//" + strings.ToUpper(tag.String()))
	out.line("CALSCALE:GREGORIAN")
	out.line("X-WR-CALNAME:" + escaped(r.ui("plan.title", nil))) // the name that calendar programs show; not of the RFC
	for _, e := range r.events(plan, way.View(plan, tag)) {
		out.event(e, plan.On, made)
	}
	out.line("END:VCALENDAR")
	if _, err := io.WriteString(w, out.lines.String()); err != nil {
		return fmt.Errorf("write the calendar: %w", err)
	}
	return nil
}

// events gives what there is to do, by day.
func (r reader) events(plan route.Plan, v route.View) []event {
	made := r.ui("calendar.made", locale.Args{"date": r.day(plan.On)})
	titles := make(map[route.StepID]string)
	for _, step := range v.Steps {
		titles[step.ID] = step.Title
	}
	var events []event
	add := func(what, id string, day time.Time, key string, args locale.Args, why string) {
		e := event{uid: what + "-" + id + "-" + day.Format("20060102") + "@wegwijzer", day: day, title: r.ui(key, args), why: []string{why, made}}
		known := slices.ContainsFunc(events, func(o event) bool { return o.uid == e.uid })
		if !day.IsZero() && !day.Before(plan.On) && !known {
			events = append(events, e)
		}
	}
	for i, step := range plan.Steps {
		if step.Side && !step.Start.After(plan.On) {
			continue // an offer is open on any day
		}
		add("start", string(step.ID), step.Start, "calendar.start", locale.Args{"step": v.Steps[i].Title}, v.Steps[i].Why)
	}
	for _, l := range lapses(plan) {
		paper := v.Steps[l.step].Papers[l.paper].Text
		add("ask", string(l.ID), l.AskFrom, "calendar.ask", locale.Args{"paper": paper}, v.Steps[l.step].Title)
		why, args := "calendar.have-why", locale.Args{"step": titles[l.use]}
		if !l.AskFrom.IsZero() {
			why, args["date"] = "calendar.lapse-why", r.day(l.AskFrom)
		}
		add("lapse", string(l.ID), l.Until, "calendar.lapse", locale.Args{"paper": paper}, r.ui(why, args))
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.day.Compare(b.day) })
	return events
}

// calendarWriter writes the lines of a calendar.
type calendarWriter struct {
	tag   language.Tag
	lines strings.Builder
}

func (c *calendarWriter) event(e event, on, made time.Time) {
	const day = "20060102"
	c.line("BEGIN:VEVENT")
	c.line("UID:" + e.uid)
	c.line("DTSTAMP:" + made.UTC().Format("20060102T150405Z"))
	c.line("DTSTART;VALUE=DATE:" + e.day.Format(day))
	c.line("DTEND;VALUE=DATE:" + e.day.AddDate(0, 0, 1).Format(day)) // the first day that is no longer in it
	c.text("SUMMARY", e.title)
	c.text("DESCRIPTION", strings.Join(e.why, "\n"))
	c.line("TRANSP:TRANSPARENT") // one is not busy on that day
	if !e.day.Before(on.AddDate(0, 0, remindFor)) {
		c.line("BEGIN:VALARM")
		c.line("ACTION:DISPLAY")
		c.line("TRIGGER:-" + reminder)
		c.text("DESCRIPTION", e.title)
		c.line("END:VALARM")
	}
	c.line("END:VEVENT")
}

// text writes a property whose value is a text of the language.
func (c *calendarWriter) text(name, value string) {
	c.line(name + ";LANGUAGE=" + c.tag.String() + ":" + escaped(value))
}

// line writes a content line, folded where it is too long: never within a letter, since the parts of one are no UTF-8.
func (c *calendarWriter) line(line string) {
	for room := foldAt; len(line) > room; room = foldAt - 1 { // a folded line begins with a space
		cut := room
		for cut > 0 && !utf8.RuneStart(line[cut]) {
			cut--
		}
		c.lines.WriteString(line[:cut])
		c.lines.WriteString("\r\n ")
		line = line[cut:]
	}
	c.lines.WriteString(line)
	c.lines.WriteString("\r\n")
}

// escaped writes a text as the value of a property. Controls have no place in one, and bytes that are no UTF-8 neither.
// RFC 5545, 3.3.11.
func escaped(text string) string {
	var out strings.Builder
	for _, r := range strings.ToValidUTF8(text, "") {
		switch {
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\\' || r == ';' || r == ',':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\t' || r >= ' ' && r != 0x7f:
			out.WriteRune(r)
		}
	}
	return out.String()
}
