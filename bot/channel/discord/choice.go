package discord

import (
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"
	"github.com/rivo/uniseg"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/kb/locale"
)

// Discord's limits, lengths in UTF-16 units. https://discord.com/developers/docs/components/reference
const (
	rowsOnMessage   = 5
	buttonsInRow    = 5
	optionsInSelect = 25
	longestLabel    = 80  // of a button
	longestOption   = 100 // label of an option in a select
	longestHint     = 150 // what a select says before something is chosen
	longestID       = 100 // custom id of a button, value of an option
)

// A button carries the id of its choice behind this prefix. Discord wants ids on a message to differ, so the second
// button for the same choice has "c2:", and so on. Nothing else is in it: what a button means never depends on what we
// remember, and so outlives a restart and a newer version.
const choicePrefix = "c"

// customID gives the custom id of the nth offer of a choice on a message, from 1.
func customID(choice string, nth int) string {
	if nth == 1 {
		return choicePrefix + ":" + choice
	}
	return choicePrefix + strconv.Itoa(nth) + ":" + choice
}

// chosen gives the id of the choice that a custom id stands for. One that is not ours, as from a message of an older
// version, is given back as it is: the conversation answers ids it does not know.
func chosen(custom string) string {
	head, choice, found := strings.Cut(custom, ":")
	number, ours := strings.CutPrefix(head, choicePrefix)
	if !found || !ours || choice == "" {
		return custom
	}
	if n, err := strconv.Atoi(number); number != "" && (err != nil || n < 2 || strconv.Itoa(n) != number) {
		return custom
	}
	return choice
}

// valid tells whether a choice can be a button: its id is one that we can send and read again, its label says something.
func valid(c bot.Choice) bool {
	if c.ID == "" || len(c.ID) > longestID-len(choicePrefix)-4 || blank(c.Label) {
		return false
	}
	return !strings.ContainsFunc(c.ID, func(r rune) bool { return r < '!' || r > '~' })
}

// cut gives a label that is at most so many units long, cut between graphemes and marked with "…".
func cut(label string, most int) string {
	label = strings.Join(strings.Fields(strings.ToValidUTF8(label, "\ufffd")), " ")
	if units(label) <= most {
		return label
	}
	short, length := "", 0
	for g := uniseg.NewGraphemes(label); g.Next(); {
		cluster := g.Str()
		if length += units(cluster); length > most-1 {
			break
		}
		short += cluster
	}
	return strings.TrimRight(short, " ") + "…"
}

// menu lays choices out on messages.
type menu struct {
	tag     language.Tag
	catalog *locale.Catalog
	times   map[string]int // how often a choice stands on the message so far
}

// layOut gives the rows of components for each message that the choices need: one, but for hundreds of them.
//
// Up to 25 choices are buttons, in the rows they came in if those are few enough, else five in a row. More are options
// in select menus, in reading order, with the last row still as buttons: it is where the way back stands. What does not
// fit on one message goes on another below it. Pages behind a "more" would have to be remembered here or squeezed into
// an id; messages need neither and work after a restart.
func layOut(rows [][]bot.Choice, tag language.Tag, catalog *locale.Catalog) [][]discordgo.MessageComponent {
	rows = usable(rows)
	total := 0
	for _, row := range rows {
		total += len(row)
	}
	if total == 0 {
		return nil
	}
	m := menu{tag: tag, catalog: catalog, times: map[string]int{}}
	if whole := inRows(rows); len(whole) <= rowsOnMessage {
		return [][]discordgo.MessageComponent{m.buttons(whole)}
	}
	all := flat(rows)
	if total <= rowsOnMessage*buttonsInRow {
		return [][]discordgo.MessageComponent{m.buttons(inRows([][]bot.Choice{all}))}
	}
	last := rows[len(rows)-1]
	if len(rows) == 1 || len(last) > buttonsInRow {
		last = nil
	}
	menus := inPieces(all[:total-len(last)], optionsInSelect)
	several := len(menus) > 1
	var pages [][]discordgo.MessageComponent
	for len(menus) > 0 {
		room := rowsOnMessage
		if len(menus) < room || len(last) == 0 {
			room = min(room, len(menus))
		} else if len(menus) == room {
			room-- // the last row needs the fifth place of its message
		}
		m.times = map[string]int{}
		pages = append(pages, m.selects(menus[:room], several))
		menus = menus[room:]
	}
	if len(last) > 0 {
		end := len(pages) - 1
		pages[end] = append(pages[end], m.buttons([][]bot.Choice{last})...)
	}
	return pages
}

// usable leaves out the choices that Discord would refuse a whole message for, and rows left empty.
func usable(rows [][]bot.Choice) (kept [][]bot.Choice) {
	for _, row := range rows {
		var some []bot.Choice
		for _, c := range row {
			if valid(c) {
				some = append(some, c)
			}
		}
		if len(some) > 0 {
			kept = append(kept, some)
		}
	}
	return kept
}

// inRows parts rows that are too long.
func inRows(rows [][]bot.Choice) (parted [][]bot.Choice) {
	for _, row := range rows {
		parted = append(parted, inPieces(row, buttonsInRow)...)
	}
	return parted
}

func inPieces(choices []bot.Choice, most int) (pieces [][]bot.Choice) {
	for len(choices) > 0 {
		n := min(most, len(choices))
		pieces = append(pieces, choices[:n])
		choices = choices[n:]
	}
	return pieces
}

func flat(rows [][]bot.Choice) (all []bot.Choice) {
	for _, row := range rows {
		all = append(all, row...)
	}
	return all
}

func (m *menu) id(c bot.Choice) string {
	m.times[c.ID]++
	return customID(c.ID, m.times[c.ID])
}

func (m *menu) buttons(rows [][]bot.Choice) (components []discordgo.MessageComponent) {
	for _, row := range rows {
		var buttons []discordgo.MessageComponent
		for _, c := range row {
			buttons = append(buttons, discordgo.Button{Label: cut(c.Label, longestLabel), Style: discordgo.SecondaryButton, CustomID: m.id(c)})
		}
		components = append(components, discordgo.ActionsRow{Components: buttons})
	}
	return components
}

// selects gives a select menu for each piece. Several say from which to which label they go, so that a person opens the
// right one.
func (m *menu) selects(pieces [][]bot.Choice, several bool) (components []discordgo.MessageComponent) {
	for i, piece := range pieces {
		hint := m.catalog.Sentence(m.tag, "choice.choose", nil)
		if several {
			hint = cut(piece[0].Label, longestHint/2-2) + " – " + cut(piece[len(piece)-1].Label, longestHint/2-2)
		}
		menu := discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: "s:" + strconv.Itoa(i), Placeholder: cut(hint, longestHint)}
		for _, c := range piece {
			menu.Options = append(menu.Options, discordgo.SelectMenuOption{Label: cut(c.Label, longestOption), Value: m.id(c)})
		}
		components = append(components, discordgo.ActionsRow{Components: []discordgo.MessageComponent{menu}})
	}
	return components
}

// done gives what is left of a message's components once a choice was made: that choice, to be seen but not pressed.
func done(rows []row, custom string) []discordgo.MessageComponent {
	for _, r := range rows {
		for _, c := range r.Components {
			label := ""
			if c.CustomID == custom {
				label = c.Label
			}
			for _, option := range c.Options {
				if option.Value == custom {
					label = option.Label
				}
			}
			if label = cut(label, longestLabel); label != "" {
				return []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
					discordgo.Button{Label: label, Style: discordgo.SuccessButton, CustomID: "done", Disabled: true},
				}}}
			}
		}
	}
	return []discordgo.MessageComponent{}
}
