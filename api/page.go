package api

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/route"
)

// Artifacts opens the files of what has files: runs, logged models and model
// versions.
type Artifacts interface {
	// OpenFile opens a file below the artifacts of a node, of which it reads the
	// type, name, UID and version. The error is NotFound
	// where there is none and Invalid where this server does not have the bytes.
	OpenFile(ctx context.Context, of *pedigree.Node, path string) (*blob.Object, error)
}

// maxPage is the size of the largest page that is shown, in bytes. Reports that
// carry their own data and scripts have some megabytes.
const maxPage = 64 << 20

// pagePolicy gives a page an origin of its own, which is no one else's: what it
// may do, it can do to itself alone. It loads and sends nothing.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "

// The two ends of the policy, by whether scripts run.
const (
	stillPage = "sandbox"
	livePage  = "sandbox allow-scripts; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src data: blob:; worker-src data: blob:"
)

func (h *Handler) pageEndpoints() []endpoint {
	return []endpoint{{
		id: "getPage", method: "GET", path: "/artifact-page", group: artifactGroup, permission: route.Read,
		summary: "Show an HTML file of a run, logged model or model version as a page",
		detail: "For browsers: the page gets an origin that it shares with nothing, can be framed by this server alone, and neither loads nor sends anything. " +
			"Its scripts run only where that is asked for. Every other operation gives HTML as a download.",
		parameters: []parameter{refIn("ref"), textOf("path", "the path of the file below the artifacts").must(), flagOf("scripts", "let the scripts of the page run")},
		text:       pageType, problems: []pedigree.Code{pedigree.NotFound, pedigree.TooLarge}, call: h.page,
	}}
}

// page shows a file as a page.
func (h *Handler) page(w http.ResponseWriter, r *request) error {
	// On its own it would look like a page of this server: whoever wrote it would
	// speak in the server's name.
	if r.Header.Get("Sec-Fetch-Dest") == "document" {
		return pedigree.Errorf(pedigree.Denied, "A page is shown within the pages of this server alone; open the run or model that it belongs to")
	}
	found, err := h.resolve(r, "ref")
	if err != nil {
		return err
	}
	v := &found[0].Vertex
	of := pedigree.Node{Type: v.Type, Name: v.Name, UID: v.UID, Version: v.Version}
	file, err := h.Artifacts.OpenFile(r.Context(), &of, r.text("path"))
	if err != nil {
		return err
	}
	defer file.Body.Close()
	if file.Size > maxPage {
		return pedigree.Errorf(pedigree.TooLarge, "A page of %d bytes is not shown, only downloaded; the limit is %d", file.Size, maxPage)
	}
	setPageHeaders(w.Header(), r.flag("scripts"))
	w.Header().Set("Content-Length", strconv.FormatInt(file.Length, 10))
	if _, err := io.Copy(w, file.Body); err != nil {
		route.Report(w, pedigree.Hide(pedigree.Unavailable, err, "the page was not sent whole"))
	}
	return nil
}

func setPageHeaders(header http.Header, scripts bool) {
	end := stillPage
	if scripts {
		end = livePage
	}
	header.Set("Content-Type", pageType)
	header.Set("Content-Security-Policy", pagePolicy+end)
	header.Set("X-Frame-Options", "SAMEORIGIN")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "private, no-cache")
}
