package catalog_test

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

func TestAnEntityIsOneWithWhatOtherProtocolsKnowOfItsPlace(t *testing.T) {
	f := open(t)
	run, dataset, version := f.run()
	err := f.store.Update(t.Context(), func(tx store.Tx) error {
		n, err := tx.Node(workspace, pedigree.DatasetType, naming.UIDOfDataset("clean", "abc"))
		if err != nil {
			return err
		}
		return identity.Locate(tx, &n, "", "s3://lake/raw")
	})
	if err != nil {
		t.Fatal(err)
	}
	path := f.make(&catalog.Entity{TypeName: "fs_path", Attributes: attrs{"qualifiedName": "s3://lake/raw@here", "name": "raw", "path": "s3://lake/raw"}})
	if err := f.classify(path, catalog.Classification{TypeName: "PII"}); err != nil {
		t.Fatal(err)
	}
	for _, guid := range []string{dataset, run, version} {
		if c := f.get(guid).Classifications; len(c) != 1 || c[0].EntityGUID != path {
			t.Errorf("classifications of %s: %+v", guid, c)
		}
	}
	if _, err := f.PartialByGUID(t.Context(), workspace, path, "path", "s3://lake/other"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.PartialByGUID(t.Context(), workspace, path, "qualifiedName", "s3://lake/other@here"); err != nil {
		t.Fatal(err)
	}
	if c := f.get(version).Classifications; len(c) != 0 {
		t.Errorf("it moved away and is still one with the data set: %+v", c)
	}
}
