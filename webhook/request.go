package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// A message is the body of a request, as MLflow's receivers know it.
type message struct {
	Entity    string  `json:"entity"`
	Action    string  `json:"action"`
	Timestamp string  `json:"timestamp"` // of the change
	Data      members `json:"data"`
}

// members are written in MLflow's order, which it has in all of its messages:
// some receivers compare texts.
type members map[string]any

var memberOrder = strings.Fields("name alias version source run_id template key value tags description" +
	" budget_policy_id budget_unit budget_amount current_spend duration_unit duration_value target_scope workspace target_value window_start")

// MarshalJSON writes the members that the order names, then the rest.
func (m members) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	names := slices.Concat(memberOrder, slices.Sorted(maps.Keys(m)))
	for i, name := range names {
		value, there := m[name]
		if !there || i >= len(memberOrder) && slices.Contains(memberOrder, name) {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		for _, part := range []any{name, value} {
			text, err := encode(part)
			if err != nil {
				return nil, err
			}
			b = append(append(b, text...), ':')
		}
		b = b[:len(b)-1]
	}
	return append(b, '}'), nil
}

// encode writes a value as JSON, with nothing escaped that need not be.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(value)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// isoTime is the form of times in messages, in UTC.
const isoTime = "2006-01-02T15:04:05.000000-07:00"

func newMessage(e Event, at pedigree.Time, data map[string]any) ([]byte, error) {
	body, err := encode(message{e.Entity, e.Action, time.UnixMilli(int64(at)).UTC().Format(isoTime), data})
	if err != nil {
		return nil, pedigree.Hide(pedigree.Internal, err, "a webhook's message cannot be written")
	}
	return body, nil
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
