package kb

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"wegwijzer/kb/prose"
)

// articleFile is what the rules want to know of an article.yaml besides the Article.
type articleFile struct {
	file                        string
	related, professions, terms []lined
	lines                       []lined
	chapterLine                 int
}

// textFile is what the rules want to know of a <lang>.md besides the Text.
type textFile struct {
	body      string // as it is written, from Text.Line on
	problems  []prose.Problem
	titleLine int
	questions []lined
	ofLine    int
	statusAt  int
	title     string // facts not filled in
}

// articles reads articles/<id>.
func (l *loader) articles() {
	for _, e := range l.list(dirArticles) {
		dir := path.Join(dirArticles, e.Name())
		if e.Type()&fs.ModeSymlink != 0 {
			l.linkedFolder(dir)
			continue
		}
		if !e.IsDir() {
			l.warn(dir, 0, "unknown-file", "is not read: articles holds folders only", "Put the text in articles/<id>/<lang>.md.")
			continue
		}
		l.article(ArticleID(e.Name()), dir)
	}
	slices.SortFunc(l.lib.articles, func(a, b *Article) int { return strings.Compare(string(a.ID), string(b.ID)) })
}

// linkedFolder is the rule that an article is a folder and no link to one: a link may lead round in a circle.
func (l *loader) linkedFolder(dir string) {
	l.fault(dir, 0, "symlink", "is a link and not a folder", "Put the folder itself here; a link can lead round in a circle.")
}

func (l *loader) article(id ArticleID, dir string) {
	a := &Article{ID: id, Texts: map[language.Tag]*Text{}}
	l.lib.articles = append(l.lib.articles, a)
	l.lib.byID[id] = a
	var texts []string
	for _, e := range l.list(dir) {
		name := path.Join(dir, e.Name())
		switch {
		case e.Name() == "article.yaml":
			l.articleYAML(a, name)
		case path.Ext(name) != ".md":
			l.warn(name, 0, "unknown-file", "is not read", meant(e.Name(), []string{"article.yaml"})+"A folder of articles holds article.yaml and one <lang>.md for each language.")
		default:
			texts = append(texts, name)
		}
	}
	files := l.byLanguage(texts)
	for _, tag := range sortedTags(files) {
		if data, ok := l.read(files[tag]); ok {
			a.Texts[tag] = l.text(tag, files[tag], data)
		}
	}
}

func (l *loader) articleYAML(a *Article, name string) {
	data, ok := l.read(name)
	if !ok {
		return
	}
	s := sheet{load: l, file: name}
	f := &articleFile{file: name}
	l.sheets[a.ID] = f
	fields := s.fields(s.parse(data), "article.yaml", "subject", "chapter", "sources", "related", "professions", "lines", "terms", "same")
	a.Subject = s.text(fields["subject"], "subject")
	a.Chapter = s.text(fields["chapter"], "chapter")
	if n := fields["chapter"]; n != nil {
		f.chapterLine = s.line(n)
	}
	f.related = s.texts(fields["related"], "related")
	f.professions = s.texts(fields["professions"], "professions")
	f.terms = s.texts(fields["terms"], "terms")
	for _, r := range f.related {
		a.Related = append(a.Related, ArticleID(r.text))
	}
	for _, p := range f.professions {
		a.Professions = append(a.Professions, ProfessionID(p.text))
	}
	a.Terms = plain(f.terms)
	a.Lines = readLines(s, f, fields["lines"])
	a.Sources = articleSources(s, fields["sources"])
	a.Same = ofKeys(s, fields["same"])
}

// articleSources is the rule that a source has a title, an address and a reading.
func articleSources(s sheet, n *yaml.Node) []Source {
	if n == nil || isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		s.fault(n, "shape", "sources is "+shape(n)+" and should be a list", `Write - {title: "…", url: "…", read: "live 2026-11-24"}, one a line.`)
		return nil
	}
	var sources []Source
	for _, item := range n.Content {
		fields := s.fields(item, "a source", "title", "url", "read")
		source := Source{Title: s.text(fields["title"], "title"), URL: s.text(fields["url"], "url")}
		if source.Title == "" {
			s.fault(item, "missing-field", "a source has no title", "Write the title of the official page.")
		}
		if !isWeb(source.URL) {
			s.fault(item, "missing-source", "the source "+quoted(source.Title)+" has no address of a page ("+quoted(source.URL)+")", "Write url: and the whole address, from https:// on.")
		}
		source.Read = readField(s, item, fields["read"], "the source "+quoted(source.Title))
		sources = append(sources, source)
	}
	return sources
}

// text reads <lang>.md.
func (l *loader) text(tag language.Tag, name string, data []byte) *Text {
	cut := SplitFrontMatter(data)
	if cut.Open {
		l.report(l.minimal, name, 1, "front-matter", "the front matter that starts with --- does not end", "Write a second line --- under it.")
		l.broken[name] = true
	}
	t := &Text{Tag: tag, File: name, Line: cut.Line, Status: StatusSource}
	f := &textFile{body: string(cut.Body), titleLine: 1}
	l.front[t] = f
	s := sheet{load: l, file: name, skip: 1}
	fields := s.fields(s.parse(cut.Front), "the front matter", "title", "questions", "status", "of")
	t.Title = s.text(fields["title"], "title")
	f.title = t.Title
	f.questions = s.texts(fields["questions"], "questions")
	t.Questions = plain(f.questions)
	t.Of = plain(s.texts(fields["of"], "of"))
	if n := fields["title"]; n != nil {
		f.titleLine = s.line(n)
	}
	if n := fields["of"]; n != nil {
		f.ofLine = s.line(n)
	}
	if n := fields["status"]; n != nil {
		f.statusAt = s.line(n)
		t.Status = l.status(s, n)
	} else if l.translated(tag) {
		t.Status = StatusMachine
	}
	var blocks []string
	t.Body, blocks, f.problems = prose.ParseBlocks(cut.Body)
	if !l.minimal {
		t.Hashes = hashText(f.title, blocks)
	}
	return t
}

// translated tells whether a text in tag is a translation of a text in the source language.
func (l *loader) translated(tag language.Tag) bool {
	return !l.minimal && l.lib.source != language.Und && tag != l.lib.source
}
