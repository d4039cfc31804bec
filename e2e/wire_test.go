package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// errLost says that no answer came back: whether the request took effect is not
// known.
var errLost = errors.New("no answer")

// errMissing says that what was asked for does not exist.
var errMissing = errors.New("not found")

// A caller speaks MLflow's REST over connections of its own.
type caller struct {
	base string
	http *http.Client
}

func newCaller(base string) *caller {
	return &caller{base: base, http: &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}}
}

// close gives the connections up.
func (c *caller) close() { c.http.CloseIdleConnections() }

// object is a JSON object on its way out.
type object map[string]any

// post calls an operation of the tracking service.
func (c *caller) post(operation string, body object, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := c.do(http.MethodPost, "/api/2.0/mlflow/"+operation, "application/json", bytes.NewReader(text))
	return decode(answer, err, into)
}

// get calls an operation with its arguments in the query string.
func (c *caller) get(operation string, arguments url.Values, into any) error {
	answer, err := c.do(http.MethodGet, "/api/2.0/mlflow/"+operation+"?"+arguments.Encode(), "", nil)
	return decode(answer, err, into)
}

func decode(answer []byte, err error, into any) error {
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

// upload stores an artifact below the root that the server proxies.
func (c *caller) upload(path string, content []byte) error {
	_, err := c.do(http.MethodPut, artifactPath(path), "application/octet-stream", bytes.NewReader(content))
	return err
}

// download reads an artifact back.
func (c *caller) download(path string) ([]byte, error) {
	return c.do(http.MethodGet, artifactPath(path), "", nil)
}

// list names what is directly below a folder of artifacts.
func (c *caller) list(folder string) ([]string, error) {
	var listing struct{ Files []struct{ Path string } }
	answer, err := c.do(http.MethodGet, "/api/2.0/mlflow-artifacts/artifacts?path="+url.QueryEscape(folder), "", nil)
	if err := decode(answer, err, &listing); err != nil {
		return nil, err
	}
	names := make([]string, len(listing.Files))
	for i, f := range listing.Files {
		names[i] = f.Path
	}
	return names, nil
}

func artifactPath(path string) string {
	return "/api/2.0/mlflow-artifacts/artifacts/" + (&url.URL{Path: path}).EscapedPath()
}

// do sends one request. Answers other than 200 are errors that quote it.
func (c *caller) do(method, path, contentType string, body io.Reader) ([]byte, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errLost, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errLost, err)
	case response.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%w: %s %s: %s", errMissing, method, path, answer)
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s %s: status %d: %s", method, path, response.StatusCode, answer)
	}
	return answer, nil
}
