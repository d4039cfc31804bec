package kubewatch

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Cluster is where and as whom the Kubernetes API is called.
type Cluster struct {
	server     *url.URL
	credential credentialSource
	headers    http.Header
	http       *http.Client
}

// Server is the URL of the API.
func (c *Cluster) Server() string { return c.server.Redacted() }

// newCluster sets up the client. No redirect is followed: it would carry the
// credentials elsewhere.
func newCluster(server string, config *tls.Config, credential credentialSource) (*Cluster, error) {
	base, err := url.Parse(server)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("%q is not the URL of a cluster", server)
	}
	if config == nil {
		config = &tls.Config{}
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		held, err := credential.get(context.Background())
		if err != nil || held.certificate == nil {
			return &tls.Certificate{}, err
		}
		return held.certificate, nil
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: config, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
		IdleConnTimeout: 90 * time.Second, ResponseHeaderTimeout: time.Minute,
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}
	return &Cluster{
		server: base, credential: credential, headers: make(http.Header),
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, nil
}

// A StatusError is the cluster's word for no.
type StatusError struct {
	Code       int           // of HTTP
	Reason     string        // one word of Kubernetes, such as Expired
	Message    string        // for people
	RetryAfter time.Duration // how long the cluster wants to be left alone; 0 if it does not say
}

// Error gives the code and the message.
func (e *StatusError) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("the cluster answered %d %s: %s", e.Code, e.Reason, e.Message), ": ")
}

// isGone reports whether the cluster no longer knows the version asked for, so
// that only a new list helps.
func isGone(err error) bool {
	e, ok := errors.AsType[*StatusError](err)
	return ok && e.Code == http.StatusGone
}

// failure is the Kubernetes object of kind Status, when it says no.
type failure struct {
	Code    int    `json:"code"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
	Details struct {
		RetryAfterSeconds int `json:"retryAfterSeconds"`
	} `json:"details"`
}

func (s *failure) asError() *StatusError {
	return &StatusError{Code: s.Code, Reason: s.Reason, Message: s.Message, RetryAfter: time.Duration(s.Details.RetryAfterSeconds) * time.Second}
}

// open asks for a path; whoever called closes the body. The error is a
// StatusError where the cluster refused. A refused credential is forgotten, so
// that the next call gets a new one.
func (c *Cluster) open(ctx context.Context, path string, query url.Values) (io.ReadCloser, error) {
	at := c.server.JoinPath(path)
	at.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	held, err := c.credential.get(ctx)
	if err != nil {
		return nil, fmt.Errorf("no credential for the cluster: %w", err)
	}
	held.authorize(request)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "pedigree")
	for name, values := range c.headers {
		request.Header[name] = values
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusOK {
		return answer.Body, nil
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusUnauthorized {
		c.credential.forget()
	}
	return nil, refused(answer)
}

func refused(answer *http.Response) error {
	var s failure
	_ = json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&s)
	e := s.asError()
	e.Code = answer.StatusCode
	if e.Reason == "" {
		e.Reason = http.StatusText(e.Code)
	}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

// maxAnswer bounds one answer other than a watch, in bytes. The API's own limit
// on a request is a few megabytes; a page of 500 large objects comes near this.
const maxAnswer = 1 << 30

// get reads an answer into v.
func (c *Cluster) get(ctx context.Context, path string, query url.Values, v any) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	body, err := c.open(ctx, path, query)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(io.LimitReader(body, maxAnswer)).Decode(v); err != nil {
		return fmt.Errorf("the cluster's answer on %s cannot be read: %w", path, err)
	}
	return nil
}

// Identity tells the cluster from all others: the UID of its namespace
// kube-system, which lives as long as the cluster does. The error says why it
// could not be read; permission to get that namespace is needed.
func (c *Cluster) Identity(ctx context.Context) (string, error) {
	var o object
	if err := c.get(ctx, "/api/v1/namespaces/kube-system", nil, &o); err != nil {
		return "", err
	}
	if o.Metadata.UID == "" {
		return "", &StatusError{Code: http.StatusNotFound, Reason: "NotFound", Message: "the namespace kube-system has no UID"}
	}
	return o.Metadata.UID, nil
}
