package kubewatch

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
)

// open makes a client for a cluster and a user.
func (c *clusterEntry) open(u *userEntry, run RunPlugin) (*Cluster, error) {
	config, err := c.tls()
	if err != nil {
		return nil, err
	}
	source, err := u.source(c, run)
	if err != nil {
		return nil, err
	}
	cluster, err := newCluster(c.Cluster.Server, config, source)
	if err != nil {
		return nil, err
	}
	if c.Cluster.Proxy != "" {
		proxy, err := url.Parse(c.Cluster.Proxy)
		if err != nil {
			return nil, fmt.Errorf("the proxy of cluster %q is not a URL", c.Name)
		}
		cluster.http.Transport.(*http.Transport).Proxy = http.ProxyURL(proxy)
	}
	u.impersonate(cluster.headers)
	return cluster, nil
}

func (c *clusterEntry) tls() (*tls.Config, error) {
	config := &tls.Config{InsecureSkipVerify: c.Cluster.Insecure, ServerName: c.Cluster.ServerName}
	roots, err := content(c.dir, c.Cluster.CAData, c.Cluster.CA)
	if err != nil {
		return nil, fmt.Errorf("the certificate authority of cluster %q cannot be read: %w", c.Name, err)
	}
	if roots != nil {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(roots) {
			return nil, fmt.Errorf("the certificate authority of cluster %q holds no certificate", c.Name)
		}
	}
	return config, nil
}

// source says where the user's credential comes from. A token in a file wins
// over one in the kubeconfig, which may be its older copy.
func (u *userEntry) source(c *clusterEntry, run RunPlugin) (credentialSource, error) {
	certificate, err := u.certificate()
	if err != nil {
		return nil, fmt.Errorf("the certificate of user %q cannot be read: %w", u.Name, err)
	}
	switch {
	case u.User.TokenFile != "":
		return fromFile(within(u.dir, u.User.TokenFile), certificate), nil
	case u.User.Exec != nil && run == nil:
		return nil, fmt.Errorf("user %q needs the program %s", u.Name, u.User.Exec.Command)
	case u.User.Exec != nil:
		plugin, err := u.User.Exec.plugin(u.dir, c)
		if err != nil {
			return nil, err
		}
		return fromPlugin(plugin, run), nil
	case u.User.AuthProvider != nil:
		return nil, fmt.Errorf("user %q has an auth-provider, which Kubernetes has given up; use exec or a token", u.Name)
	}
	return &fixed{credential{token: u.User.Token, user: u.User.Username, password: u.User.Password, certificate: certificate}}, nil
}

func (u *userEntry) certificate() (*tls.Certificate, error) {
	cert, err := content(u.dir, u.User.CertData, u.User.Cert)
	if err != nil || cert == nil {
		return nil, err
	}
	key, err := content(u.dir, u.User.KeyData, u.User.Key)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	return &pair, err
}

// impersonate sets the headers that ask to act as somebody else.
func (u *userEntry) impersonate(h http.Header) {
	if u.User.As == "" {
		return
	}
	h.Set("Impersonate-User", u.User.As)
	if u.User.AsUID != "" {
		h.Set("Impersonate-Uid", u.User.AsUID)
	}
	for _, group := range u.User.AsGroups {
		h.Add("Impersonate-Group", group)
	}
	for key, values := range u.User.AsExtra {
		for _, v := range values {
			h.Add("Impersonate-Extra-"+url.PathEscape(key), v)
		}
	}
}

// plugin completes the call of a credential plugin. A path with a folder in it
// starts at that of the kubeconfig, any other name is looked for as usual.
func (e *execEntry) plugin(dir string, c *clusterEntry) (Plugin, error) {
	if e.Command == "" {
		return Plugin{}, errors.New("the kubeconfig names a plugin without a command")
	}
	p := Plugin{Command: e.Command, Args: e.Args}
	if strings.ContainsRune(p.Command, filepath.Separator) {
		p.Command = within(dir, p.Command)
	}
	for _, v := range e.Env {
		p.Env = append(p.Env, v.Name+"="+v.Value)
	}
	info, err := e.info(c)
	p.Env = append(p.Env, "KUBERNETES_EXEC_INFO="+info)
	return p, err
}

// info tells a plugin whom it works for: nobody who could be asked, and with
// provideClusterInfo which cluster.
func (e *execEntry) info(c *clusterEntry) (string, error) {
	spec := map[string]any{"interactive": false}
	if e.ProvideClusterInfo {
		cluster := map[string]any{"server": c.Cluster.Server, "insecure-skip-tls-verify": c.Cluster.Insecure}
		roots, err := content(c.dir, c.Cluster.CAData, c.Cluster.CA)
		if err != nil {
			return "", err
		}
		for key, value := range map[string]string{"tls-server-name": c.Cluster.ServerName, "proxy-url": c.Cluster.Proxy} {
			if value != "" {
				cluster[key] = value
			}
		}
		if roots != nil {
			cluster["certificate-authority-data"] = roots // bytes are written in base64
		}
		spec["cluster"] = cluster
	}
	text, err := json.Marshal(map[string]any{"apiVersion": e.APIVersion, "kind": "ExecCredential", "spec": spec})
	return string(text), err
}
