package kb_test

import (
	"slices"
	"testing"

	"wegwijzer/kb"
)

func TestSplitFrontMatter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file  string
		front, body string
		line        int
		open        bool
	}{
		{"whole", "---\ntitle: a\n---\nb\n", "title: a\n", "b\n", 4, false},
		{"Windows", "---\r\ntitle: a\r\n---\r\nb\r\n", "title: a\r\n", "b\r\n", 4, false},
		{"byte order mark", "\ufeff---\ntitle: a\n---\nb", "title: a\n", "b", 4, false},
		{"byte order mark alone", "\ufeffb", "", "b", 1, false},
		{"empty front matter", "---\n---\nb", "", "b", 3, false},
		{"spaces behind the line", "--- \na: b\n---\t\nb", "a: b\n", "b", 4, false},
		{"no body", "---\na: b\n---", "a: b\n", "", 4, false},
		{"none", "b\n---\nc\n", "", "b\n---\nc\n", 1, false},
		{"nothing", "", "", "", 1, false},
		{"a longer line is none", "----\na: b\n----\n", "", "----\na: b\n----\n", 1, false},
		{"a line in the body", "---\na: b\n---\nb\n---\nc", "a: b\n", "b\n---\nc", 4, false},
		{"it does not end", "---\na: b\n", "", "---\na: b\n", 1, true},
		{"one line", "---", "", "---", 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := kb.SplitFrontMatter([]byte(tt.file))
			if string(got.Front) != tt.front || string(got.Body) != tt.body || got.Line != tt.line || got.Open != tt.open {
				t.Errorf("SplitFrontMatter(%q) = %q, %q in line %d, open %v, want %q, %q in line %d, open %v",
					tt.file, got.Front, got.Body, got.Line, got.Open, tt.front, tt.body, tt.line, tt.open)
			}
		})
	}
}

// FuzzFrontMatter: the parts joined are the file, the body starts on the line that is said, and what was joined is cut
// in the same places again.
func FuzzFrontMatter(f *testing.F) {
	for _, s := range []string{"---\na: b\n---\nc", "\ufeff---\r\n---\r\n", "a", "---\n", "---\n---", "\n---\n---\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		cut := kb.SplitFrontMatter(file)
		joined := slices.Concat(cut.Before, cut.Front, cut.Between, cut.Body)
		if string(joined) != string(file) {
			t.Fatalf("%q is cut into %+v", file, cut)
		}
		lines := 1
		for _, b := range joined[:len(joined)-len(cut.Body)] {
			if b == '\n' {
				lines++
			}
		}
		if len(cut.Body) > 0 && cut.Line != lines {
			t.Fatalf("the body of %q starts in line %d, not %d", file, lines, cut.Line)
		}
		if cut.Open && (len(cut.Front) > 0 || len(cut.Body) != len(file)) {
			t.Fatalf("%q has no end of its front matter and is still cut: %+v", file, cut)
		}
	})
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	known := []string{"bi-fee", "bi-fee-nurse", "title", "questions", "ar", "Meedoenbalie", "وثائق"}
	for word, want := range map[string]string{
		"bi-fe": "bi-fee", "bi-fee-nrse": "bi-fee-nurse", "qestions": "questions", "titel": "title", "quesitons": "questions",
		"meedoenbalie": "Meedoenbalie", "وثاءق": "وثائق", "ra": "ar", "": "", "zzz": "", "completely-else": "", "title": "",
	} {
		if got := kb.Suggest(word, known); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestHashBlock(t *testing.T) {
	t.Parallel()
	base := kb.HashBlock("De toets kost {{bi-fee}}.")
	if len(base) != 6 {
		t.Errorf("HashBlock gives %q, want six digits", base)
	}
	for name, same := range map[string]string{"re-wrapped": "De toets\n  kost {{bi-fee}}. ", "tabs": "De\ttoets kost {{bi-fee}}."} {
		if got := kb.HashBlock(same); got != base {
			t.Errorf("%s: the hash changes from %s to %s", name, base, got)
		}
	}
	for name, other := range map[string]string{"a word": "De toets kost nu {{bi-fee}}.", "a fact": "De toets kost {{bi-wait}}.", "case": "de toets kost {{bi-fee}}."} {
		if got := kb.HashBlock(other); got == base {
			t.Errorf("%s: the hash stays %s", name, got)
		}
	}
	if kb.HashBlock("caf\u00e9") != kb.HashBlock("cafe\u0301") {
		t.Error("the hash depends on how an accent is encoded")
	}
}
