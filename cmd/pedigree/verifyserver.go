package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/pedigree-ml/pedigree/api"
	"github.com/pedigree-ml/pedigree/digest"
)

// throughServer has a server verify, and passes on what that finds.
func (c *verifyModelCmd) throughServer(ctx context.Context, show *verifyDisplay) (digest.Report, error) {
	base, err := url.Parse(c.Server)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return digest.Report{}, fmt.Errorf("--server %s is not the URL of a server, such as http://127.0.0.1:5000", c.Server)
	}
	at := base.JoinPath("/api/pedigree/v1/model-version/verify")
	at.RawQuery = url.Values{"name": {c.Name}, "version": {c.Version}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), nil)
	if err != nil {
		return digest.Report{}, err
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return digest.Report{}, fmt.Errorf("the server at %s cannot be reached: %w", base.Redacted(), errors.Unwrap(err))
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return digest.Report{}, refusal(base, answer)
	}
	return follow(answer.Body, show)
}

// refusal gives the words in which a server said no.
func refusal(base *url.URL, answer *http.Response) error {
	var p api.Problem
	if json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&p) == nil && p.Detail != "" {
		return errors.New(p.Detail)
	}
	return fmt.Errorf("%s answered %s, it does not seem to be a Pedigree server", base.Redacted(), strings.TrimSpace(answer.Status))
}

// follow reads the lines of a verification until its result.
func follow(body io.Reader, show *verifyDisplay) (digest.Report, error) {
	lines := json.NewDecoder(body)
	for {
		var l api.VerifyLine
		if err := lines.Decode(&l); err != nil {
			return digest.Report{}, fmt.Errorf("the server's answer was cut short: %w", err)
		}
		switch {
		case l.Error != nil:
			return digest.Report{}, errors.New(l.Error.Detail)
		case l.Result != nil:
			r := l.Result
			report := digest.Report{Files: r.Files, Bytes: r.Bytes, Digest: r.Digest, Problems: r.Problems}
			if report.OK() != r.OK {
				return report, errors.New("the server's answer contradicts itself")
			}
			return report, nil
		case l.Finding != nil:
			show.finding(l.Finding.Problem, l.Finding.Path, nil)
		case l.Progress != nil:
			p := l.Progress
			show.progress(digest.Progress{Files: p.Files, OfFiles: p.OfFiles, Bytes: p.Bytes, OfBytes: p.OfBytes})
		}
	}
}
