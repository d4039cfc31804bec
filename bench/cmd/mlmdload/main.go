// Command mlmdload loads a server that speaks ML Metadata over gRPC, and writes
// what it measured as JSON and as Markdown tables.
//
//	mlmdload run -label NAME -out FILE.json [flags] -- SERVER ARG... {port} ... {dir}
//	mlmdload table FILE.json...
package main

import "github.com/pedigree-ml/pedigree/bench"

const usage = `usage:
  mlmdload run [flags] -- COMMAND ARG...   start a server and measure it; {port} and {dir} in ARG are filled in
  mlmdload run [flags] -url grpc://HOST:PORT [-pid PID]   measure a server that is there
  mlmdload table FILE.json...              write reports side by side; ratios are to the last

mlmdload run -h lists the flags.
`

func main() { bench.Main("mlmdload", usage, run) }
