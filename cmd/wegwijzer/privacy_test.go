package main

import (
	"bytes"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/canary"
	"wegwijzer/bot/channel/terminal"
)

// TestNothingAPersonSaysIsWritten sends marked words through both channels and every error path, then searches the
// database with its log, our log, and the pages of another person.
func TestNothingAPersonSaysIsWritten(t *testing.T) {
	t.Parallel()
	c, err := canary.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	log := &notebook{}
	h := newHouse(t, time.Now, log)

	// The terminal.
	var typed, shown bytes.Buffer
	for _, text := range utterances(c) {
		typed.WriteString(text + "\n")
	}
	chat := terminal.Terminal{In: &typed, Out: &shown, Person: c.Person, Hint: language.English, Now: time.Now}
	if err := chat.Run(t.Context(), h.engine.Turn); err != nil {
		t.Errorf("terminal: %v", err)
	}

	// The web, as one person; the words come as text, as a choice and as a field that does not exist.
	site := openSite(t, h, time.Now, language.English)
	for _, text := range utterances(c) {
		for _, form := range []url.Values{{"text": {text}}, {"choice": {text}}, {"choice": {"a:" + text + ":x"}}, {"what": {text}}} {
			response := site.post(form)
			if _, err := io.Copy(io.Discard, response.Body); err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
		}
	}
	// In the address, a header and a body that is too big.
	response, err := http.Get(site.url + "/?q=" + url.QueryEscape(c.Sentence))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	site.post(url.Values{"text": {strings.Repeat(c.Sentence, 1<<16)}}).Body.Close()

	// Another person looks at every kind of page.
	other := openSite(t, h, time.Now, language.English)
	var pages bytes.Buffer
	for _, choice := range []string{"cmd:start", "cmd:plan", "cmd:privacy", "cmd:help", "art:bi-test", "cmd:sheet", "cmd:fix"} {
		response := other.post(url.Values{"choice": {choice}})
		if _, err := pages.ReadFrom(response.Body); err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}

	// The database goes away under a turn: the error must not take the words along.
	gone := newBrokenHouse(t, log)
	_, err = gone.engine.Turn(t.Context(), bot.Message{Channel: "web", Person: c.Person, Text: c.Sentence, Time: time.Now()})
	if err == nil {
		t.Fatal("a turn on a closed database gives no error")
	}

	search(t, c, canary.Path(h.folder), canary.Bytes("the log", log.Bytes()), canary.Bytes("another person's pages", pages.Bytes()),
		canary.Bytes("an error", []byte(err.Error())), canary.Path(gone.folder))

	// The search itself works: a leak that is planted is found.
	leak := filepath.Join(h.folder, "planted")
	if err := os.WriteFile(leak, []byte("level=INFO text="+c.Name), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := canary.Search(t.Context(), c, canary.Path(h.folder))
	if err != nil || len(report.Leaks) == 0 {
		t.Errorf("a planted leak is not found: %v", err)
	}
}

func search(t *testing.T, c canary.Canaries, places ...canary.Place) {
	t.Helper()
	report, err := canary.Search(t.Context(), c, places...)
	if err != nil {
		t.Fatal(err)
	}
	for _, leak := range report.Leaks {
		t.Errorf("leaked: %s", leak)
	}
	if report.Files < len(places) {
		t.Errorf("searched %d files, want at least the %d places", report.Files, len(places))
	}
}

// TestServeWritesNothingAPersonSays does the same to the program as it runs: its whole home is searched.
func TestServeWritesNothingAPersonSays(t *testing.T) {
	t.Parallel()
	c, err := canary.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	s.start("127.0.0.1:0")
	for _, text := range utterances(c)[:8] {
		s.post(url.Values{"text": {text}})
	}
	s.kill() // what a crash leaves behind counts too
	search(t, c, canary.Path(filepath.Join(s.home, ".local")), canary.Path(filepath.Join(s.home, ".config")), canary.Path(s.log.Name()))
}
