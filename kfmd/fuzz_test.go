package kfmd

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

// messages read a body as each of the messages, and write it again.
var messages = []func(r *http.Request) (any, error){
	func(r *http.Request) (any, error) { return some(decode[typeMessage](r)) },
	func(r *http.Request) (any, error) { return some(decode[nodeMessage](r)) },
	func(r *http.Request) (any, error) { return some(decode[eventMessage](r)) },
}

// some gives no message as nil.
func some[M any](m *M, err error) (any, error) {
	if m == nil {
		return nil, err
	}
	return m, err
}

// FuzzBodies reads bodies. What is refused is the client's fault and says so in
// words; what is taken is written as JSON that reads as the same message.
func FuzzBodies(f *testing.F) {
	for i := range messages {
		for _, body := range []string{
			``, ` `, `null`, `{}`, `[]`, `"{}"`, `{"id":"1","id":2}`, `{"typeId":1,"type_id":"1"}`, `{"name":"\ud800"}`,
			`{"name":"a","properties":{"p":"INT","q":2,"r":"x"},"input_type":{"any":{}},"outputType":[{"a":[null]}]}`,
			`{"uri":"s3://b","properties":{"p":{"int_value":"-9223372036854775808"},"q":{"doubleValue":"NaN"},"r":{"string_value":"\u0000é"}}}`,
			`{"custom_properties":{"":{"double_value":-0.0,"int_value":1e2},"x":null},"last_known_state":"RUNNING"}`,
			`{"artifact_id":2,"execution_id":"3","type":4,"path":{"steps":[{"key":"a"},{"index":"0"},null]},"milliseconds_since_epoch":"-1"}`,
		} {
			f.Add(uint8(i), body)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		read := messages[int(which)%len(messages)]
		m, err := read(httptest.NewRequest("POST", base, strings.NewReader(body)))
		if err != nil {
			if pedigree.CodeOf(err) != pedigree.Invalid {
				t.Fatalf("%q is refused with %v: %v", body, pedigree.CodeOf(err), err)
			}
			return
		}
		if m == nil {
			return
		}
		w := httptest.NewRecorder()
		write(w, http.StatusOK, m)
		if !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%q is written as %q", body, w.Body)
		}
		written := w.Body.String()
		again, err := read(httptest.NewRequest("POST", base, strings.NewReader(written)))
		if err != nil {
			t.Fatalf("%q is written as %q, which is refused: %v", body, written, err)
		}
		w = httptest.NewRecorder()
		write(w, http.StatusOK, again)
		if written != w.Body.String() {
			t.Fatalf("%q is written as %q and then as %q", body, written, w.Body)
		}
	})
}
