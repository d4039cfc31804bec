package pedigree

// A Comment is what somebody wrote below a node.
type Comment struct {
	ID        int64 // assigned by the store; orders the comments of a node
	Workspace NodeID
	Node      NodeID
	Author    string // who wrote it; empty for the one local user
	Text      string // Markdown, as it was written
	Created   Time   // set by the store's clock
	Updated   Time   // when its text last changed
}
