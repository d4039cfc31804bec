package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"
)

// Places of numbers in an entry of the directory, and in a file's own header.
const (
	entryPacked, entrySize, entryExtra, entryAt = 20, 24, 30, 42
	localNameLength                             = 26
)

// oneFile makes an archive of one file whose entry has an extra part, and says of some
// of its numbers that they stand there.
func oneFile(t *testing.T, extra []byte, elsewhere ...int) []byte {
	t.Helper()
	var b bytes.Buffer
	write(t, &b, 1, func(int) (string, []byte) { return "a", []byte("content") })
	z := b.Bytes()
	at := bytes.Index(z, []byte("PK\x01\x02"))
	entry := append(bytes.Clone(z[at:len(z)-endSize]), extra...)
	binary.LittleEndian.PutUint16(entry[entryExtra:], uint16(len(extra)))
	for _, place := range elsewhere {
		binary.LittleEndian.PutUint32(entry[place:], all32)
	}
	w := &Writer{entries: 1, length: int64(len(entry)), at: int64(at + len(entry))}
	return append(append(bytes.Clone(z[:at]), entry...), w.ending(int64(at))...)
}

// field makes a part of an extra part.
func field(id uint16, numbers ...int64) []byte {
	b := binary.LittleEndian.AppendUint16(nil, id)
	b = binary.LittleEndian.AppendUint16(b, uint16(8*len(numbers)))
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	return b
}

func TestNumbersStandInTheExtraPart(t *testing.T) {
	packed := int64(binary.LittleEndian.Uint32(oneFile(t, nil)[18:])) // as the file's own header has it
	all := []int{entrySize, entryPacked, entryAt}
	for name, c := range map[string]struct {
		extra     []byte
		elsewhere []int
		want      string // empty where it is read
	}{
		"none":                            {nil, nil, ""},
		"all of them":                     {field(extra64, 7, packed, 0), all, ""},
		"behind another part":             {append(field(0x5455, 1), field(extra64, 7, packed, 0)...), all, ""},
		"one of them":                     {field(extra64, 0), []int{entryAt}, ""},
		"that nothing refers to":          {field(extra64), nil, ""},
		"one too few":                     {field(extra64, 7, packed), all, "its directory is damaged"},
		"cut off":                         {field(extra64, 7, packed, 0)[:20], all, "its directory is damaged"},
		"a size below nothing":            {field(extra64, -7), []int{entrySize}, "it lies outside of the archive"},
		"less than nothing packed":        {field(extra64, -1), []int{entryPacked}, "it lies outside of the archive"},
		"a place before the archive":      {field(extra64, -1), []int{entryAt}, "it lies outside of the archive"},
		"a place behind the archive":      {field(extra64, 1<<40), []int{entryAt}, "it lies outside of the archive"},
		"more packed than the archive is": {field(extra64, 1<<40), []int{entryPacked}, "it lies outside of the archive"},
		"no number":                       {nil, []int{entryAt}, "it lies outside of the archive"},
	} {
		files, err := read(oneFile(t, c.extra, c.elsewhere...), DefaultLimits)
		if c.want == "" {
			if err != nil || files["a"] != "content" {
				t.Errorf("%s: %q, %v", name, files, err)
			}
			continue
		}
		if bad, ok := errors.AsType[*Error](err); !ok || bad.Reason != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestAFileThatBeginsBehindTheArchiveIsRefused(t *testing.T) {
	data := oneFile(t, nil)
	binary.LittleEndian.PutUint16(data[localNameLength:], all16)
	_, err := read(data, DefaultLimits)
	if bad, ok := errors.AsType[*Error](err); !ok || bad.Entry != "a" || bad.Reason != "it lies outside of the archive" {
		t.Errorf("%v", err)
	}
}

// TestADirectoryThatCannotBeIsRefused has ends that say so of more files than small
// numbers count, and where these numbers are.
func TestADirectoryThatCannotBeIsRefused(t *testing.T) {
	const many = all16 + 1
	body := make([]byte, 4<<20)
	end := func(start, length int64) []byte {
		w := &Writer{entries: many, length: length, at: int64(len(body))}
		return append(bytes.Clone(body), w.ending(start)...)
	}
	locator := func(at int64) []byte {
		data := end(0, many*centralSize)
		binary.LittleEndian.PutUint64(data[len(data)-endSize-locator64Size+8:], uint64(at))
		return data
	}
	const damaged, short = "its directory is damaged", "it is no zip archive, or its end is missing"
	whole := int64(len(end(0, 0)))
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"a beginning before the archive": {end(-1, many*centralSize), damaged},
		"a beginning behind the archive": {end(whole+1, many*centralSize), damaged},
		"less than nothing":              {end(0, -1), damaged},
		"more than there is":             {end(1, whole), damaged},
		"too little for so many":         {end(0, many*centralSize-1), damaged},
		"numbers before the archive":     {locator(-1), short},
		"numbers behind the archive":     {locator(whole - end64Size + 1), short},
		"numbers that are none":          {locator(0), short},
	} {
		_, err := Open(bytes.NewReader(c.data), int64(len(c.data)), DefaultLimits)
		if bad, ok := errors.AsType[*Error](err); !ok || bad.Reason != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	data := end(0, many*centralSize)
	z, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits)
	if err != nil || z.Entries() != many {
		t.Errorf("one that can be: %v", err)
	}
	if _, err := Open(bytes.NewReader(data), int64(len(data)), Limits{Entries: many, Entry: 1, Ratio: 1}); err != nil {
		t.Errorf("as many as there may be: %v", err)
	}
}

func TestACommentIsNotTakenForTheEnd(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if _, err := w.Create("a"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.SetComment("PK\x05\x06"+strings.Repeat("x", 40)), w.Close()); err != nil {
		t.Fatal(err)
	}
	if files, err := read(b.Bytes(), DefaultLimits); err != nil || len(files) != 1 {
		t.Errorf("%q, %v", files, err)
	}
}

func TestFilesHaveTheDateOfTheArchive(t *testing.T) {
	for now, want := range map[time.Time]time.Time{
		time.Date(2026, 11, 29, 20, 31, 59, 0, time.UTC): time.Date(2026, 11, 29, 20, 31, 58, 0, time.UTC),
		time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC):      time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), // the first that archives know
	} {
		var b bytes.Buffer
		w, err := NewWriter(&b, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Add("a", nil), w.Finish(), w.Close()); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil || !z.File[0].Modified.Equal(want) {
			t.Errorf("%s is written as %s (%v), want %s", now, z.File[0].Modified, err, want)
		}
	}
}
