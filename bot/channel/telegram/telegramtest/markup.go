package telegramtest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The limits of a message. Telegram documents the first four; the others are what it is known to refuse.
const (
	MaxText     = 4096   // UTF-16 units, entities parsed
	MaxCaption  = 1024   // the same, below a file
	MaxData     = 64     // bytes of a button's data
	MaxEntities = 100    // what is over it is shown without its look
	MaxRow      = 8      // buttons in a row
	MaxButtons  = 100    // buttons of a message
	maxKeyboard = 10_000 // bytes of the keyboard as it is sent
)

// Entity is a run of a text with a look or a meaning. Offset and Length count UTF-16 units.
type Entity struct {
	Type   string `json:"type"` // bold, text_link, bot_command, mention, …
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	URL    string `json:"url,omitempty"`
	User   *User  `json:"user,omitempty"`
}

// User is somebody who is mentioned without a user name.
type User struct {
	ID        int64  `json:"id"`
	FirstName string `json:"first_name"`
}

// Of gives the words of text that the entity is about.
func (e Entity) Of(text string) string {
	units := utf16.Encode([]rune(text))
	from, to := min(max(e.Offset, 0), len(units)), min(max(e.Offset+e.Length, 0), len(units))
	return string(utf16.Decode(units[from:max(from, to)]))
}

// Units gives the length of a text as Telegram counts it.
func Units(text string) int { return len(utf16.Encode([]rune(text))) }

// format gives a text as it is shown: cleaned, its HTML understood if that is its mode, white space at its ends cut.
func format(text, mode string) (string, []Entity, *failure) {
	if !utf8.ValidString(text) {
		return "", nil, bad("strings must be encoded in UTF-8")
	}
	text = clean(text)
	var entities []Entity
	switch strings.ToLower(mode) {
	case "":
	case "html":
		var problem string
		if text, entities, problem = parseHTML(text); problem != "" {
			return "", nil, bad("can't parse entities: " + problem)
		}
	default:
		return "", nil, bad("unsupported parse_mode")
	}
	whole := Units(text)
	text = strings.TrimLeft(text, " \n")
	cut := whole - Units(text)
	text = strings.TrimRight(text, " \n")
	most := Units(text)
	var kept []Entity
	for _, e := range entities {
		from, to := max(e.Offset-cut, 0), min(e.Offset-cut+e.Length, most)
		if to > from && len(kept) < MaxEntities {
			e.Offset, e.Length = from, to-from
			kept = append(kept, e)
		}
	}
	return text, kept, nil
}

// clean drops what Telegram drops from every text.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r >= '\u2028' && r <= '\u202e':
			return -1
		case r < ' ' && r != '\n':
			return ' '
		}
		return r
	}, text)
}

// looks are the tags of Telegram's HTML and what they make. https://core.telegram.org/bots/api#html-style
var looks = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
	"code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link",
}

var attribute = regexp.MustCompile(`^\s+([^\s=>]+)\s*=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.-]+)`)

// parseHTML understands Telegram's HTML. problem, if there is one, says what is wrong in Telegram's words.
func parseHTML(text string) (plain string, entities []Entity, problem string) {
	type open struct {
		tag, href string
		at, from  int
	}
	var nested []open
	var out strings.Builder
	length := 0
	for i := 0; i < len(text); {
		switch text[i] {
		case '&':
			r, size := reference(text[i:])
			out.WriteRune(r)
			length += utf16.RuneLen(r)
			i += size
		case '<':
			end := strings.IndexByte(text[i:], '>')
			if end < 0 {
				return "", nil, fmt.Sprintf("Unclosed start tag at byte offset %d", i)
			}
			inside := text[i+1 : i+end]
			if name, closing := strings.CutPrefix(inside, "/"); closing {
				name = strings.ToLower(strings.TrimSpace(name))
				if len(nested) == 0 {
					return "", nil, fmt.Sprintf("Unexpected end tag at byte offset %d", i)
				}
				last := nested[len(nested)-1]
				if name != "" && name != last.tag {
					return "", nil, fmt.Sprintf(`Unmatched end tag at byte offset %d, expected "</%s>", found "</%s>"`, i, last.tag, name)
				}
				nested = nested[:len(nested)-1]
				e := Entity{Type: looks[last.tag], Offset: last.from, Length: length - last.from}
				if last.tag == "a" {
					if last.href == "" {
						last.href = out.String()[last.at:]
					}
					e.URL = checkedLink(last.href)
				}
				if e.Length > 0 && (last.tag != "a" || e.URL != "") {
					entities = append(entities, e)
				}
				i += end + 1
				continue
			}
			name, rest := inside, ""
			if cut := strings.IndexAny(inside, " \n\t"); cut >= 0 {
				name, rest = inside[:cut], inside[cut:]
			}
			name = strings.ToLower(name)
			if looks[name] == "" {
				return "", nil, fmt.Sprintf("Unsupported start tag \"%s\" at byte offset %d", name, i)
			}
			tag := open{tag: name, at: out.Len(), from: length}
			for strings.TrimSpace(rest) != "" {
				m := attribute.FindStringSubmatch(rest)
				if m == nil {
					return "", nil, fmt.Sprintf(`Expected equal sign in declaration of an attribute of the tag "%s" at byte offset %d`, name, i)
				}
				if m[1] == "href" && name == "a" {
					tag.href = unescape(strings.Trim(m[2], `"'`))
				}
				rest = rest[len(m[0]):]
			}
			nested = append(nested, tag)
			i += end + 1
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			out.WriteRune(r)
			length += utf16.RuneLen(r)
			i += size
		}
	}
	if len(nested) > 0 {
		return "", nil, "Can't find end tag corresponding to start tag " + nested[len(nested)-1].tag
	}
	slices.SortStableFunc(entities, func(a, b Entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
	return out.String(), entities, ""
}

var named = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"'}

var referenceForm = regexp.MustCompile(`^&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|([a-z]+));?`)

// reference reads a character reference at the beginning of text; what is none is the sign itself.
func reference(text string) (rune, int) {
	m := referenceForm.FindStringSubmatch(text)
	if m == nil {
		return '&', 1
	}
	var n int64
	switch {
	case m[1] != "":
		n, _ = strconv.ParseInt(m[1], 10, 32)
	case m[2] != "":
		n, _ = strconv.ParseInt(m[2], 16, 32)
	default:
		n = int64(named[m[3]])
	}
	if n <= 0 || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return '&', 1
	}
	return rune(n), len(m[0])
}

func unescape(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		if text[i] == '&' {
			r, size := reference(text[i:])
			out.WriteRune(r)
			i += size
			continue
		}
		out.WriteByte(text[i])
		i++
	}
	return out.String()
}

// checkedLink gives a link that Telegram shows as one; others, such as tel:, it drops without a word.
func checkedLink(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "tg" {
		return ""
	}
	return link
}

// Button is a button below a message.
type Button struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`
}

// readKeyboard gives the rows of an inline keyboard; nil for none.
func readKeyboard(markup string) ([][]Button, *failure) {
	if markup == "" {
		return nil, nil
	}
	var keyboard struct {
		Rows [][]Button `json:"inline_keyboard"`
	}
	if json.Unmarshal([]byte(markup), &keyboard) != nil {
		return nil, bad("object expected as reply markup")
	}
	n := 0
	var rows [][]Button
	for _, row := range keyboard.Rows {
		n += len(row)
		for _, b := range row {
			switch {
			case strings.TrimSpace(b.Text) == "":
				return nil, bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
			case b.URL == "" && (b.Data == "" || len(b.Data) > MaxData):
				return nil, bad("BUTTON_DATA_INVALID")
			case b.URL != "" && (b.Data != "" || checkedLink(b.URL) == ""):
				return nil, bad("BUTTON_URL_INVALID")
			}
		}
		if len(row) > MaxRow {
			return nil, bad("reply markup is too long")
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	if n > MaxButtons || len(markup) > maxKeyboard {
		return nil, bad("reply markup is too long")
	}
	return rows, nil
}

var (
	commandForm = regexp.MustCompile(`(?:^|\s)(/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?)`)
	mentionForm = regexp.MustCompile(`(?:^|[^A-Za-z0-9_/@])(@[A-Za-z0-9_]{3,32})`)
)

// entitiesOf finds the commands and mentions in what a person said, as Telegram does before a bot sees it.
func entitiesOf(text string) (found []Entity) {
	for kind, form := range map[string]*regexp.Regexp{"bot_command": commandForm, "mention": mentionForm} {
		for _, m := range form.FindAllStringSubmatchIndex(text, -1) {
			found = append(found, Entity{Type: kind, Offset: Units(text[:m[2]]), Length: Units(text[m[2]:m[3]])})
		}
	}
	slices.SortFunc(found, func(a, b Entity) int { return a.Offset - b.Offset })
	return found
}
