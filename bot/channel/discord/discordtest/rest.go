package discordtest

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var version = regexp.MustCompile(`^/api(?:/v(?:9|10))?/`)

// ServeHTTP implements http.Handler: the REST API under /api/, the gateway elsewhere.
func (n *Network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	prefix := version.FindString(r.URL.Path)
	if prefix == "" {
		n.connect(w, r)
		return
	}
	path := strings.Split(strings.TrimPrefix(r.URL.Path, prefix), "/")
	request := call{network: n, method: r.Method, path: path, header: r.Header}
	var err error
	if request.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, 25<<20)); err != nil {
		answer(w, 413, refuse(413, 40005, "Request entity too large").body())
		return
	}
	fault := n.expect(r.Method, path)
	if fault == nil || fault.Done {
		status, body := request.carryOut()
		if fault == nil {
			answer(w, status, body)
			return
		}
	}
	fail(w, *fault)
}

// expect notes a request and gives what goes wrong with it, nil for nothing.
func (n *Network) expect(method string, path []string) *Fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	said := slices.Clone(path)
	if len(said) > 2 && (said[0] == "webhooks" || said[0] == "interactions") {
		said[2] = "token"
	}
	address := "/" + strings.Join(said, "/")
	n.requests = append(n.requests, method+" "+address)
	defer n.change()
	for i, e := range n.faults {
		if e.method == method && strings.Contains(address, e.path) {
			n.faults = slices.Delete(n.faults, i, i+1)
			return &e.fault
		}
	}
	t := n.trouble
	if t == (Trouble{}) {
		return nil
	}
	switch chance := n.random.Float64(); {
	case chance < t.Throttle:
		return &Fault{Status: 429, After: t.After}
	case chance < t.Throttle+t.Fail:
		return &Fault{Status: 500}
	case chance < t.Throttle+t.Fail+t.Drop:
		return &Fault{Done: n.random.IntN(2) == 0}
	}
	return nil
}

func fail(w http.ResponseWriter, f Fault) {
	switch {
	case f.Status == 0:
		panic(http.ErrAbortHandler) // breaks the connection
	case f.Page:
		w.Header().Set("Content-Type", "text/html")
		if f.After > 0 {
			w.Header().Set("Retry-After", strconv.FormatFloat(f.After.Seconds(), 'f', -1, 64))
		}
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, "<!doctype html><title>"+http.StatusText(f.Status)+"</title>")
	case f.Status == 429:
		w.Header().Set("X-RateLimit-Reset-After", strconv.FormatFloat(f.After.Seconds(), 'f', 3, 64))
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("Retry-After", strconv.Itoa(int(f.After.Seconds()+1)))
		if f.Global {
			w.Header().Set("X-RateLimit-Global", "true")
		}
		answer(w, 429, map[string]any{"message": "You are being rate limited.", "retry_after": f.After.Seconds(), "global": f.Global})
	default:
		answer(w, f.Status, map[string]any{"message": strconv.Itoa(f.Status) + ": " + http.StatusText(f.Status), "code": f.Code})
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encoded(body))
}

// call is one request to the API.
type call struct {
	network *Network
	method  string
	path    []string
	header  http.Header
	body    []byte
}

// carryOut does what is asked and gives the answer.
func (c *call) carryOut() (status int, body any) {
	n := c.network
	n.mu.Lock()
	defer n.mu.Unlock()
	status, body, err := c.route()
	if err != nil {
		r := asRefusal(err)
		return r.status, r.body()
	}
	return status, body
}

var notFound = refuse(404, 0, "404: Not Found")

// route finds what is asked for. Parts of a path that are names stand in capitals below.
func (c *call) route() (status int, body any, err error) {
	n := c.network
	shape := c.method
	for _, part := range c.path {
		switch part {
		case "gateway", "bot", "users", "@me", "channels", "messages", "typing", "oauth2", "applications", "commands", "interactions", "callback", "webhooks", "@original":
			shape += " " + part
		default:
			shape += " X"
		}
	}
	open := c.path[0] == "interactions" || c.path[0] == "webhooks" || shape == "GET gateway"
	if !open && (n.token == "" || c.header.Get("Authorization") != "Bot "+n.token) {
		return 0, nil, refuse(401, 0, "401: Unauthorized")
	}
	switch shape {
	case "GET gateway":
		return 200, map[string]any{"url": "ws://" + n.address}, nil
	case "GET gateway bot":
		return 200, map[string]any{"url": "ws://" + n.address, "shards": 1, "session_start_limit": map[string]any{
			"total": 1000, "remaining": n.gateway.starts, "reset_after": time.Second.Milliseconds(), "max_concurrency": 1}}, nil
	case "GET users @me":
		return 200, n.botJSON(), nil
	case "POST users @me channels":
		return c.openDirect()
	case "GET oauth2 applications @me", "GET applications @me":
		return 200, map[string]any{"id": n.application, "name": "wegwijzer", "flags": 0, "bot": n.botJSON()}, nil
	case "GET applications X commands", "PUT applications X commands":
		return c.theCommands()
	case "GET channels X":
		return c.showChannel()
	case "POST channels X messages":
		return c.create()
	case "GET channels X messages X", "PATCH channels X messages X", "DELETE channels X messages X":
		return c.onMessage()
	case "POST channels X typing":
		if _, err := c.channel(); err != nil {
			return 0, nil, err
		}
		n.typing[c.path[1]]++
		n.change()
		return 204, nil, nil
	case "POST interactions X X callback":
		return c.callback()
	case "POST webhooks X X":
		return c.followUp()
	case "GET webhooks X X messages @original", "PATCH webhooks X X messages @original", "DELETE webhooks X X messages @original",
		"GET webhooks X X messages X", "PATCH webhooks X X messages X", "DELETE webhooks X X messages X":
		return c.onAnswer()
	}
	return 0, nil, notFound
}

// channel gives the channel in the path if the bot may write there.
func (c *call) channel() (*channel, error) {
	room := c.network.channels[c.path[1]]
	if room == nil {
		return nil, refuse(404, 10003, "Unknown Channel")
	}
	if room.with != nil && room.with.blocks {
		return nil, refuse(403, 50007, "Cannot send messages to this user")
	}
	return room, nil
}

func (c *call) openDirect() (int, any, error) {
	var asked struct {
		Recipient string `json:"recipient_id"`
	}
	if json.Unmarshal(c.body, &asked) != nil {
		return 0, nil, refuse(400, 50109, "The request body contains invalid JSON.")
	}
	p := c.network.people[asked.Recipient]
	if p == nil {
		return 0, nil, refuse(404, 10013, "Unknown User")
	}
	return 200, c.network.channelJSON(p.direct), nil
}

func (c *call) showChannel() (int, any, error) {
	room := c.network.channels[c.path[1]]
	if room == nil {
		return 0, nil, refuse(404, 10003, "Unknown Channel")
	}
	return 200, c.network.channelJSON(room), nil
}

func (n *Network) channelJSON(c *channel) map[string]any {
	if c.guild != nil {
		return map[string]any{"id": c.id, "type": 0, "guild_id": c.guild.id, "name": "general", "position": 0, "permission_overwrites": []any{}, "flags": 0}
	}
	return map[string]any{"id": c.id, "type": 1, "recipients": []any{c.with.json()}, "flags": 0}
}

// read reads the payload, JSON alone or in a form with files.
func (c *call) read() (*payload, error) {
	p := &payload{}
	kind, parameters, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	raw := c.body
	if err == nil && kind == "multipart/form-data" {
		form, err := multipart.NewReader(bytes.NewReader(c.body), parameters["boundary"]).ReadForm(25 << 20)
		if err != nil {
			return nil, refuse(400, 50035, "Invalid Form Body")
		}
		raw = nil
		if payloads := form.Value["payload_json"]; len(payloads) == 1 {
			raw = []byte(payloads[0])
		}
		for i := range len(form.File) {
			all := form.File["files["+strconv.Itoa(i)+"]"]
			if len(all) != 1 {
				return nil, refuse(400, 50035, "Invalid Form Body")
			}
			f, err := all[0].Open()
			if err != nil {
				return nil, refuse(400, 50110, "The provided file is invalid.")
			}
			content, err := io.ReadAll(f)
			f.Close()
			if err != nil {
				return nil, refuse(400, 50110, "The provided file is invalid.")
			}
			p.documents = append(p.documents, Document{all[0].Filename, all[0].Header.Get("Content-Type"), content})
		}
	} else if err != nil || kind != "application/json" {
		return nil, &refusal{status: 400, code: 50035, message: "Invalid Form Body", form: fields{"content_type": `Expected "Content-Type" header to be one of application/json, multipart/form-data.`}}
	}
	if json.Unmarshal(raw, p) != nil {
		return nil, refuse(400, 50109, "The request body contains invalid JSON.")
	}
	return p, nil
}

// create makes a message in a channel.
func (c *call) create() (int, any, error) {
	n := c.network
	room, err := c.channel()
	if err != nil {
		return 0, nil, err
	}
	p, err := c.read()
	if err != nil {
		return 0, nil, err
	}
	if err := p.check(SuppressEmbeds | suppressNotifications); err != nil {
		return 0, nil, err
	}
	m := &message{}
	if m.nonce = strings.Trim(string(p.Nonce), `"`); m.nonce == "null" {
		m.nonce = ""
	}
	if p.EnforceNonce && m.nonce != "" {
		for _, before := range room.messages {
			if before.FromBot && before.nonce == m.nonce {
				return 200, n.messageJSON(before), nil
			}
		}
	}
	if r := p.Reference; r != nil {
		if room.find(r.ID) != nil {
			m.Answers = r.ID
		} else if r.FailIfGone == nil || *r.FailIfGone {
			return 0, nil, invalidForm(fields{"message_reference": "Unknown message"})
		}
	}
	m.apply(p)
	if m.empty() {
		return 0, nil, refuse(400, 50006, "Cannot send an empty message")
	}
	n.add(room, m)
	return 200, n.messageJSON(m), nil
}

// onMessage shows, changes or deletes a message.
func (c *call) onMessage() (int, any, error) {
	n := c.network
	room, err := c.channel()
	if err != nil {
		return 0, nil, err
	}
	m := room.find(c.path[3])
	if m == nil || m.only != nil {
		return 0, nil, refuse(404, 10008, "Unknown Message")
	}
	switch {
	case c.method == http.MethodGet:
		return 200, n.messageJSON(m), nil
	case m.FromBot && c.method == http.MethodDelete:
		room.remove(m)
		n.change()
		return 204, nil, nil
	case m.FromBot:
		return c.change(room, m)
	case c.method == http.MethodPatch:
		return 0, nil, refuse(403, 50005, "Cannot edit a message authored by another user")
	case room.with != nil:
		return 0, nil, refuse(403, 50003, "Cannot execute action on a DM channel")
	}
	return 0, nil, refuse(403, 50013, "You lack permissions to perform that action")
}

// change changes a message of the bot.
func (c *call) change(room *channel, m *message) (int, any, error) {
	n := c.network
	p, err := c.read()
	if err != nil {
		return 0, nil, err
	}
	if err := p.check(SuppressEmbeds); err != nil {
		return 0, nil, err
	}
	changed := *m
	changed.apply(p)
	if changed.empty() {
		return 0, nil, refuse(400, 50006, "Cannot send an empty message")
	}
	if changed.Thinking {
		changed.Thinking, changed.Flags = false, changed.Flags&^loading
	} else {
		changed.Edits++
	}
	*m = changed
	n.heard("MESSAGE_UPDATE", room, m)
	n.change()
	return 200, n.messageJSON(m), nil
}

// theCommands shows or replaces the application's commands.
func (c *call) theCommands() (int, any, error) {
	n := c.network
	if c.path[1] != n.application {
		return 0, nil, refuse(404, 10002, "Unknown Application")
	}
	if c.method == http.MethodPut {
		var all []Command
		if json.Unmarshal(c.body, &all) != nil {
			return 0, nil, refuse(400, 50109, "The request body contains invalid JSON.")
		}
		if err := checkCommands(all); err != nil {
			return 0, nil, err
		}
		n.commands = nil
		for _, command := range all {
			command.Type = 1
			n.commands = append(n.commands, registered{command, n.id(), n.id()})
		}
		rand.Shuffle(len(n.commands), func(i, j int) { n.commands[i], n.commands[j] = n.commands[j], n.commands[i] }) // Discord promises no order
		n.change()
	}
	answers := []any{}
	for _, r := range n.commands {
		one := map[string]any{"id": r.id, "version": r.version, "application_id": n.application, "type": r.Type, "name": r.Name, "description": r.Description,
			"name_localizations": r.NameLocalizations, "description_localizations": r.DescriptionLocalizations, "contexts": r.Contexts,
			"integration_types": []int{0, 1}, "default_member_permissions": nil, "dm_permission": true, "nsfw": false}
		if len(r.Options) > 0 {
			one["options"] = r.Options
		}
		answers = append(answers, one)
	}
	return 200, answers, nil
}

// Commands gives the commands that stand.
func (n *Network) Commands() (all []Command) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, r := range n.commands {
		all = append(all, r.Command)
	}
	return all
}
