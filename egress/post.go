package egress

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pedigree-ml/pedigree"
)

// An Answer is what a host said.
type Answer struct {
	Status     int           // of HTTP
	Text       string        // how its body begins, at most 1 KiB, as text
	RetryAfter time.Duration // how long it asks to be left alone; 0 where it does not
}

// Post sends a body and gives the answer, whatever its status; a redirect is an
// answer like others. The header is copied. An error is [pedigree.Unavailable]
// for all that can change by itself and [pedigree.Invalid] for a URL that
// cannot be called; its message tells nothing about a host that may not be
// called, its cause is for the log.
func (c *Client) Post(ctx context.Context, text string, header http.Header, body []byte) (Answer, error) {
	u, err := c.parse(text)
	if err != nil {
		return Answer{}, unsent(err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Total)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return Answer{}, unsent(err)
	}
	for name, values := range header {
		r.Header[name] = append([]string(nil), values...)
	}
	r.Header.Set("User-Agent", "Pedigree")
	answer, err := c.http.Do(r)
	if err != nil {
		return Answer{}, unsent(err)
	}
	defer answer.Body.Close()
	return Answer{
		Status:     answer.StatusCode,
		Text:       readText(answer.Body),
		RetryAfter: retryAfter(answer.Header.Get("Retry-After")),
	}, nil
}

// readText reads a body up to its bound. What breaks off is kept as far as it
// came: the status has told what the host thinks.
func readText(body io.Reader) string {
	raw, _ := io.ReadAll(io.LimitReader(body, maxRead)) // see above
	raw = raw[:min(len(raw), maxText)]
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(raw), "\uFFFD"))
}

// retryAfter reads a number of seconds; dates and nonsense count as none.
func retryAfter(text string) time.Duration {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// unsent gives the error of a call its words: the same for all that may not be
// called, whatever is there. The URL stays out of the cause as well: it may hold
// what the log must not.
func unsent(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	switch {
	case errors.Is(err, ErrSyntax), errors.Is(err, ErrScheme), errors.Is(err, ErrNoHost):
		return pedigree.Hide(pedigree.Invalid, err, "the URL cannot be called")
	case errors.Is(err, ErrRefused):
		return pedigree.Hide(pedigree.Unavailable, err, "the host's name leads nowhere, or to an address that may not be called")
	case errors.Is(err, context.DeadlineExceeded):
		return pedigree.Hide(pedigree.Unavailable, err, "the host did not answer in time")
	case isCertificate(err):
		return pedigree.Hide(pedigree.Unavailable, err, "the host's certificate is not valid")
	case isConnecting(err):
		return pedigree.Hide(pedigree.Unavailable, err, "the host cannot be reached")
	}
	return pedigree.Hide(pedigree.Unavailable, err, "the host gave no valid answer")
}

func isCertificate(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.HostnameError](err)
	return ok
}

func isConnecting(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}
