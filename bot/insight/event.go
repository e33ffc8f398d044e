// Package insight counts what is asked, never who asks. What exists so far is the seam: the Event that a turn hands
// over, and Off, the counter that counts nothing. Cells, the month's noised release and the ledger build on it.
//
// Nothing in this package may hold a text a person typed, an id of theirs, or a row about one person.
package insight

import (
	"context"

	"golang.org/x/text/language"
)

// Outcome tells how a turn ended.
type Outcome string

// The outcomes of a turn.
const (
	Answered  Outcome = "answered"  // one article was shown
	Which     Outcome = "which"     // asked which of two subjects was meant
	Declined  Outcome = "declined"  // an honest "I don't know"
	Crisis    Outcome = "crisis"    // help was shown at once
	Routed    Outcome = "routed"    // a question of the route, the plan or a step was shown
	Helpful   Outcome = "helpful"   // the person said that the last article helped
	Wrong     Outcome = "wrong"     // the person said that the last article is wrong
	Commanded Outcome = "commanded" // anything else that was asked for by command or button
	Nothing   Outcome = "nothing"   // the message held nothing to answer
)

// Event is all that counting may know of one turn: ids of the content, never words of the person.
type Event struct {
	Channel    string       // where it was asked
	Locale     language.Tag // language of the reply
	Outcome    Outcome
	Subject    string // article id shown, or best guess of a declined question; empty if none
	Profession string // profession id, empty while unknown
	Group      string // diploma group of the country, empty while unknown
	Step       string // furthest step of the plan that was shown, empty if none
	Turn       int    // how many turns this session has had, this one included
}

// Off is the counter that counts nothing.
type Off struct{}

// Count takes note of nothing and returns the session's counting memory as it was.
func (Off) Count(_ context.Context, _ Event, memory []byte) []byte { return memory }
