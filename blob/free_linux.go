package blob

import "golang.org/x/sys/unix"

// diskFree measures the disk that the store is on, in bytes: what is left for
// processes without privileges, and all.
func (f *Files) diskFree() (free, total int64, err error) {
	dir, err := f.root.Open(".")
	if err != nil {
		return 0, 0, err
	}
	defer dir.Close()
	var s unix.Statfs_t
	if err := unix.Fstatfs(int(dir.Fd()), &s); err != nil {
		return 0, 0, err
	}
	return int64(s.Bavail) * s.Bsize, int64(s.Blocks) * s.Bsize, nil
}
