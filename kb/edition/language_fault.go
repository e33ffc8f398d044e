package edition

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/langid"
	"wegwijzer/kb/prose"
)

// fewWords is how long a paragraph must be before its language is believed: shorter ones hold little but Dutch names.
const fewWords = 12

// foreignTexts is the rule that no paragraph is left in another language by mistake. The languages are learnt from the
// content itself, so one paragraph among hundreds stands out.
func foreignTexts(lib *kb.Library) ([]kb.Fault, error) {
	samples := map[language.Tag][]string{}
	for _, a := range lib.Articles() {
		for tag, text := range a.Texts {
			samples[tag] = append(samples[tag], text.Body.Text())
		}
	}
	id, err := langid.New(samples)
	if err != nil {
		return nil, fmt.Errorf("learn the languages of the content: %w", err)
	}
	var faults []kb.Fault
	for _, a := range lib.Articles() {
		for tag, text := range a.Texts {
			for _, block := range text.Body {
				for _, item := range block.Items {
					said := prose.Doc{{Kind: prose.Paragraph, Items: [][]prose.Span{item}}}.Text()
					if len(strings.Fields(said)) < fewWords {
						continue
					}
					if seen, _ := id.Identify(said, language.Und); seen != language.Und && seen != langid.Primary(tag) && samples[seen] != nil {
						faults = append(faults, kb.Fault{File: text.File, Line: text.Line, Warning: true, Rule: "other-language",
							What: fmt.Sprintf("the paragraph “%s…” looks like %s", strings.Join(strings.Fields(said)[:4], " "), seen),
							Do:   fmt.Sprintf("Write it in %s, or leave the block out of the translation's stamp until it is", tag)})
					}
				}
			}
		}
	}
	return faults, nil
}
