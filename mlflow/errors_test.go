package mlflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

// discard is an answer that nobody reads.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

func failed(t *testing.T, err error) (status int, body map[string]string) {
	t.Helper()
	w := httptest.NewRecorder()
	w.Header().Set("X-Request-Id", "req-1")
	New(nil, nil, nil).fail(w, httptest.NewRequest("GET", "/", nil), err)
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return w.Code, body
}

func TestEveryCodeHasAForm(t *testing.T) {
	for code := pedigree.Internal; code.String() != "unknown"; code++ {
		form := formOf(pedigree.Errorf(code, "x"))
		if form.status < 400 || form.code == "" || (form.class == "") != (form.state == "") {
			t.Errorf("%s: %+v", code, form)
		}
		if status, body := failed(t, pedigree.Errorf(code, "some words")); status != form.status || body["error_code"] != form.code {
			t.Errorf("%s: answered %d %v", code, status, body)
		}
	}
}

// A client that repeats a request because of its status must have a chance of
// another answer.
func TestOnlyPassingTroubleIsRetried(t *testing.T) {
	retried := map[int]bool{408: true, 429: true, 500: true, 502: true, 503: true, 504: true}
	passing := map[pedigree.Code]bool{pedigree.Internal: true, pedigree.Exhausted: true, pedigree.Unavailable: true}
	for code := pedigree.Internal; code.String() != "unknown"; code++ {
		if form := formOf(pedigree.Errorf(code, "x")); retried[form.status] != passing[code] {
			t.Errorf("%s is answered by %d", code, form.status)
		}
	}
}

func TestCausesStayInside(t *testing.T) {
	secret := errors.New("open /var/lib/secret.db: SELECT password")
	for _, err := range []error{
		secret,
		pedigree.Hide(pedigree.Internal, secret, "the store failed at SELECT"),
		pedigree.Hide(pedigree.Invalid, secret, "Not like this."),
		fmt.Errorf("while at %w: %w", secret, pedigree.Hide(pedigree.Unavailable, secret, "Later.")),
	} {
		_, body := failed(t, err)
		if m := body["message"]; m == "" || strings.Contains(m, "secret") || strings.Contains(m, "SELECT") {
			t.Errorf("%v: the client reads %q", err, m)
		}
	}
	if _, body := failed(t, secret); !strings.Contains(body["message"], "req-1") {
		t.Errorf("the client cannot point at the log: %q", body["message"])
	}
}

func TestWrongMethodAndUnknownPathAreUpstreamsPages(t *testing.T) {
	w := httptest.NewRecorder()
	wrongMethod(w, nil)
	if w.Code != 405 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(w.Body.String(), "<h1>Method Not Allowed</h1>") {
		t.Errorf("got %d %v %s", w.Code, w.Header(), w.Body)
	}
}
