package canary

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	mathrand "math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"pgregory.net/rapid"
)

func make1(t rapid.TB) Canaries {
	t.Helper()
	c, err := New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNew(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		c := make1(t)
		sum := 0
		for i, r := range c.BSN {
			weight := 9 - i
			if i == 8 {
				weight = -1
			}
			sum += weight * int(r-'0')
		}
		if len(c.BSN) != 9 || sum%11 != 0 {
			t.Errorf("%s is no BSN", c.BSN)
		}
		if len(c.Phone) != 10 || !strings.HasPrefix(c.Phone, "06") {
			t.Errorf("%s is no phone number", c.Phone)
		}
		if !strings.HasSuffix(c.Email, ".invalid") || strings.Count(c.Email, "@") != 1 {
			t.Errorf("%s is no address that cannot exist", c.Email)
		}
		if !strings.ContainsFunc(c.Sentence, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
			t.Errorf("%s has no Arabic letters", c.Sentence)
		}
		for _, w := range c.words() {
			if seen[w.text] {
				t.Errorf("the %s %s came twice", w.what, w.text)
			}
			seen[w.text] = true
		}
	}
	if _, err := New(strings.NewReader("too little")); err == nil {
		t.Error("New of a source that ends gives no error")
	}
}

// Each way in which a program of ours might write a text down, done by the library that would do it.
var writings = map[string]func(string) []byte{
	"as it is":       func(s string) []byte { return []byte(s) },
	"upper case":     func(s string) []byte { return []byte(strings.ToUpper(s)) },
	"lower case":     func(s string) []byte { return []byte(strings.ToLower(s)) },
	"JSON":           func(s string) []byte { b, _ := json.Marshal(s); return b },
	"JSON, ASCII":    func(s string) []byte { return []byte(strconv.QuoteToASCII(s)) },
	"query":          func(s string) []byte { return []byte(url.Values{"text": {s}}.Encode()) },
	"path":           func(s string) []byte { return []byte((&url.URL{Path: s}).EscapedPath()) },
	"hexadecimal":    func(s string) []byte { return []byte(hex.EncodeToString([]byte(s))) },
	"HEXADECIMAL":    func(s string) []byte { return fmt.Appendf(nil, "%X", s) },
	"dump":           func(s string) []byte { return fmt.Appendf(nil, "% x", s) },
	"base64":         func(s string) []byte { return []byte(base64.StdEncoding.EncodeToString([]byte(s))) },
	"base64 for URL": func(s string) []byte { return []byte(base64.RawURLEncoding.EncodeToString([]byte(s))) },
	"bytes by %v":    func(s string) []byte { return fmt.Appendf(nil, "%v", []byte(s)) },
	"bytes by %#v":   func(s string) []byte { return fmt.Appendf(nil, "%#v", []byte(s)) },
	"string by %q":   func(s string) []byte { return fmt.Appendf(nil, "%q", s) },
	"string by %+q":  func(s string) []byte { return fmt.Appendf(nil, "%+q", s) },
	"HTML":           func(s string) []byte { return []byte(template.HTMLEscapeString(s)) },
	"JavaScript":     func(s string) []byte { return []byte(template.JSEscapeString(s)) },
	"UTF-16": func(s string) (b []byte) {
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return b
	},
	"gzip": func(s string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write([]byte(strings.Repeat(s+" and ", 3)))
		w.Close()
		return b.Bytes()
	},
}

func TestPlantedLeaksAreFound(t *testing.T) {
	t.Parallel()
	for how, write := range writings {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			c := make1(t)
			for what, text := range map[string]string{
				"name": c.Name, "bsn": c.BSN, "phone": c.Phone, "e-mail": c.Email, "sentence": c.Sentence, "person": string(c.Person),
			} {
				report, err := Search(t.Context(), c, Bytes("there", write(text)))
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(report.Leaks, func(l Leak) bool { return l.What == what && strings.HasPrefix(l.Place, "there") }) {
					t.Errorf("the %s is not found: %v", what, report.Leaks)
				}
				for _, l := range report.Leaks {
					if strings.Contains(l.String(), text) {
						t.Errorf("a leak shows the word: %s", l)
					}
				}
			}
		})
	}
}

// Base64 of a longer text has the word at any of three places, between any neighbours.
func TestLeakInsideALongerText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := make1(t)
		around := rapid.SliceOfN(rapid.Byte(), 0, 40)
		text := slices.Concat(around.Draw(t, "before"), []byte(rapid.SampledFrom([]string{c.BSN, c.Phone, c.Name, c.NameAr, string(c.Person)}).Draw(t, "word")), around.Draw(t, "after"))
		how := rapid.SampledFrom([]string{"as it is", "base64", "base64 for URL", "hexadecimal"}).Draw(t, "how")
		report, err := Search(context.Background(), c, Bytes("there", writings[how](string(text))))
		if err != nil || len(report.Leaks) == 0 {
			t.Errorf("%s: not found, %v", how, err)
		}
	})
}

func TestSearchFiles(t *testing.T) {
	t.Parallel()
	c := make1(t)
	folder := t.TempDir()
	write := func(name string, content []byte) {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("clean.log", bytes.Repeat([]byte("nothing here\n"), 1000))
	// Across the edge of what is looked at at once.
	edge := bytes.Repeat([]byte{'.'}, 3*window)
	copy(edge[window-4:], c.BSN)
	write("deep/down/edge.db-wal", edge)
	longest := 0
	for _, w := range c.words() {
		for _, f := range forms(w.text) {
			longest = max(longest, len(f.bytes))
		}
	}
	for i := window + longest - len(c.Phone); i <= window+longest+1; i++ {
		second := bytes.Repeat([]byte{'.'}, 2*window)
		copy(second[i:], c.Phone)
		report, err := Search(t.Context(), c, Bytes("second edge", second))
		if err != nil || len(report.Leaks) != 1 || report.Leaks[0].At != int64(i+1) { // found from the 6 on
			t.Fatalf("a phone number at %d: %v, %v", i, report.Leaks, err)
		}
	}
	write("cache/"+string(c.Person)+".txt", []byte("nothing"))

	report, err := Search(t.Context(), c, Path(folder))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range report.Leaks {
		got = append(got, strings.TrimPrefix(l.String(), folder))
	}
	slices.Sort(got)
	want := []string{
		fmt.Sprintf("/deep/down/edge.db-wal: bsn, plain, at byte %d", window-4),
		": person, plain, in the file's name",
	}
	if !slices.Equal(got, want) {
		t.Errorf("leaks %q, want %q", got, want)
	}
	if report.Files != 3 || report.Bytes < 3*window {
		t.Errorf("searched %d files with %d bytes, want 3 files", report.Files, report.Bytes)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	if linked, err := Search(t.Context(), c, Path(link)); err != nil || len(linked.Leaks) != 2 {
		t.Errorf("through a link: %v, %v", linked.Leaks, err)
	}
}

func TestNothingIsFoundWhereNothingIs(t *testing.T) {
	t.Parallel()
	c, others := make1(t), make1(t)
	noise := make([]byte, 8<<20)
	random := mathrand.NewChaCha8([32]byte{1})
	random.Read(noise)
	report, err := Search(t.Context(), c, Bytes("noise", noise),
		Bytes("others", fmt.Append(nil, others)), Bytes("digits", bytes.Repeat([]byte("0123456789 49 50 51 "), 1000)), Bytes("empty", nil))
	if err != nil || len(report.Leaks) > 0 {
		t.Errorf("found %v, %v", report.Leaks, err)
	}
	if report.Files != 4 || report.Bytes < 8<<20 {
		t.Errorf("searched %d places with %d bytes", report.Files, report.Bytes)
	}
}

func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	c := make1(t)
	if _, err := Search(t.Context(), c, Path(filepath.Join(t.TempDir(), "missing.db"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing place: %v, want fs.ErrNotExist", err)
	}
	if _, err := Search(t.Context(), c, Path(t.TempDir())); err == nil {
		t.Error("an empty folder is searched with success")
	}
	if _, err := Search(t.Context(), c); err == nil {
		t.Error("no place at all is searched with success")
	}
	if _, err := Search(t.Context(), Canaries{}, Bytes("x", []byte("x"))); err == nil {
		t.Error("no canaries are searched for with success")
	}
	c.BSN = "1"
	if _, err := Search(t.Context(), c, Bytes("x", []byte("1"))); err == nil {
		t.Error("a canary of one letter is searched for with success")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Search(ctx, make1(t), Bytes("x", []byte("x"))); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}

func BenchmarkSearch(b *testing.B) {
	c, err := New(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	noise := make([]byte, 8<<20)
	mathrand.NewChaCha8([32]byte{1}).Read(noise)
	b.SetBytes(int64(len(noise)))
	for b.Loop() {
		if _, err := Search(b.Context(), c, Bytes("noise", noise)); err != nil {
			b.Fatal(err)
		}
	}
}

// A number is found however a program stores it, and none is found where none is.
func TestNumbers(t *testing.T) {
	t.Parallel()
	c, err := New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, stored := range map[string][]byte{
		"decimal": strconv.AppendInt(nil, c.User, 10), "big-endian": binary.BigEndian.AppendUint64(nil, uint64(c.User)),
		"little-endian": binary.LittleEndian.AppendUint64(nil, uint64(c.User)), "uvarint": binary.AppendUvarint(nil, uint64(c.User)),
		"varint": binary.AppendVarint(nil, c.User), "a group, negative": strconv.AppendInt(nil, c.Group, 10),
		"a group on the wire": binary.AppendVarint(nil, -c.Group), "the secret of a token": []byte("https://api/bot" + c.Token + "/getMe"),
	} {
		report, err := Search(t.Context(), c, Bytes(name, slices.Concat([]byte("before "), stored, []byte(" after"))))
		if err != nil || len(report.Leaks) == 0 {
			t.Errorf("%s: found %v, %v", name, report.Leaks, err)
		}
	}
	other, err := New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Search(t.Context(), c, Bytes("another run", fmt.Append(nil, other)))
	if err != nil || len(report.Leaks) != 0 {
		t.Errorf("another run's canaries: found %v, %v", report.Leaks, err)
	}
}
