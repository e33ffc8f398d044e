package understand_test

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/understand"
)

// worst are texts of MaxText characters that cost most.
var worst = map[string]string{
	"words":  strings.Repeat("want to die kill i cannot ", 160),
	"arabic": strings.Repeat("وبالممرضة من حلب أريد أن ", 170),
	"one":    strings.Repeat("x", 4096),
}

func BenchmarkCrisis(b *testing.B) {
	u := understander(b, load(b))
	benchmark(b, func(text string) { u.Crisis(text) })
}

func BenchmarkMentions(b *testing.B) {
	u := understander(b, load(b))
	benchmark(b, func(text string) { u.Mentions(text) })
}

func BenchmarkUnderstand(b *testing.B) {
	u := understander(b, load(b))
	benchmark(b, func(text string) { u.Understand(text, language.Und) })
}

func BenchmarkLanguage(b *testing.B) {
	u := understander(b, load(b))
	benchmark(b, func(text string) { u.Language(text, language.Und) })
}

func benchmark(b *testing.B, do func(string)) {
	texts := map[string]string{"short": "I'm a nurse from Aleppo, how much is the exam?", "arabic short": "كم يكلف امتحان BIG للممرضين؟"}
	for name, text := range worst {
		texts["worst "+name] = text
	}
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				do(text)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for name, folder := range map[string]string{"small": "testdata/content", "real": contentFolder} {
		b.Run(name, func(b *testing.B) {
			lib, faults := kb.Load(os.DirFS(folder), nil)
			if kb.HasErrors(faults) {
				b.Fatal(faults)
			}
			b.ReportAllocs()
			for b.Loop() {
				u, err := understand.New(b.Context(), lib, understand.Shelf{})
				if err != nil {
					b.Fatal(err)
				}
				if err := u.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
