package discordtest

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// The flags of a message. https://discord.com/developers/docs/resources/message#message-object-message-flags
const (
	SuppressEmbeds        = 1 << 2
	Ephemeral             = 1 << 6 // only one person sees it
	loading               = 1 << 7 // the bot is thinking
	suppressNotifications = 1 << 12
)

// Message is a message as it is shown.
type Message struct {
	ID        string
	Channel   string
	FromBot   bool
	Content   string // Markdown, as it was sent
	Rows      [][]Component
	Documents []Document
	Flags     int
	Answers   string // id of the message that it is shown as an answer to, "" for none
	Thinking  bool   // it says nothing yet
	Edits     int    // how often it was changed after it said something
}

// Component is a button or a select menu.
type Component struct {
	ID          string // custom id
	Label       string // of a button
	URL         string // of a button that opens an address
	Disabled    bool
	Placeholder string   // of a select menu
	Options     []Option // of a select menu, nil for a button
}

// Option is a line of a select menu.
type Option struct{ Label, Value string }

// Document is a file with a message.
type Document struct {
	Name, Type string
	Bytes      []byte
}

// Choice is something in a message that a person can choose.
type Choice struct {
	Label string
	ID    string // of the button or the select menu
	Value string // of the option; "" for a button
}

// Choices gives what can be chosen in a message, in reading order: buttons that can be pressed and options of menus.
func (m Message) Choices() (all []Choice) {
	for _, row := range m.Rows {
		for _, c := range row {
			if c.Disabled || c.URL != "" {
				continue
			}
			if c.Options == nil {
				all = append(all, Choice{Label: c.Label, ID: c.ID})
			}
			for _, o := range c.Options {
				all = append(all, Choice{o.Label, c.ID, o.Value})
			}
		}
	}
	return all
}

// message is what is kept of one.
type message struct {
	Message
	author     *Person // nil: the bot
	only       *Person // the only one who sees it, nil: all in the channel
	mentions   []string
	nonce      string
	components json.RawMessage // as they were sent
	made       time.Time
	webhook    bool // an answer to an interaction
}

// messageJSON gives a message as Discord tells of it. The caller holds mu.
func (n *Network) messageJSON(m *message) map[string]any {
	author := n.botJSON()
	if m.author != nil {
		author = m.author.json()
	}
	documents := []any{}
	for i, d := range m.Documents {
		documents = append(documents, map[string]any{"id": m.ID + strconv.Itoa(i), "filename": d.Name, "content_type": d.Type, "size": len(d.Bytes),
			"url": "https://cdn.discordapp.com/attachments/" + d.Name, "proxy_url": "https://media.discordapp.net/attachments/" + d.Name})
	}
	mentions := []any{}
	for _, id := range m.mentions {
		if id == n.bot {
			mentions = append(mentions, n.botJSON())
		} else if p := n.people[id]; p != nil {
			mentions = append(mentions, p.json())
		}
	}
	components := m.components
	if components == nil {
		components = json.RawMessage("[]")
	}
	all := map[string]any{"id": m.ID, "channel_id": m.Channel, "type": 0, "content": m.Content, "author": author, "attachments": documents, "embeds": []any{},
		"mentions": mentions, "mention_roles": []any{}, "mention_everyone": false, "pinned": false, "tts": false, "timestamp": m.made.UTC().Format(time.RFC3339Nano),
		"edited_timestamp": nil, "flags": m.Flags, "components": components}
	if m.Answers != "" {
		all["type"] = 19
		all["message_reference"] = map[string]any{"message_id": m.Answers, "channel_id": m.Channel, "type": 0}
	}
	if m.nonce != "" {
		all["nonce"] = m.nonce
	}
	if m.webhook {
		all["application_id"], all["webhook_id"] = n.application, n.application
	}
	return all
}

// find gives a message of a channel, nil if there is none.
func (c *channel) find(id string) *message {
	for _, m := range c.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

func (c *channel) remove(m *message) {
	c.messages = slices.DeleteFunc(c.messages, func(one *message) bool { return one == m })
}

// add puts a message into a channel and tells of it. The caller holds mu.
func (n *Network) add(c *channel, m *message) {
	m.ID, m.Channel, m.made, m.FromBot = n.id(), c.id, n.now(), m.author == nil
	c.messages = append(c.messages, m)
	n.heard("MESSAGE_CREATE", c, m)
	n.change()
}

// payload is what a bot sends to make or change a message.
type payload struct {
	Content         *string         `json:"content"`
	Components      json.RawMessage `json:"components"`
	Embeds          json.RawMessage `json:"embeds"`
	Flags           *int            `json:"flags"`
	AllowedMentions *struct {
		Parse       *[]string `json:"parse"`
		RepliedUser bool      `json:"replied_user"`
	} `json:"allowed_mentions"`
	Attachments []struct {
		ID   json.RawMessage `json:"id"`
		Name string          `json:"filename"`
	} `json:"attachments"`
	Reference *struct {
		ID         string `json:"message_id"`
		FailIfGone *bool  `json:"fail_if_not_exists"`
	} `json:"message_reference"`
	Nonce        json.RawMessage `json:"nonce"`
	EnforceNonce bool            `json:"enforce_nonce"`

	documents []Document
	rows      [][]Component
}

// apply changes a message as a payload says.
func (m *message) apply(p *payload) {
	if p.Content != nil {
		m.Content = trimmed(*p.Content)
	}
	if set(p.Components) {
		m.Rows, m.components = p.rows, p.Components
	}
	if p.Flags != nil {
		m.Flags = m.Flags&^SuppressEmbeds | *p.Flags
	}
	m.Documents = append(m.Documents, p.documents...)
}

// set tells whether a field of a payload says something.
func set(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
