package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/discord"
	"wegwijzer/bot/channel/telegram"
	"wegwijzer/bot/channel/webchat"
	"wegwijzer/bot/conversation"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/metrics"
	"wegwijzer/bot/session"
	"wegwijzer/bot/store"
	"wegwijzer/kb/locale"
)

type serveCmd struct {
	Listen        string `default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Where the web chat listens."`
	URL           string `name:"url" placeholder:"URL" help:"The address by which people reach the web chat, when a proxy stands before it; https there makes the cookie secure."`
	Proxied       bool   `help:"A proxy of yours stands before the web chat and sets X-Forwarded-For; flood limits then use that address. Nothing logs it."`
	MetricsListen string `name:"metrics-listen" placeholder:"ADDRESS" help:"Where /metrics, /healthz and /readyz are served for monitoring, such as 127.0.0.1:9090; without it nowhere."`

	TelegramTokenFile string  `name:"telegram-token-file" placeholder:"FILE" help:"A file with the token of the Telegram bot; or put the token in WEGWIJZER_TELEGRAM_TOKEN."`
	TelegramWebhook   string  `name:"telegram-webhook" placeholder:"URL" help:"The https address at which Telegram calls us, passed on to --telegram-listen; without it we ask Telegram."`
	TelegramListen    string  `name:"telegram-listen" default:"127.0.0.1:8081" placeholder:"ADDRESS" help:"Where calls of the webhook arrive."`
	TelegramPerSecond float64 `name:"telegram-per-second" placeholder:"N" help:"Messages a second that Telegram lets this bot send, where it is not the usual 30."`
	TelegramAPI       string  `name:"telegram-api" placeholder:"URL" help:"Another Bot API server than Telegram's own."`
	DiscordTokenFile  string  `name:"discord-token-file" placeholder:"FILE" help:"A file with the token of the Discord bot; or put the token in WEGWIJZER_DISCORD_TOKEN."`
	DiscordAPI        string  `name:"discord-api" placeholder:"URL" help:"Another Discord API server than Discord's own."`
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
	keep := &keeper{fsys: fsys, name: name, shelf: p.shelf(c), log: log, print: fingerprint(fsys)}
	figures := metrics.New()
	telegramBot, discordBot, err := s.bots(p, keep, figures, log)
	if err != nil {
		return err
	}
	// Listen before the content is learnt: whoever comes meanwhile reads that we are starting.
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	l, err := listen(ctx, s.Listen, "the web chat", "--listen")
	if err != nil {
		return err
	}
	defer l.Close() // a second Close after Run's own only says that it is closed
	db, sessions, err := p.sessions(c)
	if err != nil {
		return err
	}
	defer func() {
		if err := db.Close(); err != nil {
			log.Error("close the database", "error", err)
		}
	}()
	closed := new(doors)
	if err := closed.read(ctx, db.Doors()); err != nil {
		return err
	}
	engine := conversation.New(keep.edition, sessions, insight.Off{}, closed, log)
	turn := figures.Turn(engine.Turn)
	chat := &webchat.Chat{
		Catalog: keep.catalog, Welcome: engine.Welcome, Log: log, Now: time.Now,
		Secure: strings.HasPrefix(s.URL, "https://"), Origin: origin(s.URL), Proxied: s.Proxied,
	}

	var running sync.WaitGroup
	failed := make(chan error, 3) // of what cannot be done without: each sends at most once
	need := func(run func() error) {
		running.Go(func() {
			if err := run(); err != nil {
				failed <- err
			}
		})
	}
	need(func() error { return chat.Run(ctx, l, turn) })
	if s.MetricsListen != "" {
		m, err := listen(ctx, s.MetricsListen, "monitoring", "--metrics-listen")
		if err != nil {
			cancel()
			running.Wait()
			return err
		}
		need(func() error { return serveHTTP(ctx, m, monitored(figures, keep)) })
	}

	ended := make(chan error, 1)
	running.Go(func() {
		select {
		case err := <-failed:
			ended <- err
			cancel()
		case <-ctx.Done():
			ended <- nil
		}
	})
	ed, faults, err := p.learn(ctx, c, fsys)
	if err != nil {
		cancel()
		running.Wait()
		if err := <-ended; err != nil {
			return err
		}
		if p.ctx.Err() != nil {
			return nil
		}
		return refused(name, faults, err)
	}
	debug.FreeOSMemory() // what only learning needed
	keep.now.Store(ed)
	defer keep.close()
	fmt.Fprintf(p.stdout, "Wegwijzer answers at %s\n", s.address(l))

	running.Go(func() { keep.run(ctx) })
	running.Go(func() { sweep(ctx, sessions, db.Updates(), log) })
	running.Go(func() { closed.run(ctx, db.Doors(), log) })
	// A network that does not let us in must not silence the others: its error is logged, and they go on.
	beside := func(channel bot.ChannelID, run func(context.Context, func(context.Context, bot.Message) (bot.Reply, error)) error) {
		running.Go(func() {
			log.Info("channel opens", "channel", string(channel))
			if err := run(ctx, turn); err != nil {
				log.Error("channel closed; the others go on", "channel", string(channel), "error", err)
			}
		})
	}
	if telegramBot != nil {
		telegramBot.Updates = db.Updates()
		beside(telegram.Channel, telegramBot.Run)
		if telegramBot.Webhook != "" {
			hook, err := listen(ctx, s.TelegramListen, "Telegram's webhook", "--telegram-listen")
			if err != nil {
				failed <- err
			} else {
				need(func() error { return serveHTTP(ctx, hook, telegramBot) })
			}
		}
	}
	if discordBot != nil {
		discordBot.Updates = db.Updates()
		beside(discord.Channel, discordBot.Run)
	}
	<-ctx.Done()
	running.Wait()
	engine.Close()
	return <-ended
}

// bots gives the bots that have a token, nil for those that have none.
func (s *serveCmd) bots(p *process, keep *keeper, figures *metrics.Metrics, log *slog.Logger) (*telegram.Bot, *discord.Bot, error) {
	var telegramBot *telegram.Bot
	var discordBot *discord.Bot
	token, err := p.token("WEGWIJZER_TELEGRAM_TOKEN", s.TelegramTokenFile)
	if err != nil {
		return nil, nil, err
	}
	if token != "" {
		telegramBot = &telegram.Bot{
			Token: token, Endpoint: s.TelegramAPI, Webhook: s.TelegramWebhook, Secret: strings.TrimSpace(p.env["WEGWIJZER_TELEGRAM_SECRET"]), PerSecond: s.TelegramPerSecond, Catalog: keep.catalog,
			Figures: figures.Of(telegram.Channel), Log: log, Now: time.Now,
		}
	}
	if token, err = p.token("WEGWIJZER_DISCORD_TOKEN", s.DiscordTokenFile); err != nil {
		return nil, nil, err
	}
	if token != "" {
		discordBot = &discord.Bot{
			Token: token, Endpoint: s.DiscordAPI, Catalog: keep.catalog,
			Figures: figures.Of(discord.Channel), Log: log, Now: time.Now,
		}
	}
	return telegramBot, discordBot, nil
}

// token gives a secret from the environment or from a file; "" if it stands in neither. No error repeats it.
func (p *process) token(name, file string) (string, error) {
	inEnvironment := strings.TrimSpace(p.env[name])
	if file == "" {
		return inEnvironment, nil
	}
	if inEnvironment != "" {
		return "", fmt.Errorf("a token stands in %s and in a file; take one of them away", name)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		// Without the name of the file: it may be the token itself, put where its file should be named.
		if path, ok := errors.AsType[*fs.PathError](err); ok {
			err = path.Err
		}
		return "", fmt.Errorf("read the file that %s_FILE names: %w", name, err)
	}
	token := strings.TrimSpace(string(raw))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("the file that %s_FILE names must hold the token and nothing else", name)
	}
	return token, nil
}

// listen takes an address; flag is what to say for another one.
func listen(ctx context.Context, address, what, flag string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for %s (choose another address with %s): %w", what, flag, err)
	}
	return l, nil
}

// serveHTTP serves h on l until ctx ends and its requests have been answered.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 90 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it names addresses
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 9*time.Second)
		defer cancel()
		stopped <- server.Shutdown(end)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve at %s: %w", l.Addr(), err)
	}
	return <-stopped
}

// monitored is what monitoring reads.
func monitored(figures *metrics.Metrics, keep *keeper) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", figures.Handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if keep.edition() == nil {
			http.Error(w, "starting", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	return mux
}

// catalog gives today's languages and sentences; nil while the content is being learnt.
func (k *keeper) catalog() *locale.Catalog {
	if ed := k.edition(); ed != nil {
		return ed.Library.Catalog()
	}
	return nil
}

// origin gives the scheme and host of an address, "" for none.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
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
func (p *process) sessions(c *cli) (*store.Store, *session.Sessions, error) {
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
	return db, session.New(key, db.Sessions(), time.Now), nil
}

// sweep removes what has ended, until ctx does.
func sweep(ctx context.Context, sessions *session.Sessions, updates *store.Updates, log *slog.Logger) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if _, err := sessions.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.Error("remove ended sessions", "error", err)
		}
		if _, err := updates.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.Error("forget old updates", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
