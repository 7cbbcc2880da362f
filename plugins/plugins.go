// Package plugins lists the login methods that are built in. It holds none of
// them.
package plugins

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/plugins/clientsecret"
	"github.com/kubectl-aad/kubectl-aad/plugins/devicecode"
)

// All returns the methods; those that ask a person in the order in which auto
// tries them.
func All() login.Registry {
	return login.Registry{
		devicecode.Method(),
		clientsecret.Method(),
	}
}
