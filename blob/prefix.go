package blob

import "strings"

// A Prefix names one directory of a store: the keys that begin with it and a
// slash. The zero Prefix is the root, which holds everything.
type Prefix struct{ path string }

// ParsePrefix makes a prefix by the rules of [ParseKey]. Empty text is the
// root, and one slash at the end is allowed: a directory is written both ways.
func ParsePrefix(decoded string) (Prefix, error) {
	if decoded == "" {
		return Prefix{}, nil
	}
	k, err := ParseKey(strings.TrimSuffix(decoded, "/"))
	return Prefix(k), err
}

// String gives the prefix without a slash at the end; the root is empty.
func (p Prefix) String() string { return p.path }

// IsRoot reports whether the prefix is the root of the store.
func (p Prefix) IsRoot() bool { return p.path == "" }

// Join gives the key that is k inside the directory. It fails where the two
// together are out of bounds.
func (p Prefix) Join(k Key) (Key, error) {
	if p.IsRoot() || k.IsZero() {
		return ParseKey(k.path)
	}
	return ParseKey(p.path + "/" + k.path)
}

// Sub gives the directory that is q inside p.
func (p Prefix) Sub(q Prefix) (Prefix, error) {
	if q.IsRoot() {
		return p, nil
	}
	k, err := p.Join(Key(q))
	return Prefix(k), err
}

// Contains reports whether q is p or lies below it. It compares whole
// segments: "run1" does not contain "run10".
func (p Prefix) Contains(q Prefix) bool {
	if p.IsRoot() || p == q {
		return true
	}
	rest, ok := strings.CutPrefix(q.path, p.path)
	return ok && rest[0] == '/'
}

// holds reports whether k inside the directory is a key.
func (p Prefix) holds(k Key) bool {
	_, err := p.Join(k)
	return err == nil
}

// segments gives the names on the way from the root; none for the root.
func (p Prefix) segments() []string {
	if p.IsRoot() {
		return nil
	}
	return strings.Split(p.path, "/")
}
