package understand_test

import (
	"strings"
	"testing"

	"wegwijzer/kb"
)

func TestCrisis(t *testing.T) {
	t.Parallel()
	u := understander(t, load(t))
	for _, test := range []struct {
		text string
		want bool
	}{
		{"I want to die", true},
		{"i WANT  to... die!!", true},
		{"i want really to just die", false}, // one word too many in between: the content must say so itself
		{"i want to just die", true},
		{"i cannott go on living", true}, // misspelt
		{"i canot go on livng", true},
		{"suicde", true},
		{"ik wil dood", true},
		{"ik heb echt geen zin meer om te leven", true},
		{"أريد أن أموت", true},
		{"اريد ان اموت", true},
		{"وبدي موت", true},
		{"بدي موت من الضحك", false},
		{"this exam is killing me", false},
		{"this exam is killing me, i want to die", true}, // the harmless phrase covers only itself
		{"my husband is killing me", true},
		{"emergency nurse", false},
		{"can i work as an emergency nurse in the emergency department", false},
		{"emergency", true},
		{"i want to diet", false},
		{"i want to dye my hair", false},
		{"die verpleegkundige", false},
		{"gewoon dood", false},
		{"", false},
	} {
		if article, got := u.Crisis(test.text); got != test.want || got != (article == "help-now") {
			t.Errorf("Crisis(%q) = %q, %v, want %v", test.text, article, got, test.want)
		}
	}
}

func TestCrisisOfOneSentence(t *testing.T) {
	t.Parallel()
	u := understander(t, small(t, map[string]string{
		"articles/help/en.md":    "---\ntitle: Help\n---\nWaiting list for suicide prevention.\n",
		"articles/waiting/ar.md": "---\ntitle: مدة انتظار القرار\n---\nالقرار يأتي.\n",
		"crisis.yaml":            "- article: help\n  en: {phrases: [hate … life]}\n  ar: {phrases: [انتحار]}\n",
	}))
	for _, test := range []struct {
		name, text string
		want       bool
	}{
		{"nothing in between", "i hate life", true},
		{"three words in between", "i hate this whole miserable life", true},
		{"four words in between", "i hate this whole long miserable life", false},
		{"as written", "hate … life", true},
		{"half of it", "i hate my", false},
		{"the word", "انتحار", true},
		{"misspelt", "انتخار", true},
		{"one letter off, but a word of the content", "انتظار", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, got := u.Crisis(test.text); got != test.want {
				t.Errorf("Crisis(%q) = %v, want %v", test.text, got, test.want)
			}
		})
	}
}

func FuzzCrisis(f *testing.F) {
	u := understander(f, load(f))
	f.Add("please", "now")
	f.Fuzz(func(t *testing.T, before, after string) {
		// A call is heard whatever stands around it, unless the text is longer than is listened to.
		if words := strings.Fields(before + " " + after); len(before) > 500 || len(words) > 100 {
			return
		}
		if _, ok := u.Crisis(before + " \n kill myself \n " + after); !ok {
			t.Errorf("not heard between %q and %q", before, after)
		}
	})
}

// TestOwnQuestionsAreNoCalls holds the words of crisis.yaml against what the articles are asked: whoever asks for an
// article that helps nobody at once is not shown help instead of it.
func TestOwnQuestionsAreNoCalls(t *testing.T) {
	t.Parallel()
	u, lib := realContent(t)
	helps := map[kb.ArticleID]bool{}
	for _, phrase := range lib.Crisis() {
		helps[phrase.Article] = true
	}
	if len(helps) == 0 {
		t.Fatal("the content has no crisis phrases")
	}
	for _, a := range lib.Articles() {
		if helps[a.ID] {
			continue
		}
		for tag, text := range a.Texts {
			for _, question := range append([]string{text.Title}, text.Questions...) {
				if article, called := u.Crisis(question); called {
					t.Errorf("%s in %s: %q leads to %s", a.ID, tag, question, article)
				}
			}
		}
	}
}
