package search

import "strings"

// ours are the light stemmers for languages that bleve has none for: the commonest case, number, article and person
// endings only. A missed ending costs a match that the n-grams find; a wrong cut makes two words one.
var ours = map[string]affixes{
	"uk": {after: strings.Fields(`ностями ованого остями ування енням анням ості істю ними ього ому ого ими іми ами
		ями ові еві єві ення ання ість ати ити іти ють уть ють ять ати ій ої ою єю ею ів їв ам ям ах ях ти ть ла ло ли
		ть ся а я о е є и і ї у ю ь й`)},
	"ps": {after: strings.Fields(`ونكو ونكي ګانو گانو گاني ونه ونو يان يانو انو ان وي ول ه و ي`)},
	"fa": {before: strings.Fields(`نمي مي`), after: strings.Fields(`هايشان هايتان هايمان هايي هاي ترين ايم اند يشان
		ها تر ام ات اش ان ين ي`)},
	"ur": {after: strings.Fields(`ياں یاں وں يں ےں يں ں ي ا ه`)},
	"am": {before: strings.Fields(`እንደ ስለ የሚ በሚ ለሚ ከሚ የ በ ለ ከ`), after: strings.Fields(`ዎቻቸው ዎችን ዎች ኞች ቻቸው ኝነት
		ነት ችን ቸው ውን ዋን ኝ ው ዋ ን ም`)},
	"ti": {before: strings.Fields(`ንዝ ዝተ ብዝ ካብ ናብ እንተ ዘይ ን ብ ዝ`), after: strings.Fields(`ታትን ኦታት ታት ትን ተይ ኩም ካ
		ኪ ና ይ ን`)},
	"so": {after: strings.Fields(`ooyinka yaasha yaalka iinta yada adda kiisa keeda kayga taada tiisa kaaga yaal aasha
		ayaal aha ihii kii tii dii gii sho aan een aad tay day ada iga oyin isa ka ta ga da ha ku tu gu du yo o i a`)},
	"kmr": {after: strings.Fields(`ekan eke ekê ên an eki ek in e a i o`)},
}
