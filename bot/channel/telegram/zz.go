package telegram

import _ "github.com/go-telegram-bot-api/telegram-bot-api/v5"
