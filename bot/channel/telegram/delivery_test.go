package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/telegram/telegramtest"
)

// both runs a test by polling and by webhook.
func both(t *testing.T, test func(t *testing.T, h *house), turn func(bot.Message) bot.Reply) {
	for _, way := range []string{"polling", "webhook"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, turn)
				if way == "webhook" {
					h.hooked()
				}
				test(t, h)
				h.server.Close()
			})
		})
	}
}

// hooked makes the house's bot one with a webhook.
func (h *house) hooked() {
	h.bot.Webhook = "https://bot.example/telegram"
	h.door.Store(h.bot)
}

// again puts a new process in the place of the bot.
func (h *house) again() {
	hooked := h.bot.Webhook != ""
	h.bot = h.another()
	if hooked {
		h.hooked()
	}
}

// Whatever a request meets, the reply arrives, and once unless an answer of Telegram's was lost.
func TestTrouble(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		faults []telegramtest.Fault
		copies int
		least  time.Duration
		why    string
	}{
		{"none", nil, 1, 0, ""},
		{"throttled", []telegramtest.Fault{{Kind: telegramtest.Throttled, RetryAfter: 7}, {Kind: telegramtest.Throttled, RetryAfter: 2}}, 1, 9 * time.Second, "throttled"},
		{"throttled without a time", []telegramtest.Fault{{Kind: telegramtest.Throttled}}, 1, leastWait, "throttled"},
		{"500", []telegramtest.Fault{{Kind: telegramtest.Broken}, {Kind: telegramtest.Broken}}, 1, 700 * time.Millisecond, "stumbled"},
		{"a page of somebody in between", []telegramtest.Fault{{Kind: telegramtest.BrokenPage}}, 1, 200 * time.Millisecond, "stumbled"},
		{"dropped before", []telegramtest.Fault{{Kind: telegramtest.DropBefore}}, 1, 200 * time.Millisecond, "stumbled"},
		{"dropped after", []telegramtest.Fault{{Kind: telegramtest.DropAfter}}, 2, 200 * time.Millisecond, "stumbled"},
		{"no answer", []telegramtest.Fault{{Kind: telegramtest.Hang}}, 1, attemptTime, "stumbled"},
		{"an hour of it", slices.Repeat([]telegramtest.Fault{{Kind: telegramtest.Broken}}, 200), 1, time.Hour, "stumbled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, echo)
				h.serve(func() {
					p := h.server.Person(1001, "en")
					h.server.Plan("sendMessage", tt.faults...)
					began := time.Now()
					p.Say("hello")
					h.settle()
					if got := says(p.Chat()); len(got) != tt.copies || got[0] != "you said hello" {
						t.Errorf("the person heard %q", got)
					}
					if took := time.Since(began); took < tt.least {
						t.Errorf("took %s, want at least %s", took, tt.least)
					}
					if got := h.figures.all(); got["sent sent"] != 1 || tt.why != "" && got["retried "+tt.why] != len(tt.faults) {
						t.Errorf("the figures are %v", got)
					}
				})
			})
		})
	}
}

// What Telegram refuses is said without its looks; what it refuses then too is let go, and the next is answered.
func TestRefused(t *testing.T) {
	t.Parallel()
	refused := telegramtest.Fault{Kind: telegramtest.Refused, Description: "can't parse entities: somewhere"}
	for _, tt := range []struct {
		name    string
		faults  []telegramtest.Fault
		want    []string
		outcome string
	}{
		{"its looks", []telegramtest.Fault{refused}, []string{"you said <b>", "you said next"}, "sent"},
		{"altogether", []telegramtest.Fault{refused, refused}, []string{"you said next"}, "failed"},
		{"blocked", []telegramtest.Fault{{Kind: telegramtest.Forbidden, Description: "bot was blocked by the user"}}, []string{"you said next"}, "gone"},
		{"no such chat", []telegramtest.Fault{{Kind: telegramtest.Refused, Description: "chat not found"}}, []string{"you said next"}, "gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			both(t, func(t *testing.T, h *house) {
				h.serve(func() {
					p := h.server.Person(1001, "en")
					h.server.Plan("sendMessage", tt.faults...)
					p.Say("<b>")
					h.settle()
					p.Say("next")
					h.settle()
					equal(t, "said", says(p.Chat()), tt.want)
					if got := h.notebook.count(); got[tt.outcome] < 1 {
						t.Errorf("the outcomes are %v", got)
					}
				})
			}, echo)
		})
	}
}

// A person who blocks the bot, or whose account is gone, holds up nobody.
func TestOutOfReach(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		h.serve(func() {
			p, q := h.server.Person(1001, "en"), h.server.Person(1002, "en")
			p.Say("hello")
			h.settle()
			p.Say("goodbye")
			p.Block()
			q.Say("hello")
			q.Leave()
			h.settle()
			p.Unblock()
			p.Say("back")
			h.settle()
			if got := says(p.Chat()); len(got) < 2 || got[len(got)-1] != "you said back" {
				t.Errorf("the person heard %q", got)
			}
			if got := h.figures.all(); got["sent gone"] != 2 || got["received blocked"] != 1 {
				t.Errorf("the figures are %v", got)
			}
		})
	}, echo)
}

// One chat that Telegram wants left alone for ten minutes stops no other, and gets its reply in the end.
func TestOneChatThrottled(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		h.serve(func() {
			slow := h.server.Person(1001, "en")
			h.server.Plan("sendMessage", telegramtest.Fault{Kind: telegramtest.Throttled, RetryAfter: 600})
			began := time.Now()
			slow.Say("hello")
			if err := h.server.Wait(t.Context(), func() bool { return h.figures.all()["retried throttled"] == 1 }); err != nil {
				t.Fatal(err)
			}
			for i := range 60 {
				p := h.server.Person(int64(2000+i), "en")
				p.Say("hello")
				if err := h.server.Wait(t.Context(), func() bool { return len(says(p.Chat())) == 1 }); err != nil {
					t.Fatal(err)
				}
			}
			if took := time.Since(began); took > 3*time.Minute {
				t.Errorf("the others waited %s", took)
			}
			h.settle()
			if got := says(slow.Chat()); len(got) != 1 || time.Since(began) < 10*time.Minute {
				t.Errorf("the slow chat heard %q after %s", got, time.Since(began))
			}
		})
	}, echo)
}

// A person is answered in the order in which they spoke, and the next turn begins only after the reply before it arrived.
func TestOrder(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		h.server.Trouble(telegramtest.Chances{Seed: 1, Throttled: .1, Broken: .1, RetryAfter: 2})
		p := h.server.Person(1001, "en")
		var begun atomic.Int32
		h.turn = func(_ context.Context, m bot.Message) (bot.Reply, error) {
			if n, heard := begun.Add(1), int32(len(says(p.Chat()))); n != heard+1 {
				t.Errorf("turn %d began when %d replies had arrived", n, heard)
			}
			return echo(m), nil
		}
		var want []string
		for i := range 15 {
			p.Say(strconv.Itoa(i))
			want = append(want, "you said "+strconv.Itoa(i))
		}
		h.serve(func() {
			h.settle()
			equal(t, "said", says(p.Chat()), want)
		})
	}, nil)
}

// An update that was handled is not handled again, however often it is delivered.
func TestSecondDelivery(t *testing.T) {
	t.Parallel()
	for outcome, again := range map[string]int{"begun": 1, "sent": 0, "gone": 0, "failed": 0, "ignored": 0, "lost": 0} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			both(t, func(t *testing.T, h *house) {
				p := h.server.Person(1001, "en")
				p.Say("hello")
				h.notebook.outcomes["telegram 100000001"] = outcome
				h.serve(func() {
					h.settle()
					if got := says(p.Chat()); len(got) != again {
						t.Errorf("the person heard %q", got)
					}
				})
			}, echo)
		})
	}
}

// A turn that fails is tried again, since nothing was saved; if it goes on failing, the person is told once.
func TestTurnFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		fails   int
		want    string
		outcome string
	}{
		{"a while", 3, "you said hello", "sent"}, {"for good", 1000, "ar error", "failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			both(t, func(t *testing.T, h *house) {
				turns := 0
				h.turn = func(_ context.Context, m bot.Message) (bot.Reply, error) {
					if turns++; turns <= tt.fails {
						return bot.Reply{}, errors.New("save the session: the database is away")
					}
					return echo(m), nil
				}
				h.serve(func() {
					p := h.server.Person(1001, "ar")
					p.Say("hello")
					h.settle()
					equal(t, "said", says(p.Chat()), []string{tt.want})
					if got := h.notebook.count(); got[tt.outcome] != 1 {
						t.Errorf("the outcomes are %v", got)
					}
				})
			}, nil)
		})
	}
}

// A bug in a turn is answered with a sentence, ends nobody else's talk and quotes nothing.
func TestPanic(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		h.serve(func() {
			p := h.server.Person(1001, "en")
			p.Say("break")
			p.Say("hello")
			h.settle()
			equal(t, "said", says(p.Chat()), []string{"en error", "you said hello"})
			if log := h.log.text(); strings.Contains(log, "breaks") || !strings.Contains(log, "broke off") {
				t.Errorf("the log is %s", log)
			}
		})
	}, func(m bot.Message) bot.Reply {
		if m.Text == "break" {
			panic("it breaks")
		}
		return echo(m)
	})
}

// The memory of deliveries comes and goes; nothing is said twice, and nothing is confirmed before it is noted.
func TestNotebookAway(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		p := h.server.Person(1001, "en")
		h.turn = func(_ context.Context, m bot.Message) (bot.Reply, error) {
			h.notebook.breaks(true)
			time.AfterFunc(time.Minute, func() { h.notebook.breaks(false) })
			return echo(m), nil
		}
		h.serve(func() {
			p.Say("hello")
			if err := h.server.Wait(t.Context(), func() bool { return h.server.Sent() == 1 }); err != nil {
				t.Fatal(err)
			}
			time.Sleep(30 * time.Second)
			if h.server.Pending() != 1 {
				t.Error("the update was confirmed before it was noted")
			}
			h.settle()
			equal(t, "said", says(p.Chat()), []string{"you said hello"})
			if n := strings.Count(h.log.text(), "cannot be kept"); n != 1 {
				t.Errorf("the log tells of it %d times", n)
			}
		})
	}, nil)
}

// The bot stops within ten seconds, whatever is under way, and what was not answered is answered after the next start.
func TestStop(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(*house)
	}{
		{"idle", func(*house) {}},
		{"throttled", func(h *house) {
			h.server.Plan("sendMessage", telegramtest.Fault{Kind: telegramtest.Throttled, RetryAfter: 3600})
		}},
		{"waiting for an answer", func(h *house) { h.server.Plan("sendMessage", telegramtest.Fault{Kind: telegramtest.Hang}) }},
		{"typing and pressing", func(h *house) {
			h.server.Plan("sendChatAction", telegramtest.Fault{Kind: telegramtest.Hang})
		}},
		{"the database away", func(h *house) { h.notebook.breaks(true) }},
		{"Telegram away", func(h *house) {
			h.server.Plan("getUpdates", slices.Repeat([]telegramtest.Fault{{Kind: telegramtest.Broken}}, 4)...)
		}},
		{"Telegram away at the start", func(h *house) { h.server.Plan("getMe", telegramtest.Fault{Kind: telegramtest.Hang}) }},
		{"a turn that does not end", func(h *house) {
			turn, once := h.turn, true
			h.turn = func(ctx context.Context, m bot.Message) (bot.Reply, error) {
				if once {
					once = false
					<-ctx.Done()
					return bot.Reply{}, ctx.Err()
				}
				return turn(ctx, m)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			both(t, func(t *testing.T, h *house) {
				tt.do(h)
				p := h.server.Person(1001, "en")
				stop := h.open()
				p.Say("one")
				p.Say("two")
				time.Sleep(time.Second)
				began := time.Now()
				h.closes(stop)
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("stopping took %s", took)
				}
				if h.figures.isUp() {
					t.Error("the channel says that it is up")
				}
				h.notebook.breaks(false)
				h.again()
				h.serve(func() {
					h.settle()
					equal(t, "said", says(p.Chat()), []string{"you said one", "you said two"})
				})
			}, echo)
		})
	}
}

// Another process that polls is said in the log, and polling goes on, as it does whatever a poll meets.
func TestAnotherPoller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, echo)
		h.server.Plan("getUpdates", telegramtest.Fault{}, telegramtest.Fault{Kind: telegramtest.Conflict}, telegramtest.Fault{Kind: telegramtest.Conflict},
			telegramtest.Fault{Kind: telegramtest.Refused, Description: "something new"}, telegramtest.Fault{Kind: telegramtest.Forbidden, Description: "something newer"})
		h.serve(func() {
			p := h.server.Person(1001, "en")
			p.Say("hello")
			h.settle()
			if n := strings.Count(h.log.text(), reasonOther); n != 1 {
				t.Errorf("the log tells of it %d times:\n%s", n, h.log.text())
			}
		})
	})
}

// A bot that polls takes a webhook away, also one that somebody sets later, and what was waiting stays.
func TestWebhookIsTakenAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, echo)
		defer h.server.Close()
		h.server.Hooks = telegramtest.Carry(http.NotFoundHandler())
		set := func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://telegram.invalid/bot"+token+"/setWebhook?url=https://old.example/", nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.server.RoundTrip(r); err != nil {
				t.Fatal(err)
			}
		}
		p := h.server.Person(1001, "en")
		set()
		p.Say("one")
		h.serve(func() {
			h.settle()
			set()
			p.Say("two")
			h.settle()
			equal(t, "said", says(p.Chat()), []string{"you said one", "you said two"})
		})
	})
}

// After a week without updates, Telegram's numbers begin anywhere, also below those before.
func TestRenumbered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, echo)
		h.serve(func() {
			p := h.server.Person(1001, "en")
			p.Say("hello")
			h.settle()
			for _, last := range []int64{500, 70_000_000} {
				time.Sleep(8 * time.Hour)
				h.server.Renumber(last)
				p.Say("hello")
				h.settle()
			}
			if got := says(p.Chat()); len(got) != 3 {
				t.Errorf("the person heard %q", got)
			}
		})
	})
}

// kill lets a process die at once: it notes nothing any more, and its requests go nowhere.
type kill struct {
	http.RoundTripper
	dead atomic.Bool
}

func (k *kill) RoundTrip(r *http.Request) (*http.Response, error) {
	if k.dead.Load() {
		return nil, errors.New("killed")
	}
	return k.RoundTripper.RoundTrip(r)
}

// A reply of several messages goes on after a crash with the message that was not noted.
func TestCrashInALongReply(t *testing.T) {
	t.Parallel()
	for notes := range 4 { // how many notes the first process makes before it dies
		t.Run(strconv.Itoa(notes), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var long []string
				for i := range 3 {
					long = append(long, fmt.Sprintf("%d %s", i, strings.Repeat("word ", 600)))
				}
				h := newHouse(t, func(bot.Message) bot.Reply { return bot.Reply{Locale: language.English, Body: doc(long...)} })
				p := h.server.Person(1001, "en")
				dying := &dyingNotebook{notebook: h.notebook, left: notes}
				network := &kill{RoundTripper: h.server}
				h.bot.Updates, h.bot.Transport = dying, network
				dying.dies = func() { network.dead.Store(true) }
				stop := h.open()
				p.Say("hello")
				if err := h.server.Wait(t.Context(), func() bool { return h.server.Sent() > notes || h.server.Pending() == 0 }); err != nil {
					t.Fatal(err)
				}
				h.closes(stop)
				h.again()
				h.serve(func() {
					h.settle()
					var starts []string
					for _, text := range says(p.Chat()) {
						starts = append(starts, text[:1])
					}
					want := [][]string{{"0", "0", "1", "2"}, {"0", "1", "1", "2"}, {"0", "1", "2", "2"}, {"0", "1", "2"}}[notes]
					equal(t, "messages", starts, want)
				})
			})
		})
	}
}

// dyingNotebook makes so many notes of an end and then dies.
type dyingNotebook struct {
	*notebook
	mu   sync.Mutex
	left int
	dies func()
}

func (d *dyingNotebook) End(ctx context.Context, channel, update, outcome string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left--; d.left < 0 {
		d.dies()
		return errors.New("killed")
	}
	return d.notebook.End(ctx, channel, update, outcome)
}

// TestStorm lets many people talk through a bad network to a process that is killed again and again: every update is
// handled, each person is answered in order, and no kill repeats more than one reply.
func TestStorm(t *testing.T) {
	t.Parallel()
	const people, each, kills = 60, 12, 8
	both(t, func(t *testing.T, h *house) {
		h.server.Trouble(telegramtest.Chances{Seed: 7, Throttled: .05, Broken: .05, Dropped: .02, RetryAfter: 1})
		h.turn = func(_ context.Context, m bot.Message) (bot.Reply, error) {
			reply := echo(m)
			if strings.HasSuffix(m.Text, "5") { // a long reply
				reply.Body = append(reply.Body, doc(strings.Repeat("long ", 900), "end of "+m.Text)...)
			}
			return reply, nil
		}
		run := func(after int) {
			dying := &dyingNotebook{notebook: h.notebook, left: after}
			network := &kill{RoundTripper: h.server}
			died := make(chan struct{})
			h.again()
			h.bot.Updates, h.bot.Transport = dying, network
			dying.dies = sync.OnceFunc(func() { network.dead.Store(true); close(died) })
			stop := h.open()
			<-died
			h.closes(stop)
		}
		for i := range each {
			for n := range people {
				h.server.Person(int64(1000+n), "en").Say(strconv.Itoa(i))
			}
		}
		for range kills {
			run(70)
		}
		h.again()
		h.serve(h.settle)

		doubles, unsure := 0, 0
		for n := range people {
			var heard []string
			before := ""
			for _, m := range h.server.Person(int64(1000+n), "en").Chat() {
				if !m.Bot {
					continue
				}
				if m.Unsure {
					unsure++
				}
				if m.Text == before {
					doubles++
				} else {
					heard = append(heard, m.Text[:min(len(m.Text), 20)])
				}
				before = m.Text
			}
			var want []string
			for i := range each {
				want = append(want, "you said "+strconv.Itoa(i))
				if i%10 == 5 {
					want = append(want, "long long long long ", "long long long long ")
				}
			}
			if !slices.Equal(heard, want) {
				t.Errorf("person %d heard %q", n, heard)
			}
		}
		if doubles > kills+unsure {
			t.Errorf("%d messages came twice, with %d kills and %d answers lost", doubles, kills, unsure)
		}
		if got := h.notebook.count(); got["sent"] != people*each {
			t.Errorf("the outcomes are %v", got)
		}
		t.Logf("%d updates, %d kills: %d messages twice, %d answers lost", people*each, kills, doubles, unsure)
	}, nil)
}

// poisoned is a network in which one chat's messages meet an error each time.
type poisoned struct {
	http.RoundTripper
	chat string
}

func (p poisoned) RoundTrip(r *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	if strings.HasSuffix(r.URL.Path, "/sendMessage") && strings.Contains(string(raw), "chat_id="+p.chat) {
		return &http.Response{StatusCode: http.StatusBadGateway, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("<html>")), Request: r}, nil
	}
	return p.RoundTripper.RoundTrip(r)
}

// A message that meets an error each time, while others arrive, is given up, so that in the end all are heard.
func TestPoisonedMessage(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		h.bot.Transport = poisoned{h.server, "1001"}
		h.serve(func() {
			h.server.Person(1001, "en").Say("hello")
			for i := range 150 { // more than Telegram shows behind an update that is not confirmed
				p := h.server.Person(int64(2000+i), "en")
				p.Say("hello")
				if i%10 == 9 {
					time.Sleep(time.Minute)
				}
			}
			h.settle()
			for i := range 150 {
				if got := says(h.server.Person(int64(2000+i), "en").Chat()); len(got) != 1 {
					t.Fatalf("person %d heard %q", i, got)
				}
			}
			if got := h.figures.all()["sent failed"]; got != 1 {
				t.Errorf("%d replies failed, want the one of the poisoned chat", got)
			}
		})
	}, echo)
}
