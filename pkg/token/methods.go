package token

import (
	"fmt"
	"strings"
)

// Auto is the method of a request that names none: for people, whatever way to
// ask them there is.
const Auto = "auto"

// methodNames are the login methods that a command line may name, in the order
// of help. That a method is named here does not mean that it is built in: the
// front needs the names for the keys, and links no method.
var methodNames = []struct {
	name    string
	aliases []string // Azure/kubelogin's names
	person  bool     // the token stands for a person, whichever way it was asked for
}{
	{Auto, nil, true},
	{"devicecode", nil, true},
	{"browser", []string{"interactive"}, true},
	{"clientsecret", []string{"spn"}, false},
	{"clientcertificate", nil, false},
	{"managedidentity", []string{"msi"}, false},
	{"workloadidentity", nil, false},
	{"azurecli", nil, false},
	{"azd", nil, false},
	{"githubactions", nil, false},
	{"azurepipelines", nil, false},
	{"password", []string{"ropc"}, true},
}

// FindMethod returns a method's own name for any of its names, in any case.
// Empty is Auto. The error lists the names.
func FindMethod(name string) (string, error) {
	if name == "" {
		return Auto, nil
	}
	known := make([]string, 0, len(methodNames))
	for _, m := range methodNames {
		for _, n := range append([]string{m.name}, m.aliases...) {
			if strings.EqualFold(n, name) {
				return m.name, nil
			}
		}
		known = append(known, m.name)
	}
	return "", fmt.Errorf("unknown login method %q: known are %s", name, strings.Join(known, ", "))
}

// person reports whether a method's tokens stand for a person.
func person(method string) bool {
	for _, m := range methodNames {
		if m.name == method {
			return m.person
		}
	}
	return false
}
