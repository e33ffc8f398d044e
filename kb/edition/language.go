package edition

import (
	"golang.org/x/text/language"

	"wegwijzer/kb"
)

// languagesOf collects what the languages of the content are called, folded. A name of two languages is the first's.
func languagesOf(lib *kb.Library) map[string]language.Tag {
	languages := map[string]language.Tag{}
	for _, l := range lib.Catalog().Languages() {
		for _, name := range lib.Catalog().Names(l) {
			if key := Plain(name); key != "" {
				if _, taken := languages[key]; !taken {
					languages[key] = l.Tag
				}
			}
		}
	}
	return languages
}

// Language gives the language of the content that the text as a whole names, in any of them, such as "Soomaali" or
// "Arabic"; ok is false if it is anything else.
func (e *Edition) Language(text string) (tag language.Tag, ok bool) {
	if len(text) > maxCommand {
		return language.Und, false
	}
	tag, ok = e.languages[Plain(text)]
	return tag, ok
}
