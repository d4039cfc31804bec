package pedigree

// A Change is one line of the history of a node: who did what to it, and when.
// Lines are added in the transaction of the change itself and are never
// changed; they stay when the node goes.
type Change struct {
	ID        int64 // assigned by the store; orders the history
	Workspace NodeID
	Node      NodeID
	Time      Time   // set by the store's clock
	Actor     string // who; empty for the one local user
	Origin    string // protocol and address that it came by, as [Actor] says; set by the store, empty where it is not known
	What      string // such as "stage" or "alias"; the rules' own words
	Before    string // what was; empty for nothing
	After     string // what is; empty for nothing
	Reason    string // why, as the actor says
}
