package auth_test

import (
	"net/http/httptest"
	"testing"

	"github.com/pedigree-ml/pedigree/auth"
	"github.com/pedigree-ml/pedigree/route"
)

func TestLocalUserMayDoAll(t *testing.T) {
	var policy auth.Policy = auth.LocalUser{}
	r := httptest.NewRequest("DELETE", "/x", nil)
	for _, need := range []route.Permission{route.Public, route.Read, route.Write, route.Delete, route.Manage} {
		if err := policy.Authorize(r, need); err != nil {
			t.Errorf("%s: %v", need, err)
		}
	}
}
