// Package discordtest is a Discord in memory: the gateway and the part of the REST API that a bot uses, on an address of
// this machine, with people in it who write, give commands, press buttons and see what is shown. It is as strict as
// Discord where a bot could go wrong, and refuses with Discord's own codes. It is an ordinary package, not a test's,
// because the program runs it too, to search everything it writes for what a person said.
//
// What it does not know, Discord may still refuse: permissions, embeds, voice, threads, moderation. It imports no
// library for Discord, so that the bot's own can be wrong about Discord without being right about this.
//
// Discord is described at https://discord.com/developers/docs.
package discordtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Network is a Discord with one application and its bot. It is safe for concurrent use.
type Network struct {
	address string
	server  *http.Server
	now     func() time.Time
	ended   context.Context // ends with Close
	end     context.CancelFunc
	running sync.WaitGroup // connections to the gateway, and the server

	mu           sync.Mutex
	changed      chan struct{} // closed and replaced whenever anything changes
	token        string        // "" once revoked
	application  string
	bot          string
	last         uint64 // id given last
	random       *rand.Rand
	trouble      Trouble
	faults       []*expected
	requests     []string // "METHOD /path", tokens of interactions left out
	channels     map[string]*channel
	people       map[string]*Person
	guilds       []*guild
	commands     []registered
	interactions map[string]*interaction // by token
	typing       map[string]int          // by channel
	gateway      gateway
}

// Options say what a Network is like. The zero value is one in which everything works.
type Options struct {
	Token   string           // of the bot; empty: one is made up, see Network.Token
	Seed    uint64           // of the trouble
	Trouble Trouble          // of every request to the REST API
	Now     func() time.Time // nil: time.Now
}

// Trouble is how often a request to the REST API goes wrong: chances from 0 to 1.
type Trouble struct {
	Throttle float64       // 429 …
	After    time.Duration // … with this time to wait
	Fail     float64       // 500
	Drop     float64       // the connection breaks, half of the time before the request was carried out and half after
}

// Fault is one thing that goes wrong with one request.
type Fault struct {
	Status int           // of the answer; 0: the connection breaks
	Code   int           // Discord's own, in the answer
	After  time.Duration // with status 429: the time to wait
	Global bool          // with status 429: for all requests
	Done   bool          // the request is carried out before its answer goes wrong
	Page   bool          // the answer is a web page, as from a wall before Discord
}

type expected struct {
	method, path string
	fault        Fault
}

// channel is a place where messages stand: a direct conversation or a channel of a guild.
type channel struct {
	id       string
	with     *Person // of a direct conversation
	guild    *guild
	messages []*message
}

type guild struct {
	id, name string
	channel  string
}

// Open starts a Discord. Close ends it. The error is the machine's, which gives no port.
func Open(o Options) (*Network, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a fake Discord: %w", err)
	}
	n := &Network{
		address: listener.Addr().String(), now: o.Now, changed: make(chan struct{}), token: o.Token, last: 1_300_000_000_000_000_000,
		random: rand.New(rand.NewPCG(o.Seed, 1)), trouble: o.Trouble, channels: map[string]*channel{}, people: map[string]*Person{},
		interactions: map[string]*interaction{}, typing: map[string]int{},
	}
	if n.now == nil {
		n.now = time.Now
	}
	if n.token == "" {
		n.token = "fake.discord." + strconv.FormatUint(rand.Uint64(), 36)
	}
	n.application, n.bot = n.id(), n.id()
	n.gateway = gateway{sessions: map[string]*session{}, lines: map[*line]bool{}, starts: 1000, heartbeat: 41250 * time.Millisecond}
	n.ended, n.end = context.WithCancel(context.Background())
	n.server = &http.Server{Handler: n, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	n.running.Go(func() { _ = n.server.Serve(listener) }) // ends with Close, which is its only error
	return n, nil
}

// Close ends it and returns when all it started has ended.
func (n *Network) Close() {
	n.mu.Lock()
	n.end()
	n.mu.Unlock()
	_ = n.server.Close()
	n.running.Wait()
}

// Endpoint is the address of the API, as a bot is told it.
func (n *Network) Endpoint() string { return "http://" + n.address + "/api" }

// Token is the bot's.
func (n *Network) Token() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.token
}

// Bot is the user id of the bot.
func (n *Network) Bot() string { return n.bot }

// Await waits until a condition holds, looking whenever something changes. The condition may ask the Network. The error
// is ctx's.
func (n *Network) Await(ctx context.Context, holds func() bool) error {
	for {
		n.mu.Lock()
		changed := n.changed
		n.mu.Unlock()
		if holds() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for the fake Discord: %w", ctx.Err())
		}
	}
}

// change says that something changed. The caller holds mu.
func (n *Network) change() {
	close(n.changed)
	n.changed = make(chan struct{})
}

// id makes one. The caller holds mu, or nobody else knows n yet.
func (n *Network) id() string {
	n.last++
	return strconv.FormatUint(n.last, 10)
}

// Disturb sets how often requests go wrong from now on.
func (n *Network) Disturb(t Trouble) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.trouble = t
}

// Fail lets the next requests of a method to a path that holds this part go wrong, one fault each, in order.
func (n *Network) Fail(method, part string, faults ...Fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range faults {
		n.faults = append(n.faults, &expected{method, part, f})
	}
}

// Revoke makes the token worthless, as when an operator asks for a new one, and closes the gateway.
func (n *Network) Revoke() {
	n.mu.Lock()
	n.token = ""
	n.mu.Unlock()
	n.CloseGateway(4004)
}

// Requests gives the number of requests of a method to paths that hold this part.
func (n *Network) Requests(method, part string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	count := 0
	for _, r := range n.requests {
		if m, path, _ := strings.Cut(r, " "); m == method && strings.Contains(path, part) {
			count++
		}
	}
	return count
}

// Typing gives how often the bot was shown to be typing in a channel.
func (n *Network) Typing(channel string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.typing[channel]
}

// Guild makes a server that the bot is in, with one channel, and gives the channel's id.
func (n *Network) Guild(name string) (channelID string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	g := &guild{id: n.id(), name: name, channel: n.id()}
	n.guilds = append(n.guilds, g)
	n.channels[g.channel] = &channel{id: g.channel, guild: g}
	n.dispatch(guilds, "GUILD_CREATE", n.guildJSON(g))
	n.change()
	return g.channel
}

// refusal is an error as Discord answers it.
type refusal struct {
	status  int
	code    int
	message string
	form    fields // what is wrong with which field
}

func (r *refusal) Error() string { return r.message }

// body gives the JSON that Discord would answer.
func (r *refusal) body() any {
	answer := map[string]any{"code": r.code, "message": r.message}
	if len(r.form) > 0 {
		answer["errors"] = r.form.tree()
	}
	return answer
}

// fields are what is wrong with a form: a path such as "components.0.label" and what is wrong there.
type fields map[string]string

func (f fields) tree() map[string]any {
	root := map[string]any{}
	for path, what := range f {
		at := root
		for _, step := range strings.Split(path, ".") {
			next, ok := at[step].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[step] = next
			}
			at = next
		}
		at["_errors"] = []any{map[string]any{"code": "BASE_TYPE_BAD", "message": what}}
	}
	return root
}

// asRefusal gives an error as one, which it is unless this package is wrong.
func asRefusal(err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	return &refusal{status: 500, message: "500: Internal Server Error"}
}

// refuse is a refusal without a form.
func refuse(status, code int, message string) *refusal {
	return &refusal{status: status, code: code, message: message}
}

func invalidForm(f fields) error {
	if len(f) == 0 {
		return nil
	}
	return &refusal{status: 400, code: 50035, message: "Invalid Form Body", form: f}
}

func encoded(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("discordtest: a value of our own does not encode") // only maps, strings and numbers come here
	}
	return raw
}
