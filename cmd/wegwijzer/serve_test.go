package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// server is a running `wegwijzer serve` with its own home.
type server struct {
	t       *testing.T
	home    string
	args    []string
	env     []string // besides its home and its shelf
	process *exec.Cmd
	url     string
	client  *http.Client
	log     *os.File
}

// newServer prepares a server; start starts it, also again after a kill.
func newServer(t *testing.T, args ...string) *server {
	t.Helper()
	if len(args) == 0 {
		learnt(t)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	log, err := os.Create(filepath.Join(home, "serve.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return &server{t: t, home: home, args: args, client: &http.Client{Jar: jar, Timeout: time.Minute}, log: log}
}

// start runs this test binary under the command's name, which makes it the command itself; see TestMain.
func (s *server) start(listen string) {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	bin := filepath.Join(s.home, "wegwijzer")
	if _, err := os.Lstat(bin); err != nil {
		if err := os.Symlink(self, bin); err != nil {
			s.t.Fatal(err)
		}
	}
	s.process = exec.CommandContext(context.WithoutCancel(s.t.Context()), bin, append([]string{"serve", "--listen", listen}, s.args...)...)
	s.process.Env = append([]string{"HOME=" + s.home, "WEGWIJZER_CACHE=" + testShelf}, s.env...)
	s.process.Stderr = s.log
	out, err := s.process.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		raw, _ := os.ReadFile(s.log.Name())
		s.t.Fatalf("serve did not say where it listens: %v\n%s", err, raw)
	}
	_, s.url, _ = strings.Cut(strings.TrimSpace(line), "Wegwijzer answers at ")
}

// kill ends the process as a power cut would.
func (s *server) kill() {
	if s.process != nil {
		_ = s.process.Process.Signal(syscall.SIGKILL)
		_ = s.process.Wait()
		s.process = nil
	}
}

// stop ends the process as an operator would.
func (s *server) stop() error {
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := s.process.Wait()
	s.process = nil
	return err
}

func (s *server) post(form url.Values) string {
	s.t.Helper()
	response, err := s.client.PostForm(s.url+"/", form)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("status %d: %v", response.StatusCode, err)
	}
	return string(raw)
}

// TestKilledServerLosesNoAnswer kills the server after every answer of a conversation; the plan at the end rests on
// all of them.
func TestKilledServerLosesNoAnswer(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.start("127.0.0.1:0")
	address := strings.TrimPrefix(s.url, "http://")
	for _, answer := range []string{"lang:en", "a:profession:nurse", "a:country:SY", "a:status:status-holder", "a:dutch:B1"} {
		page := s.post(url.Values{"choice": {answer}})
		if !strings.Contains(page, `lang="en"`) {
			t.Errorf("after %s the page is not in English", answer)
		}
		s.kill()
		s.start(address) // the cookie belongs to this address
	}
	page := s.post(url.Values{"choice": {"cmd:fix"}})
	for _, want := range []string{"nurse", "Syria", "B1"} {
		if !strings.Contains(page, want) {
			t.Errorf("the answers after the last kill lack %q", want)
		}
	}
	if err := s.stop(); err != nil {
		t.Errorf("serve ended with %v after SIGTERM, want exit code 0", err)
	}
}

// TestServeKeepsTheLastGoodContent breaks the content under a running server, then mends it.
func TestServeKeepsTheLastGoodContent(t *testing.T) {
	t.Parallel()
	dir := copyContent(t)
	s := newServer(t, "--content", dir)
	s.start("127.0.0.1:0")
	file := filepath.Join(dir, "articles/bi-test/en.md")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ask := func() string {
		return s.post(url.Values{"text": {"/lang en"}}) + s.post(url.Values{"choice": {"art:bi-test"}})
	}
	write(t, file, "---\ntitle: [broken\n---\n")
	s.waitForLog("not used")
	if page := ask(); !strings.Contains(page, "BI") || strings.Contains(page, "broken") {
		t.Error("with broken content the server does not answer from the last good content")
	}
	write(t, file, strings.Replace(string(good), "title: ", "title: Mended. ", 1))
	s.waitForLog("answering from the changed content")
	if page := ask(); !strings.Contains(page, "Mended.") {
		t.Error("after mending, the server does not answer from the new content")
	}
}

// waitForLog waits until the server has logged text.
func (s *server) waitForLog(text string) {
	s.t.Helper()
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		raw, err := os.ReadFile(s.log.Name())
		if err != nil {
			s.t.Fatal(err)
		}
		if strings.Contains(string(raw), text) {
			return
		}
	}
	s.t.Fatalf("the server did not log %q within five minutes", text)
}
