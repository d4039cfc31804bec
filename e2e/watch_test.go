package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree/kubewatch/fake"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// A watcher is one process of the command that watches a cluster.
type watcher struct {
	cmd   *exec.Cmd
	log   string
	ended chan struct{}
}

// watch starts the command on a cluster of a kubeconfig and the server at an
// address.
func watch(t *testing.T, cluster *fake.Cluster, address string) *watcher {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "config")
	text := fmt.Sprintf(`
current-context: lab
contexts: [{name: lab, context: {cluster: lab, user: ann}}]
clusters: [{name: lab, cluster: {server: %q}}]
users: [{name: ann, user: {token: t0ken}}]
`, cluster.URL)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	w := &watcher{
		cmd: exec.Command(binary, "watch", "kubernetes", "--kubeconfig", config, "--server", address, "--resource", "Pod"),
		log: output.Name(), ended: make(chan struct{}),
	}
	w.cmd.Stdout, w.cmd.Stderr = output, output
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { w.cmd.Wait(); close(w.ended) }()
	t.Cleanup(func() { w.cmd.Process.Kill(); <-w.ended })
	return w
}

// stop asks the process to end and wants it to do so without complaint.
func (w *watcher) stop(t *testing.T) {
	t.Helper()
	w.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-w.ended:
	case <-time.After(20 * time.Second):
		t.Fatalf("the watcher did not end after SIGTERM; it printed:\n%s", w.printed())
	}
	if code := w.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("after SIGTERM the watcher ended with %d; it printed:\n%s", code, w.printed())
	}
}

func (w *watcher) printed() string {
	text, err := os.ReadFile(w.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// A recorded is what a server says of the pods of a cluster.
type recorded struct {
	*testing.T
	client  mlmdpb.MetadataStoreServiceClient
	watcher *watcher
}

func readRecorded(t *testing.T, address string) *recorded {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &recorded{T: t, client: mlmdpb.NewMetadataStoreServiceClient(conn)}
}

// pods gives the artifacts of pods, by the UID of the pod.
func (r *recorded) pods() (map[string]*mlmdpb.Artifact, error) {
	answer, err := r.client.GetArtifactsByType(r.Context(), &mlmdpb.GetArtifactsByTypeRequest{TypeName: proto.String("kubeflow.org/Pod/v1")})
	pods := make(map[string]*mlmdpb.Artifact)
	for _, a := range answer.GetArtifacts() {
		if pods[a.GetExternalId()] != nil {
			r.Errorf("the pod %s is recorded twice", a.GetExternalId())
		}
		pods[a.GetExternalId()] = a
	}
	return pods, err
}

// await waits until a pod is recorded in a state and with a spec.
func (r *recorded) await(uid string, state mlmdpb.Artifact_State, spec string) {
	r.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(time.Minute); ; {
		pods, err := r.pods()
		a := pods[uid]
		if a.GetState() == state && strings.Contains(a.GetProperties()["object"].GetStringValue(), fmt.Sprintf("%q:%q", "spec", spec)) {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			r.Fatalf("%s is not %v with %q but %v (%v); the watcher printed:\n%s", uid, state, spec, a, err, r.watcher.printed())
		}
	}
}

// TestWatchKubernetes has the real command keep a real server up to date, while
// the cluster closes watches and forgets versions, the server is killed, and the
// watcher itself is away for a while.
func TestWatchKubernetes(t *testing.T) {
	const live, deleted = mlmdpb.Artifact_LIVE, mlmdpb.Artifact_DELETED
	cluster := fake.New(t)
	for _, uid := range []string{"a", "b", "c"} {
		cluster.Put(uid, "lab", "first")
	}
	data, address := t.TempDir(), freeAddress(t)
	s := start(t, data, "--listen", address)
	r := readRecorded(t, address)
	r.watcher = watch(t, cluster, address)
	r.await("c", live, "first")

	cluster.Put("a", "lab", "second")
	r.await("a", live, "second")
	cluster.Remove("b")
	r.await("b", deleted, "first")

	cluster.EndWatches()
	cluster.Bookmark()
	cluster.Put("d", "shop", "first")
	r.await("d", live, "first")

	cluster.Lose("c")
	cluster.Forget()
	cluster.EndWatches()
	r.await("c", deleted, "first")

	s.kill()
	cluster.Put("a", "lab", "third")
	s = start(t, data, "--listen", address)
	r.await("a", live, "third")

	r.watcher.stop(t)
	cluster.Remove("d")
	cluster.Put("e", "lab", "first")
	r.watcher = watch(t, cluster, address)
	r.await("d", deleted, "first")
	r.await("e", live, "first")
	r.watcher.stop(t)
	checkRecorded(r)
	s.stop(t)
	cluster.Set(func() {
		for _, token := range cluster.Tokens {
			if token != "Bearer t0ken" {
				t.Errorf("the cluster was shown %q", token)
			}
		}
	})
}

// checkRecorded looks at all that there must be at the end.
func checkRecorded(r *recorded) {
	r.Helper()
	pods, err := r.pods()
	if err != nil || len(pods) != 5 {
		r.Errorf("%d pods are recorded (%v), want 5", len(pods), err)
	}
	workspace, err := r.client.GetContextByTypeAndName(r.Context(), &mlmdpb.GetContextByTypeAndNameRequest{
		TypeName: proto.String("kubeflow.org/alpha/workspace"), ContextName: proto.String("resource_watcher"),
	})
	if err != nil {
		r.Fatal(err)
	}
	members, err := r.client.GetArtifactsByContext(r.Context(), &mlmdpb.GetArtifactsByContextRequest{ContextId: workspace.GetContext().Id})
	if err != nil || len(members.Artifacts) != 5 {
		r.Errorf("the workspace has %d artifacts (%v), want 5", len(members.GetArtifacts()), err)
	}
	for uid, want := range map[string]string{"a": "lab", "d": "shop"} {
		if got := pods[uid].GetCustomProperties()["namespace"].GetStringValue(); got != want {
			r.Errorf("%s is in %q, want %q", uid, got, want)
		}
	}
}
