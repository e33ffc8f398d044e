package understand

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	stdhash "hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/text/language"

	"wegwijzer/kb"
)

// Shelf is where what was learnt from a content is kept, so that the next start need not learn it again. It holds
// nothing that is not in the content. The zero Shelf keeps nothing.
type Shelf struct {
	Folder  string // made if it is missing; a folder that cannot be written in only means learning again
	Program string // names the program that learns: another may learn otherwise
}

const (
	shelfKeeps = 3 // contents of which what was learnt stays
	modelFile  = "model"
	indexDir   = "index"
	newPrefix  = ".new-"
)

// place gives the folder of the shelf for a library.
func (s Shelf) place(lib *kb.Library) string {
	sum := lib.Sum()
	whole := sha256.Sum256(append([]byte(s.Program+"\x00"), sum[:]...))
	return filepath.Join(s.Folder, fmt.Sprintf("%x", whole[:12]))
}

// begin makes a folder beside the others in which something new can be put together.
func (s Shelf) begin() (string, error) {
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return "", err
	}
	return os.MkdirTemp(s.Folder, newPrefix)
}

// put moves what was put together to its place, and takes away what has lain there longest. That somebody else was first
// is no error.
func (s Shelf) put(made, place string) error {
	if err := os.Rename(made, place); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, there := os.Stat(place); there != nil {
			return err
		}
	}
	entries, err := os.ReadDir(s.Folder)
	if err != nil {
		return err
	}
	type old struct {
		name string
		at   int64
	}
	var all []old
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.IsDir() {
			all = append(all, old{e.Name(), info.ModTime().UnixNano()})
		}
	}
	slices.SortFunc(all, func(a, b old) int { return cmp.Compare(b.at, a.at) })
	for i, o := range all {
		if i >= shelfKeeps && filepath.Join(s.Folder, o.name) != place {
			err = errors.Join(err, os.RemoveAll(filepath.Join(s.Folder, o.name)))
		}
	}
	return err
}

// model is what takes seconds to learn.
type model struct {
	ranker   *ranker
	judge    *judge
	alarm    *alarm          // nil: the content has no crisis phrases
	ordinary map[string]bool // words of the content that are no misspelt calls for help
	bodies   bool            // as in corpus
	index    []byte          // sum of the files of the index that belongs to it
}

// settled is the part of a model that is small; the tables are written as they lie in memory.
type settled struct {
	Blend     []float64
	Sure      []float64
	Threshold float64
	Own       map[language.Tag]float64
	Outside   bool
	Trials    Trials
	Ordinary  []string
	Index     []byte
	Bodies    bool
	Words     sizes
	Planes    bool
	Alarm     sizes
	Helps     []kb.ArticleID
}

// sizes are the numbers of a vocabulary.
type sizes struct {
	Shift   int
	Strange float64
	Least   int32
}

func (v *vocabulary) sizes() sizes { return sizes{v.shift, v.strange, v.least} }

const modelMagic = "wegwijzer model 2\n"

// write writes the model to w, with a sum of it behind.
func (m *model) write(w io.Writer) error {
	sum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<20)
	alarmed := m.alarm
	if alarmed == nil {
		alarmed = &alarm{words: &vocabulary{}, planes: &table{}}
	}
	head, err := json.Marshal(settled{m.judge.blend[:], m.judge.sure, m.judge.threshold, m.judge.own, m.judge.outside, m.judge.trials,
		slices.Sorted(maps.Keys(m.ordinary)), m.index, m.bodies, m.ranker.words.sizes(), m.ranker.planes != nil, alarmed.words.sizes(), alarmed.articles})
	if err != nil {
		return err
	}
	parts := []any{[]byte(modelMagic), uint64(len(head)), head}
	list := func(n int, data any) { parts = append(parts, uint64(n), data) }
	for _, words := range []*vocabulary{m.ranker.words, alarmed.words} {
		list(len(words.number), words.number)
		list(len(words.rarity), words.rarity)
		list(len(words.count), words.count)
	}
	for _, t := range []*table{m.ranker.planes, m.ranker.bayes, alarmed.planes} {
		if t != nil {
			list(len(t.start), t.start)
			list(len(t.class), t.class)
			list(len(t.weight), t.weight)
			list(len(t.bias), t.bias)
			list(len(t.slope), t.slope)
		}
	}
	for _, part := range parts {
		if err := binary.Write(out, binary.LittleEndian, part); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	_, err = w.Write(sum.Sum(nil))
	return err
}

var (
	errNothingKept = errors.New("there is no shelf")
	errModel       = errors.New("what was kept is not whole")
)

// sumOf gives a sum of all files in a folder.
func sumOf(dir string) ([]byte, error) {
	sum := sha256.New()
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		below, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s\x00", below)
		_, err = io.Copy(sum, f)
		return err
	})
	return sum.Sum(nil), err
}

// readModel reads what write wrote.
func readModel(in io.Reader) (*model, error) {
	r := &modelReader{in: bufio.NewReaderSize(in, 1<<16), sum: sha256.New()}
	magic := make([]byte, len(modelMagic))
	r.read(magic)
	if string(magic) != modelMagic {
		return nil, errModel
	}
	var s settled
	head := make([]byte, r.length(mostHead))
	if r.read(head); r.err != nil {
		return nil, r.err
	}
	if err := json.Unmarshal(head, &s); err != nil {
		return nil, fmt.Errorf("%w: %w", errModel, err)
	}
	m := &model{ranker: &ranker{}, judge: &judge{sure: s.Sure, threshold: s.Threshold, own: s.Own, outside: s.Outside, trials: s.Trials},
		ordinary: make(map[string]bool, len(s.Ordinary)), index: s.Index, bodies: s.Bodies}
	copy(m.judge.blend[:], s.Blend)
	for _, w := range s.Ordinary {
		m.ordinary[w] = true
	}
	words := func(s sizes) *vocabulary {
		return &vocabulary{shift: s.Shift, strange: s.Strange, least: s.Least,
			number: list[uint32](r), rarity: list[float32](r), count: list[int32](r)}
	}
	m.ranker.words = words(s.Words)
	alarmed := &alarm{words: words(s.Alarm), articles: s.Helps}
	table := func() *table {
		return &table{start: list[uint32](r), class: list[uint16](r), weight: list[float32](r), bias: list[float32](r), slope: list[float32](r)}
	}
	if s.Planes {
		m.ranker.planes = table()
	}
	m.ranker.bayes = table()
	if alarmed.planes = table(); len(alarmed.articles) > 0 {
		m.alarm = alarmed
	}
	want := r.sum.Sum(nil)
	got := make([]byte, len(want))
	if r.read(got); r.err != nil {
		return nil, r.err
	}
	if !bytes.Equal(got, want) {
		return nil, errModel
	}
	return m, nil
}

// What a file may ask for before its sum is known; ours need a tenth of it.
const (
	mostHead = 64 << 20 // bytes
	mostList = 64 << 20 // items
)

// modelReader reads the lists of a model and sums them up. After its first error it gives zeros.
type modelReader struct {
	in  *bufio.Reader
	sum stdhash.Hash
	err error
}

func (r *modelReader) read(to []byte) {
	if r.err == nil {
		if _, r.err = io.ReadFull(r.in, to); r.err != nil {
			r.err = fmt.Errorf("%w: %w", errModel, r.err)
		}
		r.sum.Write(to)
	}
}

func (r *modelReader) length(most uint64) uint64 {
	var n [8]byte
	r.read(n[:])
	length := binary.LittleEndian.Uint64(n[:])
	if r.err == nil && length > most {
		r.err = errModel
	}
	if r.err != nil {
		return 0
	}
	return length
}

// list reads a list, a piece at a time: a model is most of what the program holds, and is not held twice. An empty one is
// nil.
func list[T uint16 | uint32 | int32 | float32](r *modelReader) []T {
	n := r.length(mostList)
	if n == 0 {
		return nil
	}
	const piece = 1 << 14
	all := make([]T, 0, min(n, 1<<20))
	var room [piece]T
	raw := make([]byte, binary.Size(room))
	for left := int(n); left > 0 && r.err == nil; {
		now := room[:min(left, piece)]
		bytes := raw[:binary.Size(now)]
		if r.read(bytes); r.err != nil {
			break
		}
		if _, r.err = binary.Decode(bytes, binary.LittleEndian, now); r.err != nil {
			break
		}
		all = append(all, now...)
		left -= len(now)
	}
	return slices.Clip(all)
}
