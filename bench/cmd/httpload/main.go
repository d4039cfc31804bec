// Command httpload loads a server that speaks HTTP, and writes what it
// measured as JSON and as Markdown tables.
//
//	httpload run -label NAME -out FILE.json [flags] -- SERVER ARG... {port} ... {dir}
//	httpload run -label NAME -out FILE.json [flags] -url http://127.0.0.1:5000 -pid PID
//	httpload table FILE.json...
package main

import (
	"fmt"
	"os"

	"github.com/pedigree-ml/pedigree/bench"
)

const usage = `usage:
  httpload run [flags] -- COMMAND ARG...   start a server and measure it; {port} and {dir} in ARG are filled in
  httpload run [flags] -url URL [-pid PID] measure a server that is there
  httpload table FILE.json...              write reports side by side; ratios are to the last

httpload run -h lists the flags.
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	var err error
	switch os.Args[1] {
	case "run":
		err = run(os.Args[2:])
	case "table":
		err = table(os.Args[2:])
	case "help", "-h", "-help", "--help":
		fmt.Print(usage)
	default:
		err = fmt.Errorf("unknown command %q", os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "httpload:", err)
		os.Exit(1)
	}
}

func table(files []string) error {
	if len(files) == 0 {
		return fmt.Errorf("table: no reports named")
	}
	reports := make([]*bench.Report, len(files))
	for i, file := range files {
		r, err := bench.Load(file)
		if err != nil {
			return err
		}
		reports[i] = r
	}
	return bench.WriteTables(os.Stdout, reports)
}
