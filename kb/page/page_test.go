package page_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/text/language"
	"rsc.io/qr"

	"wegwijzer/content"
	"wegwijzer/kb"
	"wegwijzer/kb/page"
	"wegwijzer/kb/route"
)

var today = time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)

type real struct {
	lib *kb.Library
	way *route.Route
}

var load = sync.OnceValues(func() (real, []kb.Fault) {
	lib, _ := kb.Load(content.FS, nil)
	way, faults := route.Parse(lib)
	return real{lib, way}, faults
})

func library(t *testing.T) real {
	t.Helper()
	r, faults := load()
	if kb.HasErrors(faults) {
		t.Fatalf("the route has faults: %v", faults)
	}
	return r
}

func (r real) plan(t *testing.T, words string) route.Plan {
	t.Helper()
	p, err := r.way.ParseProfile(strings.Fields(words), today)
	if err != nil {
		t.Fatal(err)
	}
	return r.way.Plan(p, today)
}

const (
	nurse   = "profession=nurse diploma=finished country=SY status=asylum-seeker applied_asylum=2026-03 home=centre dutch=A2 dutch_proof=none english_proof=no papers=some-missing"
	helper  = "profession=helper diploma=finished country=SO status=status-holder home=municipality papers=all"
	nothing = ""
)

func sheet(t *testing.T, r real, plan route.Plan, tag language.Tag) (*html.Node, string) {
	t.Helper()
	var out bytes.Buffer
	if err := page.Plan(&out, r.lib, r.way, plan, tag); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(out.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc, out.String()
}

// all gives the elements of that name.
func all(n *html.Node, name string) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == name {
			found = append(found, d)
		}
	}
	return found
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		}
	}
	return out.String()
}

// Each step stands in the person's language and in Dutch, side by side, each run with its language and direction.
func TestSheetInTwoLanguages(t *testing.T) {
	t.Parallel()
	r := library(t)
	plan := r.plan(t, nurse)
	doc, _ := sheet(t, r, plan, language.Arabic)
	root := all(doc, "html")[0]
	if attribute(root, "lang") != "ar" || attribute(root, "dir") != "rtl" {
		t.Errorf("the page is in %s, %s", attribute(root, "lang"), attribute(root, "dir"))
	}
	articles := all(doc, "article")
	if len(articles) != len(plan.Steps) {
		t.Fatalf("%d steps on the sheet, %d in the plan", len(articles), len(plan.Steps))
	}
	ar, nl := r.way.View(plan, language.Arabic), r.way.View(plan, language.Dutch)
	pages := map[string]string{} // id of an entry among the official pages → its address
	for _, item := range all(doc, "li") {
		if id := attribute(item, "id"); id != "" {
			pages[id] = attribute(all(item, "a")[0], "href")
			if got := text(item); !strings.Contains(got, "kopie") && !strings.Contains(got, "gezien op") {
				t.Errorf("%q does not say how fresh it is", got)
			}
		}
	}
	inOrder := slices.SortedStableFunc(slices.Values(plan.Steps), func(a, b route.PlannedStep) int {
		return map[bool]int{false: 0, true: 1}[a.Side] - map[bool]int{false: 0, true: 1}[b.Side]
	})
	for i, step := range inOrder {
		n := slices.IndexFunc(plan.Steps, func(s route.PlannedStep) bool { return s.ID == step.ID })
		if got := attribute(articles[i], "id"); got != string(step.ID) {
			t.Errorf("step %d on the sheet is %s, want %s", i, got, step.ID)
		}
		columns := all(articles[i], "section")
		if len(columns) != 2 {
			t.Fatalf("%s: %d columns, want 2", step.ID, len(columns))
		}
		for c, want := range []struct {
			lang, dir string
			view      route.StepView
		}{{"ar", "rtl", ar.Steps[n]}, {"nl", "ltr", nl.Steps[n]}} {
			if attribute(columns[c], "lang") != want.lang || attribute(columns[c], "dir") != want.dir {
				t.Errorf("%s: column %d is in %s, %s", step.ID, c, attribute(columns[c], "lang"), attribute(columns[c], "dir"))
			}
			got := text(columns[c])
			wanted := []string{want.view.Title, want.view.Why}
			for _, trap := range want.view.Traps {
				wanted = append(wanted, trap.Text)
			}
			for _, fact := range want.view.Facts {
				if f := r.lib.Fact(fact.ID); f.Kind == kb.Money || f.Kind == kb.Phone {
					wanted = append(wanted, fact.Text)
				}
			}
			for _, part := range wanted {
				if !strings.Contains(got, part) {
					t.Errorf("%s: column %d lacks %q", step.ID, c, part)
				}
			}
		}
		if boxes := all(articles[i], "input"); len(boxes) != 1 || attribute(boxes[0], "type") != "checkbox" {
			t.Errorf("%s has no box to tick", step.ID)
		}
		var links []string
		for _, a := range all(articles[i], "a") {
			links = append(links, attribute(a, "href"))
		}
		for _, id := range step.Facts {
			source := r.lib.Fact(id).Source
			if !slices.ContainsFunc(links, func(to string) bool { return strings.HasPrefix(to, "#page-") && pages[to[1:]] == source }) {
				t.Errorf("%s: no number leads to the source of %s, %s", step.ID, id, source)
			}
		}
	}
}

// In the source language itself there is one column.
func TestSheetInDutch(t *testing.T) {
	t.Parallel()
	r := library(t)
	doc, _ := sheet(t, r, r.plan(t, helper), language.Dutch)
	for _, article := range all(doc, "article") {
		if n := len(all(article, "section")); n != 1 {
			t.Errorf("step %s has %d columns, want 1", attribute(article, "id"), n)
		}
	}
}

var sentenceKey = regexp.MustCompile(`\b(plan|step|sheet|paper|article|calendar|choice)\.[a-z]`)

// The sheet needs nothing outside itself and leaves nothing to fill in.
func TestSheetIsSelfContained(t *testing.T) {
	t.Parallel()
	r := library(t)
	for _, words := range []string{nurse, helper, nothing} {
		for _, lang := range r.lib.Catalog().Languages() {
			doc, raw := sheet(t, r, r.plan(t, words), lang.Tag)
			for _, name := range []string{"script", "img", "link", "iframe", "form", "base", "object"} {
				if n := len(all(doc, name)); n > 0 {
					t.Errorf("%q in %s: %d elements %s", words, lang.Tag, n, name)
				}
			}
			for _, a := range all(doc, "a") {
				href := attribute(a, "href")
				if id, here := strings.CutPrefix(href, "#"); here && strings.Contains(raw, `id="`+id+`"`) {
					continue
				}
				if !strings.HasPrefix(href, "https://") && !strings.HasPrefix(href, "http://") {
					t.Errorf("%q in %s: a link to %q", words, lang.Tag, href)
				}
			}
			if _, body, _ := strings.Cut(raw, "</style>"); strings.Contains(body, "{") || strings.Contains(body, "ZgotmplZ") || strings.Contains(body, "url(") {
				t.Errorf("%q in %s: something is left to fill in", words, lang.Tag)
			}
			if key := sentenceKey.FindString(text(doc)); key != "" {
				t.Errorf("%q in %s: the sentence %s is missing from the interface", words, lang.Tag, key)
			}
		}
	}
}

// The time line has a bar for each part of the way, in order, within the whole.
func TestTimeline(t *testing.T) {
	t.Parallel()
	r := library(t)
	doc, _ := sheet(t, r, r.plan(t, nurse), language.English)
	var phases []string
	bars := 0
	for _, div := range all(doc, "div") {
		switch attribute(div, "class") {
		case "phase":
			phases = append(phases, text(all(div, "p")[0]))
		case "bar":
			bars++
			var from, long float64
			if n, err := fmt.Sscanf(attribute(div, "style"), "margin-inline-start: %f%%; width: %f%%", &from, &long); n != 2 {
				t.Errorf("bar %q: %v", attribute(div, "style"), err)
			}
			if from < 0 || long <= 0 || from+long > 100.1 {
				t.Errorf("a bar from %v that is %v long leaves the line", from, long)
			}
		}
	}
	want := []string{
		"Find out what holds for you (step 1): from 24 November 2026",
		"Language (step 2 to 3): from 24 November 2026",
		"Papers (step 4 to 7): from 24 November 2026",
		"Recognition (step 8 to 12): from 29 December 2026",
		"Registration (step 13 to 15): from 21 July 2027",
	}
	if diff := cmp.Diff(want, phases); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
	if bars != len(want) {
		t.Errorf("%d bars, want %d", bars, len(want))
	}
	doc, raw := sheet(t, r, r.plan(t, "country=SY profession=other-care diploma=finished"), language.English)
	if strings.Contains(raw, `id="line"`) || len(all(doc, "article")) == 0 {
		t.Error("a plan that takes no time has a time line")
	}
}

// What expires stands together: until when, and which step needs it.
func TestExpiringPapers(t *testing.T) {
	t.Parallel()
	r := library(t)
	expires := func(words string) string {
		doc, _ := sheet(t, r, r.plan(t, words), language.English)
		for _, s := range all(doc, "section") {
			if attribute(s, "id") == "expires" {
				return strings.Join(strings.Fields(text(s)), " ")
			}
		}
		return ""
	}
	for words, want := range map[string]string{
		nurse: "it is valid up to and including 29 December 2028. Needed at step 8.",
		strings.Replace(nurse, "dutch=A2 dutch_proof=none", "dutch=B1 dutch_proof=certificate dutch_proof_month=2026-03", 1): "certificate or diploma of Dutch: yours is valid up to and including 31 March 2028. Needed at step 7.",
	} {
		if got := expires(words); !strings.Contains(got, want) {
			t.Errorf("%q\nexpires %q\nlacks   %q", words, got, want)
		}
	}
	if got := expires("profession=helper diploma=finished"); got != "" {
		t.Errorf("a plan without such papers has %q", got)
	}
}

// The plan code stands on the sheet as text and as a square that holds it, and in no address.
func TestSheetHoldsCode(t *testing.T) {
	t.Parallel()
	r := library(t)
	plan := r.plan(t, nurse)
	code, err := r.way.Encode(plan)
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := sheet(t, r, plan, language.Arabic)
	if got := text(all(doc, "code")[0]); got != code {
		t.Errorf("code %q, want %q", got, code)
	}
	for _, a := range all(doc, "a") {
		if strings.Contains(attribute(a, "href"), code) {
			t.Errorf("the address %s holds the code", attribute(a, "href"))
		}
	}
	want, err := qr.Encode("/plan "+code, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	svg := all(doc, "svg")[0]
	const quiet = 4
	if got, whole := attribute(svg, "viewBox"), fmt.Sprintf("0 0 %d %[1]d", want.Size+2*quiet); got != whole {
		t.Errorf("the square is %q, want %q", got, whole)
	}
	if attribute(svg, "aria-label") == "" {
		t.Error("the square has no name for who cannot see it")
	}
	drawn := map[[2]int]bool{}
	for row := range strings.SplitSeq(attribute(all(svg, "path")[0], "d"), "z") {
		var x, y, w, back int
		if row == "" {
			continue
		}
		if n, err := fmt.Sscanf(row, "M%d %dh%dv1h-%d", &x, &y, &w, &back); n != 4 || w != back {
			t.Fatalf("row %q: %v", row, err)
		}
		for i := range w {
			drawn[[2]int{x + i - quiet, y - quiet}] = true
		}
	}
	for y := range want.Size {
		for x := range want.Size {
			if drawn[[2]int{x, y}] != want.Black(x, y) {
				t.Fatalf("the module at %d, %d is drawn %v", x, y, drawn[[2]int{x, y}])
			}
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	r := library(t)
	for _, words := range []string{nurse, helper, nothing} {
		for _, lang := range r.lib.Catalog().Languages() {
			plan := r.plan(t, words)
			var out bytes.Buffer
			if err := page.Text(&out, r.lib, r.way, plan, lang.Tag); err != nil {
				t.Fatal(err)
			}
			got := out.String()
			view := r.way.View(plan, lang.Tag)
			for _, step := range view.Steps {
				for _, part := range []string{step.Title, step.Why, step.Time} {
					if !strings.Contains(got, part) {
						t.Errorf("%q in %s lacks %q", words, lang.Tag, part)
					}
				}
			}
			if !strings.Contains(got, view.Name) {
				t.Errorf("%q in %s lacks the name of the route", words, lang.Tag)
			}
			for line := range strings.Lines(got) {
				if strings.TrimRight(line, " \n") != strings.TrimRight(line, "\n") || strings.Contains(line, "{") {
					t.Errorf("%q in %s: line %q", words, lang.Tag, line)
				}
			}
			if again := new(bytes.Buffer); page.Text(again, r.lib, r.way, plan, lang.Tag) != nil || again.String() != got {
				t.Errorf("%q in %s: written differently the second time", words, lang.Tag)
			}
		}
	}
}

// broken fails after some bytes, as a full disk does.
type broken struct{ left int }

var errFull = fs.ErrClosed

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	r := library(t)
	plan := r.plan(t, nurse)
	for _, left := range []int{0, 5000} {
		if err := page.Plan(&broken{left}, r.lib, r.way, plan, language.English); !errors.Is(err, errFull) {
			t.Errorf("Plan after %d bytes: %v", left, err)
		}
		if err := page.Calendar(&broken{left}, r.lib, r.way, plan, language.English, today); !errors.Is(err, errFull) {
			t.Errorf("Calendar after %d bytes: %v", left, err)
		}
		if err := page.Text(&broken{left}, r.lib, r.way, plan, language.English); !errors.Is(err, errFull) {
			t.Errorf("Text after %d bytes: %v", left, err)
		}
	}
}
