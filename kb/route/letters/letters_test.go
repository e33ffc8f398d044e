package letters

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What was put is taken back, however the row was copied.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type number struct{ n, bits int }
		numbers := rapid.SliceOf(rapid.Custom(func(t *rapid.T) number {
			bits := rapid.IntRange(1, 16).Draw(t, "bits")
			return number{rapid.IntRange(0, 1<<bits-1).Draw(t, "n"), bits}
		})).Draw(t, "numbers")
		var w Writer
		for _, x := range numbers {
			w.Put(x.n, x.bits)
		}
		row := w.String()
		for _, typed := range []string{row, strings.ToLower(row), strings.ReplaceAll(row, "-", ""), " " + strings.ReplaceAll(row, "-", " – ") + "\n",
			"\u2068" + row + "\u2069", strings.NewReplacer("0", "o", "1", "l").Replace(row)} {
			r, ok := Read(typed)
			if !ok && len(numbers) > 0 {
				t.Fatalf("%q of %q is not read", typed, row)
			} else if !ok {
				continue
			}
			for _, x := range numbers {
				if got := r.Take(x.bits); got != x.n {
					t.Fatalf("%q gives %d, want %d", typed, got, x.n)
				}
			}
			if !r.Ended() {
				t.Fatalf("%q holds more than was put", typed)
			}
		}
	})
}

// One wrong letter, two wrong letters, or two neighbours that changed places are always noticed.
func TestWrongLetters(t *testing.T) {
	t.Parallel()
	var w Writer
	w.Put(0x1234, 16)
	w.Put(0x0ff0, 16)
	w.Flag(true)
	row := strings.ReplaceAll(w.String(), "-", "")
	swap := func(text string, i int, to byte) string { return text[:i] + string(to) + text[i+1:] }
	for i := range row {
		for _, to := range []byte(alphabet) {
			once := swap(row, i, to)
			if _, ok := Read(once); ok != (once == row) {
				t.Errorf("%s for %s is read: %v", once, row, ok)
			}
			for k := range i {
				for _, other := range []byte(alphabet) {
					twice := swap(once, k, other)
					if _, ok := Read(twice); ok != (twice == row) {
						t.Fatalf("%s for %s is read: %v", twice, row, ok)
					}
				}
			}
		}
		if i > 0 && row[i] != row[i-1] {
			if _, ok := Read(row[:i-1] + row[i:i+1] + row[i-1:i] + row[i+1:]); ok {
				t.Errorf("letters %d and %d of %s may change places", i-1, i, row)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("2EN7A-244SM-H100P-GC", uint8(7))
	f.Add("0000000000", uint8(5))
	f.Add("نعم", uint8(1))
	f.Fuzz(func(t *testing.T, text string, bits uint8) {
		r, ok := Read(text)
		if !ok {
			return
		}
		size := int(bits%16) + 1
		var w Writer
		for left := len(r.row) * perLetter; left > 0; left -= size {
			w.Put(r.Take(min(size, left)), min(size, left))
		}
		if !r.Ended() {
			t.Fatalf("%q has not ended", text)
		}
		again, ok := Read(w.String())
		if !ok || string(again.row) != string(r.row) {
			t.Errorf("%q is written as %q", text, w.String())
		}
	})
}
