package redact

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Numbers here are invented; the BSNs pass the eleven test (111222333 and 123456782 are the ones that Dutch offices
// print on specimens).
func TestCutsOut(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text, cleaned string
		kinds               []Kind
	}{
		{"BSN", "mijn bsn is 111222333, wat nu?", "mijn bsn is •••, wat nu?", []Kind{BSN}},
		{"BSN without a word", "111222333", "•••", []Kind{BSN}},
		{"BSN with dots", "1112.22.333 help", "••• help", []Kind{BSN}},
		{"BSN with spaces", "my number 111 222 333 ok", "my number ••• ok", []Kind{BSN}},
		{"BSN with dashes", "111-222-333", "•••", []Kind{BSN}},
		{"BSN digit by digit", "1 1 1 2 2 2 3 3 3", "•••", []Kind{BSN}},
		{"BSN without its zero", "12345672", "•••", []Kind{BSN}},
		{"BSN in Arabic digits", "رقمي ١١١٢٢٢٣٣٣ شكرا", "رقمي ••• شكرا", []Kind{BSN}},
		{"BSN in Persian digits", "شماره من ۱۱۱۲۲۲۳۳۳ است", "شماره من ••• است", []Kind{BSN}},
		{"BSN in mixed digits", "١١١222۳۳۳", "•••", []Kind{BSN}},
		{"BSN in wide digits", "１１１２２２３３３", "•••", []Kind{BSN}},
		{"BSN with invisible signs", "111\u200c222\u200f333", "•••", []Kind{BSN}},
		{"BSN with hard spaces", "111\u00a0222\u202f333", "•••", []Kind{BSN}},
		{"BSN that fails the test, with a word", "BSN: 123456789", "BSN: •••", []Kind{BSN}},
		{"BSN that fails the test, grouped, with a word", "bsn nr. 1234.56.780 klopt niet", "bsn nr. ••• klopt niet", []Kind{BSN}},
		{"nine digits that fail the test", "ik heb 123456789", "ik heb •••", []Kind{Number}},
		{"BSN beside a sum", "50 euro 111222333", "50 euro •••", []Kind{BSN}},

		{"V-number", "V-nummer 2812345678", "V-nummer •••", []Kind{VNumber}},
		{"V-number without a word", "ik ben 2812345678.", "ik ben •••.", []Kind{VNumber}},
		{"V-number of another first digit", "v nummer: 1812345678", "v nummer: •••", []Kind{VNumber}},
		{"V-number grouped", "281.234.5678", "•••", []Kind{VNumber}},
		{"V-number with spaces", "my v-number is 281 234 5678", "my v-number is •••", []Kind{VNumber}},
		{"V glued to it", "V2812345678", "•••", []Kind{VNumber}},
		{"V-number in Persian digits", "۲۸۱۲۳۴۵۶۷۸", "•••", []Kind{VNumber}},

		{"Dutch passport", "mijn paspoort NWR4F7K21 is verlopen", "mijn paspoort ••• is verlopen", []Kind{Document}},
		{"Dutch passport without a word", "nwr4f7k21", "•••", []Kind{Document}},
		{"Syrian passport", "passport N012345678", "passport •••", []Kind{Document}},
		{"Afghan passport", "P01234567 expired", "••• expired", []Kind{Document}},
		{"Ukrainian passport", "мій паспорт FA123456", "мій паспорт •••", []Kind{Document}},
		{"Ukrainian passport in Cyrillic", "паспорт АВ 123456", "паспорт •••", []Kind{Document}},
		{"Ukrainian passport with a space", "FA 123456", "•••", []Kind{Document}},
		{"Iranian passport", "A12345678", "•••", []Kind{Document}},
		{"Eritrean passport", "K0123456", "•••", []Kind{Document}},
		{"Ethiopian passport", "ፓስፖርት EP1234567", "ፓስፖርት •••", []Kind{Document}},
		{"passport after words", "my passport number is: X12Y45", "my passport number is: •••", []Kind{Document}},
		{"passport in digits", "رقم جواز السفر 654321", "رقم جواز السفر •••", []Kind{Document}},
		{"residence document", "verblijfsdocument nr W12345678", "verblijfsdocument nr •••", []Kind{Document}},

		{"e-mail", "mail me: ali.reza+bot@example.org!", "mail me: •••!", []Kind{Email}},
		{"e-mail at the end of a sentence", "ali@example.org. Thanks", "•••. Thanks", []Kind{Email}},
		{"e-mail in Arabic text", "بريدي ali_99@example.com وشكرا", "بريدي ••• وشكرا", []Kind{Email}},
		{"e-mail in another script", "почта оля@пошта.укр", "почта •••", []Kind{Email}},
		{"e-mail with spaces", "ali @ example.org", "•••", []Kind{Email}},
		{"e-mail without a country", "ali@gmail", "•••", []Kind{Email}},
		{"e-mail with a wide sign", "ali＠example.org", "•••", []Kind{Email}},
		{"e-mail in disguise", "ali(at)example.org of ali [at] example.org", "••• of •••", []Kind{Email}},
		{"e-mail of digits", "0612345678@example.org", "•••", []Kind{Email}},

		{"Dutch mobile", "bel 0612345678", "bel •••", []Kind{Phone}},
		{"Dutch mobile with a dash", "06-12345678", "•••", []Kind{Phone}},
		{"Dutch mobile in pairs", "06 12 34 56 78", "•••", []Kind{Phone}},
		{"Dutch mobile without zero", "6 12345678 of 612345678", "••• of •••", []Kind{Phone}},
		{"Dutch landline", "(020) 123 45 67 graag", "••• graag", []Kind{Phone}},
		{"with country", "+31612345678", "•••", []Kind{Phone}},
		{"with country and brackets", "+31 (0)6 - 1234 5678", "•••", []Kind{Phone}},
		{"with 0031", "0031 6 12345678", "•••", []Kind{Phone}},
		{"with 31", "31612345678", "•••", []Kind{Phone}},
		{"Syrian", "+963 944 123 456", "•••", []Kind{Phone}},
		{"Syrian without plus", "963 944 123 456", "•••", []Kind{Phone}},
		{"Syrian at home", "0944 123 456", "•••", []Kind{Phone}},
		{"Turkish", "0532 123 45 67", "•••", []Kind{Phone}},
		{"Iranian", "۰۹۱۲ ۳۴۵ ۶۷۸۹", "•••", []Kind{Phone}},
		{"Eritrean", "+291 7 123 456", "•••", []Kind{Phone}},
		{"Ukrainian", "+38 (067) 123-45-67", "•••", []Kind{Phone}},
		{"German", "+49 151 23456789", "•••", []Kind{Phone}},
		{"Arabic digits", "هاتفي ٠٦١٢٣٤٥٦٧٨", "هاتفي •••", []Kind{Phone}},
		{"wide plus", "＋31612345678", "•••", []Kind{Phone}},
		{"on keys", "0️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "•••", []Kind{Phone}},
		{"a year after it stays", "+31612345678 2019 en +963 944 123 456 2019", "••• 2019 en ••• 2019", []Kind{Phone}},
		{"a level before it stays", "B2+ 0612345678", "B2+ •••", []Kind{Phone}},

		{"bank account", "NL91 ABNA 0417 1643 00", "•••", []Kind{Number}},
		{"bank account in one piece", "op nl91abna0417164300 graag", "op ••• graag", []Kind{Number}},
		{"card", "4111 1111 1111 1111", "•••", []Kind{Number}},
		{"BIG number", "BIG 19012345601", "BIG •••", []Kind{Number}},
		{"a long file number", "zaak 20241234567890", "zaak •••", []Kind{Number}},
		{"a number abroad", "555-123-4567", "•••", []Kind{Number}},

		{"several", "I am 111222333, ali@example.org, 0612345678, again 111222333", "I am •••, •••, •••, again •••", []Kind{BSN, Email, Phone}},
		{"side by side", "111222333 0612345678", "••• •••", []Kind{BSN, Phone}},
		{"the rest of the message stays", "Ik ben verpleegkundige, B1, 0612345678, wat kost de BI-toets van € 1.700 in 2026?", "Ik ben verpleegkundige, B1, •••, wat kost de BI-toets van € 1.700 in 2026?", []Kind{Phone}},
		{"bytes that are no text stay", "\xff 0612345678 \xc3", "\xff ••• \xc3", []Kind{Phone}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cleaned, kinds := Redact(test.text)
			if cleaned != test.cleaned {
				t.Errorf("Redact(%q) = %q, want %q", test.text, cleaned, test.cleaned)
			}
			if diff := cmp.Diff(kinds, test.kinds); diff != "" {
				t.Errorf("kinds of %q (-got +want):\n%s", test.text, diff)
			}
		})
	}
}

// What people need for a true answer: figures, dates, levels, laws, help lines.
var kept = []string{
	"€ 1.700", "1.700,00 euro", "€1700", "EUR 1700", "€ 83,87", "1 250 000 toman", "15000000 تومان", "15,000,000 SYP", "SYP 5000000",
	"2 500 000 сум", "EUR250000", "€ 100.000.000", "$ 1,000,000", "salary 2500000", "٢٥٠٠ يورو", "۱۷۰۰ یورو",
	"B1", "B2+", "A1 A2 B1 B2 C1", "Nt2", "Nt2 programma II", "niveau 4", "mbo-4", "COVID19", "covid2024", "BIG", "article 36a", "artikel 34",
	"112", "113", "112, 113", "112 113", "112 113 144", "112 113 116 144", "0800-0113", "0800 0113", "08000113", "0900-8844", "088 043 0430", "088-0430430", "14 020", "14020", "116 123",
	"2024", "2019-2024", "2015, 2016, 2017", "2015 2016 2017", "1398 1402", "in 2010 en 2015", "2024/2025",
	"12-03-1985", "12/03/1985", "12.3.1985", "2026-06-12", "1985 03 12", "12 03 1985", "03/12/85", "1402/05/12", "20260612", "12062026",
	"01-05-2026 - 31-05-2026", "12 juni 2026", "١٢-٠٦-٢٠٢٦",
	"35%", "3,5 %", "12.5 procent", "8.30-17.00 uur", "10:30", "24/7", "3x per week", "1 op 3",
	"6 maanden", "3-8 weken", "120-180 dagen", "2500 BC Den Haag", "postbus 16114", "2288 GG", "kamer 12b", "1/2", "10 000 stappen",
	"150 200 250", "40 50 60 70 80", "1 2 3", "1, 2, 3, 4, 5, 6, 7, 8, 9", "1\n2\n3\n4\n5\n6\n7\n8\n9", "100 200 300 400", "192.168.1.10",
	"flight ab123 and my luggage", "@coa", "@ 10 euro", "follow @wegwijzer", "a @ b @", "5 @ 3", "ik ben 34, 12 jaar ervaring, 2 kinderen", "nr. 4", "paspoort 2019", "bsn na 6 maanden",
	"my passport expired in 2024", "BSN kost 0 euro", "id 12345", "V-nummer", "and100000", "و100000", "١٠٠٠٠٠",
	"", " ", "•••", "🙂", "\xff\xfe", "(at)", "let's meet (at) home",
}

func TestKeepsFigures(t *testing.T) {
	t.Parallel()
	for _, text := range kept {
		for _, around := range []string{text, "Wat is " + text + "?", "هل " + text + " صحيح", text + "\n" + text} {
			if cleaned, kinds := Redact(around); cleaned != around || len(kinds) != 0 {
				t.Errorf("Redact(%q) = %q, %v, want it unchanged", around, cleaned, kinds)
			}
		}
	}
}

func TestDigitsOfEveryScript(t *testing.T) {
	t.Parallel()
	scripts := []rune{'0', '٠', '۰', '߀', '०', '০', '௦', '๐', '၀', '០', '᠐', '꩐', '０', '𝟎', '𝟘', '𝟬', '𞥐'}
	for _, zero := range scripts {
		write := func(number string) string {
			return strings.Map(func(r rune) rune { return zero + r - '0' }, number)
		}
		for number, kind := range map[string]Kind{"111222333": BSN, "0612345678": Phone, "2812345678": VNumber} {
			if cleaned, kinds := Redact("x: " + write(number) + "."); cleaned != "x: •••." || !slices.Equal(kinds, []Kind{kind}) {
				t.Errorf("%s in the digits of %c: %q, %v", number, zero, cleaned, kinds)
			}
		}
	}
}

func TestElevenTest(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{
		"111222333": true, "123456782": true, "012345672": true, "999999990": true,
		"123456789": false, "111222334": false, "000000000": false, "211122333": false,
	} {
		if got := passesElevenTest(number); got != want {
			t.Errorf("passesElevenTest(%s) = %v, want %v", number, got, want)
		}
	}
}
