package webchat

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/flood"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

func catalog() *locale.Catalog {
	ui := locale.Interface{Sentences: map[string]locale.Sentence{}}
	for _, key := range append([]string{"flood", "web.too-big", "web.error"}, pageWords...) {
		ui.Sentences[key] = locale.Sentence{locale.Other: "{" + key + "}"}
	}
	return locale.NewCatalog(language.English, []locale.Language{
		{Tag: language.English, Name: "English", Direction: locale.LeftToRight},
		{Tag: language.Arabic, Name: "العربية", Direction: locale.RightToLeft},
	}, map[language.Tag]locale.Interface{language.English: ui})
}

// site is a web chat on a fake turn.
type site struct {
	*httptest.Server
	client *http.Client
	seen   []bot.Message
	logged *strings.Builder
	now    time.Time
}

func newSite(t *testing.T, turn Turn) *site {
	t.Helper()
	s := &site{logged: &strings.Builder{}, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	chat := &Chat{
		Catalog: catalog,
		Welcome: func(hint language.Tag) bot.Reply {
			if hint != language.Arabic {
				hint = language.English
			}
			return bot.Reply{Locale: hint, Body: paragraph("welcome")}
		},
		Log: slog.New(slog.NewTextHandler(s.logged, nil)),
		Now: func() time.Time { return s.now },
	}
	handler, err := chat.Handler(func(ctx context.Context, m bot.Message) (bot.Reply, error) {
		s.seen = append(s.seen, m)
		return turn(ctx, m)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(handler)
	t.Cleanup(s.Close)
	s.client = s.Client()
	return s
}

func (s *site) post(t *testing.T, form url.Values, edit ...func(*http.Request)) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, e := range edit {
		e(r)
	}
	response, err := s.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func hello(_ context.Context, m bot.Message) (bot.Reply, error) {
	if m.Held {
		return bot.Reply{}, nil
	}
	return bot.Reply{Locale: language.English, Body: paragraph("hello")}, nil
}

func TestPageKeepsOthersOut(t *testing.T) {
	t.Parallel()
	s := newSite(t, hello)
	for name, response := range map[string]*http.Response{"post": s.post(t, url.Values{"text": {"hi"}})} {
		for header, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "DENY",
		} {
			if got := response.Header.Get(header); !strings.HasPrefix(got, want) {
				t.Errorf("%s: header %s is %q, want %q", name, header, got, want)
			}
		}
		page := body(t, response)
		for _, never := range []string{"<style", "onclick", "http://", "javascript:"} {
			if strings.Contains(page, never) {
				t.Errorf("%s: the page holds %q", name, never)
			}
		}
	}
}

func TestGetMakesNoSession(t *testing.T) {
	t.Parallel()
	s := newSite(t, hello)
	response, err := s.client.Get(s.URL + "/?text=hello&choice=cmd:forget")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if len(response.Cookies()) > 0 || len(s.seen) > 0 {
		t.Errorf("a GET set %d cookies and made %d turns, want none", len(response.Cookies()), len(s.seen))
	}
}

func TestCookieFindsTheSameSession(t *testing.T) {
	t.Parallel()
	s := newSite(t, hello)
	first := s.post(t, url.Values{"text": {"one"}})
	cookies := first.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || cookies[0].MaxAge != 0 {
		t.Fatalf("cookies are %v, want one that scripts cannot read and that ends with the browser", cookies)
	}
	second := s.post(t, url.Values{"choice": {"cmd:plan"}}, func(r *http.Request) { r.AddCookie(cookies[0]) })
	if len(second.Cookies()) != 0 {
		t.Errorf("a known session got another cookie")
	}
	s.post(t, url.Values{"text": {"three"}}, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookie, Value: "../../etc"}) })
	if s.seen[0].Person != s.seen[1].Person || s.seen[0].Person == s.seen[2].Person {
		t.Errorf("persons are %v: want the first two the same, and a made-up cookie replaced", len(s.seen))
	}
	if s.seen[1].Choice != "cmd:plan" || s.seen[1].Text != "" {
		t.Errorf("a pressed choice arrived as %+v", s.seen[1].Choice)
	}
}

func TestForgottenDropsTheCookie(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(context.Context, bot.Message) (bot.Reply, error) {
		return bot.Reply{Locale: language.English, Forgotten: true}, nil
	})
	cookies := s.post(t, url.Values{"text": {"/forget"}}).Cookies()
	if last := cookies[len(cookies)-1]; last.Name != cookie || last.MaxAge >= 0 {
		t.Errorf("the last cookie is %v, want it expired", last)
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	s := newSite(t, hello)
	response := s.post(t, url.Values{"text": {"hi"}}, func(r *http.Request) {
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://elsewhere.example")
	})
	if response.StatusCode != http.StatusForbidden || len(s.seen) != 0 {
		t.Errorf("status %d after %d turns, want 403 and none", response.StatusCode, len(s.seen))
	}
}

func TestLongBodyIsRefusedKindly(t *testing.T) {
	t.Parallel()
	s := newSite(t, hello)
	response := s.post(t, url.Values{"text": {strings.Repeat("a", maxBody)}})
	if response.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(body(t, response), "{web.too-big}") {
		t.Errorf("status %d, want 413 with our sentence", response.StatusCode)
	}
}

func TestFloodIsHeldBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, hello)
	cookies := s.post(t, url.Values{"text": {"hi"}}).Cookies()
	mine := func(r *http.Request) { r.AddCookie(cookies[0]) }
	for i := range flood.TurnsAtOnce - 1 {
		if got := s.post(t, url.Values{"text": {"hi"}}, mine).StatusCode; got != http.StatusOK {
			t.Fatalf("turn %d has status %d, want 200", i, got)
		}
	}
	response := s.post(t, url.Values{"text": {"hi"}}, mine)
	if response.StatusCode != http.StatusTooManyRequests || !strings.Contains(body(t, response), "{flood}") {
		t.Errorf("status %d, want 429 with our sentence", response.StatusCode)
	}
	s.now = s.now.Add(flood.TurnsEach)
	if got := s.post(t, url.Values{"text": {"hi"}}, mine).StatusCode; got != http.StatusOK {
		t.Errorf("after a pause the status is %d, want 200", got)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, remote, forwarded string
		proxied                 bool
		want                    string
	}{
		{"IPv4", "192.0.2.7:1234", "", false, "192.0.2.7"},
		{"IPv6 is one household", "[2001:db8:1:2:3:4:5:6]:1234", "", false, "2001:db8:1:2::/64"},
		{"a header is not believed without a proxy", "192.0.2.7:1", "198.51.100.9", false, "192.0.2.7"},
		{"behind a proxy its own entry counts", "127.0.0.1:1", "203.0.113.1, 198.51.100.9", true, "198.51.100.9"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := &handler{Chat: &Chat{Proxied: test.proxied}}
			r := &http.Request{RemoteAddr: test.remote, Header: http.Header{}}
			if test.forwarded != "" {
				r.Header.Set("X-Forwarded-For", test.forwarded)
			}
			if got := h.address(r); got != test.want {
				t.Errorf("address is %q, want %q", got, test.want)
			}
		})
	}
}

func TestReplyIsShownWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(_ context.Context, m bot.Message) (bot.Reply, error) {
		return bot.Reply{
			Locale: language.Arabic,
			Said:   "<b>me</b>",
			Body: prose.Doc{
				{Kind: prose.Heading, Items: [][]prose.Span{{{Text: "head"}}}},
				{Kind: prose.List, Lang: "en", Items: [][]prose.Span{
					{{Text: "call "}, {Text: "112", Link: "tel:112"}},
					{{Text: "bad", Link: "javascript:alert(1)"}},
					{{Text: "read on", Link: "choice:art:bi-test"}},
				}},
			},
			Sources:  []bot.Link{{Label: "CIBG", URL: "https://www.bigregister.nl/"}},
			Choices:  [][]bot.Choice{{{ID: "a:b:c", Label: "one"}}},
			Document: &bot.Document{Name: "plan.html", Type: "text/html; charset=utf-8", Bytes: []byte("<p>plan")},
		}, nil
	})
	page := body(t, s.post(t, url.Values{"text": {"x"}}))
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	if got := attr(find(doc, "html", ""), "dir"); got != "rtl" {
		t.Errorf("direction is %q, want rtl", got)
	}
	list := find(doc, "ul", "")
	if attr(list, "lang") != "en" || attr(list, "dir") != "ltr" {
		t.Errorf("a borrowed text has lang %q and dir %q, want en and ltr", attr(list, "lang"), attr(list, "dir"))
	}
	for _, want := range []string{"&lt;b&gt;me&lt;/b&gt;", `href="tel:112"`, `value="art:bi-test"`, `value="a:b:c"`, `href="https://www.bigregister.nl/"`, "plan.html"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "javascript:") {
		t.Error("a javascript: link is in the page")
	}
	file := s.post(t, url.Values{"text": {"x"}, "download": {"1"}})
	if got := file.Header.Get("Content-Disposition"); got != `attachment; filename="plan.html"` || body(t, file) != "<p>plan" {
		t.Errorf("the document came as %q", got)
	}
}

func TestFailingTurnSaysNothingOfThePerson(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(context.Context, bot.Message) (bot.Reply, error) { return bot.Reply{}, errors.New("disk full") })
	response := s.post(t, url.Values{"text": {"kanarie-zin"}})
	page := body(t, response)
	if response.StatusCode != http.StatusInternalServerError || !strings.Contains(page, "{web.error}") {
		t.Errorf("status %d, want 500 with our sentence", response.StatusCode)
	}
	if log := s.logged.String(); !strings.Contains(log, "disk full") || strings.Contains(log, "kanarie") || strings.Contains(page, "disk full") {
		t.Errorf("log: %s", log)
	}
}

func TestRunFinishesTurnsUnderWay(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	chat := &Chat{Catalog: catalog, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Welcome: func(language.Tag) bot.Reply { return bot.Reply{Locale: language.English} }}
	started := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- chat.Run(ctx, l, func(ctx context.Context, m bot.Message) (bot.Reply, error) {
			close(started)
			cancel() // the server is told to stop while this turn runs
			return hello(ctx, m)
		})
	}()
	response, err := http.PostForm("http://"+l.Addr().String()+"/", url.Values{"text": {"hi"}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	<-started
	if !strings.Contains(body(t, response), "hello") {
		t.Error("the turn under way got no answer")
	}
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

// find gives the first element with this tag and, if class is not "", this class.
func find(n *html.Node, tag, class string) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == tag && (class == "" || attr(d, "class") == class) {
			return d
		}
	}
	return nil
}

func attr(n *html.Node, name string) string {
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

// A form that is sent twice is one message; another choice from the same page is another.
func TestSameFormTwiceIsOneMessage(t *testing.T) {
	t.Parallel()
	s := newSite(t, hello)
	for _, form := range []url.Values{
		{"once": {"page-1"}, "choice": {"a:x:y"}}, {"once": {"page-1"}, "choice": {"a:x:y"}},
		{"once": {"page-1"}, "choice": {"a:x:z"}}, {"once": {"page-2"}, "choice": {"a:x:y"}}, {"choice": {"a:x:y"}},
	} {
		s.post(t, form)
	}
	names := map[string]int{}
	for i, m := range s.seen {
		if i < 4 && (m.Update == "" || len(m.Update) > 64) {
			t.Errorf("message %d is called %q", i, m.Update)
		}
		names[m.Update]++
	}
	if s.seen[0].Update != s.seen[1].Update || len(names) != 4 || names[""] != 1 {
		t.Errorf("the messages are called %v", names)
	}
}

func TestEveryFormNamesItsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(context.Context, bot.Message) (bot.Reply, error) {
		return bot.Reply{Locale: language.English, Body: prose.Doc{{Items: [][]prose.Span{{{Text: "press", Link: "choice:art:x"}}}}},
			Choices: [][]bot.Choice{{{ID: "cmd:plan", Label: "plan"}}}, Document: &bot.Document{Name: "plan.html"}}, nil
	})
	first, second := body(t, s.post(t, url.Values{"text": {"hi"}})), body(t, s.post(t, url.Values{"text": {"hi"}}))
	if forms, named := strings.Count(first, "<form "), strings.Count(first, `name="once"`); forms != 5 || named != forms {
		t.Errorf("%d forms, %d of them name their page", forms, named)
	}
	once := func(page string) string {
		_, rest, _ := strings.Cut(page, `name="once" value="`)
		name, _, _ := strings.Cut(rest, `"`)
		return name
	}
	if once(first) == "" || once(first) == once(second) {
		t.Errorf("two pages are called %q and %q", once(first), once(second))
	}
	if !strings.Contains(first, `id="press-`+once(first)+`"`) || !strings.Contains(first, `form="press-`+once(first)+`"`) {
		t.Error("a choice inside the text belongs to no form of its page")
	}
}

// While the content is being learnt the page says so, and a message waits.
func TestStarting(t *testing.T) {
	t.Parallel()
	var learnt atomic.Bool
	chat := &Chat{Log: slog.New(slog.DiscardHandler), Now: time.Now, Welcome: func(language.Tag) bot.Reply { return bot.Reply{Locale: language.English, Body: paragraph("welcome")} },
		Catalog: func() *locale.Catalog {
			if learnt.Load() {
				return catalog()
			}
			return nil
		}}
	handler, err := chat.Handler(hello)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	get := func(path string) (int, string) {
		t.Helper()
		response, err := server.Client().Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return response.StatusCode, body(t, response)
	}
	if status, page := get("/"); status != http.StatusServiceUnavailable || !strings.Contains(page, "starting") {
		t.Errorf("before the content is there: status %d, %q", status, page)
	}
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable} {
		if status, _ := get(path); status != want {
			t.Errorf("before the content is there %s has status %d, want %d", path, status, want)
		}
	}
	answered := make(chan int)
	go func() {
		response, err := server.Client().PostForm(server.URL+"/", url.Values{"text": {"hi"}})
		if err != nil {
			t.Error(err)
			answered <- 0
			return
		}
		response.Body.Close()
		answered <- response.StatusCode
	}()
	learnt.Store(true)
	if status := <-answered; status != http.StatusOK {
		t.Errorf("a message that waited has status %d", status)
	}
	if status, _ := get("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz has status %d", status)
	}
}

// Behind a proxy that hides the Host, forms of the page's own address are accepted and others are not.
func TestOrigin(t *testing.T) {
	t.Parallel()
	chat := &Chat{Log: slog.New(slog.DiscardHandler), Now: time.Now, Catalog: catalog, Origin: "https://wegwijzer.example",
		Welcome: func(language.Tag) bot.Reply { return bot.Reply{Locale: language.English} }}
	handler, err := chat.Handler(hello)
	if err != nil {
		t.Fatal(err)
	}
	for origin, want := range map[string]int{"https://wegwijzer.example": http.StatusOK, "https://elsewhere.example": http.StatusForbidden} {
		r := httptest.NewRequest(http.MethodPost, "http://10.0.0.7:8080/", strings.NewReader("text=hi"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("a form from %s has status %d, want %d", origin, w.Code, want)
		}
	}
	chat.Origin = "https://wegwijzer.example/path"
	if _, err := chat.Handler(hello); err == nil {
		t.Error("an address with a path is taken for an origin")
	}
}
