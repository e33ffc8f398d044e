package discord

import (
	"github.com/bwmarrin/discordgo"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

// longestMessage is how much one message may say, in UTF-16 units of what is sent, signs of Markdown and backslashes
// included. https://discord.com/developers/docs/resources/message#create-message
const longestMessage = 2000

// slack is kept free when a text is parted: a part may need a mark of direction or a backslash at its start that the
// whole did not need there.
const slack = 8

// page is one message of a reply.
type page struct {
	content    string
	components []discordgo.MessageComponent
	document   *bot.Document
}

// pages gives the messages that a reply needs, in order, at least one. private is the address where a reply that others read says the
// person can go on alone, or "".
func pages(reply bot.Reply, catalog *locale.Catalog, private string) []page {
	tag := reply.Locale
	doc := append(prose.Doc{}, reply.Body...)
	if reply.New {
		doc = append(doc, paragraph(catalog.Sentence(tag, "app.keeps", locale.Args{"app": "Discord"})))
	}
	if reply.Forgotten {
		doc = append(doc, paragraph(catalog.Sentence(tag, "forget.discord", nil)))
	}
	if len(reply.Sources) > 0 {
		sources := prose.Block{Kind: small}
		for _, source := range reply.Sources {
			sources.Items = append(sources.Items, []prose.Span{{Text: "→ "}, {Text: source.Label, Link: source.URL}})
		}
		doc = append(doc, sources)
	}
	doc = append(doc, reply.Question...)

	var all []page
	for _, part := range doc.Split(func(d prose.Doc) bool { return units(markdown(d, tag, catalog)) <= longestMessage-slack }) {
		all = append(all, page{content: markdown(part, tag, catalog)})
	}
	menus := layOut(reply.Choices, tag, catalog)
	if private != "" {
		menus = withLink(menus, cut(catalog.Sentence(tag, "choice.private", nil), longestLabel), private)
	}
	if len(all) == 0 { // buttons alone explain nothing
		key := "choice.choose"
		if len(menus) == 0 && reply.Document == nil {
			key = "error" // a reply that says nothing is a bug of ours
		}
		all = append(all, page{content: sentence(key, tag, catalog)})
	}
	all[len(all)-1].document = reply.Document
	for i, components := range menus {
		if i > 0 {
			all = append(all, page{content: sentence("choice.more", tag, catalog)})
		}
		all[len(all)-1].components = components
	}
	return all
}

// withLink puts a button that opens an address below the others, if there is room for one.
func withLink(menus [][]discordgo.MessageComponent, label, address string) [][]discordgo.MessageComponent {
	link := discordgo.ActionsRow{Components: []discordgo.MessageComponent{
		discordgo.Button{Label: label, Style: discordgo.LinkButton, URL: address},
	}}
	if len(menus) == 0 {
		return [][]discordgo.MessageComponent{{link}}
	}
	if last := len(menus) - 1; len(menus[last]) < rowsOnMessage {
		menus[last] = append(menus[last], link)
	}
	return menus
}

func paragraph(text string) prose.Block {
	return prose.Block{Kind: prose.Paragraph, Items: [][]prose.Span{{{Text: text}}}}
}

// sentence gives one of the bot's own sentences as it is sent.
func sentence(key string, tag language.Tag, catalog *locale.Catalog) string {
	return markdown(prose.Doc{paragraph(catalog.Sentence(tag, key, nil))}, tag, catalog)
}
