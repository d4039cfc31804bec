package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/kubewatch"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// cli is the command line. Every flag is also an environment variable and a key
// of the configuration file, all from this one declaration.
type cli struct {
	Config string `help:"TOML file with values for flags, by their names." placeholder:"FILE"`

	Serve      serveCmd      `cmd:"" help:"Run the server."`
	Doctor     doctorCmd     `cmd:"" help:"Check the data, the disk and the clock."`
	Verify     verifyCmd     `cmd:"" help:"Prove that stored bytes are those that were registered."`
	GC         gcCmd         `cmd:"" name:"gc" help:"Remove for ever what was deleted long ago. The server must not run."`
	Search     searchCmd     `cmd:"" help:"Find nodes of every type and protocol on a server."`
	Lineage    lineageCmd    `cmd:"" help:"Tell what something on a server was made of, and what was made of it."`
	Impact     impactCmd     `cmd:"" help:"Tell which runs, models and endpoints depend on something."`
	Provenance provenanceCmd `cmd:"" help:"Tell everything needed to repeat what led to something."`
	Diff       diffCmd       `cmd:"" help:"Tell what changed upstream between two things, such as two versions of a model."`
	Delete     deleteCmd     `cmd:"" help:"Remove a node from a server for ever, or tell what that would take."`
	Watch      watchCmd      `cmd:"" help:"Follow what happens: on a server, or in a Kubernetes cluster to record it."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// streams are where a command prints.
type streams struct{ out, err io.Writer }

const description = "Pedigree keeps the pedigree of machine-learning models.\n\n" +
	"Each flag can also be set in the environment (--log-level is PEDIGREE_LOG_LEVEL) " +
	"and in a TOML file given with --config (log-level = \"debug\"). The command line wins over the environment, and that over the file."

// exited is how kong ends the process from within its parser.
type exited int

// run runs one command and gives the exit code.
func run(args []string, out, errOut io.Writer) (code int) {
	restrictFiles()
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(exited)
			if !ok {
				panic(p)
			}
			code = int(e)
		}
	}()
	parser, err := newParser(args, out, errOut)
	if err != nil {
		return failed(errOut, err, exitUsage)
	}
	command, err := parser.Parse(args)
	if err != nil {
		return failed(errOut, fmt.Errorf("%w; see pedigree --help", err), exitUsage)
	}
	if err := command.Run(streams{out, errOut}); err != nil {
		return failed(errOut, err, exitFailed)
	}
	return exitOK
}

func newParser(args []string, out, errOut io.Writer) (*kong.Kong, error) {
	options := []kong.Option{
		kong.Name("pedigree"),
		kong.Description(description),
		kong.DefaultEnvars("PEDIGREE"),
		kong.Writers(out, errOut),
		kong.Vars{"workspace": kubewatch.DefaultWorkspace, "ref": refHelp},
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	}
	if path := configPath(args); path != "" {
		file, err := readConfig(path)
		if err != nil {
			return nil, err
		}
		options = append(options, kong.Resolvers(file))
	}
	return kong.New(&cli{}, options...)
}

// failed prints err as one line and passes the exit code on.
func failed(w io.Writer, err error, code int) int {
	fmt.Fprintln(w, "pedigree: "+strings.ReplaceAll(explain(err), "\n", "; "))
	return code
}

// explain gives the whole story of an error: here the operator reads it, who
// may know what clients must not.
func explain(err error) string {
	e, ok := errors.AsType[*pedigree.Error](err)
	if !ok || e.Cause == nil || strings.Contains(err.Error(), e.Cause.Error()) {
		return err.Error()
	}
	return err.Error() + ": " + e.Cause.Error()
}
