package bench

import (
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// ticksPerSecond is the unit of /proc/PID/stat, fixed by the kernel's interface.
const ticksPerSecond = 100

// TreeCPU gives the processor time that the process and everything it started
// have used; 0 for a pid of 0.
func TreeCPU(pid int) time.Duration {
	var sum time.Duration
	for p, s := range treeStats(pid) {
		sum += ownCPU(p, s) + ticks(s.children)
	}
	return sum
}

// TreeUsage adds memory to [TreeCPU]. It makes the kernel walk the pages, so
// it is not for the middle of a phase.
func TreeUsage(pid int) Usage {
	var u Usage
	for p, s := range treeStats(pid) {
		u.CPU += ownCPU(p, s) + ticks(s.children)
		u.RSS += float64(s.pages) * float64(os.Getpagesize()) / (1 << 20)
		u.PSS += pss(p)
		u.Processes++
	}
	return u
}

// ownCPU asks the process's own clock, which counts nanoseconds where stat
// counts hundredths of a second: a phase of a fast server is over in a few.
func ownCPU(pid int, s stat) time.Duration {
	const schedulerClock = 2
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedulerClock), &ts); err != nil {
		return ticks(s.own)
	}
	return time.Duration(ts.Nano())
}

func ticks(n int64) time.Duration { return time.Duration(n) * time.Second / ticksPerSecond }

func pss(pid int) float64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/smaps_rollup")
	if err != nil {
		return 0
	}
	kB, err := parsePSS(text)
	if err != nil {
		return 0
	}
	return float64(kB) / 1024
}

// treeStats reads every process and keeps those at and below root. Processes
// that end meanwhile are left out.
func treeStats(root int) map[int]stat {
	tree := make(map[int]stat)
	if root == 0 {
		return tree
	}
	all, parents := readStats()
	for _, pid := range descendants(root, parents) {
		if s, ok := all[pid]; ok {
			tree[pid] = s
		}
	}
	return tree
}

func readStats() (all map[int]stat, parents map[int]int) {
	all, parents = make(map[int]stat), make(map[int]int)
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return all, parents
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		line, err := os.ReadFile("/proc/" + entry.Name() + "/stat")
		if err != nil {
			continue
		}
		if s, err := parseStat(line); err == nil {
			all[pid], parents[pid] = s, s.parent
		}
	}
	return all, parents
}
