package store

import "github.com/pedigree-ml/pedigree"

// A CommentReader reads what people wrote below nodes. It is part of [Reader].
type CommentReader interface {
	// Comment gives one comment; else NotFound.
	Comment(id int64) (pedigree.Comment, error)

	// Comments gives those of a node, oldest first, from after the one with the
	// given ID (0: from the first), at most limit.
	Comments(node pedigree.NodeID, after int64, limit int) ([]pedigree.Comment, error)

	// LatestComments gives those of a node, newest first, at most limit.
	LatestComments(node pedigree.NodeID, limit int) ([]pedigree.Comment, error)
}

// A CommentTx is part of [Tx]. Each of its calls touches the node in the feed.
type CommentTx interface {
	// AddComment stores c and sets its ID, Created and Updated.
	AddComment(c *pedigree.Comment) error

	// UpdateComment stores the text of c and sets Updated; NotFound where it has
	// gone.
	UpdateComment(c *pedigree.Comment) error

	// DeleteComment removes c and reports whether it was there.
	DeleteComment(c *pedigree.Comment) (bool, error)
}
