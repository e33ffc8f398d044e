package langid

// alphabets holds the letters beyond the plain ones of a script that a language writes its own words with: a letter
// outside is strong evidence against it (і is not Russian, ې is not Persian), though names and loan words have some.
// Languages that are missing here are judged by their profiles alone. Letters are as fold.Letters leaves them; where a
// keyboard of the neighbours is in common use (Arabic ي and ك in Persian, Pashto, Sorani and Urdu) its letters count as own.
var alphabets = map[string]string{
	"ru":  "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
	"uk":  "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
	"bg":  "абвгдежзийклмнопрстуфхцчшщъьюя",
	"ar":  "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي",
	"fa":  "ءآأؤئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیةۀيك",
	"ps":  "ءآأؤئابپتټثجځچڅحخدډذرړزژږسشښصضطظعغفقکګگلمنڼوهۀيېیۍكة",
	"ckb": "ئابپتجچحخدرڕزژسشعغفڤقکگلڵمنوۆهەھیێيك",
	"ur":  "ءآأؤئابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہۂۃھیےيكه",
	"en":  "",
	"nl":  "ëéèïöü",
	"de":  "äöüß",
	"fr":  "àâçèéêëîïôùûüœæ",
	"es":  "áéíñóúü",
	"it":  "àèéìòù",
	"pt":  "ãáàâçéêíóôõú",
	"tr":  "çğıöşüâî",
	"kmr": "çêîşû",
	"so":  "",
	"pl":  "ąćęłńóśźż",
	"ro":  "ăâîșțşţ",
}
