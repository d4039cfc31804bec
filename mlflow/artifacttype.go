package mlflow

import (
	"path"
	"strings"
)

// contentTypes are the types in which artifacts leave, by extension. Nothing
// that a browser would run or take for a page is among them: markup, scripts
// and documents are text or bytes.
var contentTypes = func() map[string]string {
	types := make(map[string]string)
	for list, t := range map[string]string{
		"txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml json jsonl js mjs py py3 csv tsv md rst ipynb " +
			"xml html htm xhtml css sh r sql tex lock mlmodel mlproject": "text/plain",
		"png": "image/png", "jpg jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "bmp": "image/bmp", "tif tiff": "image/tiff",
		"wav": "audio/wav", "mp3": "audio/mpeg", "ogg oga": "audio/ogg", "flac": "audio/flac",
		"mp4": "video/mp4", "webm": "video/webm",
	} {
		for extension := range strings.FieldsSeq(list) {
			types[extension] = t
		}
	}
	return types
}()

// contentType gives the type for a name: by its extension, or by the whole
// name where it has none, as MLmodel.
func contentType(name string) string {
	extension := path.Ext(name)
	if extension == "" {
		extension = name
	}
	if t, ok := contentTypes[strings.ToLower(strings.TrimPrefix(extension, "."))]; ok {
		return t
	}
	return "application/octet-stream"
}
