package main

import (
	"fmt"
	"strings"
	"time"

	"wegwijzer/content"
	"wegwijzer/kb"
	"wegwijzer/kb/edition"
)

type checkCmd struct {
	JSON bool `name:"json" help:"Print the faults as JSON."`
}

// checked is what check --json prints.
type checked struct {
	Faults   []kb.Fault `json:"faults"`
	Errors   int        `json:"errors"`
	Warnings int        `json:"warnings"`
}

// Run names every fault and fails if one is no mere warning.
func (s *checkCmd) Run(p *process, c *cli) error {
	fsys, name, err := c.source()
	if err != nil {
		return err
	}
	out := checked{Faults: []kb.Fault{}}
	faults, err := edition.Check(p.ctx, fsys, content.FS, time.Now())
	if err != nil {
		return err
	}
	for _, f := range faults {
		f.File = name + "/" + f.File
		out.Faults = append(out.Faults, f)
		if f.Warning {
			out.Warnings++
		} else {
			out.Errors++
		}
	}
	if s.JSON {
		err = printJSON(p.stdout, out)
	} else {
		err = printText(p.stdout, out.text(name))
	}
	if err == nil && out.Errors > 0 {
		return errPrintedWrong
	}
	return err
}

func (c checked) text(name string) string {
	var b strings.Builder
	for _, f := range c.Faults {
		if f.Warning {
			fmt.Fprintf(&b, "warning: %s\n", f)
		} else {
			fmt.Fprintf(&b, "%s\n", f)
		}
	}
	switch {
	case c.Errors == 0 && c.Warnings == 0:
		fmt.Fprintf(&b, "%s: nothing is wrong.\n", name)
	case c.Errors == 0:
		fmt.Fprintf(&b, "%s: nothing is wrong; %d warnings.\n", name, c.Warnings)
	default:
		fmt.Fprintf(&b, "%s: %d faults to mend, %d warnings.\n", name, c.Errors, c.Warnings)
	}
	return b.String()
}
