package kb

import "bytes"

// FrontMatter is a Markdown file cut at its --- lines. Before, Front, Between and Body joined are the file.
type FrontMatter struct {
	Before  []byte // the opening --- line, with a byte order mark if there is one; empty without front matter
	Front   []byte // YAML
	Between []byte // the closing --- line
	Body    []byte
	Line    int  // line of the file on which Body starts, 1-based
	Open    bool // the file starts with --- and no second --- line follows; all of it is Body then
}

// SplitFrontMatter cuts file at its --- lines. A file without front matter is all Body.
func SplitFrontMatter(file []byte) FrontMatter {
	whole := FrontMatter{Body: file, Line: 1}
	start := len(file) - len(bytes.TrimPrefix(file, []byte("\ufeff")))
	first := lineEnd(file, start)
	if !isRule(file[start:first]) {
		whole.Before, whole.Body = file[:start], file[start:]
		return whole
	}
	for at, line := first, 2; at < len(file); line++ {
		end := lineEnd(file, at)
		if isRule(file[at:end]) {
			return FrontMatter{Before: file[:first], Front: file[first:at], Between: file[at:end], Body: file[end:], Line: line + 1}
		}
		at = end
	}
	whole.Open = true
	return whole
}

// lineEnd gives the index after the line that starts at from, its line break included.
func lineEnd(b []byte, from int) int {
	if i := bytes.IndexByte(b[from:], '\n'); i >= 0 {
		return from + i + 1
	}
	return len(b)
}

func isRule(line []byte) bool {
	return string(bytes.TrimRight(line, " \t\r\n")) == "---"
}
