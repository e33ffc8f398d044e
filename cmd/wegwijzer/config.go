package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"wegwijzer/content"
	"wegwijzer/kb/locale"
	"wegwijzer/kb/understand"
)

// cli is the command line. A setting is a flag, else WEGWIJZER_ and its name in the environment, else a line of the
// settings file. No setting holds a secret: the server key is a file, and a DSN with a password in it is refused.
type cli struct {
	Content  string `placeholder:"DIR" help:"Read content from a folder instead of the copy in the binary."`
	DB       string `name:"db" placeholder:"DSN" help:"The database: a SQLite file (default: wegwijzer.db in the user's data folder)."`
	KeyFile  string `name:"key-file" placeholder:"FILE" help:"The server key that seals sessions, made when it is missing; outside the data folder (default: in the user's configuration folder)."`
	Cache    string `placeholder:"DIR" help:"Keep what is learnt from the content here for the next start (default: in the user's cache folder); 'off' keeps nothing."`
	Settings string `placeholder:"FILE" help:"A YAML file with settings, by the names of these flags."`

	Serve    serveCmd    `cmd:"" help:"Answer on all channels that are configured: the web chat, and Telegram and Discord where there is a token."`
	Chat     chatCmd     `cmd:"" help:"Talk in this terminal. Nothing is stored or counted."`
	Ask      askCmd      `cmd:"" help:"Answer one question, or a file of them."`
	Plan     planCmd     `cmd:"" help:"Make the plan for a profile."`
	Check    checkCmd    `cmd:"" help:"Name every fault of the content."`
	Status   statusCmd   `cmd:"" help:"Show how far the content is: translations, facts, route, questions."`
	Stamp    stampCmd    `cmd:"" help:"Mark a translation as made from today's source text."`
	Channel  channelCmd  `cmd:"" help:"Close a channel with a reason, or open it again."`
	Selftest selftestCmd `cmd:"" help:"Test this program on this machine: what it writes of people."`
	Version  versionCmd  `cmd:"" help:"Show the version."`
}

// settings gives the resolvers for what the command line leaves out: the environment first, then the settings file.
func (p *process) settings(args []string) ([]kong.Resolver, error) {
	// The first resolver that has a value wins.
	resolvers := []kong.Resolver{kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if value, ok := p.env["WEGWIJZER_"+strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))]; ok && value != "" {
			return value, nil
		}
		return nil, nil
	})}
	file := p.env["WEGWIJZER_SETTINGS"]
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--settings="); ok {
			file = value
		} else if arg == "--settings" && i+1 < len(args) {
			file = args[i+1]
		}
	}
	if file == "" {
		return resolvers, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	var values map[string]string
	if err := yaml.Unmarshal(raw, &values); err != nil {
		return nil, fmt.Errorf("read the settings file %s: %w", file, err)
	}
	return append(resolvers, kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if value, ok := values[flag.Name]; ok {
			return value, nil
		}
		return nil, nil
	})), nil
}

// source gives the content to read, and how its files are named to a person.
func (c *cli) source() (fsys fs.FS, name string, err error) {
	if c.Content == "" {
		return content.FS, "content", nil
	}
	info, err := os.Stat(c.Content)
	if err != nil {
		return nil, "", fmt.Errorf("read the content: %w", err)
	}
	if !info.IsDir() {
		return nil, "", fmt.Errorf("--content %s: is a file; name the folder that holds articles/", c.Content)
	}
	return os.DirFS(c.Content), filepath.Clean(c.Content), nil
}

// database gives the DSN to use, making the folder of the default one.
func (p *process) database(c *cli) (string, error) {
	if c.DB != "" {
		return c.DB, nil
	}
	folder := p.env["XDG_DATA_HOME"]
	if folder == "" {
		home, err := p.home()
		if err != nil {
			return "", fmt.Errorf("find a place for the database (name one with --db): %w", err)
		}
		folder = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(folder, "wegwijzer", "wegwijzer.db"), nil
}

// keyFile gives the path of the server key.
func (p *process) keyFile(c *cli) (string, error) {
	if c.KeyFile != "" {
		return c.KeyFile, nil
	}
	folder := p.env["XDG_CONFIG_HOME"]
	if folder == "" {
		home, err := p.home()
		if err != nil {
			return "", fmt.Errorf("find a place for the server key (name one with --key-file): %w", err)
		}
		folder = filepath.Join(home, ".config")
	}
	return filepath.Join(folder, "wegwijzer", "server.key"), nil
}

// shelf gives the place where what was learnt from the content is kept. Without one it is learnt at every start.
func (p *process) shelf(c *cli) understand.Shelf {
	folder := c.Cache
	switch folder {
	case "off":
		return understand.Shelf{}
	case "":
		folder = p.env["XDG_CACHE_HOME"]
		if folder == "" {
			home, err := p.home()
			if err != nil {
				return understand.Shelf{}
			}
			folder = filepath.Join(home, ".cache")
		}
		folder = filepath.Join(folder, "wegwijzer")
	}
	program, err := os.Executable()
	if err != nil {
		return understand.Shelf{}
	}
	info, err := os.Stat(program)
	if err != nil {
		return understand.Shelf{}
	}
	return understand.Shelf{Folder: folder, Program: fmt.Sprint(info.Size(), info.ModTime().UnixNano())}
}

func (p *process) home() (string, error) {
	if home := p.env["HOME"]; home != "" {
		return home, nil
	}
	return os.UserHomeDir()
}

// tag reads a --lang value; the empty one is Und.
func tag(lang string) (language.Tag, error) {
	if lang == "" {
		return language.Und, nil
	}
	t, err := locale.ParseTag(lang)
	if err != nil {
		return language.Und, fmt.Errorf("--lang %q: not a language tag, such as nl, en or ar", lang)
	}
	return t, nil
}

// dataFolder gives the folder that a database file lies in, "" for a database elsewhere. The server key must not lie
// in it: whoever copies the folder would have both halves.
func dataFolder(dsn string) string {
	path, isFile := strings.CutPrefix(dsn, "file:")
	if !isFile && strings.Contains(dsn, "://") {
		return ""
	}
	return filepath.Dir(path)
}
