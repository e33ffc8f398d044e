package discord

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/rivo/uniseg"
	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"wegwijzer/bot"
)

// parts gives what stands on the messages of a menu: the choices in reading order, each message's number of rows.
func parts(t interface{ Fatalf(string, ...any) }, menus [][]discordgo.MessageComponent) (choices []bot.Choice, rows []int) {
	for _, components := range menus {
		rows = append(rows, len(components))
		ids := map[string]bool{}
		for _, component := range components {
			row := component.(discordgo.ActionsRow)
			if len(row.Components) == 0 || len(row.Components) > buttonsInRow {
				t.Fatalf("a row of %d", len(row.Components))
			}
			for _, inside := range row.Components {
				switch c := inside.(type) {
				case discordgo.Button:
					if ids[c.CustomID] || len(c.CustomID) > longestID || units(c.Label) > longestLabel {
						t.Fatalf("a button that Discord refuses: %+v", c)
					}
					ids[c.CustomID] = true
					choices = append(choices, bot.Choice{ID: chosen(c.CustomID), Label: c.Label})
				case discordgo.SelectMenu:
					if ids[c.CustomID] || len(row.Components) != 1 || len(c.Options) == 0 || len(c.Options) > optionsInSelect || units(c.Placeholder) > longestHint {
						t.Fatalf("a menu that Discord refuses: %+v", c)
					}
					ids[c.CustomID] = true
					values := map[string]bool{}
					for _, o := range c.Options {
						if values[o.Value] || len(o.Value) > longestID || units(o.Label) > longestOption {
							t.Fatalf("an option that Discord refuses: %+v", o)
						}
						values[o.Value] = true
						choices = append(choices, bot.Choice{ID: chosen(o.Value), Label: o.Label})
					}
				default:
					t.Fatalf("a component of type %T", c)
				}
			}
		}
	}
	return choices, rows
}

func TestLayOut(t *testing.T) {
	t.Parallel()
	rowsOf := func(lengths ...int) (rows [][]bot.Choice) {
		n := 0
		for _, length := range lengths {
			var row []bot.Choice
			for range length {
				n++
				row = append(row, bot.Choice{ID: fmt.Sprint("a:", n), Label: fmt.Sprint("L", n)})
			}
			rows = append(rows, row)
		}
		return rows
	}
	ones := func(n int, last ...int) []int { return append(slices.Repeat([]int{1}, n), last...) }
	for _, tt := range []struct {
		name string
		rows [][]bot.Choice
		want []int // rows on each message
	}{
		{"none", nil, nil},
		{"as they are", rowsOf(2, 1, 3), []int{3}},
		{"a long row", rowsOf(7, 1), []int{3}},
		{"five rows", rowsOf(1, 1, 1, 1, 1), []int{5}},
		{"six rows", rowsOf(ones(6)...), []int{2}},
		{"as many as there are buttons", rowsOf(ones(25)...), []int{5}},
		{"one more", rowsOf(ones(24, 2)...), []int{2}},
		{"a menu and its last row", rowsOf(ones(25, 3)...), []int{2}},
		{"a single row", rowsOf(40), []int{2}},
		{"as many as one message holds", rowsOf(ones(100, 5)...), []int{5}},
		{"one menu more", rowsOf(ones(101, 5)...), []int{4, 2}},
		{"hundreds", rowsOf(ones(300, 2)...), []int{5, 5, 3}},
		{"hundreds in one row", rowsOf(250), []int{5, 5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			choices, rows := parts(t, layOut(tt.rows, language.English, words()))
			if !slices.Equal(rows, tt.want) {
				t.Errorf("rows %v, want %v", rows, tt.want)
			}
			if want := flat(tt.rows); !slices.Equal(choices, want) {
				t.Errorf("%d choices, want %d", len(choices), len(want))
			}
		})
	}
}

// Whatever choices there are: those that Discord can show are all there, in order, within its limits.
func TestLayOutLaws(t *testing.T) {
	t.Parallel()
	choice := rapid.Custom(func(rt *rapid.T) bot.Choice {
		return bot.Choice{
			ID:    rapid.SampledFrom([]string{"", "a:1", "a:2", "cmd:plan", "a:ü", "a b", strings.Repeat("x", 95), strings.Repeat("x", 96), "art:" + strings.Repeat("y", 60)}).Draw(rt, "id"),
			Label: rapid.SampledFrom([]string{"", " ", "Yes", strings.Repeat("مُ", 90), strings.Repeat("👩🏽\u200d⚕️", 30), "a\nb", strings.Repeat("w", 80), strings.Repeat("w", 101)}).Draw(rt, "label"),
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(choice, 0, 12), 0, 40).Draw(rt, "rows")
		got, perMessage := parts(rt, layOut(rows, language.English, words()))
		var want []string
		for _, c := range flat(rows) {
			if valid(c) {
				want = append(want, c.ID)
			}
		}
		var ids []string
		for _, c := range got {
			ids = append(ids, c.ID)
		}
		if !slices.Equal(ids, want) {
			rt.Errorf("%d choices, want %d", len(ids), len(want))
		}
		for _, n := range perMessage {
			if n == 0 || n > rowsOnMessage {
				rt.Errorf("a message of %d rows", n)
			}
		}
	})
}

func FuzzChoice(f *testing.F) {
	for _, id := range []string{"a:profession:nurse", "c:x", "c2:x", "cmd:plan", "", ":", "c:", "c01:x", "c1:x", "done", "s:0"} {
		f.Add(id, 1)
		f.Add(id, 7)
	}
	f.Fuzz(func(t *testing.T, id string, nth int) {
		nth = max(1, min(nth, 999))
		if valid(bot.Choice{ID: id, Label: "x"}) {
			if custom := customID(id, nth); chosen(custom) != id || len(custom) > longestID {
				t.Errorf("%q as the %d. is sent as %q and comes back as %q", id, nth, custom, chosen(custom))
			}
		}
		// What was never ours comes through as something, and is never made longer.
		if got := chosen(id); len(got) > len(id) || got == "" && id != "" {
			t.Errorf("%q comes as %q", id, got)
		}
	})
}

func FuzzCut(f *testing.F) {
	f.Add("Vérification", 5)
	f.Add(strings.Repeat("👩🏽\u200d⚕️", 12), 80)
	f.Fuzz(func(t *testing.T, label string, most int) {
		most = max(2, min(most, 200))
		short := cut(label, most)
		if units(short) > most {
			t.Errorf("%q cut to %d is %d units long", label, most, units(short))
		}
		front, wasCut := strings.CutSuffix(short, "…")
		if !wasCut {
			return
		}
		whole := cut(label, 1<<30)
		if !strings.HasPrefix(whole, front) {
			t.Errorf("%q was cut to %q, which is no front of it", whole, short)
			return
		}
		at := 0
		for g := uniseg.NewGraphemes(whole); at < len(front) && g.Next(); {
			at += len(g.Str())
		}
		if at != len(front) && !strings.HasPrefix(whole[len(front):], " ") {
			t.Errorf("%q was cut inside a grapheme: %q", whole, short)
		}
	})
}

func TestDone(t *testing.T) {
	t.Parallel()
	menus := layOut([][]bot.Choice{{{ID: "a:1", Label: "One"}, {ID: "a:2", Label: "Two"}}}, language.English, words())
	raw, err := json.Marshal(menus[0])
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	for custom, want := range map[string]string{"c:a:2": "Two", "c:a:3": "", "": ""} {
		left := done(rows, custom)
		label := ""
		if len(left) == 1 {
			b := left[0].(discordgo.ActionsRow).Components[0].(discordgo.Button)
			if label = b.Label; !b.Disabled {
				t.Errorf("%s can still be pressed", label)
			}
		}
		if label != want {
			t.Errorf("%q leaves %q, want %q", custom, label, want)
		}
	}
}
