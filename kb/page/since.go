package page

import (
	"bufio"
	"io"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/route"
)

// Since says in tag what changed in a plan since the day of changes: a sentence, and a line for each kind of change.
func Since(lib *kb.Library, way *route.Route, changes route.Changes, plan route.Plan, tag language.Tag) (sentence string, lines []string) {
	r := reader{lib, tag}
	date := locale.Args{"date": r.day(changes.Since)}
	if changes.Empty() {
		return r.ui("since.nothing", date), nil
	}
	if changes.Route {
		lines = append(lines, r.ui("since.route", locale.Args{"route": way.View(plan, tag).Name}))
	}
	for _, kind := range []struct {
		key   string
		steps []route.StepID
	}{{"since.came", changes.Came}, {"since.went", changes.Went}, {"since.moved", changes.Moved}, {"since.changed", changes.Changed}, {"since.lapsed", changes.Lapsed}} {
		var names []string
		for _, id := range kind.steps {
			names = append(names, way.Title(id, tag))
		}
		if len(names) > 0 {
			lines = append(lines, r.ui(kind.key, locale.Args{"steps": lib.Catalog().List(tag, names)}))
		}
	}
	if changes.Dropped > 0 {
		lines = append(lines, r.ui("since.dropped", locale.Args{"n": changes.Dropped}))
	}
	if changes.Other {
		lines = append(lines, r.ui("since.other", nil))
	}
	return r.ui("since.title", date), lines
}

// SinceText writes what Since says as plain text. The only errors are those of w.
func SinceText(w io.Writer, lib *kb.Library, way *route.Route, changes route.Changes, plan route.Plan, tag language.Tag) error {
	out := &lines{w: bufio.NewWriter(w)}
	sentence, changed := Since(lib, way, changes, plan, tag)
	out.say(0, sentence)
	for _, line := range changed {
		out.say(0, "- "+line)
	}
	out.gap()
	return out.end()
}
