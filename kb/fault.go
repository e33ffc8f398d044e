package kb

import "fmt"

// Fault is one thing that is wrong in the content, said so that a volunteer can mend it.
type Fault struct {
	File    string `json:"file"`
	Line    int    `json:"line"` // 1-based; 0: the whole file
	Rule    string `json:"rule"` // short stable name of the rule, such as "unknown-fact"
	Warning bool   `json:"warning"`
	What    string `json:"what"` // what is wrong, naming the value
	Do      string `json:"do"`   // what to do about it
}

// String gives the fault as file:line: what is wrong, what to do.
func (f Fault) String() string {
	where := f.File
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return fmt.Sprintf("%s: %s. %s", where, f.What, f.Do)
}
