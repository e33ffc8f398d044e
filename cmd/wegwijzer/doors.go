package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"wegwijzer/bot"
	"wegwijzer/bot/channel/discord"
	"wegwijzer/bot/channel/telegram"
	"wegwijzer/bot/channel/webchat"
	"wegwijzer/bot/store"
	"wegwijzer/kb/locale"
)

// doorChannels are the channels that can be closed, by the names of the commands.
var doorChannels = []string{string(webchat.Channel), string(telegram.Channel), string(discord.Channel)}

type channelCmd struct {
	Off  channelOffCmd  `cmd:"" help:"Close a channel: people read why instead of a reply. Calls for help are still answered."`
	On   channelOnCmd   `cmd:"" help:"Open a channel again."`
	List channelListCmd `cmd:"" help:"Show which channels are closed, and why."`
}

type channelOffCmd struct {
	Name       string `arg:"" help:"web, telegram or discord."`
	ReasonFile string `name:"reason-file" placeholder:"FILE" help:"Sentences for the people who come: a line for each language, such as 'nl: Wij werken aan de server tot vanavond.'"`
}

type channelOnCmd struct {
	Name string `arg:"" help:"web, telegram or discord."`
}

type channelListCmd struct{}

// Run closes the channel. A server that runs learns of it within seconds.
func (o *channelOffCmd) Run(p *process, c *cli) error {
	if err := knownChannel(o.Name); err != nil {
		return err
	}
	reasons, err := readReasons(o.ReasonFile)
	if err != nil {
		return err
	}
	return p.withDoors(c, func(d *store.Doors) error { return d.Close(p.ctx, o.Name, reasons) })
}

// Run opens the channel.
func (o *channelOnCmd) Run(p *process, c *cli) error {
	if err := knownChannel(o.Name); err != nil {
		return err
	}
	return p.withDoors(c, func(d *store.Doors) error { return d.Open(p.ctx, o.Name) })
}

// Run lists the channels.
func (channelListCmd) Run(p *process, c *cli) error {
	return p.withDoors(c, func(d *store.Doors) error {
		closed, err := d.Closed(p.ctx)
		if err != nil {
			return err
		}
		for _, name := range doorChannels {
			reasons, off := closed[name]
			if !off {
				fmt.Fprintf(p.stdout, "%s: open\n", name)
				continue
			}
			fmt.Fprintf(p.stdout, "%s: closed\n", name)
			for _, tag := range slices.Sorted(maps.Keys(reasons)) {
				fmt.Fprintf(p.stdout, "  %s: %s\n", tag, reasons[tag])
			}
		}
		return nil
	})
}

func knownChannel(name string) error {
	if !slices.Contains(doorChannels, name) {
		return fmt.Errorf("%q is no channel that can be closed; name one of %s", name, strings.Join(doorChannels, ", "))
	}
	return nil
}

func (p *process) withDoors(c *cli, do func(*store.Doors) error) error {
	dsn, err := p.database(c)
	if err != nil {
		return err
	}
	db, err := store.Open(p.ctx, dsn)
	if err != nil {
		return err
	}
	return errors.Join(do(db.Doors()), db.Close())
}

// maxReason bounds a reason, in bytes: it is one sentence above which nothing else is shown.
const maxReason = 500

// readReasons reads sentences by language; no file is no reasons.
func readReasons(file string) (map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the reasons: %w", err)
	}
	var reasons map[string]string
	if err := yaml.Unmarshal(raw, &reasons); err != nil || len(reasons) == 0 {
		return nil, fmt.Errorf("%s: write a line for each language, such as 'nl: Wij werken aan de server tot vanavond.'", file)
	}
	for lang, reason := range reasons {
		if tag, err := locale.ParseTag(lang); err != nil || tag == language.Und {
			return nil, fmt.Errorf("%s: %q is not a language tag, such as nl, en or ar", file, lang)
		}
		if reason == "" || len(reason) > maxReason {
			return nil, fmt.Errorf("%s: the reason in %q is empty or longer than %d bytes", file, lang, maxReason)
		}
	}
	return reasons, nil
}

// doors holds which channels are closed, read again every few seconds, so that no turn waits for the database to know.
type doors struct {
	now atomic.Pointer[map[bot.ChannelID]map[language.Tag]string]
}

// readDoors is how often the doors are looked at.
const readDoors = 5 * time.Second

// Closed implements conversation.Doors.
func (d *doors) Closed(channel bot.ChannelID) (map[language.Tag]string, bool) {
	reasons, closed := (*d.now.Load())[channel]
	return reasons, closed
}

// read looks at the doors.
func (d *doors) read(ctx context.Context, rows *store.Doors) error {
	closed, err := rows.Closed(ctx)
	if err != nil {
		return err
	}
	now := map[bot.ChannelID]map[language.Tag]string{}
	for channel, reasons := range closed {
		tags := map[language.Tag]string{}
		for lang, reason := range reasons {
			if tag, err := locale.ParseTag(lang); err == nil {
				tags[tag] = reason
			}
		}
		now[bot.ChannelID(channel)] = tags
	}
	d.now.Store(&now)
	return nil
}

// run looks at the doors until ctx ends.
func (d *doors) run(ctx context.Context, rows *store.Doors, log *slog.Logger) {
	tick := time.NewTicker(readDoors)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := d.read(ctx, rows); err != nil && ctx.Err() == nil {
				log.Error("read which channels are closed; going on as before", "error", err)
			}
		}
	}
}
