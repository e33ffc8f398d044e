package canary

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
)

// form is one way in which bytes on a disk may say a word. All forms are lower case, as is what is searched: letters
// and digits of ASCII are compared without their case, since hexadecimal, percent and JSON escapes come in both.
type form struct {
	name  string
	bytes []byte
}

// forms gives the ways to look for w, each once.
func forms(w string) []form {
	var all []form
	add := func(name string, b []byte) {
		b = lower(bytes.Clone(b))
		for _, f := range all {
			if bytes.Equal(f.bytes, b) {
				return
			}
		}
		all = append(all, form{name, b})
	}
	// Each text as it is, and as our own folding of it may have left it.
	for _, spelling := range []struct{ name, text string }{
		{"plain", w}, {"folded", strings.ToLower(w)}, {"Arabic digits", inDigits(w, '٠')}, {"Persian digits", inDigits(w, '۰')},
	} {
		text := []byte(spelling.text)
		add(spelling.name, text)
		add("UTF-16 little-endian", wide(spelling.text, binary.LittleEndian.AppendUint16))
		add("UTF-16 big-endian", wide(spelling.text, binary.BigEndian.AppendUint16))
		add("UTF-32 little-endian", wider(spelling.text, binary.LittleEndian.AppendUint32))
		add("UTF-32 big-endian", wider(spelling.text, binary.BigEndian.AppendUint32))
		add("hexadecimal", []byte(hex.EncodeToString(text)))
		add("hexadecimal with spaces", []byte(fmt.Sprintf("% x", text)))
		add("list of numbers", []byte(strings.Trim(fmt.Sprint(text), "[]"))) // a []byte printed with %v
		add("list of numbers with commas", []byte(strings.ReplaceAll(strings.Trim(fmt.Sprint(text), "[]"), " ", ",")))
		goSyntax := fmt.Sprintf("%#v", text)
		add("list of numbers in Go", []byte(goSyntax[strings.Index(goSyntax, "{")+1:len(goSyntax)-1]))
		for _, b := range inside(text, 3, 4, base64.StdEncoding.EncodeToString) {
			add("base64", b)
		}
		for _, b := range inside(text, 3, 4, base64.URLEncoding.EncodeToString) {
			add("base64 for URLs", b)
		}
		for _, b := range inside(text, 5, 8, base32.StdEncoding.EncodeToString) {
			add("base32", b)
		}
		add("percent", []byte(url.QueryEscape(spelling.text)))
		add("percent of a path", []byte(url.PathEscape(spelling.text)))
		add("percent of every byte", percent(text))
		quoted, _ := json.Marshal(spelling.text)
		add("JSON", bytes.Trim(quoted, `"`))
		add("JSON escapes", escapes(spelling.text, `\u%04x`))
		add("Go quoted", []byte(strings.Trim(strconv.QuoteToASCII(spelling.text), `"`)))
		add("byte escapes", byteEscapes(text))
		add("HTML", []byte(html.EscapeString(spelling.text)))
		add("HTML numbers", escapes(spelling.text, "&#%d;"))
		add("HTML hexadecimal", escapes(spelling.text, "&#x%x;"))
	}
	return all
}

// numberForms gives the ways to look for a number that was stored as one: seven bytes are enough for fifteen digits.
func numberForms(n int64) []form {
	return []form{
		{"binary big-endian", lower(binary.BigEndian.AppendUint64(nil, uint64(n))[1:])},
		{"binary little-endian", lower(binary.LittleEndian.AppendUint64(nil, uint64(n))[:7])},
		{"variable-length integer", lower(binary.AppendUvarint(nil, uint64(n)))},
		{"variable-length integer with a sign", lower(binary.AppendVarint(nil, n))},
	}
}

// inside gives the parts of an encoding by groups (in bytes for out letters) that are the same wherever in a longer
// text the word stands: with each number of bytes before it, what the neighbours do not touch.
func inside(text []byte, in, out int, encode func([]byte) string) (all [][]byte) {
	for before := range in {
		padded := append(make([]byte, before), text...)
		whole := len(padded) / in * in
		first := (before + in - 1) / in * out // letters that hold bits of what stands before
		if encoded := encode(padded[:whole]); len(encoded) >= first+8 {
			all = append(all, []byte(encoded[first:]))
		}
	}
	return all
}

func wide(text string, appendUnit func([]byte, uint16) []byte) (b []byte) {
	for _, u := range utf16.Encode([]rune(text)) {
		b = appendUnit(b, u)
	}
	return b
}

func wider(text string, appendRune func([]byte, uint32) []byte) (b []byte) {
	for _, r := range text {
		b = appendRune(b, uint32(r))
	}
	return b
}

func percent(text []byte) []byte {
	var b bytes.Buffer
	for _, c := range text {
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.Bytes()
}

func byteEscapes(text []byte) []byte {
	var b bytes.Buffer
	for _, c := range text {
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	return b.Bytes()
}

// escapes writes every UTF-16 unit in a pattern.
func escapes(text, pattern string) []byte {
	var b bytes.Buffer
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, pattern, u)
	}
	return b.Bytes()
}

// inDigits writes ASCII digits as those that start with zero.
func inDigits(text string, zero rune) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return zero + r - '0'
		}
		return r
	}, text)
}

// lower makes the ASCII letters of b lower case, in place.
func lower(b []byte) []byte {
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}
