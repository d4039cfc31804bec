package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// A Report is everything measured of one server.
type Report struct {
	Label   string    `json:"label"` // heads its column
	Command []string  `json:"command,omitempty"`
	Date    time.Time `json:"date"`
	Machine Machine   `json:"machine"`
	Size    Size      `json:"size"`

	Starts     []Start  `json:"starts,omitempty"`
	Idle       *Idle    `json:"idle,omitempty"`   // after the first start
	Seeded     *Idle    `json:"seeded,omitempty"` // after a start on the filled store
	Loaded     *Usage   `json:"loaded,omitempty"` // after all phases
	StoreBytes int64    `json:"store_bytes,omitempty"`
	Results    []Result `json:"results"`
}

// A Start is one start of the server.
type Start struct {
	Store string  `json:"store"` // empty or filled
	Ready float64 `json:"ready_ms"`
}

// An Idle server is ready and nobody asks it anything.
type Idle struct {
	Usage
	CPUPerSecond float64 `json:"cpu_ms_per_s"`
}

// MeasureIdle waits until the server has come to rest, then looks at its memory
// and at the processor time that it uses when nobody asks it anything. Rest is
// a span of that length in which it used less than a twentieth of one
// processor; one that never rests is taken as it is after a minute.
func MeasureIdle(pid int, span time.Duration) *Idle {
	const restless = time.Minute
	began := time.Now()
	for {
		before, start := TreeCPU(pid), time.Now()
		time.Sleep(span)
		perSecond := milliseconds(TreeCPU(pid)-before) / time.Since(start).Seconds()
		if perSecond < 50 || time.Since(began) > restless || span == 0 {
			return &Idle{Usage: TreeUsage(pid), CPUPerSecond: perSecond}
		}
	}
}

// Find gives the result of an operation at a number of clients, if measured.
func (r *Report) Find(op string, clients int) (Result, bool) {
	for _, result := range r.Results {
		if result.Op == op && result.Clients == clients {
			return result, true
		}
	}
	return Result{}, false
}

// Save writes the report as JSON.
func (r *Report) Save(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// Load reads a report that Save wrote.
func Load(path string) (*Report, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &r, nil
}

// DirBytes adds up the files below a directory.
func DirBytes(dir string) (int64, error) {
	var sum int64
	err := filepath.WalkDir(dir, func(_ string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}
