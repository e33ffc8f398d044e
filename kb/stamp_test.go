package kb_test

import (
	"strings"
	"testing"

	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"wegwijzer/kb"
)

func TestStamp(t *testing.T) {
	t.Parallel()
	const body = "Call 112. Waiting takes {{bi-wait}}.\n"
	files := good(t)
	source, _ := kb.Load(files, nil)
	hashes := "of: [" + strings.Join(source.Article("emergency").Texts[nl].Hashes, ", ") + "]"
	for _, tt := range []struct{ name, before, after string }{
		{"added at the end", "---\ntitle: a # why\nquestions: [b]\nstatus: machine\n---\n", "---\ntitle: a # why\nquestions: [b]\nstatus: machine\nOF\n---\n"},
		{"replaced in its place", "---\ntitle: a\nof: [1, 2]\n# a comment\nstatus: machine\n---\n", "---\ntitle: a\nOF\n# a comment\nstatus: machine\n---\n"},
		{"a list over several lines", "---\ntitle: a\nof:\n  - x\n  - y\n\nstatus: machine\n---\n", "---\ntitle: a\nOF\n\nstatus: machine\n---\n"},
		{"brackets over several lines", "---\nof: [\n  x, y\n]\nstatus: machine\n---\n", "---\nOF\nstatus: machine\n---\n"},
		{"Windows lines", "---\r\ntitle: a\r\n---\r\n", "---\r\ntitle: a\r\nOF\r\n---\r\n"},
		{"no front matter", "", "---\nOF\n---\n"},
		{"byte order mark", "\ufeff---\ntitle: a\n---\n", "\ufeff---\ntitle: a\nOF\n---\n"},
		{"empty front matter", "---\n---\n", "---\nOF\n---\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := good(t)
			replace(t, files, "articles/emergency/en.md", "", tt.before+body)
			lib, _ := kb.Load(files, nil)
			got, name, err := kb.Stamp(lib, "emergency", en)
			if err != nil || name != "articles/emergency/en.md" {
				t.Fatalf("Stamp: %s, %v", name, err)
			}
			if want := strings.Replace(tt.after, "OF", hashes, 1) + body; string(got) != want {
				t.Errorf("Stamp gives\n%q, want\n%q", got, want)
			}
		})
	}
}

func TestStampWords(t *testing.T) {
	t.Parallel()
	files := good(t)
	replace(t, files, "words/ar.yaml", "  helper: مساعد\n", "") // a key that is not translated is not stamped
	lib, _ := kb.Load(files, nil)
	got, name, err := kb.Stamp(lib, "words", ar)
	if err != nil || name != "words/ar.yaml" {
		t.Fatalf("Stamp: %s, %v", name, err)
	}
	head, rest, _ := strings.Cut(string(got), "talk:\n")
	if want := "status: reviewed\nof:\n  talk.self: "; !strings.HasPrefix(head, want) || strings.Contains(head, "helper") || strings.Contains(head, "country") {
		t.Errorf("the stamped file starts\n%s", head)
	}
	if _, was, _ := strings.Cut(string(files["words/ar.yaml"].Data), "talk:\n"); rest != was {
		t.Errorf("the rest of the file changed to\n%s", rest)
	}
	if again, _, err := kb.Stamp(lib, "ui", ar); err != nil || string(again) != string(files["ui/ar.yaml"].Data) {
		t.Errorf("stamping what is stamped changes it (%v):\n%s", err, again)
	}
}

func TestStampRefuses(t *testing.T) {
	t.Parallel()
	files := good(t)
	replace(t, files, "articles/only-en/en.md", "", "x")
	replace(t, files, "articles/emergency/ar.md", "", "---\n{title: a, of: []}\n---\nx")
	replace(t, files, "articles/bi-test/ar.md", "", "---\ntitle: [\n---\nx")
	replace(t, files, "ui/ar.yaml", "", "sentences: [\n")
	lib, _ := kb.Load(files, nil)
	for _, tt := range []struct {
		name, id string
		tag      language.Tag
		want     string
	}{
		{"unknown article", "bi-tets", en, "“bi-test”"},
		{"the source language", "bi-test", nl, "source language"},
		{"no such text", "bi-test", fr, "bi-test/fr.md"},
		{"no source text", "only-en", en, "no text in the source language"},
		{"no such words", "words", fr, "words/fr.yaml"},
		{"broken words", "ui", ar, "run check"},
		{"broken front matter", "bi-test", ar, "run check"},
		{"front matter on one line", "emergency", ar, "one a line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, _, err := kb.Stamp(lib, tt.id, tt.tag); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Stamp(%s, %s) = %q, %v, want an error with %q", tt.id, tt.tag, got, err, tt.want)
			}
		})
	}
	minimal, _ := kb.Load(files0("articles/a/en.md", "x"), nil)
	if _, _, err := kb.Stamp(minimal, "a", en); err == nil {
		t.Error("minimal content is stamped")
	}
}

// TestStampLaws: whatever the front matter says, Stamp refuses it or gives a file that is up to date and differs in
// nothing but of; stamping that again changes nothing.
func TestStampLaws(t *testing.T) {
	t.Parallel()
	base := good(t)
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"title: a", "questions: [a, b]", "questions:\n- a\n- b", "status: machine", "of: [x]", "of:\n- y", "of: [\nz\n]", "# a note", "", "x: |\n  of: [q]", "  ", "\r", "'of': {}", "z: a\u2028b", "y: \u0085"})
		front := strings.Join(rapid.SliceOfNDistinct(line, 0, 6, func(s string) string { return strings.SplitN(s, ":", 2)[0] }).Draw(t, "front"), "\n")
		rest := rapid.SampledFrom([]string{"\n---\nBody\n", "\n---\n", "\n---"}).Draw(t, "rest")
		files := files0()
		for name, f := range base {
			files[name] = f
		}
		whole := "---\n" + front + rest
		files["articles/emergency/en.md"] = files0("x", whole)["x"]
		lib, _ := kb.Load(files, nil)
		once, name, err := kb.Stamp(lib, "emergency", en)
		if err != nil {
			return
		}
		files[name] = files0("x", string(once))["x"]
		stamped, _ := kb.Load(files, nil)
		was, is := lib.Article("emergency").Texts[en], stamped.Article("emergency").Texts[en]
		if is.Outdated || len(is.Of) == 0 {
			t.Fatalf("stamped, %q is not up to date: %q", whole, once)
		}
		if is.Title != was.Title || is.Status != was.Status || is.Body.Text() != was.Body.Text() || len(is.Questions) != len(was.Questions) {
			t.Fatalf("stamping %q changes more than of: %q", whole, once)
		}
		if twice, _, err := kb.Stamp(stamped, "emergency", en); err != nil || string(twice) != string(once) {
			t.Fatalf("stamping %q twice gives %q, %v", once, twice, err)
		}
	})
}
