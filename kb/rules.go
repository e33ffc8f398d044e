package kb

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// rules checks what can only be seen when all files are read. One rule is one function; a rule that needs a file which
// is missing or broken stays silent, since that file has its own fault.
func (l *loader) rules() {
	l.missingFiles()
	for _, f := range l.lib.facts {
		l.deskIsKnown(f)
	}
	for _, a := range l.lib.articles {
		l.articleRules(a)
	}
	l.questionsStandOnce()
	l.wordsRules()
	l.interfaceRules()
	l.crisisRules()
	l.glossaryIsComplete()
}

// usable tells whether a file of the content is there and could be read.
func (l *loader) usable(file string) bool { return l.has[file] && !l.broken[file] }

// missingFiles is the rule that content has all its files. Minimal content is told once what it does without.
func (l *loader) missingFiles() {
	parts := []struct{ name, without string }{
		{fileFacts, "figures in texts are not checked and have no source"},
		{fileTerms, "no word with a digit in it is allowed in texts"},
		{fileCrisis, "nobody in danger is led to help at once"},
		{fileProfessions, "professions have no rules"},
		{fileCountries, "countries have no rules"},
		{fileRoute, "nobody gets a plan"},
		{dirWords, "professions, desks and answers have no names"},
		{dirUI, "the bot has no sentences of its own"},
		{dirOutside, "nothing teaches the bot what it must decline"},
	}
	if l.minimal {
		if l.has[dirWords] || l.has[fileRoute] {
			l.fault(fileLanguages, 0, "missing-file", "languages.yaml is missing, though there are words or a route to show", "Write it: one language a line, source: true at the one that texts are written in first.")
			return
		}
		var missing []string
		for _, p := range parts {
			if !l.has[p.name] {
				missing = append(missing, p.name)
			}
		}
		l.warn(fileLanguages, 0, "minimal", "this is minimal content: besides languages.yaml it has no "+strings.Join(missing, ", "),
			"It works as it is; translations, facts and crisis phrases need those files.")
		return
	}
	for _, p := range parts {
		if !l.has[p.name] {
			l.warn(p.name, 0, "missing-file", p.name+" is missing: "+p.without, "Add it, or leave it if this content does without.")
		}
	}
}

// deskIsKnown is the rule that the desk to ask about a fact has a name.
func (l *loader) deskIsKnown(f *Fact) {
	if desks := l.sourceIDs("desks"); f.AskWho != "" && desks != nil && !contains(desks, f.AskWho) {
		l.fault(fileFacts, f.Line, "unknown-desk", fmt.Sprintf("the fact %s says to ask the unknown desk %s", quoted(string(f.ID)), quoted(f.AskWho)),
			meant(f.AskWho, desks)+"Use an id of the section desks in words, or add it there.")
	}
}

// sourceIDs gives the ids of a section of the words in the source language, or nil if it cannot be known.
func (l *loader) sourceIDs(id string) []string {
	words := l.raw[l.lib.source]
	if words == nil || l.broken[words.file] {
		return nil
	}
	section := words.section(id)
	if section == nil {
		return nil
	}
	ids := make([]string, len(section.words))
	for i, w := range section.words {
		ids[i] = w.id
	}
	return ids
}

// glossaryIsComplete is the rule that each term has an agreed word in each language.
func (l *loader) glossaryIsComplete() {
	if l.lib.source == language.Und || !l.usable(fileTerms) {
		return
	}
	missing := map[language.Tag][]string{}
	for _, term := range l.lib.terms.Glossary {
		for _, lang := range l.langs {
			if lang.Tag != l.lib.source && term.In[lang.Tag] == "" {
				missing[lang.Tag] = append(missing[lang.Tag], term.Word)
			}
		}
	}
	for _, tag := range sortedTags(missing) {
		l.warn(fileTerms, 0, "missing-translation", fmt.Sprintf("%s has no word for %s", tag, some(missing[tag])), "Write the agreed word under each term.")
	}
}

// some gives the first few of a list and how many more there are.
func some(list []string) string {
	const most = 5
	named := slices.Clone(list[:min(len(list), most)])
	for i := range named {
		named[i] = clip(named[i])
	}
	if len(list) <= most {
		return strings.Join(named, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(named, ", "), len(list)-most)
}

// phrase brings a phrase to the form in which two of them are one: letters in lower case, words without the signs
// around them. The sign … stays: in a crisis phrase it stands for any words between.
func phrase(s string) string {
	words := strings.FieldsFunc(strings.ToLower(norm.NFC.String(s)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '\'' && r != '’' && r != '…'
	})
	return strings.Join(words, " ")
}

// place is where something was seen first.
type place struct {
	owner string
	file  string
	line  int
}

// questionsStandOnce is the rule that a question leads to one article: it stands under no other, not twice under one,
// and is none that must be declined.
func (l *loader) questionsStandOnce() {
	for _, lang := range l.langs {
		declined := map[string]bool{}
		for _, s := range l.lib.outside[lang.Tag] {
			declined[phrase(s)] = true
		}
		seen := map[string]place{}
		for _, a := range l.lib.articles {
			text := a.Texts[lang.Tag]
			if text == nil {
				continue
			}
			for _, q := range l.front[text].questions {
				key := phrase(q.text)
				first, again := seen[key]
				switch {
				case declined[key]:
					l.report(l.minimal, text.File, q.line, "question-declined", "the question "+quoted(q.text)+" also stands in outside, where it must be declined", "Take it out of one of the two.")
				case again && first.owner == string(a.ID):
					l.warn(text.File, q.line, "question-twice", "the question "+quoted(q.text)+" stands here twice", "Take one of the two out, or ask it in other words.")
				case again:
					l.report(l.minimal, text.File, q.line, "question-twice", fmt.Sprintf("the question %s also stands under %s (%s:%d)", quoted(q.text), quoted(first.owner), first.file, first.line), "Keep it where its answer is.")
				default:
					seen[key] = place{owner: string(a.ID), file: text.File, line: q.line}
				}
			}
		}
	}
}

// stampRules are the rules about a translation's state that words, ui and articles share: it says who answered for it,
// and it was made from the source text of today. now gives the hash of each key, in order.
func (l *loader) stampRules(f stamped, keys []string, now map[string]string) {
	if f.status == "" {
		l.fault(f.file, 1, "missing-status", "this translation does not say who answers for it", "Write status: machine, or status: reviewed if a speaker has read and signed it.")
	}
	var unstamped, outdated []string
	for _, key := range keys {
		switch f.of[key] {
		case "":
			unstamped = append(unstamped, key)
		case now[key]:
		default:
			outdated = append(outdated, key)
		}
	}
	if len(unstamped) > 0 {
		l.warn(f.file, 0, "unstamped", fmt.Sprintf("it is not known from which source text this was translated: %s", some(unstamped)), "Compare with the source text and run stamp.")
	}
	if len(outdated) > 0 {
		l.warn(f.file, 0, "outdated", fmt.Sprintf("the source text has changed since this was translated: %s", some(outdated)), "Translate again and run stamp.")
	}
	for _, key := range sortedKeys(f.of) {
		if !slices.Contains(keys, key) && now[key] == "" {
			l.warn(f.file, 0, "unstamped", "of names "+quoted(key)+", which the source text does not have", "Run stamp.")
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
