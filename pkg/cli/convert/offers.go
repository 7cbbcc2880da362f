package convert

import (
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig/edit"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// adopt looks for the variables that kubelogin lets win over its arguments,
// and here lose. With take, what they say becomes the arguments; without, it is
// offered. Secrets are named and never written.
func adopt(u edit.User, args []string, getenv func(string) string, take bool) (adopted, notes []string) {
	env := envOf(u)
	lookup := func(k string) string {
		if v, ok := env[k]; ok {
			return v
		}
		return getenv(k)
	}
	if len(args) == 0 {
		return args, nil
	}
	settings, err := token.Settings(args[1:], lookup)
	if err != nil {
		return args, []string{"kubectl-aad will refuse these arguments: " + safetext.Clean(err.Error())}
	}
	for _, s := range settings {
		if len(s.Overruled) == 0 {
			continue
		}
		name := s.Overruled[len(s.Overruled)-1]
		if s.Value == "[redacted]" {
			notes = append(notes, fmt.Sprintf("kubelogin used %s; kubectl-aad uses --%s: take that flag out to use the variable", name, s.Name))
			continue
		}
		value := lookup(name)
		if take {
			args = token.WithFlag(args, s.Name, value)
			notes = append(notes, fmt.Sprintf("--%s is %s now, as %s says", s.Name, safetext.Clean(value), name))
			continue
		}
		notes = append(notes, fmt.Sprintf("kubelogin used %s=%s; kubectl-aad uses --%s %s (--adopt-env takes the variable's)",
			name, safetext.Clean(value), s.Name, safetext.Clean(s.Value)))
	}
	return args, notes
}

// secrets are the values in a kubeconfig that no diff may show.
func secrets(f *edit.File) []string {
	var list []string
	for _, u := range f.Users() {
		for _, key := range []string{"access-token", "refresh-token", "id-token"} {
			list = append(list, u.Config[key])
		}
		for _, a := range token.SplitArgs(argsOf(u)) {
			if a.Flag == "client-secret" || a.Flag == "password" || a.Flag == "client-certificate-password" {
				list = append(list, a.Value)
			}
		}
		for name, value := range envOf(u) {
			if n := strings.ToUpper(name); strings.Contains(n, "SECRET") || strings.Contains(n, "PASSWORD") || strings.Contains(n, "TOKEN") {
				list = append(list, value)
			}
		}
		list = append(list, u.Secrets...)
	}
	return list
}

// redact takes them out of a text.
func redact(text string, secrets []string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "[redacted]")
		}
	}
	return text
}
