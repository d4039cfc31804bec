package webhook

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// A Key seals secrets with AES-256-GCM. What it seals for one webhook cannot be
// opened for another.
type Key struct{ aead cipher.AEAD }

const keySize = 32 // bytes, in the file twice as many hexadecimal digits

// OpenKey reads the key in the file at path, making one that only the server's
// user can read if there is none. The directory must belong to this process.
func OpenKey(path string) (*Key, error) {
	text, err := readKey(path)
	if errors.Is(err, os.ErrNotExist) {
		text, err = makeKey(path)
	}
	if err != nil {
		return nil, err
	}
	raw, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(raw) != keySize {
		return nil, fmt.Errorf("%s holds no key: restore it from a backup, or remove it and set the secrets of all webhooks anew", path)
	}
	return newKey(raw)
}

func newKey(raw []byte) (*Key, error) {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Key{aead}, nil
}

func readKey(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(f, 4*keySize))
	return string(text), errors.Join(err, f.Close())
}

// makeKey writes a new key beside the path and moves it there when it is safe
// on disk: a crash leaves a whole key or none.
func makeKey(path string) (text string, err error) {
	var raw [keySize]byte
	rand.Read(raw[:]) // never fails
	text = hex.EncodeToString(raw[:]) + "\n"
	if err := os.Remove(path + ".new"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return text, syncDir(filepath.Dir(path))
}

// syncDir makes the names in a directory safe, where the system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync() // some systems cannot, and keep names safe by themselves
	return d.Close()
}

// sealedBy marks what was sealed this way, so that there can be another.
const sealedBy = "v1:"

// seal makes a secret unreadable. No secret stays none.
func (k *Key) seal(secret, webhook string) string {
	if secret == "" {
		return ""
	}
	return sealedBy + base64.StdEncoding.EncodeToString(k.aead.Seal(nil, nil, []byte(secret), []byte(webhook)))
}

// errUnsealed is said of a secret that another key sealed. Nothing is sent then:
// a request without its signature would not be what was asked for.
var errUnsealed = pedigree.Errorf(pedigree.Invalid, "the webhook's secret cannot be read with this server's key; set it anew")

// open gives back what seal was given.
func (k *Key) open(sealed, webhook string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	text, ok := strings.CutPrefix(sealed, sealedBy)
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		return "", errUnsealed
	}
	secret, err := k.aead.Open(nil, nil, raw, []byte(webhook))
	if err != nil {
		return "", errUnsealed
	}
	return string(secret), nil
}
