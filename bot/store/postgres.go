package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Connections of one copy of the program. A turn takes two statements of under a millisecond, so few are needed, and a
// server has room for 100 in all.
const (
	postgresConns = 8
	postgresIdle  = 5 * time.Minute
)

var postgresSessions = sessionsSQL{
	load: `SELECT sealed, end_week FROM sessions WHERE id = $1`,
	save: `INSERT INTO sessions (id, end_week, sealed) VALUES ($1, $2, $3)
	       ON CONFLICT (id) DO UPDATE SET end_week = excluded.end_week, sealed = excluded.sealed`,
	delete:      `DELETE FROM sessions WHERE id = $1`,
	deleteEnded: `DELETE FROM sessions WHERE end_week < $1`,
}

var postgresUpdates = updatesSQL{
	begin:   `INSERT INTO updates (channel, id, outcome, hour) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
	outcome: `SELECT outcome FROM updates WHERE channel = $1 AND id = $2`,
	end: `INSERT INTO updates (channel, id, outcome, hour) VALUES ($1, $2, $3, $4)
	      ON CONFLICT (channel, id) DO UPDATE SET outcome = excluded.outcome`,
	deleteOld: `DELETE FROM updates WHERE hour < $1`,
	abandon:   `UPDATE updates SET outcome = $3 WHERE channel = $1 AND outcome = $2`,
}

var postgresDoors = doorsSQL{
	close:  `INSERT INTO closed (channel, reasons) VALUES ($1, $2) ON CONFLICT (channel) DO UPDATE SET reasons = excluded.reasons`,
	open:   `DELETE FROM closed WHERE channel = $1`,
	closed: `SELECT channel, reasons FROM closed`,
}

// openPostgres opens the database at address. What the address leaves out comes from the PG… environment. Sessions that
// were deleted stay in the server's pages until its autovacuum, and in its log and replicas as long as those are kept;
// they are sealed there as everywhere.
func openPostgres(ctx context.Context, address string, fsys fs.FS) (_ *Store, err error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// The address holds no password, but the error may repeat one of the environment or of a password file.
		return nil, errors.New("read the address of the database: one of its settings, or of the PG… environment, is not valid")
	}
	// What was confirmed to a person must be on the disk, whatever the server's default is.
	config.RuntimeParams["synchronous_commit"] = "on"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "wegwijzer"
	}
	name := config.Database + " on " + config.Host
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(postgresConns)
	db.SetMaxIdleConns(postgresConns)
	db.SetConnMaxIdleTime(postgresIdle)
	s := &Store{write: db, read: db}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if err := db.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("connect to database %s: %w", name, err)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // tries once a second, gives up after 300
	if err != nil {
		return nil, fmt.Errorf("make the lock of the migrations: %w", err)
	}
	if err := migrate(ctx, name, goose.DialectPostgres, db, fsys, locker); err != nil {
		return nil, err
	}
	nothing := func(context.Context) error { return nil }
	s.sessions = &Sessions{write: db, read: db, sql: postgresSessions, wiped: nothing}
	s.updates = &Updates{write: db, sql: postgresUpdates, now: time.Now}
	s.doors = &Doors{write: db, read: db, sql: postgresDoors}
	return s, nil
}
