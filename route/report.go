package route

import "net/http"

// Report hands err to whoever logs the request that w answers, for use by a
// wire's Fail: the client reads the public message, the log also learns the
// cause. It writes nothing to the client.
func Report(w http.ResponseWriter, err error) {
	for w != nil {
		if r, ok := w.(interface{ Report(err error) }); ok {
			r.Report(err)
			return
		}
		inner, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return
		}
		w = inner.Unwrap()
	}
}
