package route

import "net/http"

// StatusOf gives the status with which w will answer where a wire says the given
// one, for bodies that repeat it: the server knows of some refusals more than
// the code of their error does.
func StatusOf(w http.ResponseWriter, said int) int {
	for w != nil {
		if s, ok := w.(interface{ StatusFor(said int) int }); ok {
			return s.StatusFor(said)
		}
		inner, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return said
		}
		w = inner.Unwrap()
	}
	return said
}
