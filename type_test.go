package pedigree_test

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
)

func TestTheProtocolOfATypeStandsBeforeADot(t *testing.T) {
	for name, want := range map[string]string{
		"mlflow.Run": "mlflow", "openlineage.Job": "openlineage", "atlas.hive_table": "atlas", "atlas.": "atlas", "system.Model": "mlmd",
		"pedigree.Workspace": "mlmd", "mlflow": "mlmd", "atlas": "mlmd", "Atlas.x": "mlmd", "": "mlmd",
	} {
		if got := (pedigree.Type{Name: name}).Protocol(); got != want {
			t.Errorf("the protocol of %q is %q, want %q", name, got, want)
		}
	}
}
