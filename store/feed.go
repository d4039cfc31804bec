package store

import "github.com/pedigree-ml/pedigree"

// A FeedReader follows what is written. It is part of [Reader].
type FeedReader interface {
	// Feed gives what was touched, oldest first, from after the entry with the
	// given ID (0: from the oldest kept), at most limit. Entries of nodes that
	// were purged say what those were.
	Feed(after int64, limit int) ([]pedigree.FeedEntry, error)

	// FeedEnds gives the IDs of the oldest and newest entry kept, 0 where there
	// is none.
	FeedEnds() (oldest, newest int64, err error)

	// Position gives the place that a follower has noted, 0 where it has none.
	Position(follower string) (int64, error)
}

// A FeedTx is part of [Tx].
type FeedTx interface {
	// SetPosition notes how far a follower has come.
	SetPosition(follower string, feed int64) error

	// TrimFeed forgets the entries before the one with the given ID, at most
	// limit of them, and reports how many.
	TrimFeed(before int64, limit int) (int64, error)
}
