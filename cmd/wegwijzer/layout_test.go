package main

import (
	"encoding/json"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// arrows says which package of ours may import which, and why: "bot/channel/*" stands for each folder below it, a
// trailing "/..." for a folder and all below it. An import that no arrow allows fails the test. Tests may import
// what they need.
var arrows = []struct {
	from string
	to   string // blank-separated
	why  string
}{
	{"cmd/wegwijzer", "bot/... kb/... kb bot content", "the only place that knows which concrete types meet"},
	{"bot", "kb/locale kb/prose", "the nouns that all channels share, with no behaviour"},
	{"bot/conversation", "bot bot/session bot/redact bot/insight bot/donate kb kb/edition kb/understand kb/route kb/page kb/locale kb/prose kb/fold", "one engine for all channels: knows what is asked, not by which network nor where it is kept"},
	{"bot/web", "bot bot/insight bot/staff bot/curate bot/donate bot/conversation kb kb/edition kb/understand kb/route kb/page kb/watch kb/locale kb/prose", "pages for curators and staff"},
	{"bot/channel/*", "bot bot/delivery bot/flood kb/locale kb/prose", "a channel translates; it knows no route and no article"},
	{"bot/delivery", "", "order, retries and pace, for whatever network"},
	{"bot/flood", "bot", "how much one person may ask"},
	{"bot/metrics", "bot", "figures of the machine, none of them about a person"},
	{"bot/canary", "bot", "searches what was written; trusts nobody's idea of what that is"},
	{"bot/curate", "kb kb/edition kb/route", "the only writer of content"},
	{"bot/redact", "kb/fold", "pure"},
	{"bot/store", "bot/insight bot/staff bot/donate", "SQL behind others' interfaces"},
	{"bot/session", "bot kb/route kb/locale", "what is remembered of one person"},
	{"bot/insight", "", "counts; must not be able to reach a person"},
	{"kb/edition", "kb kb/locale kb/prose kb/search kb/fold kb/langid kb/understand kb/route", "all of the content, checked together"},
	{"kb/understand", "kb kb/search kb/langid kb/locale kb/fold", "chooses among texts that people wrote"},
	{"kb/understand/questionset", "kb kb/understand", "a measure of understanding, apart from it"},
	{"kb/langid", "kb/locale kb/fold", "looks at letters and words only"},
	{"kb/search", "kb kb/locale kb/prose kb/fold", "the index"},
	{"kb/route", "kb kb/locale kb/prose kb/route/decision kb/route/letters", "a plan is a pure function of a profile, a day and the content"},
	{"kb/route/*", "", "what the route is made with, and knows nothing of routes"},
	{"kb/watch", "kb kb/locale kb/prose", "is handed a fetch function; opens no socket"},
	{"kb/page", "kb kb/locale kb/prose kb/route kb/understand", "pages that can be carried away"},
	{"kb", "kb/locale kb/prose", "what is known; never who asks"},
	{"kb/locale", "", "how languages write"},
	{"kb/prose", "", "a text"},
	{"kb/fold", "", "one normal form per script"},
	{"content", "", "texts"},
}

// homes gives each outside library its one home; a second place that imports it fails the test.
var homes = map[string]string{
	"github.com/blevesearch/bleve/v2":                    "kb/search",
	"github.com/yuin/goldmark":                           "kb/prose",
	"modernc.org/sqlite":                                 "bot/store",
	"github.com/jackc/pgx/v5":                            "bot/store",
	"github.com/pressly/goose/v3":                        "bot/store",
	"github.com/alecthomas/kong":                         "cmd/wegwijzer",
	"github.com/google/differential-privacy/go/v3":       "bot/insight",
	"github.com/prometheus/client_golang":                "bot/metrics",
	"github.com/bwmarrin/discordgo":                      "bot/channel/discord",
	"github.com/go-telegram-bot-api/telegram-bot-api/v5": "bot/channel/telegram",
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportArrows(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "wegwijzer/...").Output()
	if err != nil {
		t.Fatalf("list the packages: %v", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for decoder.More() {
		var p listed
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		seen++
		from := strings.TrimPrefix(p.ImportPath, "wegwijzer/")
		for _, imported := range p.Imports {
			if to, ours := strings.CutPrefix(imported, "wegwijzer/"); ours {
				if why, ok := allowed(from, to); !ok {
					t.Errorf("%s imports %s, which it must not: %s", from, to, why)
				}
			}
			for library, home := range homes {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && from != home {
					t.Errorf("%s imports %s, which lives in %s", from, imported, home)
				}
			}
		}
	}
	if seen < 10 {
		t.Fatalf("saw %d packages, which is not this house", seen)
	}
}

// allowed tells whether an arrow goes from one package to another, with the reason of the room it starts from.
func allowed(from, to string) (why string, ok bool) {
	why = "no arrow starts there; add the room to the house first"
	for _, arrow := range arrows {
		if !matches(arrow.from, from) {
			continue
		}
		why = arrow.why
		if slices.ContainsFunc(strings.Fields(arrow.to), func(pattern string) bool { return matches(pattern, to) }) {
			return why, true
		}
	}
	// The tests' own packages beside a room (…test) may use what they test.
	if strings.HasSuffix(path.Base(from), "test") {
		return "", true
	}
	return why, false
}

func matches(pattern, name string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return strings.HasPrefix(name, base+"/")
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}
