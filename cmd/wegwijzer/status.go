package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"wegwijzer/kb"
	"wegwijzer/kb/route"
)

type statusCmd struct{}

// Run shows how far the content is.
func (statusCmd) Run(p *process, c *cli) error {
	ed, err := p.load(c)
	if err != nil {
		return err
	}
	defer ed.Close() // the program ends here
	var b strings.Builder
	translations(&b, ed.Library)
	facts(&b, ed.Library, time.Now())
	journey(&b, ed.Route)
	return printText(p.stdout, b.String())
}

func translations(b *strings.Builder, lib *kb.Library) {
	articles := lib.Articles()
	fmt.Fprintf(b, "Articles: %d\n", len(articles))
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "language\tthere\tmissing\tby computer\toutdated\tquestions\t")
	for _, l := range lib.Catalog().Languages() {
		there, machine, outdated, questions := 0, 0, 0, 0
		for _, a := range articles {
			text := a.Texts[l.Tag]
			if text == nil {
				continue
			}
			there++
			questions += len(text.Questions)
			if text.Status == kb.StatusMachine {
				machine++
			}
			if text.Outdated {
				outdated++
			}
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t\n", l.Tag, there, len(articles)-there, machine, outdated, questions)
	}
	_ = w.Flush() // into a strings.Builder, which never fails
}

func facts(b *strings.Builder, lib *kb.Library, today time.Time) {
	live, copied, undated, ask, stale := 0, 0, 0, 0, 0
	for _, f := range lib.Facts() {
		switch {
		case f.Read.Live:
			live++
		case f.Read.On.IsZero():
			undated++
		default:
			copied++
		}
		if f.Ask {
			ask++
		}
		if due, ok := f.Due(); ok && !due.After(today) {
			stale++
		}
	}
	fmt.Fprintf(b, "\nFacts: %d. Read on the official page itself: %d; in a dated copy of it: %d; in an undated copy: %d. To ask about first: %d. Due to be read again: %d.\n",
		len(lib.Facts()), live, copied, undated, ask, stale)
}

func journey(b *strings.Builder, way *route.Route) {
	fmt.Fprintf(b, "\nRoute: %d questions, %d steps.\n", len(way.Slots()), len(way.StepIDs()))
}
