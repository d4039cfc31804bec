package kubewatch

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree/kubewatch/fake"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// A watching is a watcher at work on fakes.
type watching struct {
	t        *testing.T
	cluster  *fake.Cluster
	server   *metadataServer
	options  Options
	followed chan Resource
	stop     func()
	ended    chan error
}

func newWatching(t *testing.T) *watching {
	w := &watching{t: t, cluster: fake.New(t), server: newMetadataServer(t), followed: make(chan Resource, 100)}
	w.options = Options{
		Resources: []Resource{{Version: "v1", Plural: "pods"}}, PageSize: 3,
		Backoff: Backoff{Min: time.Millisecond, Max: 20 * time.Millisecond},
		onFollowed: func(r Resource) {
			select {
			case w.followed <- r:
			default:
			}
		},
	}
	return w
}

// clientOf opens a cluster without credentials.
func clientOf(t *testing.T, cluster *fake.Cluster) *Cluster {
	c, err := newCluster(cluster.URL, nil, &fixed{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// start runs the watcher until it has listed.
func (w *watching) start() {
	ctx, cancel := context.WithCancel(w.t.Context())
	w.ended = make(chan error, 1)
	go func() { w.ended <- Run(ctx, clientOf(w.t, w.cluster), w.server, w.options) }()
	stopped := false
	w.stop = func() {
		if cancel(); !stopped {
			stopped = true
			if err := <-w.ended; err != nil {
				w.t.Errorf("the watcher ended with %v", err)
			}
		}
	}
	w.t.Cleanup(w.stop)
	w.awaitFollowed()
}

func (w *watching) awaitFollowed() {
	w.t.Helper()
	select {
	case <-w.followed:
	case <-time.After(20 * time.Second):
		w.t.Fatal("the resource was not listed in time")
	}
}

// artifacts gives what is recorded, by UID.
func (w *watching) artifacts() map[string]*mlmdpb.Artifact {
	w.t.Helper()
	answer, err := w.server.GetArtifactsByType(w.t.Context(), &mlmdpb.GetArtifactsByTypeRequest{
		TypeName: proto.String("kubeflow.org/Pod/v1"), Options: &mlmdpb.ListOperationOptions{MaxResultSize: proto.Int32(100)},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	all := make(map[string]*mlmdpb.Artifact)
	for _, a := range answer.Artifacts {
		all[a.GetExternalId()] = a
	}
	if len(all) != len(answer.Artifacts) {
		w.t.Fatalf("%d artifacts stand for %d objects", len(answer.Artifacts), len(all))
	}
	return all
}

// await waits until what is recorded fits.
func (w *watching) await(what string, fits func(map[string]*mlmdpb.Artifact) bool) map[string]*mlmdpb.Artifact {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		all := w.artifacts()
		if fits(all) {
			return all
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s: not so in time: %v", what, all)
		}
	}
}

func (w *watching) awaitState(uid string, state mlmdpb.Artifact_State) {
	w.t.Helper()
	w.await(uid+" "+state.String(), func(all map[string]*mlmdpb.Artifact) bool { return all[uid].GetState() == state })
}

func (w *watching) awaitSpec(uid, spec string) {
	w.t.Helper()
	w.await(uid+" "+spec, func(all map[string]*mlmdpb.Artifact) bool {
		return strings.Contains(all[uid].GetProperties()[objectKey].GetStringValue(), `"spec":"`+spec+`"`)
	})
}

func TestObjectsAreRecordedPageByPage(t *testing.T) {
	w := newWatching(t)
	for i := range 8 {
		w.cluster.Put(fmt.Sprint("uid", i), "lab", "first")
	}
	w.start()
	all := w.artifacts()
	if len(all) != 8 || len(w.cluster.Lists) != 3 {
		t.Fatalf("%d artifacts after %d pages, want 8 after 3", len(all), len(w.cluster.Lists))
	}
	a := all["uid3"]
	for key, want := range map[string]string{"name": "pod-uid3", "version": "uid3", "create_time": "2026-01-02T03:04:05Z"} {
		if got := a.Properties[key].GetStringValue(); got != want {
			t.Errorf("property %s is %q, want %q", key, got, want)
		}
	}
	for key, want := range map[string]string{"__kf_workspace__": "resource_watcher", "cluster": "cluster-uid", "namespace": "lab", "resource_version": "104"} {
		if got := a.CustomProperties[key].GetStringValue(); got != want {
			t.Errorf("custom property %s is %q, want %q", key, got, want)
		}
	}
	if a.GetUri() != "/api/v1/namespaces/lab/pods/pod-uid3" || a.GetState() != mlmdpb.Artifact_LIVE {
		t.Errorf("recorded at %q as %v", a.GetUri(), a.GetState())
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(a.Properties["object"].GetStringValue()), &object); err != nil {
		t.Fatal(err)
	}
	_, noisy := object["metadata"].(map[string]any)["managedFields"]
	if object["kind"] != "Pod" || object["apiVersion"] != "v1" || object["spec"] != "first" || noisy {
		t.Errorf("recorded object %v", object)
	}
}

func TestArtifactsAreInTheWorkspace(t *testing.T) {
	w := newWatching(t)
	w.options.Workspace = "observed"
	w.cluster.Put("a", "lab", "first")
	w.start()
	w.cluster.Put("b", "lab", "first")
	workspace, err := w.server.GetContextByTypeAndName(t.Context(), &mlmdpb.GetContextByTypeAndNameRequest{
		TypeName: proto.String(workspaceType), ContextName: proto.String("observed"),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.await("two artifacts in the workspace", func(map[string]*mlmdpb.Artifact) bool {
		answer, err := w.server.GetArtifactsByContext(t.Context(), &mlmdpb.GetArtifactsByContextRequest{ContextId: workspace.GetContext().Id})
		if err != nil {
			t.Fatal(err)
		}
		return len(answer.Artifacts) == 2
	})
}

func TestChangesAndDeletionsAreRecorded(t *testing.T) {
	w := newWatching(t)
	w.cluster.Put("old", "lab", "first")
	w.start()
	w.cluster.Put("new", "lab", "first")
	w.cluster.Put("old", "lab", "second")
	w.awaitSpec("old", "second")
	w.cluster.Remove("old")
	w.awaitState("old", mlmdpb.Artifact_DELETED)
	all := w.artifacts()
	if all["old"].CustomProperties[deleteTimeKey].GetStringValue() == "" || all["new"].GetState() != mlmdpb.Artifact_LIVE {
		t.Errorf("recorded %v", all)
	}
}

func TestAnotherWritersFactsStay(t *testing.T) {
	w := newWatching(t)
	w.cluster.Put("a", "lab", "first")
	w.start()
	a := w.artifacts()["a"]
	a.CustomProperties["team"] = stringValue("vision")
	_, err := w.server.PutArtifacts(t.Context(), &mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{a}, UpdateMask: mask([]string{"custom_properties.team"})})
	if err != nil {
		t.Fatal(err)
	}
	w.cluster.Put("a", "lab", "second")
	w.awaitSpec("a", "second")
	if got := w.artifacts()["a"].CustomProperties["team"].GetStringValue(); got != "vision" {
		t.Errorf("the fact of another writer is %q", got)
	}
}

func TestAClosedWatchGoesOnFromTheVersionReached(t *testing.T) {
	w := newWatching(t)
	w.cluster.Put("a", "lab", "first")
	w.start()
	w.cluster.Put("a", "lab", "second")
	w.awaitSpec("a", "second")
	w.cluster.EndWatches()
	w.cluster.Put("a", "lab", "third")
	w.awaitSpec("a", "third")
	w.stop()
	if len(w.cluster.Lists) != 1 {
		t.Errorf("listed %d times, want once", len(w.cluster.Lists))
	}
	if got := w.cluster.Watches[1].Get("resourceVersion"); got != "102" {
		t.Errorf("the second watch starts at %s, want 102", got)
	}
}

func TestABrokenWatchGoesOn(t *testing.T) {
	w := newWatching(t)
	w.cluster.Set(func() { w.cluster.Garbage = 2 })
	w.start()
	w.cluster.Put("a", "lab", "first")
	w.awaitSpec("a", "first")
	w.stop()
	if len(w.cluster.Lists) != 1 || len(w.cluster.Watches) < 3 {
		t.Errorf("%d lists and %d watches", len(w.cluster.Lists), len(w.cluster.Watches))
	}
}

func TestABookmarkMovesTheVersion(t *testing.T) {
	w := newWatching(t)
	w.start()
	w.cluster.Put("a", "lab", "first")
	w.cluster.Bookmark()
	w.await("a watch from the bookmark", func(map[string]*mlmdpb.Artifact) (so bool) {
		w.cluster.EndWatches()
		w.cluster.Set(func() {
			so = slices.ContainsFunc(w.cluster.Watches, func(q url.Values) bool { return q.Get("resourceVersion") == "102" })
		})
		return so
	})
	w.stop()
	if len(w.cluster.Lists) != 1 {
		t.Errorf("listed %d times, want once", len(w.cluster.Lists))
	}
}

func TestGoneListsAgainAndNoticesWhatIsMissing(t *testing.T) {
	for _, as := range []string{"status", "event"} {
		t.Run(as, func(t *testing.T) {
			w := newWatching(t)
			w.cluster.Set(func() { w.cluster.GoneAs = as })
			for _, uid := range []string{"a", "b", "c", "d"} {
				w.cluster.Put(uid, "lab", "first")
			}
			w.start()
			w.cluster.Lose("b")
			w.cluster.Forget()
			w.cluster.EndWatches()
			w.awaitState("b", mlmdpb.Artifact_DELETED)
			w.cluster.Put("c", "lab", "second")
			w.awaitSpec("c", "second")
			for _, uid := range []string{"a", "c", "d"} {
				w.awaitState(uid, mlmdpb.Artifact_LIVE)
			}
		})
	}
}

func TestAListThatExpiresIsListedInOnePiece(t *testing.T) {
	w := newWatching(t)
	for i := range 8 {
		w.cluster.Put(fmt.Sprint("uid", i), "lab", "first")
	}
	w.cluster.Set(func() { w.cluster.Expire = 1 })
	w.start()
	if all := w.artifacts(); len(all) != 8 {
		t.Errorf("%d artifacts, want 8", len(all))
	}
	if last := w.cluster.Lists[len(w.cluster.Lists)-1]; last.Has("limit") || last.Has("continue") {
		t.Errorf("the last list asks %v", last)
	}
}

func TestARestartRecordsNothingTwiceAndNoticesDeletions(t *testing.T) {
	w := newWatching(t)
	for _, uid := range []string{"a", "b", "c", "d"} {
		w.cluster.Put(uid, "lab", "first")
	}
	w.start()
	before := w.artifacts()
	w.stop()
	w.cluster.Remove("a")
	w.cluster.Put("b", "lab", "second")
	w.cluster.Put("e", "lab", "first")
	puts := w.server.count("PutArtifacts")
	w.start()
	all := w.artifacts()
	if len(all) != 5 || all["a"].GetState() != mlmdpb.Artifact_DELETED || all["e"].GetState() != mlmdpb.Artifact_LIVE {
		t.Errorf("recorded %v", all)
	}
	w.awaitSpec("b", "second")
	for uid, a := range before {
		if all[uid].GetId() != a.GetId() {
			t.Errorf("%s was artifact %d and is %d", uid, a.GetId(), all[uid].GetId())
		}
	}
	w.stop()
	if made := w.server.count("PutArtifacts") - puts; made > 3 {
		t.Errorf("%d calls to store one change, one object and one deletion", made)
	}
}

func TestOtherClustersAndNamespacesAreLeftAlone(t *testing.T) {
	w := newWatching(t)
	w.options.ClusterID = "east"
	w.cluster.Put("a", "lab", "first")
	w.cluster.Put("b", "shop", "first")
	w.start()
	w.stop()
	w.cluster.Remove("a")
	w.cluster.Remove("b")
	w.options.ClusterID = "west"
	w.start()
	w.stop()
	w.options.ClusterID, w.options.Namespace = "east", "lab"
	w.start()
	all := w.artifacts()
	if all["a"].GetState() != mlmdpb.Artifact_DELETED || all["b"].GetState() != mlmdpb.Artifact_LIVE {
		t.Errorf("a is %v and b is %v", all["a"].GetState(), all["b"].GetState())
	}
}

func TestOneNamespace(t *testing.T) {
	w := newWatching(t)
	w.options.Namespace = "lab"
	w.cluster.Put("a", "lab", "first")
	w.cluster.Put("b", "shop", "first")
	w.start()
	if all := w.artifacts(); len(all) != 1 || all["a"] == nil {
		t.Errorf("recorded %v", all)
	}
}

func TestTheServerMayBeAwayForAWhile(t *testing.T) {
	w := newWatching(t)
	w.cluster.Put("a", "lab", "first")
	w.server.failNext("PutArtifactType", codes.Unavailable, codes.Unavailable)
	w.server.failNext("PutArtifacts", codes.Aborted, codes.Unavailable, codes.Aborted)
	w.start()
	w.awaitSpec("a", "first")
	w.server.failNext("PutArtifacts", codes.Internal, codes.PermissionDenied)
	w.cluster.Put("a", "lab", "second")
	w.awaitSpec("a", "second")
}

func TestTheClusterMayBeAwayForAWhile(t *testing.T) {
	w := newWatching(t)
	w.cluster.Set(func() { w.cluster.Refusals = []int{500, 503, 429, 401, 403, 404} })
	w.cluster.Put("a", "lab", "first")
	w.start()
	w.cluster.Set(func() { w.cluster.Refusals = []int{503, 500} })
	w.cluster.EndWatches()
	w.cluster.Put("a", "lab", "second")
	w.awaitSpec("a", "second")
}

func TestOneBadObjectKeepsNoOtherOut(t *testing.T) {
	w := newWatching(t)
	w.cluster.Put("a", "lab", "first")
	w.cluster.Put("b", "lab", "poison")
	w.cluster.Put("c", "lab", "first")
	w.start()
	if all := w.artifacts(); len(all) != 2 || all["a"] == nil || all["c"] == nil {
		t.Errorf("recorded %v", all)
	}
}

func TestAServerThatRefusesTheTypeEndsTheWatcher(t *testing.T) {
	w := newWatching(t)
	w.server.failNext("PutArtifactType", codes.AlreadyExists)
	err := Run(t.Context(), clientOf(w.t, w.cluster), w.server, w.options)
	if err == nil || !strings.Contains(err.Error(), "v1/pods: the server does not keep these artifacts") {
		t.Errorf("the watcher ended with %v", err)
	}
}

func TestWrongOptions(t *testing.T) {
	pods := Resource{Version: "v1", Plural: "pods"}
	for name, c := range map[string]struct {
		options Options
		want    string
	}{
		"no resource":            {Options{}, "no resource was chosen"},
		"one resource twice":     {Options{Resources: []Resource{pods, {Version: "v2", Plural: "pods"}}}, "are the same objects"},
		"an identity with quote": {Options{Resources: []Resource{pods}, ClusterID: `a"b`}, "cannot identify a cluster"},
	} {
		if err := Run(t.Context(), nil, nil, c.options); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestResourcesAreFoundByTheirNames(t *testing.T) {
	cluster := clientOf(t, fake.New(t))
	for word, want := range map[string]Resource{
		"Pod": {"", "v1", "pods", "Pod"}, "pods": {"", "v1", "pods", "Pod"}, "po": {"", "v1", "pods", "Pod"},
		"deployment": {"apps", "v1", "deployments", "Deployment"}, "Route.other.dev": {"other.dev", "v2", "routes", "Route"},
	} {
		if got, err := cluster.Find(t.Context(), word); got != want || err != nil {
			t.Errorf("%s is %v (%v), want %v", word, got, err, want)
		}
	}
	for word, want := range map[string]string{"Binding": "no resource", "Route": "[serving.knative.dev/v1/routes other.dev/v2/routes]", "none": "no resource"} {
		if _, err := cluster.Find(t.Context(), word); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", word, err, want)
		}
	}
}

func TestResourcesAreReadFromPaths(t *testing.T) {
	for text, want := range map[string]Resource{
		"v1/pods": {Version: "v1", Plural: "pods"}, "core/v1/pods": {Version: "v1", Plural: "pods"}, "/v1/pods": {Version: "v1", Plural: "pods"},
		"apps/v1/deployments": {Group: "apps", Version: "v1", Plural: "deployments"}, "x.dev/v2beta1/ys": {Group: "x.dev", Version: "v2beta1", Plural: "ys"},
	} {
		got, ok := ParseResource(text)
		again, _ := ParseResource(got.String())
		if got != want || !ok || again != want {
			t.Errorf("%s is %+v, %v; again %+v", text, got, ok, again)
		}
	}
	for _, text := range []string{"Pod", "apps/deployments", "a/b/c", "v1/", "a/v1/b/c", ""} {
		if got, ok := ParseResource(text); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	r := Resource{Group: "kubeflow.org", Version: "v1", Plural: "tfjobs", Kind: "TFJob"}
	if r.TypeName() != "kubeflow.org/TFJob.kubeflow.org/v1" {
		t.Errorf("type %s", r.TypeName())
	}
}

func TestSecretsAreRecordedWithoutTheirContent(t *testing.T) {
	o, err := parseObject([]byte(`{"data":{"key":"c2VjcmV0"},"stringData":{"key":"secret"},"metadata":{"uid":"u","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"secret"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	text, err := o.text(Resource{Version: "v1", Plural: "secrets", Kind: "Secret"})
	if err != nil || text != `{"apiVersion":"v1","kind":"Secret","metadata":{"uid":"u"}}` {
		t.Errorf("recorded %s (%v)", text, err)
	}
}

func TestTheWaitGrowsToItsLimit(t *testing.T) {
	b := Backoff{}.withDefaults()
	for failures, most := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 6: 32 * time.Second, 7: time.Minute, 100: time.Minute} {
		var waits []time.Duration
		for range 100 {
			waits = append(waits, b.after(failures))
		}
		if low, high := slices.Min(waits), slices.Max(waits); low < most/2 || high > most || low == high {
			t.Errorf("after %d failures the wait is %v to %v, want between half of %v and that", failures, low, high, most)
		}
	}
}
