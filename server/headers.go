package server

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// What every answer carries. The slices are shared and full, so that a handler
// that appends to one copies it.
var (
	nosniff        = []string{"nosniff"}
	denyFrames     = []string{"DENY"}
	nothingActive  = []string{"default-src 'none'; frame-ancestors 'none'"}
	sameOriginOnly = []string{"same-origin"}
)

// setSecurityHeaders tells browsers to run, frame and share nothing of an
// answer. A handler that serves a page sets its own policy instead.
func setSecurityHeaders(h http.Header) {
	h["X-Content-Type-Options"] = nosniff
	h["X-Frame-Options"] = denyFrames
	h["Content-Security-Policy"] = nothingActive
	h["Cross-Origin-Resource-Policy"] = sameOriginOnly
}

// checkHeaders bounds headers and query, and drops headers in which a proxy
// would speak for the client: no proxy is trusted, so they would be the
// client's own words.
func checkHeaders(r *http.Request, l *Limits) error {
	lines := 0
	for name, values := range r.Header {
		lines += len(values)
		if speaksForClient(name) {
			delete(r.Header, name)
		}
	}
	if lines > l.HeaderCount {
		return withStatus(http.StatusRequestHeaderFieldsTooLarge, "too many headers")
	}
	size := 0
	for _, cookie := range r.Header["Cookie"] {
		size += len(cookie)
	}
	if size > l.CookieBytes {
		return withStatus(http.StatusRequestHeaderFieldsTooLarge, "too many cookies")
	}
	if strings.Count(r.URL.RawQuery, "&") >= l.QueryParams {
		return pedigree.Errorf(pedigree.Invalid, "too many query parameters")
	}
	return nil
}

// speaksForClient reports whether a header, in canonical spelling, claims an
// address, identity, method or path other than the request's own.
func speaksForClient(name string) bool {
	if name[0] != 'X' {
		switch name {
		case "Forwarded", "Remote-User", "Remote-Groups", "Via", "Kubeflow-Userid", "True-Client-Ip":
			return true
		}
		return false
	}
	for _, prefix := range proxyPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

var proxyPrefixes = []string{
	"X-Forwarded", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "X-Original-", "X-Rewrite-Url",
	"X-Http-Method", "X-Method-Override", "X-Remote-", "X-Auth-Request-", "X-User", "X-Goog-Authenticated-",
}

// A statusError is a refusal for which the vocabulary has no code of its own:
// the wire writes it as an invalid request, under this status.
type statusError struct {
	status int
	err    *pedigree.Error
}

func withStatus(status int, message string) error {
	return &statusError{status, pedigree.Errorf(pedigree.Invalid, "%s", message)}
}

// Error gives the message for the client.
func (e *statusError) Error() string { return e.err.Error() }

// Unwrap gives the error in the vocabulary.
func (e *statusError) Unwrap() error { return e.err }
