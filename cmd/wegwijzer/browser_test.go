package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"wegwijzer/bot/channel/webchat"
	"wegwijzer/kb/locale"
)

// browser gives a context in which chromedp drives a phone-sized Chromium, or skips.
func browser(t *testing.T, options ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	learnt(t) // before the browser's time runs
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("WEGWIJZER_TEST_ALL") != "" {
			t.Fatal("chromium is not installed")
		}
		t.Skip("chromium is not installed")
	}
	options = append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true),
	}, options...)
	allocated, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// openPage serves the real web chat for a browser.
func openPage(t *testing.T) string {
	t.Helper()
	h := newHouse(t, time.Now, io.Discard)
	chat := &webchat.Chat{Catalog: func() *locale.Catalog { return h.ed.Library.Catalog() }, Welcome: h.engine.Welcome,
		Log: h.log, Now: time.Now}
	handler, err := chat.Handler(h.engine.Turn)
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(onlyOurs(t, handler))
	t.Cleanup(site.Close)
	return site.URL
}

// onlyOurs fails the test if the page asks for anything that is not its own.
func onlyOurs(t *testing.T, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" && !strings.HasPrefix(r.URL.Path, "/static/") {
			t.Errorf("the page asked for %s", r.URL.Path)
		}
		next.ServeHTTP(w, r)
	})
}

// The screen of an old phone, in CSS pixels; WCAG 1.4.10 asks for no sideways scrolling at this width.
const (
	phoneWidth  = 320
	phoneHeight = 640
)

// TestPhone talks on the screen of an old phone, in Arabic, with and without script.
func TestPhone(t *testing.T) {
	for name, options := range map[string][]chromedp.ExecAllocatorOption{
		"with script":    nil,
		"without script": {chromedp.Flag("blink-settings", "scriptEnabled=false")},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := browser(t, options...)
			scripted := options == nil
			url := openPage(t)
			var said, answer string
			if err := chromedp.Run(ctx,
				chromedp.EmulateViewport(phoneWidth, phoneHeight),
				chromedp.Navigate(url),
				chromedp.WaitVisible(`.choices button[value="lang:ar"]`, chromedp.ByQuery),
				chromedp.Click(`.choices button[value="lang:ar"]`, chromedp.ByQuery),
				chromedp.WaitVisible(`html[lang="ar"][dir="rtl"] .bot`, chromedp.ByQuery),
				chromedp.SendKeys(`.say [name="text"]`, "كم يكلف امتحان BIG للممرضين؟", chromedp.ByQuery),
				chromedp.Click(`.say button`, chromedp.ByQuery),
				chromedp.WaitVisible(`.exchange .sources a[href^="https://"]`, chromedp.ByQuery),
				chromedp.Text(`.exchange:last-child .you`, &said, chromedp.ByQuery),
				chromedp.Text(`.exchange:last-child .bot`, &answer, chromedp.ByQuery),
			); err != nil {
				t.Fatal(err)
			}
			screenshot(t, ctx, strings.ReplaceAll("answer "+name, " ", "-"))
			if !strings.Contains(said, "BIG") || !strings.Contains(answer, "BI") {
				t.Errorf("the page shows %q and answers %q", said, answer)
			}
			var walked string
			if err := chromedp.Run(ctx,
				chromedp.Click(`header button[value="cmd:plan"]`, chromedp.ByQuery),
				chromedp.WaitVisible(`.exchange:last-child .choices button[value^="g:profession:"]`, chromedp.ByQuery),
				chromedp.Click(`.exchange:last-child .choices button[value="g:profession:nursing"]`, chromedp.ByQuery),
				chromedp.WaitVisible(`.exchange:last-child .choices button[value="a:profession:nurse"]`, chromedp.ByQuery),
				chromedp.Click(`.exchange:last-child .choices button[value="a:profession:nurse"]`, chromedp.ByQuery),
				chromedp.WaitVisible(`.exchange:last-child .choices button[value="a:diploma:finished"]`, chromedp.ByQuery),
				chromedp.Click(`.exchange:last-child .choices button[value="a:diploma:finished"]`, chromedp.ByQuery),
				chromedp.WaitVisible(`.exchange:last-child .choices button[value="a:country:SY"]`, chromedp.ByQuery),
				chromedp.Click(`.exchange:last-child .choices button[value="a:country:SY"]`, chromedp.ByQuery),
				chromedp.WaitVisible(`.exchange:last-child .choices button[value^="a:status:"]`, chromedp.ByQuery),
				chromedp.Text(`.exchange:last-child .bot`, &walked, chromedp.ByQuery),
			); err != nil {
				t.Fatal(err)
			}
			if scripted {
				var exchanges, wide int
				if err := chromedp.Run(ctx,
					chromedp.Evaluate(`document.querySelectorAll(".exchange").length`, &exchanges),
					chromedp.Evaluate(`document.documentElement.scrollWidth - window.innerWidth`, &wide),
				); err != nil {
					t.Fatal(err)
				}
				if exchanges < 6 {
					t.Errorf("%d exchanges stand on the page, want all of the conversation", exchanges)
				}
				if wide > 0 {
					t.Errorf("the page is %d pixels wider than the phone", wide)
				}
			}
			screenshot(t, ctx, strings.ReplaceAll(name, " ", "-"))
		})
	}
}

// screenshot keeps a picture of the page in the folder that WEGWIJZER_TEST_PICTURES names, for people to look at.
func screenshot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	folder := os.Getenv("WEGWIJZER_TEST_PICTURES")
	if folder == "" {
		return
	}
	var picture []byte
	if err := chromedp.Run(ctx, chromedp.CaptureScreenshot(&picture)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}
