package e2e

import (
	"bufio"
	"crypto/sha256"
	"flag"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var largeFlag = flag.Int64("large", 1<<30, "bytes of the artifact in TestLargeArtifact")

// growthLimit is by how much a large artifact may raise the server's memory.
const growthLimit = 64 << 20

// TestLargeArtifact streams a large artifact up and down and wants the bytes
// back unchanged, while the server's peak memory hardly grows.
func TestLargeArtifact(t *testing.T) {
	size := *largeFlag
	if testing.Short() {
		size = min(size, 200<<20) // still three times what memory may grow by
	}
	if !onLinux() {
		t.Skip("peak memory is read from /proc, which this system has not")
	}
	s := start(t, t.TempDir())
	sd := seed(t)
	exchange(t, s, "0/large/artifacts/small.bin", 1<<20, sd) // so that buffers exist
	before := s.peakMemory(t)

	begun := time.Now()
	exchange(t, s, "0/large/artifacts/large.bin", size, sd)
	grown := s.peakMemory(t) - before
	t.Logf("%d MB up and down in %v; peak memory %d MB, grown by %d MB",
		size>>20, time.Since(begun).Round(time.Millisecond), (before+grown)>>20, grown>>20)
	if grown > growthLimit {
		t.Errorf("peak memory grew by %d MB, more than %d", grown>>20, growthLimit>>20)
	}
	s.stop(t)
}

// exchange uploads size bytes, downloads them and reads a range from the
// middle. Nothing holds them all, so that this process stays small too.
func exchange(t *testing.T, s *server, path string, size int64, seed uint64) {
	t.Helper()
	sent := put(t, s, path, size, seed)
	received, n := fetch(t, s, path, "", http.StatusOK)
	if n != size || received != sent {
		t.Fatalf("%s: sent %d bytes with hash %x, received %d with %x", path, size, sent, n, received)
	}
	from, length := size/2, min(size/4, 1<<20)
	part := sha256.New()
	content := generate(size, seed)
	discard(t, content, from)
	copyN(t, part, content, length)
	span := fmt.Sprintf("bytes=%d-%d", from, from+length-1)
	received, n = fetch(t, s, path, span, http.StatusPartialContent)
	if n != length || received != sumOf(part) {
		t.Fatalf("%s: the range %s came back different", path, span)
	}
}

type sum [sha256.Size]byte

func sumOf(h hash.Hash) sum { return sum(h.Sum(nil)) }

// generate gives size random bytes, the same for the same seed.
func generate(size int64, seed uint64) io.Reader {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	return io.LimitReader(rand.NewChaCha8(key), size)
}

func put(t *testing.T, s *server, path string, size int64, seed uint64) sum {
	t.Helper()
	hash := sha256.New()
	request, err := http.NewRequest(http.MethodPut, s.url+artifactPath(path), io.TeeReader(generate(size, seed), hash))
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = size
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		answer, _ := io.ReadAll(response.Body)
		t.Fatalf("PUT %s: status %d: %s", path, response.StatusCode, answer)
	}
	return sumOf(hash)
}

func fetch(t *testing.T, s *server, path, span string, status int) (sum, int64) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, s.url+artifactPath(path), nil)
	if err != nil {
		t.Fatal(err)
	}
	if span != "" {
		request.Header.Set("Range", span)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != status {
		t.Fatalf("GET %s: status %d, want %d", path, response.StatusCode, status)
	}
	hash := sha256.New()
	n, err := io.Copy(hash, response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return sumOf(hash), n
}

func discard(t *testing.T, r io.Reader, n int64) {
	t.Helper()
	copyN(t, io.Discard, r, n)
}

func copyN(t *testing.T, w io.Writer, r io.Reader, n int64) {
	t.Helper()
	if _, err := io.CopyN(w, r, n); err != nil {
		t.Fatal(err)
	}
}

func onLinux() bool {
	_, err := os.Stat("/proc/self/status")
	return err == nil
}

// peakMemory gives the most bytes of memory that the process ever held.
func (s *server) peakMemory(t *testing.T) int64 {
	t.Helper()
	f, err := os.Open(filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		value, found := strings.CutPrefix(lines.Text(), "VmHWM:")
		if !found {
			continue
		}
		kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return kb << 10
	}
	t.Fatal("the process shows no peak memory")
	return 0
}
