package discord

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"wegwijzer/bot"
	"wegwijzer/bot/delivery"
	"wegwijzer/bot/flood"
)

const (
	room          = 256             // updates inside at once; then the gateway is read no further
	acknowledging = 64              // interactions being acknowledged at once
	deferTime     = 3 * time.Second // Discord's, for the first answer to an interaction
	typingTime    = 2 * time.Second
	turnTime      = 30 * time.Second // for a turn, tries included, and for what is noted of it
	sendTime      = 5 * time.Minute  // for a reply, while the network is away
	graceTime     = 7 * time.Second  // for updates under way when Run ends; discordgo's own second comes on top
	noteTime      = time.Second      // to note the end of an update when that time is over
)

// running is one Run of a Bot.
type running struct {
	*Bot
	turn    func(context.Context, bot.Message) (bot.Reply, error)
	end     context.CancelCauseFunc // ends the run
	work    context.Context         // of what is under way: it outlives the run's by graceTime
	endWork context.CancelFunc
	api     *api
	gateway *gateway
	flood   *flood.Gate
	self    string // the bot's own user id

	arrival context.Context               // of the run, for the handler, which discordgo gives none
	door    sync.Mutex                    // one event at a time comes in, also while one connection takes over from another
	shut    bool                          // nothing comes in any more
	lanes   *delivery.Lanes[bot.PersonID] // one person's updates in their order
	defers  *delivery.Lanes[*interaction] // what must be acknowledged at once
}

func newRunning(ctx context.Context, b *Bot, end context.CancelCauseFunc, turn func(context.Context, bot.Message) (bot.Reply, error)) (*running, error) {
	a, err := newAPI(ctx, b)
	if err != nil {
		return nil, err
	}
	r := &running{Bot: b, turn: turn, end: end, api: a, flood: flood.New(b.Now), arrival: ctx,
		lanes: delivery.NewLanes[bot.PersonID](room), defers: delivery.NewLanes[*interaction](acknowledging)}
	r.work, r.endWork = context.WithCancel(context.WithoutCancel(ctx))
	r.gateway = newGateway(ctx, a, b.Log, b.Figures.Up, r.retried, r.receive)
	return r, nil
}

// serve runs until ctx ends or its error says why it cannot go on.
func (r *running) serve(ctx context.Context) (err error) {
	defer func() { r.end(err) }()
	if err := delivery.Retry(ctx, r.countLost, r.notYet("ask for the updates of before")); err != nil {
		return err
	}
	if err := delivery.Retry(ctx, r.introduce, r.notYet("reach Discord")); err != nil {
		return err
	}
	var registering sync.WaitGroup
	registering.Go(func() { r.register(ctx) })
	err = r.gateway.keep(ctx)
	r.end(err)
	registering.Wait()
	return err
}

// countLost counts the updates that an earlier process began and never ended.
func (r *running) countLost(ctx context.Context) error {
	lost, err := r.Updates.Abandoned(ctx, string(Channel))
	if err != nil {
		return fmt.Errorf("end the updates of before: %w", err)
	}
	if lost > 0 {
		r.Figures.Lost(lost)
		r.Log.Warn("updates were lost when the program ended last, since Discord does not deliver again", "channel", string(Channel), "lost", lost)
	}
	return nil
}

// introduce asks who we are, which also tells whether the token holds.
func (r *running) introduce(ctx context.Context) error {
	var self user
	if err := r.api.get(ctx, discordgo.EndpointUser("@me"), &self); err != nil {
		return fmt.Errorf("ask who the bot is: %w", err)
	}
	if !snowflake.MatchString(self.ID) {
		return fmt.Errorf("ask who the bot is: %w", errUnreadable)
	}
	r.self = self.ID
	return nil
}

// notYet says that something at the start is tried again.
func (r *running) notYet(what string) func(error) {
	return func(err error) {
		r.Log.Warn("cannot "+what+" yet", "channel", string(Channel), "error", err)
		r.retried(err)
	}
}

func (r *running) retried(err error) {
	why := "stumbled"
	if _, ok := errors.AsType[delivery.Throttled](err); ok {
		why = "throttled"
	}
	r.Figures.Retried(why)
}

// stop takes no more updates, gives those under way some seconds and returns when all that was started has ended.
func (r *running) stop() {
	r.door.Lock()
	r.shut = true
	r.door.Unlock()
	grace := time.AfterFunc(graceTime, r.endWork)
	r.gateway.close()
	r.defers.Wait()
	r.lanes.Wait()
	grace.Stop()
	r.endWork()
	r.api.close()
}

// receive takes an event of the gateway. discordgo calls it in a goroutine of its own, one event after another; it must
// not panic, which would end the process, and it waits only when the house is full.
func (r *running) receive(event string, raw []byte) {
	defer r.recovered()
	r.door.Lock()
	defer r.door.Unlock()
	if r.shut {
		return
	}
	u := read(event, raw, r.self)
	if u == nil {
		return
	}
	r.Figures.Received(u.kind)
	u.message.Time = r.Now()
	ok, tell := r.flood.Person(u.message.Person)
	j := &job{running: r, update: u, flooded: !ok, tell: tell, acknowledged: make(chan struct{})}
	if u.place.interaction == nil {
		close(j.acknowledged)
	} else if err := r.defers.Add(r.arrival, u.place.interaction, j.acknowledge); err != nil {
		r.Figures.Lost(1)
		return
	}
	if err := r.lanes.Add(r.arrival, u.message.Person, j.run); err != nil {
		r.Figures.Lost(1)
	}
}

// recovered ends a panic, which is a bug of ours, and logs its place: its value may quote a message. It is deferred.
func (r *running) recovered() {
	if recover() != nil {
		r.Log.Error("an update broke off", "channel", string(Channel), "at", panicked())
	}
}

// panicked gives the place of our code that panicked. It is called while the panic is being recovered.
func panicked() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", frame.Function, frame.Line)
		}
		if !more {
			return "unknown place"
		}
	}
}
