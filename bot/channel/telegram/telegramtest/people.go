package telegramtest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// Message is a message as it is shown in a chat.
type Message struct {
	ID       int64
	At       time.Time
	Bot      bool // the bot sent it
	Text     string
	Entities []Entity
	Rows     [][]Button
	File     *File
	ReplyTo  int64
	Thread   int64
	Preview  bool // links in it are shown as a card
	Deleted  bool
	Edits    int
	Unsure   bool // sent by the bot, whose connection broke off before it heard so
}

// Lines gives the message as it is read, a line a line without the empty ones, with the address of a link behind its
// words in angle brackets unless they are the address.
func (m Message) Lines() (lines []string) {
	var out []uint16
	at := 0
	units := utf16.Encode([]rune(m.Text))
	for _, e := range m.Entities {
		if end := e.Offset + e.Length; e.URL != "" && e.Of(m.Text) != e.URL && e.Offset >= at {
			out = append(append(out, units[at:end]...), utf16.Encode([]rune(" <"+e.URL+">"))...)
			at = end
		}
	}
	for line := range strings.SplitSeq(string(utf16.Decode(append(out, units[at:]...))), "\n") {
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// File is a file that came with a message.
type File struct {
	Name  string
	Bytes []byte
}

// chat is the talk of the bot with one person, or a group.
type chat struct {
	id       int64
	person   *Person // nil: a group
	title    string
	started  bool // the person wrote first
	blocked  bool
	gone     bool
	out      bool // the bot was taken out of the group
	messages []*Message
	actions  []string
}

func (c *chat) find(id int64) *Message {
	i, ok := slices.BinarySearchFunc(c.messages, id, func(m *Message, id int64) int { return int(m.ID - id) })
	if !ok || c.messages[i].Deleted {
		return nil
	}
	return c.messages[i]
}

func (c *chat) json() map[string]any {
	if c.person != nil {
		return map[string]any{"id": c.id, "type": "private", "first_name": c.person.Name, "username": c.person.Username}
	}
	return map[string]any{"id": c.id, "type": "supergroup", "title": c.title}
}

// Person is somebody with Telegram's app. Name, Username and Language are set before the person does something.
type Person struct {
	ID       int64
	Name     string
	Username string
	Language string // of the app, such as "ar" or "pt-br"; "" if it does not say
	server   *Server
	chat     *chat
}

// Person gives the person with a number, making them if there is none yet.
func (s *Server) Person(id int64, language string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.chats[id]; ok && c.person != nil {
		return c.person
	}
	p := &Person{ID: id, Name: "Somebody", Username: "somebody_" + strconv.FormatInt(id, 10), Language: language, server: s}
	p.chat = &chat{id: id, person: p}
	s.chats[id] = p.chat
	return p
}

func (p *Person) json() map[string]any {
	m := map[string]any{"id": p.ID, "is_bot": false, "first_name": p.Name, "username": p.Username}
	if p.Language != "" {
		m["language_code"] = p.Language
	}
	return m
}

// Saying is something that a person sends.
type Saying struct {
	Text      string   // or the caption of what Media names
	Media     string   // photo, voice, sticker, document, …; empty: a text
	ReplyTo   int64    // the message that it answers
	Thread    int64    // the topic of a group
	Entities  []Entity // besides the commands and mentions in the text
	Anonymous bool     // said as an administrator without a name
	ByBot     bool     // said by another bot
	Notice    string   // a notice of Telegram's own, such as pinned_message, instead of a text
}

// Say sends a text to the bot and gives the message.
func (p *Person) Say(text string) int64 { return p.Send(Saying{Text: text}) }

// Send sends something to the bot and gives the message.
func (p *Person) Send(what Saying) int64 { return p.server.say(p.chat, p, what) }

// Chat gives the messages of the talk with the bot in their order, those that were deleted too.
func (p *Person) Chat() []Message { return p.server.messages(p.chat) }

// Last gives the last message that the bot sent and that is there.
func (p *Person) Last() (Message, bool) { return last(p.Chat()) }

func last(all []Message) (Message, bool) {
	for _, m := range slices.Backward(all) {
		if m.Bot && !m.Deleted {
			return m, true
		}
	}
	return Message{}, false
}

// Actions gives what the bot was seen doing, such as typing, in order.
func (p *Person) Actions() []string {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return slices.Clone(p.chat.actions)
}

// errNoButton is the error of a press on what is not there.
var errNoButton = errors.New("press a button: the message has no such button")

// Press presses the button of a message that has this data. It is an error if there is none.
func (p *Person) Press(message int64, data string) error {
	return p.server.press(p.chat, p, message, data)
}

// PressOld presses a button of a message so old that Telegram no longer knows it.
func (p *Person) PressOld(data string) {
	p.server.update(func() { p.server.pressed(p.chat, p, nil, data) })
}

// PressInaccessible presses a button of a message of which Telegram gives only the number.
func (p *Person) PressInaccessible(message int64, data string) {
	p.server.update(func() {
		p.server.pressed(p.chat, p, map[string]any{"message_id": message, "date": 0, "chat": p.chat.json()}, data)
	})
}

// Edit changes a text that the person sent.
func (p *Person) Edit(message int64, text string) {
	s := p.server
	s.update(func() {
		if m := p.chat.find(message); m != nil && !m.Bot {
			m.Text = text
			s.enqueue(p.ID, "edited_message", map[string]any{"message_id": m.ID, "from": p.json(), "chat": p.chat.json(), "date": m.At.Unix(),
				"edit_date": s.Now().Unix(), "text": text})
		}
	})
}

// Block blocks the bot.
func (p *Person) Block() { p.member("member", "kicked", true) }

// Unblock ends that.
func (p *Person) Unblock() { p.member("kicked", "member", false) }

func (p *Person) member(old, now string, blocked bool) {
	s := p.server
	s.update(func() {
		p.chat.blocked = blocked
		bot := map[string]any{"id": BotID, "is_bot": true, "first_name": "Wegwijzer", "username": s.Username}
		s.enqueue(p.ID, "my_chat_member", map[string]any{"chat": p.chat.json(), "from": p.json(), "date": s.Now().Unix(),
			"old_chat_member": map[string]any{"user": bot, "status": old}, "new_chat_member": map[string]any{"user": bot, "status": now}})
	})
}

// Leave deletes the person's account.
func (p *Person) Leave() { p.server.update(func() { p.chat.gone = true }) }

// Group is a group that the bot is in.
type Group struct {
	ID     int64
	server *Server
	chat   *chat
}

// Group gives the group with a number, which is negative, making it if there is none yet.
func (s *Server) Group(id int64) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.chats[id]
	if !ok {
		c = &chat{id: id, title: "A group", started: true}
		s.chats[id] = c
	}
	return &Group{id, s, c}
}

// Say sends a text to the group and gives the message.
func (g *Group) Say(p *Person, text string) int64 { return g.Send(p, Saying{Text: text}) }

// Send sends something to the group and gives the message. The bot sees all that is said in it.
func (g *Group) Send(p *Person, what Saying) int64 { return g.server.say(g.chat, p, what) }

// Press presses the button of a message that has this data. It is an error if there is none.
func (g *Group) Press(p *Person, message int64, data string) error {
	return g.server.press(g.chat, p, message, data)
}

// Chat gives the messages of the group in their order.
func (g *Group) Chat() []Message { return g.server.messages(g.chat) }

// Last gives the last message that the bot sent and that is there.
func (g *Group) Last() (Message, bool) { return last(g.Chat()) }

// Kick takes the bot out of the group.
func (g *Group) Kick() { g.server.update(func() { g.chat.out = true }) }

func (s *Server) messages(c *chat) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Message, len(c.messages))
	for i, m := range c.messages {
		all[i] = *m
	}
	return all
}

func (s *Server) say(c *chat, p *Person, what Saying) (id int64) {
	s.update(func() {
		c.started = true
		s.lastMessage++
		id = s.lastMessage
		m := &Message{ID: id, At: s.Now(), Text: what.Text, ReplyTo: what.ReplyTo, Thread: what.Thread}
		c.messages = append(c.messages, m)
		out := map[string]any{"message_id": id, "date": m.At.Unix(), "chat": c.json(), "from": p.json()}
		entities := append(entitiesOf(what.Text), what.Entities...)
		switch {
		case what.Notice != "":
			out[what.Notice] = map[string]any{}
		case what.Media != "":
			out[what.Media] = map[string]any{"file_id": "never-downloaded"}
			if what.Media == "photo" {
				out[what.Media] = []any{out[what.Media]}
			}
			if what.Text != "" {
				out["caption"], out["caption_entities"] = what.Text, entities
			}
		default:
			out["text"] = what.Text
			if len(entities) > 0 {
				out["entities"] = entities
			}
		}
		if what.Anonymous {
			out["sender_chat"] = c.json()
			out["from"] = map[string]any{"id": 1087968824, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"}
		}
		if what.ByBot {
			out["from"] = map[string]any{"id": 7_000_000_002, "is_bot": true, "first_name": "Other", "username": "other_bot"}
		}
		if what.Thread != 0 {
			out["message_thread_id"], out["is_topic_message"] = what.Thread, true
		}
		if to := c.find(what.ReplyTo); to != nil {
			answered := map[string]any{"message_id": to.ID, "date": to.At.Unix(), "chat": c.json(), "from": p.json(), "text": to.Text}
			if to.Bot {
				answered["from"] = s.me()
			}
			out["reply_to_message"] = answered
		}
		s.enqueue(c.id, "message", out)
	})
	return id
}

func (s *Server) press(c *chat, p *Person, message int64, data string) (err error) {
	s.update(func() {
		m := c.find(message)
		if m == nil || !slices.ContainsFunc(m.Rows, func(row []Button) bool {
			return slices.ContainsFunc(row, func(b Button) bool { return b.Data == data })
		}) {
			err = errNoButton
			return
		}
		out := map[string]any{"message_id": m.ID, "date": m.At.Unix(), "chat": c.json(), "from": s.me(), "text": m.Text}
		if m.Thread != 0 {
			out["message_thread_id"], out["is_topic_message"] = m.Thread, true
		}
		s.pressed(c, p, out, data)
	})
	return err
}

// pressed is called with the lock held.
func (s *Server) pressed(c *chat, p *Person, message map[string]any, data string) {
	c.started = true
	s.lastQuery++
	query := fmt.Sprintf("query-%d", s.lastQuery)
	s.queries[query] = false
	out := map[string]any{"id": query, "from": p.json(), "data": data, "chat_instance": "1"}
	if message != nil {
		out["message"] = message
	}
	s.enqueue(p.ID, "callback_query", out)
}

// Unanswered gives how many presses have not come to rest.
func (s *Server) Unanswered() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, answered := range s.queries {
		if !answered {
			n++
		}
	}
	return n
}

func (s *Server) me() map[string]any {
	return map[string]any{"id": BotID, "is_bot": true, "first_name": "Wegwijzer", "username": s.Username}
}

// reach gives the chat that a message may go to.
func (s *Server) reach(id string) (*chat, *failure) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil, bad("chat_id is empty")
	}
	c, ok := s.chats[n]
	switch {
	case !ok:
		return nil, bad("chat not found")
	case c.gone:
		return nil, forbidden("user is deactivated")
	case c.blocked:
		return nil, forbidden("bot was blocked by the user")
	case c.out:
		return nil, forbidden("bot was kicked from the supergroup chat")
	case !c.started:
		return nil, forbidden("bot can't initiate conversation with a user")
	}
	return c, nil
}

func conflict() *failure {
	return &failure{http.StatusConflict, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", -1}
}
