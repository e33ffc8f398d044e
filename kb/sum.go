package kb

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
)

// Sum gives a hash of all files that were read: two libraries of the same files have the same.
func (l *Library) Sum() [sha256.Size]byte {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(l.files)) {
		for _, part := range [][]byte{[]byte(name), l.files[name]} {
			sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
			sum.Write(part)
		}
	}
	return [sha256.Size]byte(sum.Sum(nil))
}
