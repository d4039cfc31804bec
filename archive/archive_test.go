package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func write(t testing.TB, out io.Writer, n int, file func(i int) (string, []byte)) {
	t.Helper()
	w, err := NewWriter(out, time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		name, data := file(i)
		if err := w.Add(name, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func numbered(i int) (string, []byte) {
	return fmt.Sprintf("%d.json", i), []byte(strings.Repeat(fmt.Sprintf(`{"n":%d}`, i), i%50))
}

func read(data []byte, limits Limits) (files map[string]string, err error) {
	z, err := Open(bytes.NewReader(data), int64(len(data)), limits)
	if err != nil {
		return nil, err
	}
	files = make(map[string]string)
	return files, z.Each(func(f *File) error {
		text, err := f.Read()
		files[f.Name] = string(text)
		return err
	})
}

// TestOthersReadWhatIsWritten has the standard library read archives of either
// form: those of more than 65535 files have larger numbers.
func TestOthersReadWhatIsWritten(t *testing.T) {
	for _, n := range []int{0, 1, 100, 70_000} {
		var b bytes.Buffer
		write(t, &b, n, numbered)
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil || len(z.File) != n {
			t.Fatalf("%d files: %v", n, err)
		}
		for i, f := range z.File {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(in)
			if name, want := numbered(i); err != nil || f.Name != name || string(text) != string(want) {
				t.Fatalf("file %d is %s %q (%v)", i, f.Name, text, err)
			}
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	var b bytes.Buffer
	write(t, &b, 70_000, numbered)
	files, err := read(b.Bytes(), DefaultLimits)
	if err != nil || len(files) != 70_000 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for i := range 70_000 {
		if name, want := numbered(i); files[name] != string(want) {
			t.Fatalf("file %d is %q", i, files[name])
		}
	}
}

// others makes an archive by the standard library, whose entries tell their sizes
// after themselves.
func others(t testing.TB, files map[string]string, method uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchivesOfOthersAreRead(t *testing.T) {
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		files, err := read(others(t, map[string]string{"a.json": "{}", "b": ""}, method), DefaultLimits)
		if err != nil || len(files) != 2 || files["a.json"] != "{}" || files["b"] != "" {
			t.Errorf("%q, %v", files, err)
		}
	}
}

func TestBombsAreRefused(t *testing.T) {
	large := strings.Repeat("a", 4<<20)
	bomb := others(t, map[string]string{"a": large}, zip.Deflate)
	stones := others(t, map[string]string{"a": large}, zip.Store)
	many := others(t, map[string]string{"a": "", "b": "", "c": ""}, zip.Store)
	for name, c := range map[string]struct {
		data   []byte
		limits Limits
		want   string
	}{
		"one that unpacks to much": {bomb, DefaultLimits, "more than 100 times"},
		"one that is large":        {stones, Limits{Entries: 9, Entry: 1 << 20, Ratio: 100}, "1048576 are the most"},
		"one of many files":        {many, Limits{Entries: 2, Entry: 1, Ratio: 1}, "2 are the most"},
		"one that is itself again": {overlapping(t), Limits{Entries: 1000, Entry: 1 << 30, Ratio: 50}, "it unpacks to more than 50 times"},
	} {
		_, err := read(c.data, c.limits)
		if bad, ok := errors.AsType[*Error](err); !ok || !strings.Contains(bad.Reason, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read(stones, DefaultLimits); err != nil {
		t.Errorf("what is as large as it says: %v", err)
	}
}

// overlapping makes an archive whose directory names one file many times.
func overlapping(t *testing.T) []byte {
	var b bytes.Buffer
	write(t, &b, 1, func(int) (string, []byte) { return "a", []byte(strings.Repeat("abcdefgh", 1<<17)) })
	z := b.Bytes()
	at := bytes.Index(z, []byte("PK\x01\x02"))
	entry := z[at : len(z)-endSize]
	w := &Writer{entries: 500, length: 500 * int64(len(entry)), at: int64(at) + 500*int64(len(entry))}
	return append(append(bytes.Clone(z[:at]), bytes.Repeat(entry, 500)...), w.ending(int64(at))...)
}

func TestDamagedArchivesAreRefused(t *testing.T) {
	if _, err := read(nil, DefaultLimits); !errors.Is(err, ErrEmpty) {
		t.Errorf("no byte: %v", err)
	}
	if _, err := read(others(t, nil, zip.Store), DefaultLimits); !errors.Is(err, ErrEmpty) {
		t.Errorf("no file: %v", err)
	}
	whole := others(t, map[string]string{"a.json": strings.Repeat(`{"a":1}`, 10)}, zip.Deflate)
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0xff
		files, err := read(damaged, DefaultLimits)
		if err == nil && len(files) == 1 {
			for name, text := range files {
				if text != strings.Repeat(`{"a":1}`, 10) {
					t.Errorf("with byte %d changed %s is %q", i, name, text)
				}
			}
		}
	}
	for i := range whole {
		if _, err := read(whole[:i], DefaultLimits); err == nil {
			t.Errorf("the first %d bytes are an archive", i)
		}
	}
}

// TestWritingKeepsNothing adds many files and looks at how much memory each of
// them takes: what is known of them lies in a file.
func TestWritingKeepsNothing(t *testing.T) {
	w, err := NewWriter(io.Discard, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	data := []byte(strings.Repeat("x", 100))
	grown := testing.AllocsPerRun(1000, func() {
		if err := w.Add("0123456789abcdef0123456789abcdef0123.json", data); err != nil {
			t.Fatal(err)
		}
	})
	if grown > 4 {
		t.Errorf("each file takes %v pieces of memory", grown)
	}
	if w.pressed.Cap() > 64<<10 || w.directory.Size() > 64<<10 {
		t.Errorf("buffers of %d and %d bytes are kept", w.pressed.Cap(), w.directory.Size())
	}
}

func FuzzRead(f *testing.F) {
	f.Add(others(f, map[string]string{"a.json": "{}"}, zip.Deflate))
	var b bytes.Buffer
	write(f, &b, 3, numbered)
	f.Add(b.Bytes())
	limits := Limits{Entries: 100, Entry: 1 << 20, Ratio: 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := read(data, limits)
		total := 0
		for _, text := range files {
			total += len(text)
		}
		if total > free+20*len(data)+20 {
			t.Fatalf("%d bytes unpack to %d (%v)", len(data), total, err)
		}
	})
}

func TestAFileMadeBesideOthers(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s, err := w.Spool()
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for i := range 10_000 {
		text := fmt.Sprintf("line %d\n", i)
		want.WriteString(text)
		if _, err := s.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if i%2000 == 0 {
			if err := w.Add(fmt.Sprintf("%d.json", i), []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.AddSpool("lines", s), w.Add("last", []byte("x")), w.Finish(), s.Close()); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || len(z.File) != 7 || z.File[5].Name != "lines" {
		t.Fatalf("%v", err)
	}
	in, err := z.Open("lines")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(in); err != nil || string(got) != want.String() {
		t.Errorf("it is %d bytes of %d (%v)", len(got), want.Len(), err)
	}
}
