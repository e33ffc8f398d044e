// Package bot is who is asking: it remembers and speaks, where package kb only knows. Here are the nouns that all
// channels share, Message and Reply; and this page is the tour of the house for a new reader.
//
// # Two rooms
//
// kb is what is known: the content that volunteers write, the route through Dutch recognition, the understanding of
// a question. Nothing there knows who asks. bot is who is asking: channels, conversation, sessions. The arrows
// between packages are tested in cmd/wegwijzer/layout_test.go, each with its reason.
//
// # How a message goes
//
// A channel (bot/channel/...) makes a Message of what its network delivers and calls the turn it was given. That is
// conversation.Engine.Turn. It waits for the person's lane, so that one person's turns run one at a time in order of
// arrival; opens the person's session (bot/session finds the row by a stretched HMAC, unseals it; bot/store is the
// table); and lets the claimants look at the text in their order:
//
//	crisis ▶ personal data cut out ▶ command ▶ answer to the open question ▶ understanding
//
// The first that claims the text answers it. Understanding (kb/understand) chooses an article, asks which of two, or
// says honestly that it does not know. The route (kb/route) replays the answers of the session into a profile and
// makes a plan of it: a pure function, so that going back, correcting an answer and new content need no code of their
// own. Then the counter takes note, aside, of what the turn was about (bot/insight), the session is sealed and saved,
// and only then the Reply goes back to the channel, which shows it in its own means.
//
// # What a network does to a message
//
// A chat network delivers an update again when it is not sure that we have it, cuts lines, and asks to slow down. Three
// things keep that from a person: the session remembers which update it last handled and what it was before, so that a
// second delivery gets the same reply and changes nothing; the channel begins a person's next update only when the reply
// to this one has arrived and its outcome is noted (bot/store keeps outcomes for a day, without person or words); and
// bot/delivery retries, paces and keeps the order. bot/flood stops who sends far too much. What may be public is answered
// from the question alone (conversation/public.go), and behind a closed door only calls for help are answered.
//
// # Who owns what
//
// Content is an edition.Edition: immutable, checked as a whole, behind one atomic pointer in cmd/wegwijzer. New content
// makes a new Edition; a turn keeps the one it began with. cmd/wegwijzer is the only place that knows which concrete
// types meet: it opens the store, reads the server key, builds the engine and runs the channels; whoever starts a
// goroutine waits for it.
//
// # What is never written
//
// No word a person typed, and no id of theirs, reaches a table, a log, an error or a file. A turn that panics is
// answered with a sentence of ours, and only the place in our code is logged. Package canary searches everything that
// was written for words it planted; its test goes through every channel and every error path.
package bot
