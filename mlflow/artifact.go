package mlflow

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/route"
)

// An artifactOperation is one row of the table of what concerns bytes.
type artifactOperation struct {
	bases      []string // what the path is mounted below
	method     string
	path       string
	permission route.Permission
	body       route.Body
	maxBody    int64
	call       func(http.ResponseWriter, *http.Request) error
}

// What the paths are mounted below: most for programs and web pages alike.
var (
	bothBases = []string{"/api", "/ajax-api"}
	pageBase  = []string{"/ajax-api"}
	noBase    = []string{""}
)

// maxPartList is the body that lists ten thousand parts by number, tag and the
// URL that each was sent to.
const maxPartList = 16 << 20

func (h *Handler) artifactOperations() []artifactOperation {
	const bytes, v2 = "/2.0/mlflow-artifacts", "/2.0/mlflow"
	return []artifactOperation{
		{bothBases, "GET", bytes + "/artifacts", route.Read, route.NoBody, 0, h.listArtifacts},
		{bothBases, "GET", bytes + "/artifacts/{path...}", route.Read, route.NoBody, 0, h.downloadArtifact},
		{bothBases, "PUT", bytes + "/artifacts/{path...}", route.Write, route.BytesBody, -1, h.uploadArtifact},
		{bothBases, "DELETE", bytes + "/artifacts/{path...}", route.Delete, route.NoBody, 0, h.deleteArtifact},

		{bothBases, "POST", bytes + "/mpu/create/{path...}", route.Write, route.JSONBody, 0, h.createUpload},
		{bothBases, "PUT", bytes + "/mpu/part/{path...}", route.Write, route.BytesBody, blob.MaxPart, h.uploadPart},
		{bothBases, "POST", bytes + "/mpu/complete/{path...}", route.Write, route.JSONBody, maxPartList, h.completeUpload},
		{bothBases, "POST", bytes + "/mpu/abort/{path...}", route.Write, route.JSONBody, 0, h.abortUpload},

		{bothBases, "GET", bytes + "/presigned/{path...}", route.Read, route.NoBody, 0, h.presignArtifact},
		{bothBases, "POST", v2 + "/artifacts/presigned-download-url", route.Read, route.JSONBody, 0, h.presignDownload},
		{bothBases, "POST", v2 + "/artifacts/presigned-upload-url", route.Write, route.JSONBody, 0, h.presignUpload},

		{noBase, "GET", "/get-artifact", route.Read, route.NoBody, 0, h.getRunArtifact},
		{pageBase, "POST", v2 + "/upload-artifact", route.Write, route.BytesBody, -1, h.uploadRunArtifact}, // limits itself, in upstream's words
		{bothBases, "GET", v2 + "/artifacts/list", route.Read, route.NoBody, 0, h.listRunArtifacts},
		{pageBase, "GET", v2 + "/logged-models/{model_id}/artifacts/files", route.Read, route.NoBody, 0, h.getModelArtifact},
		{bothBases, "GET", v2 + "/logged-models/{model_id}/artifacts/directories", route.Read, route.NoBody, 0, h.listModelArtifacts},
		{noBase, "GET", "/model-versions/get-artifact", route.Read, route.NoBody, 0, h.getVersionArtifact},
		{pageBase, "GET", v2 + "/model-versions/get-artifact", route.Read, route.NoBody, 0, h.getVersionArtifact},
	}
}

// artifactRoutes are the operations on artifact bytes, as the server mounts
// them.
func (h *Handler) artifactRoutes() []route.Route {
	var routes []route.Route
	for _, o := range h.artifactOperations() {
		for _, base := range o.bases {
			routes = append(routes, route.Route{
				Method: o.method, Pattern: base + o.path, Permission: o.permission,
				Body: o.body, MaxBody: o.maxBody, Handler: h.handle(o.call),
			})
		}
	}
	return routes
}

var errInvalidPath = pedigree.Errorf(pedigree.Invalid, "Invalid path")

// pathKey gives the key at the end of a request's path, decoded once. A slash
// that is only one after decoding would be read in two ways.
func pathKey(r *http.Request) (blob.Key, error) {
	if hidesSlash(r.URL.EscapedPath()) {
		return blob.Key{}, errInvalidPath
	}
	return blob.ParseKey(r.PathValue("path"))
}

// pathPrefix gives the directory at the end of a request's path.
func pathPrefix(r *http.Request) (blob.Prefix, error) {
	if hidesSlash(r.URL.EscapedPath()) {
		return blob.Prefix{}, errInvalidPath
	}
	return blob.ParsePrefix(r.PathValue("path"))
}

// arguments reads the query string of a request of any method.
func arguments[T any](r *http.Request, of shape[T]) (T, error) {
	d := decoders.Get().(*decoder)
	defer d.release()
	d.body.Reset()
	var m T
	if err := writeArguments(&d.body, of, r.URL.RawQuery); err != nil {
		return m, err
	}
	return parse(d, of, m)
}
