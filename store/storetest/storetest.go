// Package storetest is the contract of [store.Store] in executable form. Each
// engine runs all of it; nothing is skipped.
package storetest

import (
	"errors"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Open opens the store at path, new or not, with the given clock.
type Open func(t *testing.T, path string, clock pedigree.Clock) (store.Store, error)

// Run runs the suite against an engine.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*env)
	}{
		{"a node comes back as it was stored", nodeRoundTrip},
		{"a touch changes when a node was last updated and nothing else", touched},
		{"no two states of a node share a time of change", ages},
		{"identities are unique within workspace and type", uniqueIdentity},
		{"names are unique for contexts alone", uniqueNames},
		{"names are compared byte for byte", binaryNames},
		{"types are read as the transaction has changed them", declaredWithin},
		{"text that some engine cannot hold is refused", strictText},
		{"a workspace sees its own nodes only", isolation},
		{"the bin takes and gives back", bin},
		{"purge takes what hangs on a node", purge},
		{"properties are set, added once and removed", properties},
		{"facts come by space, for the nodes asked for", facts},
		{"a series is ordered, pages and ignores repeats", orderedSeries},
		{"a series in blocks is the series point by point", condensed},
		{"steps of a series", steps},
		{"the latest point follows the rule in any order of arrival", latest},
		{"events join nodes once", events},
		{"events are read from both ends and by identity", links},
		{"the identity of an event is never given again", eventsGone},
		{"neighbours stand at the other end of events", neighbours},
		{"types come back as they were declared", declarations},
		{"types that cannot be declared are refused", declarationsRefused},
		{"nodes are found by what other systems call them", external},
		{"artifacts are found by URI", places},
		{"links come in pages of any size", linkPages},
		{"vertices come in the order asked for", vertices},
		{"artifacts are at locations", locations},
		{"artifacts that are nowhere are found", unlocatedArtifacts},
		{"relations and column links tie two nodes", relations},
		{"evaluations belong to artifacts", evaluations},
		{"contexts have members", memberships},
		{"nodes belong to contexts", belongings},
		{"what is asked for by number comes whole, near and far", spans},
		{"history stays", changes},
		{"the history of all nodes comes newest first", allChanges},
		{"what hangs on a node is counted", attached},
		{"keys are counted by how many nodes use them", keysUsed},
		{"comments are kept below their node and go with it", comments},
		{"definitions are kept by name, and whoever follows them sees that they change", definitions},
		{"relationships tie two nodes", relationships},
		{"classifications pass along events as somebody says", passages},
		{"unique values are held by one node of a type", uniqueValues},
		{"a node is classified once by each name", classifications},
		{"classifications are carried on until they are gone", carried},
		{"objects by prefix", objects},
		{"files of an artifact", files},
		{"data sets in use", inputsUsed},
		{"webhooks come back as they were stored", webhooks},
		{"webhooks are listed by workspace and by event", webhookLists},
		{"deliveries wait, end and are forgotten", deliveries},
		{"webhooks that something waits for are found in turn", webhooksWaiting},
		{"the feed tells what was touched, in order", feed},
		{"followers of the feed hear of commits and keep their place", followers},
		{"reports are kept once and come by time", reports},
		{"memos are kept by part and key", memos},
		{"an error undoes what the closure wrote", undo},
		{"a panic undoes and comes back to its caller", panics},
		{"a failing write harms none that share its commit", sharedCommit},
		{"numbers are gapless under concurrent writers", numbers},
		{"a view sees one state", snapshot},
		{"a cancelled request writes nothing", cancelled},
		{"a store that was closed answers so at once", closed},
		{"what was written is there after reopening", reopen},
		{"a new store is sound", sound},
		{"find agrees with a model", findAgrees},
		{"tables agree with a model", tablesAgree},
		{"selections agree with a model", selectAgrees},
		{"queries of a catalog agree with a model", entitiesAgree},
		{"queries of a catalog see one state while others write", searchesSeeOneState},
		{"versions never come again", versions},
		{"a store has a mark", marks},
		{"nodes are counted by type", typesAreCounted},
		{"long conditions are answered", largeConditions},
		{"values of any length come back and can be searched", longValues},
		{"all nodes can be walked by number", nodesAfter},
		{"words are found in any spelling and go with their node", wordsGoWithTheirNode},
		{"pages neither lose nor repeat under writes", stablePages},
		{"like and ilike", patterns},
		{"several homes and views are merged in order", mergedHomes},
		{"contexts come by creation", byCreation},
		{"nodes come by name, by number and by last change", byName},
		{"texts are compared whole, however long", longTexts},
		{"patterns find names by what they start with", namePatterns},
		{"page tokens belong to their query", tokens},
		{"find sees data sets and scores", findRelations},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(newEnv(t, open)) })
	}
}

// env is a fresh store and its clock.
type env struct {
	*testing.T
	store.Store
	open Open
	path string
	now  atomic.Int64
	made int
}

func newEnv(t *testing.T, open Open) *env {
	e := &env{T: t, open: open, path: filepath.Join(t.TempDir(), "store")}
	e.now.Store(1_700_000_000_000)
	e.start()
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return e
}

func (e *env) start() {
	e.Helper()
	s, err := e.open(e.T, e.path, func() pedigree.Time { return pedigree.Time(e.now.Load()) })
	if err != nil {
		e.Fatalf("open: %v", err)
	}
	e.Store = s
}

// update runs fn in a write that must succeed.
func (e *env) update(fn func(store.Tx) error) {
	e.Helper()
	if err := e.Update(e.Context(), fn); err != nil {
		e.Fatalf("update: %v", err)
	}
}

// view runs fn in a read that must succeed.
func (e *env) view(fn func(store.Reader) error) {
	e.Helper()
	if err := e.View(e.Context(), fn); err != nil {
		e.Fatalf("view: %v", err)
	}
}

// node makes a node of a type at home, named after its identity.
func (e *env) node(typ pedigree.Type, home pedigree.NodeID) *pedigree.Node {
	e.Helper()
	e.made++
	n := draft(typ, home, strconv.Itoa(e.made))
	e.update(func(tx store.Tx) error { return tx.CreateNode(n) })
	return n
}

func draft(typ pedigree.Type, home pedigree.NodeID, uid string) *pedigree.Node {
	return &pedigree.Node{
		Workspace: pedigree.DefaultWorkspace, Home: home, Type: typ, UID: uid, Name: "name of " + uid,
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
}

// experiment and run make the nodes that most tests need.
func (e *env) experiment() *pedigree.Node {
	e.Helper()
	return e.node(pedigree.ExperimentType, pedigree.DefaultWorkspace)
}

func (e *env) run(home *pedigree.Node) *pedigree.Node {
	e.Helper()
	return e.node(pedigree.RunType, home.ID)
}

// wantCode fails unless err has the code.
func (e *env) wantCode(err error, code pedigree.Code) {
	e.Helper()
	if err == nil || pedigree.CodeOf(err) != code {
		e.Fatalf("error %v, want code %v", err, code)
	}
}

var errTest = errors.New("test")
