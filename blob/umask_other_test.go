//go:build !unix

package blob_test

func umask(mask int) int { return mask }
