package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"wegwijzer/content"
	"wegwijzer/kb"
	"wegwijzer/kb/route"
)

type stampCmd struct {
	ID   string `arg:"" help:"The article, or 'words' or 'ui'; or 'route' alone, after a figure or a step of the route was changed."`
	Lang string `arg:"" optional:"" help:"The language of the translation."`
}

// idRoute stamps route.lock instead of a translation. No article can be meant: it takes no language.
const idRoute = "route"

// Run writes the hashes of today's source text into the translation, or what is new in the route into its lock.
func (s *stampCmd) Run(p *process, c *cli) error {
	if c.Content == "" {
		if info, err := os.Stat("content"); err != nil || !info.IsDir() {
			return errors.New("stamp writes into a content folder; name it with --content DIR")
		}
		c.Content = "content"
	}
	fsys, _, err := c.source()
	if err != nil {
		return err
	}
	lib, _ := kb.Load(fsys, content.FS)
	switch {
	case s.Lang == "" && s.ID == idRoute:
		return s.route(p, c, lib)
	case s.Lang == "":
		return fmt.Errorf("stamp %s: name the language of the translation behind it", s.ID)
	}
	to, err := tag(s.Lang)
	if err != nil {
		return err
	}
	text, path, err := kb.Stamp(lib, s.ID, to)
	if err != nil {
		return wrong{fmt.Errorf("stamp %s %s: %w", s.ID, s.Lang, err)}
	}
	path = filepath.Join(c.Content, filepath.FromSlash(path))
	if err := replaceFile(path, text); err != nil {
		return fmt.Errorf("stamp %s %s: %w", s.ID, s.Lang, err)
	}
	return printText(p.stdout, fmt.Sprintf("%s is marked as made from today's text.\n", path))
}

// route writes the lock of the route: the numbers of what is new in it, and today as the day of what changed.
func (s *stampCmd) route(p *process, c *cli, lib *kb.Library) error {
	way, faults := route.Parse(lib)
	faults = slices.DeleteFunc(faults, func(f kb.Fault) bool { return f.Rule == "lock-lacks" }) // a number that lacks is what this writes
	if kb.HasErrors(faults) {
		return refused(c.Content, faults, errors.New("the route has faults"))
	}
	path := filepath.Join(c.Content, "route.lock")
	if err := replaceFile(path, way.Lock(time.Now())); err != nil {
		return fmt.Errorf("stamp route: %w", err)
	}
	return printText(p.stdout, fmt.Sprintf("%s has every step and figure of today's route.\n", path))
}

// replaceFile writes a whole new file beside the old one and puts it in its place, so that a crash leaves one of the
// two and nothing in between.
func replaceFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".stamp-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	if _, err = f.Write(text); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil {
		if err := os.Chmod(f.Name(), info.Mode().Perm()); err != nil {
			return err
		}
	}
	return os.Rename(f.Name(), path)
}
