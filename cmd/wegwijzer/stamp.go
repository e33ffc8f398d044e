package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wegwijzer/content"
	"wegwijzer/kb"
)

type stampCmd struct {
	ID   string `arg:"" help:"The article, or 'words' or 'ui'."`
	Lang string `arg:"" help:"The language of the translation."`
}

// Run writes the hashes of today's source text into the translation.
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
	to, err := tag(s.Lang)
	if err != nil {
		return err
	}
	lib, _ := kb.Load(fsys, content.FS)
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
