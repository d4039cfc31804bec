package route_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pedigree-ml/pedigree/route"
)

type reporter struct {
	http.ResponseWriter
	got error
}

func (r *reporter) Report(err error) { r.got = err }

type wrapper struct{ http.ResponseWriter }

func (w wrapper) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func TestReportReachesTheLogThroughWrappers(t *testing.T) {
	want := errors.New("cause")
	log := &reporter{ResponseWriter: httptest.NewRecorder()}
	route.Report(wrapper{wrapper{log}}, want)
	if log.got != want {
		t.Errorf("reported %v, want %v", log.got, want)
	}
}

func TestReportWithoutALogIsHarmless(t *testing.T) {
	w := httptest.NewRecorder()
	route.Report(wrapper{w}, errors.New("cause"))
	if w.Body.Len() != 0 || len(w.Header()) != 0 {
		t.Errorf("wrote %q with headers %v", w.Body, w.Header())
	}
}

type decided struct{ http.ResponseWriter }

func (decided) StatusFor(said int) int { return said + 15 }

func TestStatusOfAsksWhoDecidesIt(t *testing.T) {
	w := httptest.NewRecorder()
	if got := route.StatusOf(wrapper{decided{w}}, 400); got != 415 {
		t.Errorf("status %d", got)
	}
	if got := route.StatusOf(wrapper{w}, 400); got != 400 {
		t.Errorf("status %d where nobody decides", got)
	}
}
