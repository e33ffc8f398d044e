package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"wegwijzer/bot/channel/webchat"
	"wegwijzer/bot/conversation"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/session"
	"wegwijzer/bot/store"
	"wegwijzer/kb/locale"
)

type serveCmd struct {
	Listen  string `default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Where the web chat listens."`
	URL     string `name:"url" placeholder:"URL" help:"The address by which people reach the web chat, when a proxy stands before it; https there makes the cookie secure."`
	Proxied bool   `help:"A proxy of yours stands before the web chat and sets X-Forwarded-For; flood limits then use that address. Nothing logs it."`
}

// sweepEvery is how often ended sessions are removed; they are unreadable to the bot from the moment they end.
const sweepEvery = time.Hour

// Run serves until the context ends.
func (s *serveCmd) Run(p *process, c *cli) error {
	log := slog.New(slog.NewTextHandler(p.stderr, nil))
	fsys, name, err := c.source()
	if err != nil {
		return err
	}
	// Listen first: a person who comes while the content is learnt waits a moment instead of finding nobody.
	var lc net.ListenConfig
	l, err := lc.Listen(p.ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("listen for the web chat (choose another address with --listen): %w", err)
	}
	defer l.Close() // a second Close after Run's own only says that it is closed

	keep := &keeper{fsys: fsys, name: name, shelf: p.shelf(c), log: log, print: fingerprint(fsys)}
	ed, faults, err := p.learn(c, fsys)
	if err != nil {
		return refused(name, faults, err)
	}
	debug.FreeOSMemory() // what only learning needed
	keep.now.Store(ed)
	defer keep.close()

	sessions, closeStore, err := p.sessions(c)
	if err != nil {
		return err
	}
	defer func() {
		if err := closeStore(); err != nil {
			log.Error("close the database", "error", err)
		}
	}()
	engine := conversation.New(keep.edition, sessions, insight.Off{}, conversation.Open{}, log)
	chat := &webchat.Chat{
		Catalog: func() *locale.Catalog { return keep.edition().Library.Catalog() },
		Welcome: engine.Welcome, Log: log, Now: time.Now,
		Secure: strings.HasPrefix(s.URL, "https://"), Proxied: s.Proxied,
	}

	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	var background sync.WaitGroup
	background.Go(func() { keep.run(ctx) })
	background.Go(func() { sweep(ctx, sessions, log) })
	fmt.Fprintf(p.stdout, "Wegwijzer answers at %s\n", s.address(l))
	err = chat.Run(ctx, l, engine.Turn)
	cancel()
	engine.Close()
	background.Wait()
	return err
}

// address gives the address to open in a browser.
func (s *serveCmd) address(l net.Listener) string {
	if s.URL != "" {
		return s.URL
	}
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "http://" + l.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// sessions opens what is remembered of people: the database and the server key, which must not lie together.
func (p *process) sessions(c *cli) (*session.Sessions, func() error, error) {
	dsn, err := p.database(c)
	if err != nil {
		return nil, nil, err
	}
	keyPath, err := p.keyFile(c)
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(filepath.Dir(keyPath), 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the folder of the server key: %w", err)
	}
	key, err := session.LoadOrCreateKey(keyPath, dataFolder(dsn))
	if err != nil {
		return nil, nil, err
	}
	db, err := store.Open(p.ctx, dsn)
	if err != nil {
		return nil, nil, err
	}
	return session.New(key, db.Sessions(), time.Now), db.Close, nil
}

func sweep(ctx context.Context, sessions *session.Sessions, log *slog.Logger) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if _, err := sessions.Sweep(ctx); err != nil && !errors.Is(err, context.Canceled) {
			log.Error("remove ended sessions", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
