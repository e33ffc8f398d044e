package session

import (
	"crypto/rand"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"wegwijzer/bot"
	"wegwijzer/bot/canary"
	"wegwijzer/bot/store"
	"wegwijzer/kb/route"
)

// Neither who a person is nor anything of the session stands readable in what is written, log of the database included;
// not even if a fault elsewhere put a person's words into a session.
func TestNothingReadableIsWritten(t *testing.T) {
	t.Parallel()
	c, err := canary.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(folder, "wegwijzer.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := New(testKey(1), db.Sessions(), time.Now)
	for turn := range 3 {
		one, err := s.Open(t.Context(), "telegram", c.Person)
		if err != nil {
			t.Fatal(err)
		}
		one.Answers = append(one.Answers, route.Answer{Slot: route.SlotID(c.BSN), Value: c.Name})
		one.Asking, one.Family, one.Update, one.Counted = c.Email, c.Phone, c.NameAr, []byte(c.Sentence)
		one.Turns = turn
		if err := s.Save(t.Context(), "telegram", c.Person, one); err != nil {
			t.Fatal(err)
		}
	}
	report, err := canary.Search(t.Context(), c, canary.Path(folder))
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Leaks) > 0 {
		t.Errorf("found %v", report.Leaks)
	}
	if report.Files < 2 {
		t.Errorf("only %d files were searched: where is the log?", report.Files)
	}

	// The search would have found it.
	if err := db.Sessions().Save(t.Context(), [32]byte{1}, []byte(c.Sentence), 202648); err != nil {
		t.Fatal(err)
	}
	report, err = canary.Search(t.Context(), c, canary.Path(folder))
	if err != nil || !slices.ContainsFunc(report.Leaks, func(l canary.Leak) bool { return l.What == "sentence" }) {
		t.Errorf("a sentence in the database is not found: %v, %v", report.Leaks, err)
	}
}

// What an error says is written to a log.
func TestErrorsNameNobody(t *testing.T) {
	t.Parallel()
	c, err := canary.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "wegwijzer.db"))
	if err != nil {
		t.Fatal(err)
	}
	s := cheap(testKey(1), db.Sessions(), time.Now)
	if err := s.Save(t.Context(), "web", c.Person, &Session{Update: c.Sentence}); err != nil {
		t.Fatal(err)
	}
	db.Close() // from now on every call fails
	_, openErr := s.Open(t.Context(), "web", c.Person)
	_, nameErr := s.Open(t.Context(), bot.ChannelID("\x00"+c.Name), c.Person)
	for _, err := range []error{openErr, nameErr, s.Save(t.Context(), "web", c.Person, &Session{Update: c.Sentence}), s.Forget(t.Context(), "web", c.Person)} {
		if err == nil {
			t.Error("no error from a closed database")
			continue
		}
		report, searchErr := canary.Search(t.Context(), c, canary.Bytes("error", []byte(err.Error())))
		if searchErr != nil || len(report.Leaks) > 0 {
			t.Errorf("%v, %v", report.Leaks, searchErr)
		}
	}
}
