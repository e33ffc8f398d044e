package kb

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"golang.org/x/text/unicode/norm"

	"wegwijzer/kb/locale"
)

// HashBlock gives the short hash by which a translation names the source block it was made from: six hexadecimal digits
// of the block's words. White space and the way accents are encoded do not count, so re-wrapping a paragraph outdates
// nothing. Two blocks are only ever compared at one place of one article; six digits are plenty for that.
func HashBlock(block string) string {
	sum := sha256.Sum256([]byte(norm.NFC.String(strings.Join(strings.Fields(block), " "))))
	return hex.EncodeToString(sum[:3])
}

// hashText gives the hashes of an article's text: its title, then its blocks.
func hashText(title string, blocks []string) []string {
	hashes := []string{HashBlock(title)}
	for _, block := range blocks {
		hashes = append(hashes, HashBlock(block))
	}
	return hashes
}

// hashWord gives the hash of what is shown of a word; the other ways to type it are each language's own.
func hashWord(w Word) string { return HashBlock(w.Name + "\n" + w.Note) }

// hashSentence gives the hash of a sentence of the interface, all its forms.
func hashSentence(forms locale.Sentence) string {
	var text strings.Builder
	for _, form := range sortedForms(forms) {
		text.WriteString(string(form) + " " + forms[form] + "\n")
	}
	return HashBlock(text.String())
}

// sameBlock tells whether a translation made from the block with hash old still fits the block with hash now: they are
// the same, or same (article.yaml) leads from one to the other by changes of wording only.
func sameBlock(old, now string, same map[string]string) bool {
	for range len(same) + 1 {
		if old == now {
			return true
		}
		next, ok := same[old]
		if !ok {
			return false
		}
		old = next
	}
	return false
}
