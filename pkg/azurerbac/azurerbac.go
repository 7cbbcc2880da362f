// Package azurerbac holds what the rest of the program knows of Azure's own
// roles for what is inside a managed cluster: assignments, their scopes, and
// what the data actions of a role mean to Kubernetes. It talks to nobody, and
// knows neither conditions (ABAC) nor deny assignments: who asks the API server
// gets their answer.
package azurerbac

import (
	"crypto/sha1"
	"encoding/hex"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Assignment is a role that a principal has at a scope and below it.
type Assignment struct {
	ID            string // full ARM id; "" for one that is not there yet
	Scope         string
	Role          Role
	Principal     entra.ObjectID
	PrincipalType string // User, Group or ServicePrincipal
	Description   string
	Condition     string // ABAC; "" is none
}

// The principal types.
const (
	TypeUser             = "User"
	TypeGroup            = "Group"
	TypeServicePrincipal = "ServicePrincipal"
)

// TypeOf returns the principal type of a kind of principal.
func TypeOf(k entra.Kind) string {
	switch k {
	case entra.Group:
		return TypeGroup
	case entra.ServicePrincipal:
		return TypeServicePrincipal
	default:
		return TypeUser
	}
}

// mark begins the description of the assignments that are ours: Azure has no
// labels for them.
const mark = "kubectl aad"

// maxReason is how many bytes of a reason are kept; a description has 1024.
const maxReason = 800

// Described returns the description of an assignment of ours.
func Described(reason string) string {
	reason = safetext.Clean(reason)
	if reason == "" {
		return mark
	}
	return mark + ": " + strings.ToValidUTF8(reason[:min(len(reason), maxReason)], "")
}

// Owned reports whether the assignment is one of ours.
func (a Assignment) Owned() bool {
	return a.Description == mark || strings.HasPrefix(a.Description, mark+": ")
}

// Reason returns what an assignment says of itself, without our mark.
func (a Assignment) Reason() string {
	if a.Owned() {
		return strings.TrimPrefix(strings.TrimPrefix(a.Description, mark), ": ")
	}
	return a.Description
}

// space is the name space of our assignments' names.
var space = [16]byte{0x6b, 0x75, 0x62, 0x65, 0x63, 0x74, 0x4c, 0x61, 0x9d, 0x2d, 0x61, 0x7a, 0x72, 0x62, 0x61, 0x63}

// Name returns the name of an assignment of ours: a GUID that is the same for the
// same scope, principal and role (RFC 9562, version 5), so that a request sent
// twice makes one assignment.
func (a Assignment) Name() string {
	h := sha1.New() // as the RFC says; nothing depends on its strength
	h.Write(space[:])
	h.Write([]byte(strings.ToLower(strings.Join([]string{strings.TrimRight(a.Scope, "/"), string(a.Principal), a.Role.GUID()}, "\n"))))
	id := h.Sum(nil)[:16]
	id[6], id[8] = id[6]&0x0f|0x50, id[8]&0x3f|0x80
	s := hex.EncodeToString(id)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// Called returns the GUID by which the assignment is known, or will be.
func (a Assignment) Called() string {
	if a.ID == "" {
		return a.Name()
	}
	return a.ID[strings.LastIndexByte(a.ID, '/')+1:]
}

// Same reports whether two assignments give the same: Azure keeps one of them.
func (a Assignment) Same(b Assignment) bool {
	return strings.EqualFold(strings.TrimRight(a.Scope, "/"), strings.TrimRight(b.Scope, "/")) &&
		strings.EqualFold(string(a.Principal), string(b.Principal)) && strings.EqualFold(a.Role.GUID(), b.Role.GUID())
}
