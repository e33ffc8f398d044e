package understand

import (
	"iter"
	"math"
	"math/bits"
	"slices"
	"unicode/utf8"

	"wegwijzer/kb/fold"
)

// MaxText is how many characters of a text are read; more are dropped before any work is done.
const MaxText = 4096

// cut gives the first MaxText characters of text.
func cut(text string) string {
	if len(text) <= MaxText {
		return text
	}
	n := 0
	for i := range text {
		if n == MaxText {
			return text[:i]
		}
		n++
	}
	return text
}

// The kinds of feature. Each kind is brought to its own length before they are joined, so that the many n-grams of a
// long word do not drown the word.
const (
	word      = iota // a word, or two neighbours written as one ("bi toets", "bitoets", می خواهم)
	beginning        // the first characters of a longer word: an inflected word without its ending
	pair             // two words near each other, in any order
	gram             // a row of characters, running over the ends of words
	kinds
)

// importance of each kind, found on the public sets; the blend is not sensitive to it.
var importance = [kinds]float64{word: 1, beginning: 0.5, pair: 0.8, gram: 2}

const (
	maxWords      = 128 // words of one text that are read
	window        = 8   // how near two words must be to make a pair
	beginningSize = 5   // characters
	shortestGram  = 2
	longestGram   = 5
)

// feature is a hashed feature of a text, its kind in the lowest bits.
type feature uint64

const kindBits = 3

func newFeature(hash uint64, kind feature) feature { return feature(mix(hash))<<kindBits | kind }

func (f feature) kind() uint8 { return uint8(f & (1<<kindBits - 1)) }

// read appends the features of a folded text to out.
func read(folded string, out []feature) []feature {
	var room [maxWords]uint64
	hashes := room[:0]
	joined := make([]byte, 0, len(folded)+2)
	joined = append(joined, ' ')
	for w := range fold.Words(folded) {
		if len(hashes) == maxWords {
			break
		}
		h := hash(word, w)
		hashes = append(hashes, h)
		out = appendWord(out, w, h)
		joined = append(append(joined, w...), ' ')
	}
	start := 1
	for i, h := range hashes {
		if i+1 < len(hashes) { // the blank between the two left out
			first := slices.Index(joined[start:], ' ') + start
			second := slices.Index(joined[first+1:], ' ') + first + 1
			out = append(out, newFeature(extend(hash(word, string(joined[start:first])), joined[first+1:second]), word))
			start = first + 1
		}
		for _, other := range hashes[i+1 : min(i+1+window, len(hashes))] {
			out = append(out, newFeature(min(h, other)*3^mix(max(h, other)), pair))
		}
	}
	return readGrams(joined, out)
}

// readWords appends the features of a folded text that are words and their beginnings to out.
func readWords(folded string, out []feature) []feature {
	for w := range fold.Words(folded) {
		out = appendWord(out, w, hash(word, w))
	}
	return out
}

func appendWord(out []feature, w string, h uint64) []feature {
	out = append(out, newFeature(h, word))
	if start := characters(w, beginningSize); start != w {
		out = append(out, newFeature(hash(beginning, start), beginning))
	}
	return out
}

// readGrams appends the n-grams of joined.
func readGrams(joined []byte, out []feature) []feature {
	for i := 0; i < len(joined); {
		_, size := utf8.DecodeRune(joined[i:])
		h, end := hash(gram, ""), i
		for n := 1; n <= longestGram && end < len(joined); n++ {
			_, next := utf8.DecodeRune(joined[end:])
			h = extend(h, joined[end:end+next])
			end += next
			if n >= shortestGram {
				out = append(out, newFeature(h, gram))
			}
		}
		i += size
	}
	return out
}

// characters gives the first n characters of s.
func characters(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// hash is FNV-1a, begun apart for each kind.
func hash(kind uint64, s string) uint64 { return extend(14695981039346656037^kind<<56, s) }

func extend[T string | []byte](h uint64, s T) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix spreads the bits of x (the finalizer of MurmurHash3), since a table keeps only some of them.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// vector is a sparse text of length one: its features in rising order.
type vector []term

// term is a feature's number with its weight.
type term struct {
	at     uint32
	weight float32
}

// vocabulary numbers the features of the examples and weighs them by how rare they are. Features share a place of its
// table now and then; with a few places to a feature that costs nothing that can be measured, and needs no map.
type vocabulary struct {
	shift   int
	number  []uint32 // place → feature number plus one; 0: unknown
	rarity  []float32
	strange float64 // rarity of a feature that no example has
	count   []int32 // by number: how many examples have the feature
	least   int32   // of a feature that is numbered
}

const manyFeatures = 1 << 16 // above, features of a single example are left out: they cost memory and tell little

const tableWidth = 22 // bits of a vocabulary's table, at most

// learnVocabulary learns from the examples, with a table of at most so many bits. It goes over them twice: read anew each
// time they take less memory than kept.
func learnVocabulary(examples iter.Seq[[]feature], most int) *vocabulary {
	total, many := 0, 0.0
	for features := range examples {
		total += len(features)
		many++
	}
	width := min(max(bits.Len(uint(total)), 12), most)
	v := &vocabulary{shift: 64 - width, number: make([]uint32, 1<<width), strange: math.Log(1 + many)}
	count := make([]int32, len(v.number))
	last := v.number // until the numbers are known: the example by which a place was last counted, plus one
	distinct := 0
	i := uint32(0)
	for features := range examples {
		i++
		for _, f := range features {
			place := f >> v.shift
			if last[place] == i {
				continue
			}
			last[place] = i
			if count[place]++; count[place] == 1 {
				distinct++
			}
		}
	}
	clear(v.number)
	v.least = 1
	if distinct > manyFeatures {
		v.least = 2
	}
	var kept []uint32
	for place, n := range count {
		if n >= v.least {
			kept = append(kept, uint32(place))
		}
	}
	// The commonest first: what is used together then lies together in memory, which makes training twice as fast.
	slices.SortStableFunc(kept, func(a, b uint32) int { return int(count[b] - count[a]) })
	for i, place := range kept {
		v.number[place] = uint32(i + 1)
		v.count = append(v.count, count[place])
		v.rarity = append(v.rarity, float32(math.Log(1+many/float64(count[place]))))
	}
	return v
}

// vector weighs features. known is the share of the words that the examples have, by how rare they are. Of an example
// itself, own is 1: it is weighed as if it were not among the examples.
func (v *vocabulary) vector(features []feature, own int32) (x vector, known float64) {
	heft := 0.0
	var room [512]uint64
	found := room[:0] // number and, in the lowest byte, kind: sorts by number
	for _, f := range features {
		n := v.number[f>>v.shift]
		if n == 0 || v.count[n-1]-own < v.least {
			if f.kind() == word {
				heft += v.strange
			}
			continue
		}
		if f.kind() == word {
			heft += float64(v.rarity[n-1])
			known += float64(v.rarity[n-1])
		}
		found = append(found, uint64(n-1)<<8|uint64(f.kind()))
	}
	slices.Sort(found)
	distinct := 0
	for i := range found {
		if i == 0 || found[i]>>8 != found[i-1]>>8 {
			distinct++
		}
	}
	x = make(vector, 0, distinct)
	var square [kinds]float64
	for i := 0; i < len(found); {
		number, kind := found[i]>>8, uint8(found[i])
		j := i + 1
		for j < len(found) && found[j]>>8 == number {
			j++
		}
		w := float64(v.rarity[number])
		if j-i > 1 {
			w *= 1 + math.Log(float64(j-i))
		}
		square[kind] += w * w
		found[len(x)] = uint64(kind)
		x = append(x, term{uint32(number), float32(w)})
		i = j
	}
	var whole float64
	for k, s := range square {
		if s > 0 {
			whole += importance[k] * importance[k]
		}
	}
	var scale [kinds]float32
	for k, s := range square {
		if s > 0 {
			scale[k] = float32(importance[k] / math.Sqrt(s*whole))
		}
	}
	for i := range x {
		x[i].weight *= scale[found[i]]
	}
	if heft > 0 {
		known /= heft
	}
	return x, known
}
