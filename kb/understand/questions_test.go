package understand_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/understand"
)

// The question sets in testdata/questions were written by a hand that had not seen the questions of the articles. They
// are test data and nothing else: no question of them may become an example of the content, or the measure is void.
// A line has a text and one or two of:
//
//	"article", "or"   the article that answers it, and others that do as well
//	"decline"         no article answers it
//	"crisis"          the article that helps at once; empty: it sounds like a call for help and is none
type asked struct {
	Text    string
	Article kb.ArticleID
	Or      []kb.ArticleID
	Decline bool
	Crisis  *kb.ArticleID
	Style   string
}

// opened is the content that people get, learnt once for all tests of it.
var opened struct {
	once         sync.Once
	library      *kb.Library
	understander *understand.Understander
}

// realContent gives the content that people get. It is freed when all tests have ended.
func realContent(t testing.TB) (*understand.Understander, *kb.Library) {
	t.Helper()
	if raceDetector {
		t.Skip("the whole content takes ten minutes under the race detector, which learns no more from it than from TestManyAskAtOnce")
	}
	opened.once.Do(func() {
		lib, faults := kb.Load(os.DirFS(contentFolder), nil)
		if kb.HasErrors(faults) {
			t.Error(faults)
			return
		}
		u, err := understand.New(context.Background(), lib, understand.Shelf{}) // outlives the test that happens to come first
		if err != nil {
			t.Error(err)
			return
		}
		opened.library, opened.understander = lib, u
	})
	if opened.understander == nil {
		t.Fatal("the content could not be learnt")
	}
	return opened.understander, opened.library
}

const (
	contentFolder = "../../content"
	baseline      = "testdata/questions/baseline.txt"
)

// TestQuestionSets measures the engine on the question sets and compares with what is committed: a measure that got
// worse fails until -update writes it down, so that a drop shows in review.
func TestQuestionSets(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/questions/*.jsonl")
	if err != nil || len(names) == 0 {
		t.Fatal("no question sets", err)
	}
	u, _ := realContent(t)
	var got []tally
	for _, name := range names {
		tag := strings.TrimSuffix(filepath.Base(name), ".jsonl")
		got = append(got, tallies(t, u, tag, readAsked(t, name))...)
	}
	got = append(got, pooled(got)...)
	for _, m := range got {
		t.Log(m)
	}
	if *update {
		var b strings.Builder
		b.WriteString("# How many of the questions in this folder are understood, with the 95 % Wilson interval. Written by\n" +
			"# go test ./kb/understand -run TestQuestionSets -update\n")
		for _, m := range got {
			fmt.Fprintln(&b, m)
		}
		if err := os.WriteFile(baseline, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	compare(t, got)
}

func readAsked(t *testing.T, name string) (lines []asked) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for scanner := bufio.NewScanner(f); scanner.Scan(); {
		var a asked
		if err := json.Unmarshal(scanner.Bytes(), &a); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		lines = append(lines, a)
	}
	return lines
}

// tally is one row of the table: n of so many. fewer tells that a smaller n is better.
type tally struct {
	lang, what string
	n, of      int
	fewer      bool
}

func (m tally) String() string {
	low, high := wilson(m.n, m.of)
	return fmt.Sprintf("%-4s %-34s %4d of %4d  %5.1f %%  (%.1f–%.1f)", m.lang, m.what, m.n, m.of, percent(m.n, m.of), 100*low, 100*high)
}

// wilson gives the interval that holds the true share with 95 % certainty (Wilson, 1927).
func wilson(n, of int) (low, high float64) {
	if of == 0 {
		return 0, 1
	}
	const z = 1.96
	p, m := float64(n)/float64(of), float64(of)
	middle, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max((middle-half)/(1+z*z/m), 0), min((middle+half)/(1+z*z/m), 1)
}

// tallies asks the lines of one language, the language not given.
func tallies(t *testing.T, u *understand.Understander, lang string, lines []asked) []tally {
	var table []tally
	count := func(what string, fewer, hit bool) {
		i := slices.IndexFunc(table, func(m tally) bool { return m.what == what })
		if i < 0 {
			i, table = len(table), append(table, tally{lang: lang, what: what, fewer: fewer})
		}
		table[i].of++
		if hit {
			table[i].n++
		}
	}
	for _, a := range lines {
		_, called := u.Crisis(a.Text)
		if a.Crisis != nil && *a.Crisis != "" {
			count("call for help heard", false, called)
			continue
		}
		if a.Crisis != nil {
			count("false alarm, sounds like a call", true, called)
		} else {
			count("false alarm, any other question", true, called)
		}
		got := u.Understand(a.Text, language.Und)
		if a.Decline {
			count("must be declined, is", false, got.Declined)
			continue
		}
		right := func(id kb.ArticleID) bool { return id == a.Article || slices.Contains(a.Or, id) }
		among := right(got.Article)
		for _, next := range got.Alternatives[:min(2, len(got.Alternatives))] {
			among = among || right(next.Article)
		}
		count("right article first", false, right(got.Article))
		count("right article among three", false, among)
		count("answerable, but declined", true, got.Declined)
		if !got.Declined {
			count("answered, and rightly", false, right(got.Article))
		}
		if a.Style != "" {
			count("right article first, "+a.Style, false, right(got.Article))
		}
	}
	slices.SortFunc(table, func(a, b tally) int { return strings.Compare(a.what, b.what) })
	return table
}

// pooled adds the languages up.
func pooled(of []tally) (table []tally) {
	for _, m := range of {
		i := slices.IndexFunc(table, func(p tally) bool { return p.what == m.what })
		if i < 0 {
			m.lang = "all"
			table = append(table, m)
			continue
		}
		table[i].n += m.n
		table[i].of += m.of
	}
	return table
}

// compare fails for each measure that is worse than the committed one.
func compare(t *testing.T, got []tally) {
	t.Helper()
	text, err := os.ReadFile(baseline)
	if err != nil {
		t.Fatal(err)
	}
	committed := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] != "#" {
			name, _, _ := strings.Cut(strings.Join(fields, " "), " of ")
			committed[name[:strings.LastIndex(name, " ")]] = strings.TrimSpace(line)
		}
	}
	for _, m := range got {
		line, ok := committed[m.lang+" "+m.what]
		var n, of int
		if rest := strings.TrimPrefix(line, fmt.Sprintf("%-4s %-34s", m.lang, m.what)); ok {
			if _, err := fmt.Sscanf(rest, "%d of %d", &n, &of); err != nil {
				t.Errorf("%s: %q: %v", baseline, line, err)
				continue
			}
		}
		worse := m.n*of < n*m.of
		if m.fewer {
			worse = m.n*of > n*m.of
		}
		if !ok || worse {
			t.Errorf("worse than committed, or new; -update writes it down:\n got %s\nwant %s", m, line)
		}
	}
}

// Each article's own questions lead back to it: the first in 98 of a hundred, among the best three always.
func TestConflicts(t *testing.T) {
	t.Parallel()
	u, lib := realContent(t)
	all := u.Conflicts(lib)
	t.Logf("%d of %d questions lead to their article, %d among three", all.First, all.Asked, all.Three)
	if 100*all.First < 98*all.Asked {
		t.Errorf("only %d of %d questions lead to their own article", all.First, all.Asked)
	}
	for _, c := range all.Lost {
		if c.Rank == 0 || c.Rank > 3 {
			t.Errorf("%s in %s is not among three for its own question %q, which %s takes", c.Article, c.Tag, c.Question, c.Taken)
		}
	}
}
