// Package kb is what is known: the content that volunteers write (articles, facts, words, professions, countries),
// loaded into an immutable Library and checked. It knows nothing of care, of the Netherlands or of who asks: that is
// in the content. It opens no socket and no database.
package kb

import "golang.org/x/text/language"

// ProfessionID names a care profession; see content/professions.yaml.
type ProfessionID string

// Attributes are the rules known about one value of a slot, such as a profession's law article or a country's diploma
// group. The content names them; the engine only compares them.
type Attributes map[string]string

// Word is a short text of words/<lang>.yaml.
type Word struct {
	Name string   // what is shown
	Also []string // other ways people type it
	Note string   // one line of explanation shown beside the name, or empty

	Facts []FactID // the facts that are filled in into Name and Note, whose doubts go with the word
}

// CrisisPhrase is one phrase that must lead to help at once, or (Harmless) one that looks like it and must not.
type CrisisPhrase struct {
	Tag      language.Tag
	Article  ArticleID // the help that is shown
	Text     string
	Harmless bool
}
