// Package plugins lists the login methods that are built in. It holds none of
// them.
package plugins

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/plugins/azd"
	"github.com/kubectl-aad/kubectl-aad/plugins/azurecli"
	"github.com/kubectl-aad/kubectl-aad/plugins/azurepipelines"
	"github.com/kubectl-aad/kubectl-aad/plugins/browser"
	"github.com/kubectl-aad/kubectl-aad/plugins/clientcertificate"
	"github.com/kubectl-aad/kubectl-aad/plugins/clientsecret"
	"github.com/kubectl-aad/kubectl-aad/plugins/devicecode"
	"github.com/kubectl-aad/kubectl-aad/plugins/githubactions"
	"github.com/kubectl-aad/kubectl-aad/plugins/managedidentity"
	"github.com/kubectl-aad/kubectl-aad/plugins/password"
	"github.com/kubectl-aad/kubectl-aad/plugins/workloadidentity"
)

// All returns the methods; those that ask a person in the order in which auto
// tries them.
func All() login.Registry {
	return login.Registry{
		browser.Method(),
		devicecode.Method(),
		clientsecret.Method(),
		clientcertificate.Method(),
		workloadidentity.Method(),
		githubactions.Method(),
		azurepipelines.Method(),
		managedidentity.Method(),
		azurecli.Method(),
		azd.Method(),
		password.Method(),
	}
}
