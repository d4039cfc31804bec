package store

import "github.com/pedigree-ml/pedigree"

// A ReportReader reads what producers reported. It is part of [Reader].
type ReportReader interface {
	// Reports gives the reports of a workspace from one moment to before
	// another, by time, state and arrival, at most limit after the first offset ones.
	Reports(workspace pedigree.NodeID, from, to pedigree.Time, descending bool, limit, offset int) ([]pedigree.Report, error)

	// ReportsOf gives the reports about a node, by arrival, from after the one
	// with the given ID (0: from the first), at most limit.
	ReportsOf(node pedigree.NodeID, after int64, limit int) ([]pedigree.Report, error)

	// CountReports counts the reports from one moment to before another, by
	// state and by stretches of width milliseconds, which begin at from.
	CountReports(workspace pedigree.NodeID, from, to pedigree.Time, width int64) ([]pedigree.ReportCount, error)
}

// A ReportTx is part of [Tx].
type ReportTx interface {
	// AddReport stores a report, sets its ID and reports whether it is new: of
	// reports with one body in one workspace the first stays.
	AddReport(r *pedigree.Report) (bool, error)
}
