package pedigree

// An Object is what the server knows of the bytes of one artifact file: their
// number and digest, computed while they streamed in.
type Object struct {
	Key    string // where in the artifact store, such as 0/<run>/artifacts/model/MLmodel
	Size   int64  // bytes
	SHA256 string // lower-case hex
	Tag    string // by which the artifact store tells these bytes from others that came under the key since
	Time   Time   // when they arrived, by the store's clock
}
