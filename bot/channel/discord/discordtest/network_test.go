package discordtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"wegwijzer/bot/channel/discord/discordtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, o discordtest.Options) *discordtest.Network {
	t.Helper()
	n, err := discordtest.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

// ask makes one request and gives the status, Discord's code and the answer.
func ask(t *testing.T, n *discordtest.Network, method, path, contentType, body string) (status, code int, answer map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, n.Endpoint()+"/v10/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+n.Token())
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		return 0, 0, nil
	}
	defer response.Body.Close()
	_ = json.NewDecoder(response.Body).Decode(&answer)
	if c, ok := answer["code"].(float64); ok {
		code = int(c)
	}
	return response.StatusCode, code, answer
}

func button(id, label string) string {
	return fmt.Sprintf(`{"type":2,"style":2,"custom_id":%q,"label":%q}`, id, label)
}

func rows(rows ...string) string {
	for i, r := range rows {
		rows[i] = `{"type":1,"components":[` + r + `]}`
	}
	return `{"content":"x","components":[` + strings.Join(rows, ",") + `]}`
}

func menu(options int) string {
	all := make([]string, options)
	for i := range all {
		all[i] = fmt.Sprintf(`{"label":"L%d","value":"v%d","description":""}`, i, i)
	}
	return `{"type":3,"custom_id":"m","options":[` + strings.Join(all, ",") + `]}`
}

// What Discord refuses, this refuses, with the same code.
func TestStrict(t *testing.T) {
	t.Parallel()
	n := open(t, discordtest.Options{})
	p := n.Person("Amira", "nl")
	blocking := n.Person("Omar", "nl")
	blocking.Block(true)
	mine := p.Write(p.Direct(), "hello")
	to := "channels/" + p.Direct() + "/messages"
	wide := strings.Repeat("𝄞", 1000) // two UTF-16 units each
	for _, tt := range []struct {
		name, method, path, body string
		status, code             int
	}{
		{"a message", "POST", to, `{"content":"hello"}`, 200, 0},
		{"as long as can be", "POST", to, `{"content":"` + wide + `"}`, 200, 0},
		{"too long", "POST", to, `{"content":"` + wide + `x"}`, 400, 50035},
		{"empty", "POST", to, `{"content":" \n "}`, 400, 50006},
		{"nothing", "POST", to, `{}`, 400, 50006},
		{"no JSON", "POST", to, `{"content"`, 400, 50109},
		{"no such channel", "POST", "channels/1/messages", `{"content":"x"}`, 404, 10003},
		{"blocked", "POST", "channels/" + blocking.Direct() + "/messages", `{"content":"x"}`, 403, 50007},
		{"mentions of nothing", "POST", to, `{"content":"x","allowed_mentions":{"parse":null}}`, 400, 50035},
		{"only the person sees it", "POST", to, `{"content":"x","flags":64}`, 400, 50035},
		{"no previews", "POST", to, `{"content":"x","flags":4}`, 200, 0},
		{"a long nonce", "POST", to, `{"content":"x","nonce":"12345678901234567890123456"}`, 400, 50035},
		{"answers nothing", "POST", to, `{"content":"x","message_reference":{"message_id":"1"}}`, 400, 50035},
		{"answers what may be gone", "POST", to, `{"content":"x","message_reference":{"message_id":"1","fail_if_not_exists":false}}`, 200, 0},
		{"buttons", "POST", to, rows(button("a", "A")+","+button("b", "B"), button("c", "C")), 200, 0},
		{"six rows", "POST", to, rows(button("a", "A"), button("b", "A"), button("c", "A"), button("d", "A"), button("e", "A"), button("f", "A")), 400, 50035},
		{"six buttons in a row", "POST", to, rows(strings.Join([]string{button("a", "A"), button("b", "A"), button("c", "A"), button("d", "A"), button("e", "A"), button("f", "A")}, ",")), 400, 50035},
		{"one id twice", "POST", to, rows(button("a", "A"), button("a", "B")), 400, 50035},
		{"a long id", "POST", to, rows(button(strings.Repeat("x", 101), "A")), 400, 50035},
		{"no label", "POST", to, rows(button("a", " ")), 400, 50035},
		{"a long label", "POST", to, rows(button("a", strings.Repeat("x", 81))), 400, 50035},
		{"a link", "POST", to, rows(`{"type":2,"style":5,"label":"A","url":"https://x.nl"}`), 200, 0},
		{"a link to nowhere", "POST", to, rows(`{"type":2,"style":5,"label":"A","url":"tel:1"}`), 400, 50035},
		{"a menu", "POST", to, rows(menu(25)), 200, 0},
		{"a long menu", "POST", to, rows(menu(26)), 400, 50035},
		{"a menu of nothing", "POST", to, rows(menu(0)), 400, 50035},
		{"a menu beside a button", "POST", to, rows(menu(2) + "," + button("a", "A")), 400, 50035},
		{"an option twice", "POST", to, rows(`{"type":3,"custom_id":"m","options":[{"label":"A","value":"v"},{"label":"B","value":"v"}]}`), 400, 50035},
		{"a component alone", "POST", to, `{"content":"x","components":[` + button("a", "A") + `]}`, 400, 50035},
		{"change somebody's message", "PATCH", to + "/" + mine, `{"content":"x"}`, 403, 50005},
		{"delete somebody's message", "DELETE", to + "/" + mine, ``, 403, 50003},
		{"change no message", "PATCH", to + "/1", `{"content":"x"}`, 404, 10008},
		{"type", "POST", "channels/" + p.Direct() + "/typing", ``, 204, 0},
		{"answer no interaction", "POST", "interactions/1/t/callback", `{"type":5}`, 404, 10062},
		{"follow up on nothing", "POST", "webhooks/1/t", `{"content":"x"}`, 404, 10015},
		{"nowhere", "GET", "no/such/thing", ``, 404, 0},
	} {
		status, code, answer := ask(t, n, tt.method, tt.path, "application/json", tt.body)
		if status != tt.status || code != tt.code {
			t.Errorf("%s: %d, code %d, want %d, %d: %v", tt.name, status, code, tt.status, tt.code, answer)
		}
	}
	if status, code, _ := ask(t, n, "POST", to, "text/plain", "hello"); status != 400 || code != 50035 {
		t.Errorf("text alone: %d, code %d", status, code)
	}
	n.Revoke()
	if status, _, _ := ask(t, n, "GET", "users/@me", "", ""); status != 401 {
		t.Errorf("a revoked token: %d", status)
	}
}

func TestCommandsAreChecked(t *testing.T) {
	t.Parallel()
	n := open(t, discordtest.Options{})
	_, _, about := ask(t, n, "GET", "oauth2/applications/@me", "", "")
	path := "applications/" + about["id"].(string) + "/commands"
	for name, body := range map[string]string{
		"a capital":                `[{"name":"Plan","description":"x"}]`,
		"a space":                  `[{"name":"my plan","description":"x"}]`,
		"a local capital":          `[{"name":"plan","description":"x","name_localizations":{"nl":"Plan"}}]`,
		"no description":           `[{"name":"plan","description":""}]`,
		"a long description":       `[{"name":"plan","description":"` + strings.Repeat("x", 101) + `"}]`,
		"no locale of Discord's":   `[{"name":"plan","description":"x","description_localizations":{"ar":"x"}}]`,
		"one name twice":           `[{"name":"plan","description":"x"},{"name":"plan","description":"x"}]`,
		"one local name twice":     `[{"name":"plan","description":"x"},{"name":"next","description":"x","name_localizations":{"nl":"plan"}}]`,
		"an option in no order":    `[{"name":"a","description":"x","options":[{"name":"b","description":"x","type":3},{"name":"c","description":"x","type":3,"required":true}]}]`,
		"an option without a type": `[{"name":"a","description":"x","options":[{"name":"b","description":"x"}]}]`,
	} {
		if status, code, _ := ask(t, n, "PUT", path, "application/json", body); status != 400 || code != 50035 {
			t.Errorf("%s: %d, code %d", name, status, code)
		}
	}
	if status, _, answer := ask(t, n, "PUT", path, "application/json", `[{"name":"plan","description":"x","name_localizations":{"uk":"план"},"contexts":[1]}]`); status != 200 {
		t.Errorf("a good one: %d %v", status, answer)
	}
	p := n.Person("Amira", "nl")
	if _, err := p.Command(n.Guild("COA"), "plan", nil); err == nil {
		t.Error("a command is offered where it is not allowed")
	}
	if _, err := p.Command(p.Direct(), "help", nil); err == nil {
		t.Error("a command that was never registered is offered")
	}
}

// An interaction is answered once, in time, and only its person sees what is meant for them.
func TestInteraction(t *testing.T) {
	t.Parallel()
	clock := struct {
		sync.Mutex
		now time.Time
	}{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	later := func(d time.Duration) { clock.Lock(); clock.now = clock.now.Add(d); clock.Unlock() }
	n := open(t, discordtest.Options{Now: func() time.Time { clock.Lock(); defer clock.Unlock(); return clock.now }})
	line := connect(t, n, 1<<9)
	p, other, room := n.Person("Amira", "nl"), n.Person("Omar", "nl"), n.Guild("COA")
	_, _, about := ask(t, n, "GET", "oauth2/applications/@me", "", "")
	app := about["id"].(string)
	if status, _, _ := ask(t, n, "PUT", "applications/"+app+"/commands", "application/json", `[{"name":"plan","description":"x"}]`); status != 200 {
		t.Fatal(status)
	}
	command := func() (id, token string) {
		if _, err := p.Command(room, "plan", nil); err != nil {
			t.Fatal(err)
		}
		event := line.until(t, "INTERACTION_CREATE")
		return event["id"].(string), event["token"].(string)
	}
	id, token := command()
	hooks := "webhooks/" + app + "/" + token
	expect := func(what string, wantStatus, wantCode int, method, path, body string) map[string]any {
		t.Helper()
		status, code, answer := ask(t, n, method, path, "application/json", body)
		if status != wantStatus || code != wantCode {
			t.Errorf("%s: %d, code %d, want %d, %d: %v", what, status, code, wantStatus, wantCode, answer)
		}
		return answer
	}
	expect("follow up before an answer", 404, 10015, "POST", hooks, `{"content":"x"}`)
	expect("an answer for a component", 400, 50035, "POST", "interactions/"+id+"/"+token+"/callback", `{"type":6}`)
	expect("thinking", 204, 0, "POST", "interactions/"+id+"/"+token+"/callback", `{"type":5,"data":{"flags":64}}`)
	expect("thinking again", 400, 40060, "POST", "interactions/"+id+"/"+token+"/callback", `{"type":5}`)
	if all := p.Messages(room); len(all) != 1 || !all[0].Thinking || len(other.Messages(room)) != 0 {
		t.Errorf("they see %+v, the other sees %+v", all, other.Messages(room))
	}
	expect("nobody else's message can be hidden later", 400, 50035, "PATCH", hooks+"/messages/@original", `{"content":"x","flags":64}`)
	expect("the answer", 200, 0, "PATCH", hooks+"/messages/@original", `{"content":"one","flags":4}`)
	expect("more", 200, 0, "POST", hooks, `{"content":"two","flags":68}`)
	expect("more for all", 200, 0, "POST", hooks, `{"content":"three"}`)
	if all := p.Messages(room); len(all) != 3 || all[0].Content != "one" || all[0].Thinking || len(other.Messages(room)) != 1 {
		t.Errorf("they see %+v, the other sees %+v", all, other.Messages(room))
	}
	later(16 * time.Minute)
	expect("too late", 401, 50027, "POST", hooks, `{"content":"x"}`)
	id, token = command()
	later(4 * time.Second)
	expect("thinking too late", 404, 10062, "POST", "interactions/"+id+"/"+token+"/callback", `{"type":5}`)
}

func TestFiles(t *testing.T) {
	t.Parallel()
	n := open(t, discordtest.Options{})
	p := n.Person("Amira", "nl")
	send := func(size int) (status, code int) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		if err := form.WriteField("payload_json", `{"content":"x","attachments":[{"id":"0","filename":"plan.html"}]}`); err != nil {
			t.Fatal(err)
		}
		w, err := form.CreateFormFile("files[0]", "plan.html")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		status, code, _ = ask(t, n, "POST", "channels/"+p.Direct()+"/messages", form.FormDataContentType(), body.String())
		return status, code
	}
	if status, _ := send(1000); status != 200 {
		t.Errorf("a file: %d", status)
	}
	if status, code := send(10<<20 + 1); status != 413 || code != 40005 {
		t.Errorf("a large file: %d, code %d", status, code)
	}
	if all := p.Messages(p.Direct()); len(all) != 1 || all[0].Documents[0].Name != "plan.html" || len(all[0].Documents[0].Bytes) != 1000 {
		t.Errorf("shown: %+v", all)
	}
}

// The same seed gives the same trouble, about as often as was asked for.
func TestTrouble(t *testing.T) {
	t.Parallel()
	play := func() string {
		n := open(t, discordtest.Options{Seed: 7, Trouble: discordtest.Trouble{Throttle: .2, After: time.Second, Fail: .2, Drop: .2}})
		p := n.Person("Amira", "nl")
		var out strings.Builder
		for i := range 100 {
			status, _, _ := ask(t, n, "POST", "channels/"+p.Direct()+"/messages", "application/json", fmt.Sprintf(`{"content":"%d"}`, i))
			fmt.Fprintf(&out, "%d ", status)
		}
		return fmt.Sprint(out.String(), len(p.Messages(p.Direct())))
	}
	first := play()
	for _, status := range []string{"200 ", "429 ", "500 ", "0 "} {
		if c := strings.Count(first, status); c < 5 {
			t.Errorf("%s%d times in a hundred", status, c)
		}
	}
	if again := play(); again != first {
		t.Errorf("the same seed gave\n%s\n%s", first, again)
	}
}

// line is a connection to the gateway without any library for Discord.
type line struct {
	socket  *websocket.Conn
	session string
	seq     int
}

func connect(t *testing.T, n *discordtest.Network, intents int) *line {
	t.Helper()
	l := dial(t, n)
	l.write(t, 2, map[string]any{"token": n.Token(), "intents": intents, "properties": map[string]string{"os": "linux"}})
	l.session = l.until(t, "READY")["session_id"].(string)
	return l
}

func dial(t *testing.T, n *discordtest.Network) *line {
	t.Helper()
	_, _, about := ask(t, n, "GET", "gateway/bot", "", "")
	socket, _, err := websocket.Dial(t.Context(), about["url"].(string)+"/?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.CloseNow() })
	l := &line{socket: socket}
	if op, _, _ := l.read(t); op != 10 {
		t.Fatalf("the gateway begins with op %d", op)
	}
	return l
}

func (l *line) write(t *testing.T, op int, data any) {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"op": op, "d": data})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.socket.Write(t.Context(), websocket.MessageText, raw); err != nil {
		t.Fatal(err)
	}
}

func (l *line) read(t *testing.T) (op int, event string, data map[string]any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, raw, err := l.socket.Read(ctx)
	if err != nil {
		t.Fatalf("read from the gateway: %v", err)
	}
	var said struct {
		Op    int             `json:"op"`
		Seq   int             `json:"s"`
		Event string          `json:"t"`
		Data  json.RawMessage `json:"d"`
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		t.Fatal(err)
	}
	if said.Seq > 0 {
		l.seq = said.Seq
	}
	_ = json.Unmarshal(said.Data, &data) // not every event says something
	return said.Op, said.Event, data
}

func (l *line) until(t *testing.T, event string) map[string]any {
	t.Helper()
	for {
		if op, got, data := l.read(t); op == 0 && got == event {
			return data
		}
	}
}

// closed gives the code with which the gateway closes.
func (l *line) closed(t *testing.T) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		if _, _, err := l.socket.Read(ctx); err != nil {
			return int(websocket.CloseStatus(err))
		}
	}
}

func TestGateway(t *testing.T) {
	t.Parallel()
	identify := func(token string, intents int) map[string]any {
		return map[string]any{"token": token, "intents": intents, "properties": map[string]string{}}
	}
	n := open(t, discordtest.Options{})
	for _, tt := range []struct {
		name string
		op   int
		data any
		want int
	}{
		{"a wrong token", 2, identify("x", 1), 4004},
		{"message content", 2, identify(n.Token(), 1<<15), 4014},
		{"no such intent", 2, identify(n.Token(), 1<<40), 4013},
		{"no intents", 2, map[string]any{"token": n.Token()}, 4002},
		{"something before who it is", 3, nil, 4003},
		{"no such op", 42, nil, 4001},
	} {
		l := dial(t, n)
		l.write(t, tt.op, tt.data)
		if got := l.closed(t); got != tt.want {
			t.Errorf("%s: closed with %d, want %d", tt.name, got, tt.want)
		}
	}
	l := connect(t, n, 1<<9|1<<12)
	l.write(t, 1, nil)
	if op, _, _ := l.read(t); op != 11 {
		t.Errorf("a heartbeat is answered by op %d", op)
	}
	p, room := n.Person("Amira", "nl"), n.Guild("COA")
	p.Write(room, "not for a bot")
	if m := l.until(t, "MESSAGE_CREATE"); m["content"] != "" || m["guild_id"] == nil {
		t.Errorf("what people say to each other comes as %v", m)
	}
	p.Write(room, "<@"+n.Bot()+"> for the bot")
	if m := l.until(t, "MESSAGE_CREATE"); m["content"] == "" || len(m["mentions"].([]any)) != 1 {
		t.Errorf("a mention comes as %v", m)
	}
	p.Write(p.Direct(), "one")
	if m := l.until(t, "MESSAGE_CREATE"); m["content"] != "one" || m["guild_id"] != nil {
		t.Errorf("a direct message comes as %v", m)
	}
	// The line breaks; what comes meanwhile is told to who resumes, and only that.
	n.DropGateway()
	p.Write(p.Direct(), "two")
	again := dial(t, n)
	again.write(t, 6, map[string]any{"token": n.Token(), "session_id": l.session, "seq": l.seq})
	if m := again.until(t, "MESSAGE_CREATE"); m["content"] != "two" {
		t.Errorf("after resuming comes %v", m)
	}
	again.until(t, "RESUMED")
	// Who says goodbye cannot resume.
	if err := again.socket.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	if err := n.Await(t.Context(), func() bool { return n.Connected() == 0 }); err != nil {
		t.Fatal(err) // the goodbye is heard in its own time
	}
	last := dial(t, n)
	last.write(t, 6, map[string]any{"token": n.Token(), "session_id": l.session, "seq": again.seq})
	if op, _, _ := last.read(t); op != 9 {
		t.Errorf("resuming what ended is answered by op %d", op)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ content, want string }{
		{"**a** b\n\n- [c](<https://x.nl/>)\n3. d\\*", "a b|- c <https://x.nl/>|3. d*"},
		{"-# → [x\\]y](<https://x.nl>)", "→ x]y <https://x.nl>"},
		{"<https://x.nl/a> and https://y.nl", "https://x.nl/a and https://y.nl"},
		{"a\\\nb", "a\\|b"},
		{"unclosed **a", "unclosed **a"},
	} {
		if got := strings.Join(discordtest.Message{Content: tt.content}.Lines(), "|"); got != tt.want {
			t.Errorf("%q is read as %q, want %q", tt.content, got, tt.want)
		}
	}
	for content, look := range map[string]string{"*a*": "italic", "_a_": "italic", "`a`": "code", "~~a~~": "struck", "||a||": "hidden", "<@1>": "mention", "@everyone": "mention", ":smile:": "mention", "<t:1>": "mention"} {
		if got := discordtest.Read(content)[0].Runs[0].Look; got != look {
			t.Errorf("%q looks %q, want %q", content, got, look)
		}
	}
	for content, look := range map[string]string{"# a": "title", "> a": "quote", "-# a": "small"} {
		if got := discordtest.Read(content)[0].Look; got != look {
			t.Errorf("%q looks %q, want %q", content, got, look)
		}
	}
}
