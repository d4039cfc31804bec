package mlmd

import (
	"strings"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
	"github.com/pedigree-ml/pedigree/route"
)

// Wire is the protocol with the permissions that its calls need.
func (s *Server) Wire() route.Wire {
	permissions := make(map[string]route.Permission)
	for _, m := range mlmdpb.MetadataStoreService_ServiceDesc.Methods {
		permissions[m.MethodName] = permissionOf(m.MethodName)
	}
	return route.Wire{Name: "mlmd", Services: []route.Service{{
		Desc: &mlmdpb.MetadataStoreService_ServiceDesc, Implementation: s, Permissions: permissions,
	}}}
}

// permissionOf tells by its name what a call does: in this protocol that is
// certain.
func permissionOf(method string) route.Permission {
	if strings.HasPrefix(method, "Get") {
		return route.Read
	}
	return route.Write
}
