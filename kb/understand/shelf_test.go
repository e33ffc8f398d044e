package understand

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"golang.org/x/text/language"

	"wegwijzer/kb"
)

func smallLibrary(t testing.TB) *kb.Library {
	t.Helper()
	lib, faults := kb.Load(os.DirFS("testdata/content"), nil)
	if kb.HasErrors(faults) {
		t.Fatal(faults)
	}
	return lib
}

func learnt(t testing.TB, lib *kb.Library, shelf Shelf) *Understander {
	t.Helper()
	u, err := New(t.Context(), lib, shelf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := u.Close(); err != nil {
			t.Error(err)
		}
	})
	return u
}

// answers gives what u says of every question of the library and of a few other texts.
func answers(u *Understander, lib *kb.Library) (said []Understanding) {
	for _, text := range []string{"", "hello", "what is the weather like", "I want to die"} {
		said = append(said, u.Understand(text, language.Und))
	}
	for _, a := range lib.Articles() {
		for _, tag := range tags(a.Texts) {
			for _, q := range a.Texts[tag].Questions {
				said = append(said, u.Understand(q+" please", tag))
			}
		}
	}
	return said
}

// What was kept gives the very same answers as what was learnt, without learning.
func TestShelf(t *testing.T) {
	t.Parallel()
	lib := smallLibrary(t)
	shelf := Shelf{Folder: filepath.Join(t.TempDir(), "not", "there", "yet"), Program: "one"}
	first := learnt(t, lib, shelf)
	found := &Understander{articles: first.articles, class: first.class}
	if err := found.find(lib, shelf); err != nil {
		t.Fatalf("nothing was kept: %v", err)
	}
	found.index.Close()
	second := learnt(t, lib, shelf)
	if !reflect.DeepEqual(answers(first, lib), answers(second, lib)) {
		t.Error("what was kept answers otherwise than what was learnt")
	}
	if !reflect.DeepEqual(first.Trials(), second.Trials()) {
		t.Errorf("trials %+v, kept as %+v", first.Trials(), second.Trials())
	}
	if err := found.find(lib, Shelf{Folder: shelf.Folder, Program: "two"}); err == nil {
		t.Error("another program finds what this one learnt")
	}
	bare := learnt(t, lib, Shelf{})
	for i, got := range answers(bare, lib) {
		if want := answers(first, lib)[i]; got.Article != want.Article || got.Declined != want.Declined {
			t.Errorf("without a shelf %+v, with one %+v", got, want)
		}
	}
}

// A shelf that is damaged, or cannot be written, only means learning again.
func TestBadShelf(t *testing.T) {
	t.Parallel()
	lib := smallLibrary(t)
	want := answers(learnt(t, lib, Shelf{Folder: t.TempDir()}), lib)
	damage := func(name string, change func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, place string) {
			file := filepath.Join(place, name)
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, change(raw), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, spoil := range map[string]func(*testing.T, string){
		"one bit of the model": damage(modelFile, func(b []byte) []byte { b[len(b)/2] ^= 1; return b }),
		"half the model":       damage(modelFile, func(b []byte) []byte { return b[:len(b)/2] }),
		"an empty model":       damage(modelFile, func(b []byte) []byte { return nil }),
		"another census":       damage(filepath.Join(indexDir, "census"), func(b []byte) []byte { b[len(b)-1] ^= 1; return b }),
		"no index": func(t *testing.T, place string) {
			if err := os.RemoveAll(filepath.Join(place, indexDir)); err != nil {
				t.Fatal(err)
			}
		},
		"a file in its place": func(t *testing.T, place string) {
			if err := os.RemoveAll(place); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(place, []byte("hello"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shelf := Shelf{Folder: t.TempDir()}
			learnt(t, lib, shelf)
			spoil(t, shelf.place(lib))
			if err := (&Understander{articles: make([]kb.ArticleID, len(lib.Articles()))}).find(lib, shelf); err == nil {
				t.Error("what is damaged is found")
			}
			if got := answers(learnt(t, lib, shelf), lib); !reflect.DeepEqual(got, want) {
				t.Error("after the damage it answers otherwise")
			}
		})
	}
	t.Run("a folder that is a file", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		learnt(t, lib, Shelf{Folder: file})
	})
}

// The shelf does not grow for ever, and several may fill it at once.
func TestShelfIsShort(t *testing.T) {
	t.Parallel()
	lib := smallLibrary(t)
	folder := t.TempDir()
	for program := range 6 {
		learnt(t, lib, Shelf{Folder: folder, Program: fmt.Sprint(program)})
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) > shelfKeeps {
		t.Errorf("the shelf holds %d, more than %d", len(entries), shelfKeeps)
	}
	shelf := Shelf{Folder: t.TempDir()}
	done := make(chan error)
	for range 3 {
		go func() {
			u, err := New(context.Background(), lib, shelf)
			if err == nil {
				err = u.Close()
			}
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if entries, err := os.ReadDir(shelf.Folder); err != nil || len(entries) != 1 {
		t.Errorf("three at once leave %v, %v", entries, err)
	}
}

// No bytes at all make reading a model do anything but fail or give a model.
func FuzzReadModel(f *testing.F) {
	u, err := New(context.Background(), smallLibrary(f), Shelf{})
	if err != nil {
		f.Fatal(err)
	}
	var out bytes.Buffer
	if err := u.model.write(&out); err != nil {
		f.Fatal(err)
	}
	if err := u.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes()[:min(out.Len(), 1<<12)])
	f.Add([]byte(modelMagic))
	f.Add(append([]byte(modelMagic), 2, 0, 0, 0, 0, 0, 0, 0, '{', '}', 255, 255, 255, 255, 255, 255, 255, 255))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if m, err := readModel(bytes.NewReader(raw)); (m == nil) == (err == nil) {
			t.Errorf("%v, %v", m, err)
		}
	})
}
