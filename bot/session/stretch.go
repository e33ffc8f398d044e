package session

import (
	"container/list"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"

	"wegwijzer/bot"
)

// The cost of one stretch. Ids of chat networks are short numbers that can be counted through, so whoever has database
// and server key could try them all; stretching makes each try cost time and memory. RFC 9106 section 4 says to take as
// much memory and then as many passes as can be afforded: 19 MiB, since several at once must fit beside the index in
// 150 MB, and its three passes (second recommended option, made for machines short of memory). One lane, so that a
// stretch never takes more than one core from the turns. 37 to 50 ms on an AMD EPYC core (BenchmarkStretch).
const (
	stretchPasses = 3
	stretchMemory = 19 << 10 // KiB
	stretchLanes  = 1
	stretchLength = 32 // bytes
)

const (
	// stretchesAtOnce bounds the memory, and the share of the machine, that a storm of new people can take: two times
	// 19 MiB. Whoever was here lately needs no stretch and does not wait behind them.
	stretchesAtOnce = 2
	// rememberedMax bounds the people whose id is remembered, about 200 bytes each.
	rememberedMax = 10_000
)

// identities turns a channel and a person into the id of a row:
//
//	HMAC-SHA256(key derived for ids, argon2id(channel 0x00 person, salt derived from the server key))
//
// What argon2id gave is remembered in memory only, in the form of the id, so that a person waits once.
type identities struct {
	salt, idKey hidden
	mapKey      hidden        // random, of this process: a person in memory is HMAC(mapKey, channel 0x00 person)
	slots       chan struct{} // one token for each stretch under way
	stretch     func(secret, salt []byte) []byte
	remembered  remembered
}

func newIdentities(k Key) *identities {
	mapKey := make([]byte, 32)
	rand.Read(mapKey)
	return &identities{
		salt:       hide(derive(k.secret(), nil, labelSalt)),
		idKey:      hide(derive(k.secret(), nil, labelID)),
		mapKey:     hide(mapKey),
		slots:      make(chan struct{}, stretchesAtOnce),
		stretch:    stretch,
		remembered: remembered{max: rememberedMax, at: make(map[[32]byte]*list.Element)},
	}
}

func stretch(secret, salt []byte) []byte {
	return argon2.IDKey(secret, salt, stretchPasses, stretchMemory, stretchLanes, stretchLength)
}

// name gives channel and person as one text. A zero byte divides them, so a channel must not hold one, or two people
// could share a name.
func name(channel bot.ChannelID, person bot.PersonID) ([]byte, error) {
	if channel == "" || person == "" || strings.IndexByte(string(channel), 0) >= 0 {
		return nil, errors.New("find the session's id: a message needs a channel and a person")
	}
	return []byte(string(channel) + "\x00" + string(person)), nil
}

// id gives the id of a person's row. It waits for its turn to stretch; the error is ctx's, or says that channel or
// person is missing.
func (n *identities) id(ctx context.Context, channel bot.ChannelID, person bot.PersonID) ([32]byte, error) {
	who, err := name(channel, person)
	if err != nil {
		return [32]byte{}, err
	}
	at := mac(n.mapKey(), who)
	if id, ok := n.remembered.find(at); ok {
		return id, nil
	}
	select {
	case n.slots <- struct{}{}:
		defer func() { <-n.slots }()
	case <-ctx.Done():
		return [32]byte{}, fmt.Errorf("wait to find the session's id: %w", ctx.Err())
	}
	// The wait may have been behind the same person, or past the deadline: neither pays for a stretch.
	if id, ok := n.remembered.find(at); ok {
		return id, nil
	}
	if err := ctx.Err(); err != nil {
		return [32]byte{}, fmt.Errorf("find the session's id: %w", err)
	}
	id := mac(n.idKey(), n.stretch(who, n.salt()))
	n.remembered.put(at, id)
	return id, nil
}

// forget drops a person from memory.
func (n *identities) forget(channel bot.ChannelID, person bot.PersonID) {
	if who, err := name(channel, person); err == nil {
		n.remembered.drop(mac(n.mapKey(), who))
	}
}

// remembered is a bounded map that drops what was not used for longest. It is safe for concurrent use.
type remembered struct {
	mu    sync.Mutex
	max   int
	order list.List // of known, the latest used in front
	at    map[[32]byte]*list.Element
}

type known struct{ at, id [32]byte }

func (r *remembered) find(at [32]byte) (id [32]byte, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.at[at]
	if !ok {
		return id, false
	}
	r.order.MoveToFront(e)
	return e.Value.(known).id, true
}

func (r *remembered) put(at, id [32]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.at[at]; ok {
		r.order.MoveToFront(e)
		return
	}
	r.at[at] = r.order.PushFront(known{at, id})
	if r.order.Len() > r.max {
		oldest := r.order.Remove(r.order.Back()).(known)
		delete(r.at, oldest.at)
	}
}

func (r *remembered) drop(at [32]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.at[at]; ok {
		r.order.Remove(e)
		delete(r.at, at)
	}
}
