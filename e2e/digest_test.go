package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A modelVersion is a logged model with files, registered as version 1.
type modelVersion struct {
	t    *testing.T
	data string
	id   string // of the logged model
	name string // of the registered one
}

// logModel makes a logged model without files.
func logModel(t *testing.T, call *caller, data, name string) *modelVersion {
	t.Helper()
	var made struct {
		Model struct {
			Info struct {
				ID string `json:"model_id"`
			}
		}
	}
	if err := call.post("logged-models", object{"experiment_id": "0", "name": "m"}, &made); err != nil {
		t.Fatal(err)
	}
	return &modelVersion{t, data, made.Model.Info.ID, name}
}

// upload sends a file of the model to the server.
func (m *modelVersion) upload(call *caller, path, text string) {
	m.t.Helper()
	if err := call.upload("0/models/"+m.id+"/artifacts/"+path, []byte(text)); err != nil {
		m.t.Fatal(err)
	}
}

// disk gives where a file of the model lies.
func (m *modelVersion) disk(path string) string {
	return filepath.Join(m.data, "artifacts", "0", "models", m.id, "artifacts", filepath.FromSlash(path))
}

// place puts a file of the model on the disk, past the server.
func (m *modelVersion) place(path string, size int64) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Dir(m.disk(path)), 0o700); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(m.disk(path), []byte("bytes of "+path), 0o600); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Truncate(m.disk(path), size); err != nil {
		m.t.Fatal(err)
	}
}

func (m *modelVersion) register(call *caller) {
	m.t.Helper()
	if err := call.post("registered-models/create", object{"name": m.name}, nil); err != nil {
		m.t.Fatal(err)
	}
	if err := call.post("model-versions/create", object{"name": m.name, "source": "models:/" + m.id, "model_id": m.id}, nil); err != nil {
		m.t.Fatal(err)
	}
}

// A digestAnswer is what the native API says of the files of a version.
type digestAnswer struct {
	State, Digest string
	Count, Unread int
	Files         []struct{ Path, SHA256 string }
}

// await asks until the state of the digest is one of some.
func (m *modelVersion) await(call *caller, states ...string) (a digestAnswer) {
	m.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !slices.Contains(states, a.State) {
		if time.Now().After(deadline) {
			m.t.Fatalf("after a minute the digest is %+v", a)
		}
		text, err := call.do(http.MethodGet, "/api/pedigree/v1/models/"+m.name+"/versions/1/files?limit=10000", "", nil)
		if err != nil {
			m.t.Fatal(err)
		}
		if err := json.Unmarshal(text, &a); err != nil {
			m.t.Fatal(err)
		}
	}
	return a
}

// verify runs the command and gives what it prints and its exit code.
func (m *modelVersion) verify(flags ...string) (out, errOut string, code int) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, binary, append([]string{"verify", "model", m.name, "1"}, flags...)...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); command.ProcessState == nil {
		m.t.Fatal(err)
	}
	return stdout.String(), stderr.String(), command.ProcessState.ExitCode()
}

// wantWell checks what verify says when all is well.
func (m *modelVersion) wantWell(how string, files int, flags ...string) {
	m.t.Helper()
	out, errOut, code := m.verify(flags...)
	want := fmt.Sprintf("version 1 of model %s is as it was registered: %d files, ", m.name, files)
	if code != 0 || errOut != "" || !strings.HasPrefix(out, want) || strings.Count(out, "\n") != 1 {
		m.t.Errorf("%s: exit %d\n%s%s\nwant %s", how, code, out, errOut, want)
	}
}

func TestVerifyNamesEveryFileThatIsNotAsItWasRegistered(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	s := start(t, data)
	call := newCaller(s.url)
	defer call.close()
	m := logModel(t, call, data, "fraud")
	for _, path := range []string{"MLmodel", "model.pkl", "code/predict.py", "requirements.txt"} {
		m.upload(call, path, "bytes of "+path)
	}
	m.register(call)
	known := m.await(call, "complete")
	m.wantWell("through the server", 4, "--server", s.url)
	var same struct {
		Versions []struct{ Name string } `json:"model_versions"`
	}
	if err := call.get("model-versions/search", url.Values{"filter": {"digest = '" + known.Digest + "'"}}, &same); err != nil || len(same.Versions) != 1 {
		t.Errorf("with that digest there are %+v, %v", same, err)
	}

	out, errOut, code := m.verify("--data", data)
	if code != 1 || out != "" || !strings.Contains(errOut, "--server URL") || strings.Count(errOut, "\n") != 1 {
		t.Errorf("beside the server: exit %d\n%s%s", code, out, errOut)
	}

	text := []byte("bytes of model.pkl")
	text[4] ^= 1
	if err := os.WriteFile(m.disk("model.pkl"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(m.disk("requirements.txt")); err != nil {
		t.Fatal(err)
	}
	m.upload(call, "code/evil.py", "import os")
	const found = "changed     model.pkl\nmissing     requirements.txt\nadded       code/evil.py\n"
	const said = "pedigree: version 1 of model fraud is not as it was registered: 1 changed, 1 missing, 1 added; 4 files were registered\n"
	if out, errOut, code = m.verify("--server", s.url); out != found || errOut != said || code != 1 {
		t.Errorf("through the server: exit %d\n%s%s", code, out, errOut)
	}
	s.stop(t)
	if out, errOut, code = m.verify("--data", data); out != found || errOut != said || code != 1 {
		t.Errorf("offline: exit %d\n%s%s", code, out, errOut)
	}

	text[4] ^= 1
	if err := os.WriteFile(m.disk("model.pkl"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(m.disk("requirements.txt"), []byte("bytes of requirements.txt"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(m.disk("code/evil.py")); err != nil {
		t.Fatal(err)
	}
	m.wantWell("offline, restored", 4, "--data", data)
}

func TestVerifySaysWhatIsWrongWithTheQuestion(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	s := start(t, data)
	call := newCaller(s.url)
	defer call.close()
	if err := call.post("registered-models/create", object{"name": "far"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := call.post("model-versions/create", object{"name": "far", "source": "s3://bucket/model"}, nil); err != nil {
		t.Fatal(err)
	}
	far, none := &modelVersion{t, data, "", "far"}, &modelVersion{t, data, "", "none"}
	far.await(call, "unavailable")
	nobody := "http://" + freeAddress(t)
	check := func(m *modelVersion, want string, flags ...string) {
		t.Helper()
		out, errOut, code := m.verify(flags...)
		if code == 0 || out != "" || strings.Count(errOut, "\n") != 1 || !strings.Contains(errOut, want) {
			t.Errorf("%v: exit %d\n%s%s\nwant %s", flags, code, out, errOut, want)
		}
	}
	check(far, "cannot be verified, its digest is unavailable: the bytes are elsewhere: this server does not serve s3://bucket/model", "--server", s.url)
	check(none, "Model Version (name=none, version=1) not found", "--server", s.url)
	check(far, "cannot be reached", "--server", nobody)
	check(far, "is not the URL of a server", "--server", "localhost:5000")
	check(far, "does not seem to be a Pedigree server", "--server", s.url+"/elsewhere")
	check(far, "there is no database in the data directory", "--data", filepath.Join(t.TempDir(), "other"))
	s.stop(t)
	check(far, "the bytes are elsewhere", "--data", data)
	check(none, "Model Version (name=none, version=1) not found", "--data", data)
}

func TestDigestingGoesOnAfterTheServerWasKilled(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	s := start(t, data)
	call := newCaller(s.url)
	m := logModel(t, call, data, "large")
	const files = 600
	for i := range files {
		m.place(fmt.Sprintf("shards/%04d", i), 1<<14)
	}
	m.place("weights.bin", 1<<30) // sparse: no room on the disk, some time to read
	m.register(call)
	m.await(call, "computing", "complete")
	call.close()
	s.kill()

	s = start(t, data)
	call = newCaller(s.url)
	defer call.close()
	got := m.await(call, "complete")
	if got.Count != files+1 || got.Unread != 0 || len(got.Files) != files+1 || got.Digest == "" {
		t.Fatalf("the digest is %s of %d files, %d unread", got.Digest, got.Count, got.Unread)
	}
	for _, i := range []int{0, 1, files / 2, files} {
		f := got.Files[i]
		if want := digestOfFile(t, m.disk(f.Path)); f.SHA256 != want {
			t.Errorf("%s has the digest %s, want %s", f.Path, f.SHA256, want)
		}
	}
	m.wantWell("in the end", files+1, "--server", s.url)
}

func digestOfFile(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
