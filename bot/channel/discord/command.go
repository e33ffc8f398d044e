package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/text/language"

	"wegwijzer/bot/delivery"
	"wegwijzer/kb/locale"
)

// command is a slash command as Discord shows it. https://discord.com/developers/docs/interactions/application-commands
type command struct {
	Type                     discordgo.ApplicationCommandType   `json:"type"`
	Name                     string                             `json:"name"`
	NameLocalizations        map[string]string                  `json:"name_localizations"`
	Description              string                             `json:"description"`
	DescriptionLocalizations map[string]string                  `json:"description_localizations"`
	Options                  []option                           `json:"options"`
	Contexts                 []discordgo.InteractionContextType `json:"contexts"`
}

// option is what is typed behind a command.
type option struct {
	Type                     discordgo.ApplicationCommandOptionType `json:"type"`
	Name                     string                                 `json:"name"`
	Description              string                                 `json:"description"`
	DescriptionLocalizations map[string]string                      `json:"description_localizations"`
	Required                 bool                                   `json:"required"`
}

// commandNames are the commands in the order in which they are offered. What each does is known to the conversation: to
// us they are texts, but for ask, whose question is the text.
var commandNames = []string{"start", "plan", "next", "ask", "sheet", "code", "lang", "human", "privacy", "forget", "help"}

const longestDescription = 100 // UTF-16 units

// commandName is how Discord lets a command be called, once capitals are gone. Its rule names the marks of Devanagari
// and Thai besides.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// commands gives the commands with their names and descriptions in every language that both Discord and we speak.
func commands(catalog *locale.Catalog) []command {
	fallback := language.English
	if _, ok := catalog.Match(fallback); !ok && len(catalog.Languages()) > 0 {
		fallback = catalog.Languages()[0].Tag
	}
	all := make([]command, 0, len(commandNames))
	for _, name := range commandNames {
		c := command{Type: discordgo.ChatApplicationCommand, Name: name,
			Description: description(catalog, fallback, "command."+name), NameLocalizations: map[string]string{},
			DescriptionLocalizations: descriptions(catalog, "command."+name),
			Contexts:                 []discordgo.InteractionContextType{discordgo.InteractionContextGuild, discordgo.InteractionContextBotDM}}
		if name == "ask" {
			c.Options = []option{{Type: discordgo.ApplicationCommandOptionString, Name: "question", Required: true,
				Description:              description(catalog, fallback, "command.question"),
				DescriptionLocalizations: descriptions(catalog, "command.question")}}
		}
		all = append(all, c)
	}
	for at, tag := range spoken(catalog) {
		if tag == fallback || !slices.Contains(catalog.Interfaces(), tag) {
			continue // the names are in that language already, or the words would be those of another
		}
		taken := map[string]bool{}
		for _, name := range commandNames {
			taken[name] = true
		}
		for i, c := range all {
			if word := localName(catalog.Commands(tag)[c.Name], c.Name, taken); word != "" {
				taken[word] = true
				all[i].NameLocalizations[at] = word
			}
		}
	}
	return all
}

// localName gives the first of the words people type for a command that Discord takes as its name and no other has, ""
// if that is its own name.
func localName(words []string, own string, taken map[string]bool) string {
	for _, word := range words {
		if word == own {
			return ""
		}
		if commandName.MatchString(word) && strings.ToLower(word) == word && !taken[word] {
			return word
		}
	}
	return ""
}

// spoken gives, for each locale of Discord in which we speak, our language.
func spoken(catalog *locale.Catalog) map[string]language.Tag {
	both := map[string]language.Tag{}
	for at := range discordgo.Locales {
		if tag := hint(string(at)); tag != language.Und {
			if l, ok := catalog.Match(tag); ok {
				both[string(at)] = l.Tag
			}
		}
	}
	return both
}

func description(catalog *locale.Catalog, tag language.Tag, key string) string {
	return cut(catalog.Sentence(tag, key, nil), longestDescription)
}

func descriptions(catalog *locale.Catalog, key string) map[string]string {
	in := map[string]string{}
	for at, tag := range spoken(catalog) {
		in[at] = description(catalog, tag, key)
	}
	return in
}

// register makes the commands that Discord offers ours, if they are not yet. The bot works without them, so an error is
// not the end of anything but the token.
func (r *running) register(ctx context.Context) {
	err := delivery.Retry(ctx, r.offer, r.retried)
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.Is(err, delivery.ErrRevoked):
		r.end(err)
	default:
		r.Log.Error("register the commands", "channel", string(Channel), "error", err)
	}
}

// offer compares the commands that stand at Discord with ours and replaces them all if they differ.
func (r *running) offer(ctx context.Context) error {
	var application struct {
		ID string `json:"id"`
	}
	if err := r.api.get(ctx, discordgo.EndpointOAuth2Application("@me"), &application); err != nil {
		return fmt.Errorf("ask for the application: %w", err)
	}
	if !snowflake.MatchString(application.ID) {
		return fmt.Errorf("ask for the application: %w", errUnreadable)
	}
	address := discordgo.EndpointApplicationGlobalCommands(application.ID)
	var standing []command
	if err := r.api.get(ctx, address+"?with_localizations=true", &standing); err != nil {
		return fmt.Errorf("ask for the commands: %w", err)
	}
	want := commands(r.Catalog())
	if sameCommands(standing, want) {
		return nil
	}
	if _, err := r.api.do(ctx, http.MethodPut, address, want, nil); err != nil {
		return fmt.Errorf("replace the commands: %w", err)
	}
	return nil
}

// sameCommands tells whether two lists say the same, whatever their order and however they write "none".
func sameCommands(a, b []command) bool { return reflect.DeepEqual(plain(a), plain(b)) }

func plain(commands []command) []command {
	all := slices.Clone(commands)
	for i := range all {
		c := &all[i]
		c.NameLocalizations, c.DescriptionLocalizations = orNone(c.NameLocalizations), orNone(c.DescriptionLocalizations)
		c.Options = append([]option{}, c.Options...)
		for j := range c.Options {
			c.Options[j].DescriptionLocalizations = orNone(c.Options[j].DescriptionLocalizations)
		}
		c.Contexts = slices.Sorted(slices.Values(c.Contexts))
	}
	slices.SortFunc(all, func(x, y command) int { return strings.Compare(x.Name, y.Name) })
	return all
}

func orNone(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return m
}
