package kubewatch

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"
)

// A kubeconfig is one file, or several laid over each other.
type kubeconfig struct {
	Current  string         `yaml:"current-context"`
	Clusters []clusterEntry `yaml:"clusters"`
	Users    []userEntry    `yaml:"users"`
	Contexts []contextEntry `yaml:"contexts"`
}

type contextEntry struct {
	Name    string `yaml:"name"`
	Context struct {
		Cluster string `yaml:"cluster"`
		User    string `yaml:"user"`
	} `yaml:"context"`
}

type clusterEntry struct {
	Name    string `yaml:"name"`
	Cluster struct {
		Server     string `yaml:"server"`
		CA         string `yaml:"certificate-authority"`
		CAData     string `yaml:"certificate-authority-data"`
		Insecure   bool   `yaml:"insecure-skip-tls-verify"`
		ServerName string `yaml:"tls-server-name"`
		Proxy      string `yaml:"proxy-url"`
	} `yaml:"cluster"`
	dir string
}

type userEntry struct {
	Name string `yaml:"name"`
	User struct {
		Token        string              `yaml:"token"`
		TokenFile    string              `yaml:"tokenFile"`
		Username     string              `yaml:"username"`
		Password     string              `yaml:"password"`
		Cert         string              `yaml:"client-certificate"`
		CertData     string              `yaml:"client-certificate-data"`
		Key          string              `yaml:"client-key"`
		KeyData      string              `yaml:"client-key-data"`
		As           string              `yaml:"as"`
		AsUID        string              `yaml:"as-uid"`
		AsGroups     []string            `yaml:"as-groups"`
		AsExtra      map[string][]string `yaml:"as-user-extra"`
		Exec         *execEntry          `yaml:"exec"`
		AuthProvider any                 `yaml:"auth-provider"`
	} `yaml:"user"`
	dir string
}

type execEntry struct {
	APIVersion string   `yaml:"apiVersion"`
	Command    string   `yaml:"command"`
	Args       []string `yaml:"args"`
	Env        []struct {
		Name  string `yaml:"name"`
		Value string `yaml:"value"`
	} `yaml:"env"`
	ProvideClusterInfo bool `yaml:"provideClusterInfo"`
}

// readKubeconfig lays files over each other: what an earlier one says, stands.
// Files that do not exist count as empty, but not all of them.
func readKubeconfig(paths []string) (*kubeconfig, error) {
	var all kubeconfig
	var missing error
	found := false
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			missing = err
			continue
		}
		if err != nil {
			return nil, err
		}
		found = true
		if err := all.add(path, text); err != nil {
			return nil, err
		}
	}
	if !found {
		return nil, missing
	}
	return &all, nil
}

// add lays one more file under what is there. Paths in it start at its folder.
func (k *kubeconfig) add(path string, text []byte) error {
	var file kubeconfig
	if err := yaml.Unmarshal(text, &file); err != nil {
		return fmt.Errorf("%s is no kubeconfig: %w", path, err)
	}
	dir := filepath.Dir(path)
	for _, c := range file.Clusters {
		c.dir = dir
		k.Clusters = append(k.Clusters, c)
	}
	for _, u := range file.Users {
		u.dir = dir
		k.Users = append(k.Users, u)
	}
	k.Contexts = append(k.Contexts, file.Contexts...)
	if k.Current == "" {
		k.Current = file.Current
	}
	return nil
}

// FromKubeconfig opens the cluster that a context of the given files leads to,
// the current one if contextName is empty. run may be nil, and then users that
// need a plugin are refused.
func FromKubeconfig(paths []string, contextName string, run RunPlugin) (*Cluster, error) {
	k, err := readKubeconfig(paths)
	if err != nil {
		return nil, err
	}
	if contextName == "" {
		contextName = k.Current
	}
	if contextName == "" {
		return nil, fmt.Errorf("the kubeconfig has no current context; name one")
	}
	at := slices.IndexFunc(k.Contexts, func(c contextEntry) bool { return c.Name == contextName })
	if at < 0 {
		return nil, fmt.Errorf("the kubeconfig has no context %q", contextName)
	}
	chosen := k.Contexts[at].Context
	at = slices.IndexFunc(k.Clusters, func(c clusterEntry) bool { return c.Name == chosen.Cluster })
	if at < 0 {
		return nil, fmt.Errorf("the kubeconfig has no cluster %q, which context %q names", chosen.Cluster, contextName)
	}
	cluster := &k.Clusters[at]
	var user userEntry
	if chosen.User != "" {
		if at = slices.IndexFunc(k.Users, func(u userEntry) bool { return u.Name == chosen.User }); at < 0 {
			return nil, fmt.Errorf("the kubeconfig has no user %q, which context %q names", chosen.User, contextName)
		}
		user = k.Users[at]
	}
	return cluster.open(&user, run)
}

// content gives what stands in an entry itself, in base64, or else in a file.
func content(dir, data, path string) ([]byte, error) {
	switch {
	case data != "":
		return base64.StdEncoding.DecodeString(data)
	case path == "":
		return nil, nil
	}
	return os.ReadFile(within(dir, path))
}

// within completes a path that does not start at the root.
func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
