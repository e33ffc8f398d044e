package kb

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"wegwijzer/kb/prose"
)

// articleRules checks one article: what it says of itself, each of its texts, and the translations against the source.
func (l *loader) articleRules(a *Article) {
	l.articleHasTexts(a)
	if f := l.sheets[a.ID]; f != nil && !l.broken[f.file] {
		l.articleIsDescribed(a, f)
		l.chapterIsKnown(a, f)
		l.relatedAreKnown(a, f)
		l.professionsAreKnown(f)
		l.linesSayOneThing(a, f)
		l.termsAreKnown(f)
	} else if file := articleFileName(a.ID); f == nil && !l.minimal && !l.broken[file] {
		l.fault(file, 0, "missing-file", "the article "+quoted(string(a.ID))+" has no article.yaml", "Write it, with subject, chapter and sources.")
	}
	source := a.Texts[l.lib.source]
	for _, tag := range sortedTags(a.Texts) {
		t := a.Texts[tag]
		f := l.front[t]
		if l.broken[t.File] {
			continue
		}
		l.textIsWhole(t, f)
		l.shortTextRules(shown{t.File, f.titleLine, f.title})
		l.bodyRules(t, f)
		l.termsAreNamed(a, t)
		switch {
		case tag == l.lib.source:
			l.sourceHasNoStatus(t, f)
		case l.translated(tag):
			l.translationHasStatus(t, f)
			if source != nil && !l.broken[source.File] {
				l.translationRules(a, source, t)
			}
		}
	}
}

func articleFileName(id ArticleID) string { return dirArticles + "/" + string(id) + "/article.yaml" }

// articleHasTexts is the rule that an article has a text, in the source language first, and better in every language.
func (l *loader) articleHasTexts(a *Article) {
	dir := dirArticles + "/" + string(a.ID)
	has := func(tag language.Tag) bool { return a.Texts[tag] != nil || l.broken[dir+"/"+tag.String()+".md"] }
	if len(a.Texts) == 0 && !l.anyBroken(dir) {
		l.report(l.minimal, dir, 0, "missing-text", "the article "+quoted(string(a.ID))+" has no text", "Write <lang>.md in it, or take the folder away.")
		return
	}
	if l.minimal || l.lib.source == language.Und {
		return
	}
	if !has(l.lib.source) {
		l.fault(dir, 0, "missing-text", fmt.Sprintf("the article %s has no text in the source language (%s)", quoted(string(a.ID)), l.lib.source), fmt.Sprintf("Write %s.md first; the others are translations of it.", l.lib.source))
	}
	var missing []string
	for _, lang := range l.langs {
		if lang.Tag != l.lib.source && !has(lang.Tag) {
			missing = append(missing, lang.Tag.String())
		}
	}
	if len(missing) > 0 {
		l.warn(dir, 0, "missing-translation", "the article "+quoted(string(a.ID))+" is not translated into "+strings.Join(missing, ", "), "Translate it; until then people read it in a fallback language.")
	}
}

func (l *loader) anyBroken(dir string) bool {
	for file := range l.broken {
		if strings.HasPrefix(file, dir+"/") {
			return true
		}
	}
	return false
}

// articleIsDescribed is the rule that an article says what it answers, where it belongs and which official pages it
// rests on.
func (l *loader) articleIsDescribed(a *Article, f *articleFile) {
	if a.Subject == "" {
		l.report(l.minimal, f.file, 0, "missing-field", "the article has no subject", "Write subject: and in one line what the article answers.")
	}
	if a.Chapter == "" {
		l.report(l.minimal, f.file, 0, "missing-field", "the article has no chapter", "Write chapter: and the id of a chapter.")
	}
	if len(a.Sources) == 0 {
		l.report(l.minimal, f.file, 0, "missing-source", "the article has no source", `Write sources: and - {title: "…", url: "https://…", read: "live 2026-11-24"} for each official page it rests on.`)
	}
}

// chapterIsKnown is the rule that a chapter has a name.
func (l *loader) chapterIsKnown(a *Article, f *articleFile) {
	if chapters := l.sourceIDs("chapters"); a.Chapter != "" && chapters != nil && !contains(chapters, a.Chapter) {
		l.fault(f.file, f.chapterLine, "unknown-chapter", "unknown chapter "+quoted(a.Chapter), meant(a.Chapter, chapters)+"The chapters are: "+strings.Join(chapters, ", ")+".")
	}
}

// relatedAreKnown is the rule that related articles are there.
func (l *loader) relatedAreKnown(a *Article, f *articleFile) {
	for _, r := range f.related {
		if r.text == string(a.ID) {
			l.warn(f.file, r.line, "unknown-article", "the article is related to itself", "Take it out of related.")
		} else if l.lib.byID[ArticleID(r.text)] == nil {
			l.fault(f.file, r.line, "unknown-article", "related names the unknown article "+quoted(r.text), meant(r.text, l.articleIDs())+"Use the name of a folder in articles.")
		}
	}
}

// professionsAreKnown is the rule that the professions an article concerns are there.
func (l *loader) professionsAreKnown(f *articleFile) {
	table := l.lib.tables[slotProfession]
	if table == nil || l.broken[fileProfessions] {
		return
	}
	for _, p := range f.professions {
		if !contains(table.ids, p.text) {
			l.fault(f.file, p.line, "unknown-profession", "unknown profession "+quoted(p.text), meant(p.text, table.ids)+"Use an id of professions.yaml.")
		}
	}
}

// termsAreKnown is the rule that the Dutch terms of an article stand in the glossary.
func (l *loader) termsAreKnown(f *articleFile) {
	if !l.usable(fileTerms) {
		return
	}
	known := slices.Clone(l.lib.terms.Words)
	for _, term := range l.lib.terms.Glossary {
		known = append(known, term.Word)
	}
	for _, t := range f.terms {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, t.text) }) {
			l.fault(f.file, t.line, "unknown-term", "unknown term "+quoted(t.text), meant(t.text, known)+"Use a term or a word of terms.yaml, or add it there.")
		}
	}
}

// textIsWhole is the rule that a text has a title, questions and a body.
func (l *loader) textIsWhole(t *Text, f *textFile) {
	if t.Title == "" {
		l.report(l.minimal, t.File, 1, "missing-title", "the text has no title", "Write title: between the --- lines, the question that it answers.")
	}
	if len(f.questions) == 0 {
		l.report(l.minimal, t.File, 1, "missing-questions", "the text has no questions", "Write questions: and a list of the ways people really ask.")
	}
	if len(t.Body) == 0 {
		l.report(l.minimal, t.File, t.Line, "missing-body", "the text has no body", "Write the answer under the second --- line.")
	}
}

// termsAreNamed is the rule that every text names the Dutch terms of its article, which people meet on forms and signs.
func (l *loader) termsAreNamed(a *Article, t *Text) {
	if len(a.Terms) == 0 {
		return
	}
	text := t.Title + " " + t.Body.Text()
	for _, term := range a.Terms {
		if !strings.Contains(text, term) && !strings.Contains(phrase(text), phrase(term)) {
			l.report(t.Outdated, t.File, t.Line, "term-not-named", "the text does not name the Dutch term "+quoted(term), "Write it in the text, in brackets behind its translation.")
		}
	}
}

// sourceHasNoStatus is the rule that only translations have a status and hashes.
func (l *loader) sourceHasNoStatus(t *Text, f *textFile) {
	if !l.minimal && (f.statusAt > 0 || f.ofLine > 0) {
		l.warn(t.File, max(f.statusAt, f.ofLine), "status-of-source", "the source text has a status or hashes, which only translations have", "Take status and of out.")
	}
}

// translationHasStatus is the rule that a translation says who last answered for it.
func (l *loader) translationHasStatus(t *Text, f *textFile) {
	if f.statusAt == 0 || t.Status == "" {
		l.fault(t.File, 1, "missing-status", "the translation does not say who answers for it", "Write status: machine, or status: reviewed if a speaker has read and signed it.")
	}
}

// translationRules compares a translation with its source text. What differs is an error while the translation claims to
// be made from the source text of today, and a warning once that text has moved on: mending the source must be possible
// without knowing twelve languages.
func (l *loader) translationRules(a *Article, source, t *Text) {
	l.translationIsStamped(a, source, t)
	l.blocksMatch(source, t)
	l.factsMatch(source, t)
	l.linksMatch(source, t)
}

// translationIsStamped is the rule that each block of a translation was made from the source text of today.
func (l *loader) translationIsStamped(a *Article, source, t *Text) {
	f := l.front[t]
	if len(t.Of) == 0 {
		l.warn(t.File, 0, "unstamped", "it is not known from which source text this was translated", fmt.Sprintf("Compare it with %s and run stamp.", source.File))
		return
	}
	for i, now := range source.Hashes {
		if i < len(t.Of) && sameBlock(t.Of[i], now, a.Same) {
			continue
		}
		what := "the title"
		if i > 0 {
			what = fmt.Sprintf("block %d", i)
		}
		l.warn(t.File, f.ofLine, "outdated", what+" of "+source.File+" has changed since this was translated", "Translate it again and run stamp.")
	}
	if len(t.Of) > len(source.Hashes) {
		l.warn(t.File, f.ofLine, "outdated", fmt.Sprintf("%s has %d blocks, and this was translated from %d", source.File, len(source.Hashes)-1, len(t.Of)-1), "Take out what is gone and run stamp.")
	}
}

// outdated tells whether a translation was made from a source text that has changed since.
func outdated(a *Article, source, t *Text) bool {
	if len(t.Of) == 0 {
		return false
	}
	return !slices.EqualFunc(t.Of, source.Hashes, func(old, now string) bool { return sameBlock(old, now, a.Same) })
}

// blocksMatch is the rule that a translation has the blocks of its source, and its lists as many items.
func (l *loader) blocksMatch(source, t *Text) {
	if len(source.Body) != len(t.Body) {
		l.report(t.Outdated, t.File, t.Line, "blocks-differ", fmt.Sprintf("the text has %d blocks and %s has %d", len(t.Body), source.File, len(source.Body)), "Write paragraph for paragraph and list for list.")
		return
	}
	for i, block := range source.Body {
		mine := t.Body[i]
		switch {
		case mine.Kind != block.Kind:
			l.report(t.Outdated, t.File, t.Line, "blocks-differ", fmt.Sprintf("block %d is %s, and in %s it is %s", i+1, kindName(mine.Kind), source.File, kindName(block.Kind)), "Write paragraph for paragraph and list for list.")
		case len(mine.Items) != len(block.Items):
			l.report(t.Outdated, t.File, t.Line, "items-differ", fmt.Sprintf("the list in block %d has %d items, and in %s it has %d", i+1, len(mine.Items), source.File, len(block.Items)), "Write item for item.")
		}
	}
}

func kindName(k prose.Kind) string {
	return map[prose.Kind]string{prose.Paragraph: "a paragraph", prose.Heading: "a heading", prose.List: "a list", prose.OrderedList: "a numbered list"}[k]
}

// factsMatch is the rule that a translation names the facts that its source names.
func (l *loader) factsMatch(source, t *Text) {
	of := func(t *Text) []string { return append(prose.Placeholders(l.front[t].title), t.Body.Facts()...) }
	l.sameThings(t, source, "facts-differ", "the fact", of(source), of(t))
}

// linksMatch is the rule that a translation links to what its source links to.
func (l *loader) linksMatch(source, t *Text) {
	var links [2][]string
	for i, t := range []*Text{source, t} {
		for _, link := range t.Body.Links() {
			if !strings.HasPrefix(link, prose.FactLink) { // those are facts, and compared as such
				links[i] = append(links[i], link)
			}
		}
	}
	l.sameThings(t, source, "links-differ", "the link", links[0], links[1])
}

// sameThings reports what only one of the two texts has.
func (l *loader) sameThings(t, source *Text, rule, what string, want, got []string) {
	for _, missing := range only(want, got) {
		l.report(t.Outdated, t.File, t.Line, rule, fmt.Sprintf("%s %s of %s is missing here", what, quoted(missing), source.File), "Put it where the source text has it.")
	}
	for _, extra := range only(got, want) {
		l.report(t.Outdated, t.File, t.Line+lineOf(l.front[t].body, extra), rule, fmt.Sprintf("%s %s does not stand in %s", what, quoted(extra), source.File), "Take it out, or write it in the source text first.")
	}
}

// only gives the texts of a that b lacks, each once, in order.
func only(a, b []string) []string {
	has := map[string]bool{}
	for _, s := range b {
		has[s] = true
	}
	var missing []string
	for _, s := range a {
		if !has[s] {
			has[s] = true
			missing = append(missing, s)
		}
	}
	return missing
}

// markOutdated sets Outdated on the translations, before any rule asks for it.
func (l *loader) markOutdated() {
	for _, a := range l.lib.articles {
		source := a.Texts[l.lib.source]
		if source == nil {
			continue
		}
		for t := range maps.Values(a.Texts) {
			t.Outdated = t != source && l.translated(t.Tag) && outdated(a, source, t)
		}
	}
}
