package page

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/route"
)

//go:embed sheet.html
var files embed.FS

var sheetTemplate = template.Must(template.ParseFS(files, "sheet.html"))

// sheet is the plan sheet.
type sheet struct {
	Lang    string // of the page: the person's language
	Dir     locale.Direction
	Title   string
	Heads   []head // of each language
	Line    *timeline
	Expires *expiring
	Lists   []stepList
	Sources sources
	Code    string
	Square  square
	Scan    string  // what the square is, in the person's language
	Codes   [][]run // about the code, in each language
}

// run is a text in one language.
type run struct {
	Lang string
	Dir  locale.Direction
	Text string
}

// head is the top of the sheet in one language.
type head struct {
	Lang  string
	Dir   locale.Direction
	Title string
	Lines []string
}

// stepList is the steps of the way, or the offers beside it.
type stepList struct {
	Headings []run
	Steps    []sheetStep
	Ordered  bool
}

// sheetStep is a step in each language.
type sheetStep struct {
	ID      route.StepID
	Number  int // in the way; 0 beside it
	Columns []column
	Whole   bool // short enough to stand on one sheet of paper without leaving much of another white
}

// column is a step in one language.
type column struct {
	Lang  string
	Dir   locale.Direction
	Title string
	Lines []string // why, how long, when
	Parts []part
	Done  string // label of the tick box
}

// sources are the official pages on which the plan rests, numbered, the last read first.
type sources struct {
	Headings []run
	Notes    []run // what to think of a copy, in each language; empty if every page was seen itself
	Pages    []source

	numbers map[kb.FactID]int
}

// source is an official page, as it was read on one day.
type source struct {
	Number int
	Text   string // the address as people write it
	Link   string
	Read   []run // how fresh our reading is, in each language

	read kb.Read
}

// Plan writes the plan sheet: one page that needs nothing else, in tag and, where tag is another language, the source
// language beside it, so that a person and the case worker across the table read the same step at the same height. It
// has no name on it and can be printed on A4 in black and white. The only errors are those of w.
func Plan(w io.Writer, lib *kb.Library, way *route.Route, plan route.Plan, tag language.Tag) error {
	tags := []language.Tag{tag}
	if source := lib.Source(); source != language.Und && source != tag {
		tags = append(tags, source)
	}
	s, err := newSheet(lib, way, plan, tags)
	if err != nil {
		return err
	}
	if err := sheetTemplate.ExecuteTemplate(w, "sheet.html", s); err != nil {
		return fmt.Errorf("write the plan sheet: %w", err)
	}
	return nil
}

func newSheet(lib *kb.Library, way *route.Route, plan route.Plan, tags []language.Tag) (sheet, error) {
	readers := make([]reader, len(tags))
	views := make([]route.View, len(tags))
	for i, tag := range tags {
		readers[i], views[i] = reader{lib, tag}, way.View(plan, tag)
	}
	first := readers[0]
	s := sheet{Lang: tags[0].String(), Dir: first.direction(), Title: first.ui("plan.title", nil), Code: views[0].Code,
		Sources: newSources(readers, way, views[0])}
	for i, r := range readers {
		s.Heads = append(s.Heads, r.head(way, plan, views[i]))
	}
	number := make(map[route.StepID]int)
	for _, beside := range []bool{false, true} {
		list := stepList{Headings: runs(readers, map[bool]string{false: "plan.steps", true: "plan.beside"}[beside]), Ordered: !beside}
		for n := range plan.Steps {
			if plan.Steps[n].Side != beside {
				continue
			}
			step := sheetStep{ID: plan.Steps[n].ID}
			if !beside {
				step.Number = len(list.Steps) + 1
				number[step.ID] = step.Number
			}
			for i, r := range readers {
				step.Columns = append(step.Columns, r.column(way, plan, &views[i].Steps[n], s.Sources))
			}
			step.Whole = !slices.ContainsFunc(step.Columns, func(c column) bool { return c.letters() > mostWhole })
			list.Steps = append(list.Steps, step)
		}
		if len(list.Steps) > 0 {
			s.Lists = append(s.Lists, list)
		}
	}
	s.Line = newTimeline(readers, plan, views, number)
	s.Expires = newExpiring(readers, plan, views, number)
	if s.Code == "" {
		return s, nil
	}
	for _, key := range []string{"plan.code-warning", "sheet.scan"} {
		s.Codes = append(s.Codes, runs(readers, key))
	}
	var err error
	s.Scan = first.ui("sheet.scan", nil)
	s.Square, err = newSquare(openWith + s.Code)
	return s, err
}

// openWith is what a person types before a plan code to open the plan. The square holds that text and no address: an
// address is sent to whoever serves it, and a code in it would be too.
const openWith = "/plan "

// runs gives a sentence in each language.
func runs(readers []reader, key string) []run {
	var all []run
	for _, r := range readers {
		all = append(all, r.run(r.ui(key, nil)))
	}
	return all
}

func (r reader) head(way *route.Route, plan route.Plan, v route.View) head {
	h := head{Lang: r.tag.String(), Dir: r.direction(), Title: r.ui("plan.title", nil)}
	add := func(line string) {
		if line != "" {
			h.Lines = append(h.Lines, line)
		}
	}
	add(r.ui("plan.route", locale.Args{"route": v.Name}))
	add(v.About)
	if len(plan.Steps) > 0 {
		add(r.length(way, plan.Days))
	} else if len(plan.Profile.Done()) > 0 {
		add(r.ui("plan.finished", nil))
	}
	add(r.ui("sheet.made", locale.Args{"date": r.day(plan.On)}))
	if len(v.Questions) > 0 {
		add(r.ui("plan.open", locale.Args{"questions": strings.Join(v.Questions, " ")}))
	}
	if !v.Sure {
		add(r.ui("plan.unsure", nil))
	}
	return h
}

func (r reader) column(way *route.Route, plan route.Plan, step *route.StepView, sources sources) column {
	c := column{Lang: r.tag.String(), Dir: r.direction(), Title: step.Title, Done: r.ui("choice.done", nil), Parts: r.parts(way, plan, step)}
	for _, part := range c.Parts {
		for i := range part.Items {
			item := &part.Items[i]
			for _, id := range item.Facts {
				if n := sources.numbers[id]; n > 0 && !slices.Contains(item.Refs, n) {
					item.Refs = append(item.Refs, n)
				}
			}
		}
	}
	for _, line := range []string{step.Why, step.Time} {
		if line != "" {
			c.Lines = append(c.Lines, line)
		}
	}
	if step.Begins != "" {
		c.Lines = append(c.Lines, r.ui("step.start", locale.Args{"date": step.Begins}))
	}
	return c
}

// mostWhole is how many letters a step in one language may have to be kept on one page of A4: about a sixth of a page, so
// that a plan of fifteen steps in two languages takes six.
const mostWhole = 800

// letters counts what a column holds.
func (c column) letters() int {
	n := utf8.RuneCountInString(c.Title)
	for _, line := range c.Lines {
		n += utf8.RuneCountInString(line)
	}
	for _, p := range c.Parts {
		n += utf8.RuneCountInString(p.Heading)
		for _, item := range p.Items {
			n += utf8.RuneCountInString(item.Text)
		}
	}
	return n
}

// newSources gives the official pages of all facts of a plan, each once for each day on which it was read.
func newSources(readers []reader, way *route.Route, view route.View) sources {
	all := sources{Headings: runs(readers, "sheet.sources"), numbers: map[kb.FactID]int{}}
	var facts []*kb.Fact
	for _, id := range factsOf(way, view) {
		if fact := readers[0].lib.Fact(id); fact != nil && !slices.Contains(facts, fact) {
			facts = append(facts, fact)
		}
	}
	slices.SortStableFunc(facts, func(a, b *kb.Fact) int { return b.Read.On.Compare(a.Read.On) })
	copies := false
	for _, fact := range facts {
		at := slices.IndexFunc(all.Pages, func(s source) bool { return s.Link == fact.Source && s.read == fact.Read })
		if at < 0 {
			at = len(all.Pages)
			page := source{Number: at + 1, Text: bare(fact.Source), Link: fact.Source, read: fact.Read}
			for _, r := range readers {
				page.Read = append(page.Read, r.run(r.fresh(fact.Read)))
			}
			all.Pages = append(all.Pages, page)
			copies = copies || !fact.Read.Live
		}
		all.numbers[fact.ID] = at + 1
	}
	if copies {
		all.Notes = runs(readers, "sheet.copies")
	}
	return all
}

// factsOf gives the facts of all steps of a plan, in their order; one may stand there more than once.
func factsOf(way *route.Route, view route.View) []kb.FactID {
	var facts []kb.FactID
	for _, step := range view.Steps {
		for _, f := range step.Facts {
			facts = append(facts, f.ID)
		}
		for _, t := range step.Traps {
			facts = append(facts, way.TrapFacts(t.ID, view.Tag)...)
		}
	}
	return facts
}

// fresh tells in a few words how and when an official page was read.
func (r reader) fresh(read kb.Read) string { return r.own(r.lib.Freshness(read, r.tag)) }
