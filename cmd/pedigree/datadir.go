package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// dataFlags say where everything is kept.
type dataFlags struct {
	Data      string `help:"Directory that keeps everything; ${default} if not given." default:"./pedigree-data" placeholder:"DIR"`
	Artifacts string `help:"Directory for artifact files; artifacts/ in the data directory if not given." placeholder:"DIR"`
}

func (f dataFlags) database() string { return filepath.Join(f.Data, "pedigree.db") }
func (f dataFlags) lockFile() string { return filepath.Join(f.Data, "lock") }

// webhookKey is the file with the key that seals the secrets of webhooks.
func (f dataFlags) webhookKey() string { return filepath.Join(f.Data, "webhook.key") }

// imports is where archives lie that are brought into the catalog, until that is done.
func (f dataFlags) imports() string { return filepath.Join(f.Data, "imports") }

func (f dataFlags) artifacts() string {
	if f.Artifacts != "" {
		return f.Artifacts
	}
	return filepath.Join(f.Data, "artifacts")
}

// A dataDir is a data directory that belongs to this process.
type dataDir struct {
	dataFlags
	lock *os.File
}

// claim makes the data directory if there is none and locks it.
func (f dataFlags) claim() (*dataDir, error) {
	if err := os.MkdirAll(f.Data, 0o700); err != nil {
		return nil, unusable(f.Data, err)
	}
	lock, err := os.OpenFile(f.lockFile(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, unusable(f.Data, err)
	}
	d := &dataDir{f, lock}
	if err := d.take(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return d, nil
}

func (d *dataDir) take() error {
	locked, err := tryLock(d.lock)
	if err != nil {
		return unusable(d.Data, err)
	}
	if !locked {
		return &inUseError{d.Data, holder(d.lock)}
	}
	if err := d.lock.Truncate(0); err != nil {
		return unusable(d.Data, err)
	}
	if _, err := d.lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return unusable(d.Data, err)
	}
	return nil
}

// An inUseError says that another process has the data directory.
type inUseError struct{ dir, holder string }

// Error says what to do about it.
func (e *inUseError) Error() string {
	return fmt.Sprintf("the data directory %s is in use by another server (%s); stop that one or choose another directory with --data", e.dir, e.holder)
}

// release lets another process have the directory.
func (d *dataDir) release() error { return d.lock.Close() }

// holder says which process wrote its number into the lock file.
func holder(lock *os.File) string {
	text, _ := io.ReadAll(io.NewSectionReader(lock, 0, 32)) // the number is a courtesy
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return "process unknown"
	}
	return fmt.Sprintf("process %d", pid)
}

func unusable(dir string, err error) error {
	reason := err
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		reason = at.Err
	}
	return fmt.Errorf("the data directory %s cannot be used (%w); make it writable or choose another with --data", dir, reason)
}
