package bench

import (
	"fmt"
	"os"
)

// Main is the command line of a program that loads servers: "run", which is its
// own, and "table", which writes reports side by side. It ends the process.
func Main(name, usage string, run func(args []string) error) {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	var err error
	switch os.Args[1] {
	case "run":
		err = run(os.Args[2:])
	case "table":
		err = writeTables(os.Args[2:])
	case "help", "-h", "-help", "--help":
		fmt.Print(usage)
	default:
		err = fmt.Errorf("unknown command %q", os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, name+":", err)
		os.Exit(1)
	}
}

// writeTables reads reports and writes their tables; ratios are to the last.
func writeTables(files []string) error {
	if len(files) == 0 {
		return fmt.Errorf("table: no reports named")
	}
	reports := make([]*Report, len(files))
	for i, file := range files {
		r, err := Load(file)
		if err != nil {
			return err
		}
		reports[i] = r
	}
	return WriteTables(os.Stdout, reports)
}
