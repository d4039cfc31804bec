// Command mlmdload loads a server that speaks ML Metadata over gRPC, and writes
// what it measured as JSON and as Markdown tables.
//
//	mlmdload run -label NAME -out FILE.json [flags] -- SERVER ARG... {port} ... {dir}
//	mlmdload table FILE.json...
package main

import (
	"fmt"
	"os"

	"github.com/pedigree-ml/pedigree/bench"
)

const usage = `usage:
  mlmdload run [flags] -- COMMAND ARG...   start a server and measure it; {port} and {dir} in ARG are filled in
  mlmdload run [flags] -url grpc://HOST:PORT [-pid PID]   measure a server that is there
  mlmdload table FILE.json...              write reports side by side; ratios are to the last

mlmdload run -h lists the flags.
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
		fmt.Fprintln(os.Stderr, "mlmdload:", err)
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
