package page

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

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
	Lists   []stepList
	Sources string // heading of the sources of a step
	Code    string
	Codes   []run // about the code, in each language
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
	Sources []sources
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

// sources are official pages on which a step rests, all as fresh as each other.
type sources struct {
	Pages []item // the name of the site, and the address of the page
	Read  string // how fresh they are, in the person's language
}

// Plan writes the plan sheet: one page that needs nothing else, in tag and, where tag is another language, the source
// language beside it, so that a person and the case worker across the table read the same step at the same height. It
// has no name on it and can be printed on A4 in black and white. The only errors are those of w.
func Plan(w io.Writer, lib *kb.Library, way *route.Route, plan route.Plan, tag language.Tag) error {
	tags := []language.Tag{tag}
	if source := lib.Source(); source != language.Und && source != tag {
		tags = append(tags, source)
	}
	s := newSheet(lib, way, plan, tags)
	if err := sheetTemplate.ExecuteTemplate(w, "sheet.html", s); err != nil {
		return fmt.Errorf("write the plan sheet: %w", err)
	}
	return nil
}

func newSheet(lib *kb.Library, way *route.Route, plan route.Plan, tags []language.Tag) sheet {
	readers := make([]reader, len(tags))
	views := make([]route.View, len(tags))
	for i, tag := range tags {
		readers[i], views[i] = reader{lib, tag}, way.View(plan, tag)
	}
	first := readers[0]
	s := sheet{Lang: tags[0].String(), Dir: first.direction(), Title: first.ui("plan.title", nil),
		Sources: first.ui("web.sources", nil), Code: views[0].Code}
	for i, r := range readers {
		s.Heads = append(s.Heads, r.head(way, plan, views[i]))
	}
	if s.Code != "" {
		s.Codes = runs(readers, "plan.code-warning")
	}
	for _, beside := range []bool{false, true} {
		list := stepList{Headings: runs(readers, map[bool]string{false: "plan.steps", true: "plan.beside"}[beside]), Ordered: !beside}
		for n := range plan.Steps {
			if plan.Steps[n].Side != beside {
				continue
			}
			step := sheetStep{ID: plan.Steps[n].ID, Sources: first.sources(plan.Steps[n].Facts)}
			if !beside {
				step.Number = len(list.Steps) + 1
			}
			for i, r := range readers {
				step.Columns = append(step.Columns, r.column(plan, &views[i].Steps[n]))
			}
			list.Steps = append(list.Steps, step)
		}
		if len(list.Steps) > 0 {
			s.Lists = append(s.Lists, list)
		}
	}
	return s
}

// runs gives a sentence in each language.
func runs(readers []reader, key string) []run {
	var all []run
	for _, r := range readers {
		all = append(all, run{r.tag.String(), r.direction(), r.ui(key, nil)})
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
	}
	add(r.ui("sheet.made", locale.Args{"date": r.lib.Catalog().Date(r.tag, plan.On, 3)}))
	if len(v.Questions) > 0 {
		add(r.ui("plan.open", locale.Args{"questions": strings.Join(v.Questions, " ")}))
	}
	if !v.Sure {
		add(r.ui("plan.unsure", nil))
	}
	return h
}

func (r reader) column(plan route.Plan, step *route.StepView) column {
	c := column{Lang: r.tag.String(), Dir: r.direction(), Title: step.Title, Done: r.ui("choice.done", nil), Parts: r.parts(plan, step)}
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

// sources gives the official pages of facts, each once, by how fresh our reading is.
func (r reader) sources(facts []kb.FactID) []sources {
	var all []sources
	var seen []string
	for _, id := range facts {
		fact := r.lib.Fact(id)
		if fact == nil || slices.Contains(seen, fact.Source) {
			continue
		}
		seen = append(seen, fact.Source)
		read := r.fresh(fact.Read)
		at := slices.IndexFunc(all, func(s sources) bool { return s.Read == read })
		if at < 0 {
			at = len(all)
			all = append(all, sources{Read: read})
		}
		all[at].Pages = append(all[at].Pages, item{site(fact.Source), fact.Source})
	}
	return all
}

// fresh tells how and when an official page was read.
func (r reader) fresh(read kb.Read) string {
	switch {
	case read.On.IsZero():
		return r.ui("article.read-undated", nil)
	case read.Live:
		return r.ui("article.read-live", locale.Args{"when": r.lib.Catalog().Date(r.tag, read.On, 3)})
	default:
		return r.ui("article.read-copy", locale.Args{"when": r.lib.Catalog().Date(r.tag, read.On, read.Has)})
	}
}
