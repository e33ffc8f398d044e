package understand_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"wegwijzer/kb"
	"wegwijzer/kb/understand"
	"wegwijzer/kb/understand/questionset"
)

// The question sets in testdata/questions were written by a hand that had not seen the questions of the articles.

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
	sets, err := questionset.Read(os.DirFS(filepath.Dir(baseline)))
	if err != nil || len(sets) == 0 {
		t.Fatal("no question sets", err)
	}
	u, _ := realContent(t)
	var got []questionset.Tally
	for _, set := range sets {
		got = append(got, questionset.Measure(u, set)...)
	}
	got = append(got, questionset.Pool(got)...)
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

// compare fails for each measure that is worse than the committed one.
func compare(t *testing.T, got []questionset.Tally) {
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
		line, ok := committed[m.Name()]
		var n, of int
		if rest := strings.TrimPrefix(line, fmt.Sprintf("%-4s %-34s", m.Lang, m.What)); ok {
			if _, err := fmt.Sscanf(rest, "%d of %d", &n, &of); err != nil {
				t.Errorf("%s: %q: %v", baseline, line, err)
				continue
			}
		}
		worse := m.N*of < n*m.Of
		if m.Fewer {
			worse = m.N*of > n*m.Of
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
