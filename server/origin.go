package server

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// origins are the pages of other sites that may call the server.
type origins struct {
	protection *http.CrossOriginProtection
	trusted    map[string]struct{} // "scheme://host[:port]"
}

// CheckOrigin reports what is wrong with an origin for [Options].Origins.
func CheckOrigin(origin string) error {
	return http.NewCrossOriginProtection().AddTrustedOrigin(origin)
}

func newOrigins(trusted []string) *origins {
	o := &origins{http.NewCrossOriginProtection(), make(map[string]struct{})}
	for _, origin := range trusted {
		if err := o.protection.AddTrustedOrigin(origin); err != nil {
			panic(fmt.Sprintf("server: %v", err))
		}
		o.trusted[origin] = struct{}{}
	}
	return o
}

// check refuses changes asked for by pages of other sites. Browsers say where a
// request comes from; other clients send none of these headers and pass.
func (o *origins) check(r *http.Request) error {
	if safe(r.Method) {
		return nil
	}
	if o.protection.Check(r) != nil || r.Header.Get("Sec-Fetch-Mode") == "no-cors" {
		return pedigree.Errorf(pedigree.Denied, "cross-site requests are refused")
	}
	return nil
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// What a page of a trusted origin may send and read of gRPC-Web.
var (
	pageMayRead = []string{"grpc-status, grpc-message, grpc-status-details-bin, x-request-id"}
	pageMaySend = []string{"content-type, x-grpc-web, x-user-agent, grpc-timeout, x-request-id, authorization"}
	pageMayDo   = []string{http.MethodPost}
	pageKnows   = []string{"600"} // seconds
)

// share lets a page of a trusted origin read the answer.
func (o *origins) share(h http.Header, r *http.Request) bool {
	origin := r.Header["Origin"]
	if len(origin) != 1 {
		return false
	}
	if _, ok := o.trusted[origin[0]]; !ok {
		return false
	}
	h["Access-Control-Allow-Origin"] = origin
	h["Access-Control-Expose-Headers"] = pageMayRead
	h.Add("Vary", "Origin")
	return true
}

// preflight answers a browser that asks on behalf of a page of a trusted origin
// whether it may call. It reports whether it did.
func (o *origins) preflight(w http.ResponseWriter, r *http.Request) bool {
	if !strings.EqualFold(r.Header.Get("Access-Control-Request-Method"), http.MethodPost) || !o.share(w.Header(), r) {
		return false
	}
	h := w.Header()
	h["Access-Control-Allow-Methods"] = pageMayDo
	h["Access-Control-Allow-Headers"] = pageMaySend
	h["Access-Control-Max-Age"] = pageKnows
	w.WriteHeader(http.StatusNoContent)
	return true
}
