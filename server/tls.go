package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// TLSFiles gives a configuration for [Listener].TLS with the certificate chain
// and the private key in two PEM files. When they change, new connections get
// what is in them then; while they cannot be read or do not fit together, as in
// the middle of a change, connections get what was there before.
func TLSFiles(certificate, key string, log *slog.Logger) (*tls.Config, error) {
	k := &keyPair{certificate: certificate, key: key, log: log, now: time.Now}
	if err := k.load(); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: k.current, NextProtos: []string{"h2", "http/1.1"}}, nil
}

// A keyPair is a certificate that follows its files.
type keyPair struct {
	certificate, key string
	log              *slog.Logger
	now              func() time.Time

	mu     sync.Mutex
	pair   *tls.Certificate
	stamp  [2]time.Time // when the files of pair were last changed
	looked time.Time
}

// lookAgain is how long a look at the files holds.
const lookAgain = time.Second

// current gives the certificate for a connection.
func (k *keyPair) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.now(); now.Sub(k.looked) >= lookAgain {
		k.looked = now
		if stamp, err := k.stamps(); err == nil && stamp != k.stamp {
			k.reload()
		}
	}
	return k.pair, nil
}

func (k *keyPair) reload() {
	if err := k.load(); err != nil {
		k.log.Warn("the new certificate cannot be used; the old one stays", slog.String("error", err.Error()))
		return
	}
	k.log.Info("the certificate was renewed")
}

func (k *keyPair) load() error {
	stamp, err := k.stamps()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(k.certificate, k.key)
	if err != nil {
		return fmt.Errorf("the certificate %s with the key %s: %w", k.certificate, k.key, err)
	}
	k.pair, k.stamp = &pair, stamp
	return nil
}

func (k *keyPair) stamps() (stamp [2]time.Time, err error) {
	for i, name := range []string{k.certificate, k.key} {
		info, statErr := os.Stat(name)
		if statErr != nil {
			err = errors.Join(err, statErr)
			continue
		}
		stamp[i] = info.ModTime()
	}
	return stamp, err
}
