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

// Text writes the plan as plain text in tag, for a screen or a printer that knows nothing else. The only errors are those
// of w.
func Text(w io.Writer, lib *kb.Library, way *route.Route, plan route.Plan, tag language.Tag) error {
	out := &lines{w: bufio.NewWriter(w)}
	r := reader{lib, tag}
	v := way.View(plan, tag)
	out.say(0, r.ui("plan.title", nil))
	out.say(0, r.ui("plan.route", locale.Args{"route": v.Name}))
	out.say(0, v.About)
	if len(v.Steps) > 0 {
		out.say(0, r.length(way, plan.Days))
	} else if len(plan.Profile.Done()) > 0 {
		out.say(0, r.ui("plan.finished", nil))
	}
	if len(v.Questions) > 0 {
		out.say(0, r.ui("plan.open", locale.Args{"questions": strings.Join(v.Questions, " ")}))
	}
	if !v.Sure {
		out.say(0, r.ui("plan.unsure", nil))
	}
	n := 0
	for _, beside := range []bool{false, true} {
		heading := r.ui(map[bool]string{false: "plan.steps", true: "plan.beside"}[beside], nil)
		for i := range v.Steps {
			if v.Steps[i].Side != beside {
				continue
			}
			if heading != "" {
				out.gap()
				out.say(0, heading)
				heading = ""
			}
			mark := "-"
			if !beside {
				n++
				mark = r.lib.Catalog().Number(tag, float64(n), float64(n)) + "."
			}
			out.step(r, way, plan, &v.Steps[i], mark)
		}
	}
	if v.Code != "" {
		out.gap()
		out.say(0, r.ui("plan.code", locale.Args{"code": v.Code}))
		out.say(0, r.ui("plan.code-warning", nil))
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

func (l *lines) step(r reader, way *route.Route, plan route.Plan, step *route.StepView, mark string) {
	const indent = 3
	l.gap()
	l.say(0, mark+" "+step.Title)
	l.say(indent, step.Why)
	l.say(indent, step.Time)
	if step.Begins != "" {
		l.say(indent, r.ui("step.start", locale.Args{"date": step.Begins}))
	}
	for _, p := range r.parts(way, plan, step) {
		l.say(indent, p.Heading)
		for _, item := range p.Items {
			line := "- " + item.Text
			if item.Link != "" {
				line += ": " + item.Link
			}
			l.say(indent, line)
		}
	}
}
