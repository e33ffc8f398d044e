package kb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"wegwijzer/kb/locale"
)

// maxFile is the largest content file that is read, in bytes. Our longest is a quarter of it; a larger one is a picture,
// a dump or a mistake, and would be slow to load on every start.
const maxFile = 4 << 20

// list gives the entries of a folder in order, without hidden ones; none if the folder is missing.
func (l *loader) list(dir string) []fs.DirEntry {
	entries, err := fs.ReadDir(l.fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		l.fault(dir, 0, "unreadable", "the folder cannot be read ("+cause(err)+")", "Look at its rights, and whether it is a folder.")
	}
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") })
}

// read gives the bytes of a content file; ok is false if it is missing, which is no fault, or cannot be used, which is
// one fault. The file is kept for Library.File.
func (l *loader) read(name string) (data []byte, ok bool) {
	data, what, do := readFile(l.fsys, name)
	if what != "" {
		line := 0
		if i := badByte(data); i >= 0 {
			line, data = 1+bytes.Count(data[:i], []byte{'\n'}), nil
		}
		l.fault(name, line, "unreadable", what, do)
		l.broken[name] = true
		return nil, false
	}
	if data == nil {
		return nil, false
	}
	l.lib.files[name] = data
	return data, true
}

// readFile reads a file, or says what is wrong with it. A missing file gives nothing at all. The bytes of a file that is
// no UTF-8 come with what is wrong.
func readFile(fsys fs.FS, name string) (data []byte, what, do string) {
	info, err := fs.Stat(fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", ""
	case err != nil:
		return nil, "the file cannot be read (" + cause(err) + ")", "Look at its rights, and where it leads if it is a link."
	case info.IsDir():
		return nil, "is a folder and should be a file", "Take the folder away, or give it another name."
	case !info.Mode().IsRegular():
		return nil, "is no ordinary file", "Put the text itself here."
	case info.Size() > maxFile:
		return nil, fmt.Sprintf("the file is too large (%d KiB; the most is %d)", info.Size()>>10, maxFile>>10), "Keep only text here, and spread a long one over several articles."
	}
	file, err := fsys.Open(name)
	if err != nil {
		return nil, "the file cannot be read (" + cause(err) + ")", "Look at its rights, and where it leads if it is a link."
	}
	defer file.Close()
	data, err = io.ReadAll(io.LimitReader(file, maxFile+1))
	switch {
	case err != nil:
		return nil, "the file cannot be read (" + cause(err) + ")", "Look at the disk and the rights of the file."
	case len(data) > maxFile:
		return nil, fmt.Sprintf("the file is too large (the most is %d KiB)", maxFile>>10), "Keep only text here."
	case badByte(data) >= 0:
		return data, "the file is no UTF-8 text", "Save it again with the encoding UTF-8."
	}
	if data == nil {
		data = []byte{}
	}
	return data, "", ""
}

// badByte gives the index of the first byte that is no UTF-8 text, or -1.
func badByte(data []byte) int {
	for i := 0; i < len(data); {
		if c := data[i]; c < utf8.RuneSelf {
			if c == 0 {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return -1
}

// cause gives the innermost error, without the path that the fault names already.
func cause(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// perLanguage gives the files of a folder that are named after a language and end in ext, in order. Every other file
// there is a fault.
func (l *loader) perLanguage(dir, ext string) map[language.Tag]string {
	var names []string
	for _, e := range l.list(dir) {
		name := path.Join(dir, e.Name())
		if path.Ext(name) != ext {
			l.warn(name, 0, "unknown-file", "is not read: files here end in "+ext, "Rename it, or take it away.")
			continue
		}
		names = append(names, name)
	}
	return l.byLanguage(names)
}

// byLanguage is the rule that one language has one file. Of two, the one that is named as the tag is written is used.
func (l *loader) byLanguage(names []string) map[language.Tag]string {
	files := map[language.Tag]string{}
	for _, name := range names {
		tag, ok := l.languageOf(name)
		if !ok {
			continue
		}
		if other, ok := files[tag]; ok {
			if stem(name) == tag.String() {
				name, other = other, name
			}
			files[tag] = other
			l.fault(name, 0, "duplicate", fmt.Sprintf("is the same language (%s) as %s", tag, path.Base(other)), "Keep one of the two.")
			continue
		}
		files[tag] = name
	}
	return files
}

func stem(name string) string { return strings.TrimSuffix(path.Base(name), path.Ext(name)) }

// languageOf gives the language after which a file is named. A name that is no language, and a language that
// languages.yaml does not have, is a fault.
func (l *loader) languageOf(name string) (language.Tag, bool) {
	tag, err := locale.ParseTag(stem(name))
	if err != nil || tag == language.Und {
		l.fault(name, 0, "unknown-language", quoted(stem(name))+" is no language tag", meant(stem(name), l.tags())+"Name the file after a BCP 47 tag, such as en or ar.")
		return tag, false
	}
	return tag, l.known(tag, name, 0)
}

// known is the rule that a language stands in languages.yaml, if there is one.
func (l *loader) known(tag language.Tag, file string, line int) bool {
	if len(l.langs) == 0 {
		return true
	}
	for _, known := range l.langs {
		if known.Tag == tag {
			return true
		}
	}
	l.fault(file, line, "unknown-language", "the language "+quoted(tag.String())+" does not stand in languages.yaml",
		meant(tag.String(), l.tags())+"Add it to languages.yaml first.")
	return false
}

func (l *loader) tags() []string {
	var tags []string
	for _, lang := range l.langs {
		tags = append(tags, lang.Tag.String())
	}
	return tags
}
