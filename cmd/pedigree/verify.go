package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/digest"
)

// verifyCmd proves things.
type verifyCmd struct {
	Model verifyModelCmd `cmd:"" help:"Prove that the bytes of a model version are those that were registered, or name each file that is not."`
}

// verifyModelCmd reads the bytes of a version again: itself, or where a server
// has the data directory through that server.
type verifyModelCmd struct {
	dataFlags
	engineFlags

	Server string `help:"Have the server at this URL do it, which has the data directory open." placeholder:"URL"`

	Name    string `arg:"" help:"Name of the registered model."`
	Version string `arg:"" help:"Number of the version."`
}

// Run prints a line for each file that is not as it was registered and fails if
// there is any; when all is well it prints one line.
func (c *verifyModelCmd) Run(s streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	show := newVerifyDisplay(s)
	verify := c.offline
	if c.Server != "" {
		verify = c.throughServer
	}
	report, err := verify(ctx, show)
	show.clear()
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	if err != nil {
		return err
	}
	if !report.OK() {
		return fmt.Errorf("version %s of model %s is not as it was registered: %s; %d files were registered",
			c.Version, c.Name, counts(&report), report.Files)
	}
	_, err = fmt.Fprintf(s.out, "version %s of model %s is as it was registered: %d files, %s, digest %s\n",
		c.Version, c.Name, report.Files, size(uint64(report.Bytes)), report.Digest)
	return err
}

// counts says what is wrong, as "2 changed, 1 missing".
func counts(r *digest.Report) string {
	var parts []string
	for _, c := range r.Counts() {
		if c.Problem == digest.Record {
			parts = append(parts, "the record of its files has been tampered with")
			continue
		}
		parts = append(parts, fmt.Sprintf("%d %s", c.Count, c.Problem))
	}
	return strings.Join(parts, ", ")
}

// offline verifies in a data directory that no server has open.
func (c *verifyModelCmd) offline(ctx context.Context, show *verifyDisplay) (report digest.Report, err error) {
	if _, err := os.Stat(c.database()); err != nil {
		return report, fmt.Errorf("there is no database in the data directory %s; choose another with --data, or a server with --server", c.Data)
	}
	e, err := open(ctx, c.dataFlags, c.engineFlags)
	if busy, ok := errors.AsType[*inUseError](err); ok {
		return report, fmt.Errorf("a server has the data directory %s open (%s); have it verify the model with --server URL", busy.dir, busy.holder)
	}
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	version, err := e.models.Version(ctx, pedigree.DefaultWorkspace, c.Name, c.Version)
	if err != nil {
		return report, err
	}
	return e.digests.Verify(ctx, &version, func(p digest.Progress, f *digest.Finding) {
		if f != nil {
			show.finding(f.Problem, f.Path, f.Cause)
		}
		show.progress(p)
	})
}
