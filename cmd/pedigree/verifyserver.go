package main

import (
	"context"
	"errors"

	"github.com/pedigree-ml/pedigree/api"
	"github.com/pedigree-ml/pedigree/client"
	"github.com/pedigree-ml/pedigree/digest"
)

// throughServer has a server verify, and passes on what that finds.
func (c *verifyModelCmd) throughServer(ctx context.Context, show *verifyDisplay) (report digest.Report, err error) {
	server, err := client.New(c.Server)
	if err != nil {
		return report, err
	}
	err = server.VerifyModel(ctx, c.Name, c.Version, func(l *api.VerifyLine) (last bool, err error) {
		switch {
		case l.Error != nil:
			return true, errors.New(l.Error.Detail)
		case l.Result != nil:
			r := l.Result
			report = digest.Report{Files: r.Files, Bytes: r.Bytes, Digest: r.Digest, Problems: r.Problems}
			if report.OK() != r.OK {
				return true, errors.New("the server's answer contradicts itself")
			}
			return true, nil
		case l.Finding != nil:
			show.finding(l.Finding.Problem, l.Finding.Path, nil)
		case l.Progress != nil:
			p := l.Progress
			show.progress(digest.Progress{Files: p.Files, OfFiles: p.OfFiles, Bytes: p.Bytes, OfBytes: p.OfBytes})
		}
		return false, nil
	})
	return report, err
}
