package webchat

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/prose"
)

//go:embed page.html
var pages embed.FS

// exchange is one message with its reply.
type exchange struct {
	Message bot.Message
	Reply   bot.Reply
}

// page is everything that page.html shows.
type page struct {
	Lang, Dir string
	Words     map[string]string // sentences of the page itself
	Said      string
	Body      []block
	Question  []block
	Sources   []bot.Link
	Choices   [][]bot.Choice
	Document  string // its file name, "" for none
	Again     bot.Message
	Once      string // names what is sent from this page: the same form sent twice is one message
	Version   string // of the page's own files
}

// block is a prose.Block with what a template can ask.
type block struct {
	Tag, Lang, Dir string
	Items          [][]span
}

type span struct {
	Text   string
	Strong bool
	Href   template.URL // an address to open, or
	Choice string       // a choice to press, with the form
	Form   string       // that carries it
}

var pageTemplate = template.Must(template.ParseFS(pages, "page.html"))

var pageWords = []string{"web.title", "web.send", "web.placeholder", "web.you", "web.sources", "web.document",
	"choice.lang", "choice.show-plan", "choice.help", "choice.forget"}

// show writes the page of one exchange. The page is made whole before a byte is sent, so that a fault never leaves
// half a page behind.
func (h *handler) show(w http.ResponseWriter, status int, e exchange) {
	catalog := h.Catalog()
	reply := e.Reply
	p := page{
		Lang: reply.Locale.String(), Dir: direction(catalog, reply.Locale),
		Words: map[string]string{}, Said: reply.Said, Sources: reply.Sources, Choices: reply.Choices,
		Again: e.Message, Once: h.once(), Version: h.version,
	}
	for _, key := range pageWords {
		p.Words[strings.NewReplacer(".", "_", "-", "_").Replace(strings.TrimPrefix(key, "web."))] = catalog.Sentence(reply.Locale, key, nil)
	}
	for _, b := range reply.Body {
		p.Body = append(p.Body, blockOf(catalog, b, "press-"+p.Once))
	}
	for _, b := range reply.Question {
		p.Question = append(p.Question, blockOf(catalog, b, "press-"+p.Once))
	}
	if reply.Document != nil {
		p.Document = reply.Document.Name
	}
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, p); err != nil {
		h.Log.Error("make the page", "error", err)
		http.Error(w, p.Words["error"], http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = out.WriteTo(w)
}

func direction(catalog *locale.Catalog, tag language.Tag) string {
	if l, ok := catalog.Language(tag); ok {
		return string(l.Direction)
	}
	return "auto"
}

func blockOf(catalog *locale.Catalog, b prose.Block, form string) block {
	shown := block{Tag: map[prose.Kind]string{prose.Paragraph: "p", prose.Heading: "h2", prose.List: "ul", prose.OrderedList: "ol"}[b.Kind]}
	if b.Lang != "" {
		shown.Lang, shown.Dir = b.Lang, direction(catalog, language.Make(b.Lang))
	}
	for _, item := range b.Items {
		var spans []span
		for _, s := range item {
			one := span{Text: s.Text, Strong: s.Strong}
			if id, ok := strings.CutPrefix(s.Link, "choice:"); ok {
				one.Choice, one.Form = id, form
			} else if opens(s.Link) {
				one.Href = template.URL(s.Link)
			}
			spans = append(spans, one)
		}
		shown.Items = append(shown.Items, spans)
	}
	return shown
}

// opens tells whether a link may stand in a page. html/template would blank a tel: address, so we name what we allow.
func opens(link string) bool {
	return strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "tel:") || strings.HasPrefix(link, "mailto:")
}

func paragraph(text string) prose.Doc {
	return prose.Doc{{Kind: prose.Paragraph, Items: [][]prose.Span{{{Text: text}}}}}
}
