package understand_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/understand"
)

// The public sets that we measure ourselves on are not in the repository. WEGWIJZER_BENCH_DATA names a folder that has
// one folder per set, with knowledge.jsonl and test.jsonl:
//
//	{"type":"example","text":…,"intent":…,"lang":…}   a question of the article named intent
//	{"type":"oos","text":…,"lang":…}                   a sentence that must be declined
//	{"type":"article","article":…,"title":…,"text":…}  an article with a body
//	{"text":…,"gold":…}                                a test; gold null: must be declined
//
// Each set is made into minimal content, as anybody could write it, and read as any content is.
func TestPublicSets(t *testing.T) {
	folder := os.Getenv("WEGWIJZER_BENCH_DATA")
	if folder == "" {
		t.Skip("WEGWIJZER_BENCH_DATA names no folder with public sets")
	}
	names, err := filepath.Glob(filepath.Join(folder, "*", "test.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	only := strings.Fields(os.Getenv("WEGWIJZER_BENCH_SETS"))
	for _, name := range names {
		set := filepath.Base(filepath.Dir(name))
		if len(only) > 0 && !slices.Contains(only, set) {
			continue
		}
		knowledge := readLines(t, filepath.Join(filepath.Dir(name), "knowledge.jsonl"))
		if knowledge[0].Type == "languages" {
			continue // for kb/langid
		}
		t.Log(measure(t, set, knowledge, readLines(t, name)))
	}
}

type line struct {
	Type, Text, Intent, Lang, Article, Title string
	Gold                                     *string
}

func readLines(t *testing.T, name string) (lines []line) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<24)
	for scanner.Scan() {
		var l line
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		lines = append(lines, l)
	}
	return lines
}

// contentOf makes minimal content of a set. Names of articles are numbers, since ids of sets have signs that ours lack.
func contentOf(t *testing.T, lines []line) (fstest.MapFS, map[string]kb.ArticleID) {
	t.Helper()
	type text struct {
		title, body string
		questions   []string
	}
	texts := map[string]*text{}
	ids := map[string]kb.ArticleID{}
	out := map[string][]string{}
	for _, l := range lines {
		name := l.Intent + l.Article
		if l.Type == "oos" {
			out[l.Lang] = append(out[l.Lang], l.Text)
			continue
		}
		if ids[name] == "" {
			ids[name] = kb.ArticleID(fmt.Sprintf("subject-%04d", len(ids)))
		}
		tag := l.Lang
		if tag == "" {
			tag = "en"
		}
		file := fmt.Sprintf("articles/%s/%s.md", ids[name], tag)
		if texts[file] == nil {
			texts[file] = &text{}
		}
		if l.Type == "article" {
			texts[file].title, texts[file].body = l.Title, l.Text
			continue
		}
		texts[file].questions = append(texts[file].questions, l.Text)
	}
	fsys := fstest.MapFS{}
	for file, x := range texts {
		var b strings.Builder
		fmt.Fprintf(&b, "---\ntitle: %q\nquestions:\n", x.title)
		for _, q := range x.questions {
			quoted, err := json.Marshal(q)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "  - %s\n", quoted)
		}
		fmt.Fprintf(&b, "---\n%s\n", x.body)
		fsys[file] = &fstest.MapFile{Data: []byte(b.String())}
	}
	for tag, sentences := range out {
		fsys["outside/"+tag+".txt"] = &fstest.MapFile{Data: []byte(strings.Join(sentences, "\n"))}
	}
	return fsys, ids
}

// result is what one set gave.
type result struct {
	set                   string
	right, answerable     int
	declined              int // answerable, but declined
	refused, unanswerable int
	recall, auroc         float64 // unanswerable below the chance that costs 5 % of the answerable
	ready, perQuestion    time.Duration
}

func (r result) String() string {
	s := fmt.Sprintf("%-16s right %.2f %% of %d, declined of these %.1f %%", r.set, percent(r.right, r.answerable), r.answerable,
		percent(r.declined, r.answerable))
	if r.unanswerable > 0 {
		s += fmt.Sprintf("; of %d unanswerable declined %.1f %%; at 5 %% lost %.1f %%, AUROC %.4f", r.unanswerable,
			percent(r.refused, r.unanswerable), 100*r.recall, r.auroc)
	}
	return s + fmt.Sprintf("; ready in %v, %v a question", r.ready.Round(time.Millisecond), r.perQuestion.Round(time.Microsecond))
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }

func measure(t *testing.T, set string, knowledge, tests []line) result {
	t.Helper()
	fsys, ids := contentOf(t, knowledge)
	lib, faults := kb.Load(fsys, nil)
	if kb.HasErrors(faults) {
		t.Fatalf("%s: %v", set, faults[0])
	}
	start := time.Now()
	u, err := understand.New(t.Context(), lib, understand.Shelf{})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	r := result{set: set, ready: time.Since(start)}
	var in, out []float64
	start = time.Now()
	for _, test := range tests {
		got := u.Understand(test.Text, language.Und)
		if test.Gold == nil || ids[*test.Gold] == "" {
			r.unanswerable++
			if got.Declined {
				r.refused++
			}
			out = append(out, got.Score)
			continue
		}
		r.answerable++
		in = append(in, got.Score)
		if got.Declined {
			r.declined++
		}
		if got.Article == ids[*test.Gold] {
			r.right++
		}
	}
	r.perQuestion = time.Since(start) / time.Duration(len(tests))
	slices.Sort(in)
	for _, score := range out {
		above, _ := slices.BinarySearch(in, score)
		r.auroc += float64(len(in)-above) / float64(len(in)*len(out))
		if score < in[len(in)/20] {
			r.recall += 1 / float64(len(out))
		}
	}
	return r
}
