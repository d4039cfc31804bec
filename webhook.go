package pedigree

// A Webhook is a wish to be told of changes in a workspace by a request to a URL.
type Webhook struct {
	ID        int64 // assigned by the store; newer ones have higher numbers
	Workspace NodeID

	UID         string // public identity, never changed
	Name        string // label; need not be unique
	Description string
	URL         string   // where requests go; may hold what its owner keeps secret
	Events      []string // what to tell of, such as "model_version.created"; sorted, each once
	Active      bool     // whether it is told anything
	Secret      string   // the key of signatures, sealed; empty for none

	Created Time // set by the store's clock
	Updated Time // likewise; later than any time that it was updated at before
}

// A Delivery is one request that a webhook is to get, or got. While it waits,
// it survives whatever happens to the server.
type Delivery struct {
	ID      int64 // assigned by the store; orders the history
	Webhook int64

	UID      string // what receivers know it by: the same at each attempt
	Event    string // such as "model_version.created"
	Body     string // of the request; empty once it has ended
	State    DeliveryState
	Attempts int    // how many were made
	Status   int    // of HTTP, at the last attempt; 0 where there was no answer
	Error    string // why the last attempt failed; empty where none did

	Created Time // set by the store's clock
	Due     Time // when to make the next attempt
	Ended   Time // NoTime while it waits
}

// DeliveryState says what became of a delivery. The numbers are stored and
// never change.
type DeliveryState uint8

// The states of a delivery.
const (
	Waiting   DeliveryState = 0 // for its next attempt
	Delivered DeliveryState = 1 // the receiver took it
	Failed    DeliveryState = 2 // no attempt is left
	Dropped   DeliveryState = 3 // never sent: the webhook was disabled, or too much was waiting
)

// String names the state in lower case.
func (s DeliveryState) String() string {
	switch s {
	case Waiting:
		return "waiting"
	case Delivered:
		return "delivered"
	case Failed:
		return "failed"
	case Dropped:
		return "dropped"
	}
	return "unknown"
}
