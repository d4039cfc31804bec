package mlflow

import (
	"net/url"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
)

// proxiedScheme marks locations in the server's own store. Clients reach them
// through the artifact routes.
const proxiedScheme = "mlflow-artifacts:"

// proxyRoute is where clients reach the server's own store. A root that is
// given as a URL ends in it.
const proxyRoute = "/api/2.0/mlflow-artifacts/artifacts"

// Artifacts knows behind which locations there are bytes. A location is text
// that a client may have chosen; only those under the roots that the operator
// configured lead anywhere, and only into the store of that root. Every other
// location is a label: nothing is opened or dialled for it, ever.
type Artifacts struct {
	// PublicURL is how clients reach the server, such as
	// "https://ml.example.com/mlflow". Empty stands for what each request says.
	PublicURL string

	proxied blob.Store
	roots   []artifactRoot
}

type artifactRoot struct {
	uri   string // without a slash at the end
	store blob.Store
}

// NewArtifacts serves locations of the scheme mlflow-artifacts from a store.
func NewArtifacts(proxied blob.Store) *Artifacts {
	return &Artifacts{proxied: proxied}
}

// AddRoot serves locations below uri from a store: the operator's default
// artifact root, as the very text that new experiments get it in front of
// theirs. It is for when the server is set up, before it answers requests.
func (a *Artifacts) AddRoot(uri string, s blob.Store) {
	a.roots = append(a.roots, artifactRoot{strings.TrimRight(uri, "/"), s})
}

// Configure serves the operator's default artifact root, whatever its form: a
// location of the server's own store, the URL of the artifact routes of this
// server, or a local path or file URI, for which open gives the store. The
// error is Invalid where it is none of these.
func (a *Artifacts) Configure(uri string, open func(dir string) (blob.Store, error)) error {
	if strings.HasPrefix(uri, proxiedScheme) {
		if _, err := a.place(uri); err != nil {
			return pedigree.Errorf(pedigree.Invalid, "artifact root %q: want %s/ and a path", uri, proxiedScheme)
		}
		return nil
	}
	if dir, ok := localDir(uri); ok {
		s, err := open(dir)
		if err != nil {
			return err
		}
		a.AddRoot(uri, s)
		return nil
	}
	if isProxyURL(uri) {
		a.AddRoot(uri, a.proxied)
		return nil
	}
	return pedigree.Errorf(pedigree.Invalid, "artifact root %q: want a local path, a file URI or %s/", uri, proxiedScheme)
}

// localDir gives the directory that a path or file URI names.
func localDir(uri string) (string, bool) {
	u, err := url.Parse(uri)
	switch {
	case err != nil || u.RawQuery != "" || u.Fragment != "":
		return "", false
	case u.Scheme == "":
		return uri, uri != "" && u.Host == ""
	}
	return u.Path, u.Scheme == "file" && (u.Host == "" || u.Host == "localhost") && u.Path != ""
}

func isProxyURL(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.RawQuery == "" && u.Fragment == "" &&
		strings.HasSuffix(strings.TrimRight(u.Path, "/"), proxyRoute)
}

// A place is a directory of a store.
type place struct {
	store  blob.Store
	prefix blob.Prefix
}

// errElsewhere answers for a location that is only a label.
var errElsewhere = pedigree.Errorf(pedigree.Invalid,
	"The artifacts are at a location that this server does not serve")

// place resolves a location. It is Invalid where that is not below a root or
// its path is not one that a key may have.
func (a *Artifacts) place(uri string) (place, error) {
	if path, ok := strings.CutPrefix(uri, proxiedScheme); ok {
		return placeIn(a.proxied, proxiedPath(path))
	}
	for _, root := range a.roots {
		if rest, ok := strings.CutPrefix(uri, root.uri); ok && (rest == "" || rest[0] == '/') {
			return placeIn(root.store, rest)
		}
	}
	return place{}, errElsewhere
}

// Find gives the store and the directory in it that a location leads to, for
// who must read bytes wherever they are. The error is Invalid where it leads
// nowhere.
func (a *Artifacts) Find(uri string) (blob.Store, blob.Prefix, error) {
	p, err := a.place(uri)
	return p.store, p.prefix, err
}

// Owns reports whether a store is that of the server itself, into which all
// bytes come through the server.
func (a *Artifacts) Owns(s blob.Store) bool { return s == a.proxied }

// proxiedPath takes the empty authority off a location such as
// mlflow-artifacts:///0. One that names a host is not ours to judge.
func proxiedPath(path string) string {
	if strings.HasPrefix(path, "///") {
		return path[2:]
	}
	return path
}

// placeIn finds the directory that a path, with a slash in front, names in a
// store. Clients put the path into the URL of a request as it is, so it is
// decoded as that would be: once.
func placeIn(s blob.Store, path string) (place, error) {
	if path == "" {
		return place{store: s}, nil
	}
	if path[0] != '/' || hidesSlash(path) {
		return place{}, errElsewhere
	}
	decoded, err := url.PathUnescape(path[1:])
	if err != nil {
		decoded = path[1:]
	}
	prefix, err := blob.ParsePrefix(decoded)
	if err != nil {
		return place{}, errElsewhere
	}
	return place{s, prefix}, nil
}

// hidesSlash reports whether an encoded path has a separator that is only one
// after decoding.
func hidesSlash(encoded string) bool {
	lower := strings.ToLower(encoded)
	return strings.Contains(lower, "%2f") || strings.Contains(lower, "%5c")
}
