package kb

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"
)

// crisisRules checks crisis.yaml.
func (l *loader) crisisRules() {
	if !l.usable(fileCrisis) {
		return
	}
	if len(l.crises) == 0 {
		l.fault(fileCrisis, 0, "crisis-empty", "there are no crisis phrases", "Write - article: and its id, then the phrases of each language.")
	}
	for _, c := range l.crises {
		l.crisisLeadsToHelp(c)
		l.crisisHasPhrases(c)
		l.crisisInEveryLanguage(c)
	}
	l.crisisIsNotHarmless()
	l.crisisPhrasesStandOnce()
}

// crisisLeadsToHelp is the rule that crisis phrases lead to an article that is there.
func (l *loader) crisisLeadsToHelp(c crisisEntry) {
	if l.lib.byID[c.article] == nil {
		l.fault(fileCrisis, c.line, "unknown-article", "crisis phrases lead to the unknown article "+quoted(string(c.article)), meant(string(c.article), l.articleIDs())+"Use the name of a folder in articles.")
	}
}

// crisisHasPhrases is the rule that a language that stands there has phrases.
func (l *loader) crisisHasPhrases(c crisisEntry) {
	for _, p := range c.phrases {
		if len(p.phrases) == 0 {
			l.fault(fileCrisis, p.line, "crisis-empty", fmt.Sprintf("%s has no phrases for %s", p.tag, quoted(string(c.article))), "Write the ways people say it in that language.")
		}
		for _, text := range append(p.phrases, p.harmless...) {
			if strings.Trim(phrase(text.text), "… ") == "" {
				l.fault(fileCrisis, text.line, "crisis-empty", "the phrase "+quoted(text.text)+" has no words", "Write words, or take it out.")
			}
		}
	}
}

// crisisInEveryLanguage is the rule that people are led to help in every language of the content.
func (l *loader) crisisInEveryLanguage(c crisisEntry) {
	var missing []string
	for _, lang := range l.langs {
		found := false
		for _, p := range c.phrases {
			found = found || p.tag == lang.Tag
		}
		if !found {
			missing = append(missing, lang.Tag.String())
		}
	}
	if len(missing) > 0 {
		l.warn(fileCrisis, c.line, "missing-translation", fmt.Sprintf("no phrases for %s in %s", quoted(string(c.article)), some(missing)), "Write the ways people say it in those languages.")
	}
}

// crisisIsNotHarmless is the rule that no phrase is both a cry for help and harmless, whatever the article.
func (l *loader) crisisIsNotHarmless() {
	grave := map[string]int{}
	for _, c := range l.crises {
		for _, p := range c.phrases {
			for _, text := range p.phrases {
				grave[phrase(text.text)] = text.line
			}
		}
	}
	for _, c := range l.crises {
		for _, p := range c.phrases {
			for _, text := range p.harmless {
				if line, ok := grave[phrase(text.text)]; ok {
					l.fault(fileCrisis, text.line, "crisis-harmless", fmt.Sprintf("the phrase %s is harmless here and a crisis in line %d", quoted(text.text), line), "Keep it in one place; when in doubt, it is a crisis.")
				}
			}
		}
	}
}

// crisisPhrasesStandOnce is the rule that a phrase leads to one article.
func (l *loader) crisisPhrasesStandOnce() {
	type key struct {
		tag  language.Tag
		text string
	}
	seen := map[key]place{}
	for _, c := range l.crises {
		for _, p := range c.phrases {
			for _, text := range p.phrases {
				k := key{p.tag, phrase(text.text)}
				first, ok := seen[k]
				switch {
				case !ok:
					seen[k] = place{owner: string(c.article), line: text.line}
				case first.owner != string(c.article):
					l.fault(fileCrisis, text.line, "phrase-twice", fmt.Sprintf("the phrase %s also leads to %s (line %d)", quoted(text.text), quoted(first.owner), first.line), "Keep it where the more urgent help is.")
				default:
					l.warn(fileCrisis, text.line, "phrase-twice", "the phrase "+quoted(text.text)+" stands here twice", "Take one of the two out.")
				}
			}
		}
	}
}
