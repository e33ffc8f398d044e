package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// kept is how long the outcome of an update is remembered, longer than any network delivers it again (Telegram: 24
// hours, https://core.telegram.org/bots/api#getting-updates), to the hour.
const kept = 25 * time.Hour

// The outcomes of an update that this package itself writes; the others are its caller's words.
const (
	begun = "begun"
	lost  = "lost"
)

// Updates remembers for a day what networks delivered and how it ended, so that a second delivery changes nothing. A row
// holds no person and no words. It is safe for concurrent use, also by several programs.
type Updates struct {
	write *sql.DB
	sql   updatesSQL
	now   func() time.Time
}

// updatesSQL is what Updates says to a database, in its dialect.
type updatesSQL struct{ begin, outcome, end, abandon, deleteOld string }

// Begin notes that an update is being handled. It gives the outcome noted before: "" for a new one, "begun" for one that
// was begun and has not ended. Of two that begin the same update at once, one gets "".
func (u *Updates) Begin(ctx context.Context, channel, update string) (outcome string, err error) {
	for range 2 { // an old row may be swept away between the two statements
		result, err := u.write.ExecContext(ctx, u.sql.begin, channel, update, begun, u.hour())
		if err != nil {
			return "", fmt.Errorf("note an update: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			return "", err
		}
		err = u.write.QueryRowContext(ctx, u.sql.outcome, channel, update).Scan(&outcome)
		if err == nil {
			return outcome, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return "", fmt.Errorf("look up an update: %w", err)
		}
	}
	return "", nil
}

// End notes how an update ended, whether or not it was begun. When it returns nil the note is on the disk.
func (u *Updates) End(ctx context.Context, channel, update, outcome string) error {
	if _, err := u.write.ExecContext(ctx, u.sql.end, channel, update, outcome, u.hour()); err != nil {
		return fmt.Errorf("note how an update ended: %w", err)
	}
	return nil
}

// Abandoned ends what was begun on the channel and never ended as "lost", and gives the number. It is asked when a
// channel starts, before anything is begun: what is open then, an earlier process left.
func (u *Updates) Abandoned(ctx context.Context, channel string) (int, error) {
	return u.count(ctx, "end abandoned updates", u.sql.abandon, channel, begun, lost)
}

// Sweep forgets the updates older than a day and gives their number.
func (u *Updates) Sweep(ctx context.Context) (int, error) {
	return u.count(ctx, "forget old updates", u.sql.deleteOld, u.hour()-int64(kept.Hours()))
}

func (u *Updates) count(ctx context.Context, doing, query string, args ...any) (int, error) {
	result, err := u.write.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	return int(n), nil
}

func (u *Updates) hour() int64 { return u.now().Unix() / 3600 }
