package bench

import (
	"os"
	"testing"
)

func TestTreeUsageSeesThisProcess(t *testing.T) {
	before := TreeCPU(os.Getpid())
	for sum := 0; TreeCPU(os.Getpid()) == before; sum++ { // the loop itself uses the processor
	}
	u := TreeUsage(os.Getpid())
	if u.CPU <= before || u.RSS < 1 || u.PSS < 1 || u.Processes < 1 {
		t.Errorf("usage %+v after %s of processor time", u, before)
	}
	if got := TreeUsage(0); got != (Usage{}) {
		t.Errorf("an unknown process used %+v", got)
	}
}
