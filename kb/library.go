package kb

import (
	"slices"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/kb/locale"
)

// Library is all content, loaded and put together once. It is immutable and safe for concurrent use; readers never lock.
// What its methods return belongs to it and is not to be changed.
type Library struct {
	source    language.Tag
	minimal   bool
	catalog   *locale.Catalog
	articles  []*Article
	byID      map[ArticleID]*Article
	facts     []*Fact
	factByID  map[FactID]*Fact
	factTexts map[language.Tag]map[FactID]string
	words     map[language.Tag]map[string]*section
	tables    map[string]*table // slot → attributes of its values
	terms     Terms
	crisis    []CrisisPhrase
	helps     map[ArticleID]bool // articles that crisis phrases lead to
	outside   map[language.Tag][]string
	files     map[string][]byte
	rendered  map[*Text]*rendering
}

// section is one section of a words file, facts filled in.
type section struct {
	ids   []string
	words map[string]Word
}

// table is professions.yaml or countries.yaml.
type table struct {
	ids  []string
	rows map[string]Attributes
}

// defaultRow is the key of countries.yaml that stands for every country that is not listed.
const defaultRow = "default"

// Terms is the glossary: Dutch words that stay Dutch, and the word agreed on for each in the other languages.
type Terms struct {
	Words    []string        // whole words with digits in them that texts may use, such as "B2+"
	Glossary []GlossaryEntry // in the order of terms.yaml
}

// GlossaryEntry is a word of the source language with the agreed word per language.
type GlossaryEntry struct {
	Word string
	In   map[language.Tag]string
}

// Source gives the language that everything is written in first. It is language.Und for minimal content in several
// languages, where no text is a translation of another.
func (l *Library) Source() language.Tag { return l.source }

// Minimal tells whether this is minimal content: articles without a languages.yaml.
func (l *Library) Minimal() bool { return l.minimal }

// Catalog gives the languages of the content and the bot's own sentences.
func (l *Library) Catalog() *locale.Catalog { return l.catalog }

// Article gives the article with this id, or nil.
func (l *Library) Article(id ArticleID) *Article { return l.byID[id] }

// Articles gives all articles in alphabetical order of their ids.
func (l *Library) Articles() []*Article { return l.articles }

// Fact gives the fact with this id, or nil.
func (l *Library) Fact(id FactID) *Fact { return l.factByID[id] }

// Facts gives all facts in the order of facts.yaml.
func (l *Library) Facts() []*Fact { return l.facts }

// Terms gives the glossary.
func (l *Library) Terms() Terms { return l.terms }

// Crisis gives the phrases that must lead to help at once, and the harmless ones that look like them, of all languages.
func (l *Library) Crisis() []CrisisPhrase { return l.crisis }

// Outside gives the sentences in exactly this language that must be declined.
func (l *Library) Outside(tag language.Tag) []string { return l.outside[tag] }

// File gives a file of the content as it was read, by its path in the content folder, such as "route.yaml".
func (l *Library) File(name string) ([]byte, bool) {
	data, ok := l.files[name]
	return data, ok
}

// Word gives the word id of a section in tag, or in the first language of its Chain that has it. The names of countries
// (sections country and nationality, ids ISO 3166-1 alpha-2) come from CLDR unless words/<lang>.yaml names them; its other
// forms come with them.
func (l *Library) Word(tag language.Tag, sectionID, id string) (Word, bool) {
	country := countrySlots[sectionID] && locale.IsRegion(id)
	for _, t := range l.chain(tag) {
		w, ok := l.word(t, sectionID, id)
		if !ok && country && sectionID != slotCountry {
			w, ok = l.word(t, slotCountry, id)
		}
		if country && w.Name == "" {
			var named bool
			if w.Name, named = locale.RegionName(t, id); named {
				return w, true
			}
			continue
		}
		if ok {
			return w, true
		}
	}
	if country {
		name, ok := locale.RegionName(language.English, id)
		return Word{Name: name}, ok
	}
	return Word{}, false
}

func (l *Library) word(tag language.Tag, sectionID, id string) (Word, bool) {
	s, ok := l.words[tag][sectionID]
	if !ok {
		return Word{}, false
	}
	w, ok := s.words[id]
	return w, ok
}

// chain is the catalog's Chain with the tag itself first: minimal content may be asked for a language it lacks.
func (l *Library) chain(tag language.Tag) []language.Tag {
	chain := l.catalog.Chain(tag)
	if len(chain) == 0 || chain[0] != tag {
		return append([]language.Tag{tag}, chain...)
	}
	return chain
}

// Section gives the ids of a section in the order of the words file of tag, or of the first language of its Chain that
// has the section.
func (l *Library) Section(tag language.Tag, sectionID string) []string {
	for _, t := range l.chain(tag) {
		if s, ok := l.words[t][sectionID]; ok {
			return s.ids
		}
	}
	return nil
}

// The slots whose values have rules of their own in a file.
const (
	slotProfession  = "profession"
	slotCountry     = "country"
	slotNationality = "nationality"
)

var countrySlots = map[string]bool{slotCountry: true, slotNationality: true}

// Attributes gives the rules known about a value of a slot (a profession; a country or nationality), or nil. A country
// that countries.yaml does not list has those of its default.
func (l *Library) Attributes(slot, value string) Attributes {
	t := l.tables[slot]
	if t == nil {
		return nil
	}
	if row, ok := t.rows[value]; ok && value != defaultRow {
		return row
	}
	if countrySlots[slot] && locale.IsRegion(value) {
		return t.rows[defaultRow]
	}
	return nil
}

// Values gives the values that a slot can have, in the order in which they are offered: all countries for country and
// nationality, the professions of professions.yaml, else the ids of the slot's section in the source language.
func (l *Library) Values(slot string) []string {
	if countrySlots[slot] {
		return locale.Regions()
	}
	if t := l.tables[slot]; t != nil {
		return t.ids
	}
	return l.Section(l.source, slot)
}

// FactText gives a fact as a language writes it, without its doubt; "" for an unknown fact.
func (l *Library) FactText(id FactID, tag language.Tag) string {
	if text, ok := l.factTexts[tag][id]; ok {
		return text
	}
	if f := l.factByID[id]; f != nil {
		return factText(l.catalog, f, tag)
	}
	return ""
}

// FactView is a fact as programs outside see it.
type FactView struct {
	ID     FactID `json:"id"`
	Text   string `json:"text"`
	Sure   string `json:"sure"` // yes or ask
	Source string `json:"source"`
	Read   string `json:"read"` // "live 2026-11-24", "copy 2024-03" or "copy undated"
}

// FactView gives a fact in a language for programs; ok is false for an unknown fact.
func (l *Library) FactView(id FactID, tag language.Tag) (view FactView, ok bool) {
	f := l.factByID[id]
	if f == nil {
		return FactView{}, false
	}
	sure := "yes"
	if f.Ask {
		sure = "ask"
	}
	return FactView{ID: id, Text: l.FactText(id, tag), Sure: sure, Source: f.Source, Read: f.Read.String()}, true
}

// factText writes a fact's value by its kind.
func factText(c *locale.Catalog, f *Fact, tag language.Tag) string {
	v := f.Value
	switch f.Kind {
	case Money:
		return c.Money(tag, v.Min, v.Max, v.Currency)
	case Number:
		return c.Number(tag, v.Min, v.Max)
	case Percent:
		return c.Percent(tag, v.Min, v.Max)
	case Duration:
		return c.Duration(tag, v.Min, v.Max, v.Unit)
	case Date:
		return c.Date(tag, v.Date, v.DateHas)
	case URL:
		return v.Text // to be opened or copied, so nothing may stand round it
	}
	if c.Direction(tag) == locale.RightToLeft {
		return locale.Isolate(v.Text)
	}
	return v.Text
}

// FaultsOn gives the warnings that depend on the day: facts whose reading is too old, or that hold no more or not yet.
func (l *Library) FaultsOn(day time.Time) []Fault {
	var faults []Fault
	for _, f := range l.facts {
		faults = append(faults, staleFact(f, day)...)
		faults = append(faults, factOutOfTime(f, day)...)
	}
	return slices.Clip(faults)
}
