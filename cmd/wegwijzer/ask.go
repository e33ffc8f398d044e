package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/conversation"
	"wegwijzer/kb/edition"
)

type askCmd struct {
	Lang     string   `placeholder:"L" help:"The person's own language: a hint that never overrules the script of the question."`
	JSON     bool     `name:"json" help:"Print what was understood, the reply and its sources as JSON."`
	Batch    string   `placeholder:"FILE" help:"Answer a JSONL file of {id, text, lang} line by line; - is standard input."`
	Question []string `arg:"" optional:"" help:"The question, in any language."`
}

// understood is one line out of a batch; a contract.
type understood struct {
	ID           json.RawMessage `json:"id"`
	Article      string          `json:"article"`
	Score        float64         `json:"score"`
	Declined     bool            `json:"declined"`
	Lang         string          `json:"lang"`
	Crisis       bool            `json:"crisis"`
	Redacted     bool            `json:"redacted"`
	Alternatives []guess         `json:"alternatives"`
}

type guess struct {
	Article string  `json:"article"`
	Score   float64 `json:"score"`
}

// answered is what ask --json prints; a contract.
type answered struct {
	understood
	Text    string   `json:"text"`
	Sources []source `json:"sources"`
}

type source struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Run answers.
func (a *askCmd) Run(p *process, c *cli) error {
	question := strings.Join(a.Question, " ")
	if (a.Batch == "") == (question == "") {
		return errors.New("ask a QUESTION, or --batch FILE; one of the two")
	}
	hint, err := tag(a.Lang)
	if err != nil {
		return err
	}
	in := p.stdin
	if a.Batch != "" && a.Batch != "-" {
		f, err := os.Open(a.Batch)
		if err != nil {
			return fmt.Errorf("read the questions: %w", err)
		}
		defer f.Close() // only read
		in = f
	}
	ed, err := p.load(c)
	if err != nil {
		return err
	}
	defer ed.Close() // the program ends here
	if a.Batch != "" {
		return batch(ed, hint, in, p.stdout)
	}
	answer := conversation.Ask(ed, question, hint)
	reply := answer.Reply(ed, time.Now())
	if !a.JSON {
		return printReply(p.stdout, reply)
	}
	out := answered{understood: understoodOf(json.RawMessage("null"), answer), Sources: []source{},
		Text: strings.Join(reply.Body.Lines(), "\n")}
	for _, s := range reply.Sources {
		out.Sources = append(out.Sources, source{s.Label, s.URL})
	}
	return printJSON(p.stdout, out)
}

func understoodOf(id json.RawMessage, a conversation.Answer) understood {
	out := understood{ID: id, Article: string(a.Article), Score: a.Score, Declined: a.Declined,
		Lang: primary(a.Language), Crisis: a.Crisis, Redacted: a.Redacted, Alternatives: []guess{}}
	for _, g := range a.Alternatives {
		out.Alternatives = append(out.Alternatives, guess{string(g.Article), g.Score})
	}
	return out
}

func primary(tag language.Tag) string {
	base, confidence := tag.Base()
	if tag == language.Und || confidence == language.No {
		return "und"
	}
	return base.String()
}

// maxBatchLine is the longest line of a batch, in bytes.
const maxBatchLine = 4 << 20

// batch answers line by line: a line is answered and flushed before the next is read, so that a program can talk to it
// over a pipe. A line that cannot be read gets an error of its own and does not end the batch.
func batch(ed *edition.Edition, hint language.Tag, in io.Reader, stdout io.Writer) error {
	lines := bufio.NewReaderSize(in, 64<<10)
	out := bufio.NewWriter(stdout)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	bad := false
	for {
		line, tooLong, err := batchLine(lines)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the questions: %w", err)
		}
		if len(line) > 0 || tooLong {
			var result any
			if tooLong {
				bad, result = true, badLine{json.RawMessage("null"), fmt.Sprintf("the line is longer than %d bytes", maxBatchLine)}
			} else if one, fault := batchOne(ed, hint, line); fault != nil {
				bad, result = true, *fault
			} else {
				result = one
			}
			if err := errors.Join(encoder.Encode(result), out.Flush()); err != nil {
				return fmt.Errorf("write the answers: %w", err)
			}
		}
		if err != nil {
			break
		}
	}
	if bad {
		return errPrintedWrong
	}
	return nil
}

// batchLine gives the next line without its end and blanks; a line over the bound is read to its end and not given.
func batchLine(in *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxBatchLine {
			line, tooLong = line[:0], true
		}
		if !tooLong {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSpace(line), tooLong, err
		}
	}
}

type badLine struct {
	ID    json.RawMessage `json:"id"`
	Error string          `json:"error"`
}

func batchOne(ed *edition.Edition, hint language.Tag, line []byte) (*understood, *badLine) {
	var fields map[string]json.RawMessage
	if !utf8.Valid(line) {
		return nil, &badLine{json.RawMessage("null"), "the line is not UTF-8"}
	}
	if err := json.Unmarshal(line, &fields); err != nil || fields == nil {
		return nil, &badLine{json.RawMessage("null"), `the line is not a JSON object; write {"id": …, "text": "…"}`}
	}
	id := fields["id"]
	if id == nil {
		id = json.RawMessage("null")
	}
	var text *string
	if err := json.Unmarshal(fields["text"], &text); fields["text"] == nil || err != nil || text == nil {
		return nil, &badLine{id, `"text" is missing or not a string`}
	}
	if raw := fields["lang"]; raw != nil {
		var lang *string
		if err := json.Unmarshal(raw, &lang); err != nil {
			return nil, &badLine{id, `"lang" is not a string`}
		}
		if lang != nil {
			own, err := tag(*lang)
			if err != nil {
				return nil, &badLine{id, `"lang" is not a language tag, such as nl, en or ar`}
			}
			hint = own
		}
	}
	out := understoodOf(id, conversation.Ask(ed, *text, hint))
	return &out, nil
}

func printReply(w io.Writer, reply bot.Reply) error {
	var b strings.Builder
	for _, line := range reply.Body.Lines() {
		b.WriteString(line + "\n")
	}
	for _, s := range reply.Sources {
		fmt.Fprintf(&b, "→ %s <%s>\n", s.Label, s.URL)
	}
	for _, row := range reply.Choices {
		for _, choice := range row {
			b.WriteString("· " + choice.Label + "\n")
		}
	}
	return printText(w, b.String())
}

func printText(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}
