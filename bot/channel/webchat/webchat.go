// Package webchat is the chat in a browser: one page, made on the server, that works on an old phone without script.
// A small script of our own only spares reloading the page. It knows no route and no article.
//
// Nothing of a conversation is kept here: each answer to a POST holds the last exchange and nothing before it. The
// cookie is a random number that finds the session; it holds nothing and ends with the browser, unless the person asked
// to be remembered for longer.
package webchat

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/flood"
	"wegwijzer/kb/locale"
)

// Channel is the name of this channel in a Message.
const Channel bot.ChannelID = "web"

const (
	maxBody     = 64 << 10               // bytes of one POST; the longest question fits many times
	cookie      = "wegwijzer"            // name of the cookie that finds the session
	untilClosed = 0                      // seconds that the cookie lives: as long as the browser …
	keptAge     = 2 * 365 * 24 * 60 * 60 // … or two years, for who asked to be remembered for longer
	idBytes     = 16                     // random bytes in it: 128 bits cannot be guessed
	turnTime    = 20 * time.Second       // the longest a turn may take before the person is told to try again
	idleAfter   = 60 * time.Second
)

//go:embed static
var static embed.FS

// Turn answers one message; see bot/conversation.
type Turn func(context.Context, bot.Message) (bot.Reply, error)

// Chat is the web chat. All fields but Secure, Origin and Proxied are needed.
type Chat struct {
	Catalog func() *locale.Catalog            // today's languages and sentences; nil while they are still being read
	Welcome func(hint language.Tag) bot.Reply // the first screen, before there is a session
	Secure  bool                              // the page is reached over https: cookies say so
	Origin  string                            // scheme and host by which people reach the page, where a proxy may change the Host; empty: as the request says
	Proxied bool                              // the last X-Forwarded-For address is the person's; only behind a proxy of ours
	Log     *slog.Logger
	Now     func() time.Time
}

// Run serves the chat on l until ctx ends, then lets the turns under way finish.
func (c *Chat) Run(ctx context.Context, l net.Listener, turn Turn) error {
	handler, err := c.Handler(turn)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      turnTime + 10*time.Second,
		IdleTimeout:       idleAfter,
		MaxHeaderBytes:    16 << 10,
		// The server's own complaints name addresses of people; they say nothing we need.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnTime)
		defer cancel()
		stopped <- server.Shutdown(end)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the web chat: %w", err)
	}
	if err := <-stopped; err != nil {
		return fmt.Errorf("stop the web chat: %w", err)
	}
	return nil
}

// Handler gives the chat as a handler, for Run and for tests.
func (c *Chat) Handler(turn Turn) (http.Handler, error) {
	files, err := fs.Sub(static, "static")
	if err != nil {
		return nil, fmt.Errorf("open the page's own files: %w", err)
	}
	h := &handler{Chat: c, turn: turn, flood: flood.New(c.Now), once: newOnce}
	if h.version, err = versionOf(files); err != nil {
		return nil, err
	}
	outside := http.NewCrossOriginProtection()
	if c.Origin != "" {
		if err := outside.AddTrustedOrigin(c.Origin); err != nil {
			return nil, fmt.Errorf("trust the address of the web chat: %w", err)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", http.StripPrefix("/static/", cached(http.FileServerFS(files))))
	mux.HandleFunc("GET /{$}", h.welcome)
	mux.HandleFunc("POST /{$}", h.answer)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", h.ready)
	return guarded(outside.Handler(mux)), nil
}

type handler struct {
	*Chat
	turn    Turn
	flood   *flood.Gate
	once    func() string
	version string // of the static files
}

// versionOf gives a short name for what the page's own files hold, so that a browser that kept old ones asks for the new.
func versionOf(files fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(files, path)
		fmt.Fprintln(sum, path, len(raw))
		sum.Write(raw)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read the page's own files: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:6]), nil
}

func newOnce() string {
	raw := make([]byte, 12)
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ready says whether messages are answered yet, for a proxy or a monitor.
func (h *handler) ready(w http.ResponseWriter, _ *http.Request) {
	if h.Catalog() == nil {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// starting is what people read in the seconds in which the content is still being learnt; no sentence of it is read yet,
// so these few stand here. The page asks again by itself.
const starting = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="3"><title>Wegwijzer</title></head>
<body><p>One moment, Wegwijzer is starting.</p><p lang="nl">Een ogenblik, Wegwijzer start op.</p><p lang="ar" dir="rtl">لحظة من فضلك، الخدمة تبدأ الآن.</p></body></html>
`

// waitReady is how long a message waits for the content; learning it takes seconds.
const waitReady = 15 * time.Second

// started tells whether there is content to answer from. Somebody who opens the page meanwhile reads that it is starting;
// a message that was typed waits, so that it is not lost.
func (h *handler) started(w http.ResponseWriter, r *http.Request) bool {
	for end := h.Now().Add(waitReady); h.Catalog() == nil; {
		if r.Method != http.MethodPost || h.Now().After(end) || r.Context().Err() != nil {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, starting)
			return false
		}
		time.Sleep(100 * time.Millisecond)
	}
	return true
}

// guarded sets what keeps others out of the page: no third party, no frame, no inline code, no copy in a cache.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "+
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		head.Set("Referrer-Policy", "same-origin") // no-referrer would make a form's Origin "null", which looks like another site
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("X-Frame-Options", "DENY")
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
		head.Set("Cross-Origin-Resource-Policy", "same-origin")
		head.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		head.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// cached lets the page's own files be kept for a day: they hold nothing of anybody, and data costs money.
func cached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=86400")
		next.ServeHTTP(w, r)
	})
}

// welcome shows the first screen. It makes no session: that waits until the person does something.
func (h *handler) welcome(w http.ResponseWriter, r *http.Request) {
	if !h.started(w, r) {
		return
	}
	h.show(w, http.StatusOK, exchange{Reply: h.Welcome(h.hint(r))})
}

// answer takes one message and shows the reply.
func (h *handler) answer(w http.ResponseWriter, r *http.Request) {
	if !h.started(w, r) {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		status, sentence := http.StatusBadRequest, "web.error"
		if _, big := errors.AsType[*http.MaxBytesError](err); big {
			status, sentence = http.StatusRequestEntityTooLarge, "web.too-big"
		}
		h.say(w, r, status, sentence)
		return
	}
	person, known := h.person(r)
	if !known {
		person = newPerson()
	}
	if !h.flood.Visitor(h.address(r), person) {
		held := bot.Message{Channel: Channel, Person: person, Text: r.PostForm.Get("text"), Time: h.Now(), Hint: h.hint(r), Held: true}
		if reply, err := h.turn(r.Context(), held); err == nil && len(reply.Body) > 0 {
			h.show(w, http.StatusOK, exchange{Message: held, Reply: reply}) // no limit holds back who calls for help
			return
		}
		w.Header().Set("Retry-After", "60")
		h.say(w, r, http.StatusTooManyRequests, "flood")
		return
	}
	if !known {
		h.mark(w, person, untilClosed)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), turnTime) // a connection that drops must not take the answer along
	defer cancel()
	message := bot.Message{
		Channel: Channel, Person: person, Time: h.Now(), Hint: h.hint(r),
		Text: r.PostForm.Get("text"), Choice: r.PostForm.Get("choice"),
	}
	message.Update = update(r.PostForm.Get("once"), message)
	reply, err := h.turn(ctx, message)
	if err != nil {
		h.Log.Error("turn", "channel", string(Channel), "error", err)
		h.say(w, r, http.StatusInternalServerError, "web.error")
		return
	}
	if reply.Forgotten {
		h.mark(w, "", -1)
	} else if reply.Kept {
		h.mark(w, person, keptAge)
	}
	if d := reply.Document; d != nil && r.PostForm.Get("download") != "" {
		w.Header().Set("Content-Type", d.Type)
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", d.Name))
		_, _ = w.Write(d.Bytes)
		return
	}
	h.show(w, http.StatusOK, exchange{Message: message, Reply: reply})
}

// update names a message by the page it was sent from and what it says: a form that is sent twice is one message, while
// another choice on a page that was left open is another.
func update(once string, m bot.Message) string {
	if once == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(once + "\x00" + m.Choice + "\x00" + m.Text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// mark sets the cookie for so many seconds; untilClosed lets it end with the browser, below that it ends now.
func (h *handler) mark(w http.ResponseWriter, person bot.PersonID, seconds int) {
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: string(person), Path: "/", MaxAge: seconds, HttpOnly: true,
		Secure: h.Secure, SameSite: http.SameSiteStrictMode})
}

// say shows one sentence of ours instead of a reply.
func (h *handler) say(w http.ResponseWriter, r *http.Request, status int, key string) {
	reply := h.Welcome(h.hint(r))
	reply = bot.Reply{Locale: reply.Locale, Body: paragraph(h.Catalog().Sentence(reply.Locale, key, nil))}
	h.show(w, status, exchange{Reply: reply})
}

// person gives the random number that this browser carries; known is false if it carries none that we could have made.
func (h *handler) person(r *http.Request) (p bot.PersonID, known bool) {
	c, err := r.Cookie(cookie)
	if err != nil {
		return "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(raw) != idBytes || base64.RawURLEncoding.EncodeToString(raw) != c.Value {
		return "", false
	}
	return bot.PersonID(c.Value), true
}

func newPerson() bot.PersonID {
	raw := make([]byte, idBytes)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program rather than give a weak number
	return bot.PersonID(base64.RawURLEncoding.EncodeToString(raw))
}

// hint gives the first language of the browser that we speak, or the first it names.
func (h *handler) hint(r *http.Request) language.Tag {
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(tags) == 0 {
		return language.Und
	}
	for _, tag := range tags {
		if l, ok := h.Catalog().Match(tag); ok {
			return l.Tag
		}
	}
	return tags[0]
}
