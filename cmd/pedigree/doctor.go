package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
)

// doctorCmd checks a data directory. It changes no record, so it may run beside
// a server.
type doctorCmd struct {
	dataFlags
}

// A verdict is the outcome of one check.
type verdict string

// The verdicts. Only bad ones make the command fail.
const (
	good  verdict = "ok"
	doubt verdict = "warn"
	bad   verdict = "FAIL"
)

// A finding is what one check says.
type finding struct {
	verdict verdict
	text    string
}

// A check looks at one thing.
type check struct {
	name string
	look func(context.Context, dataFlags) finding
}

// checks are in the order in which one causes the next.
var checks = []check{
	{"data directory", checkData},
	{"server", checkHolder},
	{"database", checkDatabase},
	{"artifacts", checkArtifacts},
	{"free disk", checkDisk},
	{"clock", checkClock},
}

// Run prints one line per check and fails if any is bad.
func (c *doctorCmd) Run(s streams) error {
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	failed := 0
	for _, check := range checks {
		f := check.look(context.Background(), c.dataFlags)
		if f.verdict == bad {
			failed++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", f.verdict, check.name, f.text)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(checks))
	}
	return nil
}

func found(v verdict, format string, args ...any) finding {
	return finding{v, fmt.Sprintf(format, args...)}
}

func checkData(_ context.Context, d dataFlags) finding {
	info, err := os.Stat(d.Data)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return found(bad, "%s does not exist; pedigree serve --data %s makes it", d.Data, d.Data)
	case err != nil:
		return found(bad, "%v", err)
	case !info.IsDir():
		return found(bad, "%s is not a directory", d.Data)
	}
	if err := tryWriting(d.Data); err != nil {
		return found(bad, "%s is not writable: %v", d.Data, err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && privateModes {
		return found(doubt, "%s can be entered by other users; chmod 700 keeps them out", d.Data)
	}
	return found(good, "%s", d.Data)
}

// tryWriting makes a file and removes it.
func tryWriting(dir string) error {
	f, err := os.CreateTemp(dir, ".doctor-")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func checkHolder(_ context.Context, d dataFlags) finding {
	lock, err := os.OpenFile(d.lockFile(), os.O_RDWR, 0)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return found(good, "never ran here")
	case err != nil:
		return found(bad, "%v", err)
	}
	defer lock.Close()
	free, err := tryLock(lock) // closing the file gives it back
	switch {
	case err != nil:
		return found(bad, "%v", err)
	case free:
		return found(good, "not running")
	}
	return found(good, "running, %s", holder(lock))
}

func checkArtifacts(_ context.Context, d dataFlags) finding {
	dir := d.artifacts()
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist) && d.Artifacts == "":
		return found(good, "none yet")
	case err != nil:
		return found(bad, "%v", err)
	case !info.IsDir():
		return found(bad, "%s is not a directory", dir)
	}
	if err := tryWriting(dir); err != nil {
		return found(bad, "%s is not writable: %v", dir, err)
	}
	return found(good, "%s", dir)
}

// The least free space, as artifacts are refused below it.
const (
	leastFree      = 1 << 30
	leastFreeShare = 20 // one part in so many
)

func checkDisk(_ context.Context, d dataFlags) finding {
	free, total, err := diskSpace(d.Data)
	if err != nil {
		return found(doubt, "cannot be told: %v", err)
	}
	text := fmt.Sprintf("%s of %s", size(free), size(total))
	if free < min(leastFree, total/leastFreeShare) {
		return found(bad, "%s; make room, or writes will fail", text)
	}
	return found(good, "%s", text)
}

func size(bytes uint64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	n, u := float64(bytes), 0
	for ; n >= 1024 && u < len(units)-1; u++ {
		n /= 1024
	}
	return fmt.Sprintf("%.4g %s", n, units[u])
}
