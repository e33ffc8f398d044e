package conversation

import "strings"

// Choice ids cross every channel and outlive restarts and releases, so they are plain words: what is done, then on
// what. Everything they name is looked up again when pressed; what no longer exists is answered with where the person
// is now.
const (
	pressAnswer  = "a"    // a:SLOT:VALUE        an answer to a question of the route
	pressGroup   = "g"    // g:SLOT:GROUP        shows the values of one group
	pressSkip    = "skip" // skip:SLOT           no answer to this question
	pressArticle = "art"  // art:ARTICLE         shows an article
	pressHelpful = "yes"  // yes:ARTICLE         the article helped
	pressWrong   = "err"  // err:ARTICLE         the article is wrong
	pressLang    = "lang" // lang:TAG            changes the language
	pressFix     = "fix"  // fix:SLOT            asks a question again
	pressStep    = "step" // step:STEP           shows a step
	pressDone    = "done" // done:STEP           ticks a step off
	pressUndone  = "todo" // todo:STEP           takes the tick back
	pressHeard   = "ok"   // ok:yes, ok:no       confirms what was heard in a free text
	pressCommand = "cmd"  // cmd:NAME            the same as the command /NAME
)

func choiceID(what string, on ...string) string {
	return strings.Join(append([]string{what}, on...), ":")
}

// splitChoice takes a choice id apart. A value may itself hold colons; only the first two parts are names.
func splitChoice(id string) (what, on, value string) {
	what, rest, _ := strings.Cut(id, ":")
	on, value, _ = strings.Cut(rest, ":")
	return what, on, value
}
