package token

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Complete adds to a request that was not parsed from get-token's arguments
// what its method finds in the environment, which has no say where a secret's
// file is given. Without a client chosen by hand, a method that signs an
// application in takes that of AZURE_CLIENT_ID.
func (r Request) Complete(getenv func(string) string, clientChosen bool) (Request, error) {
	params := Params{}
	for _, f := range flags {
		value := r.Params[f.Name]
		if value == "" && f.Name == "client-secret" && r.Params["client-secret-file"] != "" {
			continue
		}
		for _, name := range slices.Concat(f.env, f.envFor[r.Method]) {
			if value == "" && f.param && !r.ForPerson() {
				value = safetext.Secret(getenv(name))
			}
		}
		if value != "" {
			params[f.Name] = value
		}
	}
	r.Params = params
	switch use := methodOf(r.Method).client; {
	case use == clientIgnored, clientChosen, use == clientAsked:
	default:
		id := strings.ToLower(getenv("AZURE_CLIENT_ID"))
		if id != "" && !entra.IsGUID(id) || id == "" && use == clientItself {
			return r, fmt.Errorf("--client-id is required: the application that login method %s signs in as", r.Method)
		}
		r.Client = entra.ClientID(id)
	}
	return r.In(getenv), nil
}
