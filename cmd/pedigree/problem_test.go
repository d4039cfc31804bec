package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/api"
	"github.com/pedigree-ml/pedigree/route"
)

// Refusals by the server before an operation is reached are problems like any
// other, and say in their bodies what HTTP says.
func TestRefusalsOfTheNativeProtocolAreProblems(t *testing.T) {
	s := newSite(t)
	s.each(t, func(t *testing.T, r route.Route) {
		if !strings.HasPrefix(r.Pattern, "/api/pedigree/v1") {
			return
		}
		clean := path(r)
		for _, c := range []struct {
			why, method, target, body, header string
			status                            []int
		}{
			{"another host", r.Method, clean, "", "Host: evil.example", []int{403}},
			{"another site", r.Method, clean, "{}", "Origin: http://evil.example", []int{403}},
			{"no such method", "PROPFIND", clean, "", "X: y", []int{405}},
			{"no such path", r.Method, clean + "/x/x/x", "", "X: y", []int{404}},
			{"an unknown parameter", r.Method, clean + "?nonsense=1", "{}", "X: y", []int{400}},
			{"a body of another type", r.Method, clean, "x", "Content-Type: text/plain", []int{415}},
		} {
			if c.status[0] == 415 && r.Body != route.JSONBody || c.why == "another site" && !unsafe(r.Method) {
				continue
			}
			w := s.call(c.method, c.target, c.body, c.header)
			want(t, w, c.status...)
			var p api.Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s: %s %s (%v)", c.why, w.Header().Get("Content-Type"), w.Body, err)
			}
			target, _, _ := strings.Cut(c.target, "?")
			if p.Type != "about:blank" || p.Status != w.Code || p.Title != http.StatusText(w.Code) || p.Detail == "" || p.Code == "" || p.Request == "" || p.Instance != target {
				t.Errorf("%s: %+v", c.why, p)
			}
		}
	})
}
