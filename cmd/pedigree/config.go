package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/pelletier/go-toml/v2"
)

// configPath finds the configuration file before the flags are parsed, since
// their values come from it.
func configPath(args []string) string {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if value, ok := strings.CutPrefix(arg, "--config="); ok {
			return value
		}
		if arg == "--config" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return os.Getenv("PEDIGREE_CONFIG")
}

// A configFile gives values for flags by their names.
type configFile struct {
	path   string
	values map[string]any
}

func readConfig(path string) (*configFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	c := &configFile{path: path}
	if err := toml.Unmarshal(text, &c.values); err != nil {
		if at, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, column := at.Position()
			return nil, fmt.Errorf("configuration file %s, line %d, column %d: %w", path, line, column, err)
		}
		return nil, fmt.Errorf("configuration file %s: %w", path, err)
	}
	return c, nil
}

// Validate refuses keys that name no flag: a misspelt one would silently leave
// the default in place.
func (c *configFile) Validate(app *kong.Application) error {
	known := make(map[string]bool)
	err := kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			known[flag.Name] = true
		}
		return next(nil)
	})
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(c.values)) {
		if !known[key] || key == "config" || key == "help" {
			return fmt.Errorf("configuration file %s: no flag is called %q", c.path, key)
		}
	}
	return nil
}

// Resolve gives the file's value of a flag that neither the command line nor
// the environment sets.
func (c *configFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return nil, nil
		}
	}
	value, ok := c.values[flag.Name]
	if !ok {
		return nil, nil
	}
	switch value.(type) {
	case map[string]any:
		return nil, fmt.Errorf("configuration file %s: %s must be a value, not a table", c.path, flag.Name)
	case string, bool, []any:
		return value, nil
	}
	return fmt.Sprint(value), nil
}
