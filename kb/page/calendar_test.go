package page_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"wegwijzer/kb/page"
	"wegwijzer/kb/route"
)

// property is a content line of a calendar, unfolded.
type property struct{ name, params, value string }

// component is what stands between BEGIN and END.
type component struct {
	name       string
	properties []property
	parts      []*component
}

func (c *component) value(name string) string {
	for _, p := range c.properties {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

// readCalendar reads an iCalendar file as RFC 5545 has it, and nothing that it forbids.
func readCalendar(raw string) (*component, error) {
	if !strings.HasSuffix(raw, "\r\n") || strings.ContainsAny(strings.ReplaceAll(raw, "\r\n", ""), "\r\n") {
		return nil, errors.New("a line does not end in CRLF")
	}
	for line := range strings.SplitSeq(raw, "\r\n") {
		if len(line) > 75 {
			return nil, fmt.Errorf("a line of %d octets: %q", len(line), line)
		}
		if !utf8.ValidString(line) {
			return nil, fmt.Errorf("a letter is cut in %q", line)
		}
	}
	root := &component{}
	open := []*component{root}
	for line := range strings.SplitSeq(strings.TrimSuffix(strings.ReplaceAll(raw, "\r\n ", ""), "\r\n"), "\r\n") {
		head, value, ok := strings.Cut(line, ":")
		name, params, _ := strings.Cut(head, ";")
		if !ok || name == "" || strings.ToUpper(name) != name {
			return nil, fmt.Errorf("no property: %q", line)
		}
		last := open[len(open)-1]
		switch name {
		case "BEGIN":
			c := &component{name: value}
			last.parts = append(last.parts, c)
			open = append(open, c)
		case "END":
			if last.name != value || last == root {
				return nil, fmt.Errorf("%s ends, but %s began", value, last.name)
			}
			open = open[:len(open)-1]
		default:
			last.properties = append(last.properties, property{name, params, value})
		}
	}
	if len(open) != 1 || len(root.parts) != 1 || root.parts[0].name != "VCALENDAR" {
		return nil, errors.New("not one calendar")
	}
	return root.parts[0], nil
}

// plain undoes the escapes of a text.
func plain(value string) (string, error) {
	var out strings.Builder
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == ';' || c == ',':
			return "", fmt.Errorf("%q is not escaped in %q", c, value)
		case c != '\\':
			out.WriteByte(c)
		case i+1 == len(value) || !strings.ContainsRune(`\;,n`, rune(value[i+1])):
			return "", fmt.Errorf("a backslash stands alone in %q", value)
		default:
			i++
			if value[i] == 'n' {
				out.WriteByte('\n')
			} else {
				out.WriteByte(value[i])
			}
		}
	}
	return out.String(), nil
}

func calendar(t interface{ Fatal(...any) }, r real, plan route.Plan, tag language.Tag, made time.Time) (*component, string) {
	var out bytes.Buffer
	if err := page.Calendar(&out, r.lib, r.way, plan, tag, made); err != nil {
		t.Fatal(err)
	}
	c, err := readCalendar(out.String())
	if err != nil {
		t.Fatal(err)
	}
	return c, out.String()
}

// The days of a nurse who still needs a Dutch certificate.
func TestCalendar(t *testing.T) {
	t.Parallel()
	r := library(t)
	made := time.Date(2026, time.November, 24, 10, 30, 0, 0, time.FixedZone("CET", 3600))
	c, _ := calendar(t, r, r.plan(t, nurse), language.English, made)
	var got, days []string
	for _, e := range c.parts {
		alarm := ""
		if len(e.parts) > 0 {
			alarm = " alarm " + e.parts[0].value("TRIGGER")
		}
		days = append(days, e.value("DTSTART"))
		got = append(got, e.value("DTSTART")+" "+e.value("SUMMARY")+alarm)
		if e.value("DTSTAMP") != "20261124T093000Z" {
			t.Errorf("made at %s", e.value("DTSTAMP"))
		}
	}
	for _, want := range []string{
		"20261124 At the earliest: Pass a Dutch exam that counts",
		"20261124 Ask for: certificate or diploma of Dutch",
		"20261229 At the earliest: Apply for the certificate of competence alarm -P7D",
		"20270721 Ask for: CCPS (certificate of professional status) alarm -P7D",
		"20271021 Last valid day: CCPS (certificate of professional status) alarm -P7D",
		"20281229 Last valid day: certificate or diploma of Dutch alarm -P7D",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no event %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
	if !slices.IsSorted(days) {
		t.Errorf("the days are not in order:\n%s", strings.Join(got, "\n"))
	}
	if c, _ = calendar(t, r, r.plan(t, nothing), language.Arabic, made); len(c.parts) != 0 {
		t.Errorf("a plan of nothing has %d events", len(c.parts))
	}
}

// drawPlan draws a plan from any answers.
func drawPlan(t *rapid.T, r real) route.Plan {
	var answers []route.Answer
	for _, s := range r.way.Slots() {
		if !rapid.Bool().Draw(t, string(s.ID)) {
			continue
		}
		month := today.AddDate(0, -rapid.IntRange(0, 80).Draw(t, "months ago"), 0)
		switch s.Kind {
		case route.Month:
			answers = append(answers, route.Answer{Slot: s.ID, Value: month.Format("2006-01")})
		case route.Year:
			answers = append(answers, route.Answer{Slot: s.ID, Value: month.Format("2006")})
		default:
			answers = append(answers, route.Answer{Slot: s.ID, Value: rapid.SampledFrom(s.Values).Draw(t, "value")})
		}
	}
	return r.way.Plan(r.way.Replay(answers), today.AddDate(0, 0, rapid.IntRange(-400, 400).Draw(t, "day")))
}

// Every calendar is read back, has each day of the plan once, and none of anything that has no day.
func TestCalendarLaws(t *testing.T) {
	t.Parallel()
	r := library(t)
	languages := r.lib.Catalog().Languages()
	rapid.Check(t, func(t *rapid.T) {
		plan := drawPlan(t, r)
		tag := languages[rapid.IntRange(0, len(languages)-1).Draw(t, "language")].Tag
		c, raw := calendar(t, r, plan, tag, plan.On)
		seen := map[string]bool{}
		papers := map[string]bool{} // those that the calendar says to ask for
		for _, e := range c.parts {
			uid, day := e.value("UID"), e.value("DTSTART")
			name, ok := strings.CutSuffix(uid, "-"+day+"@wegwijzer")
			if seen[name+day] || !ok {
				t.Fatalf("the event %s on %s", uid, day)
			}
			seen[name+day] = true
			if paper, ok := strings.CutPrefix(name, "ask-"); ok {
				papers[paper] = true
			}
			if day < plan.On.Format("20060102") || day >= e.value("DTEND") {
				t.Fatalf("%s, from %s to %s, in a plan of %s", uid, day, e.value("DTEND"), plan.On.Format(time.DateOnly))
			}
			for _, name := range []string{"SUMMARY", "DESCRIPTION"} {
				text, err := plain(e.value(name))
				if err != nil || strings.TrimSpace(text) == "" || strings.Contains(text, "{") || sentenceKey.MatchString(text) {
					t.Fatalf("%s: %s is %q, %v", uid, name, text, err)
				}
			}
			if len(e.parts) > 1 || len(e.parts) == 1 && (e.parts[0].name != "VALARM" || e.parts[0].value("TRIGGER") != "-P7D") {
				t.Fatalf("%s: %d alarms", uid, len(e.parts))
			}
		}
		for _, step := range plan.Steps {
			dated := !step.Start.IsZero() && (!step.Side || step.Start.After(plan.On))
			if got := seen["start-"+string(step.ID)+step.Start.Format("20060102")]; got != dated {
				t.Fatalf("%s, begins %v: an event is %v", step.ID, step.Start, got)
			}
			for _, p := range step.Papers {
				if !p.AskFrom.IsZero() && len(p.Uses) > 0 && !papers[string(p.ID)] {
					t.Fatalf("nothing says when to ask for %s", p.ID)
				}
			}
		}
		if again := new(bytes.Buffer); page.Calendar(again, r.lib, r.way, plan, tag, plan.On) != nil || again.String() != raw {
			t.Fatal("written differently the second time")
		}
	})
}

// Whatever stands in the words of the content, the file stays whole and gives the words back.
func FuzzCalendarText(f *testing.F) {
	for _, text := range []string{"a, b; c\\d\ne", strings.Repeat("خطوة ", 40), "😀" + strings.Repeat("x", 71) + "😀", "\r\nBEGIN:VEVENT\r\n", "\x00\x07\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw := page.CalendarLine("SUMMARY", language.Arabic, text)
		c, err := readCalendar("BEGIN:VCALENDAR\r\n" + raw + "END:VCALENDAR\r\n")
		if err != nil || len(c.properties) != 1 || len(c.parts) != 0 {
			t.Fatalf("%q is written as %q: %v", text, raw, err)
		}
		got, err := plain(c.value("SUMMARY"))
		want := strings.Map(func(r rune) rune {
			if r != '\n' && r != '\t' && (r < ' ' || r == 0x7f) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(text, ""))
		if err != nil || got != want {
			t.Errorf("%q comes back as %q, %v", text, got, err)
		}
	})
}
