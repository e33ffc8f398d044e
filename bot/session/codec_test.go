package session

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"wegwijzer/kb/route"
)

// same compares sessions; a list that is empty and one that is nil are the same session.
var same = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.AllowUnexported(Session{}),
	cmp.Comparer(func(a, b language.Tag) bool { return a.String() == b.String() }),
}

// anySession draws sessions of every shape. Its texts are any bytes, most of them short; wild ones go over every limit.
func anySession(wild bool) *rapid.Generator[*Session] {
	length, longest := maxMonth, 6
	if wild {
		length, longest = 2000, 150
	}
	text := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, length), func(b []byte) string { return string(b) })
	id := rapid.OneOf(rapid.SampledFrom([]string{"profession", "dutch", "country", "papers", "done:ccps@2026-05"}), text)
	some := rapid.StringMatching(`[a-z][a-z0-9-]{0,15}`) // what must not be empty
	if wild {
		some = id
	}
	answers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) route.Answer {
		return route.Answer{Slot: route.SlotID(some.Draw(t, "slot")), Value: id.Draw(t, "value")}
	}), 0, longest)
	tag := rapid.SampledFrom([]string{"und", "nl", "ar", "fa-AF", "zh-Hant-TW", "iw", "sr-Latn", "x-own", "de-u-co-phonebk", "ckb", "prs"})
	return rapid.Custom(func(t *rapid.T) *Session {
		return &Session{
			Locale: language.Raw.Make(tag.Draw(t, "locale")), Chosen: rapid.Bool().Draw(t, "chosen"),
			Answers: answers.Draw(t, "answers"), Offered: answers.Draw(t, "offered"),
			Done: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Tick {
				return Tick{Step: some.Draw(t, "step"), Month: rapid.StringMatching(`(20[0-9]{2}-[01][0-9])?`).Draw(t, "month")}
			}), 0, longest).Draw(t, "done"),
			Asking: id.Draw(t, "asking"), Family: id.Draw(t, "family"),
			Options: rapid.SliceOfN(id, 0, longest).Draw(t, "options"),
			Turns:   rapid.IntRange(-1, 1<<40).Draw(t, "turns"), Uncounted: rapid.Bool().Draw(t, "uncounted"), Keep: rapid.Bool().Draw(t, "keep"),
			Counted: rapid.SliceOfN(rapid.Byte(), 0, length).Draw(t, "counted"), Planned: rapid.SliceOfN(rapid.Byte(), 0, length).Draw(t, "planned"), Update: some.Draw(t, "update"),
			before: rapid.SliceOfN(rapid.Byte(), 0, length).Draw(t, "before"),
		}
	})
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	t.Run("a session within the limits comes back whole", rapid.MakeCheck(func(t *rapid.T) {
		s := anySession(false).Draw(t, "session")
		s.Turns = min(max(s.Turns, 0), 1<<31-1)
		got, err := decode(encode(s))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, s, same); diff != "" {
			t.Errorf("decode(encode(s)) (-got +want):\n%s", diff)
		}
	}))
	t.Run("any session comes back within the limits", rapid.MakeCheck(func(t *rapid.T) {
		s := anySession(true).Draw(t, "session")
		b := encode(s)
		if len(b) > maxEncoded {
			t.Fatalf("%d bytes, more than %d", len(b), maxEncoded)
		}
		got, err := decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, s.bounded(), same); diff != "" {
			t.Errorf("decode(encode(s)) (-got +want):\n%s", diff)
		}
		if again := encode(got); !bytes.Equal(again, b) {
			t.Error("encoding what was decoded gives other bytes")
		}
	}))
}

// full gives a session that is as large as the limits let it be.
func full() *Session {
	long := func(prefix string, n, size int) string {
		return fmt.Sprintf("%s%0*d", prefix, size-len(prefix), n)
	}
	s := &Session{Locale: language.MustParse("zh-Hant-TW"), Chosen: true, Uncounted: true, Keep: true, Turns: 1<<31 - 1,
		Asking: long("a", 0, maxID), Family: long("f", 0, maxID), Update: long("u", 0, maxName), before: bytes.Repeat([]byte{0xfd}, maxBefore),
		Planned: bytes.Repeat([]byte{0xfe}, maxPlanned), Counted: bytes.Repeat([]byte{0xff}, maxCounted)}
	for i := range maxAnswers {
		s.Answers = append(s.Answers, route.Answer{Slot: route.SlotID(long("s", i, maxID)), Value: long("v", i, maxID)})
		s.Done = append(s.Done, Tick{Step: long("s", i, maxID), Month: long("m", i, maxMonth)})
		s.Options = append(s.Options, long("o", i, maxID))
	}
	s.Offered = s.Answers[:maxOffered]
	return s
}

func TestFullestSessionFits(t *testing.T) {
	t.Parallel()
	s := full()
	if diff := cmp.Diff(s.bounded(), s, same); diff != "" {
		t.Fatalf("full is not within the limits:\n%s", diff)
	}
	b := encode(s)
	if len(b) > maxEncoded || len(b) < maxEncoded/2 {
		t.Errorf("the fullest session takes %d bytes, want at most %d and not far below", len(b), maxEncoded)
	}
	if got, err := decode(b); err != nil || !cmp.Equal(got, s, same) {
		t.Errorf("the fullest session does not come back: %v", err)
	}
}

func TestWhatIsDropped(t *testing.T) {
	t.Parallel()
	many := func(n int, slot string) (answers []route.Answer) {
		for i := range n {
			answers = append(answers, route.Answer{Slot: route.SlotID(fmt.Sprint(slot, i)), Value: "v"})
		}
		return answers
	}
	long := strings.Repeat("x", maxID+1)
	t.Run("answers that were replaced go first", func(t *testing.T) {
		s := &Session{Answers: append([]route.Answer{{Slot: "dutch", Value: "A2"}, {Slot: "s0", Value: "old"}, {Slot: "dutch", Value: "B1"}}, many(maxAnswers-1, "s")...)}
		want := append([]route.Answer{{Slot: "dutch", Value: "B1"}}, many(maxAnswers-1, "s")...)
		if diff := cmp.Diff(s.bounded().Answers, want); diff != "" {
			t.Errorf("(-got +want):\n%s", diff)
		}
	})
	t.Run("no more than needed goes", func(t *testing.T) {
		s := &Session{Answers: append([]route.Answer{{Slot: "dutch", Value: "A1"}, {Slot: "dutch", Value: "A2"}, {Slot: "dutch", Value: "B1"}}, many(maxAnswers-2, "s")...)}
		want := append([]route.Answer{{Slot: "dutch", Value: "A2"}, {Slot: "dutch", Value: "B1"}}, many(maxAnswers-2, "s")...)
		if diff := cmp.Diff(s.bounded().Answers, want); diff != "" {
			t.Errorf("(-got +want):\n%s", diff)
		}
	})
	t.Run("then the oldest", func(t *testing.T) {
		s := &Session{Answers: many(maxAnswers+3, "s")}
		if diff := cmp.Diff(s.bounded().Answers, s.Answers[3:]); diff != "" {
			t.Errorf("(-got +want):\n%s", diff)
		}
	})
	t.Run("half an id is never kept", func(t *testing.T) {
		s := &Session{
			Answers: []route.Answer{{Slot: "a", Value: "1"}, {Slot: route.SlotID(long), Value: "2"}, {Slot: "b", Value: long}, {Slot: "", Value: "3"}, {Slot: "c", Value: "4"}},
			Done:    []Tick{{long, "2026-05"}, {"ccps", "2026-05"}, {"", "2026-05"}}, Asking: long, Update: strings.Repeat("x", maxName+1),
			Options: []string{"one", long, "three"},
		}
		want := &Session{Answers: []route.Answer{{Slot: "a", Value: "1"}, {Slot: "c", Value: "4"}}, Done: []Tick{{"ccps", "2026-05"}}, Options: []string{"one", "", "three"}}
		if diff := cmp.Diff(s.bounded(), want, same); diff != "" {
			t.Errorf("(-got +want):\n%s", diff)
		}
		if s.Options[1] != long || string(s.Answers[1].Slot) != long {
			t.Error("the caller's session was changed")
		}
	})
	t.Run("a counter that forgets does not count", func(t *testing.T) {
		got := (&Session{Counted: make([]byte, maxCounted+1)}).bounded()
		if got.Counted != nil || !got.Uncounted {
			t.Errorf("Counted has %d bytes, Uncounted is %v, want 0, true", len(got.Counted), got.Uncounted)
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		bytes []byte
		want  error
	}{
		{"nothing", nil, errMalformed},
		{"version zero", []byte{0}, errMalformed},
		{"the next version", []byte{version + 1}, ErrNewer},
		{"a far version, whatever follows", append([]byte{255}, make([]byte, maxEncoded)...), ErrNewer},
		{"too long", append([]byte{version}, make([]byte, maxEncoded)...), errMalformed},
		{"no length", []byte{version, tagAsking}, errMalformed},
		{"a length past the end", []byte{version, tagAsking, 5, 'a'}, errMalformed},
		{"an enormous length", binary.AppendUvarint([]byte{version, tagOption}, 1<<63), errMalformed},
		{"a length that overflows", append([]byte{version, tagOption}, bytes.Repeat([]byte{0xff}, 11)...), errMalformed},
		{"an unknown field", []byte{version, 99, 0}, errMalformed},
		{"an unknown flag", []byte{version, tagFlags, 1, 0x80}, errMalformed},
		{"no flags", []byte{version, tagFlags, 0}, errMalformed},
		{"half a pair", []byte{version, tagAnswer, 2, 5, 'a'}, errMalformed},
		{"no language", []byte{version, tagLocale, 3, '!', '!', '!'}, errMalformed},
		{"more turns than fit", appendField([]byte{version}, tagTurns, binary.AppendUvarint(nil, 1<<40)), errMalformed},
	} {
		s, err := decode(test.bytes)
		if !errors.Is(err, test.want) || s != nil {
			t.Errorf("%s: %v, %v, want %v", test.name, s, err, test.want)
		}
	}
}

// frozenSession is what testdata/session-1.hex holds.
var frozenSession = &Session{
	Locale: language.MustParse("fa-AF"), Chosen: true,
	Answers:   []route.Answer{{Slot: "profession", Value: "nurse"}, {Slot: "dutch", Value: "A2"}, {Slot: "country", Value: "AF"}, {Slot: "dutch", Value: "B1"}},
	Done:      []Tick{{"dutch-certificates", "2026-05"}, {"documents", ""}},
	Asking:    "papers",
	Family:    "nursing",
	Offered:   []route.Answer{{Slot: "english", Value: "B1"}},
	Options:   []string{"answer:papers:all", "", "back"},
	Turns:     300,
	Uncounted: true, Keep: true,
	Counted: []byte{0, 1, 0xff},
	Planned: []byte("2026-11-24"),
	Update:  "\x00\xff7001",
}

// Sessions saved by every version of the program open in this one. The files are frozen: a new version adds one.
func TestFrozenSession(t *testing.T) {
	t.Parallel()
	withBefore := *frozenSession
	withBefore.before = encode(&Session{Asking: "country", Turns: 299})
	for file, want := range map[string]*Session{"session-1.hex": frozenSession, "session-2.hex": &withBefore} {
		got, err := decode(readHex(t, "testdata/"+file))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if diff := cmp.Diff(got, want, same); diff != "" {
			t.Errorf("%s (-got +want):\n%s", file, diff)
		}
	}
	if !bytes.Equal(encode(&withBefore), readHex(t, "testdata/session-2.hex")) {
		t.Error("version 2 is written otherwise than it was: that needs a new version")
	}
}

// A second delivery of an update finds the session as it was before the first, but for what was counted.
func TestBegin(t *testing.T) {
	t.Parallel()
	s := &Session{Asking: "country", Turns: 3, Counted: []byte{1}}
	if s.Begin("u1") {
		t.Fatal("the first delivery is taken for a second")
	}
	s.Asking, s.Turns, s.Counted = "papers", 4, []byte{1, 2}
	s.Answers = append(s.Answers, route.Answer{Slot: "country", Value: "SY"})
	after := *s
	stored := func(s *Session) *Session {
		t.Helper()
		got, err := decode(encode(s))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for range 2 { // a third delivery too
		s = stored(&after)
		if !s.Begin("u1") {
			t.Fatal("the second delivery is taken for a first")
		}
		if s.Asking != "country" || s.Turns != 3 || len(s.Answers) != 0 || !bytes.Equal(s.Counted, []byte{1, 2}) {
			t.Fatalf("on a second delivery the session is %+v", s)
		}
	}
	s = stored(&after)
	if s.Begin("u2") || s.Asking != "papers" || len(s.Answers) != 1 {
		t.Errorf("the next update finds %+v", s)
	}
	if s.Begin("") || s.Update != "" || s.before != nil {
		t.Errorf("an update without a name is kept: %+v", s)
	}
}

func readHex(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{version})
	f.Add(encode(frozenSession))
	f.Add(encode(full()))
	f.Add(binary.AppendUvarint([]byte{version, tagOption}, 1<<40))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decode(b)
		if err != nil {
			if !errors.Is(err, errMalformed) && !errors.Is(err, ErrNewer) {
				t.Errorf("an error of another kind: %v", err)
			}
			return
		}
		if diff := cmp.Diff(s, s.bounded(), same); diff != "" {
			t.Errorf("decoded over the limits:\n%s", diff)
		}
		again := encode(s)
		if len(again) > maxEncoded {
			t.Fatalf("%d bytes", len(again))
		}
		got, err := decode(again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, s, same); diff != "" {
			t.Errorf("decode(encode(s)) (-got +want):\n%s", diff)
		}
	})
}

// Whatever lengths the bytes claim, decoding allocates in proportion to the bytes there are. Not parallel: it reads the
// memory of the whole process.
func TestDecodeAllocatesInProportion(t *testing.T) {
	// The most wasteful: as many empty options as fit, each two bytes that become a string header of sixteen.
	hostile := []byte{version}
	for len(hostile) < maxEncoded-1 {
		hostile = append(hostile, tagOption, 0)
	}
	for name, b := range map[string][]byte{
		"empty options": hostile,
		"claimed":       append(binary.AppendUvarint([]byte{version, tagCounted}, 1<<62), 1),
		"fullest":       encode(full()),
	} {
		const runs = 20
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			decode(b)
		}
		runtime.ReadMemStats(&after)
		if got, limit := (after.TotalAlloc-before.TotalAlloc)/runs, uint64(44*len(b)+1024); got > limit {
			t.Errorf("%s: %d bytes allocated for %d, want at most %d", name, got, len(b), limit)
		}
	}
}
