package session

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wegwijzer/kb/route"
)

// testKey gives the n-th of a few keys, always the same.
func testKey(n byte) Key {
	key, err := NewKey(bytes.NewReader(bytes.Repeat([]byte{n, 0x5a}, KeySize/2)))
	if err != nil {
		panic(err)
	}
	return key
}

func TestSeal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := sealer{testKey(1)}
		id := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "id"))
		week := rapid.IntRange(200001, 299953).Draw(t, "week")
		// Zeros and 0x80 at the end are what padding is made of.
		plain := append(rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(t, "plain"), rapid.SliceOfN(rapid.SampledFrom([]byte{0, 0x80}), 0, 600).Draw(t, "tail")...)
		sealed := s.seal(id, week, plain)
		if n := len(sealed) - 24 - 16; n%512 != 0 || n < 1024 || n > max(1024, len(plain)+512) {
			t.Errorf("%d bytes are sealed as %d", len(plain), n)
		}
		got, err := s.open(id, week, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("open(seal(x)) is not x: %v", err)
		}
		if len(plain) > 8 && bytes.Contains(sealed, plain[:8]) {
			t.Error("the sealed bytes hold some of the plain ones")
		}
		if again := s.seal(id, week, plain); bytes.Equal(again[:24], sealed[:24]) {
			t.Error("a nonce was used twice")
		}

		tampered := bytes.Clone(sealed)
		tampered[rapid.IntRange(0, len(sealed)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		otherID := id
		otherID[rapid.IntRange(0, 31).Draw(t, "id byte")] ^= 1
		for name, open := range map[string]func() ([]byte, error){
			"one bit changed": func() ([]byte, error) { return s.open(id, week, tampered) },
			"another id":      func() ([]byte, error) { return s.open(otherID, week, sealed) },
			"a longer life":   func() ([]byte, error) { return s.open(id, week+1, sealed) },
			"another key":     func() ([]byte, error) { return sealer{testKey(2)}.open(id, week, sealed) },
			"cut": func() ([]byte, error) {
				return s.open(id, week, sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")])
			},
			"cut by a block": func() ([]byte, error) { return s.open(id, week, sealed[:len(sealed)-padUnit]) },
			"lengthened":     func() ([]byte, error) { return s.open(id, week, append(bytes.Clone(sealed), make([]byte, padUnit)...)) },
		} {
			if got, err := open(); !errors.Is(err, ErrSealed) || got != nil {
				t.Errorf("%s: %d bytes, %v, want ErrSealed", name, len(got), err)
			}
		}
	})
}

// Every session of up to about a thousand bytes has the same length, whatever is in it; the usual ones are far below.
func TestLengthTellsNothing(t *testing.T) {
	t.Parallel()
	s := sealer{testKey(1)}
	want := 24 + 1024 + 16
	usual := &Session{Asking: "papers", Options: make([]string, 12)}
	for i := range usual.Options {
		usual.Options[i] = fmt.Sprint("answer:profession:p", i)
	}
	for i := range 20 {
		usual.Answers = append(usual.Answers, route.Answer{Slot: route.SlotID(fmt.Sprint("a-slot-of-usual-length-", i)), Value: "value"})
	}
	for name, one := range map[string]*Session{"new": {}, "frozen": frozenSession, "a whole route": usual} {
		if got := len(s.seal([32]byte{}, 202648, encode(one))); got != want {
			t.Errorf("%s: %d bytes, want %d", name, got, want)
		}
	}
	if got := len(s.seal([32]byte{}, 202648, encode(full()))); got%512 != want%512 {
		t.Errorf("fullest: %d bytes, not a multiple of 512 away", got)
	}
}

// The row that testdata/row-1.txt holds opens for ever: it notices a change of the stretching, of a label, of the
// sealing or of the weeks, each of which would lose every session.
func TestFrozenRow(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/row-1.txt")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text))
	if len(fields) != 4 {
		t.Fatalf("%d fields in the frozen row", len(fields))
	}
	channel, person, wantID := fields[0], fields[1], fields[2]
	sealed, err := hex.DecodeString(fields[3])
	if err != nil {
		t.Fatal(err)
	}
	ids := newIdentities(testKey(1))
	id, err := ids.id(t.Context(), "frozen-channel", "frozen-person")
	if err != nil || channel != "frozen-channel" || person != "frozen-person" {
		t.Fatal(err, channel, person)
	}
	if got := hex.EncodeToString(id[:]); got != wantID {
		t.Errorf("id = %s, want %s", got, wantID)
	}
	plain, err := sealer{testKey(1)}.open(id, 202722, sealed)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decode(plain)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, frozenSession, same); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}
