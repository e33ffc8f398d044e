// Package locale knows the languages the bot speaks: their tags, own names, direction and fallbacks, how each writes
// money, numbers, dates and plurals, and the bot's own sentences (content/ui). It knows no article and no person.
package locale

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Direction is the direction in which a script is written, as the HTML attribute dir wants it.
type Direction string

// The two directions of the scripts we write.
const (
	LeftToRight Direction = "ltr"
	RightToLeft Direction = "rtl"
)

// Language is one language of the content.
type Language struct {
	Tag       language.Tag
	Name      string // its own name for itself, as a person looks for it in a list
	Script    string // ISO 15924, such as "Arab"
	Direction Direction
	Fallback  []language.Tag // tried in order when a text is missing, before the source language
}

// ParseTag reads a BCP 47 tag in any spelling ("EN_us" is en-US). It is an error if s is not well-formed or holds a
// subtag that is not registered; the error does not repeat s, which a person may have typed.
func ParseTag(s string) (language.Tag, error) {
	tag, err := language.Parse(s)
	if err != nil {
		return language.Und, fmt.Errorf("read a language tag: not a registered BCP 47 tag")
	}
	return tag, nil
}

// Describe gives the Language of a tag as CLDR knows it; its name is the tag itself where CLDR has none.
func Describe(tag language.Tag) Language {
	script, _ := tag.Script()
	name := display.Self.Name(tag)
	if name == "" {
		name = tag.String()
	}
	return Language{Tag: tag, Name: name, Script: script.String(), Direction: DirectionOf(script.String())}
}

// rightToLeft are the scripts written from right to left. Unicode's ScriptMetadata, column RTL.
var rightToLeft = []string{"Adlm", "Arab", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"}

// DirectionOf gives the direction of an ISO 15924 script; a script that we do not know is left to right.
func DirectionOf(script string) Direction {
	if slices.Contains(rightToLeft, script) {
		return RightToLeft
	}
	return LeftToRight
}

// RegionName gives the name of a country (ISO 3166-1 alpha-2) in a language by CLDR; ok is false when CLDR has no names
// in that language or does not know the country.
func RegionName(tag language.Tag, country string) (name string, ok bool) {
	region, err := language.ParseRegion(country)
	if err != nil {
		return "", false
	}
	namer := display.Regions(tag)
	if namer == nil {
		return "", false
	}
	name = namer.Name(region)
	return name, name != ""
}

// Regions gives the ISO 3166-1 alpha-2 code of every country there is today, in alphabetical order.
func Regions() []string {
	var codes []string
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if code := string([]rune{a, b}); IsRegion(code) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

// withdrawn are the codes of countries that ended without one that took their place, which x/text still counts as
// countries. ISO 3166-3.
var withdrawn = []string{"AN", "CS", "NT", "SU", "YU"}

// IsRegion tells whether code is the ISO 3166-1 alpha-2 code, in capitals, of a country there is today. Codes without a
// number of UN M49 (EZ, UN, AC …) are of groups and of places that ISO only keeps free.
func IsRegion(code string) bool {
	if len(code) != 2 || slices.Contains(withdrawn, code) {
		return false
	}
	region, err := language.ParseRegion(code)
	return err == nil && region.String() == code && region.IsCountry() && region.M49() != 0 && region.Canonicalize() == region
}

// Names gives what a language of the catalog is called: by itself, also where that is two names ("فارسی / دری"), and in each
// language of the catalog.
func (c *Catalog) Names(l Language) []string {
	names := strings.Split(l.Name, "/")
	for _, in := range c.Languages() {
		if namer := display.Languages(in.Tag); namer != nil {
			names = append(names, namer.Name(l.Tag))
		}
	}
	return names
}
