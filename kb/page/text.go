package page

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/route"
)

// Text writes the plan as plain text in tag, for a screen or a printer that knows nothing else: the sheet in one
// language. The only errors are those of w.
func Text(w io.Writer, lib *kb.Library, way *route.Route, plan route.Plan, tag language.Tag) error {
	s, err := newSheet(lib, way, plan, []language.Tag{tag})
	if err != nil {
		return err
	}
	out := &lines{w: bufio.NewWriter(w)}
	head := s.Heads[0]
	out.say(0, head.Title)
	for _, line := range head.Lines {
		out.say(0, line)
	}
	if s.Line != nil {
		out.heading(s.Line.Headings)
		for _, phase := range s.Line.Phases {
			out.say(0, "- "+phase.Names[0].Text)
		}
		out.say(0, s.Line.Ends[0].Text)
	}
	if s.Expires != nil {
		out.heading(s.Expires.Headings)
		for _, paper := range s.Expires.Papers {
			out.say(0, "- "+paper[0].Text)
		}
	}
	for _, list := range s.Lists {
		out.heading(list.Headings)
		for _, step := range list.Steps {
			out.step(lib.Catalog(), tag, step)
		}
	}
	if len(s.Sources.Pages) > 0 {
		out.heading(s.Sources.Headings)
		for _, page := range s.Sources.Pages {
			out.say(0, fmt.Sprintf("[%d] %s (%s)", page.Number, page.Link, page.Read[0].Text))
		}
		for _, note := range s.Sources.Notes {
			out.say(0, note.Text)
		}
	}
	if s.Code != "" {
		r := reader{lib, tag}
		out.gap()
		out.say(0, r.ui("plan.code", locale.Args{"code": s.Code}))
		out.say(0, s.Codes[0][0].Text)
	}
	return out.end()
}

// lines writes lines with an indent and remembers the first error.
type lines struct {
	w   *bufio.Writer
	err error
}

func (l *lines) say(indent int, text string) {
	if text != "" && l.err == nil {
		_, l.err = fmt.Fprintf(l.w, "%s%s\n", strings.Repeat(" ", indent), text)
	}
}

// end writes what is still held back and gives the first error.
func (l *lines) end() error {
	if l.err == nil {
		l.err = l.w.Flush()
	}
	return l.err
}

func (l *lines) gap() {
	if l.err == nil {
		_, l.err = fmt.Fprintln(l.w)
	}
}

func (l *lines) heading(runs []run) {
	l.gap()
	l.say(0, runs[0].Text)
}

func (l *lines) step(catalog *locale.Catalog, tag language.Tag, step sheetStep) {
	const indent = 3
	column := step.Columns[0]
	mark := "-"
	if step.Number > 0 {
		mark = catalog.Number(tag, float64(step.Number), float64(step.Number)) + "."
	}
	l.gap()
	l.say(0, mark+" "+column.Title)
	for _, line := range column.Lines {
		l.say(indent, line)
	}
	for _, p := range column.Parts {
		l.say(indent, p.Heading)
		for _, item := range p.Items {
			line := "- " + item.Text
			if item.Link != "" {
				line += ": " + item.Link
			}
			for _, n := range item.Refs {
				line += fmt.Sprintf(" [%d]", n)
			}
			l.say(indent, line)
		}
	}
}
