package sheet

// A Report tells of the rows of a table what became of them.
type Report struct {
	Failed  []Entry `json:"failedImportInfoList"`
	Success []Entry `json:"successImportInfoList"`
}

// An Entry is what became of one row, or of a part of it.
type Entry struct {
	Parent  string `json:"parentObjectName"`
	Child   string `json:"childObjectName"`
	Status  string `json:"importStatus"` // SUCCESS or FAILED
	Remarks string `json:"remarks"`
	Row     int    `json:"rowNumber,omitzero"` // of the table, as [Row.Number] has it
}

// Fail tells that a row failed, and why.
func (r *Report) Fail(row int, parent, child, why string) {
	r.Failed = append(r.Failed, Entry{parent, child, "FAILED", why, row})
}

// Succeed tells that a row was taken.
func (r *Report) Succeed(row int, parent, child, remarks string) {
	r.Success = append(r.Success, Entry{parent, child, "SUCCESS", remarks, row})
}

// NewReport returns an empty report, whose lists are none the less there.
func NewReport() *Report { return &Report{Failed: []Entry{}, Success: []Entry{}} }
