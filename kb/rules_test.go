package kb_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijzer/kb"
)

func TestGoodContentHasNoFaults(t *testing.T) {
	t.Parallel()
	if _, faults := kb.Load(good(t), nil); len(faults) > 0 {
		t.Errorf("good content has faults:\n%s", lines(faults))
	}
}

// edit replaces old by new in a file; no old is the whole file, no old and no new takes the file away.
type edit struct{ file, old, new string }

// TestRules breaks one thing in good content at a time. The faults must be exactly those that are wanted: the rule (with
// a question mark for a warning), file and line, and words that name what is wrong or say what to do.
func TestRules(t *testing.T) {
	t.Parallel()
	const bi = "articles/bi-test/"
	large := strings.Repeat("0123456789abcdef", 10<<16)
	for _, tt := range []struct {
		name  string
		edits []edit
		want  []string // "rule file:line" and then words that the fault must hold, separated by |
	}{
		// Files and YAML.
		{"unknown key", []edit{{bi + "nl.md", "questions:", "qestions:"}}, []string{"missing-questions articles/bi-test/nl.md:1", "unknown-key articles/bi-test/nl.md:3|“qestions”|Did you mean “questions”"}},
		{"unknown key of a fact", []edit{{"facts.yaml", "recheck: 6", "re-check: 6"}}, []string{"unknown-key facts.yaml:7|“re-check”|“bi-fee”|“recheck”"}},
		{"unknown key of a word", []edit{{"words/nl.yaml", "note:", "notes:"}}, []string{"unknown-key words/nl.yaml:8|“notes”|“note”", "facts-differ? words/ar.yaml:17|“register-phone”", "facts-differ? words/en.yaml:17|“register-phone”", "outdated? words/ar.yaml|profession.nurse", "outdated? words/en.yaml|profession.nurse"}},
		{"duplicate id", []edit{{"facts.yaml", "bi-wait:\n", "bi-fee:\n"}}, []string{"duplicate facts.yaml:10|“bi-fee”|line 1", "unknown-fact articles/bi-test/ar.md:7|“bi-wait”", "unknown-fact articles/bi-test/en.md:8", "unknown-fact articles/bi-test/nl.md:7", "unknown-fact articles/emergency/ar.md:7", "unknown-fact articles/emergency/en.md:7", "unknown-fact articles/emergency/nl.md:5"}},
		{"duplicate key of a mapping", []edit{{"professions.yaml", "helper:", "nurse: {level: hbo}\nhelper:"}}, []string{"duplicate professions.yaml:2|“nurse”|line 1"}},
		{"broken YAML", []edit{{"professions.yaml", "helper: {regulation: none, level: mbo}", "helper: {regulation: none\nother: {level: mbo}"}}, []string{"yaml professions.yaml:2|bracket"}},
		{"a colon in a text", []edit{{bi + "nl.md", "title: Wat", "title: Vraag: wat"}}, []string{"yaml articles/bi-test/nl.md:2|colon|quotation marks"}},
		{"a tab", []edit{{"terms.yaml", "  BI-toets", "\tBI-toets"}}, []string{"yaml terms.yaml:3|tab"}},
		{"a quotation mark that is not closed", []edit{{"facts.yaml", `says: "You wait this long."`, `says: "You wait this long.`}}, []string{"yaml facts.yaml:14|indentation"}},
		{"a second document", []edit{{"countries.yaml", "NO:", "---\nNO:"}}, []string{"yaml countries.yaml:3|second YAML document"}},
		{"an alias", []edit{{"countries.yaml", "NL: {group: nl}\nNO: {group: eu}", "NL: &x {group: nl}\nNO: *x"}}, []string{"shape countries.yaml:3|*x"}},
		{"not UTF-8", []edit{{bi + "en.md", "Danger", "D\xe4nger"}}, []string{"unreadable articles/bi-test/en.md:13|UTF-8"}},
		{"a NUL", []edit{{"crisis.yaml", "dying", "dy\x00ing"}}, []string{"unreadable crisis.yaml:3|UTF-8"}},
		{"a file of ten megabytes", []edit{{bi + "en.md", "", large}}, []string{"unreadable articles/bi-test/en.md:0|too large|10240 KiB"}},
		{"a mapping where a list should be", []edit{{bi + "nl.md", "questions:\n  - wat kost de toets\n  - hoe duur is de BI-toets in 2026", "questions: {a: b}"}}, []string{"missing-questions articles/bi-test/nl.md:1", "shape articles/bi-test/nl.md:3|keys with values|list"}},
		{"a list where a text should be", []edit{{bi + "nl.md", "title: Wat kost de BI-toets?", "title: [Wat]"}}, []string{"missing-title articles/bi-test/nl.md:1", "shape articles/bi-test/nl.md:2|a list", "outdated? articles/bi-test/ar.md:5|title", "outdated? articles/bi-test/en.md:6|title"}},
		{"an empty item", []edit{{bi + "nl.md", "  - wat kost de toets\n", "  - wat kost de toets\n  -\n"}}, []string{"empty articles/bi-test/nl.md:5|questions"}},
		{"front matter that does not end", []edit{{"articles/emergency/nl.md", "gevaar]\n---", "gevaar]\n"}}, []string{"front-matter articles/emergency/nl.md:1|second line ---"}},
		{"an unknown file", []edit{{"fact.yaml", "", "{}"}}, []string{"unknown-file? fact.yaml:0|“facts.yaml”"}},
		{"an unknown file among the articles", []edit{{bi + "artikel.yaml", "", "{}"}}, []string{"unknown-file? articles/bi-test/artikel.yaml:0|article.yaml"}},
		{"a missing file", []edit{{"crisis.yaml", "", ""}}, []string{"missing-file? crisis.yaml:0|danger"}},
		{"languages.yaml lost", []edit{{"languages.yaml", "", ""}}, []string{"missing-file languages.yaml:0|source: true"}},
		{"a folder of the name of a file", []edit{{"terms.yaml", "", ""}, {"terms.yaml/x", "", "x"}}, []string{"unreadable terms.yaml:0|is a folder"}},

		// Languages.
		{"no tag", []edit{{"languages.yaml", "{tag: en, name", "{tags: en, name"}}, []string{"missing-field languages.yaml:2|no tag", "unknown-key languages.yaml:2|“tags”|“tag”", "unknown-language languages.yaml:3|“en”", "unknown-language articles/bi-test/en.md:0|“en”", "unknown-language articles/emergency/en.md:0", "unknown-language ui/en.yaml:0", "unknown-language words/en.yaml:0"}},
		{"a tag that is none", []edit{{"languages.yaml", "fallback: [en]", "fallback: [en, xx]"}}, []string{"unknown-language languages.yaml:3|“xx”|“ar”"}},
		{"no source language", []edit{{"languages.yaml", ", source: true", ""}}, []string{"source-language languages.yaml:1|source: true"}},
		{"two source languages", []edit{{"languages.yaml", "name: English", "name: English, source: true"}}, []string{"source-language languages.yaml:2"}},
		{"a bad script and direction", []edit{{"languages.yaml", "name: English", "name: English, script: Latijn, direction: up"}}, []string{"bad-value languages.yaml:2|“Latijn”", "bad-value languages.yaml:2|“up”"}},
		{"a language without a name", []edit{{"languages.yaml", ", name: English", ""}}, []string{"missing-field? languages.yaml:2"}},
		{"a text in an unknown language", []edit{{bi + "fr.md", "", "---\ntitle: Combien\nquestions: [combien]\nstatus: machine\n---\nx\n"}}, []string{"unknown-language articles/bi-test/fr.md:0|“fr”|“ar”"}},
		{"a text named after no language", []edit{{bi + "dutch.md", "", "x"}}, []string{"unknown-language articles/bi-test/dutch.md:0|“dutch”|BCP 47"}},
		{"one language twice", []edit{{bi + "AR.md", "", "x"}}, []string{"duplicate articles/bi-test/AR.md:0|(ar)|ar.md"}},

		// Facts.
		{"no kind", []edit{{"facts.yaml", "  kind: money\n", ""}}, []string{"missing-field facts.yaml:1|“bi-fee”|kind"}},
		{"an unknown kind", []edit{{"facts.yaml", "kind: money", "kind: mony"}}, []string{"bad-value facts.yaml:2|“mony”|“money”"}},
		{"no value", []edit{{"facts.yaml", "  value: \"1700 EUR\"\n", ""}}, []string{"missing-field facts.yaml:1|value"}},
		{"a bad value", []edit{{"facts.yaml", "1700 EUR", "€ 1.700"}}, []string{"bad-value facts.yaml:3|“€ 1.700”|“bi-fee”|400 EUR"}},
		{"no source", []edit{{"facts.yaml", "  source: \"https://example.org/bi-test\"\n", ""}}, []string{"missing-source facts.yaml:1|“bi-fee”"}},
		{"a source that is no address", []edit{{"facts.yaml", "\"https://example.org/committee\"", "CIBG"}}, []string{"missing-source facts.yaml:20|“CIBG”"}},
		{"no read", []edit{{"facts.yaml", "  read: copy 2025-03\n", ""}}, []string{"bad-read facts.yaml:1|“bi-fee”"}},
		{"a bad read", []edit{{"facts.yaml", "read: copy 2025-03", "read: kopie 2025"}}, []string{"bad-read facts.yaml:6|“kopie 2025”|copy undated"}},
		{"a bad sure", []edit{{"facts.yaml", "sure: yes", "sure: maybe"}}, []string{"bad-sure facts.yaml:8|“maybe”|ask"}},
		{"a bad recheck", []edit{{"facts.yaml", "recheck: 6 months", "recheck: half a year"}}, []string{"bad-recheck facts.yaml:7|“half a year”|6 months"}},
		{"a bad valid_from", []edit{{"facts.yaml", `valid_from: "2026-06-12"`, `valid_from: "June"`}}, []string{"bad-value facts.yaml:24|“June”"}},
		{"it ends before it begins", []edit{{"facts.yaml", "2027-12-31", "2025-12-31"}}, []string{"bad-value facts.yaml:25|“committee-date”"}},
		{"no says", []edit{{"facts.yaml", "  says: \"The test costs this much.\"\n", ""}}, []string{"missing-field? facts.yaml:1|says"}},
		{"an id that no placeholder can name", []edit{{"facts.yaml", "level:\n", "le vel:\n"}}, []string{"bad-id facts.yaml:37|“le vel”", "unknown-fact articles/bi-test/ar.md:7|“level”|“le vel”", "unknown-fact articles/bi-test/en.md:8", "unknown-fact articles/bi-test/nl.md:7"}},
		{"an unknown desk", []edit{{"facts.yaml", "ask: register", "ask: registr"}}, []string{"unknown-desk facts.yaml:1|“registr”|“register”"}},

		// Professions and countries.
		{"a fee that is no fact", []edit{{"professions.yaml", "bi-fee: bi-fee", "bi-fee: bi-fe"}}, []string{"unknown-fact professions.yaml:1|“bi-fe”|“bi-fee”"}},
		{"a country that is none", []edit{{"countries.yaml", "NO:", "Norway:"}}, []string{"unknown-country countries.yaml:3|“Norway”"}},
		{"a profession without a name", []edit{{"professions.yaml", "helper:", "dentist: {level: wo}\nhelper:"}}, []string{"missing-word words/nl.yaml:0|dentist"}},
		{"a name without a profession", []edit{{"words/nl.yaml", "  helper: helpende", "  helper: helpende\n  helperr: helpende"}}, []string{"unknown-profession words/nl.yaml:10|“helperr”|“helper”", "missing-translation? words/ar.yaml:0|profession.helperr", "missing-translation? words/en.yaml:0|profession.helperr"}},
		{"a word of a country that is none", []edit{{"words/en.yaml", "SY: {also", "SX1: {also"}}, []string{"unknown-country words/en.yaml:23|“SX1”"}},

		// Articles.
		{"an article without a text", []edit{{"articles/empty/article.yaml", "", "subject: x\nchapter: big\nsources: [{title: x, url: 'https://x.example', read: copy undated}]\n"}}, []string{"missing-text articles/empty:0|“empty”"}},
		{"an article without its source text", []edit{{"articles/emergency/nl.md", "", ""}}, []string{"missing-text articles/emergency:0|(nl)"}},
		{"a missing translation", []edit{{"articles/emergency/ar.md", "", ""}}, []string{"missing-translation? articles/emergency:0|into ar"}},
		{"no article.yaml", []edit{{"articles/emergency/article.yaml", "", ""}}, []string{"missing-file articles/emergency/article.yaml:0"}},
		{"no subject", []edit{{bi + "article.yaml", "subject: What the test costs\n", ""}}, []string{"missing-field articles/bi-test/article.yaml:0|subject"}},
		{"no chapter", []edit{{bi + "article.yaml", "chapter: big\n", ""}}, []string{"missing-field articles/bi-test/article.yaml:0|chapter"}},
		{"an unknown chapter", []edit{{bi + "article.yaml", "chapter: big", "chapter: bg"}}, []string{"unknown-chapter articles/bi-test/article.yaml:2|“bg”|“big”"}},
		{"no sources", []edit{{"articles/emergency/article.yaml", "sources:\n  - {title: Nood, url: \"https://example.org/112\", read: \"live 2026-11-20\"}\n", ""}}, []string{"missing-source articles/emergency/article.yaml:0"}},
		{"a source without a title, an address and a reading", []edit{{"articles/emergency/article.yaml", `title: Nood, url: "https://example.org/112", read: "live 2026-11-20"`, "title: '', url: there"}}, []string{
			"bad-read articles/emergency/article.yaml:4", "missing-field articles/emergency/article.yaml:4|title", "missing-source articles/emergency/article.yaml:4|“there”"}},
		{"unknown related article", []edit{{bi + "article.yaml", "related: [emergency]", "related: [emergncy, bi-test]"}}, []string{"unknown-article articles/bi-test/article.yaml:5|“emergncy”|“emergency”", "unknown-article? articles/bi-test/article.yaml:5|itself"}},
		{"unknown profession", []edit{{bi + "article.yaml", "professions: [nurse]", "professions: [nurs]"}}, []string{"unknown-profession articles/bi-test/article.yaml:6|“nurs”|“nurse”"}},
		{"unknown term", []edit{{bi + "article.yaml", "terms: [BI-toets]", "terms: [BI-tets]"}}, []string{"unknown-term articles/bi-test/article.yaml:7|“BI-tets”|“BI-toets”", "term-not-named articles/bi-test/ar.md:7", "term-not-named articles/bi-test/en.md:8", "term-not-named articles/bi-test/nl.md:7"}},
		{"no title", []edit{{"articles/emergency/nl.md", "title: Bent u in gevaar?\n", ""}}, []string{"missing-title articles/emergency/nl.md:1|title:", "outdated? articles/emergency/ar.md:5|the title", "outdated? articles/emergency/en.md:5|the title"}},
		{"no questions", []edit{{"articles/emergency/en.md", "questions: [I am in danger]\n", ""}}, []string{"missing-questions articles/emergency/en.md:1"}},
		{"no body", []edit{{"articles/emergency/en.md", "Call 112. Waiting takes {{bi-wait}}.\n", ""}}, []string{"blocks-differ articles/emergency/en.md:7|0 blocks", "facts-differ articles/emergency/en.md:7|“bi-wait”", "missing-body articles/emergency/en.md:7"}},
		{"a question twice", []edit{{bi + "nl.md", "  - wat kost de toets\n", "  - wat kost de toets\n  - Wat kost de toets?\n"}}, []string{"question-twice? articles/bi-test/nl.md:5|“Wat kost de toets?”"}},
		{"a question under two articles", []edit{{bi + "nl.md", "  - wat kost de toets\n", "  - Ik ben in gevaar!\n"}}, []string{"question-twice articles/emergency/nl.md:3|“ik ben in gevaar”|“bi-test”|articles/bi-test/nl.md:4"}},
		{"a question that must be declined", []edit{{bi + "nl.md", "  - wat kost de toets\n", "  - Hoe laat is het?\n"}}, []string{"question-declined articles/bi-test/nl.md:4|“Hoe laat is het?”"}},

		// Texts.
		{"an unknown fact in a body", []edit{{bi + "en.md", "{{bi-fee}}", "{{bi-fee}} {{bi-feee}}"}}, []string{"facts-differ articles/bi-test/en.md:8|“bi-feee”", "unknown-fact articles/bi-test/en.md:8|“bi-feee”|“bi-fee”"}},
		{"an unknown fact in a title", []edit{{bi + "en.md", "title: What", "title: Why {{bi-feee}} and what"}}, []string{"facts-differ articles/bi-test/en.md:8|“bi-feee”", "unknown-fact articles/bi-test/en.md:2|“bi-feee”"}},
		{"an unknown fact in a word", []edit{{"words/nl.yaml", "helpende", "helpende {{x}}"}}, []string{"facts-differ? words/ar.yaml:18|“x”", "facts-differ? words/en.yaml:18|“x”", "outdated? words/ar.yaml", "outdated? words/en.yaml", "unknown-fact words/nl.yaml:9|“x”"}},
		{"half a placeholder", []edit{{bi + "nl.md", "Gevaar?", "Gevaar {{ nood"}}, []string{"outdated? articles/bi-test/ar.md:5|block 3", "outdated? articles/bi-test/en.md:6|block 3", "placeholder articles/bi-test/nl.md:12"}},
		{"half a placeholder in a sentence", []edit{{"ui/nl.yaml", "Dag.", "Dag }}."}}, []string{"outdated? ui/ar.yaml:0|hello", "outdated? ui/en.yaml:0|hello", "placeholder ui/nl.yaml:5|Dag }}"}},
		{"a figure in a body", []edit{{bi + "en.md", "Danger?", "Danger in 3.5 days, at B1 or B2+?"}}, []string{"loose-figure articles/bi-test/en.md:13|“3.5”", "loose-figure articles/bi-test/en.md:13|“B2+”|terms.yaml"}},
		{"a figure in another script's digits", []edit{{bi + "ar.md", "خطر؟", "خطر ٣ مرات وB1؟"}}, []string{"loose-figure articles/bi-test/ar.md:12|“٣”"}},
		{"a number in letters beside a unit", []edit{{"terms.yaml", "terms:\n", "numbers: {en: [two]}\nterms:\n"}, {bi + "en.md", "Danger?", "Danger in two weeks? Two doctors."}}, []string{"number-word? articles/bi-test/en.md:13|“two”"}},
		{"a figure in a title", []edit{{bi + "en.md", "title: What", "title: In 2026 what"}}, []string{"loose-figure articles/bi-test/en.md:2|“2026”"}},
		{"a date", []edit{{bi + "en.md", "Danger?", "Danger since 12-06-2026?"}}, []string{"loose-figure articles/bi-test/en.md:13|“12-06-2026”"}},
		{"a phone number", []edit{{bi + "en.md", "Danger?", "Danger, 070-3406600?"}}, []string{"loose-figure articles/bi-test/en.md:13|“070-3406600”"}},
		{"a figure in a sentence and a word", []edit{{"ui/en.yaml", "Hello.", "Hello 2 you."}, {"words/en.yaml", "care helper", "care helper 2"}}, []string{"loose-figure ui/en.yaml|“2”", "loose-figure words/en.yaml|“2”"}},
		{"an address", []edit{{bi + "en.md", "Danger?", "Danger, see www.example.org/x, desk@example.org or example.nl."}}, []string{"loose-address articles/bi-test/en.md:13|“desk@example.org”", "loose-address articles/bi-test/en.md:13|“example.nl”", "loose-address articles/bi-test/en.md:13|“www.example.org/x”"}},
		{"an address in a link", []edit{{bi + "en.md", "Danger?", "[Danger](https://example.org/7)?"}}, []string{"links-differ articles/bi-test/en.md:13|“https://example.org/7”", "loose-address articles/bi-test/en.md:13|“https://example.org/7”"}},
		{"a link to an unknown article", []edit{{bi + "en.md", "article:emergency", "article:emergenci"}}, []string{"links-differ articles/bi-test/en.md:8|“article:emergency”|missing", "links-differ articles/bi-test/en.md:13|“article:emergenci”", "unknown-article articles/bi-test/en.md:13|“emergenci”|“emergency”"}},
		{"a link with a control character", []edit{{bi + "en.md", "[emergency](article:emergency)", "[emergency](article:emergency) [page](\x7f{{register-page}})"}}, []string{"link articles/bi-test/en.md:13|“ {{register-page}}”|leads nowhere"}},
		{"a link to a fact that is no address", []edit{{bi + "en.md", "[emergency](article:emergency)", "[emergency](article:emergency) [fee]({{bi-fee}})"}}, []string{"link articles/bi-test/en.md:8|“bi-fee”|money"}},
		{"raw HTML", []edit{{bi + "en.md", "Danger?", "<b>Danger</b>?"}}, []string{"raw-html articles/bi-test/en.md:13", "raw-html articles/bi-test/en.md:13"}},
		{"Markdown that is not ours", []edit{{bi + "en.md", "Danger?", "*Danger*?"}}, []string{"markdown articles/bi-test/en.md:13|italics"}},
		{"a Dutch term not named", []edit{{bi + "en.md", "(BI-toets)", ""}}, []string{"term-not-named articles/bi-test/en.md:8|“BI-toets”"}},

		// Translations.
		{"a translation without a status", []edit{{bi + "en.md", "status: machine\n", ""}}, []string{"missing-status articles/bi-test/en.md:1"}},
		{"a bad status", []edit{{bi + "en.md", "status: machine", "status: revewed"}}, []string{"bad-status articles/bi-test/en.md:3|“revewed”|“reviewed”"}},
		{"a status of the source text", []edit{{"articles/emergency/nl.md", "title:", "status: machine\ntitle:"}}, []string{"status-of-source? articles/emergency/nl.md:2"}},
		{"an outdated block", []edit{{"articles/emergency/nl.md", "Bel 112.", "Bel nu 112."}}, []string{"outdated? articles/emergency/ar.md:5|block 1", "outdated? articles/emergency/en.md:5|block 1"}},
		{"an outdated title", []edit{{"articles/emergency/nl.md", "Bent u", "Bent u nu"}}, []string{"outdated? articles/emergency/ar.md:5|the title", "outdated? articles/emergency/en.md:5|the title"}},
		{"a block that is gone", []edit{{"articles/bi-test/nl.md", "\nGevaar? Lees [nood](article:emergency).\n", ""}}, []string{"outdated? articles/bi-test/ar.md:5|has 2 blocks|from 3", "blocks-differ? articles/bi-test/ar.md:7", "links-differ? articles/bi-test/ar.md:12", "outdated? articles/bi-test/en.md:6|has 2 blocks|from 3", "blocks-differ? articles/bi-test/en.md:8", "links-differ? articles/bi-test/en.md:13"}},
		{"a changed wording that says the same", []edit{{"articles/emergency/nl.md", "Bel 112.", "Bel  112 ."}, {"articles/emergency/article.yaml", "subject:", "same: {" + kb.HashBlock("Bel 112. Wachten duurt {{bi-wait}}.") + ": " + kb.HashBlock("Bel 112 . Wachten duurt {{bi-wait}}.") + "}\nsubject:"}}, []string{}},
		{"not stamped", []edit{{bi + "en.md", "of: [", "# ["}}, []string{"unstamped? articles/bi-test/en.md:0|articles/bi-test/nl.md"}},
		{"a missing block", []edit{{bi + "en.md", "\nDanger? Read [emergency](article:emergency).\n", ""}}, []string{"blocks-differ articles/bi-test/en.md:8|2 blocks|has 3", "links-differ articles/bi-test/en.md:8|“article:emergency”"}},
		{"another kind of block", []edit{{bi + "en.md", "Danger? Read", "# Danger? Read"}}, []string{"blocks-differ articles/bi-test/en.md:8|block 3 is a heading|paragraph"}},
		{"a missing item", []edit{{bi + "en.md", "- Since {{committee-date}} B1 holds.\n", ""}}, []string{"facts-differ articles/bi-test/en.md:8|“committee-date”", "items-differ articles/bi-test/en.md:8|1 items|has 2"}},
		{"another fact", []edit{{bi + "en.md", "{{bi-wait}}", "{{committee-date}}"}}, []string{"facts-differ articles/bi-test/en.md:8|“bi-wait”|missing"}},
		{"differences are warnings once the source has moved on", []edit{{bi + "nl.md", "Gevaar?", "{{bi-wait}} [x](article:bi-test) Gevaar?\n\nNieuw."}}, []string{
			"blocks-differ? articles/bi-test/ar.md", "links-differ? articles/bi-test/ar.md", "outdated? articles/bi-test/ar.md:5|block 3", "outdated? articles/bi-test/ar.md:5|block 4",
			"blocks-differ? articles/bi-test/en.md", "links-differ? articles/bi-test/en.md", "outdated? articles/bi-test/en.md:6|block 3", "outdated? articles/bi-test/en.md:6|block 4"}},

		// Words and sentences.
		{"a missing word", []edit{{"words/en.yaml", "  helper: care helper\n", ""}}, []string{"missing-translation? words/en.yaml:0|profession.helper"}},
		{"an empty word", []edit{{"words/en.yaml", "care helper", `""`}}, []string{"empty words/en.yaml|“helper”|“profession”"}},
		{"an unknown word", []edit{{"words/en.yaml", "  none: none", "  none: none\n  B3: three"}}, []string{"unknown-key words/en.yaml:21|“B3”|“B1”"}},
		{"an unknown section", []edit{{"words/en.yaml", "chapters:\n", "chapter:\n"}}, []string{"missing-translation? words/en.yaml:0|chapters.big", "unknown-key words/en.yaml:14|“chapter”|“chapters”"}},
		{"an outdated word", []edit{{"words/nl.yaml", "helpende", "helpende (zorg)"}}, []string{"outdated? words/ar.yaml|profession.helper", "outdated? words/en.yaml|profession.helper"}},
		{"words without a status", []edit{{"words/en.yaml", "status: machine\n", ""}}, []string{"missing-status words/en.yaml:1"}},
		{"a phrase of self twice", []edit{{"words/nl.yaml", "[ik ben, ik kom uit]", "[ik ben, ik kom uit, Ik ben, mijn plan]"}}, []string{"phrase-twice words/nl.yaml:2|“Ik ben”|“self”", "phrase-twice words/nl.yaml:2|“mijn plan”|command plan"}},
		{"a missing sentence", []edit{{"ui/ar.yaml", "  doubt.page: \"الجهة الرسمية\"\n", ""}}, []string{"missing-translation? ui/ar.yaml:0|doubt.page"}},
		{"a sentence that every content needs", []edit{{"ui/nl.yaml", "  unit.range: \"{min} tot {max}\"\n", ""}}, []string{"missing-sentence ui/nl.yaml:0|unit.range", "unknown-key ui/ar.yaml:52|“unit.range”", "unknown-key ui/en.yaml:52|“unit.range”", "unstamped? ui/ar.yaml:0|“unit.range”", "unstamped? ui/en.yaml:0|“unit.range”"}},
		{"an empty sentence", []edit{{"ui/en.yaml", `"Hello. Call {{register-phone}}."`, `""`}}, []string{"empty ui/en.yaml:43|“hello”", "facts-differ ui/en.yaml:43|“register-phone”"}},
		{"an unknown sentence", []edit{{"ui/en.yaml", "  hello: \"Hello", "  helo: x\n  hello: \"Hello"}}, []string{"unknown-key ui/en.yaml|“helo”|“hello”"}},
		{"other arguments", []edit{{"ui/en.yaml", "steps to go for {who}", "steps to go for {whom}"}, {"ui/en.yaml", "step to go for {who}", "step to go for {whom}"}}, []string{"arguments-differ ui/en.yaml:44|{whom}|{who}", "arguments-differ ui/en.yaml:44|lacks {who}"}},
		{"a sentence without a fact of its source", []edit{{"ui/en.yaml", "{{register-phone}}", "us"}}, []string{"facts-differ ui/en.yaml:43|“hello”|“register-phone”"}},
		{"a missing plural form", []edit{{"ui/ar.yaml", `, few: "{n} خطوات أمام {who}"`, ""}}, []string{"plural ui/ar.yaml|“steps”|few"}},
		{"an unknown plural form", []edit{{"ui/en.yaml", `steps: {one:`, `steps: {oen:`}}, []string{"plural ui/en.yaml:44|“oen”|“one”"}},
		{"an outdated sentence", []edit{{"ui/nl.yaml", "Dag.", "Hallo."}}, []string{"outdated? ui/ar.yaml|hello", "outdated? ui/en.yaml|hello"}},
		{"a phrase of two commands", []edit{{"ui/nl.yaml", "help: [hulp]", "help: [hulp, Mijn plan!]"}}, []string{"phrase-twice ui/nl.yaml:3|“Mijn plan!”|“plan”"}},
		{"a phrase of two commands in two languages", []edit{{"ui/nl.yaml", "plan: [plan, mijn plan]", "plan: [plan, mijn plan, help]"}}, []string{"phrase-twice? ui/nl.yaml|“help”|ui/en.yaml"}},
		{"a command without words", []edit{{"ui/nl.yaml", "help: [hulp]", "help: []"}}, []string{"empty ui/nl.yaml:3|“help”"}},
		{"an unknown command", []edit{{"ui/en.yaml", "help: [help]", "halp: [help]"}}, []string{"missing-translation? ui/en.yaml:0|help", "unknown-key ui/en.yaml|“halp”|“help”"}},

		// Crisis and terms.
		{"crisis phrases empty", []edit{{"crisis.yaml", "phrases: [I am dying]", "phrases: []"}}, []string{"crisis-empty crisis.yaml:3|en"}},
		{"a crisis phrase without words", []edit{{"crisis.yaml", "[I am dying]", `[I am dying, I … am dying, "!", "…"]`}}, []string{"crisis-empty crisis.yaml:3|“!”", "crisis-empty crisis.yaml:3|“…”"}},
		{"no crisis phrases", []edit{{"crisis.yaml", "", "[]\n"}}, []string{"crisis-empty crisis.yaml:0"}},
		{"crisis leads nowhere", []edit{{"crisis.yaml", "article: emergency", "article: emergeny"}}, []string{"unknown-article crisis.yaml:1|“emergeny”|“emergency”"}},
		{"a phrase harmless and crisis", []edit{{"crisis.yaml", "[ik ga dood van de honger]", "[Ik ga dood!]"}}, []string{"crisis-harmless crisis.yaml:2|“Ik ga dood!”|line 2"}},
		{"a phrase of two crises", []edit{{"crisis.yaml", "  ti:", "  tr: {phrases: [ölüyorum, Ölüyorum]}\n  ti:"}, {"crisis.yaml", "እየ]}\n", "እየ]}\n- article: bi-test\n  nl: {phrases: [ik ga dood]}\n  en: {phrases: [help me]}\n  ar: {phrases: [النجدة]}\n"}}, []string{"phrase-twice crisis.yaml:8|“ik ga dood”|“emergency”", "phrase-twice? crisis.yaml:5|“Ölüyorum”"}},
		{"a language without crisis phrases", []edit{{"crisis.yaml", "  ar: {phrases: [سأموت]}\n", ""}}, []string{"missing-translation? crisis.yaml:1|in ar"}},
		{"a term without a word", []edit{{"terms.yaml", ", ar: امتحان مهني", ""}}, []string{"missing-translation? terms.yaml:0|ar|BI-toets"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := good(t)
			for _, e := range tt.edits {
				if e.old == "" && e.new == "" {
					delete(files, e.file)
				} else {
					replace(t, files, e.file, e.old, e.new)
				}
			}
			lib, faults := kb.Load(files, nil)
			wantFaults(t, faults, tt.want)
			for _, a := range lib.Articles() { // whatever is wrong, nothing that is there may crash
				lib.Render(a, ar, today)
			}
		})
	}
}

// wantFaults compares faults with what is wanted of them, in any order.
func wantFaults(t *testing.T, faults []kb.Fault, want []string) {
	t.Helper()
	if len(faults) != len(want) {
		t.Errorf("%d faults, want %d:\n%s", len(faults), len(want), lines(faults))
		return
	}
	all := strings.SplitAfter(lines(faults), "\n")
	for _, w := range want {
		words := strings.Split(w, "|")
		words = append(strings.SplitN(words[0], " ", 2), words[1:]...)
		words[0] += " "
		words[1] = strings.TrimSuffix(words[1], ":0") + ":"
		found := -1
		for i, line := range all {
			ok := strings.HasPrefix(line, words[0]+strings.TrimSuffix(words[1], ":"))
			for _, word := range words[2:] {
				ok = ok && strings.Contains(line, word)
			}
			if ok {
				found = i
				break
			}
		}
		if found < 0 {
			t.Errorf("no fault %q among:\n%s", w, strings.Join(all, ""))
			return
		}
		all = append(all[:found:found], all[found+1:]...)
	}
}

func TestSymlinksAreOneFaultEach(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, good(t)); err != nil {
		t.Fatal(err)
	}
	link := func(to, name string) {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("en.md", "articles/emergency/en.md")
	link("../articles", "articles/again")
	link("facts.yaml", "facts.yaml")
	_, faults := kb.Load(os.DirFS(dir), nil)
	wantFaults(t, faults, []string{
		"symlink articles/again:0|link",
		"unreadable articles/emergency/en.md:0|too many levels of symbolic links",
		"unreadable facts.yaml:0|too many levels of symbolic links",
	})
}

func TestAPipeIsNotOpened(t *testing.T) {
	t.Parallel()
	files := good(t)
	files["terms.yaml"].Mode |= fs.ModeNamedPipe
	_, faults := kb.Load(files, nil)
	wantFaults(t, faults, []string{"unreadable terms.yaml:0|no ordinary file"})
}

func TestOneBrokenFileHidesNoOther(t *testing.T) {
	t.Parallel()
	files := good(t)
	for _, name := range []string{"languages.yaml", "facts.yaml", "professions.yaml", "countries.yaml", "terms.yaml", "crisis.yaml", "words/nl.yaml", "ui/nl.yaml", "articles/bi-test/article.yaml"} {
		files[name].Data = append(files[name].Data, "\n: [\n"...)
	}
	files["articles/emergency/en.md"].Data = []byte("---\n: [\n---\n")
	_, faults := kb.Load(files, nil)
	broken := map[string]bool{}
	for _, f := range faults {
		if f.Rule == "yaml" {
			broken[f.File] = true
		}
	}
	if len(broken) != 10 {
		t.Errorf("the ten broken files are not all named:\n%s", lines(faults))
	}
}

func TestABrokenFileIsOneLine(t *testing.T) {
	t.Parallel()
	for name := range good(t) {
		if name == "languages.yaml" || name == "route.yaml" || strings.HasSuffix(name, ".txt") {
			continue // without languages nothing is known to be a translation; the others are not YAML here
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := good(t)
			files[name] = &fstest.MapFile{Data: []byte("\xff"), Mode: 0o644}
			_, faults := kb.Load(files, nil)
			if len(faults) != 1 || faults[0].File != name || faults[0].Warning {
				t.Errorf("%s that is no text gives not one line but:\n%s", name, lines(faults))
			}
		})
	}
}

func TestFaultsOn(t *testing.T) {
	t.Parallel()
	lib := load(t, good(t))
	for _, tt := range []struct {
		day  string
		want []string
	}{
		{"2025-06-01", []string{"out-of-time? facts.yaml:17|“committee-date”|from 2026-06-12"}},
		{"2026-11-24", []string{"stale-fact? facts.yaml:1|“bi-fee”|2025-09-01|copy 2025-03"}},
		{"2028-01-01", []string{"stale-fact? facts.yaml:1", "stale-fact? facts.yaml:17|2027-01-01", "out-of-time? facts.yaml:17|until 2027-12-31"}},
	} {
		wantFaults(t, lib.FaultsOn(day(t, tt.day)), tt.want)
	}
}
