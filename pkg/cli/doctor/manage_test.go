package doctor

import (
	"context"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

func TestManagementFallsBackToTheClustersTenant(t *testing.T) {
	signedInTo := func(tenant string, otherwise fault.Kind) signIn {
		return func(_ context.Context, f *factory.Factory) (token.Source, error) {
			return func(context.Context, string) (token.Token, error) {
				if f.Management.TenantID == tenant {
					return token.Token{Access: "x"}, nil
				}
				return token.Token{}, fault.New(otherwise, "no")
			}, nil
		}
	}
	for _, tt := range []struct {
		name, flag, where string
		otherwise         fault.Kind
		ok                bool
	}{
		{"signed in without a tenant", "", "", fault.SignIn, true},
		{"signed in to the cluster's", "", tenant, fault.SignIn, true},
		{"a tenant is named", "other", tenant, fault.SignIn, false},
		{"no network", "", tenant, fault.Network, false},
	} {
		f := &factory.Factory{Management: factory.Management{TenantID: tt.flag}}
		source, err := orIn(signedInTo(tt.where, tt.otherwise), tenant)(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := source(t.Context(), "scope"); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
