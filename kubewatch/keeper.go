package kubewatch

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// A record is what is known of an object's artifact.
type record struct {
	id      int64
	version string // the object's resource version
}

// A keeper keeps the artifacts of one resource.
type keeper struct {
	resource  Resource
	namespace string
	workspace string
	clusterID string
	caller

	typeID    int64
	contextID int64
	records   map[string]record // of all that are not deleted, by the object's UID
	counts    counts
}

// counts are what was done since the last line in the log.
type counts struct{ created, updated, deleted, refused int }

// prepare declares the type and the workspace, and reads which objects are
// recorded as living.
func (k *keeper) prepare(ctx context.Context) error {
	if err := k.declare(ctx); err != nil {
		return err
	}
	if err := k.openWorkspace(ctx); err != nil {
		return err
	}
	return k.readRecords(ctx)
}

func (k *keeper) declare(ctx context.Context) error {
	request := &mlmdpb.PutArtifactTypeRequest{
		ArtifactType: artifactType(k.resource), CanAddFields: proto.Bool(true), CanOmitFields: proto.Bool(true),
	}
	answer, err := call(ctx, &k.caller, "declare the type", request, k.client.PutArtifactType)
	k.typeID = answer.GetTypeId()
	return err
}

// openWorkspace finds the context that stands for the workspace, or makes it in
// the form of Kubeflow Metadata's client.
func (k *keeper) openWorkspace(ctx context.Context) error {
	declared, err := call(ctx, &k.caller, "declare workspaces", &mlmdpb.PutContextTypeRequest{
		ContextType: &mlmdpb.ContextType{Name: proto.String(workspaceType), Properties: map[string]mlmdpb.PropertyType{
			"description": mlmdpb.PropertyType_STRING, "labels": mlmdpb.PropertyType_STRING,
		}}, CanAddFields: proto.Bool(true), CanOmitFields: proto.Bool(true),
	}, k.client.PutContextType)
	if err != nil {
		return err
	}
	if found, err := k.findWorkspace(ctx); err != nil || found {
		return err
	}
	made, err := call(ctx, &k.caller, "make the workspace", &mlmdpb.PutContextsRequest{
		Contexts: []*mlmdpb.Context{{TypeId: declared.TypeId, Name: proto.String(k.workspace)}},
	}, k.client.PutContexts)
	if status.Code(err) == codes.AlreadyExists { // another watcher was faster
		_, err = k.findWorkspace(ctx)
		return err
	}
	if err == nil && len(made.GetContextIds()) != 1 {
		err = fmt.Errorf("the server made %d workspaces instead of one", len(made.GetContextIds()))
	}
	if err == nil {
		k.contextID = made.ContextIds[0]
	}
	return err
}

func (k *keeper) findWorkspace(ctx context.Context) (bool, error) {
	answer, err := call(ctx, &k.caller, "find the workspace", &mlmdpb.GetContextByTypeAndNameRequest{
		TypeName: proto.String(workspaceType), ContextName: proto.String(k.workspace),
	}, k.client.GetContextByTypeAndName)
	k.contextID = answer.GetContext().GetId()
	return k.contextID != 0, err
}

// readRecords reads which objects of this cluster, and of the namespace if there
// is one, are recorded and not deleted.
func (k *keeper) readRecords(ctx context.Context) error {
	filter := fmt.Sprintf(`state != DELETED AND custom_properties.%s.string_value = "%s"`, clusterKey, k.clusterID)
	if k.namespace != "" {
		filter += fmt.Sprintf(` AND custom_properties.%s.string_value = "%s"`, namespaceKey, k.namespace)
	}
	k.records = make(map[string]record)
	o := &mlmdpb.ListOperationOptions{MaxResultSize: proto.Int32(100), FilterQuery: &filter}
	for {
		answer, err := call(ctx, &k.caller, "read what is recorded", &mlmdpb.GetArtifactsByTypeRequest{
			TypeName: proto.String(k.resource.TypeName()), Options: o,
		}, k.client.GetArtifactsByType)
		if err != nil {
			return err
		}
		for _, a := range answer.Artifacts {
			k.remember(a)
		}
		if answer.GetNextPageToken() == "" {
			return nil
		}
		o.NextPageToken = answer.NextPageToken
	}
}

// remember keeps what is needed of an artifact on record. One of another
// workspace is not this watcher's.
func (k *keeper) remember(a *mlmdpb.Artifact) {
	uid := a.GetExternalId()
	if uid != "" && a.CustomProperties[workspaceKey].GetStringValue() == k.workspace {
		k.records[uid] = record{a.GetId(), a.CustomProperties[resourceVersionKey].GetStringValue()}
	}
}

// keep records objects as they are now. One that is on record in the same
// version is left alone. What the server refuses is logged and left out.
func (k *keeper) keep(ctx context.Context, objects []*object) error {
	var changed []*object
	for _, o := range objects {
		if known, ok := k.records[o.Metadata.UID]; !ok || known.version != o.Metadata.ResourceVersion {
			changed = append(changed, o)
		}
	}
	return k.put(ctx, changed, nil)
}

// drop records objects as deleted, with their last content.
func (k *keeper) drop(ctx context.Context, objects []*object) error {
	return k.put(ctx, objects, func(a *mlmdpb.Artifact) { markDeleted(a, time.Now()) })
}

// dropUnseen records as deleted what is on record and not among those seen.
func (k *keeper) dropUnseen(ctx context.Context, seen map[string]bool) error {
	var unseen []*mlmdpb.Artifact
	var uids []string
	for uid, r := range k.records {
		if !seen[uid] {
			a := &mlmdpb.Artifact{Id: proto.Int64(r.id), TypeId: proto.Int64(k.typeID)}
			markDeleted(a, time.Now())
			unseen, uids = append(unseen, a), append(uids, uid)
		}
	}
	if err := k.update(ctx, unseen, deletionMask); err != nil {
		return err
	}
	for _, uid := range uids {
		delete(k.records, uid)
	}
	k.counts.deleted += len(uids)
	return nil
}

// put creates or updates the artifacts of objects, changed by edit if that is
// not nil.
func (k *keeper) put(ctx context.Context, objects []*object, edit func(*mlmdpb.Artifact)) error {
	if err := k.lookUp(ctx, objects); err != nil {
		return err
	}
	var fresh, known []*mlmdpb.Artifact
	for _, o := range objects {
		a, err := k.artifact(o)
		if err != nil {
			k.refuse(o.uri(k.resource), err)
			continue
		}
		if edit != nil {
			edit(a)
		}
		if r, ok := k.records[o.Metadata.UID]; ok {
			a.Id = proto.Int64(r.id)
			known = append(known, a)
		} else {
			fresh = append(fresh, a)
		}
	}
	if err := k.create(ctx, fresh); err != nil {
		return err
	}
	return k.update(ctx, known, wholeMask)
}

// lookUp asks for the artifacts of objects that are not known to be on record:
// they may be there as deleted, or from a watcher that named the cluster
// otherwise.
func (k *keeper) lookUp(ctx context.Context, objects []*object) error {
	var unknown []string
	for _, o := range objects {
		if _, ok := k.records[o.Metadata.UID]; !ok {
			unknown = append(unknown, o.Metadata.UID)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	answer, err := call(ctx, &k.caller, "look for artifacts", &mlmdpb.GetArtifactsByExternalIdsRequest{ExternalIds: unknown}, k.client.GetArtifactsByExternalIds)
	if status.Code(err) == codes.NotFound {
		return nil
	}
	for _, a := range answer.GetArtifacts() {
		if a.GetTypeId() == k.typeID {
			k.records[a.GetExternalId()] = record{id: a.GetId()}
		}
	}
	return err
}

// maxBatch bounds the bytes of artifacts in one call. Servers take four megabytes
// at least, unless a single artifact has more.
const maxBatch = 2 << 20

// create stores new artifacts and adds them to the workspace.
func (k *keeper) create(ctx context.Context, artifacts []*mlmdpb.Artifact) error {
	return k.inBatches(ctx, artifacts, func(batch []*mlmdpb.Artifact) error {
		answer, err := call(ctx, &k.caller, "record", &mlmdpb.PutArtifactsRequest{Artifacts: batch}, k.client.PutArtifacts)
		if err != nil {
			return err
		}
		if len(answer.ArtifactIds) != len(batch) {
			return fmt.Errorf("the server recorded %d artifacts of %d", len(answer.ArtifactIds), len(batch))
		}
		for i, a := range batch {
			a.Id = proto.Int64(answer.ArtifactIds[i])
			k.note(a, &k.counts.created)
		}
		return k.attribute(ctx, answer.ArtifactIds)
	})
}

// update stores what mask names of artifacts on record.
func (k *keeper) update(ctx context.Context, artifacts []*mlmdpb.Artifact, paths []string) error {
	return k.inBatches(ctx, artifacts, func(batch []*mlmdpb.Artifact) error {
		_, err := call(ctx, &k.caller, "update", &mlmdpb.PutArtifactsRequest{Artifacts: batch, UpdateMask: mask(paths)}, k.client.PutArtifacts)
		if err != nil {
			return err
		}
		for _, a := range batch {
			k.note(a, &k.counts.updated)
		}
		return nil
	})
}

// note keeps what was just stored in mind. Artifacts without a UID come from
// dropUnseen, which does so itself.
func (k *keeper) note(a *mlmdpb.Artifact, count *int) {
	uid := a.GetExternalId()
	if uid == "" {
		return
	}
	if a.GetState() == mlmdpb.Artifact_DELETED {
		delete(k.records, uid)
		k.counts.deleted++
		return
	}
	k.records[uid] = record{a.GetId(), a.CustomProperties[resourceVersionKey].GetStringValue()}
	*count++
}

// attribute adds artifacts to the workspace; those in it already stay.
func (k *keeper) attribute(ctx context.Context, ids []int64) error {
	request := &mlmdpb.PutAttributionsAndAssociationsRequest{}
	for _, id := range ids {
		request.Attributions = append(request.Attributions, &mlmdpb.Attribution{ArtifactId: proto.Int64(id), ContextId: proto.Int64(k.contextID)})
	}
	_, err := call(ctx, &k.caller, "add to the workspace", request, k.client.PutAttributionsAndAssociations)
	return err
}

// attributeAll adds all that is on record to the workspace: a watcher may have
// ended between storing an artifact and adding it.
func (k *keeper) attributeAll(ctx context.Context) error {
	var ids []int64
	for _, r := range k.records {
		ids = append(ids, r.id)
	}
	for len(ids) > 0 {
		n := min(len(ids), 500)
		if err := k.attribute(ctx, ids[:n]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// inBatches stores artifacts some at a time. A batch that the server refuses is
// stored one by one, so that one bad artifact does not keep others out.
func (k *keeper) inBatches(ctx context.Context, artifacts []*mlmdpb.Artifact, store func([]*mlmdpb.Artifact) error) error {
	for len(artifacts) > 0 {
		n, size := 1, proto.Size(artifacts[0])
		for n < len(artifacts) && size+proto.Size(artifacts[n]) <= maxBatch {
			size += proto.Size(artifacts[n])
			n++
		}
		if err := k.storeBatch(ctx, artifacts[:n], store); err != nil {
			return err
		}
		artifacts = artifacts[n:]
	}
	return nil
}

func (k *keeper) storeBatch(ctx context.Context, batch []*mlmdpb.Artifact, store func([]*mlmdpb.Artifact) error) error {
	err := store(batch)
	if err == nil || ctx.Err() != nil || !isRefused(err) {
		return err
	}
	if len(batch) == 1 {
		k.refuse(batch[0].GetUri(), err)
		return nil
	}
	for i := range batch {
		if err := k.storeBatch(ctx, batch[i:i+1], store); err != nil {
			return err
		}
	}
	return nil
}

func (k *keeper) refuse(what string, err error) {
	k.counts.refused++
	k.log.Error("an object could not be recorded", "resource", k.resource.String(), "object", what, "error", err)
}
