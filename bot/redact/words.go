package redact

import "strings"

// announces are words that stand before a number of somebody, lower case.
var announces = map[string]Kind{
	"bsn": BSN, "burgerservicenummer": BSN, "sofi": BSN, "sofinummer": BSN,
	"vnummer": VNumber, "vnumber": VNumber, "vnr": VNumber, "vreemdelingennummer": VNumber,
	"passport": Document, "passportnumber": Document, "paspoort": Document, "paspoortnummer": Document, "pasaport": Document,
	"documentnummer": Document, "documentnumber": Document, "identiteitskaart": Document, "verblijfsdocument": Document,
	"verblijfsvergunning": Document, "zorgnummer": Document, "kimlik": Document, "id": Document, "tazkira": Document,
	"паспорт": Document, "паспорта": Document, "جواز": Document, "الجواز": Document, "جوازي": Document, "السفر": Document,
	"پاسپورت": Document, "پاسپورتم": Document, "گذرنامه": Document, "تذکره": Document, "ፓስፖርት": Document,
}

// numberWords say "number"; after one, a v names a V-number.
var numberWords = map[string]bool{
	"nummer": true, "number": true, "nr": true, "no": true, "num": true, "numero": true, "numara": true, "numarası": true, "номер": true,
	"رقم": true, "رقمه": true, "شماره": true, "نمبر": true, "ቁጥር": true, "ቁጽሪ": true,
}

// passes are little words that may stand between such a word and the number.
var passes = map[string]bool{
	"is": true, "my": true, "mijn": true, "van": true, "of": true, "the": true, "het": true, "de": true, "card": true, "document": true,
	"هو": true, "هي": true, "من": true, "است": true, "мой": true, "мій": true, "это": true, "це": true, "ነው": true,
}

// currencies are the words that make the figure beside them a sum, lower case.
var currencies = map[string]bool{
	"eur": true, "euro": true, "euros": true, "usd": true, "dollar": true, "dollars": true, "gbp": true, "pound": true, "pounds": true,
	"syp": true, "lira": true, "tl": true, "irr": true, "rial": true, "rials": true, "toman": true, "tomans": true, "iqd": true, "dinar": true,
	"afn": true, "afghani": true, "afghanis": true, "uah": true, "hryvnia": true, "birr": true, "etb": true, "nakfa": true, "ern": true,
	"sos": true, "shilling": true, "shillings": true, "sdg": true, "yer": true, "pkr": true, "rub": true,
	"يورو": true, "اليورو": true, "دولار": true, "ليرة": true, "ليره": true, "دينار": true, "جنيه": true, "ريال": true,
	"یورو": true, "دالر": true, "دلار": true, "تومان": true, "تومن": true, "ریال": true, "افغانی": true, "لیر": true,
	"евро": true, "євро": true, "грн": true, "гривень": true, "гривні": true, "гривна": true, "рублей": true, "руб": true, "долларов": true, "доларів": true,
	"ብር": true, "ዩሮ": true, "ዶላር": true, "ናቕፋ": true, "ናቅፋ": true,
}

func isCurrency(word string) bool { return currencies[strings.ToLower(word)] }
