package telegram

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/kb/locale"
)

// kind is what an update is about, as it is counted.
type kind string

const (
	typed   kind = "text"    // a text
	media   kind = "other"   // a photo, a voice, a file, with or without a caption
	pressed kind = "press"   // a button
	blocked kind = "blocked" // a person blocked the bot
	ignored kind = "ignored" // nothing for us: a channel, another bot, a talk in a group that is not with us
)

// update is what we look at of an update. Names and the rest of what Telegram tells of a person are never read.
type update struct {
	id      int64
	kind    kind
	person  string // decimal
	hint    language.Tag
	text    string
	choice  string
	chat    int64
	private bool
	thread  int64  // the topic of a group that it is in; 0: none
	message int64  // the message that was typed, or that has the button; 0: not known
	query   string // of a press, to be answered
}

// name is the update's name among deliveries.
func (u update) name() string { return strconv.FormatInt(u.id, 10) }

// lane is where the update queues: behind the others of its person.
func (u update) lane() string {
	if u.person == "" {
		return "update " + u.name()
	}
	return "person " + u.person
}

func (u update) chatID() string { return strconv.FormatInt(u.chat, 10) }

// asMessage gives the update as what crosses the seam.
func (u update) asMessage() bot.Message {
	return bot.Message{Channel: Channel, Person: bot.PersonID(u.person), Text: u.text, Choice: u.choice, Hint: u.hint, Update: u.name(), Public: !u.private}
}

// The parts of an update that are decoded. The library's types are of an older Bot API, lack message_thread_id and
// sender_chat, and fail as a whole when one field that we never look at has changed.
type (
	delivered struct {
		ID       int64            `json:"update_id"`
		Message  *sentMessage     `json:"message"`
		Callback *sentCallback    `json:"callback_query"`
		Member   *memberOfAChange `json:"my_chat_member"`
	}
	sentMessage struct {
		ID              int64                    `json:"message_id"`
		Thread          int64                    `json:"message_thread_id"`
		InTopic         bool                     `json:"is_topic_message"`
		From            *sender                  `json:"from"`
		SenderChat      present                  `json:"sender_chat"` // a channel, or an anonymous administrator
		Chat            chat                     `json:"chat"`
		Text            string                   `json:"text"`
		Entities        []tgbotapi.MessageEntity `json:"entities"`
		Caption         string                   `json:"caption"`
		CaptionEntities []tgbotapi.MessageEntity `json:"caption_entities"`
		ReplyTo         *struct {
			From *sender `json:"from"`
		} `json:"reply_to_message"`
		enclosures
	}
	// enclosures are what a message can be besides a text. Other messages without text are notices of Telegram's own,
	// such as that a message was pinned, which nobody said and nobody wants answered.
	enclosures struct {
		Photo     present `json:"photo"`
		Voice     present `json:"voice"`
		Audio     present `json:"audio"`
		Video     present `json:"video"`
		VideoNote present `json:"video_note"`
		Sticker   present `json:"sticker"`
		Animation present `json:"animation"`
		Document  present `json:"document"`
		Contact   present `json:"contact"`
		Location  present `json:"location"`
		Venue     present `json:"venue"`
		Poll      present `json:"poll"`
		Dice      present `json:"dice"`
		Story     present `json:"story"`
		Game      present `json:"game"`
		PaidMedia present `json:"paid_media"`
		Checklist present `json:"checklist"`
	}
	sentCallback struct {
		ID      string  `json:"id"`
		From    *sender `json:"from"`
		Message *struct {
			ID      int64 `json:"message_id"`
			Thread  int64 `json:"message_thread_id"`
			InTopic bool  `json:"is_topic_message"`
			Chat    chat  `json:"chat"`
		} `json:"message"` // missing when the message is too old
		Inline string `json:"inline_message_id"`
		Data   string `json:"data"`
	}
	memberOfAChange struct {
		From *sender `json:"from"`
		Chat chat    `json:"chat"`
		New  struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	}
	sender struct {
		ID       int64  `json:"id"`
		Bot      bool   `json:"is_bot"`
		Language string `json:"language_code"`
	}
	chat struct {
		ID   int64  `json:"id"`
		Type string `json:"type"`
	}
)

// present tells that a field is there, whatever it holds.
type present bool

// UnmarshalJSON implements json.Unmarshaler.
func (p *present) UnmarshalJSON(raw []byte) error {
	*p = present(!bytes.Equal(raw, []byte("null")))
	return nil
}

// enclosed tells whether there is one.
func (e enclosures) enclosed() bool { return e != enclosures{} }

// read makes an update of what Telegram delivered to the bot me. ok is false if it has no name, so that nothing can be
// done with it; what cannot be read in any other way is an update to ignore.
func read(raw []byte, me tgbotapi.User) (u update, ok bool) {
	var name struct {
		ID *int64 `json:"update_id"`
	}
	if json.Unmarshal(raw, &name) != nil || name.ID == nil || *name.ID <= 0 {
		return update{}, false
	}
	nothing := update{id: *name.ID, kind: ignored}
	var d delivered
	if json.Unmarshal(raw, &d) != nil {
		return nothing, true
	}
	switch {
	case d.Message != nil:
		u = d.Message.read(me)
	case d.Callback != nil:
		u = d.Callback.read()
	case d.Member != nil && d.Member.From != nil && d.Member.Chat.private() && d.Member.New.Status == "kicked":
		u = update{kind: blocked, person: d.Member.From.person(), chat: d.Member.Chat.ID, private: true}
	}
	if u.kind == "" {
		return nothing, true
	}
	u.id = d.ID
	return u, true
}

func (m *sentMessage) read(me tgbotapi.User) update {
	if m.From == nil || m.From.ID <= 0 || m.From.Bot || bool(m.SenderChat) || !m.Chat.private() && !m.Chat.group() {
		return update{}
	}
	u := update{
		kind: typed, person: m.From.person(), hint: m.From.hint(), chat: m.Chat.ID, private: m.Chat.private(),
		message: m.ID, text: m.Text,
	}
	entities := m.Entities
	if m.InTopic {
		u.thread = m.Thread
	}
	if m.Text == "" {
		if !m.enclosed() {
			return update{}
		}
		u.kind, u.text, entities = media, m.Caption, m.CaptionEntities
	}
	text, called := address(u.text, entities, me)
	if !u.private && !called && (m.ReplyTo == nil || m.ReplyTo.From == nil || m.ReplyTo.From.ID != me.ID) {
		return update{}
	}
	u.text = text
	if words := strings.Fields(u.text); u.private && len(words) > 1 && words[0] == "/start" {
		u.text = words[0] // what follows comes from the link by which the person found us, and is none of their words
	}
	return u
}

func (c *sentCallback) read() update {
	if c.From == nil || c.From.ID <= 0 || c.From.Bot || c.ID == "" {
		return update{}
	}
	u := update{kind: pressed, person: c.From.person(), hint: c.From.hint(), choice: c.Data, query: c.ID}
	switch m := c.Message; {
	case c.Data == "" || m == nil && c.Inline != "":
		return update{}
	case m == nil:
		u.chat, u.private = c.From.ID, true // a chat between two has the person's number
	case m.Chat.private() || m.Chat.group():
		u.chat, u.private, u.message = m.Chat.ID, m.Chat.private(), m.ID
		if m.InTopic {
			u.thread = m.Thread
		}
	default:
		return update{}
	}
	return u
}

func (c chat) private() bool { return c.Type == "private" }

func (c chat) group() bool { return c.Type == "group" || c.Type == "supergroup" }

func (s *sender) person() string { return strconv.FormatInt(s.ID, 10) }

func (s *sender) hint() language.Tag {
	tag, err := locale.ParseTag(s.Language)
	if err != nil {
		return language.Und
	}
	return tag
}

// address takes the bot's name out of a text and tells whether the text called it: by a command for it, or by a mention.
// Entities count in UTF-16 units.
func address(text string, entities []tgbotapi.MessageEntity, me tgbotapi.User) (rest string, called bool) {
	at := "@" + me.UserName
	units := utf16.Encode([]rune(text))
	var kept []uint16
	from := 0
	for _, e := range entities {
		if e.Offset < from || e.Length <= 0 || e.Offset > len(units) || e.Length > len(units)-e.Offset {
			continue // overlapping, or not an entity of this text
		}
		end := e.Offset + e.Length
		said := string(utf16.Decode(units[e.Offset:end]))
		cut := end
		switch {
		case e.Type == "mention" && me.UserName != "" && strings.EqualFold(said, at),
			e.Type == "text_mention" && e.User != nil && e.User.ID == me.ID:
			cut = e.Offset
		case e.Type == "bot_command" && me.UserName != "" && len(said) > len(at) && strings.EqualFold(said[len(said)-len(at):], at):
			cut = end - len(at) // a user name is ASCII, a unit a byte
		}
		if cut == end {
			continue
		}
		called = true
		kept = append(kept, units[from:cut]...)
		from = end
	}
	if !called {
		return text, false
	}
	kept = append(kept, units[from:]...)
	return strings.TrimSpace(string(utf16.Decode(kept))), true
}
