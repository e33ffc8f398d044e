// Package canary tests the promise that nothing a person says is written down. It makes words that stand nowhere else
// in the world, for a test to send through a channel as a person would, and searches all that the program wrote for
// them, in every form in which a program might write a text down.
//
// It sends nothing itself and knows no channel, no database and no log: the caller does the talking and says where to
// look. A search proves that something was written only if it would have found it, so plant a word and see it found.
package canary

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"wegwijzer/bot"
)

// Canaries are the marked words of one run. Each is unlike those of every other run.
type Canaries struct {
	Name     string       // of a person, Latin letters
	NameAr   string       // of a person, Arabic letters that no folding changes
	BSN      string       // nine digits that pass the eleven test
	Phone    string       // a Dutch mobile number, ten digits
	Email    string       // an address at a name that cannot exist (RFC 2606)
	Sentence string       // words in Latin and Arabic letters
	Person   bot.PersonID // whom the channel takes them to come from
	User     int64        // the person's number on a network, fifteen digits
	Group    int64        // the number of a group that the person writes in, fifteen digits, negative as Telegram's are
	Token    string       // the bot's own, in the form of Telegram's
}

// New makes canaries from random, which is crypto/rand.Reader but in tests of this package. The error is random's.
func New(random io.Reader) (Canaries, error) {
	m := maker{random: random}
	c := Canaries{
		Name:     m.name(),
		NameAr:   m.arabic(),
		BSN:      m.bsn(),
		Phone:    "06" + m.digits(8),
		Sentence: m.latin() + " " + m.arabic() + " " + m.latin(),
		Person:   bot.PersonID("canary-" + m.latin()),
	}
	c.User, c.Group = m.number(), -m.number()
	c.Token = m.digits(10) + ":" + m.latin() + m.latin() + m.latin()
	c.Email = m.latin() + "@" + m.latin() + ".invalid"
	if m.err != nil {
		return Canaries{}, fmt.Errorf("make canaries: %w", m.err)
	}
	return c, nil
}

// word is something to look for.
type word struct {
	what string // for a Leak: never the word itself
	text string
}

// words gives all that must not be found. The parts of a text are looked for one by one, since a database may cut a
// long text across two pages and a log may keep one word of it.
func (c Canaries) words() []word {
	// The number without its zero is in it however it is written: 06…, +316…, 00316….
	all := []word{{"bsn", c.BSN}, {"phone", strings.TrimPrefix(c.Phone, "0")}, {"person", string(c.Person)},
		{"user id", strconv.FormatInt(c.User, 10)}, {"chat id", strconv.FormatInt(-c.Group, 10)}}
	// The number before the colon of a token is the bot's public id; what comes after it is the secret.
	_, secret, _ := strings.Cut(c.Token, ":")
	all = append(all, word{"token", secret})
	split := func(what, text string) {
		for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == '@' || r == '.' }) {
			if part != "invalid" {
				all = append(all, word{what, part})
			}
		}
	}
	split("name", c.Name)
	split("name", c.NameAr)
	split("e-mail", c.Email)
	split("sentence", c.Sentence)
	return all
}

// check refuses canaries so short that they would be found by chance or not at all.
func (c Canaries) check() error {
	for _, w := range c.words() {
		if len(w.text) < 9 {
			return errors.New("search for canaries: one is missing or too short; they come from New")
		}
	}
	if len(c.words()) < 13 {
		return errors.New("search for canaries: one is missing; they come from New")
	}
	return nil
}

// maker draws words; the first error of its source stays.
type maker struct {
	random io.Reader
	err    error
}

// below gives a number from 0 to n-1, n at most 256. It is a little uneven, which matters to nobody here.
func (m *maker) below(n int) int {
	var b [2]byte
	if m.err == nil {
		_, m.err = io.ReadFull(m.random, b[:])
	}
	return (int(b[0])<<8 | int(b[1])) % n
}

func (m *maker) pick(letters string) string {
	all := []rune(letters)
	return string(all[m.below(len(all))])
}

// latin gives a word of twelve letters that can be spoken and is none: 80^6, about 2^38, of them.
func (m *maker) latin() string {
	var b strings.Builder
	for range 6 {
		b.WriteString(m.pick("bdfghjklmnprstvw"))
		b.WriteString(m.pick("aeiou"))
	}
	return b.String()
}

func (m *maker) name() string {
	first, last := m.latin(), m.latin()
	return strings.ToUpper(first[:1]) + first[1:] + " " + strings.ToUpper(last[:1]) + last[1:]
}

// arabic gives a word of ten letters of which none has another form that search folds it with: 12^10, about 2^36.
func (m *maker) arabic() string {
	var b strings.Builder
	for range 10 {
		b.WriteString(m.pick("بتثجحدرسعفلم"))
	}
	return b.String()
}

// number gives a number of fifteen digits, which JSON's and JavaScript's numbers still hold whole.
func (m *maker) number() int64 {
	n, _ := strconv.ParseInt(m.pick("123456789")+m.digits(14), 10, 64)
	return n
}

func (m *maker) digits(n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(m.pick("0123456789"))
	}
	return b.String()
}

// bsn gives a number that an office would accept: the ninth digit is chosen so that nine times the first digit, eight
// times the second and so on, less the ninth, is a multiple of eleven.
func (m *maker) bsn() string {
	for {
		d := m.pick("123456789") + m.digits(7)
		sum := 0
		for k := range 8 {
			sum += (9 - k) * int(d[k]-'0')
		}
		if sum%11 < 10 || m.err != nil {
			return d + string(rune('0'+sum%11))
		}
	}
}
