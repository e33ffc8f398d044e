package discord

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/language"
)

const me = "1300000000000000001"

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, event, raw string
		kind             string // "" if it asks nothing of us
		text, choice     string
		public, direct   bool
	}{
		{"a direct message", "MESSAGE_CREATE", `{"id":"1","channel_id":"2","channel_type":1,"author":{"id":"3"},"content":"hello <@4>","type":0}`, "message", "hello", "", false, true},
		{"an answer in one", "MESSAGE_CREATE", `{"id":"1","channel_id":"2","author":{"id":"3"},"content":"yes","type":19}`, "message", "yes", "", false, true},
		{"a mention", "MESSAGE_CREATE", `{"id":"1","channel_id":"2","guild_id":"9","author":{"id":"3"},"content":"<@` + me + `> hello <:wave:12>","mentions":[null,{"id":"` + me + `"}]}`, "mention", "hello", "", true, false},
		{"of somebody else", "MESSAGE_CREATE", `{"id":"1","channel_id":"2","guild_id":"9","author":{"id":"3"},"content":"<@5> hello","mentions":[{"id":"5"}]}`, "", "", "", false, false},
		{"in a group", "MESSAGE_CREATE", `{"id":"1","channel_id":"2","channel_type":3,"author":{"id":"3"},"content":"hello"}`, "", "", "", false, false},
		{"by a bot", "MESSAGE_CREATE", `{"id":"1","channel_id":"2","author":{"id":"3","bot":true},"content":"hello"}`, "", "", "", false, false},
		{"by a webhook", "MESSAGE_CREATE", `{"id":"1","channel_id":"2","author":{"id":"3"},"webhook_id":"4","content":"hello"}`, "", "", "", false, false},
		{"somebody pinned something", "MESSAGE_CREATE", `{"id":"1","channel_id":"2","author":{"id":"3"},"type":6}`, "", "", "", false, false},
		{"a command in our conversation", "INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t","type":2,"channel_id":"2","context":1,"user":{"id":"3"},"data":{"name":"plan"}}`, "command", "/plan", "", false, true},
		{"a command between two others", "INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t","type":2,"channel_id":"2","context":2,"user":{"id":"3"},"data":{"name":"plan"}}`, "command", "/plan", "", false, false},
		{"a command where nobody says where", "INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t","type":2,"channel_id":"2","user":{"id":"3"},"data":{"name":"plan"}}`, "command", "/plan", "", false, false},
		{"a question", "INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t","type":2,"channel_id":"2","guild_id":"9","context":0,"member":{"user":{"id":"3"}},"data":{"name":"ask","options":[{"name":"other","value":1},{"name":"question","value":"how long?"}]}}`, "command", "how long?", "", false, false},
		{"a question without words", "INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t","type":2,"channel_id":"2","context":1,"user":{"id":"3"},"data":{"name":"ask","options":[{"name":"question","value":7}]}}`, "command", "", "", false, true},
		{"a button", "INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t","type":3,"channel_id":"2","context":1,"user":{"id":"3"},"data":{"custom_id":"c:a:x:1"},"message":{"id":"5"}}`, "choice", "", "a:x:1", false, true},
		{"an option", "INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t","type":3,"channel_id":"2","context":1,"user":{"id":"3"},"data":{"custom_id":"s:0","values":["c2:a:x:1"]}}`, "choice", "", "a:x:1", false, true},
		{"a button of an older version", "INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t","type":3,"channel_id":"2","context":1,"user":{"id":"3"},"data":{"custom_id":"old"}}`, "choice", "", "old", false, true},
		{"a form", "INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t","type":5,"channel_id":"2","context":1,"user":{"id":"3"},"data":{"custom_id":"x"}}`, "", "", "", false, false},
		{"a token that is none", "INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t/../x","type":2,"channel_id":"2","context":1,"user":{"id":"3"},"data":{"name":"plan"}}`, "", "", "", false, false},
		{"another event", "TYPING_START", `{"id":"1"}`, "", "", "", false, false},
		{"no JSON", "MESSAGE_CREATE", `{`, "", "", "", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			u := read(tt.event, []byte(tt.raw), me)
			if u == nil {
				if tt.kind != "" {
					t.Error("it asks nothing of us")
				}
				return
			}
			if u.kind != tt.kind || u.message.Text != tt.text || u.message.Choice != tt.choice || u.message.Public != tt.public || u.place.direct != tt.direct ||
				u.message.Person != "3" || u.message.Update != "1" || u.place.channel != "2" {
				t.Errorf("read as %+v", u)
			}
		})
	}
}

func TestHint(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]language.Tag{"nl": language.Dutch, "en-GB": language.BritishEnglish, "es-419": language.LatinAmericanSpanish, "": language.Und, "no such": language.Und} {
		if got := hint(locale); got != want {
			t.Errorf("%q hints at %s, want %s", locale, got, want)
		}
	}
}

var digits = regexp.MustCompile(`^[0-9]{1,20}$`)

// FuzzRead: nothing that the gateway may say breaks us, and what we take from it can be put into an address and a name.
func FuzzRead(f *testing.F) {
	f.Add("MESSAGE_CREATE", `{"id":"1","channel_id":"2","author":{"id":"3"},"content":"hello","mentions":[null]}`)
	f.Add("MESSAGE_CREATE", `{"id":"1","guild_id":"4","channel_id":"2","author":{"id":"3"},"content":"<@`+me+`>","mentions":[{"id":"`+me+`"}],"type":19}`)
	f.Add("INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t","type":2,"channel_id":"2","context":1,"user":{"id":"3"},"locale":"nl","data":{"name":"ask","options":[{"name":"question","value":"x"}]}}`)
	f.Add("INTERACTION_CREATE", `{"id":"1","application_id":"8","token":"t","type":3,"channel_id":"2","guild_id":"7","member":{"user":{"id":"3"}},"data":{"custom_id":"c:x","values":["c:y"]},"message":{"id":"4","flags":64,"components":[{"components":[{"custom_id":"c:x","label":"X","options":[{"value":"c:y"}]}]}]}}`)
	f.Add("READY", `{}`)
	f.Fuzz(func(t *testing.T, event, raw string) {
		u := read(event, []byte(raw), me)
		if u == nil {
			return
		}
		m := u.message
		if !digits.MatchString(string(m.Person)) || !digits.MatchString(m.Update) || !digits.MatchString(u.place.channel) {
			t.Errorf("ids that are none: %q %q %q", m.Person, m.Update, u.place.channel)
		}
		if m.Text != "" && m.Choice != "" || m.Channel != Channel || !utf8.ValidString(m.Text) {
			t.Errorf("a message that is none: %+v", m)
		}
		if m.Public && (u.place.direct || u.place.interaction != nil) {
			t.Errorf("public and not: %+v", u)
		}
		if i := u.place.interaction; i != nil {
			if strings.ContainsAny(i.token, "/?#.\\ ") || !digits.MatchString(i.id) || !digits.MatchString(i.app) || i.command == (m.Choice != "") {
				t.Errorf("an interaction that is none: %+v", i)
			}
			if i.update && i.message == "" {
				t.Error("there is nothing to change")
			}
			if _, err := json.Marshal(done(i.rows, i.pressed)); err != nil {
				t.Errorf("what is left does not encode: %v", err)
			}
		}
	})
}
