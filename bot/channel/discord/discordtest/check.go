package discordtest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// The limits of a message and of its components.
// https://discord.com/developers/docs/resources/message#create-message
// https://discord.com/developers/docs/components/reference
const (
	longestContent     = 2000 // UTF-16 units, the largest of the ways to count characters
	longestNonce       = 25
	mostDocuments      = 10
	largestDocuments   = 10 << 20 // bytes, all together
	mostRows           = 5
	mostButtons        = 5
	longestID          = 100
	longestButton      = 80
	longestURL         = 512
	mostOptions        = 25
	longestOption      = 100
	longestPlaceholder = 150
)

func length(s string) int { return len(utf16.Encode([]rune(s))) }

// trimmed gives a content as Discord keeps it.
func trimmed(s string) string { return strings.TrimSpace(s) }

// between says what is wrong with the length of a text, "" for nothing.
func between(s string, least, most int) string {
	if n := length(s); n < least || n > most {
		return fmt.Sprintf("Must be between %d and %d in length.", least, most)
	}
	return ""
}

// check refuses what Discord would refuse in a payload, whatever it is for. flags are those it may set.
func (p *payload) check(flags int) error {
	wrong := fields{}
	say := func(field, what string) {
		if what != "" {
			wrong[field] = what
		}
	}
	if p.Content != nil {
		say("content", between(*p.Content, 0, longestContent))
	}
	if p.Flags != nil && *p.Flags&^flags != 0 {
		say("flags", "These flags cannot be set here.")
	}
	if p.AllowedMentions != nil && p.AllowedMentions.Parse == nil {
		say("allowed_mentions.parse", "This field must be a list.")
	}
	if nonce := strings.Trim(string(p.Nonce), `"`); set(p.Nonce) {
		say("nonce", between(nonce, 1, longestNonce))
	}
	for _, a := range p.Attachments {
		if at, err := strconv.Atoi(strings.Trim(string(a.ID), `"`)); err != nil || at < 0 || at >= len(p.documents) {
			say("attachments", "There is no such file.")
		}
	}
	if set(p.Components) {
		p.rows = checkComponents(p.Components, say)
	}
	size := 0
	for _, d := range p.documents {
		size += len(d.Bytes)
	}
	if size > largestDocuments {
		return refuse(413, 40005, "Request entity too large")
	}
	if len(p.documents) > mostDocuments {
		say("files", "Too many files.")
	}
	return invalidForm(wrong)
}

// empty tells whether a message says nothing at all.
func (m *message) empty() bool {
	return m.Content == "" && len(m.Rows) == 0 && len(m.Documents) == 0
}

type rawComponent struct {
	Type        int            `json:"type"`
	Components  []rawComponent `json:"components"`
	CustomID    string         `json:"custom_id"`
	Style       int            `json:"style"`
	Label       string         `json:"label"`
	URL         string         `json:"url"`
	Disabled    bool           `json:"disabled"`
	Placeholder string         `json:"placeholder"`
	Options     []struct {
		Label       string `json:"label"`
		Value       string `json:"value"`
		Description string `json:"description"`
	} `json:"options"`
	MinValues *int `json:"min_values"`
	MaxValues *int `json:"max_values"`
}

func checkComponents(raw json.RawMessage, say func(field, what string)) (rows [][]Component) {
	var all []rawComponent
	if json.Unmarshal(raw, &all) != nil {
		say("components", "Only components are allowed here.")
		return nil
	}
	if len(all) > mostRows {
		say("components", "Must be 5 or fewer in length.")
	}
	seen := map[string]bool{}
	for i, row := range all {
		at := "components." + strconv.Itoa(i)
		if row.Type != 1 || len(row.Components) == 0 {
			say(at, "Only rows with components are allowed here.")
		}
		var shown []Component
		for j, c := range row.Components {
			at := at + ".components." + strconv.Itoa(j)
			switch {
			case c.Type == 2:
				checkButton(c, at, say)
			case c.Type == 3 && len(row.Components) == 1:
				checkSelect(c, at, say)
			default:
				say(at+".type", "This component does not fit here.")
			}
			if c.CustomID != "" && seen[c.CustomID] {
				say(at+".custom_id", "Component custom id cannot be duplicated")
			}
			seen[c.CustomID] = true
			shown = append(shown, componentOf(c))
		}
		if len(row.Components) > mostButtons {
			say(at+".components", "Must be 5 or fewer in length.")
		}
		rows = append(rows, shown)
	}
	return rows
}

func checkButton(c rawComponent, at string, say func(field, what string)) {
	if c.Style < 1 || c.Style > 5 {
		say(at+".style", "This style does not exist.")
	}
	say(at+".label", between(strings.TrimSpace(c.Label), 1, longestButton))
	if c.Style != 5 {
		say(at+".custom_id", between(c.CustomID, 1, longestID))
		if c.URL != "" {
			say(at+".url", "Only a link button has an address.")
		}
		return
	}
	if address, err := url.Parse(c.URL); err != nil || !slices.Contains([]string{"http", "https", "discord"}, address.Scheme) || length(c.URL) > longestURL {
		say(at+".url", "Not a well formed URL.")
	}
	if c.CustomID != "" {
		say(at+".custom_id", "A custom id and url cannot both be specified")
	}
}

func checkSelect(c rawComponent, at string, say func(field, what string)) {
	say(at+".custom_id", between(c.CustomID, 1, longestID))
	say(at+".placeholder", between(c.Placeholder, 0, longestPlaceholder))
	if len(c.Options) < 1 || len(c.Options) > mostOptions {
		say(at+".options", "Must be between 1 and 25 in length.")
	}
	if c.MinValues != nil && (*c.MinValues < 0 || *c.MinValues > len(c.Options)) || c.MaxValues != nil && (*c.MaxValues < 1 || *c.MaxValues > len(c.Options)) {
		say(at+".max_values", "There are not so many options.")
	}
	seen := map[string]bool{}
	for k, o := range c.Options {
		at := at + ".options." + strconv.Itoa(k)
		say(at+".label", between(strings.TrimSpace(o.Label), 1, longestOption))
		say(at+".value", between(o.Value, 1, longestOption))
		say(at+".description", between(o.Description, 0, longestOption))
		if seen[o.Value] {
			say(at+".value", "The specified option value is already used")
		}
		seen[o.Value] = true
	}
}

func componentOf(c rawComponent) Component {
	shown := Component{ID: c.CustomID, Label: c.Label, URL: c.URL, Disabled: c.Disabled, Placeholder: c.Placeholder}
	for _, o := range c.Options {
		shown.Options = append(shown.Options, Option{o.Label, o.Value})
	}
	return shown
}

// Command is a slash command as a bot registered it.
type Command struct {
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations"`
	Type                     int               `json:"type"`
	Options                  []CommandOption   `json:"options"`
	Contexts                 []int             `json:"contexts"`
}

// CommandOption is what can be typed behind a command.
type CommandOption struct {
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations"`
	Type                     int               `json:"type"`
	Required                 bool              `json:"required"`
}

// registered is a command as it stands.
type registered struct {
	Command
	id, version string
}

// commandName is Discord's rule, in which letters with a small form must have it.
// https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-naming
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// locales are those of Discord's app. https://discord.com/developers/docs/reference#locales
var locales = strings.Fields("id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko")

func checkCommands(all []Command) error {
	wrong := fields{}
	say := func(field, what string) {
		if what != "" {
			wrong[field] = what
		}
	}
	if len(all) > 100 {
		say("commands", "Must be 100 or fewer in length.")
	}
	taken := map[string]bool{} // "locale name"
	for i, c := range all {
		at := strconv.Itoa(i)
		checkName(c.Name, c.NameLocalizations, at, say)
		checkDescription(c.Description, c.DescriptionLocalizations, at, say)
		if c.Type != 0 && c.Type != 1 {
			say(at+".type", "Only chat commands are known here.")
		}
		for _, place := range c.Contexts {
			if place < 0 || place > 2 {
				say(at+".contexts", "There is no such context.")
			}
		}
		optional := false
		for j, o := range c.Options {
			at := at + ".options." + strconv.Itoa(j)
			checkName(o.Name, o.NameLocalizations, at, say)
			checkDescription(o.Description, o.DescriptionLocalizations, at, say)
			if o.Type < 1 || o.Type > 11 {
				say(at+".type", "There is no such type.")
			}
			if o.Required && optional {
				say(at+".required", "Required options must be placed before non-required options")
			}
			optional = optional || !o.Required
		}
		for _, locale := range append([]string{""}, locales...) {
			name := c.Name
			if local := c.NameLocalizations[locale]; local != "" {
				name = local
			}
			if taken[locale+" "+name] {
				say(at+".name", "Application command names must be unique")
			}
			taken[locale+" "+name] = true
		}
	}
	return invalidForm(wrong)
}

func checkName(name string, local map[string]string, at string, say func(field, what string)) {
	bad := func(name string) string {
		if !commandName.MatchString(name) || strings.ToLower(name) != name {
			return "Command name is invalid"
		}
		return ""
	}
	say(at+".name", bad(name))
	for locale, name := range local {
		say(at+".name_localizations."+locale, bad(name))
		if !slices.Contains(locales, locale) {
			say(at+".name_localizations."+locale, "There is no such locale.")
		}
	}
}

func checkDescription(text string, local map[string]string, at string, say func(field, what string)) {
	say(at+".description", between(text, 1, 100))
	for locale, text := range local {
		say(at+".description_localizations."+locale, between(text, 1, 100))
		if !slices.Contains(locales, locale) {
			say(at+".description_localizations."+locale, "There is no such locale.")
		}
	}
}
