package atlas

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/transfer"
)

// maxArchive bounds a request that brings an archive.
const maxArchive = 16 << 30

// transferRoutes are the operations that take entities out and bring them in.
func (h *Handler) transferRoutes() []operation {
	const (
		admin = "/admin"
		async = admin + "/async/import"
	)
	return []operation{
		{method: "POST", path: admin + "/export", permission: route.Read, call: h.export},
		{method: "POST", path: admin + "/import", permission: route.Manage, call: h.importArchive, body: route.BytesBody, maxBody: maxArchive},
		{method: "POST", path: admin + "/importfile", permission: route.Manage, call: h.importFile},
		{method: "POST", path: async, permission: route.Manage, call: h.importAsync, body: route.BytesBody, maxBody: maxArchive},
		{method: "GET", path: async + "/status", permission: route.Read, call: h.asyncImports},
		{method: "GET", path: async + "/status/{id}", permission: route.Read, call: h.asyncImport},
		{method: "DELETE", path: async + "/{id}", permission: route.Manage, call: h.abortImport},
		{method: "GET", path: admin + "/expimp/audit", permission: route.Read, call: h.transferAudits},
		{method: "GET", path: admin + "/server/{name}", permission: route.Read, call: h.server},
	}
}

// callerOf says who sends a request, and from where.
func callerOf(r *http.Request) transfer.Caller {
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		ip = r.RemoteAddr
	}
	return transfer.Caller{User: userOf(r), Host: r.Host, IP: ip}
}

// errNothing ends an export of nothing, of which no archive is wanted.
var errNothing = errors.New("atlas: nothing to export")

func (h *Handler) export(w http.ResponseWriter, r *http.Request) error {
	var in *transfer.ExportRequest
	if err := decode(r, &in); err != nil {
		return err
	}
	begun := false
	_, err := h.Transfers.Export(r.Context(), workspace, in, callerOf(r), w, func(empty bool) error {
		if empty && in.OmitEmpty() {
			return errNothing
		}
		begun = true
		w.Header().Set("Content-Type", "application/zip")
		w.Header().Set("Content-Disposition", `attachment; filename="atlas-export.zip"`)
		return nil
	})
	switch {
	case errors.Is(err, errNothing):
		return done(w)
	case err != nil && begun: // it is too late to answer with it: the archive stays without its end
		route.Report(w, err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// An upload is an archive that a request brought, in a file of its own.
type upload struct {
	file    *os.File
	size    int64
	request *transfer.ImportRequest
}

// close removes the file.
func (u *upload) close() {
	_ = u.file.Close()
	_ = os.Remove(u.file.Name())
}

// errNoArchive is that of a form without an archive.
var errNoArchive = fault.New(fault.BadRequest, "The request must be a form of multipart/form-data with a part named data")

// uploadedArchive keeps the archive in a form.
func (h *Handler) uploadedArchive(r *http.Request) (*upload, error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, errNoArchive
	}
	file, err := h.Transfers.Arriving()
	if err != nil {
		return nil, err
	}
	u := &upload{file: file, size: -1, request: &transfer.ImportRequest{}}
	if err := u.read(form); err != nil {
		u.close()
		return nil, err
	}
	return u, nil
}

// read takes the parts of a form.
func (u *upload) read(form *multipart.Reader) error {
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return orKnown(err, errNoArchive)
		}
		switch part.FormName() {
		case "request":
			text, err := io.ReadAll(io.LimitReader(part, 1<<20))
			if err != nil {
				return orKnown(err, errNoArchive)
			}
			if u.request, err = importRequest(text); err != nil {
				return err
			}
		case "data":
			if u.size, err = io.Copy(u.file, part); err != nil {
				return orKnown(err, errNoArchive)
			}
		}
	}
	if u.size < 0 {
		return errNoArchive
	}
	return nil
}

// importRequest reads options, which clients write as members of the request too.
func importRequest(text []byte) (*transfer.ImportRequest, error) {
	var in map[string]any
	if err := decodeText(text, &in); err != nil {
		return nil, err
	}
	r := &transfer.ImportRequest{Options: make(map[string]string)}
	options, _ := in["options"].(map[string]any)
	for _, group := range []map[string]any{in, options} {
		for name, value := range group {
			switch v := value.(type) {
			case string:
				r.Options[name] = v
			case bool, json.Number:
				r.Options[name] = fmt.Sprint(v)
			}
		}
	}
	return r, nil
}

func (h *Handler) importArchive(w http.ResponseWriter, r *http.Request) error {
	u, err := h.uploadedArchive(r)
	if err != nil {
		return err
	}
	defer u.close()
	result, err := h.Transfers.Import(r.Context(), workspace, u.file, u.size, u.request, callerOf(r))
	if fault.Is(err, fault.ImportAttemptingEmptyZip) {
		return answer(w, &transfer.ImportResult{Metrics: map[string]int64{}, Processed: []string{}, Status: transfer.Failed})
	}
	return answered(w, result, err)
}

// importFile brings in an archive that lies on the server, in the one directory that
// the operator names, if any.
func (h *Handler) importFile(w http.ResponseWriter, r *http.Request) error {
	text, err := readBody(r)
	if err != nil {
		return err
	}
	in, err := importRequest(text)
	if err != nil {
		return err
	}
	if h.ImportDir == nil {
		return pedigree.Errorf(pedigree.Denied, "This server brings in no files of its own: send the archive to admin/import")
	}
	name := in.Options["fileName"]
	if strings.TrimSpace(name) == "" {
		return fault.New(fault.InvalidParameters, "FILENAME parameter not found")
	}
	file, err := h.ImportDir.Open(name)
	if err != nil {
		return fault.Hide(err, fault.InvalidParameters, "fileName: there is no such file in the directory of imports")
	}
	defer file.Close()
	about, err := file.Stat()
	if err != nil || !about.Mode().IsRegular() {
		return fault.New(fault.InvalidParameters, "fileName: it is no file")
	}
	result, err := h.Transfers.Import(r.Context(), workspace, file, about.Size(), in, callerOf(r))
	return answered(w, result, err)
}

func (h *Handler) importAsync(w http.ResponseWriter, r *http.Request) error {
	u, err := h.uploadedArchive(r)
	if err != nil {
		return err
	}
	defer u.close()
	job, err := h.Transfers.Enqueue(r.Context(), workspace, schema.NewGUID(), u.file, u.size, u.request, callerOf(r))
	if fault.Is(err, fault.ImportAttemptingEmptyZip) {
		return answer(w, map[string]any{})
	}
	return answered(w, job, err)
}

// An asyncStatus is an import in a list of them.
type asyncStatus struct {
	ID       string `json:"importId"`
	Status   string `json:"status"`
	Received string `json:"importRequestReceivedTime"` // as people write it, unlike all other times
	User     string `json:"importRequestUser"`
}

func (h *Handler) asyncImports(w http.ResponseWriter, r *http.Request) error {
	offset, err := number(r.URL.Query(), "offset", 0)
	if err != nil {
		return err
	}
	limit, err := number(r.URL.Query(), "limit", 50)
	if err != nil {
		return err
	}
	if offset < 0 || limit <= 0 {
		return fault.New(fault.InvalidParameters, "offset must not be negative, and limit not less than 1")
	}
	jobs, total, err := h.Transfers.Jobs(r.Context(), offset, limit)
	if err != nil {
		return err
	}
	list := []asyncStatus{}
	for i := range jobs {
		received := time.UnixMilli(int64(jobs[i].Received)).UTC().Format("2006-01-02T15:04:05.000Z")
		list = append(list, asyncStatus{jobs[i].ID, jobs[i].Status, received, jobs[i].User})
	}
	return answer(w, map[string]any{"list": list, "startIndex": offset, "pageSize": limit, "totalCount": total, "sortType": "NONE"})
}

func (h *Handler) asyncImport(w http.ResponseWriter, r *http.Request) error {
	job, err := h.Transfers.Job(r.Context(), r.PathValue("id"))
	return answered(w, job, err)
}

func (h *Handler) abortImport(w http.ResponseWriter, r *http.Request) error {
	return emptied(w, h.Transfers.Abort(r.Context(), r.PathValue("id")))
}

func (h *Handler) transferAudits(w http.ResponseWriter, r *http.Request) error {
	v := r.URL.Query()
	q := &transfer.AuditQuery{User: v.Get("userName"), Operation: v.Get("operation"), Server: v.Get("serverName")}
	var err error
	if q.Limit, err = number(v, "limit", 0); err != nil {
		return err
	}
	if q.Offset, err = number(v, "offset", 0); err != nil {
		return err
	}
	for name, into := range map[string]*pedigree.Time{"startTime": &q.From, "endTime": &q.To} {
		if text := v.Get(name); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return fault.New(fault.BadRequest, "The parameter "+name+" must be a number of milliseconds")
			}
			*into = pedigree.Time(n)
		}
	}
	all, err := h.Transfers.Audits(r.Context(), workspace, q)
	return listed(w, all, err)
}

// A serverInfo describes a server that entities are exchanged with.
type serverInfo struct {
	GUID        string            `json:"guid,omitempty"`
	Name        string            `json:"name"`
	FullName    string            `json:"fullName"`
	DisplayName string            `json:"displayName"`
	Info        map[string]string `json:"additionalInfo"`
	URLs        []string          `json:"urls"`
}

// server describes a server: this one, or what an entity of that type says.
func (h *Handler) server(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	s := serverInfo{Name: name, FullName: name, DisplayName: name, Info: map[string]string{}, URLs: []string{}}
	e, err := h.serverEntity(r, name)
	switch {
	case err != nil && name == transfer.ServerName && fault.Is(err, fault.InstanceByUniqueAttributeNotFound):
		return answer(w, s)
	case err != nil:
		return err
	}
	s.GUID = e.GUID
	for key, into := range map[string]*string{"name": &s.Name, "fullName": &s.FullName, "displayName": &s.DisplayName} {
		if text, ok := e.Attributes[key].(string); ok {
			*into = text
		}
	}
	if info, ok := e.Attributes["additionalInfo"].(map[string]any); ok {
		for key, v := range info {
			s.Info[key] = fmt.Sprint(v)
		}
	}
	if urls, ok := e.Attributes["urls"].([]any); ok {
		for _, u := range urls {
			s.URLs = append(s.URLs, fmt.Sprint(u))
		}
	}
	return answer(w, s)
}

func (h *Handler) serverEntity(r *http.Request, name string) (e *catalog.Entity, err error) {
	e, _, err = h.Entities.Entity(r.Context(), workspace, catalog.Ref{Type: "AtlasServer", Unique: map[string]any{"fullName": name}}, catalog.ReadOptions{NoReferred: true})
	return e, err
}
