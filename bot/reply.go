package bot

import (
	"golang.org/x/text/language"

	"wegwijzer/kb/prose"
)

// Reply is what the bot answers to one Message. A channel shows the body, then the sources, the question and the
// choices, in this order, each in the means of its network.
type Reply struct {
	Locale   language.Tag // of every text in it, but blocks that name another language
	Said     string       // what the person did, as it may be shown back: personal numbers cut out; empty if not known
	Body     prose.Doc    // facts filled in; links are https, tel, mailto, or "choice:ID", the same as pressing that Choice
	Sources  []Link       // official pages, shown small
	Question prose.Doc    // what the choices answer; empty if they explain themselves
	Choices  [][]Choice   // rows of buttons; a channel without buttons numbers them in reading order, from 1
	Document *Document    // a file to send along, or nil

	New       bool // the person is new here: a channel whose app keeps the talk says so
	Secret    bool // the message held a plan code: a channel that can takes it away
	Kept      bool // the person asked to be remembered for longer: a channel that finds them by a mark of its own keeps it
	Forgotten bool // the person was forgotten: a channel drops what it still holds of them
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
