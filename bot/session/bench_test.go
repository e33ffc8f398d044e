package session

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"wegwijzer/bot"
	"wegwijzer/bot/store"
	"wegwijzer/bot/store/storetest"
	"wegwijzer/kb/route"
)

// usual is a session in the middle of the route.
func usual() *Session {
	s := &Session{Locale: frozenSession.Locale, Chosen: true, Asking: "papers", Turns: 14, Planned: []byte("2026-11-24")}
	for i := range 12 {
		s.Answers = append(s.Answers, route.Answer{Slot: route.SlotID(fmt.Sprint("slot-", i)), Value: "some-value"})
		s.Options = append(s.Options, fmt.Sprint("answer:papers:", i))
	}
	return s
}

func onSQLite(b *testing.B) *Sessions {
	b.Helper()
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "wegwijzer.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return New(testKey(1), db.Sessions(), time.Now)
}

func BenchmarkStretch(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		stretch([]byte("telegram\x00123456789"), make([]byte, 32))
	}
}

// A person of whom this process knows nothing yet.
func BenchmarkOpenFirst(b *testing.B) {
	s := onSQLite(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := s.Open(b.Context(), "telegram", bot.PersonID(fmt.Sprint(i))); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) { benchmarkOpen(b, onSQLite(b)) }
func BenchmarkOpenMemory(b *testing.B) {
	benchmarkOpen(b, New(testKey(1), new(storetest.Memory), time.Now))
}

func benchmarkOpen(b *testing.B, s *Sessions) {
	if err := s.Save(b.Context(), "telegram", "1", usual()); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Open(b.Context(), "telegram", "1"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSave(b *testing.B) { benchmarkSave(b, onSQLite(b)) }
func BenchmarkSaveMemory(b *testing.B) {
	benchmarkSave(b, New(testKey(1), new(storetest.Memory), time.Now))
}

func benchmarkSave(b *testing.B, s *Sessions) {
	one := usual()
	if err := s.Save(b.Context(), "telegram", "1", one); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Save(b.Context(), "telegram", "1", one); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkForget(b *testing.B) {
	s := onSQLite(b)
	s.ids.stretch = func([]byte, []byte) []byte { return make([]byte, 32) }
	for b.Loop() {
		if err := s.Save(b.Context(), "telegram", "1", usual()); err != nil {
			b.Fatal(err)
		}
		if err := s.Forget(b.Context(), "telegram", "1"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	one := usual()
	b.ReportAllocs()
	for b.Loop() {
		encode(one)
	}
}

func BenchmarkDecode(b *testing.B) {
	bytes := encode(usual())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode(bytes); err != nil {
			b.Fatal(err)
		}
	}
}
