package canary

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Place is something to search: a Path, or Bytes.
type Place struct {
	Name  string // for a Leak; empty: Path
	Path  string // a file, or a folder with all that is in it; the names of files are searched too
	Bytes []byte // captured output, a page, a dump; searched if Path is empty
}

// Path is the Place of a file or folder.
func Path(path string) Place { return Place{Path: path} }

// Bytes is the Place of bytes in memory.
func Bytes(name string, b []byte) Place { return Place{Name: name, Bytes: b} }

// Leak is a canary that was found. It does not hold the word.
type Leak struct {
	Place string // the name of the place, with the path of the file inside a folder
	What  string // name, bsn, phone, e-mail, sentence, person, user id, chat id or token
	Form  string // how it was written, such as "plain" or "base64"
	At    int64  // offset in bytes; -1: in the name of the file
}

// String gives the leak in a line.
func (l Leak) String() string {
	if l.At < 0 {
		return fmt.Sprintf("%s: %s, %s, in the file's name", l.Place, l.What, l.Form)
	}
	return fmt.Sprintf("%s: %s, %s, at byte %d", l.Place, l.What, l.Form, l.At)
}

// Report is what a search found and how much it read: a search of nothing finds nothing.
type Report struct {
	Leaks []Leak // the first of each word and form in each file
	Files int    // files and byte slices read
	Bytes int64
}

// window is how much of a file is looked at at once, in bytes.
const window = 1 << 20

// Search looks in places for every canary of c, in every form of it, and tells what it found. A place that does not
// exist is an error: a test that looks in the wrong place would always pass. What is packed by gzip is searched as it
// is and unpacked. What Search cannot see: other compression, encryption, a word cut in two
// (a text is therefore looked for word by word).
func Search(ctx context.Context, c Canaries, places ...Place) (Report, error) {
	if err := c.check(); err != nil {
		return Report{}, err
	}
	s := search{ctx: ctx}
	for _, w := range c.words() {
		for _, f := range forms(w.text) {
			s.patterns = append(s.patterns, pattern{w.what, f})
		}
	}
	for _, f := range numberForms(c.User) {
		s.patterns = append(s.patterns, pattern{"user id", f})
	}
	for _, f := range numberForms(-c.Group) {
		s.patterns = append(s.patterns, pattern{"chat id", f})
	}
	for _, p := range s.patterns {
		s.longest = max(s.longest, len(p.bytes))
	}
	for _, place := range places {
		if err := s.place(place); err != nil {
			return s.report, err
		}
	}
	if s.report.Files == 0 {
		return s.report, errors.New("search for canaries: there is nothing in these places")
	}
	return s.report, nil
}

type pattern struct {
	what string
	form
}

type search struct {
	ctx      context.Context
	patterns []pattern
	longest  int // bytes of the longest pattern
	report   Report
}

func (s *search) place(p Place) error {
	name := p.Name
	if p.Path == "" {
		return s.read(name, bytes.NewReader(p.Bytes))
	}
	if name == "" {
		name = p.Path
	}
	root, err := filepath.EvalSymlinks(p.Path) // WalkDir would not follow a link
	if err != nil {
		return fmt.Errorf("search %s for canaries: %w", name, err)
	}
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("search %s for canaries: %w", name, err)
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return fmt.Errorf("search %s for canaries: %w", name, err)
		}
		inside := name
		if rel != "." {
			inside = name + "/" + filepath.ToSlash(rel)
			if s.look(name, -1, lower([]byte(filepath.Base(rel))), nil) {
				inside = name + "/(a file named after a canary)" // a Leak must not show the word
			}
		}
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) { // a link to nothing, or a file that went away meanwhile
			return nil
		}
		if err != nil {
			return fmt.Errorf("search %s for canaries: %w", name, err)
		}
		if !info.Mode().IsRegular() { // a folder, a socket
			return nil
		}
		return s.file(inside, path)
	})
}

func (s *search) file(name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("search %s for canaries: %w", name, err)
	}
	defer f.Close()
	return s.read(name, f)
}

// read searches r, window by window, and once more unpacked if it is packed.
func (s *search) read(name string, r io.Reader) error {
	s.report.Files++
	in := bufio.NewReader(r)
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		packed, err := io.ReadAll(in)
		if err != nil {
			return fmt.Errorf("search %s for canaries: %w", name, err)
		}
		if err := s.stream(name, bytes.NewReader(packed)); err != nil {
			return err
		}
		unpacked, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil { // two bytes that only look like it
			return nil
		}
		err = s.stream(name+" (unpacked)", unpacked)
		if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrHeader) {
			return nil // cut short: what was there has been searched
		}
		return err
	}
	return s.stream(name, in)
}

func (s *search) stream(name string, r io.Reader) error {
	found := make(map[int]bool) // patterns already found here
	buffer := make([]byte, 0, window+s.longest)
	var start int64 // offset of buffer in the stream
	for {
		if err := s.ctx.Err(); err != nil {
			return fmt.Errorf("search %s for canaries: %w", name, err)
		}
		fresh := buffer[len(buffer):cap(buffer)]
		n, err := io.ReadFull(r, fresh)
		lower(fresh[:n])
		buffer = buffer[:len(buffer)+n]
		s.report.Bytes += int64(n)
		s.look(name, start, buffer, found)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("search %s for canaries: %w", name, err)
		}
		// Keep what may be the front of a word.
		keep := min(s.longest-1, len(buffer))
		start += int64(len(buffer) - keep)
		copy(buffer, buffer[len(buffer)-keep:])
		buffer = buffer[:keep]
	}
}

// look searches b, lower case, which stands at offset start of a place, and tells whether it found something new.
func (s *search) look(name string, start int64, b []byte, found map[int]bool) (leaked bool) {
	for i, p := range s.patterns {
		if found[i] {
			continue
		}
		at := bytes.Index(b, p.bytes)
		if at < 0 {
			continue
		}
		if found != nil {
			found[i] = true
		}
		leak := Leak{Place: name, What: p.what, Form: p.name, At: start + int64(at)}
		if start < 0 {
			leak.At = -1
		}
		s.report.Leaks = append(s.report.Leaks, leak)
		leaked = true
	}
	return leaked
}
