package webhook

import (
	"errors"
	"regexp"
	"strings"

	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/naming"
)

// Limits on what a webhook says of itself, in characters.
const (
	maxName        = 63
	maxDescription = 1000
	maxSecret      = 1000
)

var validName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)

func checkName(name string) error {
	if len(name) <= maxName && validName.MatchString(name) {
		return nil
	}
	return naming.Invalid("Webhook name %s is invalid. It must start and end with a letter or digit,"+
		" be less than 63 characters long, and contain only letters, digits, dots (.),"+
		" underscores (_), and hyphens (-).", naming.Quote(shortened(name)))
}

// checkURL refuses a URL that cannot be called. Apart from the scheme, errors
// repeat none of it: receivers put keys into their paths.
func (s *Service) checkURL(url string) error {
	if strings.TrimSpace(url) == "" {
		return naming.Invalid("Webhook URL cannot be empty or just whitespace: %s", naming.Quote(shortened(url)))
	}
	err := s.Client.Check(url)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, egress.ErrScheme):
		return naming.Invalid("Invalid webhook URL scheme: %s. Allowed schemes are: %s.",
			naming.Quote(schemeOf(url)), strings.Join(s.Client.Schemes(), ", "))
	case errors.Is(err, egress.ErrNoHost):
		return naming.Invalid("Webhook URL must include a hostname.")
	case errors.Is(err, egress.ErrRefused):
		return naming.Invalid("Webhook URL must not resolve to a non-public IP address.")
	}
	return naming.Invalid("Invalid webhook URL: it must be absolute, at most 2000 characters long," +
		" and have a plain host name, no user and no white space.")
}

// schemeOf gives what stands before the first colon, if that is short enough to
// be a scheme.
func schemeOf(url string) string {
	scheme, _, ok := strings.Cut(url, ":")
	if !ok || len(scheme) > 20 || strings.Contains(scheme, "/") {
		return ""
	}
	return strings.ToLower(scheme)
}

func checkDescription(text string) error {
	return naming.CheckLength("description", maxDescription, text)
}

func checkSecret(text string) error { return naming.CheckLength("secret", maxSecret, text) }

// shortened bounds what an error repeats.
func shortened(text string) string {
	const limit = 200
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "..."
}
