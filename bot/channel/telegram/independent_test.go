package telegram

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/kb/prose"
)

// independent is telegram-test-api 4.2.1: what somebody else understood Telegram to be.
const independent = "telegram-test-api@4.2.1"

// independentServer starts it and gives its address, or skips.
func independentServer(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program+" is not installed, and "+independent+" needs it")
		}
	}
	folder := t.TempDir()
	install := exec.CommandContext(t.Context(), "npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline", "--fetch-retries=1", independent)
	install.Dir = folder
	if out, err := install.CombinedOutput(); err != nil {
		missing(t, fmt.Sprintf("npm cannot install %s: %v: %s", independent, err, out))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("new (require('telegram-test-api'))({port: %d, host: '127.0.0.1'}).start().then(() => console.log('ready'))", port)
	server := exec.CommandContext(t.Context(), "node", "-e", script)
	server.Dir, server.Stderr = folder, os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Wait() }) // the test's context has ended it
	ready := make([]byte, len("ready"))
	if _, err := io.ReadFull(out, ready); err != nil {
		t.Fatalf("the independent server did not start: %v", err)
	}
	return fmt.Sprintf("http://127.0.0.1:%d", port)
}

func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("WEGWIJZER_TEST_ALL") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// TestIndependentServer talks to the bot through a server that is not ours: texts, commands, buttons, a code taken away.
func TestIndependentServer(t *testing.T) {
	t.Parallel()
	endpoint := independentServer(t)
	h := newHouse(t, func(m bot.Message) bot.Reply {
		return bot.Reply{
			Locale: language.English, Secret: strings.HasPrefix(m.Text, "/plan"),
			Body:    prose.Doc{paragraph("said " + m.Text + m.Choice), {Kind: prose.List, Items: [][]prose.Span{{{Text: "a & b", Strong: true}}}}},
			Choices: [][]bot.Choice{{{ID: "a:profession:nurse", Label: "Nurse"}}},
		}
	})
	h.bot.Endpoint, h.bot.Transport = endpoint, nil
	h.figures.ended = make(chan string, 3)
	stop := h.open()
	defer h.closes(stop)

	post := func(path string, what any, result any) {
		t.Helper()
		body, err := json.Marshal(what)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Close = true // no connection may outlive the test
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if err := json.NewDecoder(response.Body).Decode(result); err != nil {
			t.Fatal(err)
		}
	}
	type got struct {
		MessageID int64 `json:"messageId"`
		Message   struct {
			Text   string `json:"text"`
			Mode   string `json:"parse_mode"`
			Markup struct {
				Rows [][]struct {
					Text string `json:"text"`
					Data string `json:"callback_data"`
				} `json:"inline_keyboard"`
			} `json:"reply_markup"`
		} `json:"message"`
	}
	replies := func() got {
		t.Helper()
		select {
		case outcome := <-h.figures.ended:
			if outcome != sent {
				t.Fatalf("the reply was %s\n%s", outcome, h.log.text())
			}
		case <-time.After(time.Minute):
			t.Fatalf("no reply\n%s", h.log.text())
		}
		var answer struct{ Result []got }
		post("/getUpdates", map[string]any{"token": token, "chatId": 1001}, &answer)
		if len(answer.Result) != 1 {
			t.Fatalf("the bot said %d things: %+v", len(answer.Result), answer.Result)
		}
		return answer.Result[0]
	}
	person := map[string]any{"id": 1001, "is_bot": false, "first_name": "Somebody", "language_code": "en"}
	chat := map[string]any{"id": 1001, "type": "private", "first_name": "Somebody"}
	var done struct{ OK bool }

	post("/sendMessage", map[string]any{"botToken": token, "from": person, "chat": chat, "date": 1, "text": "hello <b>"}, &done)
	first := replies()
	if m := first.Message; m.Text != "said hello &lt;b&gt;\n\n• <b>a &amp; b</b>" || m.Mode != "HTML" || len(m.Markup.Rows) != 1 || m.Markup.Rows[0][0].Data != "a:profession:nurse" {
		t.Errorf("the reply is %+v", first)
	}
	post("/sendCallback", map[string]any{"botToken": token, "from": person, "data": "a:profession:nurse",
		"message": map[string]any{"message_id": first.MessageID, "chat": chat, "date": 1}}, &done)
	if m := replies(); !strings.HasPrefix(m.Message.Text, "said a:profession:nurse\n") {
		t.Errorf("after a press: %+v", m)
	}
	post("/sendCommand", map[string]any{"botToken": token, "from": person, "chat": chat, "date": 1, "text": "/plan ABCD",
		"entities": []any{map[string]any{"type": "bot_command", "offset": 0, "length": 5}}}, &done)
	if m := replies(); !strings.HasPrefix(m.Message.Text, "said /plan ABCD\n") || !strings.HasSuffix(m.Message.Text, "en code.removed") {
		t.Errorf("after a command: %+v", m)
	}
	var history struct {
		Result []struct {
			MessageID int64 `json:"messageId"`
			Message   struct {
				Text string `json:"text"`
			} `json:"message"`
		}
	}
	post("/getUpdatesHistory", map[string]any{"token": token}, &history)
	for _, m := range history.Result {
		if m.Message.Text == "/plan ABCD" {
			t.Error("the message with the code is still there")
		}
	}
}
