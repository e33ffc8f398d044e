// Package session is what is remembered of one person between two messages: the language, the answers given, the steps
// ticked off, and where the talk was. It never holds a word that a person typed, nor who the person is.
//
// A session is found and sealed by the server key and the person's channel and id together; see seal.go for what the
// database can and cannot tell, key.go for where the key lives, codec.go for the bytes, sessions.go for finding and
// keeping. The package decides no answer and shows no text: that is bot/conversation.
package session

import (
	"math"
	"slices"

	"golang.org/x/text/language"

	"wegwijzer/kb/route"
)

// Session is what is remembered of one person. The zero value is a new session. It belongs to one turn at a time and is
// not safe for concurrent use.
//
// What is kept is bounded: Save drops what goes over the limits below, in the way each names, and never fails for it.
type Session struct {
	Locale    language.Tag   // the language the person is answered in; language.Und before the first turn
	Chosen    bool           // the person chose Locale; a guess never overrules it
	Answers   []route.Answer // in the order given, corrections included
	Done      []Tick         // steps the person ticked off
	Asking    string         // slot id of the open question; empty: none
	Family    string         // the family of professions chosen, when the profession takes two presses
	Offered   []route.Answer // heard in free text, not yet confirmed
	Options   []string       // ids of the choices last offered, so that a typed "2" works after a restart
	Turns     int            // turns answered, for "after the third answered turn"
	Uncounted bool           // the person said "do not count me"
	Keep      bool           // the person pressed "keep my plan": the session lives 24 months instead of 180 days
	Counted   []byte         // memory of the counter, opaque to everybody else
	Planned   []byte         // what the plan last shown was like (route.Snap), opaque here
	Update    string         // opaque id of the last handled update, so that a second delivery changes nothing; set it with Begin
	before    []byte         // the session as it was before Update, encoded
}

// Begin notes that update is about to be handled and keeps the session as it is now, so that the reply can be made again
// if it is lost on its way. Where update is the one handled last, it gives the session as it was before that, and true:
// what the turn makes of it is the same again. The memory of the counter stays, since what was counted was counted.
//
// An empty update is a delivery that the network has no name for: nothing is kept of it.
func (s *Session) Begin(update string) (again bool) {
	if update == "" || len(update) > maxName {
		s.Update, s.before = "", nil
		return false
	}
	if update == s.Update {
		was, err := decode(s.before)
		if err != nil {
			return true // what was before is not known: rather the turn a second time than answers lost
		}
		was.Counted, was.Uncounted = s.Counted, s.Uncounted
		was.Update, was.before = s.Update, s.before
		*s = *was
		return true
	}
	one := *s
	one.Update, one.before, one.Counted = "", nil, nil // the memory of the counter is that of now in any case
	s.Update, s.before = update, encode(&one)
	return false
}

// Tick is a step that a person finished.
type Tick struct {
	Step  string // step id
	Month string // YYYY-MM; empty when the person does not remember
}

// The limits of a session. They are far above what a route asks (about 25 slots and as many steps) and exist so that
// no talk, however long, and no fault elsewhere can make a row grow without end.
const (
	maxAnswers = 64   // over it, answers that a later one to the same slot replaces go first, then the oldest
	maxDone    = 64   // over it, the oldest ticks go
	maxOffered = 32   // over it, the last heard go
	maxOptions = 64   // over it, the last offered go: a typed number counts from the first
	maxID      = 64   // bytes of a slot, value, step or choice id; a longer one is dropped whole, since half an id is another id
	maxName    = 255  // bytes of an article id (a folder's name) or an update id; a longer one is dropped
	maxMonth   = 16   // bytes of a month
	maxPlanned = 1024 // bytes; over it, Planned is dropped: then nothing is said of what changed since
	maxBefore  = maxEncoded / 2
	maxCounted = 1024 // bytes; over it, Counted is dropped and Uncounted set: uncounted from then on rather than twice
)

// bounded gives s within the limits. The result shares memory with s.
func (s *Session) bounded() *Session {
	b := *s
	b.Answers = latest(keepIf(b.Answers, fits), maxAnswers)
	b.Done = tail(keepIf(b.Done, func(t Tick) bool {
		return t.Step != "" && len(t.Step) <= maxID && len(t.Month) <= maxMonth
	}), maxDone)
	b.Offered = head(keepIf(b.Offered, fits), maxOffered)
	// An option too long to keep leaves a gap that no number reaches, so that those after it keep their numbers.
	b.Options = head(b.Options, maxOptions)
	for i, id := range b.Options {
		if len(id) > maxID {
			b.Options = slices.Clone(b.Options)
			b.Options[i] = ""
		}
	}
	b.Asking = within(b.Asking, maxID)
	b.Family = within(b.Family, maxID)
	if b.Update = within(b.Update, maxName); b.Update == "" || len(b.before) > maxBefore {
		b.before = nil
	}
	if len(b.Planned) > maxPlanned {
		b.Planned = nil
	}
	b.Turns = min(max(b.Turns, 0), math.MaxInt32)
	if len(b.Counted) > maxCounted {
		b.Counted, b.Uncounted = nil, true
	}
	if len(b.Locale.String()) > maxID {
		b.Locale, b.Chosen = language.Und, false
	}
	return &b
}

// fits tells whether an answer is short enough to be kept and says something.
func fits(a route.Answer) bool {
	return a.Slot != "" && len(a.Slot) <= maxID && len(a.Value) <= maxID
}

// latest keeps at most n answers: first it drops, oldest first, those that a later answer to the same slot replaces,
// since replaying them ends in the same profile; then the oldest.
func latest(answers []route.Answer, n int) []route.Answer {
	over := len(answers) - n
	if over <= 0 {
		return answers
	}
	last := make(map[route.SlotID]int, len(answers)) // slot → index of its last answer
	for i, a := range answers {
		last[a.Slot] = i
	}
	kept := make([]route.Answer, 0, len(answers))
	for i, a := range answers {
		if over > 0 && last[a.Slot] != i {
			over--
			continue
		}
		kept = append(kept, a)
	}
	return tail(kept, n)
}

// keepIf gives the items that ok accepts, without copying when it accepts all.
func keepIf[T any](items []T, ok func(T) bool) []T {
	for i, item := range items {
		if ok(item) {
			continue
		}
		kept := items[:i:i]
		for _, item := range items[i+1:] {
			if ok(item) {
				kept = append(kept, item)
			}
		}
		return kept
	}
	return items
}

func head[T any](items []T, n int) []T { return items[:min(len(items), n)] }

func tail[T any](items []T, n int) []T { return items[max(len(items)-n, 0):] }

func within(s string, n int) string {
	if len(s) > n {
		return ""
	}
	return s
}
