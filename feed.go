package pedigree

// Touch says in which ways a node was touched: a set of bits. The numbers are
// stored and never change.
type Touch uint16

// The ways to touch a node. Metrics are none: they arrive by the thousand, and
// who follows a run asks for them.
const (
	TouchCreated    Touch = 1 << iota // it is new
	TouchNode                         // its own columns: name, state, times, the bin
	TouchProperties                   // params, tags, fields and the like
	TouchEvents                       // an event at either end
	TouchMembers                      // it became a member, or got one
	TouchRelations                    // relations, locations, columns
	TouchPurged                       // it is gone
	TouchHome                         // everything at home in it went into the bin or came out
	TouchComments                     // what people wrote below it
	TouchClassified                   // what it is classified as itself
	TouchUntied                       // what tied it to another node is gone, or classifications pass along it in another way
)

// A FeedEntry says that a transaction touched a node.
type FeedEntry struct {
	ID        int64 // ascending in the order of commits; some are left out
	Workspace NodeID
	Node      NodeID
	Touch     Touch
	Time      Time
	Was       *Node // the type, UID and name that a purged node had; nil for others
}
