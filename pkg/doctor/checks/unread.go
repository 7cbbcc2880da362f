package checks

import (
	"cmp"

	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Who can look or mend.
const (
	clusterAdmin = "an administrator of the cluster"
	tenantAdmin  = "an administrator of the tenant"
	azureAdmin   = "whoever manages the cluster in Azure"
)

// unread is the finding about something in Azure or the directory that could
// not be read: because nobody is signed in to manage, or because of err.
func (c *Case) unread(what string, err error) doctor.Finding {
	if fault.KindOf(err) != fault.SignIn {
		return doctor.Found(doctor.Unknown, "%s cannot be read: %v", what, err)
	}
	return doctor.Found(doctor.Unknown, "%s cannot be read: nobody is signed in here to manage", what).
		By(azureAdmin).Fix(c.signInToManage())
}

// signInToManage is the command whose sign-in doctor then finds. One serves
// Azure and the directory.
func (c *Case) signInToManage() string {
	r, _ := c.request()
	audience := cmp.Or(c.Cloud.ARMAudience, c.Cloud.Graph)
	manage := token.Request{Method: token.Auto, Cloud: c.Cloud, Tenant: cmp.Or(r.Tenant, "TENANT"), Client: entra.AzureCLI,
		Scope: audience + "/.default"}
	return command(append([]string{"kubectl-aad"}, manage.Args()...)...)
}
