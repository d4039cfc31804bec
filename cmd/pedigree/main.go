// Command pedigree runs the server and looks after its data. It alone knows
// every package and puts them together.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
