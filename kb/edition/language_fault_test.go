package edition

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/prose"
)

// A paragraph that was left in another language is found, and none of the content's own looks like one.
func TestForeignTexts(t *testing.T) {
	t.Parallel()
	lib, faults := kb.Load(os.DirFS("../../content"), nil)
	if kb.HasErrors(faults) {
		t.Fatal(faults)
	}
	found, err := foreignTexts(lib)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("a paragraph of our own: %s", f)
	}
	left := lib.Article("bi-test").Texts[language.Dutch].Body.Text()
	left = strings.SplitN(left, "\n", 2)[0]
	text := lib.Article("uaf").Texts[language.Spanish]
	text.Body = append(prose.Doc{{Kind: prose.Paragraph, Items: [][]prose.Span{{{Text: left}}}}}, text.Body...)
	found, err = foreignTexts(lib)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || !strings.Contains(fmt.Sprint(found), "looks like nl") || found[0].File != text.File {
		t.Errorf("a Dutch paragraph in Spanish: %v", found)
	}
}
