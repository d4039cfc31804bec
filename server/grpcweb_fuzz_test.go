package server

import (
	"bytes"
	"encoding/base64"
	"testing"
)

// FuzzWebFrame holds that a frame is taken whole or refused, in binary and in
// base64 alike.
func FuzzWebFrame(f *testing.F) {
	for _, seed := range []string{"", "\x00\x00\x00\x00\x00", "\x00\x00\x00\x00\x02hi", "\x80\x00\x00\x00\x00", "\x00\x00\x00\x00\x03hi", "AAAAAAJoaQ==", "AAAAAAI=aGk="} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		message, err := webForm{}.read(bytes.NewReader(body), 64)
		if err == nil && (len(message) > 64 || !bytes.Equal(append(frame(nil, body[0], len(message)), message...), body)) {
			t.Errorf("%x gives %x", body, message)
		}
		text := base64.StdEncoding.EncodeToString(body)
		again, textErr := webForm{textIn: true}.read(bytes.NewReader([]byte(text)), 64)
		if !bytes.Equal(again, message) || (textErr == nil) != (err == nil) {
			t.Errorf("%x in base64 gives %x, %v; want %x, %v", body, again, textErr, message, err)
		}
		_, _ = webForm{textIn: true}.read(bytes.NewReader(body), 64) // must not panic
	})
}
