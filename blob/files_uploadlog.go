package blob

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"
)

// An uploadHead is the first line of an upload's log.
type uploadHead struct {
	Key     string    `json:"key"`
	Parts   int       `json:"parts"`
	Created time.Time `json:"created"`
}

// An uploadLine is a later line: what became of a part. A part without a tag
// is being replaced.
type uploadLine struct {
	Part  int    `json:"part"`
	Size  int64  `json:"size,omitempty"`
	Tag   string `json:"tag,omitempty"`
	Tail  bool   `json:"tail,omitempty"`
	Chunk int64  `json:"chunk,omitempty"` // size of the parts before the last, where known
}

// begin makes an upload's directory and log.
func (f *Files) begin(u *upload) error {
	dir, err := enter(f.pending, string(u.id), true)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := appendLog(dir, uploadHead{u.key.String(), u.count, u.created}); err != nil {
		return err
	}
	return syncDir(dir)
}

// appendLog adds a line to the log of an upload, durably.
func appendLog(dir *os.Root, line any) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	log, err := dir.OpenFile(uploadLog, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if _, err = log.Write(append(text, '\n')); err == nil {
		err = log.Sync()
	}
	return errors.Join(err, log.Close())
}

// record keeps a part that is durable.
func (u *upload) record(dir *os.Root, number int, p uploadPart) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return errNoUpload
	}
	if err := appendLog(dir, uploadLine{number, p.Size, p.Tag, p.Tail, u.chunk}); err != nil {
		return broken("store the part", err)
	}
	u.parts[number] = p
	return nil
}

// forget drops a part before its bytes are written over.
func (u *upload) forget(dir *os.Root, number int) error {
	u.sum.forget(number)
	if _, ok := u.parts[number]; !ok {
		return nil
	}
	delete(u.parts, number)
	return appendLog(dir, uploadLine{Part: number})
}

// loadUploads finds the uploads that an earlier process left open, and removes
// what is left of others.
func (f *Files) loadUploads() error {
	names, err := namesIn(f.pending)
	if err != nil {
		return err
	}
	for _, name := range names {
		u, err := f.loadUpload(name)
		if err == nil && u == nil {
			err = f.pending.RemoveAll(name)
		}
		if err != nil {
			return err
		}
		if u != nil {
			f.uploads[u.id] = u
		}
	}
	return nil
}

// loadUpload reads an upload back. It is nil where there is no whole one.
func (f *Files) loadUpload(name string) (*upload, error) {
	if raw, err := hex.DecodeString(name); err != nil || len(raw) != 16 {
		return nil, nil
	}
	dir, err := enter(f.pending, name, false)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	log, err := dir.OpenFile(uploadLog, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer log.Close()
	u := newUpload(UploadID(name), Key{}, 0, time.Time{})
	size, ok := u.replay(log)
	if !ok || !u.whole(dir) {
		return nil, nil
	}
	return u, log.Truncate(size)
}

// replay reads the log, reports whether it tells of an upload, and gives the
// size up to which it is sound. A line that was cut short was never
// acknowledged.
func (u *upload) replay(log *os.File) (size int64, ok bool) {
	lines := bufio.NewReader(log)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return size, ok
		}
		if !ok {
			ok = u.applyHead(line)
		} else {
			u.apply(line)
		}
		size += int64(len(line))
	}
}

func (u *upload) applyHead(text []byte) bool {
	var head uploadHead
	if json.Unmarshal(text, &head) != nil || head.Parts < 1 || head.Parts > MaxParts {
		return false
	}
	key, err := ParseKey(head.Key)
	u.key, u.count, u.created = key, head.Parts, head.Created
	return err == nil
}

func (u *upload) apply(text []byte) {
	var line uploadLine
	if json.Unmarshal(text, &line) != nil {
		return
	}
	if line.Tag == "" {
		delete(u.parts, line.Part)
		return
	}
	u.parts[line.Part] = uploadPart{line.Size, line.Tag, line.Tail}
	u.chunk = line.Chunk
}

// whole reports whether the bytes of all parts are there. They are gone where
// the process ended after it completed the upload.
func (u *upload) whole(dir *os.Root) bool {
	for _, p := range u.parts {
		name := uploadData
		if p.Tail {
			name = uploadTail
		}
		if _, err := dir.Lstat(name); err != nil {
			return false
		}
	}
	return true
}
