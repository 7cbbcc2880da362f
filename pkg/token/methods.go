package token

import (
	"fmt"
	"strings"
)

// Auto is the method of a request that names none: for people, whatever way to
// ask them there is.
const Auto = "auto"

// methodName is a login method that a command line may name. That it is named
// here does not mean that it is built in: the front needs the names for the
// keys, and links no method.
type methodName struct {
	name    string
	aliases []string // Azure/kubelogin's names
	person  bool     // the token stands for a person, whichever way it was asked for
	client  clientUse
}

// clientUse says what --client-id means to a method.
type clientUse int

const (
	clientAsked   clientUse = iota // the app that asks for a person; managed AKS has one for everybody
	clientItself                   // who signs in: there is no default
	clientPicks                    // picks one of the machine's identities; none is the machine's own
	clientIgnored                  // the other program has its own
)

// methodNames are in the order of help.
var methodNames = []methodName{
	{Auto, nil, true, clientAsked},
	{"browser", []string{"interactive"}, true, clientAsked},
	{"devicecode", nil, true, clientAsked},
	{"clientsecret", []string{"spn"}, false, clientItself},
	{"clientcertificate", nil, false, clientItself},
	{"workloadidentity", nil, false, clientItself},
	{"githubactions", nil, false, clientItself},
	{"azurepipelines", nil, false, clientItself},
	{"managedidentity", []string{"msi"}, false, clientPicks},
	{"azurecli", nil, false, clientIgnored},
	{"azd", nil, false, clientIgnored},
	{"password", []string{"ropc"}, false, clientAsked}, // nobody is asked, and nothing but the token is kept
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

func methodOf(name string) methodName {
	for _, m := range methodNames {
		if m.name == name {
			return m
		}
	}
	return methodName{}
}

// person reports whether a method's tokens stand for a person.
func person(method string) bool { return methodOf(method).person }
