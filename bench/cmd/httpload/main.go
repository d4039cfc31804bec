// Command httpload loads a server that speaks HTTP, and writes what it
// measured as JSON and as Markdown tables.
//
//	httpload run -label NAME -out FILE.json [flags] -- SERVER ARG... {port} ... {dir}
//	httpload run -label NAME -out FILE.json [flags] -url http://127.0.0.1:5000 -pid PID
//	httpload table FILE.json...
package main

import "github.com/pedigree-ml/pedigree/bench"

const usage = `usage:
  httpload run [flags] -- COMMAND ARG...   start a server and measure it; {port} and {dir} in ARG are filled in
  httpload run [flags] -url URL [-pid PID] measure a server that is there
  httpload table FILE.json...              write reports side by side; ratios are to the last

httpload run -h lists the flags.
`

func main() { bench.Main("httpload", usage, run) }
