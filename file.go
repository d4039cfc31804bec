package pedigree

// A File is one file of an artifact as it was when the artifact was recorded.
// What becomes of the bytes later changes nothing here: that is how a change
// of theirs is found out.
type File struct {
	Path   string // below the artifact's location, with slashes
	Size   int64  // bytes
	SHA256 string // lower-case hex; empty until somebody has read the bytes
	Tag    string // by which the artifact store tells these bytes from others
}

// A FileCount sums up the files of an artifact.
type FileCount struct {
	Files  int
	Unread int   // of them, those without a digest
	Bytes  int64 // in all of them
}
