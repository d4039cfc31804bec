package api

import (
	"cmp"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// An endpoint is one operation of the wire. It is declared once: the server
// mounts it, requests are checked and the document describes it by what stands
// here, so that none of them can say something else.
type endpoint struct {
	id         string // by which generated clients call it
	method     string
	path       string // below base
	group      *group
	summary    string
	detail     string // what else a reader of the document should know
	permission route.Permission
	parameters []parameter
	body       any             // a value of the type that the request holds; nil for no body
	status     int             // of a good answer; 0 stands for 200
	answer     any             // a value of the type that a good answer holds
	lines      []any           // values of the types of a line, for an answer that comes in lines; empty where none does
	text       string          // the type of content of a good answer that is text; empty where it is none
	events     any             // a value of the type of the data of each event, for an answer that is a stream of them
	problems   []pedigree.Code // that it answers with, beside those that every operation may
	refusals   []int           // statuses that it also refuses with and that no code stands for
	call       func(http.ResponseWriter, *request) error
}

// A group is the endpoints that belong together for a reader.
type group struct{ name, about string }

// The groups, in the order of the document.
var (
	findingGroup  = &group{"finding", "Nodes of every protocol, found by reference, by filter or by words."}
	lineageGroup  = &group{"lineage", "What was made from what, across all protocols."}
	chartGroup    = &group{"charts", "What pictures of runs are made from."}
	commentGroup  = &group{"comments", "What people write below nodes."}
	changingGroup = &group{"changing", "What people correct and remove by hand."}
	runGroup      = &group{"runs", "The runs of an experiment as a table: chosen columns of a page, counts, keys, values and groups. And changes of many."}
	versionGroup  = &group{"model versions", "The history, files and digests of registered model versions."}
	artifactGroup = &group{"artifacts", "The files of runs, logged models and model versions."}
	serverGroup   = &group{"server", "The server itself."}
	groups        = []*group{findingGroup, runGroup, lineageGroup, chartGroup, commentGroup, changingGroup, versionGroup, artifactGroup, serverGroup}
)

// always are the problems that any operation may answer with: a request that
// the server does not take from this client, at this moment or at all.
var always = []pedigree.Code{pedigree.Invalid, pedigree.Unauthenticated, pedigree.Denied, pedigree.TooLarge, pedigree.Internal, pedigree.Unavailable}

// endpoints are all operations of the wire.
func (h *Handler) endpoints() []endpoint {
	var all []endpoint
	for _, some := range [][]endpoint{
		h.findingEndpoints(),
		h.aroundEndpoints(),
		h.classificationEndpoints(),
		h.runEndpoints(),
		h.runChangeEndpoints(),
		h.lineageEndpoints(),
		h.watchEndpoints(),
		h.seriesEndpoints(),
		h.importanceEndpoints(),
		h.commentEndpoints(),
		h.joinEndpoints(),
		h.deletionEndpoints(),
		h.historyEndpoints(),
		h.versionEndpoints(),
		h.metricsEndpoints(),
		h.pageEndpoints(),
		h.serverEndpoints(),
	} {
		all = append(all, some...)
	}
	return all
}

// good is the status of a good answer.
func (e *endpoint) good() int { return cmp.Or(e.status, http.StatusOK) }

// route mounts the endpoint.
func (e *endpoint) route() route.Route {
	body := route.NoBody
	if e.body != nil {
		body = route.JSONBody
	}
	return route.Route{Method: e.method, Pattern: base + e.path, Permission: e.permission, Body: body, Stream: e.events != nil, Handler: e.handle}
}

// handle answers a request with what the operation gives, or why not.
func (e *endpoint) handle(w http.ResponseWriter, r *http.Request) {
	checked, err := e.check(r)
	if err == nil {
		err = e.call(w, checked)
	}
	if err != nil {
		fail(w, r, err)
	}
}
