package kb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Fault is one thing that is wrong in the content, said so that a volunteer can mend it.
type Fault struct {
	File    string `json:"file"`
	Line    int    `json:"line"` // 1-based; 0: the whole file
	Rule    string `json:"rule"` // short stable name of the rule, such as "unknown-fact"
	Warning bool   `json:"warning"`
	What    string `json:"what"` // what is wrong, naming the value
	Do      string `json:"do"`   // what to do about it
}

// String gives the fault as file:line: what is wrong, what to do. It is one line whatever the content holds.
func (f Fault) String() string {
	where := f.File
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, fmt.Sprintf("%s: %s. %s", where, f.What, f.Do))
}

// HasErrors tells whether any of the faults is more than a warning.
func HasErrors(faults []Fault) bool {
	return slices.ContainsFunc(faults, func(f Fault) bool { return !f.Warning })
}

// SortFaults puts faults in the order of their files and lines.
func SortFaults(faults []Fault) {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Rule, b.Rule), strings.Compare(a.What, b.What))
	})
}

// fault notes an error: the content is wrong and is not used.
func (l *loader) fault(file string, line int, rule, what, do string) {
	l.report(false, file, line, rule, what, do)
}

// warn notes what should be better and does no harm.
func (l *loader) warn(file string, line int, rule, what, do string) {
	l.report(true, file, line, rule, what, do)
}

func (l *loader) report(warning bool, file string, line int, rule, what, do string) {
	l.faults = append(l.faults, Fault{File: file, Line: line, Rule: rule, Warning: warning, What: what, Do: do})
}

// meant gives "Did you mean …? " for a word that is near one of the known ones, or "".
func meant(word string, known []string) string {
	if near := Suggest(word, known); near != "" {
		return "Did you mean " + quoted(near) + "? "
	}
	return ""
}

// quoted gives a value of the content between quotation marks, not too long for a line.
func quoted(s string) string { return "“" + clip(s) + "”" }

func clip(s string) string {
	if runes := []rune(s); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return s
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }
