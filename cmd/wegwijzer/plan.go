package main

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/content"
	"wegwijzer/kb"
	"wegwijzer/kb/page"
	"wegwijzer/kb/route"
)

type planCmd struct {
	Lang   string   `placeholder:"L" help:"The language of the texts."`
	On     string   `placeholder:"DATE" help:"The day that the plan is made for, YYYY-MM-DD (default: today)."`
	Code   string   `placeholder:"CODE" help:"Begin from the answers in a plan code."`
	Format string   `enum:"text,json,html" default:"text" help:"${enum}."`
	Answer []string `arg:"" optional:"" name:"key=value" help:"Answers, such as profession=nurse country=SY."`
}

// Run prints the plan.
func (s *planCmd) Run(p *process, c *cli) error {
	on := time.Now()
	if s.On != "" {
		var err error
		if on, err = time.Parse(time.DateOnly, s.On); err != nil {
			return fmt.Errorf("--on %q: not a date; write YYYY-MM-DD", s.On)
		}
	}
	lang, err := tag(s.Lang)
	if err != nil {
		return err
	}
	lib, way, err := p.route(c)
	if err != nil {
		return err
	}
	if lang, err = speaks(lib, lang); err != nil {
		return err
	}
	profile, err := way.ParseProfile(s.Answer, on)
	if err != nil {
		return err
	}
	var opened route.Opened
	if s.Code != "" {
		if opened, err = way.Decode(s.Code); err != nil {
			return fmt.Errorf("--code: %w", err)
		}
		profile = way.Replay(append(opened.Profile.Answers(), profile.Answers()...))
	}
	plan := way.Plan(profile, on)
	changes, since := way.ChangesSince(opened, plan)
	since = since && changes.Since.Before(plan.On)
	switch s.Format {
	case "json":
		view := planView{View: way.View(plan, lang)}
		if since {
			view.Since = changed(changes)
		}
		return printJSON(p.stdout, view)
	case "html":
		err = page.Plan(p.stdout, lib, way, plan, lang)
	default:
		if since {
			err = page.SinceText(p.stdout, lib, way, changes, plan, lang)
		}
		if err == nil {
			err = page.Text(p.stdout, lib, way, plan, lang)
		}
	}
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

// planView is a plan as json, with what changed since its code was made where a code tells that day.
type planView struct {
	route.View
	Since *sinceView `json:"since,omitempty"`
}

type sinceView struct {
	On      string         `json:"on"` // YYYY-MM-DD
	Route   bool           `json:"route"`
	Came    []route.StepID `json:"came"`
	Went    []route.StepID `json:"went"`
	Moved   []route.StepID `json:"moved"`
	Changed []route.StepID `json:"changed"`
	Lapsed  []route.StepID `json:"lapsed"`
	Other   bool           `json:"other"` // steps changed that nobody can name
}

func changed(c route.Changes) *sinceView {
	list := func(ids []route.StepID) []route.StepID { return append([]route.StepID{}, ids...) }
	return &sinceView{c.Since.Format(time.DateOnly), c.Route, list(c.Came), list(c.Went), list(c.Moved), list(c.Changed), list(c.Lapsed), c.Other || c.Dropped > 0}
}

// route reads the content as far as a plan needs it: without learning to understand questions.
func (p *process) route(c *cli) (*kb.Library, *route.Route, error) {
	fsys, name, err := c.source()
	if err != nil {
		return nil, nil, err
	}
	lib, faults := kb.Load(fsys, content.FS)
	way, more := route.Parse(lib)
	if faults = append(faults, more...); kb.HasErrors(faults) {
		return nil, nil, refused(name, faults, fmt.Errorf("the content has faults"))
	}
	return lib, way, nil
}

// speaks gives the language of the content that tag names, the source language for Und; any other is a usage error.
func speaks(lib *kb.Library, tag language.Tag) (language.Tag, error) {
	if tag == language.Und {
		return lib.Source(), nil
	}
	if l, ok := lib.Catalog().Match(tag); ok {
		return l.Tag, nil
	}
	var tags []string
	for _, l := range lib.Catalog().Languages() {
		tags = append(tags, l.Tag.String())
	}
	return tag, fmt.Errorf("--lang %s: not a language of the content; it has %s", tag, strings.Join(tags, ", "))
}
