package bench

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// A Usage is what a tree of processes has used up to now.
type Usage struct {
	CPU       time.Duration `json:"-"`         // user and system time, with that of children that ended
	RSS       float64       `json:"rss_mb"`    // resident memory in MB (2^20), pages shared by processes counted in each
	PSS       float64       `json:"pss_mb"`    // the same with shared pages split among those who share them
	Processes int           `json:"processes"` // in the tree
}

// A stat is what the harness wants of /proc/PID/stat.
type stat struct {
	parent   int
	own      int64 // clock ticks of the process itself
	children int64 // clock ticks of children that it has waited for
	pages    int64 // resident
}

// parseStat reads the line of /proc/PID/stat. The command name in it may hold
// spaces and parentheses, so fields are counted from its last parenthesis.
func parseStat(line []byte) (stat, error) {
	end := bytes.LastIndexByte(line, ')')
	if end < 0 {
		return stat{}, fmt.Errorf("malformed stat line %.60q", line)
	}
	fields := bytes.Fields(line[end+1:])
	if len(fields) < 22 {
		return stat{}, fmt.Errorf("stat line has %d fields after the name", len(fields))
	}
	var n [22]int64
	for _, i := range []int{1, 11, 12, 13, 14, 21} {
		v, err := strconv.ParseInt(string(fields[i]), 10, 64)
		if err != nil {
			return stat{}, err
		}
		n[i] = v
	}
	return stat{parent: int(n[1]), own: n[11] + n[12], children: n[13] + n[14], pages: n[21]}, nil
}

// parsePSS reads the proportional set size in kB out of /proc/PID/smaps_rollup.
func parsePSS(text []byte) (kB int64, err error) {
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte("Pss:")); ok {
			fields := bytes.Fields(rest)
			if len(fields) == 0 {
				break
			}
			return strconv.ParseInt(string(fields[0]), 10, 64)
		}
	}
	return 0, fmt.Errorf("no line Pss in smaps_rollup")
}

// descendants lists root and everything below it, given each process's parent.
func descendants(root int, parents map[int]int) []int {
	children := make(map[int][]int, len(parents))
	for pid, parent := range parents {
		children[parent] = append(children[parent], pid)
	}
	tree := []int{root}
	for i := 0; i < len(tree); i++ {
		tree = append(tree, children[tree[i]]...)
	}
	return tree
}
