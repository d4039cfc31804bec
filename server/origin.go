package server

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
)

// crossOrigin has no exempt pattern and no trusted origin.
var crossOrigin = http.NewCrossOriginProtection()

// checkOrigin refuses changes asked for by pages of other sites. Browsers say
// where a request comes from; other clients send none of these headers and
// pass.
func checkOrigin(r *http.Request) error {
	if safe(r.Method) {
		return nil
	}
	if crossOrigin.Check(r) != nil || r.Header.Get("Sec-Fetch-Mode") == "no-cors" {
		return pedigree.Errorf(pedigree.Denied, "cross-site requests are refused")
	}
	return nil
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}
