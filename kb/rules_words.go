package kb

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

// wordsRules checks words/<lang>.yaml.
func (l *loader) wordsRules() {
	source := l.raw[l.lib.source]
	for _, tag := range sortedTags(l.raw) {
		f := l.raw[tag]
		if l.broken[f.file] {
			continue
		}
		for _, section := range f.sections {
			for _, w := range section.words {
				l.wordIsWhole(f.file, section, w)
				l.shortTextRules(shown{f.file, w.line, w.word.Name})
				l.shortTextRules(shown{f.file, w.line, w.word.Note})
				l.numberWordsAreFacts(tag, shown{f.file, w.line, w.word.Name + " " + w.word.Note})
			}
		}
		l.valuesAreKnown(f)
		l.talkPhrasesStandOnce(tag, f)
		if tag != l.lib.source && l.translated(tag) && source != nil && !l.broken[source.file] {
			l.wordsMatch(source, f)
		}
	}
	if source != nil && !l.broken[source.file] {
		l.valuesAreNamed(source)
	}
}

// wordIsWhole is the rule that a word has a name. Countries have theirs from CLDR.
func (l *loader) wordIsWhole(file string, section wordsSection, w writtenWord) {
	if w.word.Name == "" && !countrySlots[section.id] {
		l.fault(file, w.line, "empty", fmt.Sprintf("%s in %s has no text", quoted(w.id), quoted(section.id)), "Write its text, or take the line out.")
	}
}

// valuesAreKnown is the rule that the words of professions and countries are words of professions and countries.
func (l *loader) valuesAreKnown(f *wordsFile) {
	for _, section := range f.sections {
		for _, w := range section.words {
			switch {
			case countrySlots[section.id] && !locale.IsRegion(w.id):
				l.fault(f.file, w.line, "unknown-country", quoted(w.id)+" is no country", "Write its ISO 3166-1 code of two capitals, such as SY.")
			case section.id == slotProfession && l.usable(fileProfessions) && !contains(l.lib.tables[slotProfession].ids, w.id):
				ids := l.lib.tables[slotProfession].ids
				l.fault(f.file, w.line, "unknown-profession", "unknown profession "+quoted(w.id), meant(w.id, ids)+"Use an id of professions.yaml, or add it there.")
			}
		}
	}
}

// valuesAreNamed is the rule that every profession has a name in the source language.
func (l *loader) valuesAreNamed(source *wordsFile) {
	if !l.usable(fileProfessions) {
		return
	}
	if missing := only(l.lib.tables[slotProfession].ids, l.sourceIDs(slotProfession)); len(missing) > 0 {
		l.fault(source.file, 0, "missing-word", "professions without a name: "+some(missing), "Name them in the section profession.")
	}
}

// wordsMatch is the rule that a translation of the words has the sections and ids of the source, with the same facts.
func (l *loader) wordsMatch(source, f *wordsFile) {
	var sections []string
	for _, s := range source.sections {
		sections = append(sections, s.id)
	}
	var keys, missing []string
	now := map[string]string{}
	for _, section := range source.sections {
		mine := f.section(section.id)
		for _, w := range section.words {
			if !translatable(section.id, w) {
				continue
			}
			key := section.id + "." + w.id
			now[key] = hashWord(w.word)
			i := -1
			if mine != nil {
				i = slices.IndexFunc(mine.words, func(m writtenWord) bool { return m.id == w.id })
			}
			if i < 0 {
				missing = append(missing, key)
				continue
			}
			keys = append(keys, key)
			m := mine.words[i]
			l.shortFactsMatch(f.movedOn(key, now[key]), shown{f.file, m.line, m.word.Name + m.word.Note}, key, w.word.Name+w.word.Note)
			if section.id == sectionLines {
				l.lineArgsMatch(shown{f.file, m.line, m.word.Name}, key, w.word.Name)
			}
		}
	}
	if len(missing) > 0 {
		l.warn(f.file, 0, "missing-translation", "not translated: "+some(missing), "Translate them from "+source.file+".")
	}
	for _, section := range f.sections {
		if !contains(sections, section.id) {
			l.fault(f.file, section.line, "unknown-key", "unknown section "+quoted(section.id), meant(section.id, sections)+"Use the sections of "+source.file+".")
			continue
		}
		l.wordsAreKnown(source, f, section)
	}
	l.stampRules(f.stamped, keys, now)
}

// translatable tells whether a word is shown and so translated. A country without a name has that from CLDR, and the ways
// to type it are each language's own.
func translatable(sectionID string, w writtenWord) bool {
	return !countrySlots[sectionID] || w.word.Name != ""
}

// wordsAreKnown is the rule that a translated word has a word to be a translation of.
func (l *loader) wordsAreKnown(source, f *wordsFile, section wordsSection) {
	if countrySlots[section.id] {
		return // each language has its own ways to type them
	}
	ids := make([]string, 0, len(section.words))
	for _, w := range source.section(section.id).words {
		ids = append(ids, w.id)
	}
	for _, w := range section.words {
		if !contains(ids, w.id) {
			l.fault(f.file, w.line, "unknown-key", fmt.Sprintf("unknown word %s in %s", quoted(w.id), quoted(section.id)), meant(w.id, ids)+"Use the ids of "+source.file+".")
		}
	}
}

// shortFactsMatch is the rule that a translated word or sentence names the facts that its source names.
func (l *loader) shortFactsMatch(warning bool, s shown, key string, source string) {
	want, got := prose.Placeholders(source), prose.Placeholders(s.text)
	for _, id := range only(want, got) {
		l.report(warning, s.file, s.line, "facts-differ", fmt.Sprintf("%s does not name the fact %s that the source text names", quoted(key), quoted(id)), "Write {{"+clip(id)+"}} where it belongs.")
	}
	for _, id := range only(got, want) {
		l.report(warning, s.file, s.line, "facts-differ", fmt.Sprintf("%s names the fact %s that the source text does not name", quoted(key), quoted(id)), "Take it out, or write it in the source text first.")
	}
}

// talkPhrasesStandOnce is the rule that the phrases by which people begin to tell about themselves stand once each, and
// are no command.
func (l *loader) talkPhrasesStandOnce(tag language.Tag, f *wordsFile) {
	section := f.section("talk")
	if section == nil {
		return
	}
	seen := map[string]place{}
	if ui := l.says[tag]; ui != nil {
		for _, c := range ui.commands {
			for _, p := range c.phrases {
				seen[phrase(p.text)] = place{owner: "the command " + c.name}
			}
		}
	}
	for _, w := range section.words {
		for _, text := range w.word.Also {
			key := phrase(text)
			if first, ok := seen[key]; ok {
				l.fault(f.file, w.line, "phrase-twice", fmt.Sprintf("the phrase %s of %s also stands under %s", quoted(text), quoted(w.id), quoted(first.owner)), "Keep it in one place.")
				continue
			}
			seen[key] = place{owner: w.id}
		}
	}
}

// interfaceRules checks ui/<lang>.yaml, unless its sentences are lent by another content folder, which has its own check.
func (l *loader) interfaceRules() {
	if l.lent {
		return
	}
	source := l.says[l.lib.source]
	for _, tag := range sortedTags(l.says) {
		f := l.says[tag]
		if l.broken[f.file] {
			continue
		}
		needed := locale.PluralForms(tag)
		for _, w := range f.sentences {
			l.sentenceIsWhole(f.file, tag, needed, w)
			for _, form := range sortedForms(w.forms) {
				l.shortTextRules(shown{f.file, w.line, w.forms[form]})
			}
		}
		l.commandPhrasesStandOnce(f)
		if tag == l.lib.source || len(l.says) == 1 {
			l.valuesCanBeWritten(f)
		}
		if tag != l.lib.source && l.translated(tag) && source != nil && !l.broken[source.file] {
			l.sentencesMatch(source, f)
			l.commandsMatch(source, f)
		}
	}
	l.commandsDoNotClash()
}

func sortedForms(s locale.Sentence) []locale.Plural {
	var forms []locale.Plural
	for form := range s {
		forms = append(forms, form)
	}
	slices.Sort(forms)
	return forms
}

// sentenceIsWhole is the rule that a sentence has a text, and a sentence with plural forms has all that its language
// needs by CLDR.
func (l *loader) sentenceIsWhole(file string, tag language.Tag, needed []locale.Plural, w writtenSentence) {
	for _, form := range sortedForms(w.forms) {
		if w.forms[form] == "" {
			l.fault(file, w.line, "empty", "the sentence "+quoted(w.key)+" has no text", "Write its text, or take the line out.")
			return
		}
	}
	if _, ok := w.forms[locale.Other]; ok && len(w.forms) == 1 {
		return
	}
	var missing []string
	for _, form := range needed {
		if _, ok := w.forms[form]; !ok {
			missing = append(missing, string(form))
		}
	}
	if len(missing) > 0 {
		l.fault(file, w.line, "plural", fmt.Sprintf("the sentence %s lacks the plural forms that %s has: %s", quoted(w.key), tag, strings.Join(missing, ", ")), "Add them; for the rules see CLDR's language plural rules.")
	}
}

// valuesCanBeWritten is the rule that the interface has the sentences with which amounts, times, dates and doubts are
// written.
func (l *loader) valuesCanBeWritten(f *interfaceFile) {
	var have []string
	for _, w := range f.sentences {
		have = append(have, w.key)
	}
	if missing := only(append(locale.Keys(), DoubtKeys()...), have); len(missing) > 0 {
		l.fault(f.file, 0, "missing-sentence", "sentences that every content needs are missing: "+some(missing), "Add them under sentences.")
	}
}

// argument is a {name} in a sentence.
var argument = regexp.MustCompile(`\{([A-Za-z][\w-]*)\}`)

// doubleBraces takes the braces of facts away, whose ids are no arguments then.
var doubleBraces = strings.NewReplacer("{{", "", "}}", "")

// arguments gives the names of a sentence's arguments over all its forms, facts left out.
func arguments(forms locale.Sentence) []string {
	text := allForms(forms)
	if !strings.Contains(text, "{") {
		return nil
	}
	var names []string
	text = doubleBraces.Replace(text)
	for _, m := range argument.FindAllStringSubmatch(text, -1) {
		if !contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// sentencesMatch is the rule that a translation of the sentences has the keys of the source, with the same arguments.
func (l *loader) sentencesMatch(source, f *interfaceFile) {
	mine := map[string]writtenSentence{}
	for _, w := range f.sentences {
		mine[w.key] = w
	}
	var all, keys, missing []string
	now := map[string]string{}
	for _, w := range source.sentences {
		all = append(all, w.key)
		now[w.key] = hashSentence(w.forms)
		m, ok := mine[w.key]
		if !ok {
			missing = append(missing, w.key)
			continue
		}
		keys = append(keys, w.key)
		l.argumentsMatch(f, w, m)
		l.shortFactsMatch(f.movedOn(w.key, now[w.key]), shown{f.file, m.line, allForms(m.forms)}, w.key, allForms(w.forms))
	}
	if len(missing) > 0 {
		l.warn(f.file, 0, "missing-translation", "not translated: "+some(missing), "Translate them from "+source.file+".")
	}
	for _, w := range f.sentences {
		if !contains(all, w.key) {
			l.fault(f.file, w.line, "unknown-key", "unknown sentence "+quoted(w.key), meant(w.key, all)+"Use the keys of "+source.file+".")
		}
	}
	l.stampRules(f.stamped, keys, now)
}

// allForms gives the forms of a sentence one after another, for what holds for all of them together.
func allForms(forms locale.Sentence) string {
	var text strings.Builder
	for _, form := range sortedForms(forms) {
		text.WriteString(forms[form] + "\n")
	}
	return text.String()
}

// argumentsMatch is the rule that a translated sentence has the arguments of its source, over all its plural forms.
func (l *loader) argumentsMatch(f *interfaceFile, source, w writtenSentence) {
	warning := f.movedOn(w.key, hashSentence(source.forms))
	want, got := arguments(source.forms), arguments(w.forms)
	for _, name := range only(want, got) {
		l.report(warning, f.file, w.line, "arguments-differ", fmt.Sprintf("the sentence %s lacks {%s}", quoted(w.key), name), "Write {"+name+"} where it belongs.")
	}
	for _, name := range only(got, want) {
		l.report(warning, f.file, w.line, "arguments-differ", fmt.Sprintf("the sentence %s has {%s}, which nothing fills in", quoted(w.key), name), meantArgument(name, want)+"Use the names of the source text.")
	}
}

func meantArgument(name string, known []string) string {
	if near := Suggest(name, known); near != "" {
		return "Did you mean {" + near + "}? "
	}
	return ""
}

// commandsMatch is the rule that a translation has words for the commands of the source and for no others.
func (l *loader) commandsMatch(source, f *interfaceFile) {
	var all, mine []string
	for _, c := range source.commands {
		all = append(all, c.name)
	}
	for _, c := range f.commands {
		mine = append(mine, c.name)
		if !contains(all, c.name) {
			l.fault(f.file, c.line, "unknown-key", "unknown command "+quoted(c.name), meant(c.name, all)+"Use the commands of "+source.file+".")
		}
	}
	if missing := only(all, mine); len(missing) > 0 {
		l.warn(f.file, 0, "missing-translation", "no words for the commands "+some(missing), "Write the words people type for them.")
	}
}

// commandPhrasesStandOnce is the rule that the words for a command are there and stand for no other.
func (l *loader) commandPhrasesStandOnce(f *interfaceFile) {
	seen := map[string]string{}
	for _, c := range f.commands {
		if len(c.phrases) == 0 {
			l.fault(f.file, c.line, "empty", "the command "+quoted(c.name)+" has no words", "Write the words people type for it.")
		}
		for _, p := range c.phrases {
			key := phrase(p.text)
			if first, ok := seen[key]; ok {
				l.fault(f.file, p.line, "phrase-twice", fmt.Sprintf("the phrase %s of the command %s also stands under %s", quoted(p.text), quoted(c.name), quoted(first)), "Keep it in one place.")
				continue
			}
			seen[key] = c.name
		}
	}
}

// commandsDoNotClash is the rule that one phrase is not one command in one language and another in the next: people type
// commands before their language is known.
func (l *loader) commandsDoNotClash() {
	seen := map[string]place{}
	for _, tag := range sortedTags(l.says) {
		f := l.says[tag]
		for _, c := range f.commands {
			for _, p := range c.phrases {
				key := phrase(p.text)
				if first, ok := seen[key]; ok && first.owner != c.name && first.file != f.file {
					l.warn(f.file, p.line, "phrase-twice", fmt.Sprintf("the phrase %s is the command %s here and %s in %s", quoted(p.text), quoted(c.name), quoted(first.owner), first.file), "Choose another word in one of the two.")
				} else if !ok {
					seen[key] = place{owner: c.name, file: f.file}
				}
			}
		}
	}
}
