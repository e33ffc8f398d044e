package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"io/fs"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"wegwijzer/content"
	"wegwijzer/kb"
	"wegwijzer/kb/edition"
	"wegwijzer/kb/understand"
)

// load builds the Edition of the content that the command line names. With faults in it, it says the first and how to
// see the others.
func (p *process) load(c *cli) (*edition.Edition, error) {
	fsys, name, err := c.source()
	if err != nil {
		return nil, err
	}
	ed, faults, err := p.learn(p.ctx, c, fsys)
	if err != nil {
		return nil, refused(name, faults, err)
	}
	return ed, nil
}

// learnMemory is the heap, in bytes, within which our own content is learnt when it is not on the shelf yet: a little more
// than it needs, where the collector by itself would let it grow to twice that for a second.
const learnMemory = 340 << 20

// learn builds the Edition. The bound is for the content in the binary, whose size we know; another folder may be of
// any size.
func (p *process) learn(ctx context.Context, c *cli, fsys fs.FS) (*edition.Edition, []kb.Fault, error) {
	if c.Content == "" && p.env["GOMEMLIMIT"] == "" {
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(learnMemory))
	}
	return edition.Load(ctx, fsys, content.FS, p.shelf(c))
}

// refused says why content cannot be used.
func refused(name string, faults []kb.Fault, err error) error {
	for _, f := range faults {
		if !f.Warning {
			f.File = name + "/" + f.File
			return wrong{fmt.Errorf("%w, the first at %s 'wegwijzer check' names them all", err, f)}
		}
	}
	return err
}

// keeper holds the Edition that turns answer from and replaces it when the content folder changes. Content with
// faults is not taken: the last good content goes on, and the log says so.
type keeper struct {
	now     atomic.Pointer[edition.Edition]
	fsys    fs.FS
	shelf   understand.Shelf
	name    string
	log     *slog.Logger
	print   uint64 // fingerprint of the folder as it was last read
	retired []retired
	closing sync.Mutex
}

type retired struct {
	*edition.Edition
	at time.Time
}

const (
	lookEvery = 2 * time.Second // how often the content folder is looked at; only names, sizes and times are read
	turnsEnd  = time.Minute     // by then no turn answers from an Edition that was replaced
)

func (k *keeper) edition() *edition.Edition { return k.now.Load() }

// run looks at the folder until ctx ends.
func (k *keeper) run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			k.look(ctx)
			k.closeRetired(time.Now().Add(-turnsEnd))
		}
	}
}

func (k *keeper) look(ctx context.Context) {
	print := fingerprint(k.fsys)
	if print == k.print {
		return
	}
	k.print = print
	ed, faults, err := edition.Load(ctx, k.fsys, content.FS, k.shelf)
	if err != nil {
		k.log.Error("the content has changed but is not used; answering from the last good content",
			"why", oneLine(refused(k.name, faults, err).Error()))
		return
	}
	k.closing.Lock()
	k.retired = append(k.retired, retired{k.now.Swap(ed), time.Now()})
	k.closing.Unlock()
	k.log.Info("answering from the changed content", "articles", len(ed.Library.Articles()))
}

func (k *keeper) closeRetired(before time.Time) {
	k.closing.Lock()
	defer k.closing.Unlock()
	for len(k.retired) > 0 && k.retired[0].at.Before(before) {
		if err := k.retired[0].Close(); err != nil {
			k.log.Error("close replaced content", "error", err)
		}
		k.retired = k.retired[1:]
	}
}

// close frees everything; no turn may be under way.
func (k *keeper) close() {
	k.closeRetired(time.Now().Add(time.Hour))
	if err := k.now.Load().Close(); err != nil {
		k.log.Error("close the content", "error", err)
	}
}

// fingerprint tells one state of a folder from another by names, sizes and times; what cannot be read counts too.
func fingerprint(fsys fs.FS) uint64 {
	sum := fnv.New64a()
	_ = fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		fmt.Fprintln(sum, path, err)
		if err == nil && !d.IsDir() {
			if info, err := d.Info(); err == nil {
				fmt.Fprintln(sum, info.Size(), info.ModTime().UnixNano())
			}
		}
		return nil
	})
	return sum.Sum64()
}
