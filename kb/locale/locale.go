// Package locale knows the languages the bot speaks: their tags, own names, direction and fallbacks, how each writes
// money, numbers, dates and plurals, and the bot's own sentences (content/ui). It knows no article and no person.
package locale

import "golang.org/x/text/language"

// Direction is the direction in which a script is written, as the HTML attribute dir wants it.
type Direction string

// The two directions of the scripts we write.
const (
	LeftToRight Direction = "ltr"
	RightToLeft Direction = "rtl"
)

// Language is one language of the content.
type Language struct {
	Tag       language.Tag
	Name      string // its own name for itself, as a person looks for it in a list
	Script    string // ISO 15924, such as "Arab"
	Direction Direction
	Fallback  []language.Tag // tried in order when a text is missing, before the source language
}
