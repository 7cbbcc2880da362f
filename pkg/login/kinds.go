package login

import (
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// kinds of tokens that not every method can get. A token of another kind is
// not what the API server expects.
var kinds = []struct{ flag, what string }{
	{"legacy", "tokens of the v1 endpoint, for the audience spn:<id>"},
	{"pop-enabled", "proof-of-possession tokens, for clusters connected through Azure Arc"},
}

// refuse says what a request asks for that the method cannot do.
func (m Method) refuse(r token.Request) error {
	for _, k := range kinds {
		if r.Params.Get(k.flag) != "" && !slices.Contains(m.Params, k.flag) {
			return fault.New(fault.Config, "login method "+m.Name+" gets no "+k.what+" (--"+k.flag+")",
				"leave --"+k.flag+" out where the API server accepts ordinary tokens, as AKS does", "kubectl-aad get-token --help lists the methods")
		}
	}
	return nil
}
