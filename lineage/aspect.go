package lineage

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// An aspect is what a property of an execution says about how to repeat it.
type aspect uint8

const (
	aspectNone aspect = iota
	aspectParam
	aspectCode
	aspectEnvironment
)

// Words by which the keys of properties tell code and environment. Wires name
// these things in many ways: mlflow.source.git.commit, git_sha, sourceCode.
var (
	codeWords        = []string{"git", "commit", "sha", "revision", "branch", "repo", "repository", "source", "code", "entrypoint", "entry", "script", "notebook", "executable", "sql", "query"}
	environmentWords = []string{
		"image", "docker", "container", "conda", "pip", "requirements", "python", "env", "environment", "runtime", "platform", "host", "cluster", "gpu", "cuda", "spark", "engine",
		"framework", "library", "libraries",
	}
	digestKeys = map[string]bool{"digest": true, "sha256": true, "checksum": true, "md5": true, "etag": true, "hash": true, "fingerprint": true}
)

// aspectOf judges a property of an execution. Params are params, whatever their
// key. Of tags and of what MLMD clients say, the key tells; what is left of the
// latter are params, for MLMD has no other place for them. A run of OpenLineage
// has facets, and fields only to find its way about: the run above it, too, says
// nothing of how to repeat it.
func aspectOf(t pedigree.Type, p *pedigree.Property) aspect {
	if t == pedigree.JobRunType && (p.Space == pedigree.Field || p.Key == "parent") {
		return aspectNone
	}
	space, key, ok := pedigree.SplitKey(p.Key)
	if !ok || p.Space != pedigree.Custom {
		space, key = p.Space, p.Key
	}
	if space == pedigree.Param {
		return aspectParam
	}
	all := words(key)
	switch {
	case key == "mlflow.source.type":
		return aspectCode
	case slices.ContainsFunc(all, func(w string) bool { return slices.Contains(environmentWords, w) }):
		return aspectEnvironment
	case slices.ContainsFunc(all, func(w string) bool { return slices.Contains(codeWords, w) }):
		return aspectCode
	case space == pedigree.Field, space == pedigree.Custom:
		return aspectParam
	}
	return aspectNone
}

// keepsBooks reports whether a property is no fact, but how a wire knows which
// facts are the newest.
func keepsBooks(p *pedigree.Property) bool {
	return p.Space == pedigree.Field && p.Key == pedigree.FacetTimesKey
}

// lastWord gives the end of a key, in lower case: of dataDigest, digest.
func lastWord(key string) string {
	if at := strings.LastIndexAny(key, "._-/ "); at >= 0 {
		key = key[at+1:]
	}
	if all := words(key); len(all) > 1 && all[len(all)-1] != "" && !strings.ContainsAny(key, "0123456789") {
		return all[len(all)-1]
	}
	return strings.ToLower(key)
}
