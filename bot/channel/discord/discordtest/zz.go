package discordtest

import _ "github.com/coder/websocket"
