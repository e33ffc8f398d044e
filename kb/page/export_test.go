package page

import "golang.org/x/text/language"

// CalendarLine gives a property as a calendar file holds it, for the fuzzer.
func CalendarLine(name string, tag language.Tag, value string) string {
	w := &calendarWriter{tag: tag}
	w.text(name, value)
	return w.lines.String()
}
