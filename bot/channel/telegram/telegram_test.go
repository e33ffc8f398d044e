package telegram

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/telegram/telegramtest"
	"wegwijzer/bot/delivery"
	"wegwijzer/kb/prose"
)

// Everything that a reply can say arrives in Telegram's own means.
func TestReply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(bot.Message) bot.Reply {
			return bot.Reply{
				Locale: language.English,
				Body: prose.Doc{
					{Kind: prose.Heading, Items: [][]prose.Span{{{Text: "Head & <tail>"}}}},
					{Kind: prose.Paragraph, Items: [][]prose.Span{{{Text: "Look at "}, {Text: "the page", Link: "https://example.nl/?a=1&b=\"2\""}, {Text: ", call "}, {Text: "070 340 6600", Link: "tel:+31703406600"}, {Text: " or "}, {Text: "press", Link: "choice:x"}}}},
					{Kind: prose.List, Items: [][]prose.Span{{{Text: "one", Strong: true}}, {{Text: "two"}}}},
					{Kind: prose.OrderedList, From: 2, Items: [][]prose.Span{{{Text: "three"}}, {{Text: "four"}}}},
				},
				Sources:  []bot.Link{{Label: "BIG-register", URL: "https://www.bigregister.nl"}},
				Question: doc("Which one?"),
				Choices:  [][]bot.Choice{{{ID: "a:x:1", Label: "First"}, {ID: "a:x:2", Label: "Second"}}, {{ID: "skip:x", Label: "I don't know"}}},
				New:      true,
			}
		})
		h.serve(func() {
			p := h.server.Person(1001, "en")
			p.Say("hello")
			h.settle()
			m, _ := p.Last()
			want := "Head & <tail>\n\nLook at the page, call 070 340 6600 or press\n\n• one\n• two\n\n3. three\n4. four\n\n" +
				"en Telegram keeps this\n\n→ BIG-register\n\nWhich one?"
			if m.Text != want {
				t.Errorf("got %q, want %q", m.Text, want)
			}
			var looks []string
			for _, e := range m.Entities {
				looks = append(looks, e.Type+" "+e.Of(m.Text)+" "+e.URL)
			}
			equal(t, "looks", looks, []string{"bold Head & <tail> ", "text_link the page https://example.nl/?a=1&b=\"2\"", "bold one ", "text_link BIG-register https://www.bigregister.nl"})
			equal(t, "lines", m.Lines(), []string{"Head & <tail>", "Look at the page <https://example.nl/?a=1&b=\"2\">, call 070 340 6600 or press", "• one", "• two", "3. three", "4. four",
				"en Telegram keeps this", "→ BIG-register <https://www.bigregister.nl>", "Which one?"})
			var buttons []string
			for _, row := range m.Rows {
				for _, b := range row {
					buttons = append(buttons, b.Text+"="+b.Data)
				}
				buttons = append(buttons, "/")
			}
			equal(t, "buttons", buttons, []string{"First=a:x:1", "Second=a:x:2", "/", "I don't know=skip:x", "/"})
			if m.Preview {
				t.Error("links are shown as cards")
			}
			equal(t, "seen", p.Actions(), []string{"typing"})
		})
	})
}

// A file comes with the last text below it if there is room, and with the buttons.
func TestDocument(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       int // messages
	}{
		{"with its text", "Your plan.", 1}, {"without a text", "", 1}, {"behind a text too long to stand below it", strings.Repeat("long ", 300), 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, func(bot.Message) bot.Reply {
					r := bot.Reply{Locale: language.English, Document: &bot.Document{Name: "plan \"x\" ትልሚ.html", Type: "text/html", Bytes: []byte("<p>plan</p>")},
						Choices: [][]bot.Choice{{{ID: "cmd:plan", Label: "Plan"}}}}
					if tt.text != "" {
						r.Body = doc(tt.text)
					}
					return r
				})
				h.serve(func() {
					p := h.server.Person(1001, "en")
					p.Say("/sheet")
					h.settle()
					m, _ := p.Last()
					if m.File == nil || string(m.File.Bytes) != "<p>plan</p>" || m.File.Name != "plan \"x\" ትልሚ.html" || len(m.Rows) != 1 {
						t.Errorf("the file came as %+v", m)
					}
					if got := says(p.Chat()); len(got) != tt.want || strings.TrimSpace(strings.Join(got, "")) != strings.TrimSpace(tt.text) {
						t.Errorf("the texts are %q", got)
					}
				})
			})
		})
	}
}

// A message with a plan code is taken away, and only then does the bot say so.
func TestSecret(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault telegramtest.Fault
		away  bool
		says  bool
	}{
		{"taken away", telegramtest.Fault{}, true, true},
		{"after a stumble", telegramtest.Fault{Kind: telegramtest.Broken}, true, true},
		{"the answer lost", telegramtest.Fault{Kind: telegramtest.DropAfter}, true, true},
		{"not allowed", telegramtest.Fault{Kind: telegramtest.Refused, Description: "message can't be deleted"}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, func(m bot.Message) bot.Reply {
					return bot.Reply{Locale: language.Arabic, Body: doc("خطة"), Secret: strings.HasPrefix(m.Text, "/plan")}
				})
				h.server.Plan("deleteMessage", tt.fault)
				h.serve(func() {
					p := h.server.Person(1001, "ar")
					p.Say("/plan ABCD-EFGH")
					h.settle()
					if got := p.Chat()[0].Deleted; got != tt.away {
						t.Errorf("the message is deleted: %v", got)
					}
					m, _ := p.Last()
					if got := strings.Contains(m.Text, "ar code.removed"); got != tt.says {
						t.Errorf("the bot says %q", m.Text)
					}
				})
			})
		})
	}
}

func TestForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(bot.Message) bot.Reply {
			return bot.Reply{Locale: language.English, Body: doc("Forgotten."), Forgotten: true}
		})
		h.serve(func() {
			p := h.server.Person(1001, "en")
			p.Say("/forget")
			h.settle()
			equal(t, "said", says(p.Chat()), []string{"Forgotten.\n\nen forget.telegram"})
		})
	})
}

// What reaches the turn is what the person did, whatever Telegram tells of them besides.
func TestMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		heard := make(chan bot.Message, 20)
		h := newHouse(t, func(m bot.Message) bot.Reply {
			heard <- m
			return bot.Reply{Locale: language.English, Body: doc("ok"), Choices: [][]bot.Choice{{{ID: "a:profession:nurse", Label: "Nurse"}}}}
		})
		h.serve(func() {
			p := h.server.Person(1001, "pt-br")
			ask := func(what string, do func(), text, choice string) {
				t.Helper()
				do()
				h.settle()
				m := <-heard
				if m.Text != text || m.Choice != choice || m.Person != "1001" || m.Channel != Channel || m.Public || m.Update == "" || m.Hint != language.MustParse("pt-BR") {
					t.Errorf("%s: the turn heard %+v", what, m)
				}
			}
			ask("a text", func() { p.Say("  How? 😀 ") }, "  How? 😀 ", "")
			ask("start with what a link brought", func() { p.Say("/start from_a_poster") }, "/start", "")
			ask("a command with our name", func() { p.Say("/plan@Wegwijzer_Test_Bot AB12") }, "/plan AB12", "")
			ask("a photo", func() { p.Send(telegramtest.Saying{Media: "photo"}) }, "", "")
			ask("a photo with words", func() { p.Send(telegramtest.Saying{Media: "photo", Text: "my diploma"}) }, "my diploma", "")
			ask("a voice", func() { p.Send(telegramtest.Saying{Media: "voice"}) }, "", "")
			ask("a contact", func() { p.Send(telegramtest.Saying{Media: "contact"}) }, "", "")
			m, _ := p.Last()
			ask("a button", func() {
				if err := p.Press(m.ID, "a:profession:nurse"); err != nil {
					t.Error(err)
				}
			}, "", "a:profession:nurse")
			ask("a button of an old message", func() { p.PressOld("a:old:one") }, "", "a:old:one")
			ask("a button of a message out of reach", func() { p.PressInaccessible(3, "a:old:two") }, "", "a:old:two")

			// And what is none of ours.
			p.Edit(1, "changed")
			p.Send(telegramtest.Saying{Notice: "pinned_message"})
			p.Send(telegramtest.Saying{Text: "I am a bot", ByBot: true})
			h.server.Deliver("edited_message", map[string]any{"message_id": 1, "text": "x"})
			h.server.Deliver("channel_post", map[string]any{"message_id": 1, "text": "x", "chat": map[string]any{"id": -1, "type": "channel"}})
			h.server.Deliver("message", map[string]any{"message_id": 1, "text": "x", "from": map[string]any{"id": 5}, "chat": map[string]any{"id": -1, "type": "channel"}})
			h.server.Deliver("message", []any{"not", "a", "message"})
			h.server.Deliver("callback_query", map[string]any{"id": "1", "from": map[string]any{"id": 1001}, "inline_message_id": "1", "data": "x"})
			h.server.Deliver("something_new", map[string]any{"a": 1})
			h.settle()
			if len(heard) != 0 {
				t.Errorf("the turn heard %+v", <-heard)
			}
			if got := h.server.Unanswered(); got != 0 {
				t.Errorf("%d presses did not come to rest", got)
			}
			if got := h.notebook.count(); got["ignored"] != 8 || got["sent"] != 10 {
				t.Errorf("the outcomes are %v", got)
			}
		})
	})
}

// A keyboard goes when it was answered, by a press or by a text; another message's stays only until then.
func TestAnsweredKeyboardsGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(m bot.Message) bot.Reply {
			return bot.Reply{Locale: language.English, Body: doc("Which?"), Choices: [][]bot.Choice{{{ID: "x", Label: "X"}}}}
		})
		open := func(p *telegramtest.Person) (ids []int) {
			for i, m := range p.Chat() {
				if len(m.Rows) > 0 {
					ids = append(ids, i)
				}
			}
			return ids
		}
		p, other := h.server.Person(1001, "en"), h.server.Person(1002, "en")
		stop := h.open()
		other.Say("hello")
		for range 3 {
			p.Say("hello")
			h.settle()
		}
		equal(t, "keyboards after three texts", open(p), []int{5})
		m, _ := p.Last()
		if err := p.Press(m.ID, "x"); err != nil {
			t.Fatal(err)
		}
		h.settle()
		equal(t, "keyboards after a press", open(p), []int{6})
		equal(t, "keyboards of another person", open(other), []int{1})
		h.closes(stop)

		// After a restart the last keyboard is not known until it is pressed.
		h.bot = h.another()
		h.serve(func() {
			p.Say("hello again")
			h.settle()
			equal(t, "keyboards after a restart", open(p), []int{6, 8})
			if err := p.Press(p.Chat()[6].ID, "x"); err != nil {
				t.Fatal(err)
			}
			h.settle()
			equal(t, "keyboards after a press on an older one", open(p), []int{9})
		})
	})
}

// In a group the bot answers only when it is called, in public, as an answer to that message, with a way out.
func TestGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		heard := make(chan bot.Message, 20)
		h := newHouse(t, func(m bot.Message) bot.Reply {
			heard <- m
			return bot.Reply{Locale: language.Arabic, Body: doc("نعم"), Choices: [][]bot.Choice{{{ID: "art:x", Label: "X"}}}}
		})
		h.serve(func() {
			g, p := h.server.Group(-100500), h.server.Person(1001, "ar")
			ask := func(what string, say telegramtest.Saying, text string) telegramtest.Message {
				t.Helper()
				asked := g.Send(p, say)
				h.settle()
				m := <-heard
				if m.Text != text || !m.Public || m.Person != "1001" {
					t.Errorf("%s: the turn heard %+v", what, m)
				}
				answer, _ := g.Last()
				if answer.ReplyTo != asked || answer.Thread != say.Thread {
					t.Errorf("%s: the answer is %+v", what, answer)
				}
				way := answer.Rows[len(answer.Rows)-1][0]
				if way.Text != "ar choice.private" || way.URL != "https://t.me/wegwijzer_test_bot?start=1" {
					t.Errorf("%s: the way out is %+v", what, way)
				}
				return answer
			}
			answer := ask("a mention", telegramtest.Saying{Text: "😀 @wegwijzer_test_bot what is BIG?"}, "😀  what is BIG?")
			ask("a mention behind", telegramtest.Saying{Text: "كم المدة؟ @Wegwijzer_test_bot"}, "كم المدة؟")
			ask("a command", telegramtest.Saying{Text: "/help@wegwijzer_test_bot"}, "/help")
			ask("a reply", telegramtest.Saying{Text: "and then?", ReplyTo: answer.ID}, "and then?")
			ask("in a topic", telegramtest.Saying{Text: "@wegwijzer_test_bot hi", Thread: 77}, "hi")
			ask("a mention without a user name", telegramtest.Saying{Text: "Wegwijzer hi", Entities: []telegramtest.Entity{{Type: "text_mention", Length: 9, User: &telegramtest.User{ID: telegramtest.BotID}}}}, "hi")
			ask("a photo", telegramtest.Saying{Media: "photo", Text: "@wegwijzer_test_bot"}, "")
			if err := g.Press(p, answer.ID, "art:x"); err != nil {
				t.Fatal(err)
			}
			h.settle()
			if m := <-heard; m.Choice != "art:x" || !m.Public {
				t.Errorf("a press: the turn heard %+v", m)
			}

			for _, say := range []telegramtest.Saying{
				{Text: "what is BIG?"}, {Text: "/help"}, {Text: "/help@another_bot"}, {Text: "@another_bot hi"}, {Text: "@wegwijzer_test_bot2 hi"},
				{Text: "mail me@wegwijzer_test_bot"}, {Media: "photo"}, {Text: "@wegwijzer_test_bot hi", Anonymous: true}, {Text: "@wegwijzer_test_bot hi", ByBot: true},
				{Notice: "new_chat_title"},
			} {
				g.Send(p, say)
			}
			h.settle()
			if len(heard) != 0 {
				t.Errorf("uncalled, the turn heard %+v", <-heard)
			}
			g.Kick()
			g.Say(p, "@wegwijzer_test_bot hi")
			h.settle()
			<-heard
			if got := h.notebook.count(); got["gone"] != 1 || got["ignored"] != 10 {
				t.Errorf("the outcomes are %v", got)
			}
		})
	})
}

// A person who floods is told, and not each time; a group that does is told nothing.
func TestFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, echo)
		p, g := h.server.Person(1001, "ar"), h.server.Group(-5)
		for range 40 {
			p.Say("x")
		}
		p.Say("help")
		for i := range 40 {
			g.Say(h.server.Person(int64(2000+i), "en"), "@wegwijzer_test_bot x")
		}
		h.serve(func() {
			h.settle()
			got := says(p.Chat())
			if len(got) < 22 || len(got) > 40 || !slices.Contains(got, "ar flood") || got[len(got)-1] != "you said help" {
				t.Errorf("the person heard %d messages: %q", len(got), got)
			}
			if got := says(g.Chat()); len(got) < 20 || len(got) > 35 {
				t.Errorf("the group heard %d messages", len(got))
			}
			if got := h.notebook.count(); got["ignored"] == 0 || got["sent"]+got["ignored"] != 81 {
				t.Errorf("the outcomes are %v", got)
			}
		})
	})
}

// The menu and the descriptions are set in every language with two letters, and not again.
func TestIntroduce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, echo)
		h.server.Plan("getMyCommands", telegramtest.Fault{Kind: telegramtest.Throttled, RetryAfter: 20})
		wait := func() { time.Sleep(time.Minute) } // of the bubble's clock: as long as it takes
		h.serve(wait)
		menu := h.server.Commands("ti")
		if len(menu) != len(commands) || menu[1] != (telegramtest.Command{Command: "plan", Description: "ti command.plan"}) {
			t.Errorf("the menu is %v", menu)
		}
		if menu := h.server.Commands("nl"); len(menu) != len(commands) || menu[0].Description != "en command.start" {
			t.Errorf("the menu of others is %v", menu)
		}
		if long, short := h.server.About("ar"); long != "ar about.long" || short != "ar about.short" {
			t.Errorf("the descriptions are %q, %q", long, short)
		}
		sets := func() int {
			return h.server.Calls("setMyCommands") + h.server.Calls("setMyDescription") + h.server.Calls("setMyShortDescription")
		}
		if got := sets(); got != 4*3 {
			t.Errorf("%d were set, want three in four languages", got)
		}
		h.bot = h.another()
		h.serve(wait)
		if got := sets(); got != 4*3 {
			t.Errorf("%d were set after a second start", got)
		}
	})
}

// A token that Telegram does not accept ends the channel with an error that says what to do and not which token.
func TestRevoked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(*house)
	}{
		{"at the start", func(h *house) { h.server.Revoke() }},
		{"unknown", func(h *house) { h.bot.Token = "1:never" }},
		{"no token", func(h *house) { h.bot.Token = "" }},
		{"not even one", func(h *house) { h.bot.Token = "a b\n" }},
		{"while polling", func(h *house) {
			time.AfterFunc(time.Minute, h.server.Revoke)
		}},
		{"while sending, with a webhook", func(h *house) {
			h.hooked()
			time.AfterFunc(time.Minute, func() {
				h.server.Revoke()
				h.server.Person(1001, "en").Say("hello")
			})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, echo)
				tt.do(h)
				err := h.bot.Run(t.Context(), h.turn)
				if !errors.Is(err, delivery.ErrRevoked) || !strings.Contains(err.Error(), "make a new one") {
					t.Errorf("the bot ended with %v", err)
				}
				if err != nil && (strings.Contains(err.Error(), h.bot.Token) && h.bot.Token != "" || !strings.HasPrefix(err.Error(), "open the channel: telegram:") && !strings.HasPrefix(err.Error(), "telegram:")) {
					t.Errorf("the error reads %q", err)
				}
				h.server.Close()
			})
		})
	}
}
