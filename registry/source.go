package registry

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// The source of a version is a label: the server stores and shows it, and never
// opens what it names. All the same it is refused where it could mean another
// place than it seems to, in whatever encoding, or where it lies in the server's
// reach but not in that of the run or logged model that the client names:
// clients do open it, and trust the registry with it.

// proxyRoute is the route under which clients reach the artifacts of a server.
const proxyRoute = "/api/2.0/mlflow-artifacts/artifacts"

func schemeOf(l naming.Location) string { return strings.ToLower(strings.TrimSuffix(l.Scheme, ":")) }

// isLocal reports whether a source is a path on a machine, or looks like one: a
// single letter is a drive.
func isLocal(l naming.Location) bool {
	scheme := schemeOf(l)
	return len(scheme) < 2 || scheme == "file"
}

func isRuns(l naming.Location) bool { return schemeOf(l) == "runs" }

// checkForm refuses a source that could be read in two ways.
func (o *origin) checkForm(l naming.Location) error {
	if isLocal(l) {
		return nil // judged together with its place
	}
	return checkRemoteForm(o.source, l)
}

// checkPlace refuses a source that lies where it may not.
func (s *Service) checkPlace(r store.Reader, ws pedigree.NodeID, o *origin, l naming.Location) error {
	switch {
	case isLocal(l):
		return s.checkLocal(r, ws, o, l)
	case isRuns(l):
		return checkRunSource(r, ws, o, l)
	case isServed(o.source):
		return checkServed(r, ws, o)
	}
	return nil // models: was resolved; what other schemes name is beyond the server's reach
}

// owner finds the artifacts that a source must lie in: those of the logged
// model, or else of the run, that the client names. Without one what is empty.
func (o *origin) owner(r store.Reader, ws pedigree.NodeID) (uri, what string, err error) {
	if o.loggedModel != nil {
		return o.loggedModel.URI, "model_id", nil
	}
	if o.runID == "" {
		return "", "run_id", nil
	}
	n, err := r.Node(ws, pedigree.RunType, o.runID)
	if pedigree.CodeOf(err) == pedigree.NotFound {
		return "", "", errNotWithin(o.source, "run_id")
	}
	return n.URI, "run_id", err
}

func errNotWithin(source, what string) error {
	return naming.Invalid("Invalid model version source: '%s'. The %s request parameter must identify the resource that contains the source.",
		shown(source), what)
}

// checkRunSource judges sources such as runs:/<run>/model. The run must be the
// one that the client names, as far as it is a run of this server: of another
// server's runs nothing is known, and nothing can be reached through them.
func checkRunSource(r store.Reader, ws pedigree.NodeID, o *origin, l naming.Location) error {
	if o.loggedModel != nil {
		return errNotWithin(o.source, "model_id")
	}
	run, _, _ := strings.Cut(strings.TrimLeft(l.Path, "/"), "/")
	if l.Authority != "" || o.runID == "" {
		return errNotWithin(o.source, "run_id")
	}
	if run == o.runID {
		return nil
	}
	_, err := r.Node(ws, pedigree.RunType, run)
	if pedigree.CodeOf(err) == pedigree.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return errNotWithin(o.source, "run_id")
}

// isServed reports whether a location is one that MLflow servers serve.
func isServed(uri string) bool {
	l := naming.SplitLocation(uri)
	switch strings.ToLower(l.Scheme) {
	case "mlflow-artifacts:":
		return true
	case "http:", "https:":
		return strings.Contains("/"+strings.Join(segments(l.Path), "/")+"/", proxyRoute+"/")
	}
	return false
}

// segments are the parts of a path, decoded, without the empty ones.
func segments(p string) []string {
	parts := strings.FieldsFunc(p, func(c rune) bool { return c == '/' })
	for i := range parts {
		for next := naming.UnescapePercent(parts[i]); next != parts[i]; next = naming.UnescapePercent(next) {
			parts[i] = next
		}
	}
	return parts
}

// checkServed judges a source that lies with a server: it must be inside what
// the named run or model has there. One that has its artifacts elsewhere has
// nothing there, and says no more than any other label.
func checkServed(r store.Reader, ws pedigree.NodeID, o *origin) error {
	root, what, err := o.owner(r, ws)
	if err != nil {
		return err
	}
	if root == "" || isServed(root) && !within(o.source, root) {
		return errNotWithin(o.source, what)
	}
	return nil
}

// within reports whether a location is another or lies below it, as text.
func within(uri, root string) bool {
	l, m := naming.SplitLocation(uri), naming.SplitLocation(root)
	parts, above := segments(l.Path), segments(m.Path)
	return strings.EqualFold(l.Scheme, m.Scheme) && strings.EqualFold(host(l), host(m)) &&
		len(above) > 0 && len(parts) >= len(above) && slices.Equal(parts[:len(above)], above)
}

func host(l naming.Location) string { return strings.TrimPrefix(l.Authority, "//") }

// checkRemoteForm refuses a location that could be read in two ways.
func checkRemoteForm(source string, l naming.Location) error {
	if !strings.HasPrefix(l.Path, "/") || strings.Trim(l.Path, "/") == "" || slices.Contains(segments(l.Path), ".") {
		return errForm(source)
	}
	for text := range encodings(source) {
		if hasBadCharacter(text) || parentSegments(text) > 0 {
			return errForm(source)
		}
	}
	return nil
}

func errForm(source string) error {
	return naming.Invalid("Invalid model version source: '%s'. If supplying a source as an http, https, local file path, ftp, objectstore,"+
		" or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an"+
		" absolute path.", shown(source))
}

// encodings gives what a text may be taken for: itself, and what remains of it
// each time that percent signs and pluses are decoded.
func encodings(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for yield(text) {
			next := naming.UnescapePercent(strings.ReplaceAll(text, "+", " "))
			if next == text {
				return
			}
			text = next
		}
	}
}

func hasBadCharacter(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) || strings.ContainsAny(text, `\#;`)
}

// parentSegments counts the segments of a text that lead upwards.
func parentSegments(text string) (n int) {
	for segment := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '/' || c == '?' || c == '&' || c == '=' }) {
		if strings.TrimSpace(segment) == ".." {
			n++
		}
	}
	return n
}

// checkLocal judges a path on the server's own machine, or one that looks like
// it: it must be inside the directory of the named run or model. The directory
// is compared as text and not looked at.
func (s *Service) checkLocal(r store.Reader, ws pedigree.NodeID, o *origin, l naming.Location) error {
	if h := host(l); l.Scheme != "" && h != "" && h != "localhost" {
		return naming.Invalid("%s is not a valid remote uri. For remote access on windows, please consider using a different scheme"+
			" such as SMB (e.g. smb://<hostname>/<path>).", shown(o.source))
	}
	root, what, err := o.owner(r, ws)
	if err != nil {
		return err
	}
	target, ok := s.localPath(o.source, l)
	dir, local := s.localPath(root, naming.SplitLocation(root))
	if root == "" || !ok || !local || dir == "/" || target != dir && !strings.HasPrefix(target, dir+"/") || hidesParents(o.source) {
		return naming.Invalid("Invalid model version source: '%s'. To use a local path as a model version source, the %s request"+
			" parameter has to be specified and the local path has to be contained within the artifact directory of the run"+
			" specified by the %s.", shown(o.source), what, what)
	}
	return nil
}

// localPath gives the path that a local location names, absolute and clean.
func (s *Service) localPath(uri string, l naming.Location) (string, bool) {
	scheme := strings.ToLower(l.Scheme)
	if scheme != "" && scheme != "file:" || scheme == "" && l.Authority != "" || l.Query != "" {
		return "", false
	}
	p := l.Path
	if scheme == "file:" {
		p = naming.UnescapePercent(p)
	}
	if !strings.HasPrefix(p, "/") {
		if s.directory == "" {
			return "", false
		}
		p = s.directory + "/" + p
	}
	return path.Clean(p), uri != ""
}

// hidesParents reports whether a text leads upwards, or holds what it must not,
// only once it is decoded.
func hidesParents(text string) bool {
	open := parentSegments(text)
	for t := range encodings(text) {
		if hasBadCharacter(t) || parentSegments(t) != open {
			return true
		}
	}
	return false
}
