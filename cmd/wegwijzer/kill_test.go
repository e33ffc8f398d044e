package main

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot/channel/channeltest"
	"wegwijzer/bot/channel/telegram/telegramtest"
)

// deed is one thing that a person does at Telegram.
type deed struct{ say, press string }

// tongues are the languages of the apps of those who live the lives below. Who is forgotten and then delivered again is
// answered in that language, for nothing else is left of them.
var tongues = []string{"en", "ar", "ti", "nl", "nl"}

// lives are what people do, one message after another; each is a talk of ten.
var lives = [][]deed{
	{{say: "/start"}, {press: "lang:en"}, {say: "/plan"}, {press: "a:profession:nurse"}, {press: "a:country:SY"}, {say: "what does the BI test cost"}, {press: "a:dutch:B1"}, {press: "a:status:status-holder"}, {say: "/next"}, {say: "/plan"}},
	{{say: "كم يكلف امتحان BIG"}, {say: "/plan"}, {press: "a:profession:doctor"}, {press: "a:diploma:finished"}, {press: "a:country:SD"}, {press: "cmd:back"}, {press: "a:country:ER"}, {press: "a:dutch:A2"}, {say: "/code"}, {say: "/plan"}},
	{{say: "/lang ti"}, {say: "/plan"}, {press: "a:profession:midwife"}, {press: "a:country:ER"}, {press: "skip:diploma"}, {say: "/privacy"}, {press: "cmd:nocount"}, {say: "ቢግ ረጂስተር እንታይ እዩ"}, {say: "/fix"}, {say: "/plan"}},
	{{say: "I am a pharmacist from Ukraine with B2"}, {press: "ok:yes"}, {say: "/plan"}, {say: "wie wint de voetbalwedstrijd"}, {press: "cmd:plan"}, {press: "a:status:asylum-seeker"}, {press: "cmd:new"}, {press: "a:profession:dentist"}, {press: "a:country:TR"}, {say: "/plan"}},
	{{say: "hallo"}, {say: "/help"}, {say: "/plan"}, {press: "a:profession:nurse"}, {press: "a:country:AF"}, {say: "/forget"}, {say: "/plan"}, {press: "a:profession:physiotherapist"}, {press: "an:old:button"}, {say: "/plan"}},
}

func (d deed) do(p *telegramtest.Person) {
	if d.press != "" {
		p.PressOld(d.press)
	} else {
		p.Say(d.say)
	}
}

// said is a message as the person sees it. Its buttons go away when they have been used, so they do not tell.
type said struct {
	text   string
	unsure bool // the bot did not hear that it was sent
}

func saidTo(p *telegramtest.Person) (all []said) {
	for _, m := range p.Chat() {
		if m.Bot {
			text := m.Text
			if m.File != nil {
				text += "⤓" + m.File.Name
			}
			all = append(all, said{text, m.Unsure})
		}
	}
	return all
}

// repeated is one message, as often as it was said without another in between.
type repeated struct {
	text          string
	times, unsure int
}

func runsOf(all []said) (runs []repeated) {
	for _, m := range all {
		if len(runs) == 0 || runs[len(runs)-1].text != m.text {
			runs = append(runs, repeated{text: m.text})
		}
		last := &runs[len(runs)-1]
		last.times++
		if m.unsure {
			last.unsure++
		}
	}
	return runs
}

// TestTelegramSurvivesKills sends ten thousand updates of a thousand people through a troubled Telegram to a server that
// is killed twenty times, and wants of every person: each reply in its order, none lost, and what was answered kept.
func TestTelegramSurvivesKills(t *testing.T) {
	if os.Getenv("WEGWIJZER_TEST_KILLS") == "" {
		t.Skip("set WEGWIJZER_TEST_KILLS=1 to kill a server twenty times; it takes minutes")
	}
	const people, kills, seed, atOnce = 1000, 20, 20261124, 100
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("%d people, %d updates, %d kills, seed %d", people, people*len(lives[0]), kills, seed)

	// What each life is told when nothing goes wrong.
	var wanted [][]said
	for i, life := range lives {
		clock := channeltest.NewClock(&channeltest.Talk{Now: time.Now()})
		d := openTelegram(t, &channeltest.Talk{Lang: language.Make(tongues[i])}, clock).(*telegramDriver)
		for _, deed := range life {
			deed.do(d.person)
			d.screen()
		}
		wanted = append(wanted, saidTo(d.person))
		if len(wanted[i]) < len(life) {
			t.Fatalf("life %d has %d replies to %d messages", i, len(wanted[i]), len(life))
		}
	}

	network := telegramtest.New(telegramToken)
	t.Cleanup(network.Close)
	endpoint, end, err := network.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = end() })
	network.Trouble(telegramtest.Chances{Seed: seed, Throttled: .05, Broken: .05, Dropped: .02, RetryAfter: 1})

	// Everybody's messages in their order, about a hundred people at a time.
	var all []*telegramtest.Person
	life := func(i int) int { return i % len(lives) }
	for from := 0; from < people; from += atOnce {
		next := make([]int, atOnce)
		for i := range atOnce {
			all = append(all, network.Person(int64(500_000_000+from+i), tongues[life(from+i)]))
		}
		for left := atOnce * len(lives[0]); left > 0; {
			i := random.IntN(atOnce)
			if next[i] < len(lives[life(from+i)]) {
				lives[life(from+i)][next[i]].do(all[from+i])
				next[i]++
				left--
			}
		}
	}

	s := newServer(t)
	s.env = []string{"WEGWIJZER_TELEGRAM_TOKEN=" + telegramToken}
	s.args = []string{"--telegram-api", endpoint, "--telegram-per-second", "1000"}
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Minute)
	defer cancel()
	began := time.Now()
	total := 0
	for i := range people {
		total += len(wanted[life(i)])
	}
	s.start("127.0.0.1:0")
	for kill := range kills {
		at := total*(kill+1)/(kills+1) + random.IntN(total/(4*kills))
		if err := network.Wait(ctx, func() bool { return network.Sent() >= at }); err != nil {
			t.Fatalf("before kill %d: %v; %d messages sent", kill+1, err, network.Sent())
		}
		s.kill()
		s.start("127.0.0.1:0")
	}
	if err := network.Settle(ctx); err != nil {
		t.Fatalf("%d updates are not handled: %v", network.Pending(), err)
	}
	took := time.Since(began).Round(time.Second)
	if err := s.stop(); err != nil {
		t.Errorf("serve ended with %v after SIGTERM", err)
	}

	messages, doubles, unsure, lost := 0, 0, 0, 0
	for i, p := range all {
		got, want := runsOf(saidTo(p)), runsOf(wanted[life(i)])
		for n, run := range want {
			if n >= len(got) || got[n].text != run.text || got[n].times < run.times {
				lost++
				t.Errorf("person %d of life %d: message %d is not the one it should be, or is missing: %q", i, life(i), n, run.text)
				break
			}
			messages += got[n].times
			// A message whose delivery the bot did not hear of is sent again, and must be: it cannot know.
			again := got[n].times - run.times
			unsure += min(again, got[n].unsure)
			doubles += max(again-got[n].unsure, 0)
		}
		if len(got) > len(want) {
			t.Errorf("person %d of life %d is told more than they should be: %q", i, life(i), got[len(want)].text)
		}
	}
	requests := network.Calls("sendMessage") + network.Calls("sendDocument")
	t.Logf("%d updates handled in %s with %d kills: %d messages sent by %d requests; said twice after a kill: %d; after an answer of Telegram's was lost: %d; people who lack a message: %d",
		people*len(lives[0]), took, kills, messages, requests, doubles, unsure, lost)
	if doubles > kills {
		t.Errorf("%d messages were said twice after %d kills", doubles, kills)
	}
}
