package kb

import (
	"strings"
	"unicode/utf8"
)

// longest is the length, in characters, up to which Suggest compares words. Ids and keys are shorter.
const longest = 64

// Suggest gives the word of known that word was most likely meant to be, or "" if none is near: at most a third of its
// letters may be wrong, missing, too many or swapped with their neighbour.
func Suggest(word string, known []string) string {
	length := utf8.RuneCountInString(word)
	if length > longest {
		return ""
	}
	best, limit := "", 1+max(1, length/3)
	letters := []rune(strings.ToLower(word))
	for _, k := range known {
		if n := utf8.RuneCountInString(k); k == word || n == 0 || n > longest || n-length >= limit || length-n >= limit {
			continue
		}
		if d := distance(letters, []rune(strings.ToLower(k)), limit); d < limit {
			best, limit = k, d
		}
	}
	return best
}

// distance is the number of edits (with swaps of neighbours) from a to b, or limit if it is that or more. Both are at
// most longest characters, or a little more when lower case takes more room; then it is limit.
func distance(a, b []rune, limit int) int {
	if len(b) > longest {
		return limit
	}
	var rows [3][longest + 1]int // the last row but one, the last, and this one, in turn
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		least := row[0]
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			least = min(least, row[j+1])
		}
		if least >= limit {
			return limit
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
