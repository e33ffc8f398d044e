package session

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// ErrSealed says that stored bytes do not open with the person's key: they were changed, belong to another row, or
// were sealed under another server key.
var ErrSealed = errors.New("the stored session does not open")

// The four keys below come from the server key by HKDF (RFC 5869) and differ by these labels. Changing one, or the
// cost of stretching, loses every session; TestFrozenRow notices.
const (
	labelSalt = "wegwijzer session 1 stretch salt"
	labelID   = "wegwijzer session 1 id"
	labelSeal = "wegwijzer session 1 seal"
	labelRow  = "wegwijzer session 1 row"
)

const (
	padUnit = 512  // plaintext is a multiple of this, in bytes
	padMin  = 1024 // and at least this, which nearly every session fits: the length of a row tells nothing
)

// derive gives 32 bytes for one use from secret.
func derive(secret, salt []byte, label string) []byte {
	key, err := hkdf.Key(sha256.New, secret, salt, label, 32)
	if err != nil { // only for an output of over 8 KiB
		panic(fmt.Sprintf("session: derive %s: %v", label, err))
	}
	return key
}

// sealer seals and opens rows. What it makes of a session is
//
//	nonce (24 bytes, random) · XChaCha20-Poly1305(plaintext, 0x80, zeros up to a multiple of 512)
//
// under a key of that row alone. The row's id and end week are bound to it, so a row that was moved to another id,
// given a longer life, or mixed from two rows does not open. An older sealing of the same row put back in its place
// does open: nothing outside the row says which is the newest, and keeping that would be one more thing remembered.
type sealer struct{ key Key }

// row gives the name under which the session of id is stored. It leads to id no way back: the key that opens a session
// comes from id, and id only from the person's own, so that who has database and server key can open the session of a
// person whose id they guess, and no other.
func (s sealer) row(id [32]byte) [32]byte { return mac(derive(s.key.secret(), nil, labelRow), id[:]) }

// aead gives the cipher of the session of id.
func (s sealer) aead(id [32]byte) cipher.AEAD {
	aead, err := chacha20poly1305.NewX(derive(s.key.secret(), id[:], labelSeal))
	if err != nil { // only for a key that is not 32 bytes
		panic(fmt.Sprintf("session: make cipher: %v", err))
	}
	return aead
}

func associated(id [32]byte, endWeek int) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(labelSeal), id[:]...), uint64(endWeek))
}

// seal gives plain sealed for the row id that ends with endWeek.
func (s sealer) seal(id [32]byte, endWeek int, plain []byte) []byte {
	aead := s.aead(id)
	padded := max((len(plain)/padUnit+1)*padUnit, padMin)
	b := make([]byte, aead.NonceSize()+padded, aead.NonceSize()+padded+aead.Overhead())
	nonce, body := b[:aead.NonceSize()], b[aead.NonceSize():]
	// Always the system's randomness, never a source handed in: a nonce used twice would show what two sessions share.
	rand.Read(nonce)
	copy(body, plain)
	body[len(plain)] = 0x80
	return aead.Seal(nonce, nonce, body, associated(id, endWeek))
}

// open gives the plaintext of sealed, or ErrSealed. It does not change sealed.
func (s sealer) open(id [32]byte, endWeek int, sealed []byte) ([]byte, error) {
	aead := s.aead(id)
	padded := len(sealed) - aead.NonceSize() - aead.Overhead()
	if padded < padMin || padded%padUnit != 0 {
		return nil, ErrSealed
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], associated(id, endWeek))
	if err != nil {
		return nil, ErrSealed
	}
	end := len(plain)
	for end > 0 && plain[end-1] == 0 {
		end--
	}
	if end == 0 || plain[end-1] != 0x80 {
		return nil, ErrSealed
	}
	return plain[:end-1], nil
}

// mac is HMAC-SHA256.
func mac(key, text []byte) (sum [32]byte) {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	h.Sum(sum[:0])
	return sum
}
