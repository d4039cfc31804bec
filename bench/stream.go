package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// stream asks for an answer in lines, and gives when the first line and when the
// last was there, and the last.
func stream(target, accept string) (first, all time.Duration, last []byte, err error) {
	request, err := http.NewRequest("GET", target, http.NoBody)
	if err != nil {
		return 0, 0, nil, err
	}
	request.Header.Set("Accept", accept)
	start := time.Now()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, 0, nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, 0, nil, fmt.Errorf("GET %s: status %d", target, answer.StatusCode)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		if first == 0 {
			first = time.Since(start)
		}
		last = append(last[:0], bytes.TrimSpace(lines.Bytes())...)
	}
	return first, time.Since(start), last, lines.Err()
}

// watchMemory looks at the memory of a server until the function it returns is
// called, which gives the most it had, in megabytes.
func watchMemory(pid int) (most func() float64) {
	stop, seen := make(chan struct{}), make(chan float64)
	go func() {
		peak := TreeUsage(pid).RSS
		for {
			select {
			case <-stop:
				seen <- peak
				return
			case <-time.After(20 * time.Millisecond):
				peak = max(peak, TreeUsage(pid).RSS)
			}
		}
	}()
	return func() float64 {
		close(stop)
		return <-seen
	}
}
