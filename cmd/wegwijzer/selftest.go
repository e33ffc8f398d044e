package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/canary"
	"wegwijzer/bot/channel/discord"
	"wegwijzer/bot/channel/discord/discordtest"
	"wegwijzer/bot/channel/telegram"
	"wegwijzer/bot/channel/telegram/telegramtest"
	"wegwijzer/bot/channel/terminal"
	"wegwijzer/bot/channel/webchat"
	"wegwijzer/bot/conversation"
	"wegwijzer/bot/delivery"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/metrics"
	"wegwijzer/bot/session"
	"wegwijzer/bot/store"
	"wegwijzer/kb/edition"
	"wegwijzer/kb/locale"
)

type selftestCmd struct {
	Privacy bool `help:"Send marked words through every channel and every way a turn can fail, then search all that was written for them."`
	Plant   bool `help:"Write one of the marked words into the log on purpose: the search must find it, and the exit code is 1."`
}

// Run tests this very program on this machine.
func (s *selftestCmd) Run(p *process, c *cli) error {
	if !s.Privacy {
		return errors.New("say what to test: selftest --privacy")
	}
	ed, err := p.load(c)
	if err != nil {
		return err
	}
	defer ed.Close() // the program ends here
	folder, err := os.MkdirTemp("", "wegwijzer-selftest-")
	if err != nil {
		return fmt.Errorf("make a folder for the test: %w", err)
	}
	defer os.RemoveAll(folder)
	lab, err := newLab(p.ctx, ed, folder)
	if err != nil {
		return err
	}
	if err := lab.talk(p.ctx); err != nil {
		return err
	}
	if s.Plant {
		lab.log.Info("planted on purpose", "word", lab.words.Name)
	}
	report, err := lab.search(p.ctx)
	if err != nil {
		return err
	}
	for _, done := range lab.done {
		fmt.Fprintln(p.stdout, done)
	}
	fmt.Fprintf(p.stdout, "searched %d files and outputs, %d kB, for a name in two scripts, BSN, phone, e-mail, user id, chat id, a sentence and the token\n", report.Files, (report.Bytes+1023)/1024)
	if len(report.Leaks) == 0 {
		fmt.Fprintln(p.stdout, "nothing found")
		return nil
	}
	for _, leak := range report.Leaks {
		fmt.Fprintf(p.stdout, "found: %s\n", leak)
	}
	return errPrintedWrong
}

// lab is a whole program of its own, with the fakes of both networks, in which marked words are said.
type lab struct {
	words   canary.Canaries
	folder  string
	written notebook
	log     *slog.Logger
	ed      *edition.Edition
	db      *store.Store
	engine  *conversation.Engine
	figures *metrics.Metrics
	errs    bytes.Buffer // the texts of all errors
	done    []string     // what was done, for people
}

// notebook is a log that several may write at once.
type notebook struct {
	mu sync.Mutex
	bytes.Buffer
}

func (n *notebook) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.Buffer.Write(p)
}

func newLab(ctx context.Context, ed *edition.Edition, folder string) (*lab, error) {
	l := &lab{folder: folder, ed: ed, figures: metrics.New()}
	var err error
	if l.words, err = canary.New(rand.Reader); err != nil {
		return nil, err
	}
	l.log = slog.New(slog.NewTextHandler(&l.written, &slog.HandlerOptions{Level: slog.LevelDebug}))
	l.db, l.engine, err = l.open(ctx, "wegwijzer.db")
	return l, err
}

// open gives an engine on a database of its own.
func (l *lab) open(ctx context.Context, name string) (*store.Store, *conversation.Engine, error) {
	db, err := store.Open(ctx, filepath.Join(l.folder, name))
	if err != nil {
		return nil, nil, err
	}
	key, err := session.NewKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	sessions := session.New(key, db.Sessions(), time.Now)
	return db, conversation.New(func() *edition.Edition { return l.ed }, sessions, insight.Off{}, conversation.Open{}, l.log), nil
}

func (l *lab) catalog() *locale.Catalog { return l.ed.Library.Catalog() }

// utterances says the marked words in every way that a person may type them.
func utterances(c canary.Canaries) []string {
	return []string{
		c.Sentence,
		"my name is " + c.Name + " and I am a nurse from Aleppo with B1",
		"أنا " + c.NameAr + " ممرضة من حلب",
		"mijn bsn is " + c.BSN + ", wat kost de BI-toets?",
		"call me: " + c.Phone + " or " + c.Email,
		"I want to die. " + c.Name + " " + c.Phone,
		"/plan " + c.Sentence, "/lang " + c.Name, "/" + c.Name, "/help " + c.Email,
		strings.Repeat(c.Sentence+" ", 200),
	}
}

// talk says everything on every channel, then lets things go wrong.
func (l *lab) talk(ctx context.Context) error {
	turn := l.figures.Turn(l.engine.Turn)
	for _, channel := range []struct {
		name bot.ChannelID
		say  func(context.Context, telegram.Turn) (int, error)
	}{
		{terminal.Channel, l.terminal}, {webchat.Channel, l.web}, {telegram.Channel, l.telegram}, {discord.Channel, l.discord},
	} {
		n, err := channel.say(ctx, turn)
		if err != nil {
			return fmt.Errorf("selftest, %s: %w", channel.name, err)
		}
		l.done = append(l.done, fmt.Sprintf("%s: %d messages", channel.name, n))
	}
	n, err := l.misfortunes(ctx)
	l.done = append(l.done, fmt.Sprintf("errors: %d kinds", n))
	return err
}

func (l *lab) terminal(ctx context.Context, turn telegram.Turn) (int, error) {
	var typed, shown bytes.Buffer
	for _, text := range utterances(l.words) {
		typed.WriteString(text + "\n")
	}
	chat := terminal.Terminal{In: &typed, Out: &shown, Person: l.words.Person, Hint: language.English, Now: time.Now}
	return len(utterances(l.words)), chat.Run(ctx, turn)
}

// web says the words as a text, as a choice, as a field that does not exist, in the address and in a body too large.
func (l *lab) web(_ context.Context, turn telegram.Turn) (n int, err error) {
	chat := &webchat.Chat{Catalog: l.catalog, Welcome: l.engine.Welcome, Log: l.log, Now: ticking()}
	handler, err := chat.Handler(webchat.Turn(turn))
	if err != nil {
		return 0, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return 0, err
	}
	client := &http.Client{Transport: telegramtest.Carry(handler), Jar: jar}
	const site = "http://wegwijzer.invalid/"
	forms := []url.Values{{"text": {strings.Repeat(l.words.Sentence, 1<<16)}}}
	for _, text := range utterances(l.words) {
		forms = append(forms, url.Values{"text": {text}}, url.Values{"choice": {text}}, url.Values{"choice": {"a:" + text + ":x"}}, url.Values{"what": {text}})
	}
	for _, form := range forms {
		response, err := client.PostForm(site, form)
		if err != nil {
			return n, err
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		n++
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, site+"?q="+url.QueryEscape(l.words.Sentence), nil))
	return n + 1, nil
}

// ticking is a clock on which people read before they answer, so that no flood limit holds them back.
func ticking() func() time.Time {
	var mu sync.Mutex
	ticks := 0
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		ticks++
		return time.Now().Add(time.Duration(ticks) * 5 * time.Second)
	}
}

// patience bounds how long a fake network may take to be answered.
const patience = 3 * time.Minute

func (l *lab) telegram(ctx context.Context, turn telegram.Turn) (n int, err error) {
	network := telegramtest.New(l.words.Token)
	defer network.Close()
	b := &telegram.Bot{Token: l.words.Token, Transport: network, Catalog: l.catalog, Updates: l.db.Updates(),
		Figures: l.figures.Of(telegram.Channel), Log: l.log, Now: ticking(), PerSecond: 1000}
	return n, l.during(ctx, func(ctx context.Context) error { return b.Run(ctx, turn) }, func(ctx context.Context) error {
		person, group := network.Person(l.words.User, "en"), network.Group(l.words.Group)
		person.Name, person.Username = l.words.Name, strings.Fields(l.words.Name)[0]
		for _, text := range utterances(l.words) {
			person.Say(text)
			person.Send(telegramtest.Saying{Text: text, Media: "photo"})
			person.PressOld("a:" + text[:min(len(text), 40)] + ":x")
			group.Say(person, "@"+network.Username+" "+text)
			n += 4
			if err := network.Settle(ctx); err != nil {
				return fmt.Errorf("wait for replies: %w", err)
			}
		}
		// The network stumbles, refuses with the words in its mouth, breaks off, and the person leaves.
		for _, fault := range []telegramtest.Fault{
			{Kind: telegramtest.Broken}, {Kind: telegramtest.BrokenPage}, {Kind: telegramtest.DropBefore}, {Kind: telegramtest.DropAfter}, {Kind: telegramtest.Throttled},
			{Kind: telegramtest.Refused, Description: "can't parse " + l.words.Sentence}, {Kind: telegramtest.Forbidden, Description: "bot was blocked by " + l.words.Name},
		} {
			network.Plan("sendMessage", fault)
			person.Say("/help " + l.words.Name)
			n++
			if err := network.Settle(ctx); err != nil {
				return fmt.Errorf("wait for a reply after trouble: %w", err)
			}
		}
		person.Block()
		person.Say(l.words.Sentence)
		network.Revoke()
		person.Say(l.words.Sentence)
		n += 2
		return nil
	}, delivery.ErrRevoked)
}

func (l *lab) discord(ctx context.Context, turn telegram.Turn) (n int, err error) {
	network, err := discordtest.Open(discordtest.Options{Token: l.words.Token})
	if err != nil {
		return 0, err
	}
	defer network.Close()
	watched := &watched{Updates: l.db.Updates(), moved: make(chan struct{})}
	b := &discord.Bot{Token: l.words.Token, Endpoint: network.Endpoint(), Catalog: l.catalog, Updates: watched,
		Figures: l.figures.Of(discord.Channel), Log: l.log, Now: ticking()}
	return n, l.during(ctx, func(ctx context.Context) error { return b.Run(ctx, turn) }, func(ctx context.Context) error {
		if err := network.Await(ctx, func() bool { return network.Connected() > 0 && len(network.Commands()) > 0 }); err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		person := network.PersonWithID(strconv.FormatInt(l.words.User, 10), l.words.Name, "en-US")
		room := network.Guild("a server")
		say := func(place, text string) error {
			n++
			return watched.wait(ctx, person.Write(place, text))
		}
		for _, text := range utterances(l.words) {
			text = text[:min(len(text), 1500)]
			if err := say(person.Direct(), text); err != nil {
				return err
			}
			if err := say(room, "<@"+network.Bot()+"> "+text); err != nil {
				return err
			}
			update, err := person.Command(room, "ask", map[string]string{"question": text})
			if err != nil {
				return fmt.Errorf("a command: %w", err)
			}
			n++
			if err := watched.wait(ctx, update); err != nil {
				return err
			}
		}
		for _, fault := range []discordtest.Fault{{Status: 500}, {Status: 502, Page: true}, {}, {Status: 429}} {
			network.Fail(http.MethodPost, "/messages", fault)
			if err := say(person.Direct(), "/help "+l.words.Name); err != nil {
				return err
			}
		}
		person.Block(true)
		if err := say(person.Direct(), l.words.Sentence); err != nil {
			return err
		}
		network.Revoke()
		person.Write(person.Direct(), l.words.Sentence)
		n++
		return nil
	}, delivery.ErrRevoked)
}

// during runs a channel while people do things, then ends it and keeps the text of its error. expected is the error that
// what they did leads to; it need not have been noticed yet.
func (l *lab) during(ctx context.Context, run, do func(context.Context) error, expected error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	err := do(ctx)
	cancel()
	ran := <-ended
	if ran != nil {
		fmt.Fprintln(&l.errs, ran)
		if !errors.Is(ran, expected) {
			return errors.Join(err, ran)
		}
	}
	return err
}

// watched tells when updates end.
type watched struct {
	*store.Updates
	mu    sync.Mutex
	over  map[string]bool
	moved chan struct{}
}

func (w *watched) End(ctx context.Context, channel, update, outcome string) error {
	err := w.Updates.End(ctx, channel, update, outcome)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over == nil {
		w.over = map[string]bool{}
	}
	w.over[update] = true
	close(w.moved)
	w.moved = make(chan struct{})
	return err
}

func (w *watched) wait(ctx context.Context, update string) error {
	for {
		w.mu.Lock()
		over, moved := w.over[update], w.moved
		w.mu.Unlock()
		if over {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("wait for a reply: %w", ctx.Err())
		}
	}
}

// misfortunes lets turns fail in our own house and keeps the texts of the errors.
func (l *lab) misfortunes(ctx context.Context) (n int, err error) {
	m := bot.Message{Channel: telegram.Channel, Person: bot.PersonID(strconv.FormatInt(l.words.User, 10)), Text: l.words.Sentence, Time: time.Now(), Update: l.words.Sentence}
	expect := func(what string, err error) error {
		if err == nil {
			return fmt.Errorf("selftest: %s gives no error", what)
		}
		n++
		fmt.Fprintln(&l.errs, err)
		return nil
	}
	db, engine, err := l.open(ctx, "gone.db")
	if err != nil {
		return n, err
	}
	if err := db.Close(); err != nil {
		return n, err
	}
	_, err = engine.Turn(ctx, m)
	if err := expect("a turn on a closed database", err); err != nil {
		return n, err
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	_, err = l.engine.Turn(over, m)
	if err := expect("a turn that is given up", err); err != nil {
		return n, err
	}
	// A turn that breaks off is a bug of ours: only its place may be told.
	db, _, err = l.open(ctx, "broken.db")
	if err != nil {
		return n, err
	}
	key, err := session.NewKey(rand.Reader)
	if err != nil {
		return n, err
	}
	missing := true
	broken := conversation.New(func() *edition.Edition {
		if missing {
			missing = false
			return nil
		}
		return l.ed
	}, session.New(key, db.Sessions(), time.Now), insight.Off{}, conversation.Open{}, l.log)
	if _, err := broken.Turn(ctx, m); err != nil || missing {
		return n, errors.Join(errors.New("selftest: a turn that breaks off is not answered"), err)
	}
	return n + 1, db.Close()
}

// search looks through everything that was written: the databases as they lie while the program runs, their logs too,
// and again after it has ended; our log, the figures, the texts of errors.
func (l *lab) search(ctx context.Context) (canary.Report, error) {
	page := httptest.NewRecorder()
	l.figures.Handler().ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	places := []canary.Place{
		{Name: "the database", Path: l.folder}, canary.Bytes("the log", l.written.Bytes()), canary.Bytes("the metrics", page.Body.Bytes()),
		canary.Bytes("the texts of errors", l.errs.Bytes()),
	}
	report, err := canary.Search(ctx, l.words, places...)
	if err != nil {
		return report, err
	}
	if err := l.db.Close(); err != nil {
		return report, err
	}
	after, err := canary.Search(ctx, l.words, canary.Place{Name: "the database after the end", Path: l.folder})
	if err != nil {
		return report, err
	}
	report.Leaks, report.Files, report.Bytes = append(report.Leaks, after.Leaks...), report.Files+after.Files, report.Bytes+after.Bytes
	// A search that finds nothing says something only if it finds what is there.
	proof, err := canary.Search(ctx, l.words, canary.Bytes("planted", []byte("text="+l.words.Name+" user="+strconv.FormatInt(l.words.User, 10))))
	if err != nil || len(proof.Leaks) < 2 {
		return report, errors.Join(errors.New("the search does not find what was planted for it"), err)
	}
	return report, nil
}
