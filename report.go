package pedigree

// A Report is an event of OpenLineage as its producer sent it, kept beside what
// it made of the graph. The same report is kept once.
type Report struct {
	ID        int64 // assigned by the store; ascending by arrival
	Workspace NodeID
	Node      NodeID // the run, job or data set that it is about, with which it goes
	Time      Time   // as the producer's clock says
	State     string // START, COMPLETE and the like; empty for what is about no run
	Body      []byte // JSON
}

// A ReportCount says how many reports of a state there are in a stretch of time.
type ReportCount struct {
	From  Time // the stretch begins here
	State string
	Count int
}
