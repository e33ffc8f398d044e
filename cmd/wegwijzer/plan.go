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
	if s.Code != "" {
		if profile, err = openCode(way, s.Code, profile); err != nil {
			return err
		}
	}
	plan := way.Plan(profile, on)
	switch s.Format {
	case "json":
		return printJSON(p.stdout, way.View(plan, lang))
	case "html":
		err = page.Plan(p.stdout, lib, way, plan, lang)
	default:
		err = page.Text(p.stdout, lib, way, plan, lang)
	}
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
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

// openCode gives the profile of a plan code, with the answers on the command line in the place of those it holds.
func openCode(way *route.Route, code string, more route.Profile) (route.Profile, error) {
	profile, err := way.Decode(code)
	if err != nil {
		return profile, fmt.Errorf("--code: %w", err)
	}
	return way.Replay(append(profile.Answers(), more.Answers()...)), nil
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
