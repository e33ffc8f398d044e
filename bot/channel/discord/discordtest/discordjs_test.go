package discordtest_test

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijzer/bot/channel/discord/discordtest"
)

// notes is what a process says while it runs.
type notes struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.Write(p)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.String()
}

//go:embed testdata/client.js
var client []byte

// TestDiscordJS keeps this Discord honest: a client that knows the real one, and that we did not write, logs in, reads a
// direct message and a mention, registers a command, answers it and a button, and is content.
func TestDiscordJS(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("WEGWIJZER_TEST_ALL") != "" {
				t.Fatalf("%s is not installed", program)
			}
			t.Skipf("%s is not installed", program)
		}
	}
	folder := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for name, content := range map[string][]byte{"package.json": []byte(`{"private":true}`), "client.js": client} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	install := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "discord.js@14.28.1")
	install.Dir = folder
	if out, err := install.CombinedOutput(); err != nil {
		if os.Getenv("WEGWIJZER_TEST_ALL") != "" {
			t.Fatalf("install discord.js: %v\n%s", err, out)
		}
		t.Skipf("discord.js cannot be installed here: %v", err)
	}

	n := open(t, discordtest.Options{})
	room := n.Guild("COA")
	p := n.Person("Amira", "nl")
	run := exec.CommandContext(ctx, "node", "client.js")
	run.Dir = folder
	run.Env = append(os.Environ(), "ENDPOINT="+n.Endpoint(), "TOKEN="+n.Token())
	complaints := &notes{}
	run.Stderr = complaints
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	ended := sync.OnceFunc(func() {
		cancel()
		_ = run.Wait() // it was killed
	})
	defer ended()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("discord.js said %q: %v\n%s", line, err, complaints)
	}
	said := func(channel, want string) discordtest.Message {
		t.Helper()
		var found discordtest.Message
		waiting, enough := context.WithTimeout(ctx, time.Minute)
		defer enough()
		if err := n.Await(waiting, func() bool {
			for _, m := range p.Messages(channel) {
				if m.FromBot && m.Content == want && !m.Thinking {
					found = m
					return true
				}
			}
			return false
		}); err != nil {
			t.Fatalf("discord.js does not say %q: %v\n%s", want, err, complaints)
		}
		return found
	}
	id := p.Write(p.Direct(), "hello")
	if m := said(p.Direct(), "you said hello"); m.Answers != id || len(m.Choices()) != 1 {
		t.Errorf("it answered %+v", m)
	}
	p.Write(room, "<@"+n.Bot()+"> in public")
	said(room, "you said <@"+n.Bot()+"> in public")
	if _, err := p.Command(room, "plan", nil); err != nil {
		t.Fatal(err)
	}
	if m := said(room, "your plan"); m.Flags&discordtest.Ephemeral == 0 {
		t.Errorf("the command was answered by %+v", m)
	}
	first := said(p.Direct(), "you said hello")
	if _, err := p.Choose(p.Direct(), first.ID, first.Choices()[0]); err != nil {
		t.Fatal(err)
	}
	said(p.Direct(), "you pressed c:one")
	if m := said(p.Direct(), "you said hello"); len(m.Choices()) != 0 {
		t.Errorf("the button stayed: %+v", m)
	}
	ended()
	if complained := strings.TrimSpace(complaints.String()); complained != "" {
		t.Errorf("discord.js complained:\n%s", complained)
	}
}
