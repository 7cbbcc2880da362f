package token

import (
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// rival is a flag that, given by hand, leaves no room for what the environment
// says of another: both settle the same thing.
type rival struct{ winner, loser string }

var rivals = []rival{
	{"client-secret-file", "client-secret"},
	{"cloud", "authority-host"},
	{"authority-host", "cloud"},
}

// outdone returns the variables of the loser that the winner beats on this
// command line: none where both are given, or say the same.
func (r rival) outdone(given values, getenv func(string) string) (names []string) {
	_, both := given[r.loser]
	if given[r.winner] == "" || both {
		return nil
	}
	f, _ := findFlag(r.loser)
	value := ""
	for _, name := range f.variables(given, getenv) {
		if e := getenv(name); e != "" {
			names = append(names, name)
			if value == "" {
				value = e
			}
		}
	}
	if value == "" { // the usual case reads no cloud file twice
		return nil
	}
	switch r.winner {
	case "cloud":
		if issues(given[r.winner], value, getenv) {
			return nil
		}
	case "authority-host":
		if issues(value, given[r.winner], getenv) {
			return nil
		}
	}
	return names
}

// issues reports whether an authority is that of a cloud.
func issues(cloud, authority string, getenv func(string) string) bool {
	c, err := entra.FindCloud(cloudName(cloud, getenv))
	return err == nil && sameAuthority(authority, c.Login)
}

// cloudName returns what a cloud's name stands for: AzureStackCloud means the
// file that the environment names, as it does for Azure/go-autorest.
func cloudName(name string, getenv func(string) string) string {
	if strings.EqualFold(name, "AzureStackCloud") && getenv(azureStackFile) != "" {
		return getenv(azureStackFile)
	}
	return name
}

func sameAuthority(a, b string) bool {
	return strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/"))
}
