// Package edition is one state of the content, whole: the Library, the route and the understander built from it and
// checked together. An Edition is immutable; new content makes a new Edition, and whoever answers holds on to the one
// it began with.
package edition

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"golang.org/x/text/language"

	"wegwijzer/kb"
	"wegwijzer/kb/route"
	"wegwijzer/kb/understand"
)

// Edition is content ready to answer from. It is safe for concurrent use.
type Edition struct {
	Library      *kb.Library
	Route        *route.Route
	Understander *understand.Understander

	commands  map[string]string       // plain words → command
	months    map[string]time.Month   // folded name → month
	languages map[string]language.Tag // folded name → language
}

// Check reads the content and gives its faults on a day, in the order of files and lines, without building an
// understander. What depends on the day is which facts are due to be read again or no longer hold, and the proof of the
// route, which is only tried on a route that could be read. The error is that of ctx.
func Check(ctx context.Context, fsys, ui fs.FS, day time.Time) ([]kb.Fault, error) {
	lib, way, faults := read(fsys, ui)
	faults = append(faults, lib.FaultsOn(day)...)
	if serious(faults) == 0 {
		more, err := way.Faults(ctx, day)
		if err != nil {
			return faults, fmt.Errorf("prove the route: %w", err)
		}
		faults = append(faults, more...)
		if more, err = foreignTexts(lib); err != nil {
			return faults, err
		}
		faults = append(faults, more...)
	}
	kb.SortFaults(faults)
	return faults, nil
}

// Load reads the content of fsys and builds an Edition from it. ui is the content whose sentences of the bot stand in
// when fsys has none of its own. Faults are given whether or not the Edition could be built; it is nil, with an error,
// when the context ended or the index could not be built, and when a fault is no mere warning: content that is wrong
// in one place is not trusted in another. shelf is where what takes seconds to learn is kept from one start to the next.
func Load(ctx context.Context, fsys, ui fs.FS, shelf understand.Shelf) (*Edition, []kb.Fault, error) {
	lib, way, faults := read(fsys, ui)
	if n := serious(faults); n > 0 {
		return nil, faults, fmt.Errorf("the content has %d faults", n)
	}
	u, err := understand.New(ctx, lib, shelf)
	if err != nil {
		return nil, faults, fmt.Errorf("learn the content: %w", err)
	}
	return &Edition{Library: lib, Route: way, Understander: u, commands: commandsOf(lib), months: monthsOf(lib), languages: languagesOf(lib)}, faults, nil
}

func read(fsys, ui fs.FS) (*kb.Library, *route.Route, []kb.Fault) {
	lib, faults := kb.Load(fsys, ui)
	way, more := route.Parse(lib)
	faults = append(faults, more...)
	kb.SortFaults(faults)
	return lib, way, faults
}

func serious(faults []kb.Fault) (n int) {
	for _, f := range faults {
		if !f.Warning {
			n++
		}
	}
	return n
}

// Close frees the index. No turn may be using the Edition any more.
func (e *Edition) Close() error {
	if err := e.Understander.Close(); err != nil {
		return fmt.Errorf("close the index: %w", err)
	}
	return nil
}
