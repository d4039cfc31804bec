package mlflow

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree"
)

// writeArguments writes the query string as the JSON object that it stands for.
func writeArguments[T any](b *bytes.Buffer, of shape[T], query string) error {
	if query == "" {
		b.WriteString("{}")
		return nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return pedigree.Errorf(pedigree.Invalid, "The query string is malformed.")
	}
	out := append(b.AvailableBuffer(), '{')
	for i := range of {
		for _, name := range of[i].spellings {
			given := values[name]
			if name == "" || len(given) == 0 {
				continue
			}
			if out, err = appendArgument(member(out, name), name, given, of[i].list, of[i].boolean); err != nil {
				return err
			}
		}
	}
	b.Write(append(out, '}'))
	return nil
}

func appendArgument(b []byte, name string, given []string, list, boolean bool) ([]byte, error) {
	if list {
		b = append(b, '[')
		for _, s := range given {
			b = appendRaw(element(b), s)
		}
		return append(b, ']'), nil
	}
	for _, s := range given[1:] {
		if s != given[0] {
			return nil, pedigree.Errorf(pedigree.Invalid, "Parameter '%s' is given more than once.", name)
		}
	}
	if boolean {
		switch lower := strings.ToLower(given[0]); lower {
		case "true", "false":
			return append(b, lower...), nil
		}
		return nil, pedigree.Errorf(pedigree.Invalid, "Invalid boolean value: %s, must be 'true' or 'false'.", given[0])
	}
	return appendRaw(b, given[0]), nil
}

// appendRaw quotes s and keeps bytes that are no Unicode, for the decoder to
// refuse.
func appendRaw(b []byte, s string) []byte {
	q, err := jsontext.AppendQuote(b, s)
	if err == nil {
		return q
	}
	b = append(b, '"', 0xff)
	return append(b, '"')
}
