package discord

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/delivery"
)

// job is one update on its way to a reply.
type job struct {
	*running
	*update
	flooded bool // the person sends too much at once …
	tell    bool // … and has not been told yet

	acknowledged chan struct{} // closed when Discord's three seconds no longer matter
	deferred     bool          // the interaction was acknowledged: it can be answered. Read after acknowledged is closed
	arrived      int           // messages of the reply
}

// acknowledge tells Discord within its three seconds that an interaction is being answered. Only the person sees that,
// and what follows, unless we are alone with them.
func (j *job) acknowledge() {
	defer close(j.acknowledged)
	defer j.recovered()
	i := j.place.interaction
	answer := discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource,
		Data: &discordgo.InteractionResponseData{Flags: j.hidden(), AllowedMentions: nobody()}}
	switch {
	case j.flooded && i.command:
		// Discord wants an answer to every command, and shows an error of its own without one.
		answer.Type = discordgo.InteractionResponseChannelMessageWithSource
		answer.Data.Flags |= discordgo.MessageFlagsEphemeral
		answer.Data.Content = j.sentence("flood")
	case i.update || j.flooded:
		answer = discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredMessageUpdate}
	}
	ctx, cancel := context.WithTimeout(j.work, deferTime)
	defer cancel()
	err := delivery.Retry(ctx, func(ctx context.Context) error {
		_, err := j.api.do(ctx, http.MethodPost, discordgo.EndpointInteractionResponse(i.id, i.token), answer, nil)
		if r, ok := errors.AsType[*refused](err); ok && r.code == alreadyAcknowledged {
			return nil // an attempt before this one arrived after all
		}
		return err
	}, j.retried)
	j.deferred = err == nil
	if err != nil {
		j.Log.Warn("acknowledge an interaction", "channel", string(Channel), "error", err)
		j.mayEnd(err)
	}
}

// hidden gives the flag with which only the person sees an answer, where others could read it.
func (j *job) hidden() discordgo.MessageFlags {
	if j.place.direct {
		return 0
	}
	return discordgo.MessageFlagsEphemeral
}

// run handles the update in its turn. Whatever happens, it ends with an outcome, unless the process ends first.
func (j *job) run() {
	defer j.recovered()
	<-j.acknowledged
	if j.work.Err() != nil { // the time to finish is over, and nothing of this one has begun
		j.Figures.Lost(1)
		return
	}
	before, err := j.begin()
	if err != nil {
		j.Log.Error("note the beginning of an update", "channel", string(Channel), "error", err)
		j.apologise()
		j.Figures.Sent(failed)
		return
	}
	if before != "" {
		return // delivered a second time, as a resumed connection may
	}
	j.finish(j.guarded())
}

// guarded is handle, but that a panic is a failure like any other and answered with the same sentence.
func (j *job) guarded() (outcome string) {
	defer func() {
		if recover() != nil {
			j.Log.Error("an update broke off", "channel", string(Channel), "at", panicked())
			j.apologise()
			outcome = failed
		}
	}()
	return j.handle()
}

// begin notes that the update is being handled, durably, before anything else is done about it.
func (j *job) begin() (before string, err error) {
	ctx, cancel := context.WithTimeout(j.work, turnTime)
	defer cancel()
	err = delivery.Retry(ctx, func(ctx context.Context) (err error) {
		before, err = j.Updates.Begin(ctx, string(Channel), j.message.Update)
		return err
	}, nil)
	return before, err
}

// finish notes the outcome, also when the time to finish is over.
func (j *job) finish(outcome string) {
	ctx, cancel := context.WithTimeout(j.work, turnTime)
	defer cancel()
	if j.work.Err() != nil {
		cancel()
		ctx, cancel = context.WithTimeout(context.WithoutCancel(j.work), noteTime)
		defer cancel()
	}
	if outcome != ignored {
		j.Figures.Sent(outcome)
	}
	if err := delivery.Retry(ctx, func(ctx context.Context) error {
		return j.Updates.End(ctx, string(Channel), j.message.Update, outcome)
	}, nil); err != nil {
		j.Log.Error("note the end of an update", "channel", string(Channel), "outcome", outcome, "error", err)
	}
}

// handle answers the update and gives the outcome.
func (j *job) handle() string {
	i := j.place.interaction
	if j.flooded {
		if i == nil { // no limit holds back who calls for help
			held := j.message
			held.Held = true
			if reply, err := j.turn(j.work, held); err == nil && len(reply.Body) > 0 {
				return j.outcome(j.deliver(pages(reply, j.Catalog(), "")))
			}
		}
		if j.tell && (i == nil || !i.command) {
			_ = j.deliver([]page{{content: j.sentence("flood")}}) // to be told once is enough, also if it does not arrive
		}
		return ignored
	}
	if i != nil && !j.deferred && !j.place.direct {
		// Discord took no answer in time and takes none now. A turn whose reply nobody sees would only confuse the next one.
		j.Log.Warn("an interaction can no longer be answered", "channel", string(Channel))
		return failed
	}
	stopTyping := j.showTyping()
	reply, err := j.answer()
	stopTyping()
	if err != nil {
		j.Log.Error("turn", "channel", string(Channel), "error", err)
		j.apologise()
		return failed
	}
	private := ""
	if j.message.Public {
		private = "https://discord.com/users/" + j.self
	}
	err = j.deliver(pages(reply, j.Catalog(), private))
	if errors.Is(err, delivery.ErrRefused) {
		// Something about this reply is against Discord's rules, which is a bug of ours; a plain sentence is not.
		j.apologise()
	}
	if err == nil {
		j.settle()
	}
	return j.outcome(err)
}

// answer runs the turn, again if it fails: an error means that nothing was saved.
func (j *job) answer() (reply bot.Reply, err error) {
	ctx, cancel := context.WithTimeout(j.work, turnTime)
	defer cancel()
	err = delivery.Retry(ctx, func(ctx context.Context) (err error) {
		reply, err = j.turn(ctx, j.message)
		return err
	}, nil)
	return reply, err
}

// outcome gives the outcome for the error of a delivery, nil included, and logs what is not the person's doing.
func (j *job) outcome(err error) string {
	switch {
	case err == nil:
		return sent
	case errors.Is(err, delivery.ErrGone):
		return gone
	default:
		j.Log.Error("send a reply", "channel", string(Channel), "error", err)
		j.mayEnd(err)
		return failed
	}
}

// mayEnd ends the run if an error says that the token no longer holds.
func (j *job) mayEnd(err error) {
	if errors.Is(err, delivery.ErrRevoked) {
		j.end(err)
	}
}

// apologise says that something went wrong, once; no more can be done if that does not arrive either.
func (j *job) apologise() {
	if err := j.deliver([]page{{content: j.sentence("error")}}); err != nil {
		j.mayEnd(err)
	}
}

// sentence gives one of the bot's own sentences in the language of the person's app, as it is sent.
func (j *job) sentence(key string) string {
	catalog, tag := j.Catalog(), j.message.Hint
	if l, ok := catalog.Match(tag); ok {
		tag = l.Tag
	} else {
		tag = language.English
	}
	return sentence(key, tag, catalog)
}

// showTyping shows in a direct message that the bot is typing, and gives a function that waits until that is done: a reply
// that overtook it would leave the bot typing for ten seconds. Interactions show as much by themselves.
func (j *job) showTyping() (done func()) {
	if !j.place.direct || j.place.interaction != nil {
		return func() {}
	}
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		defer j.recovered()
		ctx, cancel := context.WithTimeout(j.work, typingTime)
		defer cancel()
		_ = j.api.paced(ctx, "typing "+j.place.channel, http.MethodPost, discordgo.EndpointChannelTyping(j.place.channel), nil, nil) // a courtesy
	}()
	return func() { <-shown }
}

// body is what is sent to make or change a message. Fields that are left out are left as they are.
type body struct {
	Content         *string                           `json:"content,omitempty"`
	Components      []discordgo.MessageComponent      `json:"components"`
	Flags           discordgo.MessageFlags            `json:"flags"`
	AllowedMentions *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	Attachments     []attachment                      `json:"attachments,omitempty"`
	Reference       *reference                        `json:"message_reference,omitempty"`
	Nonce           string                            `json:"nonce,omitempty"`
	EnforceNonce    bool                              `json:"enforce_nonce,omitempty"`
}

type attachment struct {
	ID   string `json:"id"`
	Name string `json:"filename"`
}

type reference struct {
	Message string `json:"message_id"`
	// A question that was deleted meanwhile is answered all the same.
	FailIfGone bool `json:"fail_if_not_exists"`
}

// nobody mentions nobody: nothing in our texts may ring anybody's phone.
func nobody() *discordgo.MessageAllowedMentions {
	return &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
}

// deliver sends the messages of a reply, each once the one before has arrived.
func (j *job) deliver(all []page) error {
	ctx, cancel := context.WithTimeout(j.work, sendTime)
	defer cancel()
	for _, p := range all {
		if err := delivery.Retry(ctx, func(ctx context.Context) error { return j.send(ctx, p) }, j.retried); err != nil {
			return fmt.Errorf("message %d of a reply: %w", j.arrived+1, err)
		}
		j.arrived++
	}
	return nil
}

// send makes one attempt to send one message: as an answer to the interaction, or into the channel.
func (j *job) send(ctx context.Context, p page) error {
	content := p.content
	b := body{Content: &content, Components: p.components, Flags: discordgo.MessageFlagsSuppressEmbeds, AllowedMentions: nobody()}
	if b.Components == nil {
		b.Components = []discordgo.MessageComponent{}
	}
	if p.document != nil {
		b.Attachments = []attachment{{ID: "0", Name: p.document.Name}}
	}
	if j.place.interaction != nil && j.deferred {
		err := j.sendAnswer(ctx, b, p.document)
		if !errors.Is(err, delivery.ErrGone) || !j.place.direct {
			return err
		}
		j.deferred = false // its quarter of an hour is over, but we can still write to the person
	}
	if j.place.interaction != nil && !j.place.direct {
		return delivery.ErrGone
	}
	// Discord gives the message of before for the same nonce, so that an attempt whose answer was lost on the way is not
	// read twice. An update's id and a number are at most 25 characters.
	b.Nonce, b.EnforceNonce = j.message.Update+"-"+strconv.Itoa(j.arrived), true
	if j.place.answers != "" && j.arrived == 0 {
		b.Reference = &reference{Message: j.place.answers}
	}
	return j.api.paced(ctx, j.place.channel, http.MethodPost, discordgo.EndpointChannelMessages(j.place.channel), b, fileOf(p.document))
}

// sendAnswer answers an interaction: the first message takes the place of "thinking", the others follow it.
func (j *job) sendAnswer(ctx context.Context, b body, document *bot.Document) error {
	i := j.place.interaction
	if j.arrived == 0 && !i.update && !j.flooded {
		return j.api.paced(ctx, i.id, http.MethodPatch, discordgo.EndpointInteractionResponseActions(i.app, i.token), b, fileOf(document))
	}
	b.Flags |= j.hidden()
	return j.api.paced(ctx, i.id, http.MethodPost, discordgo.EndpointFollowupMessage(i.app, i.token), b, fileOf(document))
}

// settle takes the buttons from the message that was pressed, once its reply has arrived, and leaves the choice made.
// Nothing depends on it: a button that is pressed again is answered too.
func (j *job) settle() {
	i := j.place.interaction
	if i == nil || !i.update || i.message == "" {
		return
	}
	ctx, cancel := context.WithTimeout(j.work, turnTime)
	defer cancel()
	change := struct {
		Components []discordgo.MessageComponent `json:"components"`
	}{done(i.rows, i.pressed)}
	if err := delivery.Retry(ctx, func(ctx context.Context) error {
		if j.deferred {
			return j.api.paced(ctx, i.id, http.MethodPatch, discordgo.EndpointInteractionResponseActions(i.app, i.token), change, nil)
		}
		return j.api.paced(ctx, j.place.channel, http.MethodPatch, discordgo.EndpointChannelMessage(j.place.channel, i.message), change, nil)
	}, j.retried); err != nil && !errors.Is(err, delivery.ErrGone) {
		j.Log.Warn("take the buttons from a message", "channel", string(Channel), "error", err)
	}
}

func fileOf(document *bot.Document) *discordgo.File {
	if document == nil {
		return nil
	}
	return &discordgo.File{Name: document.Name, ContentType: document.Type, Reader: bytes.NewReader(document.Bytes)}
}
