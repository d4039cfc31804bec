package server

import (
	"encoding/hex"
	"math/rand/v2"
	"net/http"
)

// maxRequestID is the longest id, in bytes, that a client may give its request.
const maxRequestID = 64

// requestID gives the client's own id where it is fit for a log line, and else
// a random one of 16 hex digits. It identifies, it does not protect.
func requestID(r *http.Request) string {
	if given := r.Header["X-Request-Id"]; len(given) == 1 && isSaneID(given[0]) {
		return given[0]
	}
	return randomID()
}

func randomID() string {
	var raw [8]byte
	for i, n := 0, rand.Uint64(); i < len(raw); i, n = i+1, n>>8 {
		raw[i] = byte(n)
	}
	var text [16]byte
	hex.Encode(text[:], raw[:])
	return string(text[:])
}

func isSaneID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for _, c := range []byte(id) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9'
		if !letter && !digit && c != '-' && c != '_' && c != '.' && c != ':' {
			return false
		}
	}
	return true
}
