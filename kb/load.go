package kb

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"wegwijzer/kb/locale"
)

// loader reads one content folder. Each of its methods reads one kind of file; what is wrong becomes a fault and the
// reading goes on, so that one broken file hides nothing of the others.
type loader struct {
	fsys    fs.FS
	ui      fs.FS
	lib     *Library
	faults  []Fault
	minimal bool
	has     map[string]bool // names in the content folder
	broken  map[string]bool // files that could not be read
	langs   []locale.Language
	raw     map[language.Tag]*wordsFile     // words/<lang>.yaml
	says    map[language.Tag]*interfaceFile // ui/<lang>.yaml
	front   map[*Text]*textFile             // what the rules want to know of an article's file
	sheets  map[ArticleID]*articleFile      // what the rules want to know of an article.yaml
	crises  []crisisEntry
	allowed map[string]bool                  // words of terms.yaml with digits
	numbers map[language.Tag]map[string]bool // numbers in letters, as terms.yaml has them
	units   map[language.Tag]map[string]bool // words that stand beside a number of days, weeks …
	lent    bool                             // the sentences come from another content folder
}

// The files and folders of the content.
const (
	fileLanguages   = "languages.yaml"
	fileFacts       = "facts.yaml"
	fileProfessions = "professions.yaml"
	fileCountries   = "countries.yaml"
	fileRoute       = "route.yaml"
	fileLock        = "route.lock" // the permanent numbers of the route's plan codes
	fileTerms       = "terms.yaml"
	fileCrisis      = "crisis.yaml"
	dirWords        = "words"
	dirUI           = "ui"
	dirOutside      = "outside"
	dirArticles     = "articles"
)

// Load reads the content in fsys and checks it. ui stands in for its ui folder if it has none and may be nil; it is a
// content folder itself, such as the one in the binary. The Library is never nil: it holds all that could be read. With
// HasErrors among the faults it is fit for looking at, not for answering from.
//
// What depends on the day (readings that grow old) is not looked at here; see FaultsOn.
func Load(fsys, ui fs.FS) (*Library, []Fault) {
	l := newLoader(fsys, ui)
	l.folder()
	l.languages()
	l.facts()
	l.table(fileProfessions, slotProfession)
	l.table(fileCountries, slotCountry, slotNationality)
	l.terms()
	l.words()
	l.sentences()
	l.crisis()
	l.outside()
	l.articles()
	l.markOutdated()
	l.assemble()
	l.rules()
	l.lib.render()
	SortFaults(l.faults)
	return l.lib, l.faults
}

func newLoader(fsys, ui fs.FS) *loader {
	return &loader{
		fsys: fsys, ui: ui,
		has: map[string]bool{}, broken: map[string]bool{}, allowed: map[string]bool{}, numbers: map[language.Tag]map[string]bool{}, units: map[language.Tag]map[string]bool{},
		raw: map[language.Tag]*wordsFile{}, says: map[language.Tag]*interfaceFile{},
		front: map[*Text]*textFile{}, sheets: map[ArticleID]*articleFile{},
		lib: &Library{
			byID: map[ArticleID]*Article{}, factByID: map[FactID]*Fact{}, factTexts: map[language.Tag]map[FactID]string{},
			words: map[language.Tag]map[string]*section{}, tables: map[string]*table{}, helps: map[ArticleID]bool{},
			outside: map[language.Tag][]string{}, files: map[string][]byte{}, rendered: map[*Text]*rendering{},
		},
	}
}

// folder looks at what the content folder has.
func (l *loader) folder() {
	files := []string{fileLanguages, fileFacts, fileProfessions, fileCountries, fileRoute, fileTerms, fileCrisis}
	for _, e := range l.list(".") {
		l.has[e.Name()] = true
		if ext := path.Ext(e.Name()); (ext == ".yaml" || ext == ".yml") && !contains(files, e.Name()) {
			l.warn(e.Name(), 0, "unknown-file", "is not read: no file of the content has this name", meant(e.Name(), files)+"The files are: "+strings.Join(files, ", ")+".")
		}
	}
	l.minimal = !l.has[fileLanguages]
	l.lib.minimal = l.minimal
	if !l.has[dirArticles] && len(l.faults) == 0 {
		l.fault(dirArticles, 0, "missing-file", "there is no folder articles", "Put each subject in a folder of its own in articles.")
	}
	for _, name := range []string{fileRoute, fileLock} {
		if l.has[name] {
			l.read(name)
		}
	}
}

// languages reads languages.yaml; without it the languages are those of the articles.
func (l *loader) languages() {
	data, ok := l.read(fileLanguages)
	if !ok {
		return
	}
	s := sheet{load: l, file: fileLanguages}
	root := s.parse(data)
	if root == nil {
		return
	}
	if root.Kind != yaml.SequenceNode {
		s.fault(root, "shape", "languages.yaml is "+shape(root)+" and should be a list", "Write one language a line: - {tag: nl, name: Nederlands}")
		return
	}
	fallbacks := map[language.Tag][]lined{}
	for _, item := range root.Content {
		fields := s.fields(item, "a language", "tag", "name", "script", "direction", "fallback", "source")
		if fields["tag"] == nil {
			s.fault(item, "missing-field", "a language has no tag", "Write its BCP 47 tag, such as tag: ar.")
			continue
		}
		text := s.text(fields["tag"], "a tag")
		tag, err := locale.ParseTag(text)
		if err != nil {
			s.fault(fields["tag"], "unknown-language", quoted(text)+" is no language tag", "Write a BCP 47 tag, such as en or ar.")
			continue
		}
		if contains(l.tags(), tag.String()) {
			s.fault(fields["tag"], "duplicate", "the language "+quoted(text)+" stands there twice", "Keep one of the two.")
			continue
		}
		lang := locale.Describe(tag)
		if name := s.text(fields["name"], "a name"); name != "" {
			lang.Name = name
		} else {
			s.warn(item, "missing-field", "the language "+quoted(text)+" has no name", "Write the name by which its speakers call it.")
		}
		if script := s.text(fields["script"], "a script"); script != "" {
			if _, err := language.ParseScript(script); err != nil {
				s.fault(fields["script"], "bad-value", quoted(script)+" is no script", "Write its ISO 15924 code, such as Arab, or leave it out.")
			} else {
				lang.Script, lang.Direction = script, locale.DirectionOf(script)
			}
		}
		switch d := s.text(fields["direction"], "a direction"); locale.Direction(d) {
		case "":
		case locale.LeftToRight, locale.RightToLeft:
			lang.Direction = locale.Direction(d)
		default:
			s.fault(fields["direction"], "bad-value", quoted(d)+" is no direction", "Write ltr or rtl, or leave it out.")
		}
		switch yes := s.text(fields["source"], "source"); yes {
		case "", "false", "no":
		case "true", "yes":
			if l.lib.source != language.Und {
				s.fault(fields["source"], "source-language", "two languages are the source language", "Write source: true at one language only.")
			} else {
				l.lib.source = tag
			}
		default:
			s.fault(fields["source"], "bad-value", quoted(yes)+" is neither true nor false", "Write source: true at the language that texts are written in first.")
		}
		fallbacks[tag] = s.texts(fields["fallback"], "fallback")
		l.langs = append(l.langs, lang)
	}
	if l.lib.source == language.Und {
		s.fault(root, "source-language", "no language is the source language", "Write source: true at the language that texts are written in first.")
	}
	for i, lang := range l.langs {
		for _, f := range fallbacks[lang.Tag] {
			if tag, err := locale.ParseTag(f.text); err != nil || tag == lang.Tag || !contains(l.tags(), tag.String()) {
				l.fault(s.file, f.line, "unknown-language", "the fallback "+quoted(f.text)+" of "+quoted(lang.Tag.String())+" is no other language of this list",
					meant(f.text, l.tags())+"Name languages that stand in this file.")
			} else {
				l.langs[i].Fallback = append(l.langs[i].Fallback, tag)
			}
		}
	}
}

// table reads the attributes of the values of slots.
func (l *loader) table(file string, slots ...string) {
	data, ok := l.read(file)
	if !ok {
		return
	}
	s := sheet{load: l, file: file}
	t := &table{rows: map[string]Attributes{}}
	for _, e := range s.entries(s.parse(data), file) {
		row := Attributes{}
		for _, a := range s.entries(e.value, quoted(e.key)) {
			value := s.text(a.value, a.key)
			row[a.key] = value
			l.feeIsFact(s, a, value)
		}
		if countrySlots[slots[0]] && e.key != defaultRow && !locale.IsRegion(e.key) {
			s.fault(e.at, "unknown-country", quoted(e.key)+" is no country", "Write its ISO 3166-1 code of two capitals, such as SY.")
			continue
		}
		t.rows[e.key] = row
		if e.key != defaultRow {
			t.ids = append(t.ids, e.key)
		}
	}
	for _, slot := range slots {
		l.lib.tables[slot] = t
	}
}

// terms reads terms.yaml.
func (l *loader) terms() {
	data, ok := l.read(fileTerms)
	if !ok {
		return
	}
	s := sheet{load: l, file: fileTerms}
	fields := s.fields(s.parse(data), fileTerms, "words", "numbers", "terms")
	for _, e := range s.entries(fields["numbers"], "numbers") {
		tag, err := locale.ParseTag(e.key)
		if err != nil {
			s.fault(e.at, "unknown-language", quoted(e.key)+" is no language tag", meant(e.key, l.tags())+"Write a BCP 47 tag, such as en or ar.")
			continue
		}
		l.numbers[tag] = map[string]bool{}
		for _, w := range s.texts(e.value, quoted(e.key)) {
			l.numbers[tag][phrase(w.text)] = true
		}
	}
	for _, w := range s.texts(fields["words"], "words") {
		l.allowed[w.text] = true
		l.lib.terms.Words = append(l.lib.terms.Words, w.text)
	}
	for _, e := range s.entries(fields["terms"], "terms") {
		term := GlossaryEntry{Word: e.key, In: map[language.Tag]string{}}
		for _, in := range s.entries(e.value, quoted(e.key)) {
			tag, err := locale.ParseTag(in.key)
			if err != nil {
				s.fault(in.at, "unknown-language", quoted(in.key)+" is no language tag", meant(in.key, l.tags())+"Write a BCP 47 tag, such as en or ar.")
				continue
			}
			term.In[tag] = s.text(in.value, "a word")
		}
		l.lib.terms.Glossary = append(l.lib.terms.Glossary, term)
	}
}

// outside reads the sentences that must be declined.
func (l *loader) outside() {
	files := l.perLanguage(dirOutside, ".txt")
	for _, tag := range sortedTags(files) {
		data, ok := l.read(files[tag])
		if !ok {
			continue
		}
		for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				l.lib.outside[tag] = append(l.lib.outside[tag], line)
			}
		}
	}
}

// assemble puts together what was read: the catalog, the facts as each language writes them, the words with their facts.
func (l *loader) assemble() {
	lib := l.lib
	if l.minimal {
		l.articleLanguages()
	}
	// Facts are written with sentences of the interface, and sentences may name facts: so first a catalog to write the
	// facts with, then the one that is kept.
	raw := map[language.Tag]locale.Interface{}
	for tag, file := range l.says {
		raw[tag] = locale.Interface{Commands: file.commandWords(), Sentences: file.plain()}
	}
	lib.catalog = locale.NewCatalog(lib.source, l.langs, raw)
	tags := map[language.Tag]bool{}
	for tag := range raw {
		tags[tag] = true
	}
	for _, lang := range l.langs {
		tags[lang.Tag] = true
	}
	for tag := range tags {
		texts := make(map[FactID]string, len(lib.facts))
		for _, f := range lib.facts {
			texts[f.ID] = factText(lib.catalog, f, tag)
		}
		lib.factTexts[tag] = texts
	}
	filled := map[language.Tag]locale.Interface{}
	for tag, ui := range raw {
		for key, sentence := range ui.Sentences {
			for form, text := range sentence {
				sentence[form] = lib.fillText(text, tag)
			}
			ui.Sentences[key] = sentence
		}
		filled[tag] = ui
	}
	lib.catalog = locale.NewCatalog(lib.source, l.langs, filled)
	for tag, file := range l.raw {
		lib.words[tag] = file.fill(lib, tag)
	}
	for _, a := range lib.articles {
		for tag, text := range a.Texts {
			text.Title = lib.fillText(text.Title, tag)
		}
	}
}

// articleLanguages makes the languages of minimal content: those of its articles and of outside, the source language
// being the only one there is.
func (l *loader) articleLanguages() {
	tags := map[language.Tag]bool{}
	for _, a := range l.lib.articles {
		for tag := range a.Texts {
			tags[tag] = true
		}
	}
	for _, tag := range sortedTags(tags) {
		l.langs = append(l.langs, locale.Describe(tag))
	}
	if len(l.langs) == 1 {
		l.lib.source = l.langs[0].Tag
	}
}

func sortedTags[V any](m map[language.Tag]V) []language.Tag {
	return slices.SortedFunc(maps.Keys(m), func(a, b language.Tag) int { return strings.Compare(a.String(), b.String()) })
}

// feeIsFact is the rule that an attribute which names a fee names a fact.
func (l *loader) feeIsFact(s sheet, a entry, value string) {
	if (a.key == "fee" || strings.HasSuffix(a.key, "-fee")) && value != "" && l.lib.factByID[FactID(value)] == nil && !l.broken[fileFacts] {
		s.fault(a.value, "unknown-fact", fmt.Sprintf("%s names the unknown fact %s", a.key, quoted(value)), meant(value, l.factIDs())+"Use an id of facts.yaml.")
	}
}

func (l *loader) factIDs() []string {
	ids := make([]string, len(l.lib.facts))
	for i, f := range l.lib.facts {
		ids[i] = string(f.ID)
	}
	return ids
}

func (l *loader) articleIDs() []string {
	ids := make([]string, len(l.lib.articles))
	for i, a := range l.lib.articles {
		ids[i] = string(a.ID)
	}
	return ids
}
