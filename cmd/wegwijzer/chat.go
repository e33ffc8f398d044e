package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/terminal"
	"wegwijzer/bot/conversation"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/session"
	"wegwijzer/kb/edition"
)

type chatCmd struct {
	Lang string `placeholder:"L" help:"The language to begin in."`
	Save string `placeholder:"DIR" help:"The folder in which a plan sheet is saved when it is asked for." default:"."`
}

// Run talks until the input ends.
func (s *chatCmd) Run(p *process, c *cli) error {
	hint, err := tag(s.Lang)
	if err != nil {
		return err
	}
	ed, err := p.load(c)
	if err != nil {
		return err
	}
	defer ed.Close() // the program ends here
	log := slog.New(slog.NewTextHandler(p.stderr, nil))
	engine := conversation.New(func() *edition.Edition { return ed }, &desk{}, insight.Off{}, conversation.Open{}, log)
	defer engine.Close()
	t := terminal.Terminal{In: p.stdin, Out: p.stdout, Person: "here", Hint: hint, Greeting: "/start",
		Now: time.Now, Saves: s.save}
	if keyboard(p.stdin) {
		t.Prompt = "› "
	}
	return t.Run(p.ctx, engine.Turn)
}

// save puts the document in the folder under a name that is still free.
func (s *chatCmd) save(d bot.Document) (string, error) {
	ext := filepath.Ext(d.Name)
	base := d.Name[:len(d.Name)-len(ext)]
	for n := 1; ; n++ {
		name := d.Name
		if n > 1 {
			name = base + "-" + strconv.Itoa(n) + ext
		}
		path := filepath.Join(s.Save, name)
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if os.IsExist(err) && n < 1000 {
			continue
		}
		if err != nil {
			return "", err
		}
		if _, err := f.Write(d.Bytes); err != nil {
			_ = f.Close() // the write is what failed
			return "", err
		}
		return path, f.Close()
	}
}

func keyboard(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// desk remembers the one person at this terminal, in memory, for as long as the program runs.
type desk struct {
	mu sync.Mutex
	s  *session.Session
}

func (d *desk) Open(context.Context, bot.ChannelID, bot.PersonID) (*session.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.s == nil {
		return &session.Session{Uncounted: true}, nil
	}
	return d.s, nil
}

func (d *desk) Save(_ context.Context, _ bot.ChannelID, _ bot.PersonID, s *session.Session) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.s = s
	return nil
}

func (d *desk) Forget(context.Context, bot.ChannelID, bot.PersonID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.s = nil
	return nil
}
