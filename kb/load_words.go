package kb

import (
	"path"
	"slices"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"wegwijzer/kb/locale"
)

// stamped is what words, ui and article files say about the state of the translation.
type stamped struct {
	file   string
	status Status
	of     map[string]string // key → hash of the source text it was made from
}

// movedOn tells whether the source text of key has changed since the translation was made. What differs then is a
// warning: mending the source must be possible without knowing twelve languages.
func (f stamped) movedOn(key, now string) bool { return f.of[key] != "" && f.of[key] != now }

// wordsFile is words/<lang>.yaml as it is written.
type wordsFile struct {
	stamped
	sections []wordsSection
}

type wordsSection struct {
	id    string
	line  int
	words []writtenWord
}

type writtenWord struct {
	id   string
	line int
	word Word // facts not filled in
}

// interfaceFile is ui/<lang>.yaml as it is written.
type interfaceFile struct {
	stamped
	commands  []command
	sentences []writtenSentence
}

type command struct {
	name    string
	line    int
	phrases []lined
}

type writtenSentence struct {
	key   string
	line  int
	forms locale.Sentence // facts not filled in
}

func (f *wordsFile) section(id string) *wordsSection {
	for i := range f.sections {
		if f.sections[i].id == id {
			return &f.sections[i]
		}
	}
	return nil
}

func (f *interfaceFile) commandWords() map[string][]string {
	words := make(map[string][]string, len(f.commands))
	for _, c := range f.commands {
		words[c.name] = plain(c.phrases)
	}
	return words
}

// plain gives the sentences for a catalog; it may change them.
func (f *interfaceFile) plain() map[string]locale.Sentence {
	sentences := make(map[string]locale.Sentence, len(f.sentences))
	for _, w := range f.sentences {
		forms := make(locale.Sentence, len(w.forms))
		for form, text := range w.forms {
			forms[form] = text
		}
		sentences[w.key] = forms
	}
	return sentences
}

// fill gives the sections with the facts of their words filled in.
func (f *wordsFile) fill(lib *Library, tag language.Tag) map[string]*section {
	sections := make(map[string]*section, len(f.sections))
	for _, written := range f.sections {
		s := &section{words: make(map[string]Word, len(written.words))}
		for _, w := range written.words {
			s.ids = append(s.ids, w.id)
			s.words[w.id] = lib.fillWord(w.word, tag)
		}
		sections[written.id] = s
	}
	return sections
}

// words reads words/<lang>.yaml.
func (l *loader) words() {
	files := l.perLanguage(dirWords, ".yaml")
	for _, tag := range sortedTags(files) {
		if data, ok := l.read(files[tag]); ok {
			l.raw[tag] = l.wordsFile(sheet{load: l, file: files[tag]}, data)
		}
	}
}

func (l *loader) wordsFile(s sheet, data []byte) *wordsFile {
	f := &wordsFile{stamped: stamped{file: s.file}}
	for _, e := range s.entries(s.parse(data), s.file) {
		switch e.key {
		case "status":
			f.status = l.status(s, e.value)
		case "of":
			f.of = ofKeys(s, e.value)
		default:
			section := wordsSection{id: e.key, line: s.line(e.at)}
			for _, w := range s.entries(e.value, quoted(e.key)) {
				section.words = append(section.words, writtenWord{id: w.key, line: s.line(w.at), word: wordOf(s, w)})
			}
			f.sections = append(f.sections, section)
		}
	}
	return f
}

// wordOf reads a word: a text, or a name with other forms and a note.
func wordOf(s sheet, e entry) Word {
	if e.value.Kind != yaml.MappingNode {
		return Word{Name: s.text(e.value, quoted(e.key))}
	}
	fields := s.fields(e.value, quoted(e.key), "name", "also", "note")
	return Word{Name: s.text(fields["name"], "name"), Also: plain(s.texts(fields["also"], "also")), Note: s.text(fields["note"], "note")}
}

// ofKeys reads the hashes that stamp wrote, by key.
func ofKeys(s sheet, n *yaml.Node) map[string]string {
	of := map[string]string{}
	for _, e := range s.entries(n, "of") {
		of[e.key] = s.text(e.value, "a hash")
	}
	return of
}

// status reads who last answered for a translation.
func (l *loader) status(s sheet, n *yaml.Node) Status {
	switch text := s.text(n, "status"); Status(text) {
	case StatusMachine, StatusReviewed:
		return Status(text)
	case "":
		return ""
	default:
		known := []string{string(StatusMachine), string(StatusReviewed)}
		l.report(l.minimal, s.file, s.line(n), "bad-status", quoted(text)+" is no status", meant(text, known)+"Write machine, or reviewed if a speaker has read and signed it.")
		return StatusMachine
	}
}

// sentences reads ui/<lang>.yaml, from the content in the binary if this content has no ui folder.
func (l *loader) sentences() {
	if l.has[dirUI] || l.ui == nil {
		files := l.perLanguage(dirUI, ".yaml")
		for _, tag := range sortedTags(files) {
			if data, ok := l.read(files[tag]); ok {
				l.says[tag] = l.interfaceFile(sheet{load: l, file: files[tag]}, data)
			}
		}
		return
	}
	// Its faults are no faults of this content: the binary's content has its own check.
	lent := newLoader(l.ui, nil)
	files := lent.perLanguage(dirUI, ".yaml")
	for _, tag := range sortedTags(files) {
		if data, ok := lent.read(files[tag]); ok {
			l.says[tag] = lent.interfaceFile(sheet{load: lent, file: files[tag]}, data)
		}
	}
	l.lent = true
}

func (l *loader) interfaceFile(s sheet, data []byte) *interfaceFile {
	f := &interfaceFile{stamped: stamped{file: s.file}}
	fields := s.fields(s.parse(data), path.Base(s.file), "status", "of", "commands", "sentences")
	f.status = l.status(s, fields["status"])
	f.of = ofKeys(s, fields["of"])
	for _, e := range s.entries(fields["commands"], "commands") {
		f.commands = append(f.commands, command{name: e.key, line: s.line(e.at), phrases: s.texts(e.value, quoted(e.key))})
	}
	for _, e := range s.entries(fields["sentences"], "sentences") {
		f.sentences = append(f.sentences, writtenSentence{key: e.key, line: s.line(e.at), forms: formsOf(s, e)})
	}
	return f
}

// formsOf reads a sentence: a text, or one for each plural form.
func formsOf(s sheet, e entry) locale.Sentence {
	if e.value.Kind != yaml.MappingNode {
		return locale.Sentence{locale.Other: s.text(e.value, quoted(e.key))}
	}
	forms := locale.Sentence{}
	for _, form := range s.entries(e.value, quoted(e.key)) {
		if !locale.IsPlural(locale.Plural(form.key)) {
			known := []string{"zero", "one", "two", "few", "many", "other"}
			s.fault(form.at, "plural", quoted(form.key)+" is no plural form", meant(form.key, known)+"The forms are zero, one, two, few, many and other.")
			continue
		}
		forms[locale.Plural(form.key)] = s.text(form.value, quoted(form.key))
	}
	return forms
}

// crisisEntry is one article of crisis.yaml with its phrases per language.
type crisisEntry struct {
	article ArticleID
	line    int
	phrases []crisisPhrases
}

type crisisPhrases struct {
	tag               language.Tag
	line              int
	phrases, harmless []lined
}

// crisis reads crisis.yaml.
func (l *loader) crisis() {
	data, ok := l.read(fileCrisis)
	if !ok {
		return
	}
	s := sheet{load: l, file: fileCrisis}
	root := s.parse(data)
	if root == nil {
		return
	}
	if root.Kind != yaml.SequenceNode {
		s.fault(root, "shape", "crisis.yaml is "+shape(root)+" and should be a list", "Write - article: and its id, then the phrases of each language.")
		return
	}
	for _, item := range root.Content {
		c := crisisEntry{line: s.line(item)}
		for _, e := range s.entries(item, "an entry of crisis.yaml") {
			if e.key == "article" {
				c.article, c.line = ArticleID(s.text(e.value, "article")), s.line(e.at)
				continue
			}
			tag, err := locale.ParseTag(e.key)
			if err != nil {
				s.fault(e.at, "unknown-language", quoted(e.key)+" is neither article nor a language tag", meant(e.key, append(l.tags(), "article"))+"Write the phrases under a BCP 47 tag, such as ar.")
				continue
			}
			fields := s.fields(e.value, quoted(e.key), "phrases", "harmless")
			c.phrases = append(c.phrases, crisisPhrases{tag: tag, line: s.line(e.at), phrases: s.texts(fields["phrases"], "phrases"), harmless: s.texts(fields["harmless"], "harmless")})
		}
		l.crises = append(l.crises, c)
		l.lib.helps[c.article] = true
		for _, p := range c.phrases {
			for _, text := range p.phrases {
				l.lib.crisis = append(l.lib.crisis, CrisisPhrase{Tag: p.tag, Article: c.article, Text: text.text})
			}
			for _, text := range p.harmless {
				l.lib.crisis = append(l.lib.crisis, CrisisPhrase{Tag: p.tag, Article: c.article, Text: text.text, Harmless: true})
			}
		}
	}
	l.lib.crisis = slices.Clip(l.lib.crisis)
}
