package session

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"golang.org/x/text/language"

	"wegwijzer/kb/route"
)

// ErrNewer says that a newer version of the program wrote the session. It stays stored as it is: saving over it would
// lose what this version cannot read.
var ErrNewer = errors.New("the session was written by a newer version of the program")

// errMalformed says that unsealed bytes are no session: a fault of ours, since nobody without the key can make them.
var errMalformed = errors.New("malformed session")

// The bytes of a session are one version byte, then fields. A field is a tag byte, the length of its payload as a
// uvarint, and the payload; a list is its field repeated. Empty fields are left out, so most sessions take under
// 500 bytes. JSON was tried first: two to three times as long, and it bends bytes that are no UTF-8.
//
// A tag is never reused. Anything a reader of the old version would misread, a new tag included, takes a new version:
// a reader that skipped what it does not know would drop it at the next Save.
const version = 2 // 2 since November 2026: tagBefore

const (
	tagLocale  = 1  // BCP 47
	tagFlags   = 2  // one byte of flag bits
	tagAnswer  = 3  // pair: slot, value
	tagDone    = 4  // pair: step, month
	tagAsking  = 5  // slot id
	tagFamily  = 6  // id
	tagOffered = 7  // pair: slot, value
	tagRetired = 8  // the article read last, until November 2026; what is there is dropped
	tagOption  = 9  // choice id
	tagTurns   = 10 // uvarint
	tagCounted = 11 // bytes
	tagPlanned = 12 // bytes
	tagUpdate  = 13 // bytes
	tagBefore  = 14 // bytes: a session of its own, without this field
)

const (
	flagChosen    = 1 << 0
	flagUncounted = 1 << 1
	flagKeep      = 1 << 2
	flagAll       = flagChosen | flagUncounted | flagKeep
)

// maxEncoded bounds the bytes of a session, in and out. The fullest session within the limits of session.go takes
// about 24 KiB (TestFullestSessionFits), and holds the one before it.
const maxEncoded = 64 << 10

// encode gives s within its limits as bytes of the current version.
func encode(s *Session) []byte {
	s = s.bounded()
	b := append(make([]byte, 0, 512), version)
	if s.Locale != language.Und {
		b = appendField(b, tagLocale, s.Locale.String())
	}
	var flags byte
	for _, f := range []struct {
		bit byte
		set bool
	}{{flagChosen, s.Chosen}, {flagUncounted, s.Uncounted}, {flagKeep, s.Keep}} {
		if f.set {
			flags |= f.bit
		}
	}
	if flags != 0 {
		b = appendField(b, tagFlags, []byte{flags})
	}
	for _, a := range s.Answers {
		b = appendPair(b, tagAnswer, string(a.Slot), a.Value)
	}
	for _, t := range s.Done {
		b = appendPair(b, tagDone, t.Step, t.Month)
	}
	b = appendText(b, tagAsking, s.Asking)
	b = appendText(b, tagFamily, s.Family)
	for _, a := range s.Offered {
		b = appendPair(b, tagOffered, string(a.Slot), a.Value)
	}
	for _, id := range s.Options {
		b = appendField(b, tagOption, id)
	}
	if s.Turns > 0 {
		b = appendField(b, tagTurns, binary.AppendUvarint(nil, uint64(s.Turns)))
	}
	if len(s.Counted) > 0 {
		b = appendField(b, tagCounted, s.Counted)
	}
	b = appendText(b, tagPlanned, string(s.Planned))
	b = appendText(b, tagUpdate, s.Update)
	return appendText(b, tagBefore, string(s.before))
}

func appendField[B []byte | string](b []byte, tag byte, payload B) []byte {
	b = binary.AppendUvarint(append(b, tag), uint64(len(payload)))
	return append(b, payload...)
}

func appendText(b []byte, tag byte, text string) []byte {
	if text == "" {
		return b
	}
	return appendField(b, tag, text)
}

// appendPair writes two strings as one field: the length of the first, the first, and what is left is the second.
func appendPair(b []byte, tag byte, first, second string) []byte {
	payload := binary.AppendUvarint(make([]byte, 0, len(first)+len(second)+2), uint64(len(first)))
	return appendField(b, tag, append(append(payload, first...), second...))
}

// decode reads the bytes of any version up to the current one. It returns ErrNewer for a newer one. It allocates no
// more than a small multiple of len(b), whatever the bytes claim.
func decode(b []byte) (*Session, error) {
	switch {
	case len(b) == 0 || b[0] == 0:
		return nil, fmt.Errorf("read version: %w", errMalformed)
	case b[0] > version:
		return nil, ErrNewer
	case len(b) > maxEncoded:
		return nil, fmt.Errorf("read %d bytes: %w", len(b), errMalformed)
	}
	s := new(Session)
	for rest := b[1:]; len(rest) > 0; {
		tag := rest[0]
		payload, after, ok := cut(rest[1:])
		if !ok || !s.set(tag, payload) {
			return nil, fmt.Errorf("read field %d: %w", tag, errMalformed)
		}
		rest = after
	}
	return s.bounded(), nil
}

// set puts one field into s; false means that it does not make sense.
func (s *Session) set(tag byte, payload []byte) bool {
	switch tag {
	case tagLocale:
		// Raw keeps the tag as it was saved: the ordinary parser would turn an old subtag into its newer name.
		t, err := language.Raw.Parse(string(payload))
		s.Locale = t
		return err == nil
	case tagFlags:
		if len(payload) != 1 || payload[0]&^flagAll != 0 {
			return false
		}
		s.Chosen = payload[0]&flagChosen != 0
		s.Uncounted = payload[0]&flagUncounted != 0
		s.Keep = payload[0]&flagKeep != 0
	case tagAnswer, tagOffered, tagDone:
		first, second, ok := cut(payload)
		if !ok {
			return false
		}
		switch tag {
		case tagAnswer:
			s.Answers = append(s.Answers, route.Answer{Slot: route.SlotID(first), Value: string(second)})
		case tagOffered:
			s.Offered = append(s.Offered, route.Answer{Slot: route.SlotID(first), Value: string(second)})
		case tagDone:
			s.Done = append(s.Done, Tick{Step: string(first), Month: string(second)})
		}
	case tagAsking:
		s.Asking = string(payload)
	case tagFamily:
		s.Family = string(payload)
	case tagRetired:
	case tagOption:
		s.Options = append(s.Options, string(payload))
	case tagTurns:
		n, used := binary.Uvarint(payload)
		if used != len(payload) || n > math.MaxInt32 {
			return false
		}
		s.Turns = int(n)
	case tagCounted:
		s.Counted = append([]byte(nil), payload...)
	case tagPlanned:
		s.Planned = bytes.Clone(payload)
	case tagUpdate:
		s.Update = string(payload)
	case tagBefore:
		s.before = bytes.Clone(payload)
	default:
		return false
	}
	return true
}

// cut takes a uvarint length and that many bytes off the front of b.
func cut(b []byte) (front, rest []byte, ok bool) {
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)-used) {
		return nil, nil, false
	}
	return b[used : used+int(n)], b[used+int(n):], true
}
