package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
)

// Doors remembers which channels an operator closed, and why.
type Doors struct {
	write, read *sql.DB
	sql         doorsSQL
}

// doorsSQL is what Doors says to a database, in its dialect.
type doorsSQL struct{ close, open, closed string }

// Close closes a channel. reasons are sentences for the people who come, by language tag; there may be none.
func (d *Doors) Close(ctx context.Context, channel string, reasons map[string]string) error {
	raw, err := json.Marshal(reasons)
	if err != nil {
		return fmt.Errorf("write down the reasons: %w", err)
	}
	if _, err := d.write.ExecContext(ctx, d.sql.close, channel, string(raw)); err != nil {
		return fmt.Errorf("close the channel %s: %w", channel, err)
	}
	return nil
}

// Open opens a channel again; one that is open already is no error.
func (d *Doors) Open(ctx context.Context, channel string) error {
	if _, err := d.write.ExecContext(ctx, d.sql.open, channel); err != nil {
		return fmt.Errorf("open the channel %s: %w", channel, err)
	}
	return nil
}

// Closed gives the channels that are closed, each with its reasons.
func (d *Doors) Closed(ctx context.Context) (map[string]map[string]string, error) {
	rows, err := d.read.QueryContext(ctx, d.sql.closed)
	if err != nil {
		return nil, fmt.Errorf("read which channels are closed: %w", err)
	}
	defer rows.Close()
	closed := map[string]map[string]string{}
	for rows.Next() {
		var channel, raw string
		if err := rows.Scan(&channel, &raw); err != nil {
			return nil, fmt.Errorf("read which channels are closed: %w", err)
		}
		reasons := map[string]string{}
		if err := json.Unmarshal([]byte(raw), &reasons); err != nil {
			return nil, fmt.Errorf("read why the channel %s is closed: %w", channel, err)
		}
		closed[channel] = reasons
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read which channels are closed: %w", err)
	}
	return closed, nil
}
