package session

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// KeySize is the length of a server key in bytes.
const KeySize = 32

// Key is the server's secret: with it, and only with it, sessions are found and opened. Lost, every session is lost;
// leaked together with the database, whoever has both can test whether a given id used the bot. The zero Key is none.
// A Key prints as a mark, whatever the verb.
type Key struct{ secret hidden }

// hidden holds bytes that nothing can print: fmt does not ask the methods of an unexported field, and follows a pointer
// when the verb does not fit (%s of a struct), but of a function it knows only the address.
type hidden func() []byte

func hide(b []byte) hidden { return func() []byte { return b } }

// NewKey makes a key from random, which is crypto/rand.Reader but in tests that need the same key twice. The error is
// random's.
func NewKey(random io.Reader) (Key, error) {
	secret := make([]byte, KeySize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return Key{}, fmt.Errorf("make a server key: %w", err)
	}
	return Key{hide(secret)}, nil
}

// Format implements fmt.Formatter; it never prints the secret.
func (Key) Format(f fmt.State, _ rune) { io.WriteString(f, "(server key)") }

// MarshalText implements encoding.TextMarshaler; it never gives the secret.
func (Key) MarshalText() ([]byte, error) { return []byte("(server key)"), nil }

// A key file is this line, then the key in hexadecimal on a line of its own. The number leaves room for a file that
// holds an old key beside the new one.
const (
	keyFormat      = "wegwijzer server key, format "
	keyFormatNow   = "1"
	maxKeyFileSize = 4096
)

// LoadOrCreateKey reads the server key from the file path, or makes one there (mode 0600, in folders of mode 0700) if
// the file does not exist. Two programs that start at once end with the same key.
//
// dataFolder is where the database lives; empty if it lives on another machine. Key and database together undo the
// sealing, so a key inside the data folder, where each backup of the folder would take it along, is refused; so is a
// file that others than its owner may read. Errors name the path and say what to do, and never show the content.
func LoadOrCreateKey(path, dataFolder string) (Key, error) {
	if dataFolder != "" {
		inside, err := isInside(path, dataFolder)
		if err != nil {
			return Key{}, fmt.Errorf("find the server key %s: %w", path, err)
		}
		if inside {
			return Key{}, fmt.Errorf("the server key %s lies inside the data folder %s, where a backup of the data would take it along: put it in another folder", path, dataFolder)
		}
	}
	key, err := loadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := createKey(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return Key{}, fmt.Errorf("create the server key %s: %w", path, err)
	}
	return loadKey(path)
}

func loadKey(path string) (Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return Key{}, fmt.Errorf("open the server key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Key{}, fmt.Errorf("look at the server key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Key{}, fmt.Errorf("the server key %s is not a file", path)
	}
	// On Windows the mode bits say nothing about who may read.
	if open := info.Mode().Perm() & 0o077; open != 0 && runtime.GOOS != "windows" {
		return Key{}, fmt.Errorf("the server key %s may be read or changed by others (mode %04o): run chmod 600 on it, and make a new key if others had access", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFileSize))
	if err != nil {
		return Key{}, fmt.Errorf("read the server key: %w", err)
	}
	key, err := parseKey(text)
	if err != nil {
		return Key{}, fmt.Errorf("read the server key %s: %w", path, err)
	}
	return key, nil
}

func parseKey(text []byte) (Key, error) {
	head, rest, _ := strings.Cut(string(bytes.TrimSpace(text)), "\n")
	format, ok := strings.CutPrefix(strings.TrimSpace(head), keyFormat)
	if !ok {
		return Key{}, errors.New("this is not a key file, or it was cut short: restore it from where you keep it safe")
	}
	if format != keyFormatNow {
		return Key{}, errors.New("the key file is of another format than this version of the program reads: use the version that wrote it, or a newer one")
	}
	secret, err := hex.DecodeString(strings.TrimSpace(rest))
	// The error of hex names the character it stumbled over, which may be one of the key.
	if err != nil || len(secret) != KeySize {
		return Key{}, errors.New("the key file is damaged: restore it from where you keep it safe")
	}
	return Key{hide(secret)}, nil
}

// createKey writes a new key so that the file, once it has its name, is whole and on the disk; fs.ErrExist if another
// program was first.
func createKey(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	key, err := NewKey(rand.Reader)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".new-key-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = fmt.Fprintf(f, "%s%s\n%x\n", keyFormat, keyFormatNow, key.secret())
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	// Link, unlike Rename, never replaces a key that another program made in between.
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(folder)
}

// syncFolder makes the names in a folder last through a power cut. Systems that cannot sync a folder keep its names by
// themselves, so an error of Sync is none of ours.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	d.Sync()
	return d.Close()
}

// isInside tells whether path is folder or lies in it, symbolic links followed, whether or not either exists yet.
func isInside(path, folder string) (bool, error) {
	p, err := resolve(path)
	if err != nil {
		return false, err
	}
	f, err := resolve(folder)
	if err != nil {
		return false, err
	}
	rel, err := filepath.Rel(f, p)
	if err != nil { // on Windows: another drive
		return false, nil
	}
	return filepath.IsLocal(rel), nil
}

// resolve gives path absolute and free of symbolic links, as far as it exists.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	rest := ""
	for {
		real, err := filepath.EvalSymlinks(path)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		parent := filepath.Dir(path)
		if !errors.Is(err, fs.ErrNotExist) || parent == path {
			return "", err
		}
		rest = filepath.Join(filepath.Base(path), rest)
		path = parent
	}
}
