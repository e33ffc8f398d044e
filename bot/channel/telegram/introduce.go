package telegram

import (
	"context"
	"slices"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"golang.org/x/text/language"

	"wegwijzer/kb/locale"
)

// commands are the entries of the bot's menu, in this order; each is described by the sentence command.NAME.
var commands = []string{"start", "plan", "next", "sheet", "code", "lang", "human", "privacy", "forget", "help"}

// The limits of how a bot introduces itself, in characters. https://core.telegram.org/bots/api#setmydescription
const (
	maxCommand = 256
	maxAbout   = 512
	maxShort   = 120
)

// introTime is how long one of its requests may take; what is not said today is said at the next start.
const introTime = 2 * time.Minute

// introduce sets the menu and the two descriptions in each language that Telegram knows by two letters, and for all others
// in English. It asks first, since every start comes here and Telegram counts what is set. It is kind and not needed.
func (r *run) introduce(ctx context.Context) {
	catalog := r.Catalog()
	r.introduceIn(ctx, catalog, language.English, "")
	for _, l := range catalog.Languages() {
		if code := l.Tag.String(); len(code) == 2 {
			r.introduceIn(ctx, catalog, l.Tag, code)
		}
	}
}

func (r *run) introduceIn(ctx context.Context, catalog *locale.Catalog, tag language.Tag, code string) {
	about := func(key string, most int) string { return shorten(catalog.Sentence(tag, key, nil), most) }
	var menu []tgbotapi.BotCommand
	for _, name := range commands {
		if key := "command." + name; catalog.Has(tag, key) {
			menu = append(menu, tgbotapi.BotCommand{Command: name, Description: about(key, maxCommand)})
		}
	}
	asked := tgbotapi.Params{}
	asked.AddNonEmpty("language_code", code)

	var nowMenu []tgbotapi.BotCommand
	if r.try(ctx, introTime, "getMyCommands", asked, &nowMenu) == nil && len(menu) > 0 && !slices.Equal(nowMenu, menu) {
		r.introduceWith(ctx, "setMyCommands", code, "commands", menu)
	}
	var nowAbout struct{ Description string }
	if r.try(ctx, introTime, "getMyDescription", asked, &nowAbout) == nil && catalog.Has(tag, "about.long") {
		if text := about("about.long", maxAbout); text != nowAbout.Description {
			r.introduceWith(ctx, "setMyDescription", code, "description", text)
		}
	}
	var nowShort struct {
		Short string `json:"short_description"`
	}
	if r.try(ctx, introTime, "getMyShortDescription", asked, &nowShort) == nil && catalog.Has(tag, "about.short") {
		if text := about("about.short", maxShort); text != nowShort.Short {
			r.introduceWith(ctx, "setMyShortDescription", code, "short_description", text)
		}
	}
}

func (r *run) introduceWith(ctx context.Context, method, code, field string, value any) {
	params := tgbotapi.Params{}
	params.AddNonEmpty("language_code", code)
	if text, ok := value.(string); ok {
		params[field] = text
	} else if params.AddInterface(field, value) != nil {
		return
	}
	if err := r.try(ctx, introTime, method, params, nil); err != nil && ctx.Err() == nil {
		r.Log.Warn("the bot's menu or description is not set; the next start tries again", "channel", string(Channel), "error", err)
	}
}
