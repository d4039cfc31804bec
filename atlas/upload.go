package atlas

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/glossary"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/sheet"
	"github.com/pedigree-ml/pedigree/transfer"
)

// maxUpload bounds a request that brings a table.
const maxUpload = sheet.MaxFile + 1<<20

// errNoFile is that of a form without what was to be uploaded.
var errNoFile = fault.New(fault.BadRequest, "The request must be a form of multipart/form-data with a part named file")

// uploaded reads the file that a form brings. Java's client sends two parts of that
// name, the content first and then, under the name of the file, next to nothing:
// the first content counts and the first name that says which sort of file it is.
func uploaded(r *http.Request) (name string, data []byte, err error) {
	form, err := r.MultipartReader()
	if err != nil {
		return "", nil, errNoFile
	}
	for found := false; ; {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) && found {
			return name, data, nil
		}
		if err != nil {
			return "", nil, orKnown(err, errNoFile)
		}
		if part.FormName() != "file" {
			continue
		}
		if !found {
			if data, err = io.ReadAll(part); err != nil {
				return "", nil, orKnown(err, errNoFile)
			}
			name, found = fileName(part), true
		} else if !sheet.Known(name) {
			name = fileName(part)
		}
	}
}

// fileName gives the name of an uploaded file without directories, whatever the
// client's system writes between them.
func fileName(part *multipart.Part) string {
	name := part.FileName()
	return name[strings.LastIndexAny(name, `/\`)+1:]
}

// orKnown keeps what the server says of a body, such as that it is too large.
func orKnown(err, otherwise error) error {
	if _, ok := errors.AsType[*pedigree.Error](err); ok {
		return err
	}
	return otherwise
}

// attachment answers with a file, which browsers save rather than show.
func attachment(w http.ResponseWriter, name string, data []byte) error {
	header := w.Header()
	header.Set("Content-Type", "application/octet-stream")
	header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(data) // there is nobody left to tell
	return nil
}

// reported answers with what became of the rows of a table. Java's client takes a
// member that it does not know for an error, and knows no numbers of rows.
func reported(w http.ResponseWriter, r *http.Request, report *sheet.Report) error {
	if strings.HasPrefix(r.UserAgent(), "Java/") {
		for _, list := range [][]sheet.Entry{report.Failed, report.Success} {
			for i := range list {
				list[i].Row = 0
			}
		}
	}
	return answer(w, report)
}

func (h *Handler) glossaryTemplate(w http.ResponseWriter, _ *http.Request) error {
	return attachment(w, "glossary-template.csv", []byte(glossary.Template()))
}

func (h *Handler) importGlossary(w http.ResponseWriter, r *http.Request) error {
	name, data, err := uploaded(r)
	if err != nil {
		return err
	}
	report, err := h.Glossaries.Import(r.Context(), workspace, name, data)
	if err != nil {
		return err
	}
	return reported(w, r, report)
}

// businessTableRoutes are the operations on tables of business attributes.
func (h *Handler) businessTableRoutes() []operation {
	const root = v2 + "/entity/businessmetadata/import"
	return []operation{
		{method: "GET", path: root + "/template", permission: route.Read, call: h.businessTemplate},
		{method: "POST", path: root, permission: route.Write, call: h.importBusiness, body: route.BytesBody, maxBody: maxUpload},
	}
}

func (h *Handler) businessTemplate(w http.ResponseWriter, _ *http.Request) error {
	return attachment(w, "template_business_metadata.csv", []byte(transfer.BusinessTemplate))
}

func (h *Handler) importBusiness(w http.ResponseWriter, r *http.Request) error {
	name, data, err := uploaded(r)
	if err != nil {
		return err
	}
	rows, err := glossary.ReadTable(name, data)
	if err != nil {
		return err
	}
	report, err := h.Transfers.ImportBusiness(r.Context(), workspace, rows)
	if err != nil {
		return err
	}
	return reported(w, r, report)
}
