package bench

import (
	"bytes"
	"os"
	"runtime"
	"strings"
)

// A Machine is where a report was measured.
type Machine struct {
	Processor string `json:"processor,omitempty"`
	Cores     int    `json:"cores"`
	System    string `json:"system"`
	Kernel    string `json:"kernel,omitempty"`
	Load      string `json:"load,omitempty"` // of the last minute when the report began, by everyone on it
}

// ThisMachine describes the machine the harness runs on, as far as it says.
func ThisMachine() Machine {
	return Machine{
		Processor: processor(),
		Cores:     runtime.NumCPU(),
		System:    runtime.GOOS + "/" + runtime.GOARCH,
		Kernel:    firstField("/proc/sys/kernel/osrelease"),
		Load:      firstField("/proc/loadavg"),
	}
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range bytes.Lines(text) {
		if name, value, ok := strings.Cut(string(line), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func firstField(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(text))
	if len(fields) == 0 {
		return ""
	}
	return fields[0]
}
