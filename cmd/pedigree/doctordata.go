package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// checkDatabase reads every page of the database. It brings no schema up to
// date: that is for the server to do.
func checkDatabase(ctx context.Context, d dataFlags) finding {
	info, err := os.Stat(d.database())
	switch {
	case errors.Is(err, os.ErrNotExist):
		return found(good, "none yet; pedigree serve makes it")
	case err != nil:
		return found(bad, "%v", err)
	}
	s, err := sqlite.Open(ctx, d.database(), sqlite.Options{Readers: 1, KeepSchema: true})
	if err != nil {
		return found(bad, "%s", explain(err))
	}
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		return found(bad, "%s; restore a copy of %s from a backup", explain(err), d.Data)
	}
	version, err := s.SchemaVersion(ctx)
	if err != nil {
		return found(bad, "%s", explain(err))
	}
	return found(good, "%s, schema version %d, no damage", size(uint64(info.Size())), version)
}

// bornAfter is before this program was written: a clock that says less is wrong.
var bornAfter = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// checkClock compares the clock with what cannot be later than now.
func checkClock(_ context.Context, d dataFlags) finding {
	now := time.Now().UTC()
	if now.Before(bornAfter) {
		return found(bad, "%s is in the past; set the clock", now.Format(time.DateTime))
	}
	for _, path := range []string{d.database(), d.database() + "-wal"} {
		info, err := os.Stat(path)
		if err == nil && info.ModTime().After(now.Add(time.Minute)) {
			return found(bad, "%s is before the last write, at %s; set the clock", now.Format(time.DateTime), info.ModTime().UTC().Format(time.DateTime))
		}
	}
	return found(good, "%s UTC", now.Format(time.DateTime))
}
