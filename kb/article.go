package kb

import (
	"golang.org/x/text/language"

	"wegwijzer/kb/prose"
)

// ArticleID names one subject; it is the folder's name in content/articles and is never reused for another subject.
type ArticleID string

// Article is a subject with its wording in each language that has one.
type Article struct {
	ID          ArticleID
	Subject     string // what the article answers, for curators, one line
	Chapter     string // the chapter of the contents it stands in; the unit in which unanswered questions are counted
	Sources     []Source
	Related     []ArticleID
	Professions []ProfessionID    // empty: concerns everybody
	Lines       []Line            // what it says first to whoever has a profession; the first that fits holds
	Terms       []string          // Dutch words that every translation must name
	Same        map[string]string // hash of an old Dutch block → hash of its rewording that says the same
	Texts       map[language.Tag]*Text
}

// Status tells who last answered for a text.
type Status string

// The states of a text. The source language has StatusSource.
const (
	StatusSource   Status = "source"
	StatusMachine  Status = "machine"  // not yet read by a speaker
	StatusReviewed Status = "reviewed" // read and signed by a speaker
)

// Text is an article's wording in one language.
type Text struct {
	Tag       language.Tag
	Title     string
	Questions []string // the way people really ask
	Status    Status
	Of        []string  // hashes of the Dutch blocks this translates, title first
	Hashes    []string  // hashes of this text's own blocks, title first
	Outdated  bool      // the Dutch text has changed since
	Body      prose.Doc // facts not yet filled in
	File      string    // path in the content folder, for faults
	Line      int       // line on which the body starts
}

// Source is an official page on which an article rests.
type Source struct {
	Title string
	URL   string
	Read  Read
}
