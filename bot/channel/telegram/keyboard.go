package telegram

import (
	"container/list"
	"encoding/json"
	"hash/maphash"
	"strings"
	"sync"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/rivo/uniseg"
	"golang.org/x/text/language"

	"wegwijzer/bot"
)

// The limits of a keyboard. Telegram documents only the bytes of a button's data; the others are what its servers are
// known to refuse ("reply markup is too long") or to cut.
const (
	maxData    = 64   // bytes of a button's data. https://core.telegram.org/bots/api#inlinekeyboardbutton
	maxLabel   = 128  // UTF-16 units of a label; a phone shows about a quarter of them
	maxButtons = 100  // of a message
	maxRow     = 8    // buttons in a row
	maxMarkup  = 8000 // bytes of the keyboard as JSON; 10 kB are refused
)

// room gives how many buttons of a reply a message has room for.
func room(public bool) int {
	if public {
		return maxButtons - 1
	}
	return maxButtons
}

// keyboardOf gives the choices as rows of buttons, at most so many. A choice that Telegram would refuse is left out, so
// that the others can be pressed; a row that is too long goes on below; labels are cut shorter, and in the end buttons
// left out, until the whole is not too large.
func keyboardOf(choices [][]bot.Choice, most int) [][]tgbotapi.InlineKeyboardButton {
	for label := maxLabel; ; label /= 2 {
		rows := rowsOf(choices, most, label)
		if raw, err := json.Marshal(rows); err == nil && len(raw) <= maxMarkup {
			return rows
		}
		if label < 16 {
			label, most = 2*maxLabel, most/2
		}
	}
}

func rowsOf(choices [][]bot.Choice, most, label int) (rows [][]tgbotapi.InlineKeyboardButton) {
	for _, row := range choices {
		var buttons []tgbotapi.InlineKeyboardButton
		for _, choice := range row {
			text := shorten(strings.TrimSpace(strings.ToValidUTF8(choice.Label, "")), label)
			if most == 0 || !pressable(choice.ID) || text == "" {
				continue
			}
			most--
			if len(buttons) == maxRow {
				rows, buttons = append(rows, buttons), nil
			}
			buttons = append(buttons, tgbotapi.NewInlineKeyboardButtonData(text, choice.ID))
		}
		if len(buttons) > 0 {
			rows = append(rows, buttons)
		}
	}
	return rows
}

// private gives the row that leads out of a group.
func (c composer) private(tag language.Tag) []tgbotapi.InlineKeyboardButton {
	label := shorten(c.catalog.Sentence(tag, "choice.private", nil), maxLabel)
	return tgbotapi.NewInlineKeyboardRow(tgbotapi.NewInlineKeyboardButtonURL(label, "https://t.me/"+c.me.UserName+"?start=1"))
}

// pressable tells whether a choice's id can be a button's data.
func pressable(id string) bool {
	return id != "" && len(id) <= maxData && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}

// shorten cuts s between two letters so that it is at most so many UTF-16 units long, and says so.
func shorten(s string, most int) string {
	if units(s) <= most {
		return s
	}
	kept, n := 0, 1 // the "…"
	for rest, state := s, -1; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if n += units(cluster); n > most {
			break
		}
		kept += len(cluster)
	}
	return strings.TrimRight(s[:kept], " ") + "…"
}

// keyboards remembers the last message with a keyboard of each private chat, so that it can be taken away when the
// person goes on by typing. It lives in memory only and knows chats by a hash under a seed of this process.
type keyboards struct {
	seed   maphash.Seed
	mu     sync.Mutex
	chats  map[uint64]*list.Element
	recent *list.List // of shown, most recent first
}

type shown struct {
	key     uint64
	message int64
}

// shownChats is how many are remembered, the oldest forgotten first: its keyboard stays, and still works.
const shownChats = 10_000

func newKeyboards() *keyboards {
	return &keyboards{seed: maphash.MakeSeed(), chats: map[uint64]*list.Element{}, recent: list.New()}
}

// show remembers the keyboard of a message.
func (k *keyboards) show(chatID string, message int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := maphash.String(k.seed, chatID)
	if e, ok := k.chats[key]; ok {
		k.recent.Remove(e)
	} else if k.recent.Len() >= shownChats {
		delete(k.chats, k.recent.Remove(k.recent.Back()).(shown).key)
	}
	k.chats[key] = k.recent.PushFront(shown{key, message})
}

// take gives the message whose keyboard is the last, and forgets it; 0 if there is none.
func (k *keyboards) take(chatID string) int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := maphash.String(k.seed, chatID)
	e, ok := k.chats[key]
	if !ok {
		return 0
	}
	delete(k.chats, key)
	return k.recent.Remove(e).(shown).message
}
