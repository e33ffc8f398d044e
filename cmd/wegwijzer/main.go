// Command wegwijzer answers refugees who were care workers, from content that volunteers write. See README.md for the
// commands; package bot for a tour of the house.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// Exit codes of the contract.
const (
	exitDone  = 0
	exitWrong = 1 // the thing asked about is wrong
	exitUsage = 2 // usage or environment
)

// wrong says that the thing asked about is wrong, as against the command or the machine: exit code 1. Its text may be
// empty when what is wrong has been printed already.
type wrong struct{ error }

var errPrintedWrong = wrong{errors.New("")}

// process is what a command has of the world.
type process struct {
	ctx    context.Context
	env    map[string]string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// run runs one command and gives its exit code.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	env := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	p := &process{ctx: ctx, env: env, stdin: stdin, stdout: stdout, stderr: stderr}
	err := p.command(args)
	var exit exited
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return int(exit)
	}
	if text := oneLine(err.Error()); text != "" {
		fmt.Fprintf(stderr, "wegwijzer: %s\n", text)
	}
	var w wrong
	if errors.As(err, &w) {
		return exitWrong
	}
	return exitUsage
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// exited carries the code with which kong wanted to end the program, after --help.
type exited int

func (exited) Error() string { return "" }

func (p *process) command(args []string) (err error) {
	var c cli
	settings, err := p.settings(args)
	if err != nil {
		return err
	}
	parser, err := kong.New(&c,
		kong.Name("wegwijzer"),
		kong.Description("A signpost for refugees who were care workers: diploma validation, BIG registration, work in care."),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.Resolvers(settings...),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return fmt.Errorf("set up the command line: %w", err)
	}
	defer func() {
		if r := recover(); r != nil {
			code, ok := r.(exited)
			if !ok {
				panic(r)
			}
			err = code
			if code == 0 {
				err = nil
			}
		}
	}()
	chosen, err := parser.Parse(args)
	if err != nil {
		return fmt.Errorf("%w; 'wegwijzer --help' lists the commands", err)
	}
	return chosen.Run(p, &c)
}
