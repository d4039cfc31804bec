// Package store says what an engine must do. The comments here are the
// contract; package storetest is its executable form, and every engine passes
// all of it.
package store

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/series"
)

// A Store keeps one graph. It is safe for use by many goroutines.
type Store interface {
	// View runs fn on a snapshot: all of its reads see one state. Readers
	// never wait for the writer. It ends early when ctx does.
	View(ctx context.Context, fn func(Reader) error) error

	// Update runs fn and makes what it wrote durable before it returns nil.
	// An error from fn undoes all that it wrote. Calls that arrive together
	// may share one commit; each sees what those before it wrote. fn may run
	// more than once, so it must not keep state from an earlier run, and it
	// should be short: everyone who writes waits for it.
	Update(ctx context.Context, fn func(Tx) error) error

	// Changed is closed when a commit of this process next touches a node. Who
	// waits for it reads the feed first, so that nothing is missed, and now and
	// then all the same, for other processes may write too.
	Changed() <-chan struct{}

	// Condense sums up what series have grown by. The store does so by itself a
	// moment after they have grown long; who calls this waits for it.
	Condense(ctx context.Context) error

	// Check looks for damage in the stored data, page by page.
	Check(ctx context.Context) error

	// Close waits for what is under way and releases everything. Who calls the
	// store then, or still waits for its turn, is answered Unavailable at once; a
	// second Close does nothing.
	Close() error
}

// A Reader reads one state of the graph. It is valid inside the closure that it
// was given to, on one goroutine.
type Reader interface {
	WebhookReader
	IdentityReader
	LineageReader
	FeedReader
	TextReader
	ReportReader
	MemoReader
	CommentReader
	TableReader
	EntityReader
	CatalogReader

	// Now is the time at which the transaction began; it does not move.
	Now() pedigree.Time

	// Node finds a node by its public identity, in the bin or not. The error
	// is NotFound where there is none; its message is for no client.
	Node(workspace pedigree.NodeID, t pedigree.Type, uid string) (pedigree.Node, error)

	// NodeNamed finds a context by its name, in the bin or not; else NotFound.
	NodeNamed(workspace pedigree.NodeID, t pedigree.Type, name string) (pedigree.Node, error)

	// Nodes gives nodes by identity, in the order asked for; unknown ones are
	// left out.
	Nodes(ids []pedigree.NodeID) ([]pedigree.Node, error)

	// Find answers a query: one page and the cursor for the next, which is nil
	// after the last.
	Find(q *query.Query) ([]pedigree.Node, query.Cursor, error)

	// Select answers a selection: one page, and where the next starts, nil after
	// the last.
	Select(q *query.Selection) ([]pedigree.Node, *query.Place, error)

	// NodesExternal finds nodes of a kind by what other systems call them, in
	// the bin or not, in no order; unknown ones are left out.
	NodesExternal(workspace pedigree.NodeID, kind pedigree.Kind, external []string) ([]pedigree.Node, error)

	// NodesAt finds artifacts by URI, byte for byte, in the bin or not, by arrival.
	NodesAt(workspace pedigree.NodeID, uris []string) ([]pedigree.Node, error)

	// Declaration finds what is said of a type; NotFound where it was never
	// declared and has no node.
	Declaration(t pedigree.Type) (pedigree.Declaration, error)

	// Declarations does the same by identity, in the order asked for; unknown
	// ones are left out.
	Declarations(ids []pedigree.TypeID) ([]pedigree.Declaration, error)

	// DeclarationsOf lists the types of a kind by identity.
	DeclarationsOf(kind pedigree.Kind) ([]pedigree.Declaration, error)

	// DeclarationsExternal finds types of a kind by what other systems call
	// them, in no order; unknown ones are left out.
	DeclarationsExternal(kind pedigree.Kind, external []string) ([]pedigree.Declaration, error)

	// Facts gives the properties and latest points of nodes, in the order
	// asked for, one entry per node. With spaces, only those.
	Facts(ids []pedigree.NodeID, spaces ...pedigree.Space) ([]pedigree.Facts, error)

	// Property gives the text of one property of a node and whether it is there.
	Property(id pedigree.NodeID, space pedigree.Space, key string) (value string, ok bool, err error)

	// Events gives the events of executions with the artifacts at their other
	// end, in order of arrival.
	Events(executions []pedigree.NodeID) ([]EventNode, error)

	// Producers gives the events in which artifacts were written.
	Producers(artifacts []pedigree.NodeID) ([]pedigree.Event, error)

	// Links gives the events of artifacts or executions, as kind says, by ID and
	// without tags: what lineage is walked by.
	Links(kind pedigree.Kind, nodes []pedigree.NodeID) ([]pedigree.Event, error)

	// Neighbours gives the events that join artifacts or executions, as kind
	// says, to nodes outside the bin, in one direction or, for 0, in both, at
	// most limit. It is how lineage is walked: they come in no order.
	Neighbours(kind pedigree.Kind, nodes []pedigree.NodeID, direction pedigree.Direction, limit int) ([]Neighbour, error)

	// EventsByID gives events by ID, without tags; unknown ones are left out.
	EventsByID(ids []int64) ([]pedigree.Event, error)

	// Points gives a series in order of time, step and value, NaN before
	// numbers, from after the given point (nil: from the start), at most limit.
	Points(id pedigree.NodeID, key string, after *pedigree.Point, limit int) ([]pedigree.Point, error)

	// Series gives all points of a series in the order of Points: those at its
	// beginning in blocks, which may be none, and the others one by one. Blocks
	// can be loaded as long as the Reader is valid. Only what is summed up
	// already is cheap, so it may take as long as reading every point.
	Series(id pedigree.NodeID, key string) (blocks []series.Block, rest []series.Point, err error)

	// Steps gives the distinct steps of a series, ascending.
	Steps(id pedigree.NodeID, key string) ([]int64, error)

	// PointsAt gives the points of a series at the given steps (ascending), in
	// order of step, time and value, at most limit.
	PointsAt(id pedigree.NodeID, key string, steps []int64, limit int) ([]pedigree.Point, error)

	// Evaluations gives the evaluations of artifacts, by artifact, key and time.
	Evaluations(artifacts []pedigree.NodeID) ([]pedigree.Evaluation, error)

	// Members gives the nodes of a type that were added to a context, by arrival.
	Members(context pedigree.NodeID, t pedigree.Type) ([]pedigree.Node, error)

	// Contexts gives the contexts that nodes belong to, by node and context. A
	// home counts, the workspace does not.
	Contexts(nodes []pedigree.NodeID) ([]pedigree.Membership, error)

	// Changes gives the history of a node, oldest first, from after the line
	// with the given ID (0: from the start), at most limit.
	Changes(node pedigree.NodeID, after int64, limit int) ([]pedigree.Change, error)

	// ChangesBefore gives lines of the history of all nodes of a workspace, newest
	// first.
	ChangesBefore(q *ChangeQuery) ([]pedigree.Change, error)

	// LastChange gives the ID of the last line that was written before a moment,
	// of any workspace, 0 where there is none. Lines are numbered in the order in
	// which they were written; where the clock was set back, the moment is one of
	// those that it passed twice.
	LastChange(before pedigree.Time) (int64, error)

	// Attached counts what hangs on a node and goes with it.
	Attached(node pedigree.NodeID) (Attached, error)

	// Objects gives the objects of a workspace whose key is prefix or lies
	// below it, by key, from after the given key, at most limit.
	Objects(workspace pedigree.NodeID, prefix, after string, limit int) ([]pedigree.Object, error)

	// Files gives the files of an artifact by path, from after the given path,
	// at most limit.
	Files(artifact pedigree.NodeID, after string, limit int) ([]pedigree.File, error)

	// UnreadFiles does the same for those without a digest.
	UnreadFiles(artifact pedigree.NodeID, after string, limit int) ([]pedigree.File, error)

	// CountFiles sums up the files of an artifact.
	CountFiles(artifact pedigree.NodeID) (pedigree.FileCount, error)

	// InputsUsed lists the distinct data sets that live executions at home read,
	// with the value of the given event tag ("" where it is not set), at most limit.
	InputsUsed(home pedigree.NodeID, tag string, limit int) ([]InputUse, error)
}

// A Tx reads and writes. Writes are seen by later reads of the same Tx.
type Tx interface {
	Reader
	WebhookTx
	IdentityTx
	FeedTx
	TextTx
	ReportTx
	MemoTx
	CommentTx
	CatalogTx

	// NextNumber counts up a sequence of the workspace; the first is 1. A
	// number is never given twice; one whose transaction fails is not lost.
	NextNumber(workspace pedigree.NodeID, sequence string) (int64, error)

	// CreateNode stores n and sets its ID, Created and Updated. The error is
	// AlreadyExists where UID, or for a context Name, is taken.
	CreateNode(n *pedigree.Node) error

	// UpdateNode stores all of n but what can never change (ID, workspace,
	// home, type, UID, Created) and sets Updated: to the present, or past what
	// n says of it, so that no two states of a node share it. Renaming a context
	// to a taken name gives AlreadyExists.
	UpdateNode(n *pedigree.Node) error

	// TouchNode sets Updated likewise, and nothing else: what is
	// written when only something that hangs on n has changed. It costs a
	// fraction of UpdateNode.
	TouchNode(n *pedigree.Node) error

	// SetDeletedAt puts all nodes of a type at home into the bin (when is set)
	// or takes them out (NoTime).
	SetDeletedAt(home pedigree.NodeID, t pedigree.Type, when pedigree.Time) error

	// Purge removes a node with everything that hangs on it, and for a context
	// all nodes whose home it is. It cannot be undone.
	Purge(id pedigree.NodeID) error

	// Deleted lists nodes that were put in the bin before a moment, oldest
	// first, at most limit.
	Deleted(before pedigree.Time, limit int) ([]pedigree.Node, error)

	// PutProperties stores properties of n; those there already take the new
	// value.
	PutProperties(n *pedigree.Node, properties ...pedigree.Property) error

	// AddProperty stores a text property of n unless its key is taken, and then
	// returns the text that stands.
	AddProperty(n *pedigree.Node, p pedigree.Property) (standing string, added bool, err error)

	// DeleteProperty removes a property and reports whether it was there.
	DeleteProperty(n *pedigree.Node, space pedigree.Space, key string) (bool, error)

	// AppendPoints adds points to the series of n and moves the latest point
	// of each key by the rule of [pedigree.Point.Later]. A point that is there
	// already is left alone.
	AppendPoints(n *pedigree.Node, points []pedigree.Point) error

	// AddEvaluations stores evaluations; one that is there already is left alone.
	AddEvaluations(evaluations []pedigree.Evaluation) error

	// PutEvent stores an event and reports whether it is new. One that joins
	// the same two nodes in the same direction and role stays as it was.
	PutEvent(e *pedigree.Event) (bool, error)

	// UpdateEvent stores the time, step and tags of an event that is there,
	// named by its ID; else NotFound.
	UpdateEvent(e *pedigree.Event) error

	// AddMember adds a node to a context and reports whether it is new there.
	// The home of a node needs no such entry.
	AddMember(context, node pedigree.NodeID) (bool, error)

	// PutDeclaration stores what is said of a type, in place of what was, and
	// sets its ID. AlreadyExists where External is taken within the kind.
	PutDeclaration(d *pedigree.Declaration) error

	// AppendChange adds a line to the history of a node, and sets its ID, Time and
	// Origin: the last is that of the context of the transaction.
	AppendChange(c *pedigree.Change) error

	// PutObjects records the bytes that arrived for keys, in place of what was
	// known of those keys.
	PutObjects(workspace pedigree.NodeID, objects ...pedigree.Object) error

	// DeleteObjects forgets the objects at prefix and below it.
	DeleteObjects(workspace pedigree.NodeID, prefix string) error

	// PutFiles records files of an artifact, in place of what was recorded of
	// those paths.
	PutFiles(artifact pedigree.NodeID, files ...pedigree.File) error

	// CopyFiles records the files of one artifact for another that has none.
	CopyFiles(from, to pedigree.NodeID) error

	// DeleteFiles forgets the files of an artifact.
	DeleteFiles(artifact pedigree.NodeID) error
}

// A ChangeQuery asks for lines of the history. At most one of Node, Actor and What
// may be given.
type ChangeQuery struct {
	Workspace pedigree.NodeID
	Before    int64           // only lines before the one with this ID; 0 for no bound
	After     int64           // and after that with this one
	Node      pedigree.NodeID // only of this node; 0 for any
	Actor     string          // only by this actor; empty for any
	What      string          // only of this; empty for any
	Limit     int
}

// An EventNode is an event and the artifact in it.
type EventNode struct {
	pedigree.Event
	Node pedigree.Node
}

// Attached counts what hangs on a node. What ties it to another node hangs on
// both.
type Attached struct {
	Properties  int64 // and latest points of series
	Events      int64
	Memberships int64 // of it, and in it
	Relations   int64
	Files       int64
	Locations   int64
	Comments    int64
}

// A Neighbour is the other end of an event.
type Neighbour struct {
	Event int64
	From  pedigree.NodeID // the node asked for
	To    pedigree.NodeID
}

// An InputUse says that a data set was read, and as what.
type InputUse struct {
	Dataset pedigree.Node
	Tag     string
}
