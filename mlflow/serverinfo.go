package mlflow

import (
	"net/http"
	"strconv"
)

// Version is the release of MLflow whose protocol the server speaks. Clients
// compare it with their own.
const Version = "3.17.2"

// health answers load balancers and clients that wait for a server to start.
func health(w http.ResponseWriter, _ *http.Request) { writePlain(w, "OK") }

func version(w http.ResponseWriter, _ *http.Request) { writePlain(w, Version) }

func writePlain(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write([]byte(text)) // there is nobody left to tell
}

// info is what clients ask before they use what not every server has. Anyone
// may read it.
const info = `{"store_type":"SqlStore","workspaces_enabled":false,"trace_archival_enabled":false,` +
	`"multipart_uploads_enabled":true,"multipart_downloads_enabled":false,` +
	`"presigned_upload_run_id_supported":false,"presigned_upload_model_id_supported":false,` +
	`"features_enabled":{"gateway":false}}`

func (h *Handler) serverInfo(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, func(b []byte) []byte { return append(b, info...) })
	return nil
}

// noEndpoints tells MLflow's pages, which ask for what a gateway offers before
// they show runs, that there is no gateway.
func noEndpoints(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, func(b []byte) []byte { return append(b, `{"endpoints":[]}`...) })
}
