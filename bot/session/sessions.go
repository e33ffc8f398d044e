package session

import (
	"context"
	"fmt"
	"time"

	"wegwijzer/bot"
)

// How long a session lives after its last use. Only the week of the end is stored, so it ends up to six days later.
const (
	life = 180 // days

	// KeptMonths is how long a session lives for a person who pressed "keep my plan".
	KeptMonths = 24
)

// Rows stores sealed sessions. A row is what these methods name and nothing else: no time, no order, no channel.
type Rows interface {
	// Load gives the row id; ok is false, and err nil, if there is none.
	Load(ctx context.Context, id [32]byte) (sealed []byte, endWeek int, ok bool, err error)
	// Save puts the row id, replacing what was there. It returns once the row outlives the death of the process.
	Save(ctx context.Context, id [32]byte, sealed []byte, endWeek int) error
	// Delete removes the row id; a row that is not there is no error.
	Delete(ctx context.Context, id [32]byte) error
	// DeleteEnded removes the rows whose end week lies before the given week and gives their number.
	DeleteEnded(ctx context.Context, week int) (int, error)
}

// Sessions finds, opens, keeps and forgets sessions. It is safe for concurrent use, but two turns of one person at once
// would each save over the other's: the conversation takes them one by one.
type Sessions struct {
	ids    *identities
	sealer sealer
	rows   Rows
	now    func() time.Time
}

// New gives the sessions that lie in rows, sealed under key. now is the clock. It panics on a zero Key, under which
// anybody could open every session.
func New(key Key, rows Rows, now func() time.Time) *Sessions {
	if key.secret == nil {
		panic("session: New with a zero Key")
	}
	return &Sessions{ids: newIdentities(key), sealer: sealer{key}, rows: rows, now: now}
}

// Open returns the person's session, or a new one if none is stored or it has ended (its end week has passed); neither
// is an error. It returns ErrSealed if the stored bytes do not open with the person's key and ErrNewer if a newer
// version of the program wrote them; any other error comes from rows or ctx and may pass.
// The first Open of a person in this process stretches the id, which takes some 40 ms of a core.
//
// The Session is the caller's until Save and is not safe for concurrent use; Open is.
func (s *Sessions) Open(ctx context.Context, channel bot.ChannelID, person bot.PersonID) (*Session, error) {
	id, err := s.ids.id(ctx, channel, person)
	if err != nil {
		return nil, err
	}
	sealed, endWeek, ok, err := s.rows.Load(ctx, s.sealer.row(id))
	if err != nil {
		return nil, fmt.Errorf("load session: %w", err)
	}
	if !ok || endWeek < Week(s.now()) {
		return new(Session), nil
	}
	plain, err := s.sealer.open(id, endWeek, sealed)
	if err != nil {
		return nil, fmt.Errorf("open session: %w", err)
	}
	stored, err := decode(plain)
	if err != nil {
		return nil, fmt.Errorf("open session: %w", err)
	}
	return stored, nil
}

// Save keeps one as the person's session, within the limits of Session, and moves its end: 180 days from now, or 24
// months if Keep is set. When it returns nil the session is stored as firmly as rows promises. The error comes from
// rows or ctx and may pass; the session stored before is then still whole.
func (s *Sessions) Save(ctx context.Context, channel bot.ChannelID, person bot.PersonID, one *Session) error {
	id, err := s.ids.id(ctx, channel, person)
	if err != nil {
		return err
	}
	endWeek := Week(end(s.now(), one.Keep))
	if err := s.rows.Save(ctx, s.sealer.row(id), s.sealer.seal(id, endWeek, encode(one)), endWeek); err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	return nil
}

// Forget removes all that is stored of the person, here and in memory; if nothing is, that is no error. An error comes
// from rows or ctx: the session may still be stored.
func (s *Sessions) Forget(ctx context.Context, channel bot.ChannelID, person bot.PersonID) error {
	id, err := s.ids.id(ctx, channel, person)
	if err != nil {
		return err
	}
	if err := s.rows.Delete(ctx, s.sealer.row(id)); err != nil {
		return fmt.Errorf("forget session: %w", err)
	}
	s.ids.forget(channel, person)
	return nil
}

// Sweep removes the sessions that have ended and gives their number. Once a day is often enough: an ended session is
// never shown, swept or not.
func (s *Sessions) Sweep(ctx context.Context) (int, error) {
	n, err := s.rows.DeleteEnded(ctx, Week(s.now()))
	if err != nil {
		return n, fmt.Errorf("sweep ended sessions: %w", err)
	}
	return n, nil
}

// end gives the moment at which a session used at now ends.
func end(now time.Time, keep bool) time.Time {
	if keep {
		return now.AddDate(0, KeptMonths, 0)
	}
	return now.AddDate(0, 0, life)
}

// Week gives the ISO 8601 week of t in UTC as one number that grows with time: 202648 is week 48 of 2026.
func Week(t time.Time) int {
	year, week := t.UTC().ISOWeek()
	return year*100 + week
}
