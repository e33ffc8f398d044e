package bot

import (
	"golang.org/x/text/language"

	"wegwijzer/kb/prose"
)

// Reply is what the bot answers to one Message. A channel shows the body, then the sources, then the choices, in
// their order, each in the means of its network.
type Reply struct {
	Locale   language.Tag // of every text in it
	Body     prose.Doc    // facts filled in; links are https, tel, mailto or "article:ID"
	Sources  []Link       // official pages, shown small
	Choices  [][]Choice   // rows of buttons; a channel without buttons numbers them in reading order, from 1
	Document *Document    // a file to send along, or nil
}

// Choice is a button. IDs outlive a restart and a newer version: an unknown one is answered kindly.
type Choice struct {
	ID    string // at most 64 bytes, printable ASCII (Telegram's callback_data)
	Label string
}

// Link is a named address.
type Link struct {
	Label string
	URL   string
}

// Document is a file that a person can keep.
type Document struct {
	Name  string // file name
	Type  string // media type
	Bytes []byte
}
