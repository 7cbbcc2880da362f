package login

import (
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// kinds of tokens that not every method can get. A token of another kind is
// not what the API server expects.
var kinds = []struct{ flag, what string }{
	{"legacy", "tokens of the v1 endpoint, for the audience spn:<id>"},
	{"pop-enabled", "proof-of-possession tokens, for clusters connected through Azure Arc"},
}

// refuse says what a request asks for that its method cannot do, and which can.
func (r Registry) refuse(m Method, req token.Request) error {
	for _, k := range kinds {
		if req.Params.Get(k.flag) != "" && !slices.Contains(m.Params, k.flag) {
			return fault.New(fault.Config, "login method "+m.Name+" gets no "+k.what+" (--"+k.flag+")",
				"name a method that does with --login: "+strings.Join(r.reading(k.flag), ", "),
				"leave --"+k.flag+" out where the API server accepts ordinary tokens, as AKS does")
		}
	}
	return nil
}

// reading lists the methods that read a flag.
func (r Registry) reading(flag string) (names []string) {
	for _, m := range r {
		if slices.Contains(m.Params, flag) {
			names = append(names, m.Name)
		}
	}
	return names
}
