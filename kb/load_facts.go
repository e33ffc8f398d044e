package kb

import (
	"fmt"
	"net/url"
	"time"

	"go.yaml.in/yaml/v3"
)

// facts reads facts.yaml.
func (l *loader) facts() {
	data, ok := l.read(fileFacts)
	if !ok {
		return
	}
	s := sheet{load: l, file: fileFacts}
	for _, e := range s.entries(s.parse(data), fileFacts) {
		if !isID(e.key) {
			s.fault(e.at, "bad-id", quoted(e.key)+" cannot be the id of a fact", "Use letters, digits and hyphens only, so that {{"+clip(e.key)+"}} works.")
		}
		f := l.fact(s, e)
		l.lib.facts = append(l.lib.facts, f)
		l.lib.factByID[f.ID] = f
	}
}

// isID tells whether a placeholder can name id.
func isID(id string) bool {
	return len(placeholders("{{"+id+"}}")) == 1
}

func (l *loader) fact(s sheet, e entry) *Fact {
	what := "the fact " + quoted(e.key)
	fields := s.fields(e.value, what, "kind", "value", "source", "says", "read", "recheck", "valid_from", "valid_until", "sure", "ask", "note")
	f := &Fact{ID: FactID(e.key), Line: s.line(e.at), Kind: FactKind(s.text(fields["kind"], "kind")), Says: s.text(fields["says"], "says"),
		AskWho: s.text(fields["ask"], "ask"), Note: s.text(fields["note"], "note")}
	f.Value = factValue(s, e, fields, f.Kind)
	f.Source = factSource(s, e, fields, f)
	f.Read = readField(s, e.at, fields["read"], what)
	f.Ask = factSure(s, fields["sure"])
	f.Recheck = factRecheck(s, fields["recheck"])
	f.ValidFrom = factDay(s, fields["valid_from"], "valid_from")
	f.ValidUntil = factDay(s, fields["valid_until"], "valid_until")
	if !f.ValidUntil.IsZero() && f.ValidUntil.Before(f.ValidFrom) {
		s.fault(fields["valid_until"], "bad-value", what+" ends before it begins", "Correct valid_from or valid_until.")
	}
	if f.Says == "" {
		s.warn(e.at, "missing-field", what+" has no says", "Sum up in your own words the sentence of the official page that supports it.")
	}
	return f
}

// factValue is the rule that a fact has a kind and a value of that kind.
func factValue(s sheet, e entry, fields map[string]*yaml.Node, kind FactKind) Value {
	known := make([]string, 0, len(Kinds()))
	for _, k := range Kinds() {
		known = append(known, string(k))
	}
	list := "Write one of: money, number, percent, duration, date, phone, url, email, address, term."
	if fields["kind"] == nil {
		s.fault(e.at, "missing-field", "the fact "+quoted(e.key)+" has no kind", list)
	} else if !contains(known, string(kind)) {
		s.fault(fields["kind"], "bad-value", quoted(string(kind))+" is no kind of fact", meant(string(kind), known)+list)
	}
	text := s.text(fields["value"], "value")
	if text == "" {
		s.fault(e.at, "missing-field", "the fact "+quoted(e.key)+" has no value", "Write its value between quotation marks.")
		return Value{}
	}
	v, err := ParseValue(kind, text)
	if err != nil && contains(known, string(kind)) {
		s.fault(fields["value"], "bad-value", fmt.Sprintf("the value %s of %s is no %s", quoted(text), quoted(e.key), kind), "For this kind, "+err.Error()+".")
	}
	return v
}

// factSource is the rule that a fact has an official source. A fact that is itself the address of a page is its own.
func factSource(s sheet, e entry, fields map[string]*yaml.Node, f *Fact) string {
	source := s.text(fields["source"], "source")
	if source == "" && f.Kind == URL {
		return f.Value.Text
	}
	if source == "" {
		s.fault(e.at, "missing-source", "the fact "+quoted(e.key)+" has no source", "Write source: and the address of the official page on which it stands.")
	} else if !isWeb(source) {
		s.fault(fields["source"], "missing-source", "the source "+quoted(source)+" is no address of a page", "Write the whole address of the official page, from https:// on.")
	}
	return source
}

func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// readField is the rule that a reading of an official page says how and when it was read.
func readField(s sheet, at, n *yaml.Node, what string) Read {
	text := s.text(n, "read")
	if text == "" {
		s.fault(at, "bad-read", what+" has no read", `Write read: "live" and the day you saw the page, or "copy" and the month of the copy, or "copy undated".`)
		return Read{}
	}
	r, err := ParseRead(text)
	if err != nil {
		s.fault(n, "bad-read", quoted(text)+" does not say how the page was read", sentence(err.Error()))
	}
	return r
}

// factSure is the rule that sure is yes or ask. Left out it is yes: whoever found a fact on its page need not say so.
func factSure(s sheet, n *yaml.Node) (ask bool) {
	switch text := s.text(n, "sure"); text {
	case "", "yes":
		return false
	case "ask":
		return true
	default:
		s.fault(n, "bad-sure", quoted(text)+" is neither yes nor ask", "Write sure: yes, or sure: ask if a person should ask before relying on it.")
		return true
	}
}

// factRecheck is the rule that the interval after which a page is read again is a length of time.
func factRecheck(s sheet, n *yaml.Node) Span {
	text := s.text(n, "recheck")
	if text == "" {
		return Span{}
	}
	span, err := ParseSpan(text)
	if err != nil {
		s.fault(n, "bad-recheck", "recheck is "+quoted(text), sentence(err.Error()))
	}
	return span
}

// factDay is the rule that valid_from and valid_until are days.
func factDay(s sheet, n *yaml.Node, key string) time.Time {
	text := s.text(n, key)
	if text == "" {
		return time.Time{}
	}
	day, has, ok := parseDay(text)
	if !ok || has != 3 {
		s.fault(n, "bad-value", key+" is "+quoted(text)+", which is no day", `Write a day, such as "2026-06-12".`)
	}
	return day
}

// staleFact is the rule that a reading is repeated in time.
func staleFact(f *Fact, day time.Time) []Fault {
	if due, ok := f.Due(); !ok || !day.After(due) {
		return nil
	} else {
		return []Fault{{File: fileFacts, Line: f.Line, Rule: "stale-fact", Warning: true,
			What: fmt.Sprintf("the fact %s should have been read again by %s (read: %s)", quoted(string(f.ID)), due.Format(time.DateOnly), f.Read),
			Do:   "Open the official page, compare, and write read: live with the day."}}
	}
}

// factOutOfTime is the rule that a fact holds today.
func factOutOfTime(f *Fact, day time.Time) []Fault {
	var what string
	switch {
	case f.Early(day):
		what = "holds only from " + f.ValidFrom.Format(time.DateOnly)
	case f.Past(day):
		what = "holds only until " + f.ValidUntil.Format(time.DateOnly)
	default:
		return nil
	}
	return []Fault{{File: fileFacts, Line: f.Line, Rule: "out-of-time", Warning: true, What: "the fact " + quoted(string(f.ID)) + " " + what,
		Do: "Look up what holds now, and correct the fact or the texts that name it."}}
}

// Due gives the day by which the official page should be read again; ok is false if the fact has no recheck, or is known
// from an undated copy only, which is doubtful from the first day.
func (f *Fact) Due() (day time.Time, ok bool) {
	if f.Recheck == (Span{}) || f.Read.On.IsZero() {
		return time.Time{}, false
	}
	return f.Recheck.After(f.Read.On), true
}

// Early tells whether the fact does not hold yet on day.
func (f *Fact) Early(day time.Time) bool { return day.Before(f.ValidFrom) }

// Past tells whether the fact holds no more on day.
func (f *Fact) Past(day time.Time) bool {
	return !f.ValidUntil.IsZero() && !day.Before(f.ValidUntil.AddDate(0, 0, 1))
}

// sentence makes a sentence of an error that says how something is written.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:] + "."
}
