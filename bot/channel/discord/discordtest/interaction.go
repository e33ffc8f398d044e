package discordtest

import (
	"encoding/json"
	"net/http"
	"time"
)

const (
	answerTime = 3 * time.Second  // for the first answer to an interaction
	tokenTime  = 15 * time.Minute // for all others
)

// interaction is a command that was given or a component that was pressed.
type interaction struct {
	id, token string
	person    *Person
	room      *channel
	pressed   *message // nil for a command
	made      time.Time

	answered bool     // it was acknowledged
	original *message // what "@original" is: the answer, or the pressed message that is being changed
}

// The kinds of first answer. https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
const (
	answerMessage = 4
	answerLater   = 5
	changeLater   = 6
	changePressed = 7
)

// callback takes the first answer to an interaction.
func (c *call) callback() (int, any, error) {
	n := c.network
	i := n.interactions[c.path[2]]
	switch {
	case i == nil || i.id != c.path[1] || !i.answered && n.now().Sub(i.made) > answerTime:
		return 0, nil, refuse(404, 10062, "Unknown interaction")
	case i.answered:
		return 0, nil, refuse(400, 40060, "Interaction has already been acknowledged.")
	}
	var said struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	p := &payload{}
	if json.Unmarshal(c.body, &said) != nil || set(said.Data) && json.Unmarshal(said.Data, p) != nil {
		return 0, nil, refuse(400, 50109, "The request body contains invalid JSON.")
	}
	if err := p.check(SuppressEmbeds | Ephemeral | suppressNotifications); err != nil {
		return 0, nil, err
	}
	component := i.pressed != nil
	m := &message{webhook: true}
	switch {
	case said.Type == answerLater:
		m.Thinking, m.Flags = true, loading
		if p.Flags != nil {
			m.Flags |= *p.Flags
		}
		i.answer(n, m)
	case said.Type == answerMessage:
		m.apply(p)
		if m.empty() {
			return 0, nil, refuse(400, 50006, "Cannot send an empty message")
		}
		i.answer(n, m)
	case said.Type == changeLater && component:
		i.original = i.pressed
	case said.Type == changePressed && component:
		i.pressed.apply(p)
		i.pressed.Edits++
		i.original = i.pressed
		n.change()
	default:
		return 0, nil, invalidForm(fields{"type": "This answer does not fit this interaction."})
	}
	i.answered = true
	return 204, nil, nil
}

// answer puts a message where the interaction was, for its person alone if it says so.
func (i *interaction) answer(n *Network, m *message) {
	if m.Flags&Ephemeral != 0 {
		m.only = i.person
	}
	if i.original == nil {
		i.original = m
	}
	n.add(i.room, m)
}

// byToken gives the interaction in the path of an answer, if it can still be answered.
func (c *call) byToken() (*interaction, error) {
	n := c.network
	i := n.interactions[c.path[2]]
	switch {
	case c.path[1] != n.application || i == nil || !i.answered:
		return nil, refuse(404, 10015, "Unknown Webhook")
	case n.now().Sub(i.made) > tokenTime:
		return nil, refuse(401, 50027, "Invalid Webhook Token")
	}
	return i, nil
}

// followUp adds a message to the answer.
func (c *call) followUp() (int, any, error) {
	n := c.network
	i, err := c.byToken()
	if err != nil {
		return 0, nil, err
	}
	if i.original != nil && i.original.Thinking {
		return c.change(i.room, i.original) // as Discord still does, for bots of old
	}
	p, err := c.read()
	if err != nil {
		return 0, nil, err
	}
	if err := p.check(SuppressEmbeds | Ephemeral | suppressNotifications); err != nil {
		return 0, nil, err
	}
	m := &message{webhook: true}
	m.apply(p)
	if m.empty() {
		return 0, nil, refuse(400, 50006, "Cannot send an empty message")
	}
	i.answer(n, m)
	return 200, n.messageJSON(m), nil
}

// onAnswer shows, changes or deletes a message of the answer.
func (c *call) onAnswer() (int, any, error) {
	n := c.network
	i, err := c.byToken()
	if err != nil {
		return 0, nil, err
	}
	m := i.original
	if c.path[4] != "@original" {
		m = i.room.find(c.path[4])
	}
	if m == nil || i.room.find(m.ID) == nil {
		return 0, nil, refuse(404, 10008, "Unknown Message")
	}
	switch c.method {
	case http.MethodGet:
		return 200, n.messageJSON(m), nil
	case http.MethodDelete:
		i.room.remove(m)
		n.change()
		return 204, nil, nil
	}
	return c.change(i.room, m)
}
