package kubewatch

import (
	"errors"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// The names under which an object is recorded. Those of properties, and
// workspaceKey, are Kubeflow Metadata's.
const (
	nameKey       = "name"
	versionKey    = "version"     // the object's UID: one name can stand for many objects in turn
	createTimeKey = "create_time" // RFC 3339
	objectKey     = "object"      // JSON

	workspaceKey       = "__kf_workspace__"
	clusterKey         = "cluster"
	namespaceKey       = "namespace" // missing for objects that are in none
	resourceVersionKey = "resource_version"
	deleteTimeKey      = "delete_time" // RFC 3339: when the deletion was noticed

	workspaceType = "kubeflow.org/alpha/workspace"
)

// artifactType declares what objects of a resource are recorded as.
func artifactType(r Resource) *mlmdpb.ArtifactType {
	t := &mlmdpb.ArtifactType{Name: proto.String(r.TypeName()), Properties: make(map[string]mlmdpb.PropertyType)}
	for _, key := range []string{nameKey, versionKey, createTimeKey, objectKey} {
		t.Properties[key] = mlmdpb.PropertyType_STRING
	}
	return t
}

// artifact gives an object as it is recorded, without an ID.
func (k *keeper) artifact(o *object) (*mlmdpb.Artifact, error) {
	if o.Metadata.UID == "" {
		return nil, errors.New("the object has no UID")
	}
	text, err := o.text(k.resource)
	if err != nil {
		return nil, err
	}
	a := &mlmdpb.Artifact{
		TypeId: proto.Int64(k.typeID), Uri: proto.String(o.uri(k.resource)), ExternalId: proto.String(o.Metadata.UID),
		State: mlmdpb.Artifact_LIVE.Enum(),
		Properties: map[string]*mlmdpb.Value{
			nameKey:       stringValue(o.Metadata.Name),
			versionKey:    stringValue(o.Metadata.UID),
			createTimeKey: stringValue(o.Metadata.CreationTimestamp.UTC().Format(time.RFC3339)),
			objectKey:     stringValue(text),
		},
		CustomProperties: map[string]*mlmdpb.Value{
			workspaceKey:       stringValue(k.workspace),
			clusterKey:         stringValue(k.clusterID),
			resourceVersionKey: stringValue(o.Metadata.ResourceVersion),
		},
	}
	if o.Metadata.Namespace != "" {
		a.CustomProperties[namespaceKey] = stringValue(o.Metadata.Namespace)
	}
	if o.Metadata.DeletionTimestamp != "" {
		a.State = mlmdpb.Artifact_MARKED_FOR_DELETION.Enum()
	}
	return a, nil
}

// markDeleted turns an artifact into that of a deleted object.
func markDeleted(a *mlmdpb.Artifact, now time.Time) {
	a.State = mlmdpb.Artifact_DELETED.Enum()
	if a.CustomProperties == nil {
		a.CustomProperties = make(map[string]*mlmdpb.Value)
	}
	a.CustomProperties[deleteTimeKey] = stringValue(now.UTC().Format(time.RFC3339))
}

// What an update writes; all else on an artifact belongs to others.
var (
	wholeMask = []string{
		"uri", "external_id", "state",
		"properties." + nameKey, "properties." + versionKey, "properties." + createTimeKey, "properties." + objectKey,
		"custom_properties." + workspaceKey, "custom_properties." + clusterKey, "custom_properties." + namespaceKey,
		"custom_properties." + resourceVersionKey, "custom_properties." + deleteTimeKey,
	}
	deletionMask = []string{"state", "custom_properties." + deleteTimeKey}
)

func mask(paths []string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

func stringValue(s string) *mlmdpb.Value {
	return &mlmdpb.Value{Value: &mlmdpb.Value_StringValue{StringValue: s}}
}
