package channeltest

import (
	"strings"
	"testing"
	"time"

	"wegwijzer/bot"
)

// Screen is what a person sees after a message: lines of text, then the labels of the choices.
type Screen struct {
	Lines   []string
	Choices []string
}

// ScreenOf gives the screen that every channel owes for a reply.
func ScreenOf(reply bot.Reply) Screen {
	var s Screen
	for _, line := range reply.Body.Lines() {
		s.Lines = append(s.Lines, Plain(line))
	}
	for _, source := range reply.Sources {
		s.Lines = append(s.Lines, Plain("→ "+source.Label+" <"+source.URL+">"))
	}
	for _, line := range reply.Question.Lines() {
		s.Lines = append(s.Lines, Plain(line))
	}
	if reply.Document != nil {
		s.Lines = append(s.Lines, "⤓ "+reply.Document.Name)
	}
	for _, row := range reply.Choices {
		for _, choice := range row {
			s.Choices = append(s.Choices, Plain(choice.Label))
		}
	}
	return s
}

// bidi drops the marks that only steer the order of display: a channel may add them where its network needs them.
var bidi = strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "", "\u200e", "", "\u200f", "")

// Plain folds white space and drops bidi marks, so that channels compare by what is read.
func Plain(line string) string { return strings.Join(strings.Fields(bidi.Replace(line)), " ") }

// Driver is one channel as a person sees it. Its methods fail the test themselves when the channel breaks.
type Driver interface {
	Say(text string) Screen // types a text
	Press(n int) Screen     // presses the n-th choice of the last screen, from 1
}

// Clock is the time of a talk; it moves only when the talk says so.
type Clock struct{ now time.Time }

// Now gives the time of the talk.
func (c *Clock) Now() time.Time { return c.now }

// Counts gives what was counted since it was last called, a line an event.
type Counts func() []string

// Play plays the talk through d and gives it back with what the bot really said. Counted lines are kept as they
// stand when counts is nil, for drivers that cannot see them.
func Play(t testing.TB, talk *Talk, clock *Clock, d Driver, counts Counts) *Talk {
	t.Helper()
	played := &Talk{Name: talk.Name, Lang: talk.Lang, Now: talk.Now}
	said := func(s Screen) {
		for _, line := range s.Lines {
			played.Lines = append(played.Lines, Line{Kind: '>', Text: line})
		}
		for _, label := range s.Choices {
			played.Lines = append(played.Lines, Line{Kind: '[', Text: label})
		}
		if counts == nil {
			return
		}
		for _, line := range counts() {
			played.Lines = append(played.Lines, Line{Kind: '=', Text: line})
		}
	}
	for _, line := range talk.Lines {
		switch line.Kind {
		case '>', '[':
			continue
		case '=':
			if counts == nil {
				played.Lines = append(played.Lines, line)
			}
			continue
		}
		played.Lines = append(played.Lines, line)
		switch line.Kind {
		case '<':
			said(d.Say(line.Text))
		case 'p':
			said(d.Press(line.N))
		case '+':
			clock.now = clock.now.Add(line.Moves)
		}
	}
	return played
}

// NewClock gives a clock that stands at the beginning of the talk.
func NewClock(talk *Talk) *Clock { return &Clock{now: talk.Now} }
