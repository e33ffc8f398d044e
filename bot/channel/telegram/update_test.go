package telegram

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/telegram/telegramtest"
)

var testBot = tgbotapi.User{ID: telegramtest.BotID, UserName: "wegwijzer_test_bot"}

// FuzzRead reads whatever Telegram may deliver: it never fails, and what it gives can be answered.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"update_id":1,"message":{"message_id":5,"from":{"id":9,"language_code":"ar"},"chat":{"id":9,"type":"private"},"text":"/start x"}}`,
		`{"update_id":1,"message":{"message_id":5,"from":{"id":9},"chat":{"id":-9,"type":"supergroup"},"message_thread_id":4,"is_topic_message":true,"text":"😀 @wegwijzer_test_bot x","entities":[{"type":"mention","offset":3,"length":19}]}}`,
		`{"update_id":1,"message":{"message_id":5,"from":{"id":9},"chat":{"id":9,"type":"private"},"photo":[{}],"caption":"x","caption_entities":[{"type":"bot_command","offset":-3,"length":99}]}}`,
		`{"update_id":1,"callback_query":{"id":"7","from":{"id":9},"data":"a:b:c"}}`,
		`{"update_id":1,"callback_query":{"id":"7","from":{"id":9},"data":"a","message":{"message_id":5,"date":0,"chat":{"id":-9,"type":"group"}}}}`,
		`{"update_id":1,"my_chat_member":{"from":{"id":9},"chat":{"id":9,"type":"private"},"new_chat_member":{"status":"kicked"}}}`,
		`{"update_id":9223372036854775807,"message":null}`, `{"update_id":"1"}`, `{"update_id":-1}`, `[]`, ``, `{"update_id":1,"message":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, ok := read(raw, testBot)
		if !ok {
			return
		}
		m := u.asMessage()
		switch {
		case u.id <= 0 || m.Update == "" || len(m.Update) > 255:
			t.Errorf("an update without a name: %+v", u)
		case u.kind == ignored:
			if u.person != "" || u.text != "" || u.chat != 0 {
				t.Errorf("something is kept of an update to ignore: %+v", u)
			}
		case u.person == "" || strings.HasPrefix(u.person, "-") || m.Person == "" || u.lane() == "":
			t.Errorf("nobody did this: %+v", u)
		case (u.kind == pressed) != (u.choice != ""), u.kind == pressed && u.text != "":
			t.Errorf("pressed and typed: %+v", u)
		case u.kind != typed && u.kind != media && u.kind != pressed && u.kind != blocked:
			t.Errorf("of no kind: %+v", u)
		}
	})
}

// FuzzAddress takes the bot's name out of a text at whatever places the entities name.
func FuzzAddress(f *testing.F) {
	f.Add("😀 @wegwijzer_test_bot x", "mention", 3, 19, 0, 1)
	f.Add("/plan@wegwijzer_test_bot AB", "bot_command", 0, 24, 0, 0)
	f.Add("x", "text_mention", -1, 1<<62, 1<<62, 1<<62)
	f.Fuzz(func(t *testing.T, text, kind string, offset, length, offset2, length2 int) {
		if !utf8.ValidString(text) {
			return // JSON holds none
		}
		rest, called := address(text, []tgbotapi.MessageEntity{
			{Type: kind, Offset: offset, Length: length, User: &tgbotapi.User{ID: telegramtest.BotID}}, {Type: "mention", Offset: offset2, Length: length2},
		}, testBot)
		if !called && rest != text {
			t.Errorf("%q became %q though nobody was called", text, rest)
		}
		if units(rest) > units(text) || called && rest == text {
			t.Errorf("%q became %q", text, rest)
		}
	})
}

// FuzzChoice: what a button says when it is pressed is the choice it was made of, and every button that Telegram would
// refuse is left out without the others.
func FuzzChoice(f *testing.F) {
	f.Add("a:profession:nurse", "Nurse")
	f.Add("", "No id")
	f.Add("a:ü", "Not ASCII")
	f.Add(strings.Repeat("x", 65), "Too long")
	f.Add("ok", strings.Repeat("ي\u0651\u064e", 200))
	f.Fuzz(func(t *testing.T, id, label string) {
		rows := keyboardOf([][]bot.Choice{{{ID: id, Label: label}, {ID: "other", Label: "Other"}}}, maxButtons)
		last := rows[0][len(rows[0])-1]
		if *last.CallbackData != "other" {
			t.Fatalf("the other button is lost: %v", rows)
		}
		if len(rows[0]) == 1 {
			if pressable(id) && strings.TrimSpace(strings.ToValidUTF8(label, "")) != "" {
				t.Errorf("the button %q is left out", id)
			}
			return
		}
		button := rows[0][0]
		if units(button.Text) > maxLabel || !utf8.ValidString(button.Text) || button.Text == "" {
			t.Errorf("the label is %q", button.Text)
		}
		data, err := json.Marshal(*button.CallbackData)
		if err != nil {
			t.Fatal(err)
		}
		u, ok := read([]byte(`{"update_id":1,"callback_query":{"id":"1","from":{"id":9},"data":`+string(data)+`}}`), testBot)
		if !ok || u.choice != id {
			t.Errorf("pressing %q says %q", id, u.choice)
		}
	})
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		most int
		want string
	}{
		{"short", 5, "short"}, {"longer", 5, "long…"}, {"two words", 5, "two…"}, {"👩🏽‍⚕️👩🏽‍⚕️", 9, "👩🏽‍⚕️…"}, {"بّّّبّّّ", 6, "بّّّ…"}, {"👩🏽‍⚕️", 3, "…"},
	} {
		if got := shorten(tt.text, tt.most); got != tt.want {
			t.Errorf("%q to %d: %q, want %q", tt.text, tt.most, got, tt.want)
		}
	}
}

// However many choices there are and however long, the keyboard is one that Telegram takes, with as many as it takes.
func TestKeyboardLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		rows, columns int
		label, id     string
		least         int
	}{
		{"many", 30, 5, "label", "id", maxButtons}, {"a long row", 1, 30, "label", "id", 30},
		{"long labels", 100, 1, strings.Repeat("እ", 300), "id", maxButtons}, {"all of it long", 100, 1, strings.Repeat("<", 300), strings.Repeat("<", 64), 12},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var choices [][]bot.Choice
			for range tt.rows {
				var row []bot.Choice
				for range tt.columns {
					row = append(row, bot.Choice{ID: tt.id, Label: tt.label})
				}
				choices = append(choices, row)
			}
			n := 0
			rows := keyboardOf(choices, maxButtons)
			for _, row := range rows {
				n += len(row)
				if len(row) > maxRow {
					t.Errorf("a row of %d", len(row))
				}
			}
			if n < tt.least || n > maxButtons {
				t.Errorf("%d buttons, want %d", n, tt.least)
			}
			if raw, err := json.Marshal(rows); err != nil || len(raw) > maxMarkup {
				t.Errorf("%d bytes, %v", len(raw), err)
			}
		})
	}
}

func TestKeyboardsAreBounded(t *testing.T) {
	t.Parallel()
	k := newKeyboards()
	for i := range shownChats + 10 {
		k.show(decimal(int64(i)), int64(i+1))
	}
	k.show("20", 5)
	if len(k.chats) != shownChats || k.recent.Len() != shownChats {
		t.Errorf("%d keyboards are remembered", len(k.chats))
	}
	for chat, want := range map[string]int64{"3": 0, "20": 5, "15": 16} {
		if got := k.take(chat); got != want {
			t.Errorf("the keyboard of %s is %d, want %d", chat, got, want)
		}
		if got := k.take(chat); got != 0 {
			t.Errorf("the keyboard of %s is there after it was taken", chat)
		}
	}
}

func TestHint(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]language.Tag{"ar": language.Arabic, "pt-br": language.BrazilianPortuguese, "": language.Und, "not a tag!": language.Und} {
		if got := (&sender{Language: code}).hint(); got != want {
			t.Errorf("%q is %s, want %s", code, got, want)
		}
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	w := newWindow()
	step := func(what string, want int64) {
		t.Helper()
		if got := w.offset(); got != want {
			t.Errorf("%s: asks from %d, want %d", what, got, want)
		}
	}
	step("new", 0)
	for _, id := range []int64{5, 6, 9} {
		if !w.take(id, 0) || w.take(id, 0) {
			t.Errorf("update %d is not new once", id)
		}
	}
	step("three in hand", 5)
	w.done(6)
	step("a later one ended", 5)
	if w.take(6, 5) {
		t.Error("an update that ended is new")
	}
	w.done(5)
	step("the lowest ended", 9)
	w.done(9)
	step("all ended", 10)
	w.confirm(5)
	step("Telegram heard of some", 10)
	w.confirm(10)
	step("Telegram heard of all", 0)
	w.take(3, 0)
	step("another beginning", 3)
	w.done(3)
	step("and its end", 4)
}
