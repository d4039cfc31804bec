package registry

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// Prompts are registered models that carry a tag; their versions carry it too,
// with the text beside it in others.
const (
	promptTag     = "mlflow.prompt.is_prompt"
	promptTextTag = "mlflow.prompt.text"
	promptTypeTag = "_mlflow_prompt_type"
)

// A version must have a source, and a prompt has none: these stand for it. A
// prompt with any other could smuggle in a place that was never checked.
var promptSources = []string{"dummy-source", "prompt-template"}

// saysPrompt reports whether tags say of what bears them that it is a prompt.
func saysPrompt(tags []pedigree.Property) bool {
	value, _ := tagIn(tags, promptTag)
	return strings.EqualFold(value, "true")
}

// isPrompt reports whether a model is a prompt.
func isPrompt(r store.Reader, model *pedigree.Node) (bool, error) {
	value, _, err := r.Property(model.ID, pedigree.Tag, promptTag)
	return strings.EqualFold(value, "true"), err
}

func checkPromptSource(source string) error {
	for _, s := range promptSources {
		if source == s {
			return nil
		}
	}
	return naming.Invalid("Invalid prompt source: '%s'. Prompt sources must use an MLflow placeholder.", shown(source))
}
