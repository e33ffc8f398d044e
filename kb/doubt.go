package kb

import (
	"slices"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/kb/locale"
)

// The sentences by which doubt is told (content/ui). All but keyMark and keyPage have {facts}, the texts of the facts
// they are about; {when} is a date, {who} whom to ask.
const (
	keyMark    = "doubt.mark"         // the short word behind a doubtful fact
	keyAsk     = "doubt.ask"          // {facts} {who}
	keyCopy    = "doubt.copy"         // {facts} {when} {who}
	keyUndated = "doubt.copy-undated" // {facts} {who}
	keyStale   = "doubt.stale"        // {facts} {when} {who}
	keyPast    = "doubt.past"         // {facts} {when} {who}
	keyEarly   = "doubt.early"        // {facts} {when}
	keyPage    = "doubt.page"         // who to ask when the fact names no desk
)

// DoubtKeys gives the keys of the sentences that Doubt and Render need; every language of the interface has them.
func DoubtKeys() []string {
	return []string{keyMark, keyAsk, keyCopy, keyUndated, keyStale, keyPast, keyEarly, keyPage}
}

// reason is why a fact is not to be relied on without asking.
type reason int

const (
	certain reason = iota
	early          // does not hold yet
	past           // holds no more
	ask            // the people who wrote it are not sure
	copied         // read from a dated copy only
	undated        // read from an undated copy only
	stale          // read on the page itself, too long ago
)

// doubt is what the sentences about facts are grouped by.
type doubt struct {
	reason reason
	when   time.Time
	has    int // of when
	who    string
}

// doubtAlways gives the doubt about a fact that does not depend on the day.
func (l *Library) doubtAlways(f *Fact) doubt {
	switch {
	case f.Ask:
		return doubt{reason: ask, who: f.AskWho}
	case f.Read.Live || !mustBeSeen(f.Kind):
		return doubt{}
	case f.Read.On.IsZero():
		return doubt{reason: undated, who: f.AskWho}
	}
	return doubt{reason: copied, when: f.Read.On, has: f.Read.Has, who: f.AskWho}
}

// mustBeSeen tells whether a fact of a kind costs a person money, time or a journey when it is out of date: then a copy of
// the page is not enough. The address of a page is its own proof, and numbers and names change rarely.
func mustBeSeen(kind FactKind) bool {
	switch kind {
	case Money, Duration, Date, Address, Phone, Email:
		return true
	}
	return false
}

// doubtOn gives the doubt about a fact on a day.
func (l *Library) doubtOn(f *Fact, day time.Time) doubt {
	switch {
	case f.Early(day):
		return doubt{reason: early, when: f.ValidFrom, has: 3}
	case f.Past(day):
		return doubt{reason: past, when: f.ValidUntil, has: 3, who: f.AskWho}
	}
	d := l.doubtAlways(f)
	if d.reason == certain && f.Read.Live {
		if due, ok := f.Due(); ok && day.After(due) {
			return doubt{reason: stale, when: f.Read.On, has: 3, who: f.AskWho}
		}
	}
	return d
}

// Doubt gives the sentence that tells how far f is to be relied on, on a day; "" when it is certain.
func (l *Library) Doubt(f *Fact, tag language.Tag, day time.Time) string {
	for _, s := range l.doubtSentences([]*Fact{f}, tag, func(f *Fact) doubt { return l.doubtOn(f, day) }) {
		return s
	}
	return ""
}

// Doubts gives one sentence for each kind of doubt about the facts, with the texts of those it is about; none when all
// are certain.
func (l *Library) Doubts(facts []*Fact, tag language.Tag, day time.Time) []string {
	return l.doubtSentences(facts, tag, func(f *Fact) doubt { return l.doubtOn(f, day) })
}

func (l *Library) doubtSentences(facts []*Fact, tag language.Tag, doubtOf func(*Fact) doubt) []string {
	var order []doubt
	texts := map[doubt][]string{}
	for _, f := range facts {
		d := doubtOf(f)
		if d.reason == certain {
			continue
		}
		if texts[d] == nil {
			order = append(order, d)
		}
		if text := l.factSpan(f, tag).Text; !slices.Contains(texts[d], text) {
			texts[d] = append(texts[d], text)
		}
	}
	var sentences []string
	for _, d := range order {
		if s, ok := l.doubtSentence(d, texts[d], tag); ok {
			sentences = append(sentences, s)
		}
	}
	return sentences
}

// doubtKeys are the sentences of the reasons.
var doubtKeys = map[reason]string{early: keyEarly, past: keyPast, ask: keyAsk, copied: keyCopy, undated: keyUndated, stale: keyStale}

// mostNamed is how many facts a sentence about a doubt names; of more it says that there are more. In an article each of
// them carries the mark, so none is overlooked.
const mostNamed = 3

// doubtSentence says one doubt; ok is false in content that has no sentence for it.
func (l *Library) doubtSentence(d doubt, texts []string, tag language.Tag) (said string, ok bool) {
	key := doubtKeys[d.reason]
	if !l.catalog.Has(tag, key) {
		return "", false
	}
	if len(texts) > mostNamed {
		texts = append(slices.Clone(texts[:mostNamed]), "…")
	}
	args := locale.Args{"facts": l.catalog.List(tag, texts)}
	if d.has > 0 {
		args["when"] = l.catalog.Date(tag, d.when, d.has)
	}
	if w, ok := l.Word(tag, "desks", d.who); ok {
		args["who"] = w.Name
	} else {
		args["who"] = l.catalog.Sentence(tag, keyPage, nil)
	}
	return l.catalog.Sentence(tag, key, args), true
}

// The sentences of content/ui by which the freshness of a reading is told; {when} is a date.
const (
	keyReadLive    = "read.live"
	keyReadCopy    = "read.copy"
	keyReadUndated = "read.undated"
)

// Freshness tells in a few words how and when an official page was read; "" in content that has no sentence for it.
func (l *Library) Freshness(read Read, tag language.Tag) string {
	key, args := keyReadUndated, locale.Args(nil)
	if !read.On.IsZero() {
		args = locale.Args{"when": l.catalog.Date(tag, read.On, read.Has)}
		if key = keyReadCopy; read.Live {
			key = keyReadLive
		}
	}
	if !l.catalog.Has(tag, key) {
		return ""
	}
	return l.catalog.Sentence(tag, key, args)
}
