package conversation_test

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/conversation"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/session"
	"wegwijzer/bot/store"
	"wegwijzer/kb/edition"
)

// talkers is how many people speak in turn in the benchmarks of turns.
const talkers = 200

// onSQLite gives an engine on a database in which so many sessions of other people lie, and the size of its file.
func onSQLite(b *testing.B, others int) (*conversation.Engine, int64) {
	b.Helper()
	ed := realEdition(b)
	path := filepath.Join(b.TempDir(), "bench.db")
	db, err := store.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	fill(b, path, others)
	key, err := session.NewKey(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	engine := conversation.New(func() *edition.Edition { return ed }, session.New(key, db.Sessions(), time.Now), insight.Off{}, conversation.Open{}, slog.New(slog.DiscardHandler))
	b.Cleanup(engine.Close)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return engine, info.Size()
}

// fill puts rows of the usual size in the table behind the store's back: saving a million sessions one by one would wait
// for the disk a million times.
func fill(b *testing.B, path string, rows int) {
	b.Helper()
	db, err := sql.Open("sqlite", path+"?_busy_timeout=60000")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	insert, err := tx.Prepare(`INSERT INTO sessions (id, end_week, sealed) VALUES (?, 209953, ?)`)
	if err != nil {
		b.Fatal(err)
	}
	row := make([]byte, 32+1064) // an id, and 1 KiB padded and sealed
	for range rows {
		rand.Read(row)
		if _, err := insert.Exec(row[:32], row[32:]); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	if _, err := db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		b.Fatal(err)
	}
}

// steps are messages of a usual talk: a question, answers on the route, a step back.
var steps = []bot.Message{
	{Text: "what does the BI test cost"}, {Choice: "cmd:plan"}, {Choice: "a:profession:nurse"}, {Choice: "a:country:SY"}, {Choice: "cmd:back"}, {Text: "كم تستغرق الإجراءات"},
}

func talk(b *testing.B, engine *conversation.Engine, n int) {
	m := steps[n/talkers%len(steps)]
	m.Channel, m.Person, m.Time, m.Hint, m.Update = "telegram", bot.PersonID(fmt.Sprint(n%talkers)), someday, language.English, fmt.Sprint(n)
	if _, err := engine.Turn(b.Context(), m); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkTurnStored takes whole turns, message to stored session, with so many other sessions in the database. A row more
// must cost next to nothing: at 1,000,000 no more than one and a half times as at none.
func BenchmarkTurnStored(b *testing.B) {
	for _, others := range []int{0, 100_000, 1_000_000} {
		b.Run(fmt.Sprint("others=", others), func(b *testing.B) {
			engine, size := onSQLite(b, others)
			for n := range talkers { // stretching the ids of people who are new to this process is measured in bot/session
				talk(b, engine, n)
			}
			n := talkers
			b.ReportAllocs()
			for b.Loop() {
				talk(b, engine, n)
				n++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
			if others > 0 {
				b.ReportMetric(float64(size)/float64(others), "bytes/session")
			}
		})
	}
}

// BenchmarkActivePeople gives the memory that stays for each person who is active: what this process remembers so that
// it need not stretch their id at every turn.
func BenchmarkActivePeople(b *testing.B) {
	engine, _ := onSQLite(b, 0)
	inUse := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, n := inUse(), 0
	for b.Loop() {
		m := bot.Message{Channel: "telegram", Person: bot.PersonID(fmt.Sprint("person ", n)), Text: "/plan", Time: someday, Hint: language.English}
		if _, err := engine.Turn(b.Context(), m); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric((float64(inUse())-float64(before))/float64(n), "bytes/person")
}
