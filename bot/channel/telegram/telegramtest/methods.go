package telegramtest

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Command is an entry of the bot's menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// yes is the result of a method that has nothing to say.
var yes = json.RawMessage("true")

// call does what a request asks for. message is the one it sent, if it did.
func (s *Server) call(ctx context.Context, call request) (result json.RawMessage, message *Message, failed *failure) {
	if call.method == "getUpdates" {
		result, failed = s.getUpdates(ctx, call.params)
		return result, nil, failed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.tell()
	params := call.params
	switch call.method {
	case "getMe":
		me := s.me()
		maps.Copy(me, map[string]any{"can_join_groups": true, "can_read_all_group_messages": true, "supports_inline_queries": false})
		return raw(me), nil, nil
	case "sendMessage":
		return s.sendMessage(params)
	case "sendDocument":
		return s.sendDocument(call)
	case "sendChatAction":
		return s.sendChatAction(params)
	case "editMessageReplyMarkup":
		return s.editMessageReplyMarkup(params)
	case "deleteMessage":
		return s.deleteMessage(params)
	case "answerCallbackQuery":
		query := params["callback_query_id"]
		if answered, ok := s.queries[query]; !ok || answered {
			return nil, nil, bad("query is too old and response timeout expired or query ID is invalid")
		}
		s.queries[query] = true
		return yes, nil, nil
	case "setWebhook", "deleteWebhook", "getWebhookInfo":
		result, failed = s.webhook(call.method, params)
		return result, nil, failed
	case "getMyCommands", "setMyCommands", "deleteMyCommands", "getMyDescription", "setMyDescription", "getMyShortDescription", "setMyShortDescription":
		result, failed = s.introduce(call.method, params)
		return result, nil, failed
	}
	return nil, nil, &failure{http.StatusNotFound, "Not Found: method not found", -1}
}

func (s *Server) sendMessage(params map[string]string) (json.RawMessage, *Message, *failure) {
	c, failed := s.reach(params["chat_id"])
	if failed != nil {
		return nil, nil, failed
	}
	m := &Message{Preview: true}
	if m.Text, m.Entities, failed = format(params["text"], params["parse_mode"]); failed != nil {
		return nil, nil, failed
	}
	switch {
	case m.Text == "":
		return nil, nil, bad("message text is empty")
	case Units(m.Text) > MaxText:
		return nil, nil, bad("message is too long")
	}
	if options := params["link_preview_options"]; options != "" {
		var preview struct {
			Off bool `json:"is_disabled"`
		}
		if json.Unmarshal([]byte(options), &preview) != nil {
			return nil, nil, bad("can't parse link preview options JSON object")
		}
		m.Preview = !preview.Off
	}
	return s.post(c, m, params)
}

func (s *Server) sendDocument(call request) (json.RawMessage, *Message, *failure) {
	c, failed := s.reach(call.params["chat_id"])
	if failed != nil {
		return nil, nil, failed
	}
	f, ok := call.files["document"]
	if !ok {
		return nil, nil, bad("there is no document in the request")
	}
	if len(f.Bytes) == 0 {
		return nil, nil, bad("file must be non-empty")
	}
	m := &Message{File: &f}
	if m.Text, m.Entities, failed = format(call.params["caption"], call.params["parse_mode"]); failed != nil {
		return nil, nil, failed
	}
	if Units(m.Text) > MaxCaption {
		return nil, nil, bad("message caption is too long")
	}
	return s.post(c, m, call.params)
}

// post puts a message of the bot's into a chat.
func (s *Server) post(c *chat, m *Message, params map[string]string) (json.RawMessage, *Message, *failure) {
	var failed *failure
	if m.Rows, failed = readKeyboard(params["reply_markup"]); failed != nil {
		return nil, nil, failed
	}
	if thread := params["message_thread_id"]; thread != "" {
		n, err := strconv.ParseInt(thread, 10, 64)
		if err != nil || c.person != nil {
			return nil, nil, bad("message thread not found")
		}
		m.Thread = n
	}
	if reply := params["reply_parameters"]; reply != "" {
		var to struct {
			Message int64 `json:"message_id"`
			Lenient bool  `json:"allow_sending_without_reply"`
		}
		if json.Unmarshal([]byte(reply), &to) != nil {
			return nil, nil, bad("can't parse reply parameters JSON object")
		}
		if c.find(to.Message) != nil {
			m.ReplyTo = to.Message
		} else if !to.Lenient {
			return nil, nil, bad("message to be replied not found")
		}
	}
	s.lastMessage++
	s.sent++
	m.ID, m.At, m.Bot = s.lastMessage, s.Now(), true
	c.messages = append(c.messages, m)
	return raw(map[string]any{"message_id": m.ID, "date": m.At.Unix(), "chat": c.json(), "from": s.me(), "text": m.Text}), m, nil
}

func (s *Server) sendChatAction(params map[string]string) (json.RawMessage, *Message, *failure) {
	c, failed := s.reach(params["chat_id"])
	if failed != nil {
		return nil, nil, failed
	}
	if !slices.Contains([]string{"typing", "upload_document"}, params["action"]) {
		return nil, nil, bad("wrong parameter action in request")
	}
	c.actions = append(c.actions, params["action"])
	return yes, nil, nil
}

// named gives the message that a request is about.
func (s *Server) named(params map[string]string, purpose string) (*chat, *Message, *failure) {
	c, failed := s.reach(params["chat_id"])
	if failed != nil {
		return nil, nil, failed
	}
	id, err := strconv.ParseInt(params["message_id"], 10, 64)
	if err != nil {
		return nil, nil, bad("message identifier is not specified")
	}
	m := c.find(id)
	if m == nil {
		return nil, nil, bad("message to " + purpose + " not found")
	}
	return c, m, nil
}

func (s *Server) editMessageReplyMarkup(params map[string]string) (json.RawMessage, *Message, *failure) {
	c, m, failed := s.named(params, "edit")
	if failed != nil {
		return nil, nil, failed
	}
	if !m.Bot {
		return nil, nil, bad("message can't be edited")
	}
	rows, failed := readKeyboard(params["reply_markup"])
	if failed != nil {
		return nil, nil, failed
	}
	if slices.EqualFunc(rows, m.Rows, slices.Equal[[]Button]) {
		return nil, nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	m.Rows = rows
	m.Edits++
	return raw(map[string]any{"message_id": m.ID, "date": m.At.Unix(), "chat": c.json(), "from": s.me(), "text": m.Text}), nil, nil
}

// deletable is how old a message may be that a bot deletes. https://core.telegram.org/bots/api#deletemessage
const deletable = 48 * time.Hour

func (s *Server) deleteMessage(params map[string]string) (json.RawMessage, *Message, *failure) {
	c, m, failed := s.named(params, "delete")
	if failed != nil {
		return nil, nil, failed
	}
	if s.Now().Sub(m.At) > deletable || !m.Bot && c.person == nil {
		return nil, nil, bad("message can't be deleted")
	}
	m.Deleted = true
	return yes, nil, nil
}

var commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

func (s *Server) introduce(method string, params map[string]string) (json.RawMessage, *failure) {
	code := params["language_code"]
	if !languageCode(code) {
		return nil, bad("invalid language code specified")
	}
	set := func(texts map[string]string, field string, most int) (json.RawMessage, *failure) {
		text := strings.TrimSpace(clean(params[field]))
		if utf8.RuneCountInString(text) > most {
			return nil, bad("bot " + strings.ReplaceAll(field, "_", " ") + " is too long")
		}
		texts[code] = text
		return yes, nil
	}
	switch method {
	case "getMyCommands":
		return raw(append([]Command{}, s.commands[code]...)), nil
	case "deleteMyCommands":
		delete(s.commands, code)
	case "setMyCommands":
		var commands []Command
		if json.Unmarshal([]byte(params["commands"]), &commands) != nil || len(commands) > 100 {
			return nil, bad("can't parse commands")
		}
		for _, c := range commands {
			switch n := utf8.RuneCountInString(strings.TrimSpace(c.Description)); {
			case !commandName.MatchString(c.Command):
				return nil, bad("BOT_COMMAND_INVALID")
			case n < 1 || n > 256:
				return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
			}
		}
		s.commands[code] = commands
	case "getMyDescription":
		return raw(map[string]any{"description": s.about[code]}), nil
	case "getMyShortDescription":
		return raw(map[string]any{"short_description": s.short[code]}), nil
	case "setMyDescription":
		return set(s.about, "description", 512)
	case "setMyShortDescription":
		return set(s.short, "short_description", 120)
	}
	return yes, nil
}

// Commands gives the menu as a person whose app speaks a language sees it.
func (s *Server) Commands(language string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	if own := s.commands[language]; len(own) > 0 {
		return slices.Clone(own)
	}
	return slices.Clone(s.commands[""])
}

// About gives the two descriptions of the bot as a person whose app speaks a language sees them.
func (s *Server) About(language string) (long, short string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	long, short = s.about[language], s.short[language]
	if long == "" {
		long = s.about[""]
	}
	if short == "" {
		short = s.short[""]
	}
	return long, short
}
