// Package digest is the rules of which bytes a model version is made of: it
// records the files at the version's location, each with its SHA-256, when the
// version is registered, and proves later that they are still the same.
//
// Of bytes that came through the server the digest is known from when they
// passed. Others are read in the background, one file at a time; how far that
// has come is kept, so that a restart goes on. Bytes that the server does not
// keep are never fetched: such a version says that they are elsewhere.
package digest

import (
	"context"
	"fmt"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
)

// A State says how far the digest of a version has come. It is a field of the
// version, so that searches can use it.
type State string

// The states, in the order in which they follow. The last two are final.
const (
	Waiting     State = "waiting"     // the files are not listed yet
	Computing   State = "computing"   // they are, and some must still be read
	Complete    State = "complete"    // each file has a digest, and so has the whole
	Unavailable State = "unavailable" // the reason is told beside it
)

// Keys of the fields of a version that are kept here.
const (
	stateField  = "digest_state"
	reasonField = "digest_reason"
	wholeField  = "digest"
)

// Digested is what the history of a version calls the moment when its digest,
// which stands on that line, became known.
const Digested = "digest"

// Bounds. A version with more files is not digested; what fits into one
// transaction is written in one.
const (
	maxFiles = 100_000
	batch    = 500
)

// Locations tells where bytes are.
type Locations interface {
	// Find gives the store and the directory in it that a location leads to.
	// The error is Invalid where it leads nowhere on this server.
	Find(uri string) (blob.Store, blob.Prefix, error)

	// Owns reports whether all bytes come into a store through the server, so
	// that what was recorded of them then can be relied on.
	Owns(s blob.Store) bool
}

// A Service applies the rules. It is a [registry.Digests].
type Service struct {
	store     store.Store
	locations Locations
	wake      chan struct{}
	verifying chan struct{} // holds a token for each verification under way
}

var _ registry.Digests = (*Service)(nil)

// maxVerifying bounds the verifications at once: each reads as fast as it can.
const maxVerifying = 4

// New returns a service on s for bytes at locations. New versions are digested
// while [Service.Run] runs.
func New(s store.Store, locations Locations) *Service {
	return &Service{store: s, locations: locations, wake: make(chan struct{}, 1), verifying: make(chan struct{}, maxVerifying)}
}

// A Summary is what is known of the bytes of a version.
type Summary struct {
	State  State
	Reason string // why the state is Unavailable; else empty
	Digest string // of the whole, see [Whole]; empty until the state is Complete
	pedigree.FileCount
}

// String gives the state in words, with how far it has come.
func (s *Summary) String() string {
	switch {
	case s.State == Computing:
		return fmt.Sprintf("%s %d of %d", Computing, s.Files-s.Unread, s.Files)
	case s.Reason != "":
		return string(s.State) + ": " + s.Reason
	}
	return string(s.State)
}

// Summary sums up what is known of the bytes of a version.
func (s *Service) Summary(ctx context.Context, version pedigree.NodeID) (summary Summary, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		summary, err = summaryOf(r, version)
		return err
	})
	return summary, err
}

// nothingKnown is the reason of versions that nothing was recorded of: prompts,
// which have no files.
const nothingKnown = "nothing was recorded of its files"

func summaryOf(r store.Reader, version pedigree.NodeID) (summary Summary, err error) {
	facts, err := r.Facts([]pedigree.NodeID{version}, pedigree.Field)
	if err != nil {
		return summary, err
	}
	summary.State, summary.Reason = Unavailable, nothingKnown
	for _, f := range facts[0].Properties {
		switch f.Key {
		case stateField:
			summary.State = State(f.Value)
			if summary.Reason == nothingKnown {
				summary.Reason = ""
			}
		case reasonField:
			summary.Reason = f.Value
		case wholeField:
			summary.Digest = f.Value
		}
	}
	if summary.State == Unavailable && summary.Reason == "" {
		if summary.Reason, err = whyElsewhere(r, version); err != nil {
			return summary, err
		}
	}
	summary.FileCount, err = r.CountFiles(version)
	return summary, err
}

// whyElsewhere gives the reason of a version that has none written down: its
// bytes were out of reach when it was registered. Most are, where models are
// kept in buckets, and the words would fill the store.
func whyElsewhere(r store.Reader, version pedigree.NodeID) (string, error) {
	n, err := versionNode(r, version)
	if n == nil {
		return "", err
	}
	v, err := registry.Describe(r, *n)
	return reasonElsewhere(v.Location()), err
}

// Files gives the files of a version as they were registered, by path, from
// after the given path, at most limit.
func (s *Service) Files(ctx context.Context, version pedigree.NodeID, after string, limit int) (files []pedigree.File, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		files, err = r.Files(version, after, limit)
		return err
	})
	return files, err
}

// setState stores the state of a version, and what goes with it.
func setState(tx store.Tx, version *pedigree.Node, state State, key, value string) error {
	fields := []pedigree.Property{{Space: pedigree.Field, Key: stateField, Value: string(state)}}
	if key != "" {
		fields = append(fields, pedigree.Property{Space: pedigree.Field, Key: key, Value: value})
	}
	return tx.PutProperties(version, fields...)
}

// setComplete stores the digest of the whole and notes it in the history.
func setComplete(tx store.Tx, version *pedigree.Node, digest string) error {
	if err := setState(tx, version, Complete, wholeField, digest); err != nil {
		return err
	}
	return tx.AppendChange(&pedigree.Change{Workspace: version.Workspace, Node: version.ID, What: Digested, After: digest})
}
