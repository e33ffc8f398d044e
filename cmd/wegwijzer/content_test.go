package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wegwijzer/content"
)

// command runs a command in this process.
func command(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if !slices.Contains(args, "--content") {
		learnt(t)
	}
	code = run(t.Context(), args, []string{"HOME=" + t.TempDir(), "WEGWIJZER_CACHE=" + testShelf}, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// learnt waits until what the embedded content teaches lies on the shelf; otherwise every command and server that the
// tests start at once would learn it for itself.
func learnt(t *testing.T) {
	t.Helper()
	if _, err := realEdition(); err != nil {
		t.Fatal(err)
	}
}

// copyContent puts the embedded content in a folder, in three of its languages: nothing that is tested with it depends
// on how many there are, but learning it does.
func copyContent(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "content")
	if err := os.CopyFS(dir, content.FS); err != nil {
		t.Fatal(err)
	}
	if err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		name := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(entry.Name(), ".md"), ".yaml"), ".txt")
		if err == nil && slices.Contains([]string{"fa", "ti", "tr", "uk", "ru", "so", "ps", "fr", "es"}, name) {
			err = os.Remove(path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// edit replaces the first old by new in a file of the content, which must hold it.
func edit(t *testing.T, path, old, new string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(raw, []byte(old)) {
		t.Fatalf("%s does not hold %q", path, old)
	}
	write(t, path, strings.Replace(string(raw), old, new, 1))
}

// TestBadContent: each fault is one clear line with its file, exit code 1, and the content is not used.
func TestBadContent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		harm func(t *testing.T, dir string)
		want []string // each in the one line about it
	}{
		{"wrong key", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, "articles/bi-test/article.yaml"), "chapter:", "chaptre:")
		}, []string{"articles/bi-test/article.yaml:", "chaptre", "chapter"}},
		{"missing fact", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, "articles/bi-test/nl.md"), "{{bi-fee-nurse}}", "{{bi-fee-nurze}}")
		}, []string{"articles/bi-test/nl.md:", "bi-fee-nurze", "bi-fee-nurse"}},
		{"broken YAML", func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "terms.yaml"), "words: [a, b\nterms: {")
		}, []string{"terms.yaml:"}},
		{"not UTF-8", func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "articles/bi-test/en.md"), "---\ntitle: caf\xe9\n---\ntext\n")
		}, []string{"articles/bi-test/en.md", "UTF-8"}},
		{"10 MB file", func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "articles/bi-test/en.md"), strings.Repeat("a word\n", 10<<20/7))
		}, []string{"articles/bi-test/en.md", "too large"}},
		{"symlink loop", func(t *testing.T, dir string) {
			file := filepath.Join(dir, "articles/bi-test/en.md")
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("en.md", file); err != nil {
				t.Fatal(err)
			}
		}, []string{"articles/bi-test/en.md"}},
		{"a figure in a text", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, "articles/bi-test/nl.md"), "{{bi-fee-nurse}}", "400 euro")
		}, []string{"articles/bi-test/nl.md:", "400"}},
		{"an unknown step in the route", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, "route.yaml"), "needs: [", "needs: [bi-tset, ")
		}, []string{"route.yaml:", "bi-tset", "bi-test"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := copyContent(t)
			test.harm(t, dir)
			code, out, errs := command(t, "", "check", "--content", dir)
			if code != exitWrong || errs != "" {
				t.Fatalf("check gives exit code %d and says %q on standard error, want 1 and nothing", code, errs)
			}
			said := slices.ContainsFunc(slices.Collect(strings.Lines(out)), func(line string) bool {
				return strings.HasPrefix(line, dir) && !slices.ContainsFunc(test.want, func(want string) bool { return !strings.Contains(line, want) })
			})
			if !said {
				t.Errorf("no line has all of %q:\n%s", test.want, out)
			}
			code, _, errs = command(t, "", "ask", "--content", dir, "what is the BIG register")
			if code != exitWrong || strings.Count(errs, "\n") != 1 {
				t.Errorf("ask gives exit code %d and says %q, want 1 and one line", code, errs)
			}
		})
	}
}

// TestMinimalContent: a folder with nothing but articles answers a batch as the contract says.
func TestMinimalContent(t *testing.T) {
	t.Parallel()
	const subjects, questions = 150, 100
	dir := t.TempDir()
	var batch strings.Builder
	for s := range subjects {
		var text strings.Builder
		text.WriteString("---\nquestions:\n")
		for q := range questions {
			fmt.Fprintf(&text, "  - %s\n", minimalQuestion(s, q))
		}
		text.WriteString("---\n")
		write(t, filepath.Join(dir, "articles", fmt.Sprintf("Subject %d!", s), "en.md"), text.String())
		fmt.Fprintf(&batch, `{"id":%d,"text":%q}`+"\n", s, minimalQuestion(s, questions))
	}
	code, out, errs := command(t, batch.String(), "ask", "--content", dir, "--batch", "-")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	right, n := 0, 0
	for line := range strings.Lines(out) {
		var got struct {
			ID           int
			Article      string
			Score        float64
			Declined     *bool
			Lang         string
			Alternatives []struct{ Article string }
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		if got.ID != n || got.Declined == nil || got.Score < 0 || got.Score > 1 || len(got.Alternatives) > 3 {
			t.Fatalf("line %d is %s", n, line)
		}
		if got.Article == fmt.Sprintf("Subject %d!", n) {
			right++
		}
		n++
	}
	if n != subjects || right < subjects*9/10 {
		t.Errorf("%d lines with %d right, want %d with nearly all right", n, right, subjects)
	}
	if code, out, _ := command(t, "", "check", "--content", dir); code != exitDone {
		t.Errorf("check of minimal content gives exit code %d:\n%s", code, out)
	}
}

// minimalQuestion makes the n-th question about subject s out of words of its own and words that all subjects share.
func minimalQuestion(s, n int) string {
	shared := strings.Fields("please tell me how can i change open close find my your the with for about when where")
	own := func(k int) string {
		return fmt.Sprintf("%c%cr%c%cn", 'a'+s%26, "aeiouy"[s/26], 'a'+(s*7+k)%26, "aeiou"[k%5])
	}
	return strings.Join([]string{shared[n%len(shared)], own(n % 4), shared[(n*5+s)%len(shared)], own((n + 1) % 4), shared[(n*11)%len(shared)]}, " ")
}

// TestEmbeddedContentIsWhole: nothing of the content folder is left out of the binary.
func TestEmbeddedContentIsWhole(t *testing.T) {
	t.Parallel()
	root := os.DirFS("../../content")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".go") || path == "README.md" {
			return err
		}
		if _, err := fs.Stat(content.FS, path); err != nil {
			t.Errorf("the binary lacks content/%s", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
