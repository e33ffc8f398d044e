package kb_test

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/kb"
)

var (
	nl = language.Dutch
	en = language.English
	ar = language.Arabic
	fr = language.French

	today = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
)

// good gives the content of testdata/content, its translations stamped: content without a fault. The files are the
// caller's to change.
func good(t testing.TB) fstest.MapFS {
	t.Helper()
	stamped, err := stampedOnce()
	if err != nil {
		t.Fatal(err)
	}
	files := make(fstest.MapFS, len(stamped))
	for name, f := range stamped {
		files[name] = &fstest.MapFile{Data: f.Data, Mode: f.Mode}
	}
	return files
}

var stampedOnce = sync.OnceValues(func() (fstest.MapFS, error) {
	files := fstest.MapFS{}
	folder := os.DirFS("testdata/content")
	err := fs.WalkDir(folder, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(folder, name)
		files[name] = &fstest.MapFile{Data: data, Mode: 0o644}
		return err
	})
	if err != nil {
		return nil, err
	}
	lib, _ := kb.Load(files, nil)
	for _, id := range []string{"bi-test", "emergency", "words", "ui"} {
		for _, tag := range []language.Tag{en, ar} {
			data, name, err := kb.Stamp(lib, id, tag)
			if err != nil {
				return nil, fmt.Errorf("stamp %s %s: %w", id, tag, err)
			}
			files[name].Data = data
		}
	}
	return files, nil
})

// load gives the Library of content that has no errors.
func load(t testing.TB, files fs.FS) *kb.Library {
	t.Helper()
	lib, faults := kb.Load(files, nil)
	if kb.HasErrors(faults) {
		t.Fatalf("the content has errors:\n%s", lines(faults))
	}
	return lib
}

// lines gives faults as check shows them, with their rule, a warning marked by a question mark.
func lines(faults []kb.Fault) string {
	var out strings.Builder
	for _, f := range faults {
		mark := ""
		if f.Warning {
			mark = "?"
		}
		fmt.Fprintf(&out, "%s%s %s\n", f.Rule, mark, f)
	}
	return out.String()
}

// replace changes a text in a file of the content; an empty old text replaces the file, or adds it.
func replace(t testing.TB, files fstest.MapFS, name, old, new string) {
	t.Helper()
	if old == "" {
		files[name] = &fstest.MapFile{Data: []byte(new), Mode: 0o644}
		return
	}
	data := string(files[name].Data)
	if !strings.Contains(data, old) {
		t.Fatalf("%s does not hold %q", name, old)
	}
	files[name].Data = []byte(strings.Replace(data, old, new, 1))
}

func day(t testing.TB, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
