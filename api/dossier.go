package api

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/dossier"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/route"
)

// dossierEndpoints tell what is known of a version; they are declared without
// what names it.
func (h *Handler) dossierEndpoints() []endpoint {
	missing := []pedigree.Code{pedigree.NotFound}
	return []endpoint{{
		id: "getDossier", method: "GET", path: "/dossier", summary: "Tell all that is known of a version: metrics, params, signature, environment, code and data",
		answer: DossierAnswer{}, problems: missing, call: h.ofVersion(h.dossier),
	}, {
		id: "getCard", method: "GET", path: "/card", summary: "Draw a card of a version in Markdown, from what is recorded",
		detail: "It is a beginning for people, who keep what they make of it as the description of the version.",
		answer: CardAnswer{}, problems: missing, call: h.ofVersion(h.card),
	}, {
		id: "getVersionDifference", method: "GET", path: "/difference", summary: "Tell a version from another: signature, metrics, params, environment, code, data, and files by their digests",
		parameters: []parameter{textOf("other", "the number of the version on the right").must(), textOf("other_name", "the name of its model, if that is another")},
		answer:     DifferenceAnswer{}, problems: missing, call: h.ofVersion(h.difference),
	}}
}

// metricsEndpoints tell of several versions at once.
func (h *Handler) metricsEndpoints() []endpoint {
	return []endpoint{{
		id: "getVersionMetrics", method: "GET", path: "/model-metrics", group: versionGroup, permission: route.Read,
		summary:    "Tell the metrics of some versions of a model",
		parameters: []parameter{textOf("name", "the model's name").must(), textOf("version", "the number of a version").must().several()},
		answer:     MetricsAnswer{}, problems: []pedigree.Code{pedigree.NotFound}, call: h.versionMetrics,
	}}
}

// A DossierAnswer is all that is known of a version.
type DossierAnswer struct {
	VersionName
	Aliases     []string        `json:"aliases"`
	Stage       string          `json:"stage"`
	Run         string          `json:"run,omitempty"`      // that made it, by its UID
	RunName     string          `json:"run_name,omitempty"` // of the same
	Metrics     []VersionMetric `json:"metrics"`
	Params      []Property      `json:"params"`
	Flavors     []string        `json:"flavors"`
	Needs       []string        `json:"needs"`       // packages
	Manifest    []Property      `json:"manifest"`    // what its MLmodel file says, by key
	Code        []Property      `json:"code"`        // which program made it
	Environment []Property      `json:"environment"` // in what that ran
	Data        []Material      `json:"data"`        // what went into it, nearest first
	Truncated   bool            `json:"truncated,omitempty"`
}

// A VersionMetric is how well a version did, by the latest word.
type VersionMetric struct {
	Key     string `json:"key"`
	Value   any    `json:"value"` // a number; NaN and infinities are text
	Step    int64  `json:"step"`
	Time    string `json:"time" format:"date-time"`
	Dataset string `json:"dataset,omitempty"` // on which it was measured
	Digest  string `json:"digest,omitempty"`  // of that data set
}

func (h *Handler) dossier(w http.ResponseWriter, r *request, v *registry.Version) error {
	d, err := h.Dossiers.Read(r.Context(), v)
	if err != nil {
		return err
	}
	a := DossierAnswer{
		VersionName: nameOf(v), Aliases: append([]string{}, v.Aliases...), Stage: v.Stage, Metrics: metricsOf(d.Metrics),
		Params: short(d.Params), Flavors: append([]string{}, d.Flavors()...), Needs: append([]string{}, d.Needs()...),
		Manifest: []Property{}, Code: short(d.Code), Environment: short(d.Environment), Data: make([]Material, len(d.Data)), Truncated: d.Truncated,
	}
	if d.Run != nil {
		a.Run, a.RunName = d.Run.UID, d.Run.Name
	}
	for key, value := range d.Manifest {
		a.Manifest = append(a.Manifest, Property{key, value})
	}
	slices.SortFunc(a.Manifest, func(a, b Property) int { return cmp.Compare(a.Key, b.Key) })
	for i := range d.Data {
		m := &d.Data[i]
		a.Data[i] = Material{nodeOf(&m.Node), m.Source, m.Digest, plain(m.Description)}
	}
	return answer(w, a)
}

// short shows properties of one space under their own keys, never null.
func short(properties []pedigree.Property) []Property {
	all := make([]Property, len(properties))
	for i := range properties {
		all[i] = Property{properties[i].Key, valueOf(&properties[i])}
	}
	return all
}

func metricsOf(metrics []dossier.Metric) []VersionMetric {
	all := make([]VersionMetric, len(metrics))
	for i := range metrics {
		m := &metrics[i]
		all[i] = VersionMetric{m.Key, number(m.Value), m.Step, moment(m.Time), m.Dataset, m.Digest}
	}
	return all
}

// A CardAnswer is a card of a version.
type CardAnswer struct {
	VersionName
	Card string `json:"card"` // in Markdown
}

// cardHistory is how many lines of its history a card tells.
const cardHistory = 40

func (h *Handler) card(w http.ResponseWriter, r *request, v *registry.Version) error {
	d, err := h.Dossiers.Read(r.Context(), v)
	if err != nil {
		return err
	}
	files, err := h.digests.Summary(r.Context(), v.ID)
	if err != nil {
		return err
	}
	history, err := h.models.HistoryOf(r.Context(), v.ID, 0, cardHistory)
	if err != nil {
		return err
	}
	return answer(w, CardAnswer{nameOf(v), d.Card(&files, history)})
}

// A DifferenceAnswer is what tells two versions apart, aspect by aspect.
type DifferenceAnswer struct {
	Left        VersionName    `json:"left"`
	Right       VersionName    `json:"right"`
	Signature   Aspect         `json:"signature"`
	Metrics     Aspect         `json:"metrics"`
	Params      Aspect         `json:"params"`
	Environment Aspect         `json:"environment"`
	Code        Aspect         `json:"code"`
	Data        Aspect         `json:"data"` // upstream, by name; the values are versions or digests
	Files       FileDifference `json:"files"`
	Truncated   bool           `json:"truncated,omitempty"` // there is more upstream than was compared
}

// An Aspect is what differs in one respect.
type Aspect struct {
	Changes []AspectChange `json:"changes"` // by key, at most 1000
	Differ  int            `json:"differ"`  // all that differ
	Equal   int            `json:"equal"`   // what both say alike
}

// An AspectChange is something that differs; a side that does not have it is absent.
type AspectChange struct {
	Key   string  `json:"key"`
	Left  *string `json:"left,omitempty"`
	Right *string `json:"right,omitempty"`
}

// A FileDifference is how the files of two versions differ. A file of which a
// digest is not known is as good as changed.
type FileDifference struct {
	Changes []VersionFileChange `json:"changes"` // by path, at most 1000
	Differ  int                 `json:"differ"`
	Equal   int                 `json:"equal"`
}

// A VersionFileChange is a file that differs; a side that does not have it is absent.
type VersionFileChange struct {
	Path  string   `json:"path"`
	Left  *Content `json:"left,omitempty"`
	Right *Content `json:"right,omitempty"`
}

func (h *Handler) difference(w http.ResponseWriter, r *request, left *registry.Version) error {
	name := r.text("other_name")
	if name == "" {
		name = left.Name
	}
	right, err := h.models.VersionEver(r.Context(), h.workspace(), name, r.text("other"))
	if err != nil {
		return err
	}
	var sides [2]*dossier.Dossier
	for i, v := range []*registry.Version{left, &right} {
		if sides[i], err = h.Dossiers.Read(r.Context(), v); err != nil {
			return err
		}
	}
	d, err := h.Dossiers.Compare(r.Context(), sides[0], sides[1])
	if err != nil {
		return err
	}
	return answer(w, DifferenceAnswer{
		Left: nameOf(left), Right: nameOf(&right),
		Signature: aspectOf(&d.Signature), Metrics: aspectOf(&d.Metrics), Params: aspectOf(&d.Params), Environment: aspectOf(&d.Environment),
		Code: aspectOf(&d.Code), Data: aspectOf(&d.Data), Files: filesOf(&d.Files), Truncated: d.Truncated,
	})
}

func aspectOf(a *dossier.Aspect) Aspect {
	out := Aspect{Changes: make([]AspectChange, len(a.Changes)), Differ: a.Differ, Equal: a.Equal}
	for i, c := range a.Changes {
		out.Changes[i] = AspectChange(c)
	}
	return out
}

func filesOf(d *dossier.FileDifference) FileDifference {
	out := FileDifference{Changes: make([]VersionFileChange, len(d.Changes)), Differ: d.Differ, Equal: d.Equal}
	for i, c := range d.Changes {
		out.Changes[i] = VersionFileChange{Path: c.Path, Left: sideContent(c.Left), Right: sideContent(c.Right)}
	}
	return out
}

func sideContent(f *pedigree.File) *Content {
	if f == nil {
		return nil
	}
	return &Content{f.Size, f.SHA256}
}

// A MetricsAnswer holds the metrics of some versions, in the order asked for.
type MetricsAnswer struct {
	Versions []VersionMetrics `json:"versions"`
}

// VersionMetrics are the metrics of one version, at most 200.
type VersionMetrics struct {
	Version string          `json:"version"`
	Metrics []VersionMetric `json:"metrics"`
	More    bool            `json:"more,omitempty"` // it has more of them
}

// Bounds of the metrics of several versions.
const (
	maxMetricVersions = 200
	maxVersionMetrics = 200
)

func (h *Handler) versionMetrics(w http.ResponseWriter, r *request) error {
	numbers := r.texts("version")
	if len(numbers) > maxMetricVersions {
		return pedigree.Errorf(pedigree.Invalid, "At most %d versions can be asked about at once", maxMetricVersions)
	}
	versions := make([]registry.Version, len(numbers))
	for i, number := range numbers {
		v, err := h.models.Version(r.Context(), h.workspace(), r.text("name"), number)
		if err != nil {
			return err
		}
		versions[i] = v
	}
	all, err := h.Dossiers.Metrics(r.Context(), versions)
	if err != nil {
		return err
	}
	a := MetricsAnswer{Versions: make([]VersionMetrics, len(all))}
	for i, metrics := range all {
		some := metrics[:min(len(metrics), maxVersionMetrics)]
		a.Versions[i] = VersionMetrics{versions[i].Version, metricsOf(some), len(some) < len(metrics)}
	}
	return answer(w, a)
}
