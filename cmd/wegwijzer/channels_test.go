package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/text/language"

	"wegwijzer/bot/channel/channeltest"
	"wegwijzer/bot/channel/terminal"
	"wegwijzer/bot/channel/webchat"
	"wegwijzer/bot/conversation"
	"wegwijzer/bot/insight"
	"wegwijzer/bot/session"
	"wegwijzer/bot/store"
	"wegwijzer/content"
	"wegwijzer/kb/edition"
	"wegwijzer/kb/locale"
)

// realEdition is the embedded content, learnt once for all tests.
var realEdition = sync.OnceValues(func() (*edition.Edition, error) {
	// On the shelf of the command itself, so that every command and server of the tests finds what was learnt here.
	ed, _, err := edition.Load(context.Background(), content.FS, content.FS, new(process).shelf(&cli{Cache: testShelf}))
	return ed, err
})

// house is an engine on the real content with a database of its own.
type house struct {
	engine *conversation.Engine
	ed     *edition.Edition
	folder string // where its database lies
	log    *slog.Logger
}

func newHouse(t *testing.T, now func() time.Time, log io.Writer) *house {
	t.Helper()
	h, db := build(t, now, log)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// newBrokenHouse is a house whose database has gone away.
func newBrokenHouse(t *testing.T, log io.Writer) *house {
	t.Helper()
	h, db := build(t, time.Now, log)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return h
}

func build(t *testing.T, now func() time.Time, log io.Writer) (*house, *store.Store) {
	t.Helper()
	ed, err := realEdition()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{ed: ed, folder: t.TempDir(), log: slog.New(slog.NewTextHandler(log, nil))}
	db, err := store.Open(t.Context(), filepath.Join(h.folder, "house.db"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := session.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h.engine = conversation.New(func() *edition.Edition { return ed }, session.New(key, db.Sessions(), now), insight.Off{}, conversation.Open{}, h.log)
	t.Cleanup(h.engine.Close)
	return h, db
}

// TestEveryChannelSpeaksAlike plays the golden conversations through each channel as a person sees it.
func TestEveryChannelSpeaksAlike(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../bot/conversation/testdata/*.talk")
	if err != nil || len(files) == 0 {
		t.Fatalf("no talks: %v", err)
	}
	if raceDetector {
		files = files[:2] // stretching ids is ten times slower under it, and two talks on each channel show it all there is
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		talk, err := channeltest.Parse(filepath.Base(file), string(raw))
		if err != nil {
			t.Fatal(err)
		}
		for name, open := range map[string]func(*testing.T, *channeltest.Talk, *channeltest.Clock) channeltest.Driver{
			"terminal": openTerminal, "web": openWeb, "telegram": openTelegram, "discord": openDiscord,
		} {
			t.Run(name+"/"+talk.Name, func(t *testing.T) {
				t.Parallel()
				clock := channeltest.NewClock(talk)
				got := channeltest.Play(t, talk, clock, open(t, talk, clock), nil).String()
				want := string(raw)
				if name == "discord" {
					got, want = cutLabels(got), cutLabels(want)
				}
				if diff := cmp.Diff(got, want); diff != "" {
					t.Errorf("this channel shows something else (-got +want):\n%s", diff)
				}
			})
		}
	}
}

// terminalDriver types into a running terminal and reads what it prints; a reply ends with an empty line.
type terminalDriver struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Reader
}

func openTerminal(t *testing.T, talk *channeltest.Talk, clock *channeltest.Clock) channeltest.Driver {
	h := newHouse(t, clock.Now, io.Discard)
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	chat := terminal.Terminal{In: inRead, Out: outWrite, Person: "here", Hint: talk.Lang, Now: clock.Now}
	ended := make(chan error, 1)
	go func() {
		err := chat.Run(context.WithoutCancel(t.Context()), h.engine.Turn)
		outWrite.CloseWithError(err)
		ended <- err
	}()
	t.Cleanup(func() {
		inWrite.Close()
		if err := <-ended; err != nil {
			t.Errorf("terminal: %v", err)
		}
	})
	return &terminalDriver{t, inWrite, bufio.NewReader(outRead)}
}

func (d *terminalDriver) Say(text string) channeltest.Screen { return d.send(text) }
func (d *terminalDriver) Press(n int) channeltest.Screen {
	return d.send("[" + strconv.Itoa(n) + "]")
}

func (d *terminalDriver) send(line string) (s channeltest.Screen) {
	d.t.Helper()
	if _, err := io.WriteString(d.in, line+"\n"); err != nil {
		d.t.Fatal(err)
	}
	for {
		line, err := d.out.ReadString('\n')
		if err != nil {
			d.t.Fatalf("the terminal stopped: %v", err)
		}
		line = strings.TrimSuffix(line, "\n")
		number := "[" + strconv.Itoa(len(s.Choices)+1) + "] "
		switch label, isChoice := strings.CutPrefix(line, number); {
		case line == "":
			return s
		case isChoice:
			s.Choices = append(s.Choices, channeltest.Plain(label))
		default:
			s.Lines = append(s.Lines, channeltest.Plain(line))
		}
	}
}

// webDriver fills in the page's forms and reads the page that comes back.
type webDriver struct {
	t       *testing.T
	url     string
	client  *http.Client
	lang    string
	buttons []string // values of the choices on the page
}

func openWeb(t *testing.T, talk *channeltest.Talk, clock *channeltest.Clock) channeltest.Driver {
	h := newHouse(t, clock.Now, io.Discard)
	return openSite(t, h, clock.Now, talk.Lang)
}

func openSite(t *testing.T, h *house, now func() time.Time, lang language.Tag) *webDriver {
	turns := 0
	chat := &webchat.Chat{
		Catalog: func() *locale.Catalog { return h.ed.Library.Catalog() }, Welcome: h.engine.Welcome, Log: h.log,
		Now: func() time.Time { turns++; return now().Add(time.Duration(turns) * time.Second) }, // people read before they answer
	}
	handler, err := chat.Handler(h.engine.Turn)
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(handler)
	t.Cleanup(site.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := site.Client()
	client.Jar = jar
	return &webDriver{t: t, url: site.URL, client: client, lang: lang.String()}
}

func (d *webDriver) Say(text string) channeltest.Screen {
	return d.send(url.Values{"text": {text}})
}

func (d *webDriver) Press(n int) channeltest.Screen {
	if n < 1 || n > len(d.buttons) {
		d.t.Fatalf("there is no choice [%d] on the page", n)
	}
	return d.send(url.Values{"choice": {d.buttons[n-1]}})
}

func (d *webDriver) post(form url.Values) *http.Response {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.url+"/", strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", d.lang)
	response, err := d.client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	return response
}

func (d *webDriver) send(form url.Values) channeltest.Screen {
	d.t.Helper()
	response := d.post(form)
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		d.t.Fatalf("status %d", response.StatusCode)
	}
	page, err := html.Parse(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	var s channeltest.Screen
	d.buttons = nil
	for n := range page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		class := attribute(n.Parent, "class")
		switch {
		case (class == "bot" || class == "question") && (n.Data == "p" || n.Data == "h2"):
			s.Lines = append(s.Lines, channeltest.Plain(textOf(n)))
		case (class == "bot" || class == "question") && (n.Data == "ul" || n.Data == "ol"):
			i := 0
			for item := range n.ChildNodes() {
				i++
				sign := "- "
				if n.Data == "ol" {
					sign = strconv.Itoa(i) + ". "
				}
				s.Lines = append(s.Lines, channeltest.Plain(sign+textOf(item)))
			}
		case n.Data == "li" && attribute(n.Parent.Parent, "class") == "sources":
			s.Lines = append(s.Lines, channeltest.Plain("→ "+textOf(n)))
		case class == "document" && n.Data == "button":
			_, name, _ := strings.Cut(textOf(n), ": ")
			s.Lines = append(s.Lines, "⤓ "+channeltest.Plain(name))
		case n.Data == "button" && class == "row":
			s.Choices = append(s.Choices, channeltest.Plain(textOf(n)))
			d.buttons = append(d.buttons, attribute(n, "value"))
		}
	}
	return s
}

// textOf gives what is read of a node: a web address stands behind the words that open it.
func textOf(n *html.Node) string {
	var b strings.Builder
	for child := range n.ChildNodes() {
		switch {
		case child.Type == html.TextNode:
			b.WriteString(child.Data)
		case child.Data == "a":
			text, href := textOf(child), attribute(child, "href")
			b.WriteString(text)
			if strings.HasPrefix(href, "https://") && href != text {
				b.WriteString(" <" + href + ">")
			}
		default:
			b.WriteString(textOf(child))
		}
	}
	return b.String()
}

func attribute(n *html.Node, name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
