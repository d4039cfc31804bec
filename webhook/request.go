package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// A message is the body of a request, as MLflow's receivers know it.
type message struct {
	Entity    string         `json:"entity"`
	Action    string         `json:"action"`
	Timestamp string         `json:"timestamp"` // of the change
	Data      map[string]any `json:"data"`
}

// isoTime is the form of times in messages, in UTC.
const isoTime = "2006-01-02T15:04:05.000000-07:00"

func newMessage(e Event, at pedigree.Time, data map[string]any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(message{e.Entity, e.Action, time.UnixMilli(int64(at)).UTC().Format(isoTime), data})
	if err != nil {
		return nil, pedigree.Hide(pedigree.Internal, err, "a webhook's message cannot be written")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// newHeader makes the header of one attempt. With a secret, it signs the
// identity of the delivery, the time of the attempt and the body together, so
// that none can be replaced and an old request not be played again. Receivers
// have seen these names in this spelling.
func newHeader(delivery string, at pedigree.Time, secret string, body []byte) http.Header {
	seconds := strconv.FormatInt(int64(at)/1000, 10)
	h := http.Header{
		"Content-Type":         {"application/json"},
		"X-MLflow-Delivery-Id": {delivery},
		"X-MLflow-Timestamp":   {seconds},
	}
	if secret != "" {
		h["X-MLflow-Signature"] = []string{sign(secret, delivery, seconds, body)}
	}
	return h
}

func sign(secret, delivery, seconds string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(delivery + "." + seconds + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
