package server

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRenewedCertificatesAreTakenUp(t *testing.T) {
	first, second := pairFor(t), pairFor(t)
	dir := t.TempDir()
	now := time.Unix(1_800_000_000, 0)
	k := &keyPair{
		certificate: filepath.Join(dir, "c"), key: filepath.Join(dir, "k"),
		log: slog.New(slog.DiscardHandler), now: func() time.Time { return now },
	}
	put := func(pair [2]string, at time.Time) {
		t.Helper()
		for i, name := range []string{k.certificate, k.key} {
			text, err := os.ReadFile(pair[i])
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(name, at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	serves := func() string {
		t.Helper()
		pair, err := k.current(nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(pair.Certificate[0])
	}
	put(first, now)
	if err := k.load(); err != nil {
		t.Fatal(err)
	}
	before := serves()
	put([2]string{second[0], first[1]}, now.Add(time.Minute)) // the key is still to come
	now = now.Add(2 * time.Minute)
	if serves() != before {
		t.Error("a pair that does not fit is served")
	}
	put(second, now)
	if serves() != before {
		t.Error("files are looked at for every connection")
	}
	now = now.Add(lookAgain)
	after := serves()
	if after == before {
		t.Error("the old certificate stays")
	}
	if err := os.Remove(k.key); err != nil {
		t.Fatal(err)
	}
	now = now.Add(lookAgain)
	if serves() != after {
		t.Error("without files another certificate is served")
	}
}

func TestTLSNeedsFilesThatFit(t *testing.T) {
	a, b := pairFor(t), pairFor(t)
	for name, files := range map[string][2]string{
		"no file": {filepath.Join(t.TempDir(), "none"), a[1]}, "the key of another": {a[0], b[1]}, "the wrong way round": {a[1], a[0]},
	} {
		if _, err := TLSFiles(files[0], files[1], slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
