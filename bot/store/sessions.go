package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Sessions keeps sealed sessions by the hash of an id. It is safe for concurrent use.
type Sessions struct {
	write, read *sql.DB
	sql         sessionsSQL
	wiped       func(context.Context) error // what is left to do for deleted rows to be gone
}

// sessionsSQL is what Sessions says to a database, in its dialect.
type sessionsSQL struct{ load, save, delete, deleteEnded string }

// Load gives the row id; ok is false, and err nil, if there is none.
func (s *Sessions) Load(ctx context.Context, id [32]byte) (sealed []byte, endWeek int, ok bool, err error) {
	err = s.read.QueryRowContext(ctx, s.sql.load, id[:]).Scan(&sealed, &endWeek)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, false, nil
	}
	if err != nil {
		return nil, 0, false, fmt.Errorf("read a row of sessions: %w", err)
	}
	return sealed, endWeek, true, nil
}

// Save puts the row id, replacing what was there. When it returns nil the row is on the disk: neither the death of the
// process nor a power cut loses it. If ctx ends meanwhile the row may or may not have been saved.
func (s *Sessions) Save(ctx context.Context, id [32]byte, sealed []byte, endWeek int) error {
	if _, err := s.write.ExecContext(ctx, s.sql.save, id[:], endWeek, sealed); err != nil {
		return fmt.Errorf("write a row of sessions: %w", err)
	}
	return nil
}

// Delete removes the row id; a row that is not there is no error.
func (s *Sessions) Delete(ctx context.Context, id [32]byte) error {
	if _, err := s.write.ExecContext(ctx, s.sql.delete, id[:]); err != nil {
		return fmt.Errorf("delete a row of sessions: %w", err)
	}
	return s.wiped(ctx)
}

// DeleteEnded removes the rows whose end week lies before week and gives their number. It reads every row (no index on
// the end week, which each Save would have to keep): 0.2 s for 100,000 sessions (BenchmarkSweepOf100000), once a day.
func (s *Sessions) DeleteEnded(ctx context.Context, week int) (int, error) {
	result, err := s.write.ExecContext(ctx, s.sql.deleteEnded, week)
	if err != nil {
		return 0, fmt.Errorf("delete the ended rows of sessions: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("count the ended rows of sessions: %w", err)
	}
	if n == 0 {
		return 0, nil
	}
	return int(n), s.wiped(ctx)
}
