package route

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wegwijzer/kb/route/letters"
)

// A plan code opens the same plan, for every profile.
func TestCodeRoundTrip(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	rapid.Check(t, func(t *rapid.T) { checkCode(t, r, drawProfile(t, r)) })
}

func checkCode(t interface{ Fatalf(string, ...any) }, r *Route, p Profile) {
	code, err := r.Encode(r.Plan(p, today))
	if err != nil {
		t.Fatalf("%s: %v", p, err)
	}
	opened, err := r.Decode(code)
	if err != nil {
		t.Fatalf("%s: code %s: %v", p, code, err)
	}
	if !opened.Made.Equal(date(today)) {
		t.Fatalf("%s: code %s was made on %s", p, code, opened.Made)
	}
	got := opened.Profile
	if got, want := full(r.Plan(got, today)), full(r.Plan(p, today)); got != want {
		t.Fatalf("%s: code %s gives the plan\n%s\nwant\n%s", p, code, got, want)
	}
	if again, err := r.Encode(r.Plan(got, today)); err != nil || again != code {
		t.Fatalf("%s: code %s, coded again %s, %v", p, code, again, err)
	}
	typed := " " + strings.ToLower(strings.ReplaceAll(code, "-", " ")) + "\n"
	if again, err := r.Decode(typed); err != nil || again.Profile.String() != got.String() {
		t.Fatalf("%s: code typed as %q opens %q, %v", p, typed, again.Profile, err)
	}
}

func TestCodeSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := fixture(t)
	p := answers(t, r, "job=baker country=SY speech=low proof=yes proof_month=2026-01 done=seal@2026-09,gather")
	code, err := r.Encode(r.Plan(p, today))
	if err != nil {
		t.Fatal(err)
	}
	letters := strings.ReplaceAll(code, "-", "")
	for i := range letters { // the package letters proves it of any two
		for _, other := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
			if wrong := letters[:i] + string(other) + letters[i+1:]; wrong != letters {
				if _, err := r.Decode(wrong); !errors.Is(err, ErrCode) {
					t.Errorf("%s for %s: %v, want ErrCode", wrong, letters, err)
				}
			}
		}
	}
	for _, wrong := range []string{"", "-", "HELLO", "0", "00000", "000000000000", letters[:len(letters)-1], letters + "0", code + code,
		"U" + letters, "نعم", strings.Repeat("A", 10000)} {
		if _, err := r.Decode(wrong); !errors.Is(err, ErrCode) {
			t.Errorf("%.20q: %v, want ErrCode", wrong, err)
		}
	}
}

// A code of older content opens on newer; one of newer content says so on older.
func TestCodeAcrossReleases(t *testing.T) {
	t.Parallel()
	files := fixtureFiles()
	old := mustParse(t, files)
	files["professions.yaml"] = strings.Replace(files["professions.yaml"], "potter:", "weaver: {family: clay, guild: \"no\"}\npotter:", 1)
	files["words/nl.yaml"] = strings.Replace(files["words/nl.yaml"], "potter: pottenbakker", "potter: pottenbakker, weaver: wever", 1)
	files["route.yaml"] = strings.Replace(files["route.yaml"], "  - id: gather\n", "  - id: greet\n    article: learn\n    when: {if: guild}\n  - id: gather\n", 1)
	files["words/nl.yaml"] += "  greet: {name: Groet, note: Eerst groeten.}\n"
	_, faults := parseFiles(files)
	lines := faultLines(faults)
	for _, want := range []string{"the value weaver of job has no number. Write weaver: 4 under its values", "the step greet has no number. Write greet: 9 under steps"} {
		if !strings.Contains(lines, want) {
			t.Errorf("faults:\n%s\nnone says %q", lines, want)
		}
	}
	files["route.lock"] = strings.NewReplacer("potter: 3}", "potter: 3, weaver: 4}", "  purse: 8\n", "  purse: 8\n  greet: {number: 9, since: "+today.Format(time.DateOnly)+"}\n").Replace(files["route.lock"])
	newer := mustParse(t, files)
	if got, want := string(newer.Lock(today)), files["route.lock"]; got != want {
		t.Errorf("the lock is written as\n%s\nwant\n%s", got, want)
	}

	code, _ := old.Encode(old.Plan(answers(t, old, "job=potter speech=low done=learn,seal@2026-09"), today))
	if o, err := newer.Decode(code); err != nil || o.Profile.String() != "job=potter speech=low done=learn,seal@2026-09" {
		t.Errorf("an old code opens %q, %v", o.Profile, err)
	}
	for _, words := range []string{"job=weaver", "done=greet"} {
		code, _ := newer.Encode(newer.Plan(answers(t, newer, words), today))
		if _, err := old.Decode(code); !errors.Is(err, ErrNewerCode) {
			t.Errorf("a newer code (%s): %v, want ErrNewerCode", words, err)
		}
	}
	var w letters.Writer
	w.Put(codeVersion+1, versionBits)
	w.Put(0, 16)
	if _, err := old.Decode(w.String()); !errors.Is(err, ErrNewerCode) {
		t.Errorf("a code of a later version: %v, want ErrNewerCode", err)
	}

	// What the content no longer asks is left out of an old code, and its number stays taken.
	delete(files, "route.lock")
	gone := fixtureFiles()
	gone["route.yaml"] = strings.NewReplacer("  - {id: letter_month, kind: month, presume: now, asked: false}\n", "",
		", {id: letter-old, when: {letter_month: older-than 12 months}}", "").Replace(gone["route.yaml"])
	gone["words/nl.yaml"] = strings.Replace(gone["words/nl.yaml"], `, letter_month: "Brief?"`, "", 1)
	gone["route.lock"] = string(old.Lock(today))
	less := mustParse(t, gone)
	code, _ = old.Encode(old.Plan(answers(t, old, "job=potter letter_month=2025-01 trained=2020"), today))
	if o, err := less.Decode(code); err != nil || o.Profile.String() != "job=potter trained=2020" {
		t.Errorf("an old code on content that asks less opens %q, %v", o.Profile, err)
	}
	if got := string(less.Lock(today)); got != gone["route.lock"] {
		t.Errorf("a number that is no longer used left the lock:\n%s", got)
	}
}

func TestFaultsOfTheLock(t *testing.T) {
	t.Parallel()
	files := fixtureFiles()
	mustParse(t, files)
	tests := []struct{ name, old, new, want string }{
		{"same number twice", "learn: 0", "learn: 1", "gather and learn have the same number. Give the newer one the next free number"},
		{"slot number twice", "training: {number: 1,", "training: {number: 0,", "training and job have the same number"},
		{"not a number", "learn: 0", "learn: first", `"first" is not a whole number from 0 to 125`},
		{"too few bits", "asked: {number: 4, bits: 12}", "asked: {number: 4, bits: 10}", "the values of asked do not fit in 10 bits"},
		{"slot missing", "  asked: {number: 4, bits: 12}\n", "", "the slot asked has no number. Write asked: {number: 10, bits: 12} under slots"},
		{"unknown key", "bits: 12", "bit: 12", `unknown key "bit"`},
		{"not YAML", "slots:", "slots: [", "the file cannot be read as YAML"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := fixtureFiles()
			lock := string(fixture(t).Lock(today))
			if !strings.Contains(lock, tt.old) {
				t.Fatalf("the lock no longer holds %q:\n%s", tt.old, lock)
			}
			files["route.lock"] = strings.Replace(lock, tt.old, tt.new, 1)
			_, faults := parseFiles(files)
			if got := faultLines(faults); !strings.Contains(got, tt.want) || !strings.HasPrefix(got, "route.lock") {
				t.Errorf("faults:\n%s\nnone says %q", got, tt.want)
			}
		})
	}
}

// Without a lock the route works; only the codes are missing.
func TestNoLock(t *testing.T) {
	t.Parallel()
	r, faults := parseFiles(fixtureFiles())
	if len(faults) != 1 || !faults[0].Warning || faults[0].Rule != "no-lock" {
		t.Errorf("faults %v, want one warning", faults)
	}
	if _, err := r.Encode(r.Plan(r.New(), today)); !errors.Is(err, ErrNoCodes) {
		t.Errorf("Encode: %v, want ErrNoCodes", err)
	}
	if _, err := r.Decode("000000"); !errors.Is(err, ErrNoCodes) {
		t.Errorf("Decode: %v, want ErrNoCodes", err)
	}
}

func FuzzDecode(f *testing.F) {
	r := fixture(f)
	for _, words := range []string{"", "job=baker country=SY speech=low", "done=learn,seal@2026-01 asked=2026-06-after"} {
		p, _ := r.ParseProfile(strings.Fields(words), today)
		code, _ := r.Encode(r.Plan(p, today))
		row, _ := letters.Read(code)
		var numbers []byte
		for range len(code) {
			numbers = append(numbers, byte(row.Take(5)))
		}
		f.Add(code, numbers)
	}
	f.Fuzz(func(t *testing.T, code string, numbers []byte) {
		if len(numbers) > 0 { // gets the fuzzer past the check letters
			var w letters.Writer
			for _, n := range numbers {
				w.Put(int(n), 5)
			}
			code = w.String()
		}
		o, err := r.Decode(code)
		if err != nil {
			if !errors.Is(err, ErrCode) && !errors.Is(err, ErrNewerCode) {
				t.Errorf("%q: %v", code, err)
			}
			return
		}
		again, err := r.Encode(r.Plan(o.Profile, today))
		if err != nil {
			t.Fatal(err)
		}
		opened, err := r.Decode(again)
		if err != nil || opened.Profile.String() != o.Profile.String() {
			t.Errorf("%q opens %q; its own code %q opens %q, %v", code, o.Profile, again, opened.Profile, err)
		}
		if c, ok := r.ChangesSince(o, r.Plan(o.Profile, today)); ok != !o.Made.IsZero() || ok && !c.Since.Equal(o.Made) {
			t.Errorf("%q of %s tells of changes since %s, %v", code, o.Made, c.Since, ok)
		}
	})
}
