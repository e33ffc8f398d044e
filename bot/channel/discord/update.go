package discord

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/text/language"

	"wegwijzer/bot"
)

// update is what one event asks of us.
type update struct {
	kind    string // for Figures
	message bot.Message
	place   place
}

// place is where an update came from and its answer goes.
type place struct {
	channel string // id of the Discord channel
	answers string // id of the message that is answered where others read, else ""
	direct  bool   // a direct message between the person and the bot

	interaction *interaction // nil for a message
}

// interaction is a command that was given or a component that was pressed. Its token lets anybody answer it: it is a
// secret, and stands in no error and no log.
type interaction struct {
	id, token, app string
	command        bool   // a command, not a component
	update         bool   // it is acknowledged as an update of the pressed message, so that this can be edited
	pressed        string // the custom id that was pressed
	message        string // the id of the message it was pressed on
	rows           []row  // the components of that message
}

// The events that we read. We take what we need from the event as it came: discordgo's own structs fail as a whole when
// Discord adds a kind of component, and hand on what they had read so far.
// https://discord.com/developers/docs/events/gateway-events
type (
	user struct {
		ID     string `json:"id"`
		Bot    bool   `json:"bot"`
		System bool   `json:"system"`
	}
	messageEvent struct {
		ID        string                `json:"id"`
		ChannelID string                `json:"channel_id"`
		GuildID   string                `json:"guild_id"`
		Room      *int                  `json:"channel_type"`
		WebhookID string                `json:"webhook_id"`
		Type      discordgo.MessageType `json:"type"`
		Author    *user                 `json:"author"`
		Mentions  []*user               `json:"mentions"`
		Content   string                `json:"content"`
	}
	interactionEvent struct {
		ID        string                    `json:"id"`
		AppID     string                    `json:"application_id"`
		Token     string                    `json:"token"`
		Type      discordgo.InteractionType `json:"type"`
		ChannelID string                    `json:"channel_id"`
		GuildID   string                    `json:"guild_id"`
		Context   *int                      `json:"context"`
		Locale    string                    `json:"locale"`
		User      *user                     `json:"user"`
		Member    *struct {
			User *user `json:"user"`
		} `json:"member"`
		Data *struct {
			Name     string   `json:"name"`
			CustomID string   `json:"custom_id"`
			Values   []string `json:"values"`
			Options  []struct {
				Name  string          `json:"name"`
				Value json.RawMessage `json:"value"`
			} `json:"options"`
		} `json:"data"`
		Message *struct {
			ID         string                 `json:"id"`
			Flags      discordgo.MessageFlags `json:"flags"`
			Components []row                  `json:"components"`
		} `json:"message"`
	}
	row struct {
		Components []struct {
			CustomID string `json:"custom_id"`
			Label    string `json:"label"`
			Options  []struct {
				Value string `json:"value"`
				Label string `json:"label"`
			} `json:"options"`
		} `json:"components"`
	}
)

// The forms of what Discord's events hold and we put into addresses and names. What is not of these forms is not
// Discord's, and dropped.
var (
	snowflake  = regexp.MustCompile(`^[0-9]{1,20}$`)
	tokenForm  = regexp.MustCompile(`^[0-9A-Za-z_-]{1,512}$`)
	references = regexp.MustCompile(`<(?:@[!&]?|#|a?:\w{1,32}:)[0-9]{1,20}>`) // to a person, a role, a channel, an emoji of a server
)

// read gives the update in an event of the gateway, or nil if the event asks nothing of us. self is the bot's own id.
func read(event string, raw []byte, self string) *update {
	switch event {
	case "MESSAGE_CREATE":
		var m messageEvent
		if json.Unmarshal(raw, &m) == nil {
			return fromMessage(m, self)
		}
	case "INTERACTION_CREATE":
		var i interactionEvent
		if json.Unmarshal(raw, &i) == nil {
			return fromInteraction(i)
		}
	}
	return nil
}

// fromMessage reads a message, nil for one that asks nothing of us: from a bot, in a server without naming us, or about
// something that happened there.
func fromMessage(m messageEvent, self string) *update {
	if m.Author == nil || m.Author.Bot || m.Author.System || m.WebhookID != "" ||
		m.Type != discordgo.MessageTypeDefault && m.Type != discordgo.MessageTypeReply {
		return nil
	}
	if !snowflake.MatchString(m.ID) || !snowflake.MatchString(m.ChannelID) || !snowflake.MatchString(m.Author.ID) {
		return nil
	}
	if m.GuildID == "" && m.Room != nil && *m.Room != int(discordgo.ChannelTypeDM) {
		return nil // a group, where a bot has no business
	}
	u := &update{kind: "message", place: place{channel: m.ChannelID, direct: m.GuildID == ""}}
	if !u.place.direct {
		if !slices.ContainsFunc(m.Mentions, func(who *user) bool { return who != nil && who.ID == self }) {
			return nil
		}
		u.kind, u.place.answers = "mention", m.ID
	}
	u.message = bot.Message{
		Channel: Channel, Person: bot.PersonID(m.Author.ID), Update: m.ID, Public: !u.place.direct,
		Text: withoutReferences(m.Content), Hint: language.Und,
	}
	return u
}

// fromInteraction reads a command or a pressed component, nil for anything else.
func fromInteraction(i interactionEvent) *update {
	who := i.User
	if i.Member != nil && i.Member.User != nil {
		who = i.Member.User
	}
	if i.Data == nil || who == nil || !snowflake.MatchString(who.ID) || !snowflake.MatchString(i.ID) ||
		!snowflake.MatchString(i.AppID) || !snowflake.MatchString(i.ChannelID) || !tokenForm.MatchString(i.Token) {
		return nil
	}
	// Between two other people there is no server either: only Discord's word that this is our own conversation makes it one.
	direct := i.GuildID == "" && i.Context != nil && *i.Context == int(discordgo.InteractionContextBotDM)
	on := &interaction{id: i.ID, token: i.Token, app: i.AppID}
	u := &update{
		place:   place{channel: i.ChannelID, direct: direct, interaction: on},
		message: bot.Message{Channel: Channel, Person: bot.PersonID(who.ID), Update: i.ID, Hint: hint(i.Locale)},
	}
	switch {
	case i.Type == discordgo.InteractionApplicationCommand && i.Data.Name != "":
		u.kind, on.command = "command", true
		if i.Data.Name != "ask" {
			u.message.Text = "/" + i.Data.Name
			break
		}
		for _, option := range i.Data.Options {
			var asked string
			if option.Name == "question" && json.Unmarshal(option.Value, &asked) == nil {
				u.message.Text = withoutReferences(asked)
			}
		}
	case i.Type == discordgo.InteractionMessageComponent:
		on.pressed = i.Data.CustomID
		if len(i.Data.Values) > 0 {
			on.pressed = i.Data.Values[0]
		}
		if on.pressed == "" {
			return nil
		}
		u.kind, u.message.Choice = "choice", chosen(on.pressed)
		if m := i.Message; m != nil && snowflake.MatchString(m.ID) {
			// A public answer keeps its buttons for the others who read it; any other message is this person's alone.
			on.update = direct || m.Flags&discordgo.MessageFlagsEphemeral != 0
			on.message, on.rows = m.ID, m.Components
		}
	default:
		return nil
	}
	return u
}

// withoutReferences gives a text without what names people and places by their ids: to us they are numbers.
func withoutReferences(text string) string {
	return strings.TrimSpace(references.ReplaceAllString(text, ""))
}

// hint gives the language of the person's app. Discord has no Arabic, Persian, Pashto, Tigrinya or Somali, so whoever
// reads those has chosen another: a first guess only.
func hint(locale string) language.Tag {
	tag, err := language.Parse(locale)
	if err != nil {
		return language.Und
	}
	return tag
}
