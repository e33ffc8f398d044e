package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "1:abc"

type response struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter *int `json:"retry_after"`
	} `json:"parameters"`
}

// ask calls a method as a bot does.
func ask(t *testing.T, s http.RoundTripper, method string, fields ...string) response {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://telegram.invalid/bot"+token+"/"+method, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return send(t, s, r)
}

func send(t *testing.T, s http.RoundTripper, r *http.Request) response {
	t.Helper()
	got, err := s.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	var answer response
	if err := json.NewDecoder(got.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// What Telegram refuses is refused here, with its words.
func TestStrict(t *testing.T) {
	t.Parallel()
	button := func(text, data string) string { return string(raw(Button{Text: text, Data: data})) }
	keyboard := func(rows ...string) string { return `{"inline_keyboard":[` + strings.Join(rows, ",") + `]}` }
	row := func(n int) string {
		return "[" + strings.Join(slices.Repeat([]string{button("x", "x")}, n), ",") + "]"
	}
	for _, tt := range []struct {
		name, method string
		fields       []string
		want         string // the description; empty: it is taken
	}{
		{"a text", "sendMessage", []string{"text", "x"}, ""},
		{"the longest text", "sendMessage", []string{"text", strings.Repeat("😀", 2048)}, ""},
		{"the longest text with looks", "sendMessage", []string{"text", "<b>" + strings.Repeat("&lt;", 4096) + "</b>", "parse_mode", "HTML"}, ""},
		{"too long", "sendMessage", []string{"text", strings.Repeat("😀", 2048) + "x"}, "Bad Request: message is too long"},
		{"no text", "sendMessage", nil, "Bad Request: message text is empty"},
		{"a blank text", "sendMessage", []string{"text", " \n "}, "Bad Request: message text is empty"},
		{"not UTF-8", "sendMessage", []string{"text", "\xff"}, "Bad Request: strings must be encoded in UTF-8"},
		{"an unknown tag", "sendMessage", []string{"text", "<p>x</p>", "parse_mode", "HTML"}, `Bad Request: can't parse entities: Unsupported start tag "p" at byte offset 0`},
		{"an open tag", "sendMessage", []string{"text", "x<b>y", "parse_mode", "HTML"}, "Bad Request: can't parse entities: Can't find end tag corresponding to start tag b"},
		{"crossed tags", "sendMessage", []string{"text", "<b><i>y</b></i>", "parse_mode", "HTML"}, `Bad Request: can't parse entities: Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`},
		{"a bare sign", "sendMessage", []string{"text", "1 < 2", "parse_mode", "HTML"}, "Bad Request: can't parse entities: Unclosed start tag at byte offset 2"},
		{"another mode", "sendMessage", []string{"text", "x", "parse_mode", "LaTeX"}, "Bad Request: unsupported parse_mode"},
		{"nobody", "sendMessage", []string{"text", "x", "chat_id", "99"}, "Bad Request: chat not found"},
		{"no chat", "sendMessage", []string{"text", "x", "chat_id", "x"}, "Bad Request: chat_id is empty"},
		{"who never wrote", "sendMessage", []string{"text", "x", "chat_id", "3"}, "Forbidden: bot can't initiate conversation with a user"},
		{"who blocked", "sendMessage", []string{"text", "x", "chat_id", "4"}, "Forbidden: bot was blocked by the user"},
		{"who left", "sendMessage", []string{"text", "x", "chat_id", "5"}, "Forbidden: user is deactivated"},
		{"a group that threw us out", "sendMessage", []string{"text", "x", "chat_id", "-6"}, "Forbidden: bot was kicked from the supergroup chat"},
		{"buttons", "sendMessage", []string{"text", "x", "reply_markup", keyboard(row(8), row(8))}, ""},
		{"the most buttons", "sendMessage", []string{"text", "x", "reply_markup", keyboard(slices.Repeat([]string{row(5)}, 20)...)}, ""},
		{"too many", "sendMessage", []string{"text", "x", "reply_markup", keyboard(slices.Repeat([]string{row(5)}, 21)...)}, "Bad Request: reply markup is too long"},
		{"too many in a row", "sendMessage", []string{"text", "x", "reply_markup", keyboard(row(9))}, "Bad Request: reply markup is too long"},
		{"too large", "sendMessage", []string{"text", "x", "reply_markup", keyboard("[" + button(strings.Repeat("x", 11_000), "x") + "]")}, "Bad Request: reply markup is too long"},
		{"the longest data", "sendMessage", []string{"text", "x", "reply_markup", keyboard("[" + button("x", strings.Repeat("x", 64)) + "]")}, ""},
		{"data too long", "sendMessage", []string{"text", "x", "reply_markup", keyboard("[" + button("x", strings.Repeat("x", 65)) + "]")}, "Bad Request: BUTTON_DATA_INVALID"},
		{"no data", "sendMessage", []string{"text", "x", "reply_markup", keyboard("[" + button("x", "") + "]")}, "Bad Request: BUTTON_DATA_INVALID"},
		{"no label", "sendMessage", []string{"text", "x", "reply_markup", keyboard("[" + button(" ", "x") + "]")}, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{"an odd address", "sendMessage", []string{"text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"x","url":"tel:112"}]]}`}, "Bad Request: BUTTON_URL_INVALID"},
		{"no keyboard", "sendMessage", []string{"text", "x", "reply_markup", "x"}, "Bad Request: object expected as reply markup"},
		{"an answer to nothing", "sendMessage", []string{"text", "x", "reply_parameters", `{"message_id":999}`}, "Bad Request: message to be replied not found"},
		{"an answer to nothing, if need be", "sendMessage", []string{"text", "x", "reply_parameters", `{"message_id":999,"allow_sending_without_reply":true}`}, ""},
		{"a topic in a private chat", "sendMessage", []string{"text", "x", "message_thread_id", "3"}, "Bad Request: message thread not found"},
		{"no file", "sendDocument", nil, "Bad Request: there is no document in the request"},
		{"an action", "sendChatAction", []string{"action", "typing"}, ""},
		{"an odd action", "sendChatAction", []string{"action", "sleeping"}, "Bad Request: wrong parameter action in request"},
		{"an unknown press", "answerCallbackQuery", []string{"callback_query_id", "x"}, "Bad Request: query is too old and response timeout expired or query ID is invalid"},
		{"no message to edit", "editMessageReplyMarkup", []string{"message_id", "999"}, "Bad Request: message to edit not found"},
		{"a person's message to edit", "editMessageReplyMarkup", []string{"message_id", "1"}, "Bad Request: message can't be edited"},
		{"no message to delete", "deleteMessage", []string{"message_id", "999"}, "Bad Request: message to delete not found"},
		{"no number of a message", "deleteMessage", nil, "Bad Request: message identifier is not specified"},
		{"a person's message in a group", "deleteMessage", []string{"chat_id", "-7", "message_id", "4"}, "Bad Request: message can't be deleted"},
		{"a menu", "setMyCommands", []string{"commands", `[{"command":"plan","description":"x"}]`, "language_code", "ti"}, ""},
		{"a long language", "setMyCommands", []string{"commands", `[]`, "language_code", "ckb"}, "Bad Request: invalid language code specified"},
		{"an odd command", "setMyCommands", []string{"commands", `[{"command":"Plan","description":"x"}]`}, "Bad Request: BOT_COMMAND_INVALID"},
		{"an odd description", "setMyCommands", []string{"commands", `[{"command":"plan","description":""}]`}, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"},
		{"a long description", "setMyDescription", []string{"description", strings.Repeat("x", 513)}, "Bad Request: bot description is too long"},
		{"a long short description", "setMyShortDescription", []string{"short_description", strings.Repeat("x", 121)}, "Bad Request: bot short description is too long"},
		{"a webhook in the open", "setWebhook", []string{"url", "http://bot.example/"}, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"},
		{"an odd secret", "setWebhook", []string{"url", "https://bot.example/", "secret_token", "a b"}, "Bad Request: secret token contains unallowed characters"},
		{"another method", "sendGreetings", nil, "Not Found: method not found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := New(token)
			s.Person(1, "en").Say("hello")
			s.Person(3, "en")
			for id, leave := range map[int64]func(*Person){4: (*Person).Block, 5: (*Person).Leave} {
				p := s.Person(id, "en")
				p.Say("hello")
				leave(p)
			}
			g := s.Group(-7)
			g.Say(s.Person(1, "en"), "hello")
			s.Group(-6).Kick()
			got := ask(t, s, tt.method, append([]string{"chat_id", "1"}, tt.fields...)...)
			if got.Description != tt.want || got.OK != (tt.want == "") || got.OK != (got.Code == 0) {
				t.Errorf("got %+v, want %q", got, tt.want)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := New(token)
	for path, want := range map[string]int{"/bot2:def/getMe": 404, "/getMe": 404, "/": 404} {
		r := httptest.NewRequest(http.MethodGet, "http://telegram.invalid"+path, nil)
		if got := send(t, s, r); got.Code != want {
			t.Errorf("%s: %d, want %d", path, got.Code, want)
		}
	}
	if got := ask(t, s, "getMe"); !got.OK {
		t.Errorf("getMe: %+v", got)
	}
	s.Revoke()
	if got := ask(t, s, "getMe"); got.Code != http.StatusUnauthorized {
		t.Errorf("after the token was revoked: %+v", got)
	}
}

// A request may come as a form, as JSON, with files or in the address.
func TestRequestForms(t *testing.T) {
	t.Parallel()
	s := New(token)
	p := s.Person(1, "en")
	p.Say("hello")
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range map[string]string{"chat_id": "1", "caption": "<b>file</b>", "parse_mode": "html"} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.CreateFormFile("document", "plan.html")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("<p>")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct{ method, kind, body string }{
		{"sendMessage?chat_id=1&text=address", "", ""}, {"sendMessage", "application/json", `{"chat_id":1,"text":"JSON","reply_markup":{"inline_keyboard":[[{"text":"x","callback_data":"y"}]]}}`},
		{"sendDocument", w.FormDataContentType(), body.String()},
	} {
		request := httptest.NewRequest(http.MethodPost, "http://telegram.invalid/bot"+token+"/"+r.method, strings.NewReader(r.body))
		request.Header.Set("Content-Type", r.kind)
		if got := send(t, s, request); !got.OK {
			t.Errorf("%s as %s: %+v", r.method, r.kind, got)
		}
	}
	chat := p.Chat()
	if chat[1].Text != "address" || chat[2].Rows[0][0].Data != "y" || chat[3].Text != "file" || chat[3].File.Name != "plan.html" || chat[3].Entities[0].Type != "bold" {
		t.Errorf("the chat is %+v", chat)
	}
}

// updates gives the numbers in an answer of getUpdates.
func updates(t *testing.T, got response) (ids []int64) {
	t.Helper()
	var all []struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal(got.Result, &all); err != nil {
		t.Fatalf("%+v: %v", got, err)
	}
	for _, u := range all {
		ids = append(ids, u.ID-100_000_000)
	}
	return ids
}

// getUpdates waits, confirms what lies below the offset, gives again what is not confirmed, and has one caller.
func TestLongPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(token)
		p := s.Person(1, "en")
		poll := func(fields ...string) []int64 { return updates(t, ask(t, s, "getUpdates", fields...)) }
		began := time.Now()
		if got := poll("timeout", "30"); len(got) != 0 || time.Since(began) != 30*time.Second {
			t.Errorf("without updates: %v after %s", got, time.Since(began))
		}
		time.AfterFunc(10*time.Second, func() { p.Say("one"); p.Say("two") })
		began = time.Now()
		if got := poll("timeout", "30"); !slices.Equal(got, []int64{1}) && !slices.Equal(got, []int64{1, 2}) || time.Since(began) != 10*time.Second {
			t.Errorf("the first came as %v after %s", got, time.Since(began))
		}
		p.Say("three")
		for _, tt := range []struct {
			offset, limit string
			want          []int64
		}{
			{"", "", []int64{1, 2, 3}}, {"0", "2", []int64{1, 2}}, {"100000002", "", []int64{2, 3}}, {"100000001", "", []int64{2, 3}}, {"-1", "", []int64{3}}, {"100000004", "", nil},
		} {
			if got := poll("offset", tt.offset, "limit", tt.limit); !slices.Equal(got, tt.want) {
				t.Errorf("from %q at most %q: %v, want %v", tt.offset, tt.limit, got, tt.want)
			}
		}

		first := make(chan response, 1)
		go func() { first <- ask(t, s, "getUpdates", "timeout", "30") }()
		synctest.Wait()
		go func() { p.Say("four") }()
		poll("timeout", "30")
		if got := <-first; got.Code != http.StatusConflict && len(updates(t, got)) != 1 {
			t.Errorf("the first of two callers got %+v", got)
		}
		ask(t, s, "getUpdates", "offset", "100000005", "allowed_updates", `["callback_query"]`)
		p.Say("unheard")
		p.PressOld("x")
		if got := poll(); !slices.Equal(got, []int64{5}) {
			t.Errorf("with presses only: %v", got)
		}
		hanging, hangUp := context.WithCancel(t.Context())
		poll("offset", "100000006")
		time.AfterFunc(time.Second, hangUp)
		r := httptest.NewRequest(http.MethodGet, "http://telegram.invalid/bot"+token+"/getUpdates?timeout=30", nil).WithContext(hanging)
		if _, err := s.RoundTrip(r); err == nil {
			t.Error("a caller who hung up got an answer")
		}
	})
}

// A webhook is called with its secret, one chat after another's own order, again and again until it takes the update.
func TestWebhook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		got, calls := map[int64][]string{}, 0
		s := New(token)
		s.Hooks = Carry(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			calls++
			if r.Header.Get("X-Telegram-Bot-Api-Secret-Token") != "s" {
				t.Error("a call without its secret")
			}
			switch {
			case calls%5 == 1:
				panic(http.ErrAbortHandler)
			case calls%5 == 2:
				w.Header().Set("Retry-After", "60")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			case calls%5 == 3:
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			var u struct {
				Message struct {
					Text string
					From struct{ ID int64 }
				}
			}
			if err := json.NewDecoder(r.Body).Decode(&u); err != nil {
				t.Error(err)
			}
			got[u.Message.From.ID] = append(got[u.Message.From.ID], u.Message.Text)
		}))
		s.Person(1, "en").Say("0") // waiting when the webhook is set
		if got := ask(t, s, "setWebhook", "url", "https://bot.example/", "secret_token", "s"); !got.OK {
			t.Fatalf("%+v", got)
		}
		if got := ask(t, s, "getUpdates"); got.Code != http.StatusConflict {
			t.Errorf("polling beside a webhook: %+v", got)
		}
		var want []string
		for i := range 10 {
			for id := range 5 {
				if i > 0 || id > 0 {
					s.Person(int64(id+1), "en").Say(fmt.Sprint(i))
				}
			}
			want = append(want, fmt.Sprint(i))
		}
		if err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		for id := range 5 {
			if !slices.Equal(got[int64(id+1)], want) {
				t.Errorf("person %d: %q", id+1, got[int64(id+1)])
			}
		}
		if url, failed := s.Hook(); url == "" || !strings.HasPrefix(failed, "Wrong response from the webhook: 5") && failed != "Connection failed" {
			t.Errorf("the webhook is %q, %q", url, failed)
		}
		if got := ask(t, s, "getWebhookInfo"); !bytes.Contains(got.Result, []byte("https://bot.example/")) {
			t.Errorf("its information is %s", got.Result)
		}
		ask(t, s, "deleteWebhook")
		s.Person(1, "en").Say("later")
		if got := updates(t, ask(t, s, "getUpdates")); len(got) != 1 {
			t.Errorf("after the webhook: %v", got)
		}
		s.Close()
	})
}

// Chance depends on the seed and on what is asked, and meets about as many requests as it says.
func TestChances(t *testing.T) {
	t.Parallel()
	meet := func(seed uint64) (met []Kind) {
		s := New(token)
		s.Trouble(Chances{Seed: seed, Throttled: .05, Broken: .05, Dropped: .02, RetryAfter: 3})
		for chat := range 100 {
			for range 100 {
				met = append(met, s.fault(request{method: "sendMessage", params: map[string]string{"chat_id": fmt.Sprint(chat)}}).Kind)
			}
		}
		return met
	}
	one := meet(1)
	if !slices.Equal(one, meet(1)) || slices.Equal(one, meet(2)) {
		t.Error("chance does not depend on the seed alone")
	}
	count := map[Kind]int{}
	for _, kind := range one {
		count[kind]++
	}
	for kind, want := range map[Kind]int{Throttled: 500, Broken: 250, BrokenPage: 250, DropBefore: 100, DropAfter: 100} {
		if got := count[kind]; got < want*7/10 || got > want*13/10 {
			t.Errorf("of kind %d: %d, want about %d", kind, got, want)
		}
	}
}

// Over a real connection, trouble is what a client sees of it.
func TestListen(t *testing.T) {
	t.Parallel()
	s := New(token)
	p := s.Person(1, "en")
	p.Say("hello")
	endpoint, end, err := s.Listen()
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	client := &http.Client{Transport: transport}
	post := func() (int, string, error) {
		// Not by GET, which net/http asks again by itself when a connection breaks off.
		response, err := client.PostForm(endpoint+"/bot"+token+"/sendMessage", url.Values{"chat_id": {"1"}, "text": {"x"}})
		if err != nil {
			return 0, "", err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return response.StatusCode, string(body), err
	}
	s.Plan("sendMessage", Fault{Kind: Throttled, RetryAfter: 4}, Fault{Kind: Broken}, Fault{Kind: BrokenPage})
	for _, want := range []struct {
		status int
		body   string
	}{{429, `"retry_after":4`}, {500, `"error_code":500`}, {502, "<html>"}, {200, `"ok":true`}} {
		if status, body, err := post(); err != nil || status != want.status || !strings.Contains(body, want.body) {
			t.Errorf("got %d %s %v, want %d with %s", status, body, err, want.status, want.body)
		}
	}
	for _, kind := range []Kind{DropBefore, DropAfter} {
		before := s.Sent()
		s.Plan("sendMessage", Fault{Kind: kind})
		if _, _, err := post(); err == nil {
			t.Error("a connection that breaks off gives an answer")
		}
		if got := s.Sent() - before; (got == 1) != (kind == DropAfter) {
			t.Errorf("of kind %d: %d messages were sent", kind, got)
		}
	}
	if m, _ := p.Last(); !m.Unsure {
		t.Error("a message whose answer was lost is not marked")
	}
	transport.CloseIdleConnections()
	if err := end(); err != nil {
		t.Error(err)
	}
}

// FuzzHTML: a text that is escaped is shown as it was; whatever else is sent, entities lie inside the text.
func FuzzHTML(f *testing.F) {
	for _, seed := range []string{"a < b & c > d", "<b>x</b>", `<a href="https://a.nl/?x=1&amp;y=2">x</a>`, "&#128512;&#xD800;&nope;", "<b><i>x</i> </b> ", "<a>https://a.nl</a>", "  😀<u>é</u>", "<a href=x y>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		shown, entities, failed := format(html.EscapeString(text), "HTML")
		if want := strings.Trim(clean(text), " \n"); failed != nil || shown != want || len(entities) > 0 {
			t.Errorf("%q escaped is shown as %q with %v, %v", text, shown, entities, failed)
		}
		shown, entities, failed = format(text, "HTML")
		if failed != nil {
			if failed.code != http.StatusBadRequest {
				t.Errorf("%q fails with %+v", text, failed)
			}
			return
		}
		for _, e := range entities {
			if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > Units(shown) || looksOf(e.Type) == "" {
				t.Errorf("%q is shown as %q with %+v", text, shown, e)
			}
		}
	})
}

func looksOf(kind string) string {
	for tag, made := range looks {
		if made == kind {
			return tag
		}
	}
	return ""
}

func TestEntities(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"/start now", []string{"bot_command /start"}}, {"😀 /plan@some_bot @other_bot", []string{"bot_command /plan@some_bot", "mention @other_bot"}}, {"me@some_bot and 1/2", nil}, {"سؤال @some_bot؟", []string{"mention @some_bot"}},
	} {
		var got []string
		for _, e := range entitiesOf(tt.text) {
			got = append(got, e.Type+" "+e.Of(tt.text))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func BenchmarkSendMessage(b *testing.B) {
	s := New(token)
	s.Person(1, "en").Say("hello")
	call := request{method: "sendMessage", params: map[string]string{"chat_id": "1", "text": strings.Repeat("<b>word</b> &amp; ", 50), "parse_mode": "HTML"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, failed := s.call(b.Context(), call); failed != nil {
			b.Fatal(failed)
		}
	}
}
