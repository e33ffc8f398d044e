package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/channeltest"
	"wegwijzer/bot/channel/discord"
	"wegwijzer/bot/channel/discord/discordtest"
	"wegwijzer/bot/channel/telegram/telegramtest"
	"wegwijzer/bot/session"
	"wegwijzer/bot/store"
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
	const people, kills, seed, atOnce = 1000, 20, 20261124, 200
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

// TestDiscordSurvivesKills kills a server ten times while sixty people change their language again and again. Discord does
// not deliver twice, so a message may be lost; but none is half applied, none that was answered is forgotten, and those
// that a crash took in the middle are counted by the next start.
func TestDiscordSurvivesKills(t *testing.T) {
	if os.Getenv("WEGWIJZER_TEST_KILLS") == "" {
		t.Skip("set WEGWIJZER_TEST_KILLS=1 to kill a server ten times; it takes minutes")
	}
	const people, each, kills = 60, 14, 10
	tongues := []string{"nl", "en", "ar", "fa", "ti", "tr", "uk", "ru", "so", "ps", "fr", "es"}
	network, err := discordtest.Open(discordtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(network.Close)
	s := newServer(t)
	s.env = []string{"WEGWIJZER_DISCORD_TOKEN=" + network.Token()}
	s.args = []string{"--discord-api", network.Endpoint()}
	s.start("127.0.0.1:0")
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()

	type life struct {
		person   *discordtest.Person
		said     []string // the language of each message
		answered int      // messages with a reply
		last     int      // the last of them, from 1
	}
	lives := make([]*life, people)
	var answered, epoch atomic.Int64
	var talking sync.WaitGroup
	replies := func(p *discordtest.Person) (n int) {
		for _, m := range p.Messages(p.Direct()) {
			if m.FromBot {
				n++
			}
		}
		return n
	}
	for i := range lives {
		l := &life{person: network.Person(fmt.Sprint("Somebody ", i), "")}
		lives[i] = l
		talking.Go(func() {
			for n := range each {
				if network.Await(ctx, func() bool { return network.Connected() > 0 }) != nil {
					return
				}
				tongue := tongues[(i+n)%len(tongues)]
				before, now := replies(l.person), epoch.Load()
				l.person.Write(l.person.Direct(), "/lang "+tongue)
				l.said = append(l.said, tongue)
				// Who hears nothing for a while goes on, as people do: what came before the bot had said who it is was never given to it.
				patient, cancel := context.WithTimeout(ctx, 10*time.Second)
				_ = network.Await(patient, func() bool { return replies(l.person) > before || epoch.Load() != now })
				cancel()
				if replies(l.person) > before {
					l.answered, l.last = l.answered+1, len(l.said)
					answered.Add(1)
				}
			}
		})
	}
	for range kills { // each after some more replies: with every kill up to sixty messages go without one
		for at := answered.Load() + 20; answered.Load() < at && ctx.Err() == nil; {
			time.Sleep(5 * time.Millisecond)
		}
		s.kill()
		epoch.Add(1)
		s.start("127.0.0.1:0")
	}
	talking.Wait()
	if ctx.Err() != nil {
		t.Fatal("the people were not answered in time")
	}
	if err := s.stop(); err != nil {
		t.Errorf("serve ended with %v after SIGTERM", err)
	}

	db, err := store.Open(t.Context(), filepath.Join(s.home, ".local/share/wegwijzer/wegwijzer.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	key, err := session.LoadOrCreateKey(filepath.Join(s.home, ".config/wegwijzer/server.key"), "")
	if err != nil {
		t.Fatal(err)
	}
	sessions := session.New(key, db.Sessions(), time.Now)
	sent, lost := 0, 0
	for i, l := range lives {
		one, err := sessions.Open(t.Context(), discord.Channel, bot.PersonID(l.person.ID()))
		if err != nil {
			t.Fatalf("person %d: %v", i, err)
		}
		sent, lost = sent+len(l.said), lost+len(l.said)-l.answered
		if one.Turns < l.answered || one.Turns > len(l.said) {
			t.Errorf("person %d: %d turns are kept of %d messages with %d replies", i, one.Turns, len(l.said), l.answered)
		}
		// What is kept is the whole effect of the last message that was handled: that of the last reply, or of one after it.
		if !slices.Contains(l.said[max(l.last-1, 0):], one.Locale.String()) {
			t.Errorf("person %d: is kept in %s, and the last reply was in %s", i, one.Locale, l.said[max(l.last-1, 0)])
		}
	}
	raw, err := os.ReadFile(s.log.Name())
	if err != nil {
		t.Fatal(err)
	}
	counted := 0
	for _, m := range regexp.MustCompile(`lost=(\d+)`).FindAllSubmatch(raw, -1) {
		n, _ := strconv.Atoi(string(m[1]))
		counted += n
	}
	t.Logf("%d messages, %d kills: %d without a reply, of which the starts counted %d; the others had not reached the program", sent, kills, lost, counted)
	if counted > lost {
		t.Errorf("%d lost messages were counted, but only %d had no reply", counted, lost)
	}
	if counted == 0 {
		t.Error("no kill met a message in the middle; the test shows nothing")
	}
}
