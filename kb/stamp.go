package kb

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

// Stamp gives the file of a translation with the hashes of today's source text in its of, everything else in it byte for
// byte as it was, and the file's path in the content folder. id is an article's, or "words" or "ui" for the file of that
// folder, which carries a hash per key. It is an error if the content has no such translation or no source text, or if
// the file is broken; the error says what to do.
func Stamp(lib *Library, id string, tag language.Tag) (file []byte, name string, err error) {
	switch {
	case lib.source == language.Und || lib.minimal:
		return nil, "", errors.New("this content has no source language, so nothing in it is a translation; write languages.yaml first")
	case tag == lib.source:
		return nil, "", fmt.Errorf("%s is the source language; only translations are stamped", tag)
	}
	if id == dirWords || id == dirUI {
		return stampKeys(lib, id, tag)
	}
	a := lib.Article(ArticleID(id))
	if a == nil {
		ids := make([]string, len(lib.articles))
		for i, a := range lib.articles {
			ids[i] = string(a.ID)
		}
		return nil, "", fmt.Errorf("there is no article %s. %sGive the name of a folder in articles, or words or ui", quoted(id), meant(id, ids))
	}
	source, t := a.Texts[lib.source], a.Texts[tag]
	if t == nil {
		return nil, "", fmt.Errorf("%s has no text in %s; write articles/%s/%s.md first", quoted(id), tag, id, tag)
	}
	if source == nil {
		return nil, "", fmt.Errorf("%s has no text in the source language %s", quoted(id), lib.source)
	}
	whole := lib.files[t.File]
	cut := SplitFrontMatter(whole)
	if cut.Open {
		return nil, "", fmt.Errorf("%s: the front matter does not end; write a second line ---", t.File)
	}
	newline := lineBreak(whole)
	if len(cut.Before) == 0 || len(cut.Between) == 0 {
		cut.Before = append(slices.Clone(cut.Before), "---"+newline...)
		cut.Between = []byte("---" + newline)
	}
	quotedHashes := make([]string, len(source.Hashes))
	for i, h := range source.Hashes {
		quotedHashes[i] = yamlHash(h)
	}
	front, err := setOf(cut.Front, "of: ["+strings.Join(quotedHashes, ", ")+"]"+newline, false)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", t.File, err)
	}
	return slices.Concat(cut.Before, front, cut.Between, cut.Body), t.File, nil
}

// stampKeys stamps words/<tag>.yaml or ui/<tag>.yaml.
func stampKeys(lib *Library, dir string, tag language.Tag) ([]byte, string, error) {
	now, from, err := keyHashes(lib, dir, lib.source)
	if err != nil {
		return nil, "", err
	}
	mine, name, err := keyHashes(lib, dir, tag)
	if err != nil {
		return nil, "", err
	}
	whole := lib.files[name]
	newline := lineBreak(whole)
	var of strings.Builder
	of.WriteString("of:" + newline)
	for _, key := range now {
		if slices.ContainsFunc(mine, func(m keyHash) bool { return m.key == key.key }) {
			of.WriteString("  " + yamlKey(key.key) + ": " + yamlHash(key.hash) + newline)
		}
	}
	file, err := setOf(whole, of.String(), true)
	if err != nil {
		return nil, "", fmt.Errorf("%s (from %s): %w", name, from, err)
	}
	return file, name, nil
}

// keyHash is a key of a words or ui file with the hash of its text.
type keyHash struct{ key, hash string }

// keyHashes reads the keys of a words or ui file with their hashes, in order.
func keyHashes(lib *Library, dir string, tag language.Tag) (keys []keyHash, name string, err error) {
	for file := range lib.files {
		stem := strings.TrimSuffix(path.Base(file), ".yaml")
		if t, err := language.Parse(stem); err == nil && t == tag && path.Dir(file) == dir {
			name = file
		}
	}
	if name == "" {
		return nil, "", fmt.Errorf("there is no %s/%s.yaml; write it first", dir, tag)
	}
	l := newLoader(nil, nil)
	s := sheet{load: l, file: name}
	if dir == dirWords {
		for _, section := range l.wordsFile(s, lib.files[name]).sections {
			for _, w := range section.words {
				if translatable(section.id, w) {
					keys = append(keys, keyHash{section.id + "." + w.id, hashWord(w.word)})
				}
			}
		}
	} else {
		for _, w := range l.interfaceFile(s, lib.files[name]).sentences {
			keys = append(keys, keyHash{w.key, hashSentence(w.forms)})
		}
	}
	if l.broken[name] {
		return nil, "", fmt.Errorf("%s cannot be read as YAML; run check", name)
	}
	return keys, name, nil
}

// setOf replaces the of of a YAML mapping by the given lines, or adds them: behind the status of the mapping if top is
// set, else at its end.
func setOf(data []byte, of string, top bool) ([]byte, error) {
	before, err := topLevel(data)
	if err != nil {
		return nil, err
	}
	lines := bytes.SplitAfter(data, []byte{'\n'})
	start, end := linesOfOf(before, lines, top)
	var out []byte
	for _, line := range lines[:start] {
		out = append(out, line...)
	}
	if len(out) > 0 && out[len(out)-1] != '\n' {
		out = append(out, lineBreak(data)...)
	}
	out = append(out, of...)
	for _, line := range lines[end:] {
		out = append(out, line...)
	}
	after, err := topLevel(out)
	if err != nil || !onlyOfDiffers(before, after) {
		return nil, errors.New("the lines of of: cannot be replaced as they are written; take them out and stamp again")
	}
	return out, nil
}

// linesOfOf gives the lines [start, end) that of takes: those it has now, or none at the place where it belongs.
func linesOfOf(keys []entry, lines [][]byte, top bool) (start, end int) {
	last := len(lines)
	if last > 0 && len(lines[last-1]) == 0 {
		last-- // behind the final line break
	}
	start = last
	for i, e := range keys {
		next := last
		if i+1 < len(keys) {
			next = keys[i+1].at.Line - 1
		}
		if e.key != "of" {
			if top && i == 0 {
				start = e.at.Line - 1
			}
			if top && e.key == "status" {
				start = e.at.Line
			}
			continue
		}
		end := e.at.Line
		for end < next && len(bytes.TrimSpace(lines[end])) > 0 && lines[end][0] != '#' {
			end++
		}
		return e.at.Line - 1, end
	}
	return start, start
}

// topLevel gives the keys of a YAML mapping that stands on lines of its own.
func topLevel(data []byte) ([]entry, error) {
	if bytes.ContainsAny(data, "\u0085\u2028\u2029") { // YAML counts lines by them, and nobody else does
		return nil, errors.New("it holds a line break of a word processor (U+0085, U+2028 or U+2029); type that line again")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, errors.New("the YAML is broken; run check")
	}
	if len(doc.Content) == 0 || isNull(doc.Content[0]) {
		return nil, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode || root.Style&yaml.FlowStyle != 0 {
		return nil, errors.New("the YAML is not written as key: value, one a line")
	}
	var keys []entry
	for i := 0; i+1 < len(root.Content); i += 2 {
		keys = append(keys, entry{key: root.Content[i].Value, at: root.Content[i], value: root.Content[i+1]})
	}
	return keys, nil
}

// onlyOfDiffers tells whether two mappings say the same but for of, which only the second need have.
func onlyOfDiffers(before, after []entry) bool {
	said := func(keys []entry) []string {
		var all []string
		for _, e := range keys {
			if e.key != "of" {
				text, err := yaml.Marshal(e.value)
				all = append(all, e.key, string(text), fmt.Sprint(err))
			}
		}
		return all
	}
	return slices.Equal(said(before), said(after)) && slices.ContainsFunc(after, func(e entry) bool { return e.key == "of" })
}

func lineBreak(data []byte) string {
	if i := bytes.IndexByte(data, '\n'); i > 0 && data[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// yamlHash writes a hash, between quotation marks where YAML would read a number.
func yamlHash(hash string) string {
	if _, err := strconv.ParseFloat(hash, 64); err == nil {
		return strconv.Quote(hash)
	}
	return hash
}

// yamlKey writes a key, between quotation marks unless it is plainly a word.
func yamlKey(key string) string {
	for _, r := range key {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_') {
			return strconv.Quote(key)
		}
	}
	return key
}
