package jobs

import (
	"bytes"
	"encoding/json"

	"github.com/pedigree-ml/pedigree/identity"
)

// Redact takes passwords and signatures out of the addresses in an event, which
// must be JSON. What holds none comes back byte for byte.
func Redact(body []byte) []byte {
	if !bytes.Contains(body, []byte("://")) || !bytes.ContainsAny(body, "@?;") {
		return body
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var whole any
	if d.Decode(&whole) != nil || !redact(whole) {
		return body
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(whole) != nil {
		return body
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// addresses are the keys whose values may be addresses, in all facets of the
// specification.
var addresses = map[string]bool{"namespace": true, "name": true, "uri": true, "url": true, "repoUrl": true, "location": true}

// redact changes a value in place and reports whether it did.
func redact(value any) (changed bool) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			changed = redact(item) || changed
		}
	case map[string]any:
		for key, item := range v {
			text, isText := item.(string)
			if !isText {
				changed = redact(item) || changed
				continue
			}
			if clean := identity.Redact(text); addresses[key] && clean != text {
				v[key], changed = clean, true
			}
		}
	}
	return changed
}
