// Package channeltest holds the transcripts that every channel must speak alike: it reads golden conversations, plays
// them through a Driver (a channel as a person sees it) and compares what stands on the screen.
//
// A talk is plain text that a volunteer can read:
//
//	# why this talk is here
//	lang ar   now 2026-03-02
//	< what the person types
//	< [2]                 the person presses the second choice
//	> a line the bot says
//	[1] a choice
//	+ 3w                  the clock moves
//	= answered bi-test    what was counted
//
// Lines of the bot stand in the order in which they appear.
package channeltest

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Talk is one golden conversation.
type Talk struct {
	Name  string
	Lang  language.Tag // language of the person's app; Und for none
	Now   time.Time    // when it begins
	Lines []Line
}

// Line is one line of a talk.
type Line struct {
	Kind  byte   // '#' comment, ' ' empty, '<' typed, 'p' pressed, '>' said, '[' choice, '+' clock, '=' counted
	Text  string // without its sign
	N     int    // number of the choice pressed
	Moves time.Duration
	At    int // 1-based line in the file
}

var (
	pressLine = regexp.MustCompile(`^\[(\d+)\]$`)
	clockLine = regexp.MustCompile(`^(\d+)([hdw])$`)
)

// Parse reads a talk. Its errors name the file and line.
func Parse(name, text string) (*Talk, error) {
	talk := &Talk{Name: name}
	headed := false
	for i, raw := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		line := Line{At: i + 1}
		sign, rest, _ := strings.Cut(raw, " ")
		switch {
		case strings.TrimSpace(raw) == "":
			line.Kind = ' '
		case strings.HasPrefix(raw, "#"):
			line.Kind, line.Text = '#', strings.TrimPrefix(raw, "#")
		case sign == "lang":
			if err := talk.header(raw); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
			}
			headed = true
			continue
		case sign == "<":
			line.Kind, line.Text = '<', rest
			if m := pressLine.FindStringSubmatch(rest); m != nil {
				line.Kind = 'p'
				line.N, _ = strconv.Atoi(m[1])
			}
		case sign == ">" || sign == "=":
			line.Kind, line.Text = sign[0], rest
		case strings.HasPrefix(raw, "["):
			_, label, _ := strings.Cut(raw, "] ")
			line.Kind, line.Text = '[', label
		case sign == "+":
			m := clockLine.FindStringSubmatch(rest)
			if m == nil {
				return nil, fmt.Errorf("%s:%d: the clock moves by hours, days or weeks, such as 3w, not %q", name, i+1, rest)
			}
			n, _ := strconv.Atoi(m[1])
			line.Kind, line.Text = '+', rest
			line.Moves = time.Duration(n) * map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]
		default:
			return nil, fmt.Errorf("%s:%d: a line begins with <, >, [, +, = or #, not with %q", name, i+1, sign)
		}
		talk.Lines = append(talk.Lines, line)
	}
	if !headed {
		return nil, fmt.Errorf("%s: the line 'lang TAG   now DATE' is missing", name)
	}
	return talk, nil
}

func (t *Talk) header(line string) (err error) {
	fields := strings.Fields(line)
	if len(fields) != 4 || fields[2] != "now" {
		return errors.New("the head of a talk is 'lang TAG   now DATE'")
	}
	if t.Lang, err = language.Parse(fields[1]); err != nil {
		return fmt.Errorf("language %q: %w", fields[1], err)
	}
	if t.Now, err = time.Parse("2006-01-02", fields[3]); err != nil {
		return fmt.Errorf("day %q: %w", fields[3], err)
	}
	return nil
}

// String writes the talk as Parse reads it.
func (t *Talk) String() string {
	var b strings.Builder
	n, headed := 0, false
	for _, line := range t.Lines {
		if !headed && line.Kind != '#' && line.Kind != ' ' {
			fmt.Fprintf(&b, "lang %s   now %s\n", t.Lang, t.Now.Format("2006-01-02"))
			headed = true
		}
		if line.Kind != '[' {
			n = 0
		}
		switch line.Kind {
		case ' ':
			b.WriteString("\n")
		case '#':
			b.WriteString("#" + line.Text + "\n")
		case 'p':
			fmt.Fprintf(&b, "< [%d]\n", line.N)
		case '[':
			n++
			fmt.Fprintf(&b, "[%d] %s\n", n, line.Text)
		default:
			fmt.Fprintf(&b, "%c %s\n", line.Kind, line.Text)
		}
	}
	return b.String()
}
