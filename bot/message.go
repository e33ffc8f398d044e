package bot

import (
	"time"

	"golang.org/x/text/language"
)

// ChannelID names a channel: "terminal", "web", "telegram", "discord".
type ChannelID string

// PersonID tells one person of a channel from another. It is opaque, meaningful only to its channel, and never
// written anywhere: not to a log, an error or a table.
type PersonID string

// Message is what a person did: typed a text or pressed a choice.
type Message struct {
	Channel ChannelID
	Person  PersonID
	Text    string       // what was typed; empty when a choice was pressed
	Choice  string       // the ID of the Choice that was pressed; empty when a text was typed
	Time    time.Time    // when it reached us
	Hint    language.Tag // the language of the person's app, a first guess only; language.Und if unknown
	Update  string       // opaque name of the delivery within the channel, at most 255 bytes: a second one gets the first one's reply again and changes nothing; empty if the network gives none
	Held    bool         // the person sends far too much: only a call for help is answered, and to all else the reply is empty
	Public  bool         // others read along: nothing of the person's own may be read, kept or shown
}
