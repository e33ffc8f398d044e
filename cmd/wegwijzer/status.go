package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/route"
	"wegwijzer/kb/understand"
	"wegwijzer/kb/understand/questionset"
)

type statusCmd struct {
	Questions string `placeholder:"DIR" help:"A folder of question sets (LANG.jsonl) to measure understanding on; by default those of this project, where its code is."`
}

// questionSets is where the project's own question sets lie, seen from its top.
const questionSets = "kb/understand/testdata/questions"

// Run shows how far the content is.
func (s statusCmd) Run(p *process, c *cli) error {
	ed, err := p.load(c)
	if err != nil {
		return err
	}
	defer ed.Close() // the program ends here
	var b strings.Builder
	translations(&b, ed.Library)
	facts(&b, ed.Library, time.Now())
	if err := journey(p.ctx, &b, ed.Route, time.Now()); err != nil {
		return err
	}
	understanding(&b, ed.Understander.Trials())
	conflicts(&b, ed.Understander.Conflicts(ed.Library))
	if err := s.measured(&b, ed.Understander); err != nil {
		return err
	}
	return printText(p.stdout, b.String())
}

func translations(b *strings.Builder, lib *kb.Library) {
	articles := lib.Articles()
	fmt.Fprintf(b, "Articles: %d\n", len(articles))
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "language\tthere\tmissing\tby computer\toutdated\tquestions\twords missing\tsentences missing\t")
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
		words, sentences := lib.Missing(l.Tag)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", l.Tag, there, len(articles)-there, machine, outdated, questions, len(words), len(sentences))
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

// journey shows the route and the proof that every way through its questions ends in a plan.
func journey(ctx context.Context, b *strings.Builder, way *route.Route, now time.Time) error {
	fmt.Fprintf(b, "\nRoute: %d questions, %d steps.\n", len(way.Slots()), len(way.StepIDs()))
	if len(way.Slots()) == 0 {
		return nil
	}
	begun := time.Now()
	proof, err := way.Prove(ctx, now)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "%s\nProved in %s.\n", strings.TrimSpace(proof.String()), time.Since(begun).Round(time.Millisecond))
	return nil
}

// understanding shows what was measured when the content was learnt, on questions that were held out of learning.
func understanding(b *strings.Builder, t understand.Trials) {
	if t.Questions == 0 {
		fmt.Fprintln(b, "\nUnderstanding: too few questions to try any.")
		return
	}
	share := func(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
	fmt.Fprintf(b, "\nUnderstanding, tried on %d questions and %d sentences to decline, none of them learnt from: right article first %.0f %%, questions declined %.0f %%, sentences declined %.0f %%.\n",
		t.Questions, t.Outside, share(t.Right, t.Questions), share(t.Declined, t.Questions), share(t.Refused, t.Outside))
	fmt.Fprintf(b, "Declined below a probability of %.2f", t.Threshold)
	for _, tag := range slices.SortedFunc(maps.Keys(t.Own), func(a, b language.Tag) int { return strings.Compare(a.String(), b.String()) }) {
		fmt.Fprintf(b, ", %s %.2f", tag, t.Own[tag])
	}
	fmt.Fprintln(b, ".")
}

// measured shows the table of the question sets, per language and style.
func (s statusCmd) measured(b *strings.Builder, u *understand.Understander) error {
	folder := s.Questions
	if folder == "" {
		folder = questionSets
		if _, err := os.Stat(folder); err != nil {
			return nil // the program runs somewhere else than in its code
		}
	}
	sets, err := questionset.Read(os.DirFS(folder))
	if err != nil {
		return err
	}
	if len(sets) == 0 {
		return fmt.Errorf("--questions %s: holds no LANG.jsonl", folder)
	}
	fmt.Fprintf(b, "\nQuestion sets of %s, written by hands that had not seen the articles' questions, with 95 %% Wilson intervals:\n", folder)
	var all []questionset.Tally
	for _, set := range sets {
		all = append(all, questionset.Measure(u, set)...)
	}
	for _, row := range append(all, questionset.Pool(all)...) {
		fmt.Fprintln(b, row)
	}
	return nil
}

// conflicts shows which articles fight over a question: asked again, each should lead back to its own article.
func conflicts(b *strings.Builder, all understand.Conflicts) {
	if all.Asked == 0 {
		return
	}
	fmt.Fprintf(b, "\nConflict check: of the %d questions of the articles %d (%.1f %%) lead to their own article, %d to one of three with it among them.\n",
		all.Asked, all.First, 100*float64(all.First)/float64(all.Asked), all.Three)
	for _, c := range all.Lost {
		fmt.Fprintf(b, "  %s (%s): “%s” leads to %s\n", c.Article, c.Tag, c.Question, c.Taken)
	}
}
