// Package terminal is the chat in a terminal: a line typed is a message, a reply is lines of text with its choices
// numbered. It reads from a keyboard or from piped lines alike, and knows no route and no article.
package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
)

// Channel is the name of this channel in a Message.
const Channel bot.ChannelID = "terminal"

// maxLine bounds one typed line, in bytes; what is longer is cut by the reader, not by us running out of memory.
const maxLine = 1 << 20

// Terminal is one conversation over a reader and a writer.
type Terminal struct {
	In       io.Reader
	Out      io.Writer
	Person   bot.PersonID
	Hint     language.Tag                                // the language to begin in; Und leaves it to the first words
	Greeting string                                      // sent before the first line is read, such as /start; empty: the person speaks first
	Prompt   string                                      // shown before each line is read; empty for piped input
	Saves    func(bot.Document) (path string, err error) // where a document goes; nil: only its name is shown
	Now      func() time.Time
}

// Run sends the greeting, then answers line by line until the input or the context ends. It returns an error of the
// reader, the writer or the conversation; the end of the input is none.
func (t *Terminal) Run(ctx context.Context, turn func(context.Context, bot.Message) (bot.Reply, error)) error {
	lines, failed := t.lines(ctx)
	var offered []string
	answer := func(text string) error {
		m := bot.Message{Channel: Channel, Person: t.Person, Text: text, Time: t.Now(), Hint: t.Hint}
		if n, ok := pressed(text); ok && n >= 1 && n <= len(offered) {
			m.Text, m.Choice = "", offered[n-1]
		}
		reply, err := turn(ctx, m)
		if err != nil {
			return fmt.Errorf("answer in the terminal: %w", err)
		}
		offered, err = t.show(reply)
		return err
	}
	if t.Greeting != "" {
		if err := answer(t.Greeting); err != nil {
			return err
		}
	}
	for {
		if err := t.print(t.Prompt); err != nil {
			return err
		}
		select {
		case line, ok := <-lines:
			if !ok {
				return <-failed
			}
			if err := answer(line); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// lines reads in a goroutine of its own, because a read from a keyboard cannot be cancelled; it ends with the input,
// or at the next line after the context has ended.
func (t *Terminal) lines(ctx context.Context) (<-chan string, <-chan error) {
	lines, failed := make(chan string), make(chan error, 1)
	go func() {
		defer close(lines)
		in := bufio.NewReaderSize(t.In, 64<<10)
		for {
			line, err := readLine(in)
			if err != nil && line == "" {
				if errors.Is(err, io.EOF) {
					err = nil
				} else {
					err = fmt.Errorf("read from the terminal: %w", err)
				}
				failed <- err
				return
			}
			select {
			case lines <- line:
			case <-ctx.Done():
				failed <- nil
				return
			}
		}
	}()
	return lines, failed
}

// readLine gives one line without its end, at most maxLine bytes of it.
func readLine(in *bufio.Reader) (string, error) {
	var line strings.Builder
	for {
		part, err := in.ReadSlice('\n')
		if room := maxLine - line.Len(); len(part) > room {
			part = part[:room]
		}
		line.Write(part)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return strings.TrimRight(line.String(), "\r\n"), err
		}
	}
}

var bracketed = regexp.MustCompile(`^\s*\[(\d{1,3})\]\s*$`)

// pressed tells whether a line names a choice as it was printed, "[2]". A bare number is a text: only the conversation
// knows whether it is a choice or an answer.
func pressed(line string) (int, bool) {
	if m := bracketed.FindStringSubmatch(line); m != nil {
		n, err := strconv.Atoi(m[1])
		return n, err == nil
	}
	return 0, false
}

func (t *Terminal) show(reply bot.Reply) (offered []string, err error) {
	var b strings.Builder
	for _, line := range reply.Body.Lines() {
		b.WriteString(line + "\n")
	}
	for _, source := range reply.Sources {
		fmt.Fprintf(&b, "→ %s <%s>\n", source.Label, source.URL)
	}
	for _, line := range reply.Question.Lines() {
		b.WriteString(line + "\n")
	}
	if d := reply.Document; d != nil {
		where := d.Name
		if t.Saves != nil {
			if where, err = t.Saves(*d); err != nil {
				return nil, fmt.Errorf("save the document: %w", err)
			}
		}
		fmt.Fprintf(&b, "⤓ %s\n", where)
	}
	for _, row := range reply.Choices {
		for _, choice := range row {
			offered = append(offered, choice.ID)
			fmt.Fprintf(&b, "[%d] %s\n", len(offered), choice.Label)
		}
	}
	b.WriteString("\n")
	return offered, t.print(b.String())
}

func (t *Terminal) print(text string) error {
	if text == "" {
		return nil // a write of nothing still waits for a reader of a pipe
	}
	if _, err := io.WriteString(t.Out, text); err != nil {
		return fmt.Errorf("write to the terminal: %w", err)
	}
	return nil
}
