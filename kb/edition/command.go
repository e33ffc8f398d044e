package edition

import (
	"strings"

	"wegwijzer/kb"
	"wegwijzer/kb/fold"
)

// commandsOf collects the plain words by which a command can be asked for, folded, of all languages. Where two
// languages use one word for different commands the language that stands first wins; check warns of it.
func commandsOf(lib *kb.Library) map[string]string {
	commands := map[string]string{}
	for _, l := range lib.Catalog().Languages() {
		for name, words := range lib.Catalog().Commands(l.Tag) {
			for _, word := range words {
				if key := Plain(word); commands[key] == "" {
					commands[key] = name
				}
			}
		}
	}
	return commands
}

// Plain folds a text to its words, so that capitals, letter variants and stops do not matter.
func Plain(text string) string {
	var words []string
	for word := range fold.Words(fold.Text(text)) {
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// maxCommand is the longest text that can be a command in plain words, in bytes: a sentence longer than that is a
// question, and need not be folded to find out.
const maxCommand = 120

// Command gives the name of the command that the text asks for in plain words of any language, such as "plan" for
// "mijn plan"; ok is false if the text is anything else. It looks at the text as a whole, never for a word in it.
func (e *Edition) Command(text string) (name string, ok bool) {
	if len(text) > maxCommand {
		return "", false
	}
	name, ok = e.commands[Plain(text)]
	return name, ok
}
