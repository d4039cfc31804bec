package mlflow

import "github.com/pedigree-ml/pedigree/route"

// artifactRoutes are the operations on artifact bytes.
func (h *Handler) artifactRoutes() []route.Route { return nil }
