package discordtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
)

// Person is somebody with the app: what they can do, and what they see.
type Person struct {
	network *Network
	id      string
	name    string
	locale  string // of the app, such as "nl" or "en-US"
	direct  *channel
	blocks  bool
}

// Person makes a person whose app speaks a language of Discord's.
func (n *Network) Person(name, locale string) *Person {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.person(n.id(), name, locale)
}

// PersonWithID makes a person with an id of the caller's choice, digits alone.
func (n *Network) PersonWithID(id, name, locale string) *Person {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.person(id, name, locale)
}

func (n *Network) person(id, name, locale string) *Person {
	p := &Person{network: n, id: id, name: name, locale: locale}
	p.direct = &channel{id: n.id(), with: p}
	n.people[p.id] = p
	n.channels[p.direct.id] = p.direct
	return p
}

// ID is the person's user id.
func (p *Person) ID() string { return p.id }

// Direct is the id of the channel between the person and the bot.
func (p *Person) Direct() string { return p.direct.id }

// Block lets nothing of the bot reach the person any more, or again.
func (p *Person) Block(blocked bool) {
	p.network.mu.Lock()
	defer p.network.mu.Unlock()
	p.blocks = blocked
}

func (p *Person) json() map[string]any {
	return map[string]any{"id": p.id, "username": p.name, "global_name": p.name, "discriminator": "0", "avatar": nil, "bot": false, "public_flags": 0}
}

var mention = regexp.MustCompile(`<@!?([0-9]+)>`)

// Write sends a message to a channel and gives its id.
func (p *Person) Write(channel, text string) (messageID string) {
	return p.Send(channel, text)
}

// Send sends a message with files. What is too long for Discord's app is a mistake of the caller's.
func (p *Person) Send(channel, text string, documents ...Document) (messageID string) {
	n := p.network
	n.mu.Lock()
	defer n.mu.Unlock()
	m := &message{Message: Message{Content: trimmed(text), Documents: documents}, author: p}
	for _, found := range mention.FindAllStringSubmatch(text, -1) {
		m.mentions = append(m.mentions, found[1])
	}
	n.add(n.channels[channel], m)
	return m.ID
}

// Delete takes away a message of the person's own.
func (p *Person) Delete(channel, messageID string) {
	n := p.network
	n.mu.Lock()
	defer n.mu.Unlock()
	room := n.channels[channel]
	if m := room.find(messageID); m != nil && m.author == p {
		room.remove(m)
		n.change()
	}
}

// Messages gives what the person sees in a channel, oldest first.
func (p *Person) Messages(channel string) (all []Message) {
	n := p.network
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, m := range n.channels[channel].messages {
		if m.only == nil || m.only == p {
			all = append(all, m.Message)
		}
	}
	return all
}

// Command gives a slash command in a channel and gives the interaction's id. It is an error if the app would not offer
// the command there, or want something that is missing.
func (p *Person) Command(channel, name string, options map[string]string) (interactionID string, err error) {
	n := p.network
	n.mu.Lock()
	defer n.mu.Unlock()
	at := slices.IndexFunc(n.commands, func(r registered) bool { return r.Name == name })
	if at < 0 {
		return "", fmt.Errorf("there is no command %s", name)
	}
	command, room := n.commands[at], n.channels[channel]
	if where := contextOf(room); len(command.Contexts) > 0 && !slices.Contains(command.Contexts, where) {
		return "", fmt.Errorf("the command %s is not offered there", name)
	}
	given := []any{}
	for _, o := range command.Options {
		if value, ok := options[o.Name]; ok {
			given = append(given, map[string]any{"name": o.Name, "type": o.Type, "value": value})
		} else if o.Required {
			return "", fmt.Errorf("the command %s wants %s", name, o.Name)
		}
	}
	return p.interact(room, 2, nil, map[string]any{"id": command.id, "name": command.Name, "type": 1, "options": given}), nil
}

// Choose presses a button or chooses an option on a message and gives the interaction's id. It is an error if that
// cannot be chosen there.
func (p *Person) Choose(channel, messageID string, choice Choice) (interactionID string, err error) {
	n := p.network
	n.mu.Lock()
	defer n.mu.Unlock()
	room := n.channels[channel]
	m := room.find(messageID)
	if m == nil || m.only != nil && m.only != p {
		return "", errors.New("there is no such message to be seen")
	}
	if !slices.Contains(m.Choices(), choice) {
		return "", errors.New("there is no such choice on the message")
	}
	data := map[string]any{"custom_id": choice.ID, "component_type": 2, "id": 1}
	if choice.Value != "" {
		data["component_type"], data["values"] = 3, []string{choice.Value}
	}
	return p.interact(room, 3, m, data), nil
}

func contextOf(room *channel) int {
	if room.guild != nil {
		return 0
	}
	return 1
}

// interact tells the bot of an interaction. The caller holds the Network's mu.
func (p *Person) interact(room *channel, kind int, pressed *message, data map[string]any) (interactionID string) {
	n := p.network
	i := &interaction{id: n.id(), token: "interaction_" + strconv.FormatUint(rand.Uint64(), 36) + strconv.FormatUint(rand.Uint64(), 36),
		person: p, room: room, pressed: pressed, made: n.now()}
	n.interactions[i.token] = i
	event := map[string]any{"id": i.id, "application_id": n.application, "type": kind, "data": data, "channel_id": room.id, "channel": n.channelJSON(room),
		"token": i.token, "version": 1, "locale": p.locale, "app_permissions": "2147483647", "entitlements": []any{},
		"context": contextOf(room), "attachment_size_limit": largestDocuments}
	if room.guild != nil {
		event["guild_id"], event["guild_locale"], event["authorizing_integration_owners"] = room.guild.id, "en-US", map[string]string{"0": room.guild.id}
		event["guild"] = map[string]any{"id": room.guild.id, "locale": "en-US", "features": []any{}}
		event["member"] = map[string]any{"user": p.json(), "roles": []any{}, "joined_at": "2026-01-01T00:00:00Z", "permissions": "2147483647", "deaf": false, "mute": false, "flags": 0}
	} else {
		event["user"], event["authorizing_integration_owners"] = p.json(), map[string]string{"0": "0"}
	}
	if pressed != nil {
		event["message"] = n.messageJSON(pressed)
	}
	n.dispatch(0, "INTERACTION_CREATE", event)
	n.change()
	return i.id
}
