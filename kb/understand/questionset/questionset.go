// Package questionset measures understanding on question sets: files of questions, one language a file, that say which
// article answers each, or that none does. A set is a measure and nothing else. No question of one may become an example
// of the content, or what is measured is memory.
package questionset

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/understand"
)

// Line is one question of a set, as the files write it: a text and one or two of
//
//	"article", "or"   the article that answers it, and others that do as well
//	"decline"         no article answers it
//	"crisis"          the article that helps at once; empty: it sounds like a call for help and is none
//
// and a word for how it is written: plain, short, long, misspelt, mixed, dialect, latin.
type Line struct {
	Text    string
	Article kb.ArticleID
	Or      []kb.ArticleID
	Decline bool
	Crisis  *kb.ArticleID
	Style   string
}

// Set are the questions in one language.
type Set struct {
	Lang  string // the name of its file
	Lines []Line
}

// Read reads the sets of a folder, each from LANG.jsonl, in the order of their names. The errors name file and line.
func Read(folder fs.FS) ([]Set, error) {
	names, err := fs.Glob(folder, "*.jsonl")
	if err != nil {
		return nil, fmt.Errorf("look for question sets: %w", err)
	}
	var sets []Set
	for _, name := range names {
		raw, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("read a question set: %w", err)
		}
		set := Set{Lang: strings.TrimSuffix(path.Base(name), ".jsonl")}
		lines := bufio.NewScanner(bytes.NewReader(raw))
		for n := 1; lines.Scan(); n++ {
			var line Line
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
			set.Lines = append(set.Lines, line)
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// Tally is one row of the table: N of so many.
type Tally struct {
	Lang, What string
	N, Of      int
	Fewer      bool // a smaller N is better
}

// String gives the row with its share and the Wilson interval.
func (m Tally) String() string {
	low, high := wilson(m.N, m.Of)
	return fmt.Sprintf("%-4s %-34s %4d of %4d  %5.1f %%  (%.1f–%.1f)", m.Lang, m.What, m.N, m.Of, 100*float64(m.N)/float64(max(m.Of, 1)), 100*low, 100*high)
}

// Name gives what the row is about, as String begins.
func (m Tally) Name() string { return m.Lang + " " + m.What }

// Measure asks the questions of a set, their language not given, and gives the table in the order of its names.
func Measure(u *understand.Understander, set Set) []Tally {
	var table []Tally
	count := func(what string, fewer, hit bool) {
		i := slices.IndexFunc(table, func(m Tally) bool { return m.What == what })
		if i < 0 {
			i, table = len(table), append(table, Tally{Lang: set.Lang, What: what, Fewer: fewer})
		}
		table[i].Of++
		if hit {
			table[i].N++
		}
	}
	for _, a := range set.Lines {
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
	slices.SortFunc(table, func(a, b Tally) int { return strings.Compare(a.What, b.What) })
	return table
}

// Pool adds the languages up, under the language "all".
func Pool(of []Tally) (table []Tally) {
	for _, m := range of {
		i := slices.IndexFunc(table, func(p Tally) bool { return p.What == m.What })
		if i < 0 {
			m.Lang = "all"
			table = append(table, m)
			continue
		}
		table[i].N += m.N
		table[i].Of += m.Of
	}
	return table
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
