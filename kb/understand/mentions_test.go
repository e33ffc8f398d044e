package understand_test

import (
	"fmt"
	"slices"
	"testing"

	"wegwijzer/kb/understand"
)

func TestMentions(t *testing.T) {
	t.Parallel()
	u := understander(t, load(t))
	for _, test := range []struct {
		text string
		want string
	}{
		{"I'm a nurse from Aleppo, B1", "[{talk self} {profession nurse} {country SY} {dutch B1}]"},
		{"ik ben verpleegkundige en woon in het azc", "[{talk self} {profession nurse} {home centre}]"},
		{"twee verpleegkundigen en een medisch specialist", "[{profession nurse} {profession medical-specialist}]"},
		{"nurses, doctors", "[{profession nurse} {profession doctor}]"},
		{"والممرضة من حلب", "[{profession nurse} {country SY}]"},
		{"أنا طبيب من سوريا", "[{talk self} {profession doctor} {country SY}]"},
		{"للممرضين", "[{profession nurse}]"},
		{"B2+", "[{dutch B2+}]"},
		{"ik spreek geen Nederlands", "[{dutch none}]"},
		{"geen idee", "[]"}, // "none" alone says nothing
		{"I worked in Nigeria, not in Niger", "[{country NG} {country NE}]"},
		{"uit Syrië en Syria", "[{country SY}]"},
		{"Sudan, South Sudan", "[{country SD} {country SS}]"},
		{"artsen", "[{profession doctor}]"},
		{"artikel", "[]"},
		{"i need malice and arterial", "[]"},
		{"", "[]"},
	} {
		if got := fmt.Sprint(u.Mentions(test.text)); got != test.want {
			t.Errorf("Mentions(%q) = %s, want %s", test.text, got, test.want)
		}
	}
}

func TestMentionsKeepTheOrderOfTheText(t *testing.T) {
	t.Parallel()
	u := understander(t, load(t))
	a, b := u.Mentions("B1 nurse"), u.Mentions("nurse B1")
	slices.Reverse(b)
	if !slices.Equal(a, b) || len(a) != 2 {
		t.Errorf("got %v and reversed %v", a, b)
	}
	if !slices.Contains(a, understand.Mention{Section: "dutch", ID: "B1"}) {
		t.Errorf("%v lacks B1", a)
	}
}
