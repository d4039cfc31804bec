package registry

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
)

// Limits on what a client may name and say, in characters.
const (
	maxName        = 256
	maxDescription = 100_000
	maxTagKey      = 250
	maxTagValue    = 100_000
	maxAlias       = 255
	maxSource      = 2048
	maxRunID       = 256
	maxRunLink     = 2048
	maxModelID     = 256
)

// checkModelName refuses a name that could be taken for part of a URI of a
// model, or that old servers could not have kept as a directory.
func checkModelName(place, name string) error {
	switch {
	case strings.TrimFunc(name, unicode.IsSpace) == "":
		return naming.Invalid("Missing value for required parameter '%s'.", place)
	case strings.ContainsAny(name, "/:"):
		return naming.Invalid("Invalid model name '%s'. Names cannot contain '/' or ':'.", shown(name))
	}
	if clean := naming.CleanPath(name); clean != name || clean == "." || strings.HasPrefix(clean, "..") {
		return naming.BadValue("name", name, "Names may be treated as files in certain cases, and must not resolve to"+
			" other names when treated as such. This name would resolve to "+naming.Quote(clean))
	}
	return naming.CheckLength("name", maxName, name)
}

// checkAlias refuses what no alias can be called.
func checkAlias(alias string) error {
	if alias == "" {
		return naming.Invalid("Registered model alias name cannot be empty.")
	}
	if strings.ContainsFunc(alias, badAliasRune) {
		return naming.Invalid("Invalid alias name: '%s'. Names may only contain alphanumerics, underscores (_), and dashes (-).", shown(alias))
	}
	return naming.CheckLength("Registered model alias name", maxAlias, alias)
}

func badAliasRune(c rune) bool {
	return c != '_' && c != '-' && !unicode.IsLetter(c) && !unicode.IsNumber(c)
}

// latestAlias stands for the latest version wherever an alias is read.
const latestAlias = "latest"

// checkNewAlias also refuses aliases that already mean something.
func checkNewAlias(alias string) error {
	if err := checkAlias(alias); err != nil {
		return err
	}
	if strings.EqualFold(alias, latestAlias) {
		return naming.Invalid("'latest' alias name (case insensitive) is reserved.")
	}
	if digits := alias[1:]; (alias[0] == 'v' || alias[0] == 'V') && digits != "" && !strings.ContainsFunc(digits, notDigit) {
		return naming.Invalid("Version alias name '%s' is reserved.", alias)
	}
	return nil
}

func notDigit(c rune) bool { return !unicode.IsDigit(c) }

// versionNumber writes the number of a version in its one canonical form.
// Clients may put space around it, a sign before it and underscores between its
// digits, as Python lets them.
func versionNumber(version string) (string, error) {
	text := strings.TrimFunc(version, unicode.IsSpace)
	digits := strings.TrimPrefix(strings.TrimPrefix(text, "-"), "+")
	for group := range strings.SplitSeq(digits, "_") {
		if group == "" || strings.ContainsFunc(group, func(c rune) bool { return c < '0' || c > '9' }) || len(text)-len(digits) > 1 {
			return "", naming.Invalid("Parameter 'version' must be an integer, got '%s'.", shown(version))
		}
	}
	number := strings.TrimLeft(strings.ReplaceAll(digits, "_", ""), "0")
	if number == "" {
		return "0", nil
	}
	if text[0] == '-' {
		number = "-" + number
	}
	return number, nil
}

// The stages of a version.
const (
	stageNone       = "None"
	stageStaging    = "Staging"
	stageProduction = "Production"
	stageArchived   = "Archived"
)

var stages = []string{stageNone, stageStaging, stageProduction, stageArchived}

// canonicalStage finds a stage by its name in any case.
func canonicalStage(name string) (string, error) {
	for _, s := range stages {
		if strings.EqualFold(s, name) {
			return s, nil
		}
	}
	return "", naming.Invalid("Invalid Model Version stage: %s. Value must be one of %s.", shown(name), strings.Join(stages, ", "))
}

func checkTag(key, value string) error {
	if err := naming.CheckKey("key", key); err != nil {
		return err
	}
	if err := naming.CheckLength("key", maxTagKey, key); err != nil {
		return err
	}
	return naming.CheckLength("value", maxTagValue, value)
}

func checkVersionTag(key, value string) error {
	if key == promptTextTag && naming.CheckLength("value", maxTagValue, value) != nil {
		return naming.Invalid("Prompt text exceeds max length of %d characters.", maxTagValue)
	}
	return checkTag(key, value)
}

func checkTags(tags []pedigree.Property, check func(key, value string) error) error {
	for i := range tags {
		if err := check(tags[i].Key, tags[i].Value); err != nil {
			return err
		}
	}
	return nil
}

// maxShown bounds how much of a client's text an error repeats, in bytes.
const maxShown = 1000

func shown(text string) string { return naming.Shorten(text, maxShown) }

func numberOf(n *pedigree.Node) int64 {
	number, err := strconv.ParseInt(n.Version, 10, 64)
	if err != nil {
		return 0 // no version that these rules made
	}
	return number
}
