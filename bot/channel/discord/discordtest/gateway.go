package discordtest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"
)

// The intents that a bot can ask for. https://discord.com/developers/docs/events/gateway#gateway-intents
const (
	guilds         = 1 << 0
	guildMembers   = 1 << 1
	guildPresences = 1 << 8
	guildMessages  = 1 << 9
	directMessages = 1 << 12
	messageContent = 1 << 15

	privileged = guildMembers | guildPresences | messageContent
	known      = 1<<26 - 1 - 1<<17 - 1<<18 - 1<<19 - 1<<22 - 1<<23
)

// gateway is guarded by the Network's mu.
type gateway struct {
	sessions  map[string]*session
	lines     map[*line]bool
	starts    int           // sessions that may still be begun
	begun     int           // … that were
	resumed   int           // … that went on over another line
	heartbeat time.Duration // the interval that a line is told
	repeat    int           // events told again to who resumes
	refuses   int           // close code for who identifies, 0: none
	deaf      bool          // heartbeats stay without an answer
	mute      bool          // nothing is said at all
}

// session is what is kept of a bot's connection, also while the line is down.
type session struct {
	id      string
	intents int
	events  [][]byte // all of it; the nth has sequence n, from 1
}

// line is one connection to the gateway.
type line struct {
	network *Network
	socket  *websocket.Conn
	session *session // nil until it identified or resumed
	closing bool     // by Discord
	next    int      // index of the event to send next
	wake    chan struct{}
}

// The opcodes of the gateway. https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opAck            = 11
)

// Sessions gives how many sessions were begun at the gateway, and how often one was resumed.
func (n *Network) Sessions() (begun, resumed int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.gateway.begun, n.gateway.resumed
}

// Connected gives how many connections have a session.
func (n *Network) Connected() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	count := 0
	for l := range n.gateway.lines {
		if l.session != nil {
			count++
		}
	}
	return count
}

// Connections gives how many connections there are, with a session or without.
func (n *Network) Connections() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.gateway.lines)
}

// MuteGateway lets the gateway take connections and say nothing to them, or speak again to new ones.
func (n *Network) MuteGateway(mute bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gateway.mute = mute
}

// DropGateway breaks every connection to the gateway without a word.
func (n *Network) DropGateway() {
	for _, l := range n.allLines() {
		_ = l.socket.CloseNow() // it may be closed already
	}
}

// CloseGateway closes every connection to the gateway with a code.
func (n *Network) CloseGateway(code int) {
	for _, l := range n.allLines() {
		n.mu.Lock()
		l.closing = true
		n.mu.Unlock()
		n.running.Go(func() { _ = l.socket.Close(websocket.StatusCode(code), "") })
	}
}

// AskToReconnect asks every connection to come back over another line.
func (n *Network) AskToReconnect() {
	for _, l := range n.allLines() {
		l.write(map[string]any{"op": opReconnect, "d": nil})
	}
}

// ForgetSessions makes it impossible to resume.
func (n *Network) ForgetSessions() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gateway.sessions = map[string]*session{}
}

// RefuseGateway closes whoever identifies from now on with this code; 0 ends that.
func (n *Network) RefuseGateway(code int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gateway.refuses = code
}

// LimitSessions lets so many sessions begin from now on.
func (n *Network) LimitSessions(starts int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gateway.starts = starts
}

// RepeatOnResume tells so many events again to whoever resumes.
func (n *Network) RepeatOnResume(events int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gateway.repeat = events
}

// Heartbeat sets the interval that new connections are told, and whether their heartbeats are answered.
func (n *Network) Heartbeat(every time.Duration, answered bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gateway.heartbeat, n.gateway.deaf = every, !answered
}

// Dispatch tells every session of an event that this Discord would not make by itself.
func (n *Network) Dispatch(event string, data any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dispatch(0, event, data)
	n.change()
}

func (n *Network) allLines() (all []*line) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range n.gateway.lines {
		all = append(all, l)
	}
	return all
}

// dispatch tells of an event to the sessions that asked for one of these intents; 0: all. The caller holds mu.
func (n *Network) dispatch(intents int, event string, data any) {
	for _, s := range n.gateway.sessions {
		if intents == 0 || s.intents&intents != 0 {
			s.add(event, data)
		}
	}
	for l := range n.gateway.lines {
		l.nudge()
	}
}

func (s *session) add(event string, data any) {
	s.events = append(s.events, encoded(map[string]any{"op": opDispatch, "s": len(s.events) + 1, "t": event, "d": data}))
}

func (l *line) nudge() {
	select {
	case l.wake <- struct{}{}:
	default: // it is awake already
	}
}

// connect serves one connection.
func (n *Network) connect(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	if n.ended.Err() != nil {
		n.mu.Unlock()
		return
	}
	n.running.Add(1)
	n.mu.Unlock()
	defer n.running.Done()
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // a bot sends no Origin
	if err != nil {
		return // Accept has answered
	}
	defer socket.CloseNow()
	l := &line{network: n, socket: socket, wake: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(n.ended)
	defer cancel()
	n.mu.Lock()
	n.gateway.lines[l] = true
	every, mute := n.gateway.heartbeat, n.gateway.mute
	n.change()
	n.mu.Unlock()
	defer l.leave()
	if !mute {
		l.write(map[string]any{"op": opHello, "s": nil, "t": nil, "d": map[string]any{"heartbeat_interval": every.Milliseconds()}})
	}
	n.running.Go(func() { l.tell(ctx) })
	for {
		_, raw, err := socket.Read(ctx)
		if err != nil {
			if code := websocket.CloseStatus(err); code == websocket.StatusNormalClosure || code == websocket.StatusGoingAway {
				l.forget() // who says goodbye does not come back
			}
			return
		}
		if code := l.hear(raw); code != 0 {
			_ = socket.Close(websocket.StatusCode(code), "")
			return
		}
	}
}

func (l *line) leave() {
	l.network.mu.Lock()
	defer l.network.mu.Unlock()
	delete(l.network.gateway.lines, l)
	l.network.change()
}

func (l *line) forget() {
	l.network.mu.Lock()
	defer l.network.mu.Unlock()
	if l.session != nil && !l.closing {
		delete(l.network.gateway.sessions, l.session.id)
	}
}

func (l *line) write(v any) {
	ctx, cancel := context.WithTimeout(l.network.ended, 10*time.Second)
	defer cancel()
	_ = l.socket.Write(ctx, websocket.MessageText, encoded(v)) // a line that broke is noticed by who reads from it
}

// tell sends the session's events as they come.
func (l *line) tell(ctx context.Context) {
	for {
		l.network.mu.Lock()
		var event []byte
		if l.session != nil && l.next < len(l.session.events) {
			event = l.session.events[l.next]
			l.next++
		}
		l.network.mu.Unlock()
		if event == nil {
			select {
			case <-l.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		if l.socket.Write(ctx, websocket.MessageText, event) != nil {
			return
		}
	}
}

// hear takes what the bot says and gives the code to close the line with, 0 to go on.
func (l *line) hear(raw []byte) (code int) {
	var said struct {
		Op   *int            `json:"op"`
		Data json.RawMessage `json:"d"`
	}
	if json.Unmarshal(raw, &said) != nil || said.Op == nil {
		return 4002
	}
	n := l.network
	n.mu.Lock()
	known, deaf := l.session != nil, n.gateway.deaf
	n.mu.Unlock()
	switch *said.Op {
	case opHeartbeat:
		if !deaf {
			l.write(map[string]any{"op": opAck})
		}
		return 0
	case opIdentify:
		if known {
			return 4005
		}
		return l.identify(said.Data)
	case opResume:
		if known {
			return 4005
		}
		return l.resume(said.Data)
	case opPresence:
		if !known {
			return 4003
		}
		return 0
	}
	return 4001
}

func (l *line) identify(data []byte) (code int) {
	var who struct {
		Token      string            `json:"token"`
		Intents    *int              `json:"intents"`
		Properties map[string]string `json:"properties"`
	}
	if json.Unmarshal(data, &who) != nil || who.Intents == nil || who.Properties == nil {
		return 4002
	}
	n := l.network
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.token == "" || who.Token != n.token && who.Token != "Bot "+n.token:
		return 4004
	case n.gateway.refuses != 0:
		return n.gateway.refuses
	case *who.Intents&^known != 0:
		return 4013
	case *who.Intents&privileged != 0:
		return 4014
	case n.gateway.starts <= 0:
		n.token = "" // Discord takes the token away
		return 4004
	}
	n.gateway.starts--
	n.gateway.begun++
	s := &session{id: "session-" + n.id(), intents: *who.Intents}
	n.gateway.sessions[s.id] = s
	l.session = s
	unavailable := []any{}
	for _, g := range n.guilds {
		unavailable = append(unavailable, map[string]any{"id": g.id, "unavailable": true})
	}
	s.add("READY", map[string]any{"v": 9, "user": n.botJSON(), "guilds": unavailable, "session_id": s.id, "private_channels": []any{},
		"resume_gateway_url": "ws://" + n.address, "shard": []int{0, 1}, "application": map[string]any{"id": n.application, "flags": 0}})
	if s.intents&guilds != 0 {
		for _, g := range n.guilds {
			s.add("GUILD_CREATE", n.guildJSON(g))
		}
	}
	l.nudge()
	n.change()
	return 0
}

func (l *line) resume(data []byte) (code int) {
	var what struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Sequence  int    `json:"seq"`
	}
	if json.Unmarshal(data, &what) != nil {
		return 4002
	}
	n := l.network
	n.mu.Lock()
	if n.token == "" || what.Token != n.token && what.Token != "Bot "+n.token {
		n.mu.Unlock()
		return 4004
	}
	s := n.gateway.sessions[what.SessionID]
	if s == nil {
		n.mu.Unlock()
		l.write(map[string]any{"op": opInvalidSession, "d": false})
		return 0
	}
	if what.Sequence < 0 || what.Sequence > len(s.events) {
		n.mu.Unlock()
		return 4007
	}
	n.gateway.resumed++
	s.add("RESUMED", map[string]any{})
	l.session, l.next = s, max(min(1, what.Sequence), what.Sequence-n.gateway.repeat)
	l.nudge()
	n.change()
	n.mu.Unlock()
	return 0
}

// botJSON gives the bot as a user.
func (n *Network) botJSON() map[string]any {
	return map[string]any{"id": n.bot, "username": "wegwijzer", "global_name": nil, "discriminator": "0000", "avatar": nil, "bot": true,
		"verified": true, "mfa_enabled": true, "email": nil, "flags": 0}
}

func (n *Network) guildJSON(g *guild) map[string]any {
	member := map[string]any{"user": n.botJSON(), "roles": []any{}, "joined_at": n.now().UTC().Format(time.RFC3339Nano), "deaf": false, "mute": false, "flags": 0}
	everyone := map[string]any{"id": g.id, "name": "@everyone", "color": 0, "hoist": false, "position": 0, "permissions": "2147483647", "managed": false, "mentionable": false, "flags": 0}
	room := map[string]any{"id": g.channel, "type": 0, "name": "general", "position": 0, "permission_overwrites": []any{}, "nsfw": false, "flags": 0}
	all := map[string]any{"id": g.id, "name": g.name, "owner_id": g.id, "joined_at": member["joined_at"], "large": false, "unavailable": false, "member_count": 1 + len(n.people),
		"members": []any{member}, "channels": []any{room}, "roles": []any{everyone}, "premium_tier": 0, "nsfw_level": 0, "verification_level": 0,
		"default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0, "system_channel_flags": 0, "preferred_locale": "en-US", "afk_timeout": 300}
	for _, empty := range []string{"emojis", "stickers", "features", "threads", "presences", "voice_states", "stage_instances", "guild_scheduled_events"} {
		all[empty] = []any{}
	}
	return all
}

// heard tells the sessions of a message that was made or changed. The caller holds mu.
func (n *Network) heard(event string, c *channel, m *message) {
	if m.only != nil && m.FromBot {
		return // only the person sees it
	}
	intent := directMessages
	if c.guild != nil {
		intent = guildMessages
	}
	data := n.messageJSON(m)
	data["channel_type"] = 1
	if c.guild != nil {
		data["guild_id"], data["channel_type"] = c.guild.id, 0
	}
	if c.guild != nil && !m.FromBot {
		data["member"] = map[string]any{"roles": []any{}, "joined_at": n.now().UTC().Format(time.RFC3339Nano), "deaf": false, "mute": false, "flags": 0}
		if !slices.Contains(m.mentions, n.bot) { // nobody has the Message Content intent here
			data["content"], data["attachments"], data["components"], data["embeds"] = "", []any{}, []any{}, []any{}
		}
	}
	n.dispatch(intent, event, data)
}
